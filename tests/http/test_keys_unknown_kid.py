# SPDX-License-Identifier: Apache-2.0
"""A token with an unknown kid: how many requests wait for the fetch that it asks for, and how often one is made."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from env import answers
from env.client import at_once
from env.keys import key, keyset
from env.keyservers import api, unknown_kids
from env.waiting import wait_for

pytestmark = pytest.mark.every_mpm


def _clients_of_one_process(server, count):
    """Clients whose connections, which stay open, the same process holds."""
    held = {}
    for number in range(100):
        client = server.client()
        assert client.get(f"/plain.txt?{number}-").status == 200
        pid = server.access_line_of(f"?{number}- ").split()[0]
        held.setdefault(pid, []).append(client)
        if len(held[pid]) == count:
            for other in [c for p, clients in held.items() if p != pid for c in clients]:
                other.close()
            return held[pid]
    raise AssertionError(f"{count} connections to one process were not to be had")


def test_a_quarter_of_each_process_waits(issuer, launch, mpm):
    """The others are answered while the issuer is still silent."""
    threads, processes = (1, 8) if mpm == "prefork" else (8, 2)
    server = launch(api(issuer, "OktaKeyWait 30s"), processes=processes, threads=threads)
    server.wait_for_log("OKTA-KEYS: .* fresh; ")
    clients = [server.client() for _ in range(4)] if mpm == "prefork" else _clients_of_one_process(server, 4)
    kids = unknown_kids(issuer, 4)
    gate = threading.Event()
    issuer.script("keys", answers.gated(gate))
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(client.get, "/whoami", kid) for client, kid in zip(clients, kids)]
        try:
            # of 8 threads 2: in one process, or with prefork in all of them
            wait_for(lambda: sum(request.done() for request in asked) >= 2, "those who may not wait")
            assert sum(request.done() for request in asked) == 2
        finally:
            gate.set()
        assert [request.result().status for request in asked] == [401] * 4
    for client in clients:
        client.close()


def test_the_same_unknown_kid_is_asked_for_less_and_less_often(issuer, launch):
    """Twice the pause after each fetch that did not bring it; another kid need not wait for that."""
    cooldown = 0.3
    server = launch(api(issuer, f"OktaKeyCooldown {int(cooldown * 1000)}ms"), processes=1, threads=8)
    server.wait_for_log("OKTA-KEYS: .* fresh; ")
    issuer.forget_requests()
    nobody, = unknown_kids(issuer, 1)

    def asked_for():
        assert server.get("/whoami", nobody).status == 401
        return [r.time for r in issuer.requests]

    times = wait_for(lambda: asked_for()[3:] and asked_for(), "four fetches")[:4]
    for number, (before, after) in enumerate(zip(times, times[1:])):
        # as they arrive: connecting may take a moment longer for one than for the next
        assert after - before > 0.8 * cooldown * 2 ** number, times
    count = len(issuer.requests)
    others = iter(unknown_kids(issuer, 1000, "somebody"))
    wait_for(lambda: server.get("/whoami", next(others)).status == 401 and len(issuer.requests) > count,
             "the fetch that another kid causes")


def test_a_fetch_that_failed_says_nothing_of_the_kid(issuer, launch):
    """The next request with it waits for the next try, which brings the key."""
    server = launch(api(issuer, "OktaKeyCooldown 60s", "OktaKeyWait 10s"), processes=1, threads=8)
    server.expects("OKTA-KEYS: .* (failing|stale): .*500", lasting=True)
    server.wait_for_log("OKTA-KEYS: .* fresh; ")
    issuer.script("keys", answers.in_turn(answers.status(500), answers.honest))
    issuer.keys = [key("key-2")]
    assert [server.get("/whoami", issuer.mint.token()).status for _ in range(2)] == [401, 200]


def test_keys_that_are_there_and_not_read_yet_are_not_missed(issuer, launch, mpm):
    """While one thread of a process parses a new set, the others ask the previous one; they must not go by that."""
    threads, processes = (1, 4) if mpm == "prefork" else (16, 1)
    server = launch(api(issuer, "OktaKeyCooldown 60s", "OktaKeyRefresh 1s 1s"), processes=processes, threads=threads)
    server.wait_for_log("OKTA-KEYS: .* fresh; ")
    # a fetch of this kind may not be made again for a minute
    assert server.get("/whoami", unknown_kids(issuer, 1)[0]).status == 401
    pads = [key(f"pad-{n % 2}", "ES256").renamed(f"pad-{n:02}") for n in range(90)]
    for number in range(3):
        fresh = key(f"fresh-{number}", material="fresh")
        token = issuer.mint_with(fresh).token()
        mark = server.error_log.mark()
        issuer.keys = [*pads, fresh]
        server.wait_for_log("OKTA-KEYS: .*: keys from http", mark)
        assert at_once(12, lambda i: server.get("/whoami", token).status) == [200] * 12


def with_one_more(issuer, request, truth):
    return answers.json_answer(keyset(*issuer.keys, key("one more")))


@pytest.mark.parametrize("brings", (answers.honest, with_one_more), ids=("the-same-keys", "other-keys"))
def test_a_fetch_that_was_under_way_may_be_older_than_the_key(issuer, launch, brings):
    """Its answer is of before the rotation; the one that the request asked for comes right behind it."""
    server = launch(api(issuer, "OktaKeyCooldown 60s", "OktaKeyWait 30s", "OktaKeyRefresh 1s 1s"),
                    processes=1, threads=8)
    server.wait_for_log("OKTA-KEYS: .* fresh; ")
    gate, answered, new = threading.Event(), threading.Event(), key("key-2")

    def held_back(*asked):
        answered.set()
        return answers.gated(gate, brings)(*asked)
    issuer.script("keys", answers.in_turn(held_back, answers.honest))
    try:
        wait_for(answered.is_set, "a fetch by plan")
        issuer.keys = [new]
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(server.get, "/whoami", issuer.mint_with(new).token())
            # those behind it are through, so it has come to where it waits
            assert [server.get("/plain.txt").status for _ in range(20)] == [200] * 20
            gate.set()
            assert asked.result().status == 200
    finally:
        gate.set()
