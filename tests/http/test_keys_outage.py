# SPDX-License-Identifier: Apache-2.0
"""Outages: the last good keys go on for as long as they may, then 503, then 200 again by itself."""

import pytest
from env import answers, load
from env.keys import key, keyset
from env.keyservers import api, cut_off, fleet, phases, restore
from env.mint import Mint
from env.snippets import location
from env.verdicts import assert_ok, assert_unavailable
from env.waiting import wait_for

pytestmark = [pytest.mark.every_mpm, pytest.mark.alone]

OTHER_HOST = "127.0.0.2"


def _redirect_elsewhere(other):
    return answers.redirect(other.jwks_uri)


def _failures(other):
    """What becomes of an honest issuer: one behavior for all its endpoints."""
    return {
        "hangs": answers.hanging(),
        "500": answers.status(500),
        "HTML with 200": answers.html(),
        "empty set": answers.empty_set(),
        "10 MB": answers.huge(),
        "half a body": answers.half_body(),
        "redirect to another host": _redirect_elsewhere(other),
        "another's keys with 500": lambda i, r, t: answers.json_answer(
            keyset(key("key-1", material="evil")), status=500),
    }


@pytest.fixture
def evil(make_issuer):
    """A host that nobody is to ask."""
    return make_issuer(host=OTHER_HOST, keys=[key("key-1", material="evil")])


def test_keys_expire_while_the_issuer_fails_in_every_way(make_issuer, evil, launch, mpm, figure):
    failures = _failures(evil)
    issuers = {name: make_issuer() for name in failures}
    paths = {name: f"/api-{n}" for n, name in enumerate(failures)}
    for issuer in issuers.values():
        issuer.etags = False
    snippet = ("OktaInsecureHttp On\nOktaAudience api://default\nOktaKeyRefresh 1s 1s\nOktaFetchTimeout 2s\n"
               "OktaKeyMaxStale 1h\n")
    snippet += "".join(location(paths[n], f"OktaIssuer {i.url}") for n, i in issuers.items())
    server = launch(snippet, **fleet(mpm, 24))
    tokens = {name: issuer.mint.token() for name, issuer in issuers.items()}
    for name, token in tokens.items():
        assert_ok(server.get(paths[name], token))
    calm = {name: load.run(server, paths[name], tokens[name], 2, 40, pause=0.005) for name in failures}
    server.expects(r"OKTA-KEYS: issuer .* (failing|stale): ", lasting=True)
    for name, issuer in issuers.items():
        issuer.script("all", failures[name])
    loads = {name: load.Load(server, paths[name], tokens[name], 1, pause=0.02) for name in failures}
    try:
        for issuer in issuers.values():
            wait_for(lambda: "stale" in phases(server, issuer), "keys past their time", interval=0.1)
    finally:
        meanwhile = {name: running.stop() for name, running in loads.items()}
    # Every process, and past the time too.
    after = {name: load.run(server, paths[name], tokens[name], 4, 40, keep=False) for name in failures}
    for name in failures:
        figure(f"{name}, calm", **load.times(calm[name]))
        figure(f"{name}, expired", statuses=load.statuses(meanwhile[name]), **load.times(meanwhile[name]))
        assert set(load.statuses(meanwhile[name])) == {200}, name
        assert set(load.statuses(after[name])) == {200}, name
        forged = Mint(issuers[name].url, key("key-1", material="evil")).token()
        assert server.get(paths[name], forged).status == 401, name
    # A request that waited for the network would have waited for the hanging one's two seconds.
    assert max(s.seconds for samples in meanwhile.values() for s in samples) < 1.5
    assert evil.requests == []


def test_down_for_too_long(issuer, launch, mpm, figure):
    """Past OktaKeyMaxStale nobody can know: 503. The issuer's return is enough to recover."""
    issuer.max_age = 1
    server = launch(api(issuer, "OktaKeyRefresh 1s 1s", "OktaKeyMaxStale 1s", "OktaKeyWait 100ms"),
                    **fleet(mpm, 24))
    token = issuer.mint.token()
    wait_for(issuer.key_fetches, "the keys")
    wait_for(lambda: phases(server, issuer), "the first line on them")
    assert_ok(server.get("/whoami", token))
    server.expects(r"OKTA-KEYS", lasting=True)
    server.expects(r"OKTA-REFUSED: reason=keys_unavailable status=503", lasting=True)
    cut_off(issuer)
    with load.Load(server, "/whoami", token, 4, keep=False, pause=0.02) as clients:
        server.wait_for_log(r"OKTA-KEYS: .* expired: ")
        # one of the clients met it: nobody else has asked yet
        server.wait_for_log(r"OKTA-REFUSED: reason=keys_unavailable status=503")
        assert_unavailable(server.get("/whoami", token))
        restore(issuer)
        wait_for(lambda: server.get("/whoami", token).status == 200, "recovery", timeout=60, interval=0.05)
        server.wait_for_log(r"OKTA-KEYS: .* recovered; ")
        mark = [s for s in load.run(server, "/whoami", token, 4, 40, keep=False)]
        samples = clients.stop()
    figure("down for too long", statuses=load.statuses(samples), **load.times(samples))
    assert load.statuses(mark) == {200: 40}
    assert set(load.statuses(samples)) == {200, 503}
    assert all(1 <= int(s.retry_after) <= 60 for s in samples if s.status == 503)
    seen = phases(server, issuer)
    # One line for each change; how far it got before the refusal was noticed is a matter of time.
    assert all(a != b for a, b in zip(seen, seen[1:])), seen
    assert seen[0] == "fresh" and "expired" in seen and seen[-1] == "recovered"
    assert seen.count("expired") == 1, seen


def test_without_keys_a_failing_issuer_does_not_hold_every_thread(make_issuer, launch, mpm, figure):
    """No keys and no answer: some requests wait for a try that is under way, the others learn it at once."""
    down, up = make_issuer(), make_issuer()
    down.script("all", answers.hanging())
    options = fleet(mpm, 24)
    server = launch("OktaInsecureHttp On\nOktaAudience api://default\nOktaFetchTimeout 4s\nOktaKeyWait 3s\n"
                    + location("/down", f"OktaIssuer {down.url}") + location("/up", f"OktaIssuer {up.url}"),
                    **options)
    server.expects(r"OKTA-KEYS", lasting=True)
    server.expects(r"OKTA-REFUSED: reason=keys_unavailable", lasting=True)
    server.wait_for_log(r"OKTA-KEYS: .* missing: ")
    token, good = down.mint.token(), up.mint.token()
    with load.Load(server, "/down", token, 48, 300, keep=False) as hopeless:
        meanwhile = load.run(server, "/up", good, 2, 60, keep=False, pause=0.01)
        refused = hopeless.stop()
    # far more than a request without a wait takes on a busy machine
    waited = [s for s in refused if s.seconds > 2]
    figure("hopeless", waited=len(waited), statuses=load.statuses(refused), **load.times(refused))
    figure("another issuer meanwhile", statuses=load.statuses(meanwhile), **load.times(meanwhile))
    assert load.statuses(refused) == {503: 300}
    assert load.statuses(meanwhile) == {200: 60}
    rounds = (max(s.ended for s in refused) - min(s.began for s in refused)) / 2 + 1
    assert len(waited) <= rounds * options["processes"] * options["threads"] / 4 + 1
