# SPDX-License-Identifier: Apache-2.0
"""The same refusal a thousand times: the log has a few lines and one that says how many more there were."""

import re
import time

import pytest
import requests
from env import answers
from env.attacks import ATTACKS
from env.client import Client, at_once
from env.jsonlog import entries
from env.snippets import location, trusts
from env.verdicts import refusal_lines
from env.waiting import wait_for

BURST = 20
_MORE = re.compile(r"auth_okta:notice.* OKTA-REFUSED: (\d+) more of (reason=\w+.*) in the last (\d+) s "
                   r"\[lines_left_out\]$")


def _more(server, what, mark=0):
    found = (_MORE.search(line) for line in server.error_log.since(mark))
    return sum(int(m[1]) for m in found if m and m[2] == what)


def _written(server, reason, mark=0, outcome="status=401"):
    return len([x for x in refusal_lines(server, mark) if f"OKTA-REFUSED: reason={reason} {outcome} " in x])


def _once(client, token, host):
    """mpm_event may close a connection that is kept alive for want of workers, at the moment when we use it."""
    try:
        client.get("/whoami", token, headers={"Host": host} if host else None)
    except requests.ConnectionError:
        client.get("/whoami", token, headers={"Host": host} if host else None)


def _flood(server, count, token=None, threads=4, host=None):
    def work(_):
        client = Client(server.port)
        for _ in range(count // threads):
            _once(client, token, host)
        client.close()
    began = time.monotonic()
    at_once(threads, work)
    return time.monotonic() - began


@pytest.mark.every_mpm
def test_a_flood_over_all_processes(launch, shared_issuer):
    """What is written is bounded by the seconds that it took; with what was left out it is exact; and the last of it
    comes without another request."""
    server = launch(trusts(shared_issuer) + location("/whoami"))
    took = _flood(server, 1200)
    wait_for(lambda: _written(server, "token_missing") + _more(server, "reason=token_missing") == 1200,
             "the line about what was left out")
    assert _written(server, "token_missing") <= BURST * (took + 2)
    assert _more(server, "reason=token_missing") > 0
    lines = [line for line in server.error_log.lines() if _MORE.search(line)]
    assert len(lines) <= took + 2


def test_each_reason_and_each_virtual_host_by_itself(launch, shared_issuer):
    def snippet(s):
        return (trusts(shared_issuer) + location("/whoami") + location("/off", "OktaEnforce Off", handler="okta-hello")
                + "".join(f"<VirtualHost *:{s.port}>\nServerName {name}.test\nErrorLog logs/{name}.log\n"
                          "</VirtualHost>\n"
                          for name in ("a", "b")))
    server = launch(snippet)
    server.expects("OktaEnforce Off", lasting=True)
    _flood(server, 200, host="a.test")
    for token in (None, ATTACKS["tampered"][1](shared_issuer.mint)):
        server.get("/whoami", token, headers={"Host": "b.test"})
        server.get("/off", token, headers={"Host": "a.test"})
    server.get("/whoami", ATTACKS["tampered"][1](shared_issuer.mint), headers={"Host": "a.test"})

    def log(name):
        return (server.root / "logs" / f"{name}.log").read_text()
    for reason in ("token_missing", "signature_invalid"):
        assert log("b").count(f"reason={reason} status=401") == 1
        assert log("a").count(f"reason={reason} enforce=off would_refuse=401") == 1
    assert log("a").count("reason=signature_invalid status=401") == 1

    def all_told():
        text = log("a")
        left_out = map(int, re.findall(r": (\d+) more of reason=token_missing in the last", text))
        return text.count("reason=token_missing status=401") + sum(left_out) == 200
    wait_for(all_told, "the line about what was left out")
    assert "more of" not in log("b")


def test_a_child_that_ends_tells_first(launch, issuer):
    """No watchdog comes round any more, and the next configuration begins at nothing."""
    server = launch(trusts(issuer) + location("/whoami"))
    _flood(server, 200)
    server.graceful()
    wait_for(lambda: _written(server, "token_missing") + _more(server, "reason=token_missing") == 200,
             "the line about what was left out")


def test_in_json(launch, shared_issuer):
    server = launch(trusts(shared_issuer, "OktaLogFormat json") + location("/whoami"),
                    log_level="notice auth_okta:info")
    _flood(server, 200)

    def total():
        found = entries(server, 0, "lines_left_out")
        assert all(one["event.reason"] == "token_missing" and one["okta.of"] == "request_refused"
                   and one["okta.seconds"] >= 1 for one in found)
        return sum(one["okta.more"] for one in found) + len(entries(server, 0, "request_refused")) == 200
    wait_for(total, "the line about what was left out")


def test_lines_that_nobody_wants_are_not_counted(launch, shared_issuer):
    server = launch(trusts(shared_issuer) + location("/whoami"), log_level="notice auth_okta:warn")
    _flood(server, 200)
    server.graceful()
    assert server.get("/whoami").status == 401
    assert refusal_lines(server) == []


def test_nor_are_those_of_which_httpd_writes_none(launch, make_issuer):
    """LogLevel error hides a warning, and a notice never."""
    silent = make_issuer()
    silent.script("all", answers.dropped())
    server = launch(trusts(silent, "OktaKeyWait 0") + location("/whoami"), log_level="error")
    server.expects("OKTA-KEYS: .* missing", lasting=True, optional=True)
    _flood(server, 200, token=silent.mint.token())
    server.graceful()
    assert server.get("/whoami", silent.mint.token()).status == 503
    assert server.error_log.matching("keys_unavailable") == []


def test_success_is_never_left_out(launch, shared_issuer):
    """An audit has to be whole."""
    server = launch(trusts(shared_issuer, "OktaLogSuccess On") + location("/whoami"), log_level="warn")
    _flood(server, 200, token=shared_issuer.mint.token())
    wait_for(lambda: len(server.error_log.matching(r"OKTA-ACCEPTED: user=")) == 200, "a line for each")
