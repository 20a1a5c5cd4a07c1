# SPDX-License-Identifier: Apache-2.0
"""Tokens that only their issuer can read, and those it is asked about besides (RFC 7662)."""

import time

import pytest
from env import answers
from env.asked import ABSENT, CLIENT, SECRET, AskedIssuer, asks
from env.attacks import ATTACKS
from env.client import at_once
from env.snippets import location
from env.verdicts import assert_logged, assert_malformed, assert_ok, assert_refused


@pytest.fixture(scope="module")
def asked():
    with AskedIssuer() as made:
        yield made


@pytest.fixture(scope="module")
def server(launch_shared, asked):
    return launch_shared(
        asks(asked) + location("/api") + location("/mail", require="okta-scope email")
        + location("/admin", require="okta-scope admin") + location("/client", "OktaClientId 0oaexampleclient0001")
        + location("/others", "OktaClientId 0oasomebodyelse00001") + location("/typed", "OktaTokenType at+jwt"),
        processes=3)


def test_claims(server, asked):
    token = asked.opaque()
    answer = server.get("/api", token)
    assert_ok(answer)
    said, claims = asked.known[token], answer.json()
    assert claims.pop("scp") == ["openid", "email"]
    assert claims.pop("cid") == said["client_id"]
    assert claims == {name: value for name, value in said.items() if name != "active"}
    form, who = next(entry for entry in asked.log if entry[0]["token"] == token)
    assert form == {"token": token, "token_type_hint": "access_token"}
    assert who == (CLIENT, SECRET)
    assert_ok(server.get("/mail", token))
    assert_ok(server.get("/client", token))
    server.expects("AH01631")
    assert server.get("/admin", token).status == 403
    assert_refused(server.get("/others", token))
    assert_refused(server.get("/typed", token))
    assert asked.asked(token) == 1


def test_iss_is_who_was_asked(server, asked):
    token = asked.opaque(iss=ABSENT)
    assert server.get("/api", token).json()["iss"] == asked.url


REFUSED = {
    "inactive": ({"active": False}, "token_inactive"),
    "another type": ({"token_type": "N_A"}, "type_refused"),
    "another issuer": ({"iss": "https://elsewhere.example.com"}, "issuer_unknown"),
    "no audience": ({"aud": ABSENT}, "audience_mismatch"),
    "another audience": ({"aud": ["api://other"]}, "audience_mismatch"),
    "an ID token": ({"nonce": "n"}, "id_token"),
    "expired": ({"exp": 1}, "token_expired"),
    "not yet": ({"nbf": int(time.time()) + 4000}, "token_not_yet_valid"),
    "bound to a key": ({"cnf": {"jkt": "0" * 43}, "token_type": "DPoP"}, "token_bound"),
    "bound to nobody knows which key": ({"token_type": "DPoP"}, "token_bound"),
    "bound to a certificate": ({"cnf": {"x5t#S256": "0" * 43}}, "certificate_missing"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(server, asked, name):
    changes, reason = REFUSED[name]
    token = asked.opaque(**changes)
    mark = server.error_log.mark()
    assert_refused(server.get("/api", token))
    assert_logged(server, mark, reason)


def test_unknown_is_asked_once(server, asked):
    for _ in range(8):
        assert_refused(server.get("/api", "nobody-knows-this-token-of-ours"))
    assert asked.asked("nobody-knows-this-token-of-ours") == 1


def test_at_once(server, asked):
    """Fifty requests of one token, over all processes: one question."""
    token = asked.opaque()
    asked.script("introspect", answers.delayed(0.2))
    try:
        for answer in at_once(50, lambda i: server.get("/api", token)):
            assert_ok(answer)
    finally:
        asked.honest()
    assert asked.asked(token) == 1


@pytest.mark.alone
def test_at_once_where_the_answer_counts_no_longer(server, asked):
    """By our clock it has ended, within the skew: nobody remembers the answer, and who waits for it gets it."""
    token = asked.opaque(exp=int(time.time()) - 20)
    asked.script("introspect", answers.delayed(0.4))
    try:
        for answer in at_once(24, lambda i: server.get("/api", token)):
            assert_ok(answer)
    finally:
        asked.honest()
    before = asked.asked(token)
    assert before < 8
    assert_ok(server.get("/api", token))
    assert asked.asked(token) == before + 1


# which no reader takes for JWTs
NO_HEADER = ("header not JSON", "header an array")


@pytest.mark.parametrize("name", ATTACKS)
def test_garbage_is_not_asked_about(server, asked, name):
    """What has the form of a JWT is judged by its signature, and by nobody else."""
    _, make = ATTACKS[name]
    token = make(asked.mint)
    assert_refused(server.get("/api", token))
    assert asked.asked(token) == (0 if token.count(".") in (2, 4) and name not in NO_HEADER else 1)


@pytest.mark.parametrize("token", ["v4.local.AAAABBBB", "Wzdd.e30.AAAA", "v4.public.e30.AAAA.BBBB"])
def test_parts_alone_make_no_jwt(server, asked, token):
    """An issuer's own form of token (PASETO, for one) may have as many parts as a JWT; none begins by a JSON object."""
    assert_refused(server.get("/api", token))
    assert asked.asked(token) == 1
    mine = asked.opaque(token + "-mine")
    assert_ok(server.get("/api", mine))
    assert_ok(server.get("/api", mine))
    assert asked.asked(mine) == 1


@pytest.mark.parametrize("before", ["", "=", "~", "ICAg", "77u_", "AAAA"])
def test_what_somebody_may_read_as_a_header_is_not_asked_about(server, asked, before):
    """A known JWT behind what strict readers refuse and lenient ones pass over, cut off or changed: the issuer might
    call it active."""
    token = asked.jwt()
    for form in (before + token, before + token[:20] + "." + token.partition(".")[2], before + "eyJ.e30.AAAA",
                 before + "eyJ.AAAA.AAAA.AAAA.AAAA"):
        if form == token:
            continue
        asked.known[form] = asked.known[token]
        assert server.get("/api", form).status in (400, 401)
        assert asked.asked(form) == 0


@pytest.mark.parametrize("token", ["a b", "a,b", "Bearer", "a=b", "ä"])
def test_what_is_no_token_is_not_asked_about(server, asked, token):
    before = asked.asked()
    assert_malformed(server.get("/api", authorization="Bearer " + token)) if token != "Bearer" else None
    assert asked.asked() == before


def test_too_large(server, asked):
    token = "x" * 20000
    mark = server.error_log.mark()
    assert_refused(server.get("/api", token))
    assert_logged(server, mark, "token_too_large")
    assert asked.asked(token) == 0
