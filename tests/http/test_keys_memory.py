# SPDX-License-Identifier: Apache-2.0
"""The module is out of memory for a moment: never a verdict by that, and nothing of it is remembered."""

import pytest
from env.keys import key
from env.keyservers import api
from env.verdicts import assert_ok, assert_refused, assert_unavailable
from env.waiting import wait_for

pytest_plugins = ["env.preload"]

# How many allocations succeed before there is no more memory.
DEPTHS = [0, 1, 2, 4, 7, 12, 20, 33, 54, 90, 150]


def _launch(world, launch, issuer, *settings, processes=1):
    server = launch(api(issuer, "OktaKeyWait 300ms", "OktaKeyCooldown 200ms", *settings), processes=processes,
                    inherit=world.variables)
    world.started()
    server.expects(r"OKTA-REFUSED: reason=(out_of_memory|keys_unavailable)", optional=True, lasting=True)
    return server


def _comes_back(server, token, what):
    wait_for(lambda: server.get("/whoami", token).status == 200, what, interval=0.05)


def test_the_first_parse(world, issuer, launch):
    """The process has no key set yet: 503, one line, and the keys as soon as there is memory; no new fetch for it."""
    server = _launch(world, launch, issuer)
    server.wait_for_log("keys from")
    server.expects("OKTA-KEYS: .*: this process has no memory for the new key set")
    depth = 0
    while not server.error_log.matching("has no memory for the new key set"):
        world.starve(depth)
        response = server.get("/whoami", issuer.mint.token())
        world.feed()
        assert response.status == 503, depth
        assert response.header("Retry-After") == "1"
        depth += 1
        assert depth < 200
    _comes_back(server, issuer.mint.token(), "the process to recover")
    assert len(server.error_log.matching("has no memory for the new key set")) == 1
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)


def test_a_rotation_at_every_depth(world, issuer, launch, figure):
    """Withdrawn keys are not accepted under the new generation, new ones not refused: 503 until it is parsed."""
    server = _launch(world, launch, issuer, "OktaKeyRefresh 1s 1s")
    server.expects("OKTA-KEYS: .*(no memory for the new key set|failing|stale|recovered|cannot be written)",
                   optional=True, lasting=True)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    seen = {}
    for n, depth in enumerate(DEPTHS):
        old = issuer.mint.token()
        assert_ok(server.get("/whoami", old))
        issuer.keys = [key(f"key-{n % 2}").renamed(f"turn-{n}")]
        fetched = issuer.key_fetches()
        # its answer is published when the next one is asked for
        wait_for(lambda: issuer.key_fetches() >= fetched + 2, "the refresh", interval=0.01)
        world.starve(depth)
        statuses = [server.get("/whoami", token).status for token in (issuer.mint.token(), old, issuer.mint.token(), old)]
        world.feed()
        assert set(statuses[0::2]) <= {200, 503}, (depth, statuses)
        assert set(statuses[1::2]) <= {401, 503}, (depth, statuses)
        seen[depth] = statuses
        _comes_back(server, issuer.mint.token(), f"the new key after want at depth {depth}")
        assert_refused(server.get("/whoami", old))
    figure("statuses of new, old, new, old by depth", **{f"d{depth}": s for depth, s in seen.items()})
    assert any(503 in statuses for statuses in seen.values())


# alone it has to go on by itself, which shows at a few depths
@pytest.mark.parametrize("processes, depths", [(1, DEPTHS[::4]), (3, DEPTHS)], ids=["alone", "of three"])
def test_the_refresher(world, issuer, launch, processes, depths, figure):
    """It fails, out of memory, wherever that may be, and goes on; the keys that are there serve on."""
    issuer.etags = False
    server = _launch(world, launch, issuer, "OktaKeyRefresh 1s 1s", processes=processes)
    server.expects("OKTA-KEYS: .*(failing|stale|no memory for the new key set|cannot be written)", optional=True,
                   lasting=True)
    token = issuer.mint.token()
    assert_ok(server.get("/whoami", token))
    tries = 0
    for depth in depths:
        mark = len(server.error_log.lines())
        world.starve(depth)
        wait_for(lambda: server.error_log.matching(r": try \d+ failed: ", mark), "a fetch that fails", interval=0.02)
        world.feed()
        fed = len(server.error_log.lines())
        tries += len(server.error_log.matching(r": try \d+ failed: ", mark))
        # one that was under way at the start of the want may have ended well
        wait_for(lambda: server.error_log.matching("(the same )?keys from", fed), "a refresh", interval=0.02)
        _comes_back(server, token, "the keys that were there")
    figure("fetches that failed, out of memory", tries=tries, processes=processes)
    issuer.keys = [key("key-2")]
    _comes_back(server, issuer.mint.token(), "the new key")
    assert_refused(server.get("/whoami", token))


def test_while_the_issuer_is_first_asked(world, issuer, launch):
    """From the start on: metadata and keys come, and there is no memory to take them in."""
    world.starve()
    server = _launch(world, launch, issuer)
    server.expects("OKTA-KEYS: .* missing: ", optional=True, lasting=True)
    for _ in range(3):
        assert_unavailable(server.get("/whoami", issuer.mint.token()))
    world.feed()
    _comes_back(server, issuer.mint.token(), "the keys")
