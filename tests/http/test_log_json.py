# SPDX-License-Identifier: Apache-2.0
"""OktaLogFormat json: each line of the module is one object, whatever a client sends."""

import json
import random
import re
import time

import pytest
from env.attacks import ATTACKS
from env.client import Client, raw_get
from env.jsonlog import OURS, decoded, entries, parse
from env.mint import compact
from env.snippets import location, trusts
from env.waiting import wait_for

HOSTS = 50
HOSTILE = ['x" reason=ok status=200 kid="', '","okta.verified":true,"user.id":"root', "\\", '\\"', "\\u0022,", "%22",
           "x\r\n[core:notice] forged", "\x1b[2J\x08\x07", "é\u2028\u202e\U0001f600", "\0end", "%s%n%x%%", "A" * 5000,
           '"}\n{"@timestamp":"x","event.module":"auth_okta","event.action":"request_accepted"}', "}", "{",
           ", referer: x", "'", "\x7f\x80", "\ud800", " ", "[request_accepted]"]
TOP = {"@timestamp", "log.level", "message", "ecs.version", "event.module", "event.action"}


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    """Lines are bounded for each virtual host, so many tokens need many of them."""
    def snippet(s):
        hosts = "".join(f"<VirtualHost *:{s.port}>\nServerName h{i}.test\n</VirtualHost>\n" for i in range(HOSTS))
        return (trusts(shared_issuer, "OktaLogFormat json") + location("/whoami")
                + location("/scope", require="okta-scope nobody:has")
                + location("/open", "OktaAnonymous missing-or-failed", require="all granted")
                + location("/counting", "OktaEnforce Off") + location("/audit", "OktaLogSuccess On") + hosts)
    made = launch_shared(snippet, processes=2, log_level="notice auth_okta:info")
    made.expects("OktaEnforce Off in <Location /counting>", lasting=True)
    made.expects("AH01631: user .* authorization failure", lasting=True, optional=True)
    return made


def _until(condition):
    """What it returns once that is something; lines come a moment behind their answers."""
    return wait_for(condition, "lines in the log")


def _only(server, mark, action):
    one, = _until(lambda: entries(server, mark, action))
    return one


def test_a_refusal_has_the_fields(server, shared_issuer):
    mark = server.error_log.mark()
    token = shared_issuer.mint.token(exp=1, jti="AT.one", cid="0oaclient", act={"sub": "agent"})
    server.request("PUT", "/whoami?secret=1", token, headers={"Referer": 'http://x/","a":"b'})
    one = _only(server, mark, "request_refused")
    assert TOP < set(one)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", one["@timestamp"])
    expected = {"log.level": "info", "event.outcome": "failure", "event.reason": "token_expired",
                "http.request.method": "PUT", "url.path": "/whoami", "http.response.status_code": 401,
                "client.address": "127.0.0.1", "okta.verified": True, "okta.jti": "AT.one", "okta.client": "0oaclient",
                "okta.actor": "agent", "okta.actors": "agent", "okta.issuer": shared_issuer.url,
                "okta.kid": shared_issuer.mint.key.kid}
    assert {name: one.get(name) for name in expected} == expected
    assert "user.id" not in one and "okta.cut" not in one and one["http.request.id"]


def test_what_is_not_verified_names_nobody(server, shared_issuer):
    mark = server.error_log.mark()
    server.get("/whoami", ATTACKS["tampered"][1](shared_issuer.mint))
    one = _only(server, mark, "request_refused")
    assert one["okta.verified"] is False and one["event.reason"] == "signature_invalid"
    assert not {"user.id", "okta.client", "okta.actor"} & set(one)


def test_what_anybody_may_have_written_is_for_people(server, shared_issuer):
    """docs/log.md: nothing of a token that is not verified is exact, and it is short."""
    mark = server.error_log.mark()
    token = shared_issuer.mint.token(jti='"\\é%' + "j" * 300)
    server.get("/whoami", token[:-9] + ("A" if token[-9] != "A" else "B") + token[-8:])
    one = _only(server, mark, "request_refused")
    assert one["event.reason"] == "signature_invalid" and one["okta.verified"] is False
    assert one["okta.jti"] == "????%25" + "j" * 90 and "okta.cut" not in one


def test_known_and_not_enough(server, shared_issuer):
    mark = server.error_log.mark()
    server.get("/scope", shared_issuer.mint.token(sub='jürgen" \\ %41'))
    one = _only(server, mark, "request_refused")
    assert one["event.reason"] == "insufficient_scope" and one["http.response.status_code"] == 403
    assert one["user.id"] == "j%C3%BCrgen%22 %5C %2541" and decoded(one["user.id"]) == 'jürgen" \\ %41'


def test_anonymous_and_accepted(server, shared_issuer):
    mark = server.error_log.mark()
    server.get("/open", ATTACKS["expired"][1](shared_issuer.mint))
    server.get("/audit", shared_issuer.mint.token(jti="AT.two"))
    assert _only(server, mark, "request_anonymous")["event.reason"] == "token_expired"
    one = _only(server, mark, "request_accepted")
    assert (one["event.outcome"], one["user.id"], one["okta.jti"]) == ("success", "user@example.com", "AT.two")


def test_what_would_be_refused_was_let_in(server, shared_issuer):
    mark = server.error_log.mark()
    server.get("/counting", ATTACKS["expired"][1](shared_issuer.mint))
    one = _only(server, mark, "request_would_refuse")
    assert one["event.reason"] == "token_expired" and "http.response.status_code" not in one
    assert (one["okta.enforce"], one["okta.would_refuse"]) == (False, 401)


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_request_id_is_httpds(launch, shared_issuer, form):
    """%L of the error log and of the access log, also where the refusal came behind a redirect within httpd; and with
    %M alone each line is JSON."""
    server = launch(lambda s: trusts(shared_issuer, f"OktaLogFormat {form}") + location("/whoami")
                    + "ErrorDocument 404 /whoami\n" + 'LogFormat "%U %L" ids\nCustomLog logs/ids.log ids\n'
                    + f'ErrorLogFormat "{"%M" if form == "json" else "%L %M"}"\n',
                    processes=1, log_level="notice auth_okta:info")
    server.expects("", lasting=True, optional=True)
    for path in ("/whoami", "/nothing"):
        mark = server.error_log.mark()
        server.get(path)
        line, = _until(lambda: [x for x in server.error_log.since(mark) if "request_refused" in x])
        log = _until(lambda: re.findall(rf"^{path} (\S+)$", (server.root / "logs" / "ids.log").read_text(), re.M))
        assert log == [json.loads(line)["http.request.id"] if form == "json" else line.split()[0]]


def test_lines_of_keys(launch, make_issuer):
    issuer = make_issuer()
    server = launch(trusts(issuer, "OktaLogFormat json") + location("/whoami"), processes=1)
    assert server.get("/whoami", issuer.mint.token()).status == 200
    fresh = _only(server, 0, "keys_fresh")
    assert fresh["okta.issuer"] == issuer.url and fresh["log.level"] == "info" and "fresh" in fresh["message"]
    assert _only(server, 0, "fetch_done")["log.level"] == "debug"


def _variants(mint, rng):
    """Hostile tokens without end: (what is said of the reason, token)."""
    makers = list(ATTACKS.items())
    places_of = ("kid", "iss", "jti", "sub", "cid", "aud", "typ", "alg", "scp", "act", "nonce")
    good = mint.token().split(".")
    while True:
        kind = rng.randrange(4)
        text = rng.choice(HOSTILE) + rng.choice(["", "x", str(rng.random())])
        if kind == 0:
            _, (reasons, make) = rng.choice(makers)
            yield reasons, make(mint)
        elif kind == 1:
            where = rng.choice(places_of)
            value = {"sub": text} if where == "act" else text
            if where in ("kid", "typ", "alg"):
                yield r"\w+", compact(mint.header(**{where: text}), mint.claims(), mint.key, "RS256")
            else:
                yield r"\w+", mint.token(**{where: value, "exp": 1})
        elif kind == 2:
            # bytes of a good one exchanged: its signature holds no more
            parts = list(good)
            part = rng.randrange(3)
            at = rng.randrange(len(parts[part]) - 2)
            parts[part] = parts[part][:at] + rng.choice("AQgw-_09z") + parts[part][at + 1:]
            yield (r"\w+", ".".join(parts)) if parts != good else (r"ok", ".".join(parts))
        else:
            yield r"\w+", "".join(rng.choice("abcXYZ0123456789-._~+/=") for _ in range(rng.randrange(1, 300)))


def test_ten_thousand_hostile_tokens(server, shared_issuer, figure):
    """Each has one line that parses, with the reason that the access log has too; none forges a field."""
    count, sent, rng = 10_000, [], random.Random(15)
    mark, access = server.error_log.mark(), server.access_log.mark()
    client = Client(server.port)
    started = time.monotonic()
    for i, (reasons, token) in zip(range(count), _variants(shared_issuer.mint, rng)):
        answer = client.get(f"/whoami?n={i}", headers={"Host": f"h{i % HOSTS}.test"}, authorization=f"Bearer {token}")
        assert answer.status in (200, 400, 401), answer.status
        sent.append((reasons, answer.status))
    client.close()
    figure("hostile tokens", tokens=count, seconds=round(time.monotonic() - started, 1))
    refused = sum(status != 200 for _, status in sent)
    lines = _until(lambda: len(server.access_log.since(access)) >= count and server.access_log.since(access))
    told = re.compile(r"(\d{3}) \"GET /whoami\?n=(\d+) .* reason=(\S+)$")
    by_log = {int(m[2]): (int(m[1]), m[3]) for m in map(told.search, lines)}
    found = entries(server, mark)
    assert len(found) == len([one for one in found if one["event.action"] == "request_refused"]) == refused
    assert sorted(one["event.reason"] for one in found) == sorted(r for s, r in by_log.values() if s != 200)
    for i, (reasons, status) in enumerate(sent):
        assert by_log[i][0] == status
        assert status == 200 or re.fullmatch(reasons, by_log[i][1]), (reasons, by_log[i])
    for one in found:
        assert one["event.outcome"] == "failure" and one["event.module"] == "auth_okta"
        assert one["url.path"] == "/whoami" and one["client.address"] == "127.0.0.1"
        assert "user.id" not in one
        assert one["http.response.status_code"] in (400, 401)
        assert set(one) <= TOP | {"event.outcome", "event.reason", "http.request.id", "http.request.method", "url.path",
                                  "client.address", "http.response.status_code", "okta.verified", "okta.client",
                                  "okta.actor", "okta.actors", "okta.jti", "okta.issuer", "okta.kid", "okta.cut"}
    # nothing else came of them: no second line by a line break
    assert len(server.error_log.since(mark)) == len(found)
    assert max(map(len, server.error_log.since(mark))) < 4096


def test_hostile_requests(server):
    """What of a request stands in the line: method, path, Referer."""
    mark = server.error_log.mark()
    for text in ('/whoami/"},{"a":"b', "/whoami/\\", "/whoami/%22%5C%0a", "/whoami/\xe9", "/whoami/" + "a" * 4000,
                 '/whoami?a="'):
        raw_get(server.port, text, 'Referer: "}', 'User-Agent: "\\')
    raw_get(server.port, "/whoami", method="BREW")
    found = _until(lambda: (lambda e: len(e) >= 7 and e)(entries(server, mark, "request_refused")))
    assert found[2]["url.path"] == "/whoami/%22%5C%0a" and "okta.cut" not in found[2]
    assert found[4]["okta.cut"] == "url.path" and len(found[4]["url.path"]) == 512
    assert found[5]["url.path"] == "/whoami"


def test_of_a_whole_url_in_the_request_line_the_path(server):
    """RFC 9112 section 3.2.2."""
    mark = server.error_log.mark()
    raw_get(server.port, f"http://127.0.0.1:{server.port}/whoami/a?b")
    assert _only(server, mark, "request_refused")["url.path"] == "/whoami/a"


def test_a_line_that_is_as_long_as_can_be_is_whole(server, shared_issuer):
    mark = server.error_log.mark()
    long = "é\"" * 300
    token = shared_issuer.mint.token(sub=long, jti=long, cid=long, act={"sub": long})
    raw_get(server.port, "/scope/" + "%22" * 1000, f"Authorization: Bearer {token}")
    one = _only(server, mark, "request_refused")
    assert set(one["okta.cut"].split(",")) >= {"user.id", "okta.client", "okta.jti", "okta.actor", "url.path"}
    line, = [line for line in server.error_log.since(mark) if OURS in line]
    assert len(line) < 4096 and parse(line) == one


def test_no_member_has_the_token(server, shared_issuer):
    mark = server.error_log.mark()
    token = ATTACKS["expired"][1](shared_issuer.mint)
    server.get("/whoami", token)
    text = "\n".join(server.error_log.since(mark))
    assert not [part for part in token.split(".") if part in text]
