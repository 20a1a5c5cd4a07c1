"""When keys are fetched, and how: intervals, backoff, what a server asks for, conditional requests, limits."""

import email.utils
import json
import time

import pytest
from env import answers
from env.issuer import Issuer
from env.keys import key, keyset
from env.keyservers import api, phases
from env.snippets import location, trusts
from env.verdicts import assert_ok, assert_unavailable
from env.waiting import wait_for

pytest_plugins = ["env.figures"]


def _gaps(issuer, endpoint="keys"):
    asked = [r.time for r in issuer.requests if r.endpoint == endpoint]
    return [b - a for a, b in zip(asked, asked[1:])]


def _one_location_each(issuers, *settings):
    return ("OktaInsecureHttp On\nOktaAudience api://default\n" + "\n".join(settings) + "\n"
            + "".join(location(f"/{name}", f"OktaIssuer {i.url}") for name, i in issuers.items()))


def test_the_interval_follows_max_age_within_limits(make_issuer, launch, figure):
    """OktaKeyRefresh 2s 4s: at 75 to 85 % of what the server says, put between those two."""
    says = {"short": ("max-age=0", 2), "none": ("no-cache, no-store", 2), "within": ("max-age=3", 3),
            "quoted": ('private, max-age="3"', 3), "long": ("max-age=86400, must-revalidate", 4),
            "nothing": (None, 4)}
    issuers = {name: make_issuer() for name in says}
    for name, (value, _) in says.items():
        issuers[name].etags = False
        issuers[name].script("keys", answers.cache_control(value) if value else
                             lambda i, r, t: answers.Answer(body=t.body))
    server = launch(_one_location_each(issuers, "OktaKeyRefresh 2s 4s"))
    for name, (value, interval) in says.items():
        wait_for(lambda: _gaps(issuers[name]), "a refresh", interval=0.05)
        gaps = _gaps(issuers[name])[:2]
        figure(f"Cache-Control: {value}", interval_s=interval, gaps_s=[round(g, 2) for g in gaps])
        assert all(0.7 * interval < gap < 0.85 * interval + 1 for gap in gaps), (value, gaps)
    assert all(issuer.metadata_fetches() == 1 for issuer in issuers.values())
    assert server.error_log.matching("OKTA-KEYS")


def test_backoff_and_what_servers_ask_for(make_issuer, launch, figure):
    """Failures double the pause; Retry-After and, with 429, X-Rate-Limit-Reset make it longer."""
    def limited(seconds):
        return lambda i, r, t: answers.status(429, rate_limit_reset=int(time.time()) + seconds)(i, r, t)

    def dated(seconds):
        return lambda i, r, t: answers.status(
            503, retry_after=email.utils.formatdate(time.time() + seconds, usegmt=True))(i, r, t)

    behaviours = {
        # name: (behaviour, least first pause, longest first pause without the machine's own delays)
        "500": (answers.status(500), 0.8, 1.2),
        "429, Retry-After: 3": (answers.status(429, retry_after=3), 3, 3),
        "503, Retry-After: 3": (answers.status(503, retry_after=3), 3, 3),
        "503, Retry-After: a date": (dated(4), 2.5, 4),
        "429, X-Rate-Limit-Reset": (limited(4), 2.5, 4),
        # Okta sends its counters with every answer
        "500, X-Rate-Limit-Reset": (lambda i, r, t: answers.status(
            500, rate_limit_reset=int(time.time()) + 50)(i, r, t), 0.8, 1.2),
    }
    issuers = {f"n{n}": make_issuer() for n in range(len(behaviours))}
    server = launch(_one_location_each(issuers, "OktaKeyWait 100ms", "OktaKeyCooldown 1s"))
    server.expects("OKTA-KEYS: .* (failing|missing)", lasting=True)
    for issuer in issuers.values():
        wait_for(issuer.key_fetches, "the keys")
    # From a good state, so that the first pause is the one of the first failure.
    for issuer, (behaviour, _, _) in zip(issuers.values(), behaviours.values()):
        issuer.script("all", behaviour)
        issuer.forget_requests()
    strangers = {name: issuer.mint.token(header={"kid": "unknown"}) for name, issuer in issuers.items()}

    def all_were_asked():
        for name, token in strangers.items():
            server.get(f"/{name}", token)
        return all(issuer.count() for issuer in issuers.values())

    wait_for(all_were_asked, "the fetches that unknown kids force", interval=0.1)
    for issuer, (name, (_, least, longest)) in zip(issuers.values(), behaviours.items()):
        wait_for(lambda: issuer.count() >= 2, name, interval=0.05)
        asked = [r.time for r in issuer.requests]
        figure(name, first_pause_s=round(asked[1] - asked[0], 2))
        assert least - 0.1 < asked[1] - asked[0] < longest + 1, name
    plain = issuers["n0"]
    wait_for(lambda: plain.count() >= 3, "more tries", interval=0.05)
    asked = [r.time for r in plain.requests]
    pauses = [b - a for a, b in zip(asked, asked[1:])][:2]
    figure("backoff", pauses_s=[round(p, 2) for p in pauses])
    for pause, nominal in zip(pauses, (1, 2)):
        assert 0.75 * nominal < pause < 1.2 * nominal + 1, pauses


def test_conditional_requests(issuer, launch, figure):
    """After the first answer the ETag is sent, and 304 keeps the keys and renews their time."""
    server = launch(api(issuer, "OktaKeyRefresh 1s 1s", "OktaKeyMaxStale 0s"))
    token = issuer.mint.token()
    wait_for(lambda: issuer.key_fetches() >= 4, "refreshes", interval=0.05)
    asked = [r for r in issuer.requests if r.endpoint == "keys"]
    assert "if-none-match" not in asked[0].headers
    assert all(r.headers.get("if-none-match", "").startswith('"') for r in asked[1:])
    assert len(server.error_log.matching("OKTA-KEYS: .*: the same keys from")) >= 2
    # With no time to be stale in, keys that 304 had not renewed would have ended seconds ago.
    assert_ok(server.get("/whoami", token))
    issuer.keys = [key("key-2")]
    wait_for(lambda: server.get("/whoami", issuer.mint.token()).status == 200, "the new key", interval=0.1)
    figure("conditional", requests=len(asked) - 1)
    assert phases(server, issuer) == ["fresh"]


def test_a_304_that_nobody_asked_for_is_a_failure(issuer, launch):
    issuer.etags = False
    server = launch(api(issuer, "OktaKeyRefresh 1s 1s"))
    wait_for(lambda: phases(server, issuer), "the keys")
    server.expects(r"OKTA-KEYS: .* (failing|stale): .*status 304", lasting=True)
    issuer.script("keys", lambda i, r, t: answers.Answer(status=304))
    server.wait_for_log(r"OKTA-KEYS: .* (failing|stale): .*status 304")
    assert_ok(server.get("/whoami", issuer.mint.token()))
    assert "if-none-match" not in issuer.requests[-1].headers


def test_an_etag_belongs_to_its_address(issuer, launch):
    """The keys move; the new place happens to use the same ETag for other keys, and is not asked with it."""
    tagged = {"/oauth2/default/v1/keys": [key("key-1")], "/oauth2/default/v2/keys": [key("key-2")]}

    def serve(path):
        def behave(i, request, truth):
            if request.headers.get("if-none-match") == '"1"':
                return answers.Answer(status=304, headers=(("ETag", '"1"'),))
            return answers.Answer(body=json.dumps(keyset(*tagged[path])).encode(),
                                  headers=(("ETag", '"1"'), ("Cache-Control", "max-age=1")))
        return behave

    issuer.script("keys", serve("/oauth2/default/v1/keys"))
    issuer.script("/oauth2/default/v2/keys", serve("/oauth2/default/v2/keys"))
    server = launch(api(issuer, "OktaKeyRefresh 1s 1s"))
    wait_for(lambda: issuer.key_fetches() >= 2, "a conditional request")
    server.expects("OKTA-KEYS: .* (failing|stale): .*410", optional=True, lasting=True)
    issuer.script("metadata", answers.metadata_with(jwks_uri=issuer.url + "/v2/keys"))
    issuer.script("keys", answers.status(410))
    moved = issuer.mint_with(key("key-2")).token()
    wait_for(lambda: server.get("/whoami", moved).status == 200, "the keys at their new place", interval=0.1)
    first = next(r for r in issuer.requests if r.endpoint == "/oauth2/default/v2/keys")
    assert "if-none-match" not in first.headers


def test_metadata_is_asked_again_when_the_keys_fail(issuer, launch):
    server = launch(api(issuer, "OktaKeyRefresh 1s 1s"))
    wait_for(lambda: issuer.key_fetches() >= 3, "refreshes")
    assert issuer.metadata_fetches() == 1
    server.expects("OKTA-KEYS: .* (failing|stale): .*500", lasting=True)
    issuer.script("keys", answers.in_turn(answers.status(500), answers.honest))
    wait_for(lambda: issuer.metadata_fetches() == 2, "the metadata")
    server.wait_for_log("OKTA-KEYS: .* recovered")


def test_large_key_sets(make_issuer, launch, figure):
    """11 kB is nothing special; what is larger than OktaKeySetMaxBytes is refused by that name."""
    many = [key("key-1"), *(key(f"pad-{n % 4}").renamed(f"pad-{n:02}") for n in range(26))]
    large, small = make_issuer(keys=many), make_issuer()
    size = len(json.dumps(keyset(*many)))
    assert size > 11000
    server = launch(trusts([large, small]) + location("/whoami"))
    assert_ok(server.get("/whoami", large.mint.token()))
    assert_ok(server.get("/whoami", large.mint_with(many[-1]).token()))
    figure("key set", bytes=size, keys=len(many), fetches=large.key_fetches())
    assert large.key_fetches() == 1
    # The metadata is larger than this limit, too; but it is not a key set.
    small.script("metadata", answers.metadata_with(padding="x" * 2000))
    server = launch(trusts([large, small], "OktaKeySetMaxBytes 1024", "OktaKeyWait 500ms")
                    + location("/whoami"))
    server.expects(r"OKTA-KEYS: .* missing: .*larger than 1024 bytes \(OktaKeySetMaxBytes\)")
    server.expects(r"OKTA-REFUSED: reason=keys_unavailable")
    assert_ok(server.get("/whoami", small.mint.token()))
    assert_unavailable(server.get("/whoami", large.mint.token()))


def test_settings_of_an_issuer_section_are_its_own(make_issuer, launch, proxy):
    """Time-out, proxy and address of the keys hold for the issuer of the section and for no other."""
    impatient, patient, proxied, placed = (make_issuer() for _ in range(4))
    impatient.script("all", answers.hanging())
    patient.script("all", answers.hanging())
    placed.script("/elsewhere/keys", lambda i, r, t: answers.json_answer(keyset(*i.keys)))
    sections = (
        f"<OktaIssuer {impatient.url}>\nOktaFetchTimeout 300ms\n</OktaIssuer>\n"
        f"<OktaIssuer {proxied.url}>\nOktaHttpProxy {proxy.url}\n</OktaIssuer>\n"
        f"<OktaIssuer {placed.url}>\nOktaJwksUri {placed.origin}/elsewhere/keys\n</OktaIssuer>\n")
    server = launch(sections + trusts([impatient, patient, proxied, placed], "OktaFetchTimeout 60s")
                    + location("/whoami"))
    server.expects(rf"OKTA-KEYS: .*:{impatient.port}/.* missing: .*[Tt]imed? ?out")
    for good in (proxied, placed):
        assert_ok(server.get("/whoami", good.mint.token()))
    server.wait_for_log("OKTA-KEYS: .* missing: ")
    wait_for(lambda: impatient.count() >= 2, "a second try")
    assert patient.count() == 1 and phases(server, patient) == []
    assert {target for _, target in proxy.requests} == {
        proxied.url + "/.well-known/openid-configuration", proxied.jwks_uri}
    assert placed.metadata_fetches() == placed.key_fetches() == 0
    assert placed.count("/elsewhere/keys") == 1


def test_no_proxy_of_the_environment_does_not_count(issuer, launch, proxy, monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")
    server = launch(trusts(issuer, f"OktaHttpProxy {proxy.url}") + location("/whoami"),
                    inherit=["no_proxy", "NO_PROXY"])
    assert_ok(server.get("/whoami", issuer.mint.token()))
    assert len(proxy.requests) == 2


def test_an_on_demand_issuer(issuer, launch):
    """Nobody surely uses it: it costs nothing until the first request, which waits for it."""
    assert isinstance(issuer, Issuer)
    server = launch("OktaInsecureHttp On\nOktaAudience api://default\n"
                    f'<LocationMatch "^/spare">\nOktaIssuer {issuer.url}\n</LocationMatch>\n'
                    "<LocationMatch \"^/spare/api\">\nAuthType Okta\nRequire valid-user\n"
                    "SetHandler okta-whoami\n</LocationMatch>\n")
    assert server.get("/spare/api").status == 401
    assert issuer.count() == 0
    assert_ok(server.get("/spare/api", issuer.mint.token()))
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)
