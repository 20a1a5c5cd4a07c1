# SPDX-License-Identifier: Apache-2.0
"""A flood of unknown kids costs one fetch per cool-down, and valid tokens nothing."""

import time

import pytest
from env import answers, load
from env.keyservers import api, fleet, unknown_kids
from env.snippets import location, trusts
from env.waiting import wait_for

pytestmark = [pytest.mark.every_mpm, pytest.mark.alone]

FLOOD = 5000
CONNECTIONS = 64


def _valid(server, token):
    return load.Load(server, "/whoami", token, 2, keep=False, pause=0.01)


def test_5000_unknown_kids(issuer, launch, mpm, figure):
    """Over several cool-downs, each with one fetch."""
    cooldown = 1.0
    server = launch(api(issuer, f"OktaKeyCooldown {int(cooldown * 1000)}ms"),
                    log_level="notice auth_okta:info", **fleet(mpm))
    # dozens of children of prefork end at once, on cores that may be busy, and httpd waits two seconds for them
    server.expects("AH00045: child process .* still did not exit", optional=True, lasting=True)
    token = issuer.mint.token()
    wait_for(lambda: server.get("/whoami", token).status == 200, "the keys")
    calm = load.run(server, "/whoami", token, 2, 100, keep=False, pause=0.01)
    kids = unknown_kids(issuer, FLOOD)
    issuer.forget_requests()
    with _valid(server, token) as good:
        began = time.time()
        flood = load.run(server, "/whoami", kids, CONNECTIONS, FLOOD, keep=False)
        lasted = time.time() - began
        meanwhile = good.stop()
    asked = [r.time for r in issuer.requests if r.endpoint == "keys"]
    gaps = [round(b - a, 3) for a, b in zip(asked, asked[1:])]
    figure("flood", lasted_s=round(lasted, 1), keys=len(asked), least_gap_s=min(gaps, default=None),
           statuses=load.statuses(flood), **load.times(flood))
    figure("valid, calm", statuses=load.statuses(calm), **load.times(calm))
    figure("valid, meanwhile", statuses=load.statuses(meanwhile), **load.times(meanwhile))
    assert load.statuses(flood) == {401: FLOOD}
    assert set(load.statuses(meanwhile)) == {200}
    assert asked, "the flood caused no fetch"
    # Measured where they arrive: connecting may take a moment longer for one than for the next.
    assert all(gap > cooldown * 0.8 for gap in gaps), gaps
    assert len(asked) <= 1 + lasted / cooldown + 1
    assert issuer.metadata_fetches() == 0


def test_a_hanging_issuer_holds_few_of_the_requests(issuer, launch, mpm, figure):
    """While a forced fetch hangs, a quarter of the threads may wait for it at most; the rest go on."""
    wait = 2.0
    options = fleet(mpm, 40)
    server = launch(api(issuer, f"OktaKeyWait {int(wait)}s", "OktaKeyCooldown 100ms",
                        "OktaFetchTimeout 30s"), log_level="notice auth_okta:info", **options)
    token = issuer.mint.token()
    wait_for(lambda: server.get("/whoami", token).status == 200, "the keys")
    issuer.script("all", answers.hanging())
    kids = unknown_kids(issuer, 400)
    with _valid(server, token) as good:
        flood = load.run(server, "/whoami", kids, 36, 400, keep=False)
        meanwhile = good.stop()
    figure("valid, meanwhile", statuses=load.statuses(meanwhile), **load.times(meanwhile))
    assert load.statuses(flood) == {401: 400}
    assert set(load.statuses(meanwhile)) == {200}
    _assert_few_waited(flood, wait, options, figure, "unknown kids while the issuer hangs")


def _assert_few_waited(flood, wait, options, figure, what):
    waited = [s for s in flood if s.seconds > wait * 0.75]
    threads = options["processes"] * options["threads"]
    figure(what, waited=len(waited), threads=threads, **load.times(flood))
    assert waited, "nobody waited"
    rounds = (max(s.ended for s in flood) - min(s.began for s in flood)) / wait + 1
    assert len(waited) <= rounds * threads / 4 + 1


def test_an_issuer_that_hangs_from_the_start_holds_few_of_the_threads(make_issuer, launch, mpm, figure):
    """Nor may its first fetch do that, for as long as it has neither failed nor brought keys."""
    wait = 3.0
    hanging, good = make_issuer(), make_issuer()
    hanging.script("all", answers.hanging())
    options = fleet(mpm, 40)
    server = launch(trusts([hanging, good], f"OktaKeyWait {int(wait)}s", "OktaFetchTimeout 60s") + location("/both"),
                    log_level="notice auth_okta:info", **options)
    server.expects(r"OKTA-REFUSED: reason=keys_unavailable status=503", lasting=True)
    wait_for(lambda: server.get("/both", good.mint.token()).status == 200, "the keys")
    with load.Load(server, "/both", good.mint.token(), 2, keep=False, pause=0.01) as others:
        flood = load.run(server, "/both", hanging.mint.token(), 36, 400, keep=False)
        meanwhile = others.stop()
    figure("another's, meanwhile", statuses=load.statuses(meanwhile), **load.times(meanwhile))
    assert load.statuses(flood) == {503: 400}
    assert set(load.statuses(meanwhile)) == {200}
    assert hanging.metadata_fetches() == 1
    _assert_few_waited(flood, wait, options, figure, "tokens of an issuer that hangs")
