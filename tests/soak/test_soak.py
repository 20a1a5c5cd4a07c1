# SPDX-License-Identifier: Apache-2.0
"""Minutes of mixed traffic with rotations, outages, graceful restarts, recycled and killed children: each answer is right,
and nothing grows. OKTA_SOAK_SECONDS is the time for each MPM."""

import os
import signal
import time

import footprint
import pytest
from env import answers
from env.httpd import Httpd
from env.keys import key
from env.snippets import location, trusts
from env.waiting import wait_for
from traffic import Traffic

SECONDS = int(os.environ.get("OKTA_SOAK_SECONDS") or 90)
CYCLES = max(6, SECONDS // 30)
CONNECTIONS = 6
# The first cycles fill pools and caches. Then each restart of httpd leaves a little in its parent, without us too.
WARM = 2
PARENT_KB_A_RESTART = 32
CHILD_KB = 2048
CHILD_FILES = 2  # one connection or another

SETTINGS = ("OktaKeyRefresh 1s 1s\nOktaKeyCooldown 1s\nOktaKeyMaxStale 10m\nOktaFetchTimeout 1s\nOktaTokenCache 256\n"
            "OktaReplayEntries 65536\nMaxConnectionsPerChild 40\nMaxKeepAliveRequests 50\n")


class SoakHttpd(Httpd):
    """In a namespace of its own, so that its segments and semaphores can be told from those of others."""

    def _command(self, conf, *arguments):
        return ["unshare", "--ipc", *super()._command(conf, *arguments)]


def _snippet(issuer):
    return (SETTINGS + trusts(issuer) + location("/whoami", "OktaClaimHeader sub X-User")
            + location("/static.txt", handler=None)
            + location("/scope", require="okta-scope orders.write"))


@pytest.fixture(params=["event", "prefork"])
def server(request, issuer):
    made = SoakHttpd(_snippet(issuer), mpm=request.param, processes=2 if request.param == "event" else 8,
                     threads=8 if request.param == "event" else 1, log_level="notice auth_okta:info")
    made.write("htdocs/static.txt", "static\n")
    made.expects("OKTA-KEYS: .*(failing|stale|recovered)", lasting=True)
    # where the machine has more to do than it can
    made.expects("OKTA-KEYS: the refresher of process .* stands still", optional=True, lasting=True)
    # httpd's own, where a kill falls into a restart: the old generation has its slots still
    made.expects("AH03490: scoreboard is full", optional=True, lasting=True)
    made.expects("AH01631: .*authorization failure", lasting=True)
    made.expects("AH00052: child pid .* exit signal Killed", optional=True, lasting=True)
    try:
        yield made.start()
    finally:
        made.stop()
        made.remove()


class Cycle:
    """One of each disturbance, traffic going on, and then a look at what the server holds."""

    def __init__(self, server, issuer, traffic, seconds):
        self.server, self.issuer, self.traffic, self.seconds = server, issuer, traffic, seconds
        self.number = 0

    def _refreshes(self, more):
        seen = self.issuer.key_fetches()
        wait_for(lambda: self.issuer.key_fetches() >= seen + more, "the refresh", interval=0.05)

    def rotate(self):
        """As Okta does it: the next key is published before it signs, and the old one stays for a while."""
        old, new = self.issuer.keys[0], key(f"key-{self.number % 3}").renamed(f"turn-{self.number}")
        self.issuer.keys = [old, new]
        self._refreshes(2)
        self.issuer.keys = [new, old]
        self.traffic.kinds.renew()
        self._refreshes(1)

    def withdraw(self):
        self.issuer.keys = self.issuer.keys[:1]
        self._refreshes(2)

    def outage(self, seconds):
        """First it answers 503, then nothing listens."""
        seen = self.issuer.count()
        self.issuer.script("all", answers.status(503))
        wait_for(lambda: self.issuer.count() > seen, "a fetch that fails", interval=0.05)
        self.issuer.refuse()
        time.sleep(seconds)  # not a wait for anything: this is how long the outage is
        self.issuer.honest()
        self.issuer.resume()
        self._refreshes(1)

    def kill(self):
        # at times all of them are being replaced
        victim = wait_for(self.server.children, "a child")[0]
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda: victim not in self.server.children(), "the killed child's end")

    def run(self):
        began = time.monotonic()
        self.number += 1
        self.rotate()
        self.outage(min(2, self.seconds / 8))
        self.kill()
        self.withdraw()
        while time.monotonic() - began < self.seconds:
            time.sleep(0.2)  # traffic goes on for the time that was asked for
        self.traffic.pause()
        try:
            # a calm server: a new generation, whose children are alike
            self.server.graceful()
            wait_for(lambda: len(self.server.children()) >= self.server.processes, "all children", interval=0.05)
            for _ in range(8):
                assert self.server.get("/static.txt", self.issuer.mint.token()).status == 200
            return footprint.of_server(self.server)
        finally:
            self.traffic.go_on()


def _judge(seen):
    """What counts is the same in the second half as in the first; memory stays within bounds."""
    warm = seen[WARM:]
    half = len(warm) // 2
    faults = []
    for what in warm[0]:
        first, last = (max(look[what] for look in part) for part in (warm[:half], warm[half:]))
        room = {"parent_kB": PARENT_KB_A_RESTART * (len(warm) - half), "child_kB": CHILD_KB,
                "child_files": CHILD_FILES}.get(what, 0)
        if last > first + room:
            faults.append(f"{what}: {first}, then {last}")
    return faults


def test_nothing_grows_and_each_answer_is_right(server, issuer, figure):
    traffic = Traffic(server, issuer, CONNECTIONS)
    cycle = Cycle(server, issuer, traffic, SECONDS / CYCLES)
    began, seen = time.monotonic(), []
    try:
        for _ in range(CYCLES):
            seen.append(cycle.run())
    finally:
        traffic.stop()
    figure("requests", seconds=round(time.monotonic() - began), all=sum(traffic.counts.values()), cut=traffic.cut,
           **{kind.replace(" ", "_"): count for kind, count in sorted(traffic.counts.items())})
    for name, look in (("warm", seen[WARM]), ("last", seen[-1])):
        figure(f"{name}, of {len(seen)} cycles", **look)
    assert not traffic.faults, traffic.faults[:20]
    # each kind was sent: one that is never made would fail nothing
    assert {name.rpartition(" ")[0] for name in traffic.counts} == set(traffic.kinds.names)
    assert not (faults := _judge(seen)), (faults, seen)
