# SPDX-License-Identifier: Apache-2.0
"""When keys are fetched, and how: intervals, backoff, what a server asks for, conditional requests, limits."""

import email.utils
import json
import re
import time

import pytest
from env import answers
from env.issuer import Issuer
from env.keys import key, keyset
from env.keyservers import api, phases
from env.snippets import location, trusts
from env.verdicts import assert_ok, assert_unavailable
from env.waiting import wait_for

pytestmark = pytest.mark.alone


def _one_location_each(issuers, *settings):
    return ("OktaInsecureHttp On\nOktaAudience api://default\n" + "\n".join(settings) + "\n"
            + "".join(location(f"/{name}", f"OktaIssuer {i.url}") for name, i in issuers.items()))


def _seconds_to_refresh(server, issuer):
    """By the log, once the keys are there."""
    line, = wait_for(lambda: server.error_log.matching(f'"{issuer.url}" fresh; next refresh in'), "the keys")
    return int(re.search(r"next refresh in (\d+) s", line)[1])


def test_the_interval_follows_max_age_within_limits(make_issuer, launch, figure):
    """OktaKeyRefresh 100s 1000s: at 75 to 85 % of what the server says, put between those two. Units hold the schedule
    to its plan (test_schedule.c); that refreshes come as planned shows whatever else waits for one."""
    says = {"short": ("max-age=0", 100), "none": ("no-cache, no-store", 100), "within": ("max-age=500", 500),
            "quoted": ('private, max-age="500"', 500), "long": ("max-age=86400, must-revalidate", 1000),
            "nothing": (None, 1000)}
    issuers = {name: make_issuer() for name in says}
    for name, (value, _) in says.items():
        issuers[name].etags = False
        issuers[name].script("keys", answers.cache_control(value) if value else
                             lambda i, r, t: answers.Answer(body=t.body))
    server = launch(_one_location_each(issuers, "OktaKeyRefresh 100s 1000s"))
    for name, (value, interval) in says.items():
        seconds = _seconds_to_refresh(server, issuers[name])
        figure(f"Cache-Control: {value}", interval_s=interval, next_s=seconds)
        # looked at within seconds of the fetch
        assert 0.75 * interval - 10 < seconds <= 0.85 * interval + 1, (value, seconds)
    assert all((i.metadata_fetches(), i.key_fetches()) == (1, 1) for i in issuers.values())


def _pause_after(server, issuer, number):
    """Milliseconds, by the log, from a failure to the next try."""
    line, = wait_for(lambda: server.error_log.matching(rf'"{issuer.url}": try {number} failed'), f"try {number}",
                     interval=0.05)
    return int(re.search(r"next in (\d+) ms", line)[1])


def test_backoff_and_what_servers_ask_for(make_issuer, launch, figure):
    """Failures double the pause; Retry-After and, with 429, X-Rate-Limit-Reset make it longer. How long pauses get is
    shown by units (test_schedule.c)."""
    def limited(seconds):
        return lambda i, r, t: answers.status(429, rate_limit_reset=int(time.time()) + seconds)(i, r, t)

    def dated(seconds):
        return lambda i, r, t: answers.status(
            503, retry_after=email.utils.formatdate(time.time() + seconds, usegmt=True))(i, r, t)

    behaviors = {
        # name: (behavior, least and longest first pause in seconds)
        "500": (answers.status(500), 0.8, 1.2),
        "429, Retry-After: 30": (answers.status(429, retry_after=30), 30, 30),
        "503, Retry-After: 30": (answers.status(503, retry_after=30), 30, 30),
        "503, Retry-After: a date": (dated(400), 350, 400),
        "429, X-Rate-Limit-Reset": (limited(400), 350, 400),
        # Okta sends its counters with every answer
        "500, X-Rate-Limit-Reset": (lambda i, r, t: answers.status(
            500, rate_limit_reset=int(time.time()) + 50)(i, r, t), 0.8, 1.2),
    }
    issuers = {f"n{n}": make_issuer() for n in range(len(behaviors))}
    for issuer, (behavior, _, _) in zip(issuers.values(), behaviors.values()):
        issuer.script("all", behavior)
    server = launch(_one_location_each(issuers))
    server.expects("OKTA-KEYS: .* missing", lasting=True)
    for issuer, (name, (_, least, longest)) in zip(issuers.values(), behaviors.items()):
        pause = _pause_after(server, issuer, 1) / 1000
        figure(name, first_pause_s=pause)
        assert least <= pause <= longest, (name, pause)
    assert 1.6 <= _pause_after(server, issuers["n0"], 2) / 1000 <= 2.4
    first, second = [r.time for r in issuers["n0"].requests][:2]
    assert second - first >= 0.8 - 0.1  # measured where they arrive


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
