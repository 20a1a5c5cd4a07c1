# SPDX-License-Identifier: Apache-2.0
"""OktaRevocations: which tokens a list refuses, in all processes, and tokens that were seen before."""

import time

import pytest
from env.asked import ABSENT as UNSAID
from env.asked import AskedIssuer, asks
from env.mint import ABSENT
from env.revocations import Listing, loads, statuses, wait_for_load, wait_for_status
from env.snippets import env_directory, env_location, location, trusts
from env.verdicts import assert_ok, assert_refused
from env.waiting import wait_for

NOW = int(time.time())
OTHER = "https://other.example.com/oauth2/default"


def _day(offset):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(NOW + offset))


# name: (claims of a token, the line that is about it, whether it is refused)
CASES = {
    "jti": ({"jti": "AT.one"}, "jti AT.one", True),
    "jti, of another case": ({"jti": "AT.Case"}, "jti AT.case", False),
    "jti, longer": ({"jti": "AT.longer"}, "jti AT.long", False),
    "jti, shorter": ({"jti": "AT.short"}, "jti AT.shorter", False),
    "value of another claim": ({"jti": "as-sub"}, "sub as-sub", False),
    "sub": ({"sub": "gone@example.com"}, "sub gone@example.com", True),
    "cid": ({"cid": "0oagone"}, "cid 0oagone", True),
    "client_id": ({"cid": ABSENT, "client_id": "0oaother"}, "cid 0oaother", True),
    "sid": ({"sid": "102session"}, "sid 102session", True),
    "sid that is a number": ({"sid": 7}, "sid 7", False),
    "no sid": ({"sid": ABSENT}, "sid nobody", False),
    "blanks": ({"jti": "AT.blanks"}, " \tjti \t AT.blanks  ", True),
    "carriage return": ({"jti": "AT.cr"}, "jti AT.cr\r", True),
    "quotes": ({"sub": "Jane Doe"}, 'sub "Jane Doe"', True),
    "escapes": ({"jti": 'a"b\\c\td'}, r'jti "a\"b\\c\td"', True),
    "a backslash without quotes": ({"sub": r"a\u0041"}, r"sub a\u0041", True),
    "beyond ASCII": ({"sub": "jürgen@例え"}, "sub jürgen@例え", True),
    "beyond ASCII, escaped": ({"sub": "j\u00f6rg\U0001f600"}, r'sub "j\u00f6rg\ud83d\ude00"', True),
    "hash within": ({"sub": "a#b"}, "sub a#b", True),
    "comment": ({"jti": "AT.comment"}, "#jti AT.comment", False),
    "the word before as a value": ({"sub": "before"}, "sub before", True),
    "long": ({"sub": "x" * 9000}, "sub " + "x" * 9000, True),
    "issuer": ({"jti": "AT.issuer"}, "iss {issuer} jti AT.issuer", True),
    "another issuer": ({"jti": "AT.elsewhere"}, f"iss {OTHER} jti AT.elsewhere", False),
    "before a later time": ({"sub": "b1"}, f"sub b1 before {NOW + 6000}", True),
    "before an earlier time": ({"sub": "b2"}, f"sub b2 before {NOW - 600}", False),
    "before the very second": ({"sub": "b3", "iat": NOW}, f"sub b3 before {NOW}", False),
    "before the next second": ({"sub": "b4", "iat": NOW}, f"sub b4 before {NOW + 1}", True),
    "before a fraction of the second": ({"sub": "b5", "iat": NOW}, f"sub b5 before {_day(0)}.001Z", True),
    "before a date": ({"sub": "b6"}, f"sub b6 before {_day(6000)}Z", True),
    "before a date to the east": ({"sub": "b7"}, f"sub b7 before {_day(6000)}+02:00", False),
    "before a date to the west": ({"sub": "b8"}, f"sub b8 before {_day(-600)}-02:00", True),
    "before, without iat": ({"sub": "b9", "iat": ABSENT}, f"sub b9 before {NOW - 99999}", True),
    "issuer and time": ({"sub": "b10"}, f"iss {{issuer}} sub b10 before {NOW + 6000}", True),
    "two times": ({"sub": "b11"}, f"sub b11 before {NOW + 6000}\nsub b11 before {NOW - 600}", True),
    "two issuers": ({"sub": "b12"}, f"iss {OTHER} sub b12\niss {{issuer}} sub b12", True),
    "any issuer, earlier": ({"sub": "b13"}, f"sub b13 before 5\niss {OTHER} sub b13\niss {{issuer}} sub b13 before {NOW + 6000}",
                            True),
}
ENFORCED = r"OKTA-CONFIG: OktaEnforce Off in "


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    def snippet(s):
        s.listing, s.other = Listing(s.root / "revoked" / "list"), Listing(s.root / "revoked" / "other")
        return (trusts(shared_issuer, "OktaRevocations revoked/list") + env_directory(s) + location("/whoami")
                + env_location(s, "/off", "OktaEnforce Off")
                + env_location(s, "/missing", "OktaAnonymous missing", require="all granted")
                + env_location(s, "/failed", "OktaAnonymous missing-or-failed", require="all granted")
                + f"<VirtualHost *:{s.extra_ports[0]}>\n"
                  f"OktaRevocations {s.root}/revoked/other\n</VirtualHost>\n")
    made = launch_shared(snippet, modules=["cgi"], extra_ports=1)
    made.expects(ENFORCED, lasting=True)
    return made


@pytest.fixture(autouse=True)
def empty(server):
    """Each test begins with a list that says nothing."""
    mark = server.error_log.mark()
    if server.listing.path.read_bytes():
        server.listing.replace("# nothing\n")
        wait_for_load(server, 0, mark)
    yield


def test_what_each_line_refuses(server, shared_issuer):
    """Tokens that every process has let in before, and so remembers."""
    tokens = {name: shared_issuer.mint.token(**claims) for name, (claims, _, _) in CASES.items()}
    for name, token in tokens.items():
        assert server.get("/whoami", token).status == 200, name
    lines = [line.format(issuer=shared_issuer.url) for _, line, _ in CASES.values()]
    server.listing.replace("# all of them\n\n" + "\n".join(lines) + "\n")
    wait_for_status(server, tokens["jti"], 401)
    found = {name: statuses(server, token, asks=3) for name, token in tokens.items()}
    assert found == {name: {401 if refused else 200} for name, (_, _, refused) in CASES.items()}


def test_the_refusal(server, shared_issuer):
    mark = server.error_log.mark()
    token = shared_issuer.mint.token(jti="AT.gone")
    server.listing.append("jti AT.gone\n")
    wait_for_status(server, token, 401)
    answer = server.get("/whoami", token)
    assert_refused(answer)
    assert answer.json()["error_description"] == "The access token was revoked"

    def logged():
        """Of one reason twenty lines a second are written, and the test before may have written them."""
        server.get("/whoami", token)
        return server.error_log.matching("token_revoked.*AT.gone", mark)
    line = wait_for(logged, "a line of this token")[-1]
    assert "OktaRevocations has its jti" in line and "AT.gone" in line, line
    assert loads(server, mark) == [1]


@pytest.mark.every_mpm
def test_every_way_to_write_counts_in_every_process(server, shared_issuer, figure):
    """The last token is good again when its line goes."""
    tokens = [shared_issuer.mint.token(jti=f"AT.way{n}") for n in range(6)]
    for token in tokens:
        assert statuses(server, token) == {200}
    took = {}
    server.listing.append("jti AT.way0\n")
    took["appended"] = wait_for_status(server, tokens[0], 401)
    server.listing.rewrite("jti AT.way0\njti AT.way1\n")
    took["written in place"] = wait_for_status(server, tokens[1], 401)
    server.listing.replace("jti AT.way2\njti AT.way1\n")
    took["renamed"] = wait_for_status(server, tokens[2], 401)
    assert statuses(server, tokens[0]) == {200}
    server.listing.append("jti AT.way3")
    took["without a line feed"] = wait_for_status(server, tokens[3], 401)
    server.listing.rewrite("\N{BYTE ORDER MARK}jti AT.way4\r\njti AT.way5\r\n")
    took["by an editor of another system"] = wait_for_status(server, tokens[4], 401)
    server.listing.rewrite("")
    took["emptied"] = wait_for_status(server, tokens[5], 200)
    figure("seconds until everybody knows", **{name.replace(" ", "_"): value for name, value in took.items()})


def test_places_that_need_no_token(server, shared_issuer):
    token = shared_issuer.mint.token(sub="anon@example.com")
    mark = server.error_log.mark()
    assert server.get("/missing", token).environment()["REMOTE_USER"] == "anon@example.com"
    server.listing.append("sub anon@example.com\n")
    wait_for_status(server, token, 401)
    assert_refused(server.get("/missing", token))
    assert_ok(server.get("/missing"))
    nobody = server.get("/failed", token)
    assert_ok(nobody)
    assert "REMOTE_USER" not in nobody.environment()
    passed = server.get("/off", token)
    assert_ok(passed)
    assert "REMOTE_USER" not in passed.environment()
    assert passed.environment()["OKTA_REASON"] == "token_revoked"
    assert server.error_log.matching(r"token_revoked.*request_would_refuse", mark)


def test_a_virtual_host_has_its_own(server, shared_issuer):
    token = shared_issuer.mint.token(jti="AT.host")
    client = server.client(0)
    assert client.request("GET", "/whoami", token).status == 200
    server.listing.append("jti AT.host\n")
    wait_for_status(server, token, 401)
    assert client.request("GET", "/whoami", token).status == 200
    mark = server.error_log.mark()
    server.other.append("jti AT.host\n")
    wait_for_load(server, 1, mark)
    assert client.request("GET", "/whoami", token).status == 401
    server.listing.replace("")
    wait_for_status(server, token, 200)
    assert client.request("GET", "/whoami", token).status == 401


def test_tokens_that_only_their_issuer_can_read(launch):
    """What it said of them is remembered, and they are refused all the same; without a second question."""
    with AskedIssuer() as asked:
        def snippet(s):
            s.listing = Listing(s.root / "revoked" / "list")
            return f"OktaRevocations {s.listing.path}\n" + asks(asked) + location("/api")
        server = launch(snippet)
        tokens = {"sub": asked.opaque(sub="gone@example.com"), "cid": asked.opaque(client_id="0oagone"),
                  "issuer": asked.opaque(iss=UNSAID, sub="jane"), "none": asked.opaque()}
        for token in tokens.values():
            assert_ok(server.get("/api", token))
        server.listing.append(f"sub gone@example.com\ncid 0oagone\niss {asked.url} sub jane\n")
        for name in ("sub", "cid", "issuer"):
            wait_for_status(server, tokens[name], 401, "/api")
            assert asked.asked(tokens[name]) == 1
        assert_ok(server.get("/api", tokens["none"]))
