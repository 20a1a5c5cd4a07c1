# SPDX-License-Identifier: Apache-2.0
"""A refresher that stands still, starves or dies at any step of a fetch: another one goes on in its place."""

import os
import signal
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
from env import answers, load
from env.keys import key
from env.keyservers import api, fetch_lines, phases, refresher
from env.verdicts import assert_ok, assert_refused, assert_unavailable
from env.waiting import wait_for

pytest_plugins = ["env.preload"]
pytestmark = pytest.mark.alone

STANDS_STILL = r"OKTA-KEYS: the refresher of process \d+ stands still; process \d+ goes on in its place"
EVERY_SECOND = ("OktaKeyRefresh 1s 1s", "OktaKeyCooldown 200ms")
# A request of metadata comes after a failure.
STEPS = ["metadata: before the answer", "metadata: half of it", "keys: before the answer", "keys: half of them"]
LAST_STEP = STEPS[-1]


class _Step:
    """One answer of the issuer that stops at a step until it is told to go on."""

    def __init__(self, issuer, step):
        self.reached, self.go_on = threading.Event(), threading.Event()
        endpoint, _, where = step.partition(": ")

        def wait():
            self.reached.set()
            while not self.go_on.wait(0.02) and not issuer.stopping.is_set():
                pass

        def stop_there(i, request, truth):
            whole = not request.headers.get("if-none-match") and truth.body
            if "half" in where and whole:
                return replace(truth, midway=wait)
            return replace(truth, after=wait)

        issuer.script(endpoint, answers.in_turn(stop_there, answers.honest))
        if endpoint == "metadata":
            issuer.script("keys", answers.in_turn(answers.status(500), answers.honest))


@contextmanager
def _stopped(pid):
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _has_the_lock(server):
    """The child that has a lock of fcntl; there is one such lock."""
    with open("/proc/locks") as locks:
        pids = {int(line.split()[4]) for line in locks if line.split()[1] == "POSIX"}
    return next(iter(pids & set(server.children())), None)


def test_the_lock_goes_to_whoever_has_the_turn(issuer, launch):
    """Who looked for the turn in vain does not keep it: its holder's death would be seen no sooner than a stand-still."""
    server = launch("Mutex fcntl okta-keys\n" + api(issuer, *EVERY_SECOND), processes=4, threads=4)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    wait_for(lambda: _has_the_lock(server) is not None and _has_the_lock(server) == refresher(server), "the lock")
    server.expects(STANDS_STILL, lasting=True)
    for _ in range(3):
        mark = server.error_log.mark()
        stopped = refresher(server)
        with _stopped(stopped):
            server.wait_for_log(STANDS_STILL, mark)
            wait_for(lambda: refresher(server) != stopped, "another process to refresh")
        wait_for(lambda: _has_the_lock(server) == refresher(server), "the lock")
    mark = server.error_log.mark()
    killed = refresher(server)
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: refresher(server) != killed, "another process to refresh")
    assert not server.error_log.matching(STANDS_STILL, mark)

def _wait_for_successor(server, old):
    mark = len(server.error_log.lines())
    return wait_for(lambda: next((pid for pid, _ in fetch_lines(server, mark) if pid != old), None),
                    "another process to refresh", interval=0.05)


def _assert_one_refreshes(server, issuer, fetches=3):
    """The fetches that come are all of one process."""
    mark, asked = len(server.error_log.lines()), issuer.key_fetches()
    wait_for(lambda: len(fetch_lines(server, mark)) >= fetches, "refreshes", interval=0.05)
    assert len({pid for pid, _ in fetch_lines(server, mark)}) == 1
    assert abs(issuer.key_fetches() - asked - len(fetch_lines(server, mark))) <= 1


@pytest.mark.parametrize("step", [step for step in STEPS if step != LAST_STEP])
def test_stopped_at_a_step(issuer, launch, step, figure):
    """What each instruction of a late holder does is proved by tests/unit/test_turn.c; here a fetch is under way."""
    _stop_at(issuer, launch, step, figure)


@pytest.mark.every_mpm
def test_stopped_with_the_keys_in_hand(issuer, launch, figure):
    _stop_at(issuer, launch, LAST_STEP, figure)


def _stop_at(issuer, launch, step, figure):
    """It wakes up with keys in hand that were withdrawn meanwhile, and nobody falls for them."""
    issuer.etags = False
    server = launch(api(issuer, *EVERY_SECOND, "OktaFetchTimeout 60s"), processes=3)
    server.expects(STANDS_STILL, lasting=True)
    server.expects("OKTA-KEYS: .* (failing|stale)", optional=True, lasting=True)
    server.expects("AH10392|AH10393", optional=True, lasting=True)
    # it may be stopped with the state file in hand
    server.expects("OKTA-KEYS: .* another program has locked", optional=True, lasting=True)
    old = issuer.mint.token()
    assert_ok(server.get("/whoami", old))
    held = _Step(issuer, step)
    wait_for(held.reached.is_set, step)
    owner = refresher(server)
    with _stopped(owner):
        held.go_on.set()
        issuer.keys = [key("key-2")]
        began = time.monotonic()
        successor = _wait_for_successor(server, owner)
        figure(step, taken_over_after_s=round(time.monotonic() - began, 1))
        wait_for(lambda: server.get("/whoami", issuer.mint.token()).status == 200, "the new key", interval=0.1)
        assert_refused(server.get("/whoami", old))
    for _ in range(8):
        assert_refused(server.get("/whoami", old))
        assert_ok(server.get("/whoami", issuer.mint.token()))
    _assert_one_refreshes(server, issuer)
    assert refresher(server) == successor
    assert_refused(server.get("/whoami", old))


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step(issuer, launch, step, figure):
    server = launch(api(issuer, *EVERY_SECOND, "OktaFetchTimeout 60s"), processes=3)
    server.expects("AH1039[23]: children are killed successively", optional=True, lasting=True)
    server.expects("OKTA-KEYS: .* (failing|stale)", optional=True, lasting=True)
    issuer.etags = False
    assert_ok(server.get("/whoami", issuer.mint.token()))
    held = _Step(issuer, step)
    wait_for(held.reached.is_set, step)
    owner = refresher(server)
    began = time.monotonic()
    os.kill(owner, signal.SIGKILL)
    held.go_on.set()
    _wait_for_successor(server, owner)
    figure(step, taken_over_after_s=round(time.monotonic() - began, 2))
    wait_for(lambda: server.get("/whoami", issuer.mint.token()).status == 200, "a request", interval=0.05)
    _assert_one_refreshes(server, issuer)
    assert not server.error_log.matching(STANDS_STILL)


def test_starved_of_time(issuer, launch, figure):
    """Stopped over and over again, for less than a lease each time: slow, and nobody notices."""
    server = launch(api(issuer, *EVERY_SECOND), processes=3)
    server.expects("OKTA-KEYS: .* (failing|stale)|" + STANDS_STILL, optional=True, lasting=True)
    token = issuer.mint.token()
    assert_ok(server.get("/whoami", token))
    owner = wait_for(lambda: refresher(server), "a fetch")
    asked = issuer.key_fetches()
    with load.Load(server, "/whoami", token, 2, keep=False, pause=0.05) as clients:
        for _ in range(12):
            with _stopped(owner):
                time.sleep(0.4)
            time.sleep(0.1)
        samples = clients.stop()
    figure("starved", statuses=load.statuses(samples), keys=issuer.key_fetches() - asked)
    assert set(load.statuses(samples)) == {200}
    assert issuer.key_fetches() > asked


def test_it_hangs_and_nobody_else_is_there(world, issuer, launch):
    """The log says that the keys expired, once; requests are answered; afterwards all is well."""
    server = launch(api(issuer, *EVERY_SECOND, "OktaKeyMaxStale 1s", "OktaKeyWait 200ms"),
                    processes=1, inherit=world.variables)
    world.started()
    token = issuer.mint.token()
    assert_ok(server.get("/whoami", token))
    server.expects("OKTA-KEYS: .* expired: no refresh came in time")
    server.expects(r"OKTA-REFUSED: reason=keys_unavailable", lasting=True)
    server.expects(STANDS_STILL, optional=True, lasting=True)
    world.hang()
    wait_for(lambda: server.get("/whoami", token).status == 503, "the keys to end", interval=0.1)
    for _ in range(6):
        assert_unavailable(server.get("/whoami", issuer.mint.token()))
    assert len([p for p in phases(server, issuer) if p == "expired"]) == 1
    world.hang(0)
    wait_for(lambda: server.get("/whoami", token).status == 200, "the keys", interval=0.1)
    # the keys serve a moment before the log says so
    wait_for(lambda: phases(server, issuer)[-2:] == ["expired", "recovered"], "the word of the recovery")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGWINCH, signal.SIGUSR1], ids=lambda s: s.name)
def test_the_end_does_not_wait_for_it(world, issuer, launch, how, figure):
    """A child whose refresher hangs ends all the same, by a restart as by a stop."""
    server = launch(api(issuer, *EVERY_SECOND), processes=2, inherit=world.variables)
    world.started()
    assert_ok(server.get("/whoami", issuer.mint.token()))
    server.expects("AH00045: child process .* still did not exit", optional=True, lasting=True)
    owner = wait_for(lambda: refresher(server), "a fetch")
    issuer.script("keys", answers.delayed(1))
    world.hang(owner)
    asked = issuer.key_fetches()
    wait_for(lambda: issuer.key_fetches() > asked, "the fetch that it hangs in")
    began = time.monotonic()
    if how == signal.SIGUSR1:
        server.graceful()
        assert_ok(server.get("/whoami", issuer.mint.token()))
    else:
        server.stop(how)
    figure(f"{how.name} while it hangs", took_s=round(time.monotonic() - began, 1))


def test_a_disk_that_does_not_answer(world, issuer, launch):
    """Refreshes go on, and so does the end; the log says what is not kept."""
    server = launch(lambda s: api(issuer, *EVERY_SECOND, f"OktaStateDir {s.root}/state"), processes=2,
                    inherit=world.variables)
    world.started()
    assert_ok(server.get("/whoami", issuer.mint.token()))
    world.slow_disk(True)
    server.expects('OKTA-KEYS: .*cannot be written to ".*", whose disk does not answer')
    asked = issuer.key_fetches()
    server.wait_for_log("whose disk does not answer")
    assert issuer.key_fetches() >= asked + 4
    issuer.keys = [key("key-2")]
    wait_for(lambda: server.get("/whoami", issuer.mint.token()).status == 200, "the new key", interval=0.1)
    assert not server.error_log.matching(STANDS_STILL)
    world.slow_disk(False)
    server.wait_for_log("are written to .* again")
    world.slow_disk(True)
    asked = issuer.key_fetches()
    wait_for(lambda: issuer.key_fetches() > asked, "a refresh")
    server.stop(signal.SIGWINCH)


def test_a_lock_that_somebody_holds(issuer, launch):
    server = launch(lambda s: api(issuer, *EVERY_SECOND, f"OktaStateDir {s.root}/state"), processes=2)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    server.expects('OKTA-KEYS: .*cannot be written to ".*", which another program has locked')
    with subprocess.Popen(["flock", "--no-fork", server.root / "state", "sleep", "600"]) as holder:
        try:
            asked = issuer.key_fetches()
            server.wait_for_log("which another program has locked")
            wait_for(lambda: issuer.key_fetches() >= asked + 4, "refreshes")
            assert_ok(server.get("/whoami", issuer.mint.token()))
        finally:
            holder.kill()
    server.wait_for_log("are written to .* again")
