# SPDX-License-Identifier: Apache-2.0
"""Keys at start: one fetch for all, a short wait, then 503 with Retry-After; never 401 for lack of keys."""

import re
import stat
import threading

import pytest
from env import answers
from env.client import at_once
from env.httpd import child_user
from env.keys import key
from env.ports import closed_port
from env.snippets import location, trusts
from env.verdicts import assert_challenge_bare, assert_ok, assert_refused, assert_unavailable
from env.waiting import wait_for

pytestmark = pytest.mark.every_mpm


def _served(server):
    """The pid behind each request for /whoami."""
    return [line.split()[0] for line in server.access_log.matching("GET /whoami ")]


def _busy(server):
    """Workers at work, the one that answers this question left out."""
    page = server.get("/status?auto").body.decode()
    return int(re.search(r"^BusyWorkers: (\d+)", page, re.M)[1]) - 1


def test_ten_clients_over_four_processes_cost_one_fetch(launch, issuer, mpm):
    """All ten wait together, in every process, while the issuer takes its time."""
    gate = threading.Event()
    issuer.script("metadata", answers.gated(gate))
    # Three threads each: ten waiting requests fill all four processes. Prefork needs one for each.
    processes, threads = (12, 2) if mpm == "prefork" else (4, 3)
    server = launch(trusts(issuer) + location("/whoami")
                    + "<Location /status>\nSetHandler server-status\n</Location>\n",
                    modules=["status"], processes=processes, threads=threads)
    token = issuer.mint.token()

    def open_when_all_wait():
        try:
            wait_for(lambda: _busy(server) >= 10, "ten waiting requests")
        finally:
            gate.set()

    opener = threading.Thread(target=open_when_all_wait)
    opener.start()
    for response in at_once(10, lambda i: server.get("/whoami", token)):
        assert_ok(response)
    opener.join()
    assert at_once(10, lambda i: [server.get("/whoami", token).status for _ in range(5)]) == [
        [200] * 5] * 10
    wait_for(lambda: len(_served(server)) == 60, "the access log")
    assert len(set(_served(server))) >= 4
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)


def test_one_fetch_where_nobody_asks(launch, issuer):
    """Keys come ahead of the first request; every process then has them."""
    server = launch(trusts(issuer) + location("/whoami"), processes=4)
    wait_for(issuer.key_fetches, "the first fetch")
    token = issuer.mint.token()
    assert {r.status for r in at_once(12, lambda i: server.get("/whoami", token))} == {200}
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)


def test_no_keys_yet_is_503_and_later_200(launch, issuer):
    gate = threading.Event()
    issuer.script("metadata", answers.gated(gate))
    server = launch(trusts(issuer, "OktaFetchTimeout 60s") + location("/whoami"), processes=3)
    server.expects(r"OKTA-REFUSED: reason=keys_unavailable status=503")
    token = issuer.mint.token()
    for response in at_once(6, lambda i: server.get("/whoami", token)):
        assert_unavailable(response)
    # What can be told without keys is told without them.
    assert_challenge_bare(server.get("/whoami"))
    assert server.get("/whoami", "a.b.c").status == 401
    gate.set()
    wait_for(lambda: server.get("/whoami", token).status == 200, "the keys", interval=0.1)
    assert_ok(server.get("/whoami", token))
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)


def test_an_issuer_that_refuses_connections(launch, issuer):
    issuer.refuse()
    server = launch(trusts(issuer) + location("/whoami"), processes=3)
    server.expects(r"OKTA-REFUSED: reason=keys_unavailable status=503")
    server.expects(r"OKTA-KEYS.*([Rr]efused|connect)")
    token = issuer.mint.token()
    assert_unavailable(server.get("/whoami", token))
    server.guard.check()
    server.expects("OKTA-", lasting=True)
    issuer.resume()
    wait_for(lambda: server.get("/whoami", token).status == 200, "recovery", timeout=90, interval=0.2)


def test_a_refusing_issuer_does_not_hurt_another(launch, issuer):
    with closed_port() as port:
        dead = f"http://127.0.0.1:{port}/oauth2/default"
        server = launch(trusts(issuer) + location("/good")
                        + location("/dead", f"OktaIssuer {dead} {issuer.url}"))
        server.expects(r"OKTA-KEYS", lasting=True)
        server.expects(r"OKTA-REFUSED: reason=keys_unavailable")
        assert_ok(server.get("/good", issuer.mint.token()))
        assert_ok(server.get("/dead", issuer.mint.token()))
        assert_unavailable(server.get("/dead", issuer.mint.token(iss=dead)))


def test_keys_survive_the_issuer(launch, issuer):
    server = launch(trusts(issuer) + location("/whoami"))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    issuer.refuse()
    for _ in range(10):
        assert_ok(server.get("/whoami", issuer.mint.token()))
    assert_refused(server.get("/whoami", "a.b.c"))


def test_cold_start_without_the_issuer(launch, issuer):
    """The last good key set is kept in a file, for httpd's user alone, and found again."""
    server = launch(trusts(issuer) + location("/whoami"), processes=2)
    token = issuer.mint.token()
    assert_ok(server.get("/whoami", token))
    server.stop()
    kept = [p for p in server.root.rglob("*")
            if p.is_file() and p.suffix != ".log" and issuer.keys[0].kid in p.read_text("latin-1")]
    assert len(kept) == 1, kept
    assert (stat.S_IMODE(kept[0].stat().st_mode), kept[0].stat().st_uid) == (0o600, child_user()[0])
    issuer.refuse()
    server.start()
    server.expects("OKTA-KEYS", optional=True, lasting=True)
    assert_ok(server.get("/whoami", token))
    assert_refused(server.get("/whoami", issuer.mint.token(key=key("stranger"))))


def test_request_threads_do_no_network_io(launch, issuer):
    """With the keys in memory the issuer may hang: nobody notices, not even for unknown kids for long."""
    server = launch(trusts(issuer) + location("/whoami"), processes=2)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    issuer.script("all", answers.hanging())
    unknown = issuer.mint.token(header={"kid": "unknown"}, key=key("stranger"))
    assert server.get("/whoami", unknown).status in (401, 503)
    for _ in range(5):
        assert_ok(server.get("/whoami", issuer.mint.token()))
    server.expects("OKTA-", optional=True, lasting=True)


def test_the_error_log_tells_of_the_keys(launch, issuer):
    server = launch(trusts(issuer) + location("/whoami"), processes=2)
    line = server.wait_for_log(r"OKTA-KEYS")
    assert issuer.url in line
