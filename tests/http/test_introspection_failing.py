# SPDX-License-Identifier: Apache-2.0
"""The issuer does not answer what it is asked: 503 for who needs an answer, and nothing for anybody else."""

import json
import os
import re
import signal
import threading
import time
from dataclasses import replace

import pytest
from env import answers, load
from env.asked import SECRET, AskedIssuer, asked, asks, shared  # noqa: F401  pytest takes fixtures from here
from env.client import at_once
from env.snippets import location
from env.status import HANDLER, json_of, metrics_of, page_of
from env.verdicts import assert_ok, assert_refused, assert_unavailable
from env.waiting import wait_for

UNJUDGED = r"\[request_unjudged\]|lines_left_out"
FAILS = r"\[introspection_fails\]"
REFUSED = r"\[introspection_refused\]"


@pytest.fixture(scope="module")
def server(launch_shared, shared):
    made = launch_shared(asks(shared, "OktaKeyWait 1s") + location("/api") + HANDLER, processes=2)
    made.expects(UNJUDGED, optional=True, lasting=True)
    made.expects(FAILS, optional=True, lasting=True)
    made.expects(REFUSED, optional=True, lasting=True)
    return made


def recover(server, issuer):
    """Wait until the issuer is asked again after a failure."""
    issuer.honest()
    token = issuer.opaque()
    wait_for(lambda: server.get("/api", token).status == 200, "the issuer to be asked again", interval=0.1)


FAILURES = {
    "500": answers.status(500),
    "502 with HTML": answers.status(502, body=b"<html>"),
    "503": answers.status(503),
    "404": answers.status(404),
    "405": answers.status(405),
    "a redirect": answers.redirect("/oauth2/default/v1/introspect", 307),
    "204": lambda i, r, t: answers.Answer(status=204),
    "a login page": answers.html(),
    "no JSON": answers.text("active"),
    "nothing": answers.text(""),
    "an array": answers.document([{"active": True}]),
    "no active": answers.document({"sub": "user", "aud": "api://default"}),
    "active as text": answers.document({"active": "true", "aud": "api://default", "sub": "u"}),
    "active as number": answers.document({"active": 1, "aud": "api://default", "sub": "u"}),
    "active null": answers.document({"active": None, "aud": "api://default", "sub": "u"}),
    "active twice": answers.text('{"active":false,"active":true,"aud":"api://default","sub":"u"}'),
    "compressed": answers.gzipped(),
    "cut": answers.half_body(),
    "dropped": answers.dropped(),
}


@pytest.mark.parametrize("name", FAILURES)
def test_failures_are_no_verdict(server, shared, name):
    """Neither 401 nor 200, whatever comes in place of an answer."""
    token = shared.opaque()
    shared.script("introspect", FAILURES[name])
    assert_unavailable(server.get("/api", token))
    shared.honest()
    wait_for(lambda: server.get("/api", token).status == 200, "the answer", interval=0.1)


OF_ONE_TOKEN = {
    "400": answers.status(400, body=b'{"error":"invalid_request"}'),
    "too large": answers.huge(70000),
    "exp as text": lambda i, r, t: answers.json_answer({**json.loads(t.body), "exp": "tomorrow"}),
    "aud as number": lambda i, r, t: answers.json_answer({**json.loads(t.body), "aud": 7}),
    "act as text": lambda i, r, t: answers.json_answer({**json.loads(t.body), "act": "me"}),
}


@pytest.mark.parametrize("name", OF_ONE_TOKEN)
def test_what_is_wrong_with_one_token_is_not_wrong_with_the_issuer(server, shared, name):
    odd, good = shared.opaque(), None
    for _ in range(5):
        shared.script("introspect", OF_ONE_TOKEN[name])
        assert_unavailable(server.get("/api", odd))
        shared.honest()
        good = shared.opaque()
        assert_ok(server.get("/api", good))
    assert shared.asked(odd) >= 1
    assert not server.error_log.matching(FAILS + ".*" + "never")


def test_an_answer_that_nobody_can_remember(server, shared):
    """It would be asked for by every request: one call for all, and none of them is let in or refused by it."""
    odd, mark = shared.opaque(groups=[f"group {i}" for i in range(3500)]), server.error_log.mark()
    before = json_of(server)["issuers"][0]["introspection"]
    for answer in at_once(6, lambda i: server.get("/api", odd)):
        assert_unavailable(answer)
    assert shared.asked(odd) == 1
    assert server.error_log.matching("more claims than can be remembered", mark)
    told = json_of(server)["issuers"][0]["introspection"]
    assert {name: told[name] - before[name] for name in ("active", "inactive", "failed")} == {
        "active": 0, "inactive": 0, "failed": 1}
    large = shared.opaque(groups=[f"group {i}" for i in range(1200)])
    for _ in range(2):
        assert_ok(server.get("/api", large))
    assert shared.asked(large) == 1


def test_after_three_failures_nobody_asks(server, shared):
    recover(server, shared)
    calm = json_of(server)["issuers"][0]["introspection"]
    shared.script("introspect", answers.status(500))
    mark = server.error_log.mark()
    for _ in range(3):
        assert_unavailable(server.get("/api", shared.opaque()))
    before = shared.asked()
    remembered = server.error_log.matching(FAILS, mark)
    assert len(remembered) == 1 and "status 500" in remembered[0]
    for _ in range(20):
        assert_unavailable(server.get("/api", shared.opaque()))
    assert shared.asked() <= before + 1
    failing = json_of(server)
    told = failing["issuers"][0]["introspection"]
    assert told["pause"] > 0 and told["failed"] == calm["failed"] + 3
    assert told["turned_away"] >= calm["turned_away"] + 19
    assert failing["health"] == "alarm" and "asked about" in failing["troubles"][0]["what"]
    samples, _ = metrics_of(server)
    which = frozenset({("issuer", shared.url)})
    assert samples["mod_auth_okta_introspection_paused", which] == 1
    assert samples["mod_auth_okta_introspections_total", which | {("outcome", "failed")}] == told["failed"]
    page = dict(re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", page_of(server)))
    assert "Asked about tokens" in page and "Left alone" in page
    assert {"remembered": page["Answers remembered"], "shared": page["Had by other hosts"],
            "turned_away": page["Turned away"]} == {
                name: f"{told[name]:,}".replace(",", "\u202f") for name in ("remembered", "shared", "turned_away")}
    recover(server, shared)
    assert json_of(server)["issuers"][0]["introspection"]["pause"] == 0
    assert server.error_log.matching(r"\[introspection_recovered\]", mark)


def test_remembered_answers_outlast_it(server, shared):
    recover(server, shared)
    token, bad = shared.opaque(), "never-issued-by-anybody-at-all"
    assert_ok(server.get("/api", token))
    shared.script("introspect", answers.status(500))
    for _ in range(5):
        assert_unavailable(server.get("/api", shared.opaque()))
    assert_ok(server.get("/api", token))
    recover(server, shared)
    assert_refused(server.get("/api", bad))


@pytest.mark.parametrize("header", ["retry_after", "rate_limit_reset"])
def test_too_many_requests(server, shared, header):
    """Okta's 429 is heeded at once."""
    recover(server, shared)
    value = 4 if header == "retry_after" else int(time.time()) + 4
    shared.script("introspect", answers.status(429, **{header: value}))
    began = time.monotonic()
    answer = server.get("/api", shared.opaque())
    assert_unavailable(answer)
    assert 2 <= int(answer.header("Retry-After")) <= 5
    asked = shared.asked()
    while time.monotonic() < began + 1.5:
        assert_unavailable(server.get("/api", shared.opaque()))
    assert shared.asked() == asked
    recover(server, shared)
    assert time.monotonic() - began > 2


def test_we_are_not_its_client(server, shared):
    """401 of the issuer is our misconfiguration: 503, and a line that nobody overlooks."""
    recover(server, shared)
    mark = server.error_log.mark()
    shared.client = ("0oaresourceserver001", "another secret")
    try:
        assert_unavailable(server.get("/api", shared.opaque()))
    finally:
        shared.client = ("0oaresourceserver001", SECRET)
    line, = server.error_log.matching(REFUSED, mark)
    assert "auth_okta:error" in line and "OktaIntrospectionClient" in line and "status 401" in line
    # nothing of the system's is to blame
    assert re.search(r"\] OKTA-[A-Z]+: issuer ", line), line
    recover(server, shared)


def test_the_issuer_refuses_connections(asked, launch):
    server = launch(asks(asked) + location("/api"), processes=2)
    server.expects(UNJUDGED, optional=True, lasting=True)
    server.expects(FAILS, lasting=True)
    server.expects(r"\[keys_failing\]", optional=True, lasting=True)
    # no connection is to be left over
    asked.script("introspect", lambda i, r, truth: replace(truth, close=True))
    assert_ok(server.get("/api", asked.opaque()))
    token = asked.opaque()
    asked.refuse()
    mark = server.error_log.mark()
    for _ in range(4):
        assert_unavailable(server.get("/api", token))
    # who cannot reach the issuer has to see why
    wait_for(lambda: server.error_log.matching(r"connect to server.*\[request_unjudged\]", mark), "the cause in the log")
    asked.resume()
    wait_for(lambda: server.get("/api", token).status == 200, "the answer", interval=0.1)


def test_authorities_that_are_lost_at_a_restart(launch, authority):
    """No call is made, and who looks into the log sees why."""
    with AskedIssuer(tls=authority.server()) as issuer:
        def snippet(s):
            ca = s.write("conf/ca.pem", authority.ca_file.read_bytes())
            return asks(issuer, f"OktaCAFile {ca}") + location("/api")
        server = launch(snippet, processes=1)
        server.expects(UNJUDGED, lasting=True)
        server.expects("OktaCAFile|goes on in spite", lasting=True)
        server.expects(FAILS, optional=True, lasting=True)
        assert_ok(server.get("/api", issuer.opaque()))
        ca = server.write("conf/ca.pem", "-----BEGIN CERTIFICATE-----\n")
        server.graceful()
        asked, mark = issuer.asked(), server.error_log.mark()
        assert_unavailable(server.get("/api", issuer.opaque()))
        assert issuer.asked() == asked
        assert server.error_log.matching(
            f"introspection: {issuer.url}/v1/introspect: no certificate authorities could be read from {ca}", mark)


@pytest.mark.alone
def test_hung_under_many_connections(asked, launch, figure):
    """64 connections wait for an issuer that hangs; another place is served as before."""
    server = launch(asks(asked, "OktaKeyWait 2s") + location("/api") + "<Location /free>\nRequire all granted\n"
                    "SetHandler okta-hello\n</Location>\n", processes=4, threads=8)
    server.expects(UNJUDGED, optional=True, lasting=True)
    server.expects(FAILS, optional=True, lasting=True)
    tokens = [asked.opaque() for _ in range(256)]
    signed = asked.mint.token()
    assert_ok(server.get("/api", tokens[0]))
    calm = load.run(server, "/free", "", 8, 2000, keep=False)
    asked.script("introspect", answers.hanging())
    with load.Load(server, "/api", tokens[1:], 64) as waiting:
        wait_for(lambda: asked.asked() > 1 or len(asked.requests) > 3, "requests to wait")
        beside = load.run(server, "/free", "", 8, 4000, keep=False, pause=0.001)
        judged = load.run(server, "/api", signed, 2, 200, keep=False)
        samples = waiting.stop()
    figure("another place beside 64 connections", calm=load.times(calm), hung=load.times(beside))
    figure("those 64", statuses=load.statuses(samples), **load.times(samples))
    assert load.statuses(beside) == {200: 4000}, {sample.fault for sample in beside}
    assert load.statuses(judged) == {200: 200}
    assert set(load.statuses(samples)) == {503}
    assert all(sample.retry_after for sample in samples)
    asked.honest()


def test_the_process_that_asks_is_killed(asked, launch):
    """Whoever waits for its answer asks in its place."""
    server = launch(asks(asked, "OktaKeyWait 1s") + location("/api"), processes=3, threads=4)
    server.expects(UNJUDGED, optional=True, lasting=True)
    server.expects(FAILS, optional=True, lasting=True)
    server.expects(r"AH00052|exit signal Killed", lasting=True)
    assert_ok(server.get("/api", asked.opaque()))
    token, reached, go_on, ports = asked.opaque(), threading.Event(), threading.Event(), []

    def stop_there(issuer, request, truth):
        def wait():
            ports.append(request.port)
            reached.set()
            go_on.wait(60)
        return answers.Answer(drop=True, after=wait)

    asked.script("introspect", answers.in_turn(stop_there, answers.honest))
    first = threading.Thread(target=_ignore_failure, args=(server, token), daemon=True)
    first.start()
    assert reached.wait(30)
    os.kill(server.child_with_port(ports[0]), signal.SIGKILL)
    for answer in at_once(6, lambda i: _patient(server, token)):
        assert_ok(answer)
    go_on.set()
    assert asked.asked(token) == 2


def _ignore_failure(server, token):
    try:
        server.get("/api", token)
    except OSError:
        pass


def _patient(server, token):
    """As a client does that heeds Retry-After."""
    return wait_for(lambda: (answer := server.get("/api", token)).status == 200 and answer, "the answer",
                    interval=0.05)

