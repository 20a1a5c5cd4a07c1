# SPDX-License-Identifier: Apache-2.0
"""Many issuers: each its own slot, schedule and failures."""

import time

import pytest
from env import answers, load
from env.keys import key
from env.keyservers import fleet, phases
from env.mint import Mint
from env.snippets import location, trusts
from env.verdicts import assert_ok, assert_refused
from env.waiting import wait_for

pytestmark = pytest.mark.alone
MANY = 50


@pytest.mark.every_mpm
def test_50_issuers_one_of_them_hanging(make_issuer, launch, mpm, figure):
    """Every other one is refreshed on time: the issuers notice when they are asked."""
    interval = 2.0
    issuers = [make_issuer() for _ in range(MANY)]
    hanging = issuers[17]
    hanging.script("all", answers.hanging())
    server = launch("OktaInsecureHttp On\nOktaAudience api://default\nOktaFetchTimeout 60s\n"
                    f"OktaKeyRefresh {int(interval)}s {int(interval)}s\n"
                    + "".join(location(f"/api-{n}", f"OktaIssuer {i.url}") for n, i in enumerate(issuers)),
                    **fleet(mpm, 24))
    others = [i for i in issuers if i is not hanging]
    for issuer in others:
        wait_for(lambda: issuer.key_fetches() >= 3, "a third fetch", interval=0.05)
    gaps = []
    for issuer in others:
        asked = [r.time for r in issuer.requests if r.endpoint == "keys"][:3]
        gaps += [b - a for a, b in zip(asked, asked[1:])]
    figure("refreshes beside a hanging issuer", issuers=len(others), gaps=len(gaps), interval_s=interval,
           least_s=round(min(gaps), 2), longest_s=round(max(gaps), 2))
    # 75 to 85 % of the interval, as they arrive; the keys last for all of it.
    assert min(gaps) > 0.70 * interval
    assert max(gaps) < interval + 1
    for number in (0, 16, 18, 49):
        assert_ok(server.get(f"/api-{number}", issuers[number].mint.token()))
    assert hanging.metadata_fetches() == 1
    assert phases(server, hanging) == []
    # Spread, so that they do not come all at once for ever.
    assert max(gaps) - min(gaps) > 0.02 * interval


def test_the_same_kid_at_two_issuers(make_issuer, launch, mpm):
    """The kid is one name in each issuer's own set."""
    one = make_issuer(keys=[key("shared", material="one")])
    two = make_issuer(keys=[key("shared", material="two")])
    server = launch(trusts([one, two], "OktaKeyCooldown 500ms") + location("/both")
                    + location("/one", f"OktaIssuer {one.url}") + location("/two", f"OktaIssuer {two.url}"),
                    **fleet(mpm, 24))
    tokens = {n: i.mint.token() for n, i in (("one", one), ("two", two))}
    crossed = [Mint(one.url, two.keys[0]).token(), Mint(two.url, one.keys[0]).token()]
    for _ in range(3):
        for name in tokens:
            assert_ok(server.get("/both", tokens[name]))
            assert_ok(server.get(f"/{name}", tokens[name]))
        assert_refused(server.get("/one", tokens["two"]))
        assert_refused(server.get("/two", tokens["one"]))
        for token in crossed:
            assert_refused(server.get("/both", token))
    # A rotation at one of them changes nothing at the other.
    one.keys = [key("fresh", material="three")]
    wait_for(lambda: server.get("/both", one.mint.token()).status == 200, "the new key", interval=0.1)
    assert_ok(server.get("/both", tokens["two"]))
    assert_refused(server.get("/both", Mint(two.url, one.keys[0]).token()))
    assert_refused(server.get("/both", tokens["one"]))
    mixed = load.run(server, "/both", [one.mint.token(), tokens["two"]], 4, 60, keep=False)
    assert load.statuses(mixed) == {200: 60}


def test_failures_of_one_issuer_stay_with_it(make_issuer, launch, mpm):
    bad, good = make_issuer(), make_issuer()
    server = launch(trusts([bad, good], "OktaKeyRefresh 1s 1s", "OktaKeyMaxStale 0s", "OktaKeyWait 100ms")
                    + location("/both"), **fleet(mpm, 24))
    wait_for(lambda: phases(server, bad) and phases(server, good), "the keys")
    assert_ok(server.get("/both", bad.mint.token()))
    server.expects(r"OKTA-KEYS: .* (failing|stale|expired): .*500", lasting=True)
    server.expects(r"OKTA-REFUSED: reason=keys_unavailable", lasting=True)
    bad.script("all", answers.status(500))
    server.wait_for_log(r"OKTA-KEYS: .* expired: ")
    assert server.get("/both", bad.mint.token()).status == 503
    samples = load.run(server, "/both", good.mint.token(), 2, 40, pause=0.02)
    assert load.statuses(samples) == {200: 40}
    fetches = good.key_fetches()
    wait_for(lambda: good.key_fetches() > fetches, "the good one's refresh")
    assert set(phases(server, good)) == {"fresh"}
    assert time.time() - max(r.time for r in good.requests) < 5
