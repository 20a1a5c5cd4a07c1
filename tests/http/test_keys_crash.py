# SPDX-License-Identifier: Apache-2.0
"""A child killed at any moment takes no more with it than the requests that it had in hand."""

import os
import random
import signal
import time

import pytest
from env import answers, load
from env.keys import key
from env.keyservers import api, fetch_lines, refresher
from env.verdicts import assert_ok
from env.waiting import wait_for

pytestmark = pytest.mark.alone
class _Killer:
    """Kills children of a server, and remembers when."""

    def __init__(self, server):
        self.times = []
        # What the event MPM says of it; SIGKILL itself is no news to httpd.
        server.expects("AH1039[23]: children are killed successively", optional=True, lasting=True)

    def kill(self, pid):
        self.times.append(time.time())
        os.kill(pid, signal.SIGKILL)

    def explains(self, sample):
        """Whether a failed request was under way when a child was killed."""
        return any(sample.began - 0.05 <= t <= sample.ended + 0.05 for t in self.times)


def _fleet(mpm, processes):
    """(what goes before the snippet, options of launch); prefork replaces children only where it has to."""
    if mpm == "prefork":
        return f"MinSpareServers {processes - 1}\n", {"processes": processes, "threads": 4}
    return "", {"processes": processes, "threads": 8}


def _wait_for_children(server, count):
    wait_for(lambda: len(server.children()) >= count, "new children", interval=0.05)


@pytest.mark.every_mpm
def test_every_child_is_killed_in_turn(issuer, launch, mpm, figure):
    """Under load, the refreshing one too; refreshes and unknown kids go on."""
    more, options = _fleet(mpm, 6 if mpm == "prefork" else 4)
    connections = 4
    server = launch(more + api(issuer, "OktaKeyRefresh 1s 1s", "OktaKeyCooldown 200ms"), **options)
    token = issuer.mint.token()
    assert_ok(server.get("/whoami", token))
    killer = _Killer(server)
    victims = server.children()
    owners = [wait_for(lambda: refresher(server), "a fetch")]
    # The refreshing one first and last: the next one is found among the others.
    victims.sort(key=lambda pid: pid != owners[0])
    takeovers = []
    with load.Load(server, "/whoami", token, connections, keep=False, pause=0.01) as clients:
        for pid in victims:
            was_owner, fetched = pid == refresher(server), issuer.key_fetches()
            before = len(fetch_lines(server))
            killer.kill(pid)
            if was_owner:
                began = time.monotonic()
                wait_for(lambda: len(fetch_lines(server)) > before and refresher(server) != pid,
                         "another process to refresh", interval=0.02)
                takeovers.append(round(time.monotonic() - began, 2))
                assert issuer.key_fetches() > fetched
            _wait_for_children(server, len(victims) - 1)
        issuer.keys = [key("after"), *issuer.keys]
        fresh = issuer.mint.token()
        wait_for(lambda: server.get("/whoami", fresh).status == 200, "the new key", interval=0.05)
        samples = clients.stop()
    failed = [s for s in samples if s.status != 200]
    figure("every child killed", killed=len(victims), takeover_s=takeovers, failed=len(failed),
           statuses=load.statuses(samples), **load.times(samples))
    assert takeovers, "the refreshing process was not killed"
    assert {s.status for s in failed} <= {0}, failed
    assert all(killer.explains(s) for s in failed), failed
    assert len(failed) <= connections * len(victims)


@pytest.mark.every_mpm
def test_killed_while_a_fetch_is_under_way(issuer, launch, mpm, figure):
    """It dies holding the refresher's lock, with a fetch marked as running: the next one starts afresh."""
    more, options = _fleet(mpm, 3)
    server = launch(more + api(issuer, "OktaKeyRefresh 1s 1s", "OktaFetchTimeout 60s", "OktaKeyCooldown 100ms"),
                    **options)
    token = issuer.mint.token()
    assert_ok(server.get("/whoami", token))
    killer = _Killer(server)
    took = []
    for _ in range(3):
        owner = wait_for(lambda: refresher(server), "a fetch")
        issuer.script("keys", answers.hanging())
        asked = issuer.key_fetches()
        wait_for(lambda: issuer.key_fetches() > asked, "the fetch that hangs")
        issuer.honest()
        fetched = len(fetch_lines(server))
        began = time.monotonic()
        killer.kill(owner)
        wait_for(lambda: len(fetch_lines(server)) > fetched, "the next refresh", interval=0.02)
        took.append(round(time.monotonic() - began, 2))
        assert refresher(server) != owner
        assert_ok(server.get("/whoami", token))
        _wait_for_children(server, 2)
    figure("killed over a hanging fetch", next_fetch_s=took)


@pytest.mark.every_mpm
def test_killed_at_random_moments_of_publication(issuer, launch, mpm, figure):
    """Rotations all the time, and kills at random moments: whoever reads gets whole key sets."""
    more, options = _fleet(mpm, 4)
    server = launch(more + api(issuer, "OktaKeyRefresh 1s 1s", "OktaKeyCooldown 10ms"), **options)
    base = issuer.keys[0]
    token = issuer.mint.token()
    assert_ok(server.get("/whoami", token))
    killer = _Killer(server)
    chance = random.Random(7)
    kills = 0
    with load.Load(server, "/whoami", token, 2, keep=False, pause=0.01) as clients:
        for number in range(8):
            issuer.keys = [base, key(f"turn-{number % 2}").renamed(f"turn-{number}")]
            asked = issuer.key_fetches()
            # An unknown kid starts the publication; the kill comes a few milliseconds after the fetch.
            server.get("/whoami", issuer.mint_with(issuer.keys[1]).token())
            if issuer.key_fetches() > asked and (owner := refresher(server)) in server.children():
                time.sleep(chance.uniform(0, 0.01))
                killer.kill(owner)
                kills += 1
                _wait_for_children(server, 2)
        samples = clients.stop()
    failed = [s for s in samples if s.status != 200]
    figure("killed about publications", kills=kills, keys=issuer.key_fetches(), failed=len(failed),
           statuses=load.statuses(samples))
    assert kills >= 3
    assert {s.status for s in failed} <= {0}
    assert all(killer.explains(s) for s in failed), failed
    assert not server.error_log.matching("damaged")
    wait_for(lambda: server.get("/whoami", token).status == 200, "a request after it all")


@pytest.mark.parametrize("mechanism", ["pthread", "fcntl", "flock", "sysvsem", "posixsem"])
def test_the_mutex_that_dies_with_its_process(mechanism, issuer, launch):
    """The next process takes over at once; one that is left a semaphore of POSIX waits until the lease runs out."""
    dies = mechanism != "posixsem"
    server = launch(f"Mutex {mechanism} okta-keys\n" + api(issuer, "OktaKeyRefresh 1s 1s"),
                    processes=3, threads=8)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    if not dies:
        server.expects("OKTA-KEYS: the refresher of process .* stands still", lasting=True)
    owner = wait_for(lambda: refresher(server), "a fetch")
    fetched = len(fetch_lines(server))
    _Killer(server).kill(owner)
    wait_for(lambda: len(fetch_lines(server)) > fetched and refresher(server) != owner, "another process to refresh")
    assert bool(server.error_log.matching("stands still")) != dies
