# SPDX-License-Identifier: Apache-2.0
"""A DPoP proof is let in once: over processes, restarts, crashes, and where the memory is full."""

import contextlib
import http.client
import os
import re
import signal
import socket
import time

import pytest
from env import waiting
from env.client import at_once
from env.dpop import Prover, assert_refused, call, fields
from env.ports import LOOPBACK
from env.snippets import location, trusts
from env.verdicts import assert_ok, assert_unavailable

pytestmark = [pytest.mark.every_mpm, pytest.mark.alone]

COPIES = 64
ROUNDS = 200


def _snippet(issuer, *lines, **options):
    return "\n".join([*lines, trusts(issuer)]) + location("/whoami", **options)


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer, mpm):
    # event gives up open connections as soon as its threads get few
    threads = COPIES // 3 + 2 if mpm == "prefork" else COPIES
    return launch_shared(_snippet(shared_issuer, "MaxKeepAliveRequests 0", "KeepAliveTimeout 60"), processes=3,
                         threads=threads)


def _client(server, issuer):
    prover = Prover.of(server)
    return prover, prover.token(issuer)


def _statuses(server, token, proof, count):
    return sorted(answer.status for answer in at_once(count, lambda _: call(server, token, proof)))


def test_copies_at_once_are_let_in_once(server, shared_issuer):
    prover, token = _client(server, shared_issuer)
    assert _statuses(server, token, prover.proof(token), COPIES) == [200] + [401] * (COPIES - 1)


def _answer(connection):
    response = http.client.HTTPResponse(connection)
    response.begin()
    response.read()
    return response.status


def test_in_every_round_one_of_many_copies_is_let_in(server, shared_issuer):
    """On connections that are open already, so that all copies of a round are under way before the first answer."""
    prover, token = _client(server, shared_issuer)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(contextlib.closing(_connect(server))) for _ in range(COPIES)]
        for number in range(ROUNDS):
            lines = ["GET /whoami HTTP/1.1", f"Host: {LOOPBACK}:{server.port}", *fields(token, prover.proof(token))]
            data = "\r\n".join([*lines, "", ""]).encode()
            for connection in connections:
                connection.sendall(data)
            statuses = sorted(_answer(connection) for connection in connections)
            assert statuses == [200] + [401] * (COPIES - 1), f"round {number}"
    # a few are written, the others counted, and none is lost
    waiting.wait_for(lambda: _told_of(server, "proof_replayed") >= ROUNDS * (COPIES - 1),
                     "a line of each refusal, or its count")


def _told_of(server, reason):
    """Refusals that the log has a line of, and those that it counts."""
    more = re.findall(rf": (\d+) more of reason={reason} in the last", server.error_log.text())
    return len(server.error_log.matching(f"reason={reason} status=401")) + sum(map(int, more))


def _connect(server):
    return socket.create_connection((LOOPBACK, server.port), timeout=60)


def test_a_graceful_restart_forgets_nothing(launch, shared_issuer):
    server = launch(_snippet(shared_issuer), processes=2)
    prover, token = _client(server, shared_issuer)
    proofs = [prover.proof(token) for _ in range(20)]
    early = prover.proof(token)
    for proof in proofs:
        assert_ok(call(server, token, proof))
    for _ in range(2):
        server.graceful()
        for proof in proofs:
            assert_refused(call(server, token, proof))
    assert_ok(call(server, token, early))


def test_a_child_that_is_killed_forgets_nothing(launch, shared_issuer, mpm):
    server = launch(_snippet(shared_issuer), processes=3)
    server.expects("AH00052|AH00051|AH10392", optional=True, lasting=True)
    prover, token = _client(server, shared_issuer)
    let_in = []
    for _ in range(3):
        proofs = [prover.proof(token) for _ in range(60)]
        victim = server.children()[0]

        def send(i, proofs=proofs, victim=victim):
            if i == 0:
                os.kill(victim, signal.SIGKILL)
                return []
            return [_try(server, token, proof) for proof in proofs]

        for statuses in zip(*at_once(5, send)[1:]):
            assert statuses.count(200) <= 1, statuses
        let_in += proofs
        # prefork starts another one only where too few are idle
        enough = 1 if mpm == "prefork" else 3
        waiting.wait_for(lambda victim=victim: victim not in server.children()
                         and len(server.children()) >= enough, "the end of the child")
    for proof in let_in:
        call(server, token, proof)
        assert_refused(call(server, token, proof))


def _try(server, token, proof):
    """None: the child died over it."""
    try:
        return call(server, token, proof).status
    except (OSError, IndexError, ValueError):
        return None


def test_a_full_memory_lets_nobody_in_and_gets_free_again(launch, shared_issuer):
    entries = 1024
    server = launch(_snippet(shared_issuer, f"OktaReplayEntries {entries}", "OktaDPoPWindow 20s"), processes=2)
    server.expects("reason=replay_memory_full", lasting=True)
    prover, token = _client(server, shared_issuer)
    ahead = int(time.time()) + 30
    let_in, answer = [], None
    for _ in range(2 * entries):
        proof = prover.proof(token, iat=ahead)
        answer = call(server, token, proof)
        if answer.status != 200:
            break
        let_in.append(proof)
    assert len(let_in) >= entries, f"full with {len(let_in)}"
    mark = server.error_log.mark()
    assert_unavailable(call(server, token, proof))
    assert len(server.error_log.matching("OKTA-REFUSED: reason=replay_memory_full status=503", mark)) == 1
    for proof in let_in[::50]:
        assert_refused(call(server, token, proof))
    assert_unavailable(call(server, token, prover.proof(token)))


def test_the_memory_gets_free_again(launch, shared_issuer):
    server = launch(_snippet(shared_issuer, "OktaReplayEntries 1024", "OktaDPoPWindow 1s", "OktaClockSkew 0"),
                    processes=1)
    server.expects("reason=replay_memory_full", optional=True, lasting=True)
    prover, token = _client(server, shared_issuer)

    def fill(_):
        return [call(server, token, prover.proof(token)).status for _ in range(400)]

    at_once(4, fill)
    waiting.wait_for(lambda: call(server, token, prover.proof(token)).status == 200, "room")


def test_what_a_graceful_restart_cannot_change_is_said(launch, shared_issuer):
    server = launch(_snippet(shared_issuer), processes=1)
    server.expects(r"OktaReplayEntries \"2048\": .* keeps its 240000 entries", lasting=True)
    server.expects(r"DPoP proofs are taken up to 60 s old and 60 s ahead", lasting=True)
    prover, token = _client(server, shared_issuer)
    server.snippet = _snippet(shared_issuer, "OktaReplayEntries 2048", "OktaDPoPWindow 5m")
    (server.root / "conf" / "httpd.conf").write_text(server.configuration())
    server.graceful()
    assert_refused(call(server, token, prover.proof(token, iat=int(time.time()) - 70)))
    assert_ok(call(server, token, prover.proof(token)))


def test_a_cold_start_takes_nothing_from_before_it(launch, shared_issuer):
    server = launch(_snippet(shared_issuer), processes=1)
    prover, token = _client(server, shared_issuer)
    proof = prover.proof(token, iat=int(time.time()) - 2)
    server.stop()
    server.start()
    mark = server.error_log.mark()
    prover, token = _client(server, shared_issuer)
    assert_refused(call(server, token, prover.proof(token, iat=int(time.time()) - 30)))
    assert "proof_before_start" in server.error_log.matching("OKTA-REFUSED", mark)[0]
    assert_ok(call(server, token, prover.proof(token)))
    assert proof
