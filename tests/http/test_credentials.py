# SPDX-License-Identifier: Apache-2.0
"""What counts as a token, as none, and as a malformed request (RFC 6750 section 2.1)."""

import pytest
from env.client import raw_get
from env.leaks import register
from env.snippets import location, trusts
from env.verdicts import (assert_challenge_bare, assert_logged, assert_malformed, assert_ok,
                          assert_refused, refusal_lines)


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    return launch_shared(trusts(shared_issuer) + location("/whoami"), processes=2)


@pytest.fixture(scope="module")
def token(shared_issuer):
    return shared_issuer.mint.token()


BASIC = register("dXNlcjpwYXNzd29yZA==", "password")

MALFORMED = {
    "scheme alone": ["Authorization: Bearer"],
    "scheme and spaces": ["Authorization: Bearer   "],
    "a tab for the space": ["Authorization: Bearer\t{t}"],
    "a space and a tab": ["Authorization: Bearer \t{t}"],
    "trailing text": ["Authorization: Bearer {t} {t}"],
    "a comma": ["Authorization: Bearer {t},{t}"],
    "a trailing comma": ["Authorization: Bearer {t},"],
    "a comma and a space": ["Authorization: Bearer {t}, Bearer {t}"],
    "a quoted token": ['Authorization: Bearer "{t}"'],
    "a parameter": ['Authorization: Bearer token="{t}"'],
    "padding inside": ["Authorization: Bearer a=b"],
    "a letter beyond ASCII": ["Authorization: Bearer t\xf6ken"],
    "a percent sign": ["Authorization: Bearer a%20b"],
    "two fields": ["Authorization: Bearer {t}", "Authorization: Bearer {t}"],
    "two fields, one in other case": ["authorization: Bearer {t}", "AUTHORIZATION: bearer {t}"],
    "two fields with text between": ["Authorization: Bearer {t}", "X: y", "Authorization: Bearer {t}"],
    "Basic, then Bearer": [f"Authorization: Basic {BASIC}", "Authorization: Bearer {t}"],
    "Bearer, then Basic": ["Authorization: Bearer {t}", f"Authorization: Basic {BASIC}"],
    "two schemes in one field": [f"Authorization: Basic {BASIC}, Bearer {{t}}"],
    "an empty field, then Bearer twice": ["Authorization:", "Authorization: Bearer {t}",
                                          "Authorization: Bearer {t}"],
}

NO_TOKEN = {
    "no field": [],
    "an empty field": ["Authorization:"],
    "Basic": [f"Authorization: Basic {BASIC}"],
    "Digest with commas": ['Authorization: Digest username="Bearer x", realm="a, Bearer b"'],
    "a longer name than DPoP": ["Authorization: DPoPs {t}"],
    "a longer scheme": ["Authorization: BearerX {t}"],
    "the token alone": ["Authorization: {t}"],
    "Proxy-Authorization": ["Proxy-Authorization: Bearer {t}"],
    "a cookie": ["Cookie: access_token={t}; Authorization=Bearer {t}"],
}

# What was meant for a token and is none: refused as "no token", and told apart from it.
MISUSED = {
    "the token alone": ["Authorization: {t}"],
    "an opaque token alone": ["Authorization: " + register("n0Dots4Here")],
    "the scheme Token": ["Authorization: Token {t}"],
    "the scheme JWT": ["Authorization: JWT {t}"],
    "a colon behind the scheme": ["Authorization: Bearer: {t}"],
    "Basic": [f"Authorization: Basic {BASIC}"],
}

ACCEPTED = {
    "plain": ["Authorization: Bearer {t}"],
    "lower case": ["Authorization: bearer {t}"],
    "upper case": ["AUTHORIZATION: BEARER {t}"],
    "several spaces": ["Authorization: Bearer    {t}"],
    "spaces around": ["Authorization:    Bearer {t}   "],
}


def _send(server, fields, token, path="/whoami"):
    return raw_get(server.port, path, *(field.replace("{t}", token) for field in fields))


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed(server, shared_issuer, name):
    """Beside a token that was seen before, too: what is remembered is the token, not the field."""
    token = shared_issuer.mint.token()
    for _ in range(2):
        mark = server.error_log.mark()
        assert_malformed(_send(server, MALFORMED[name], token))
        assert_logged(server, mark, "request_malformed", 400)
        for _ in range(8):
            assert_ok(server.get("/whoami", token))


@pytest.mark.parametrize("name", NO_TOKEN)
def test_no_token(server, token, name):
    mark = server.error_log.mark()
    assert_challenge_bare(_send(server, NO_TOKEN[name], token))
    assert all("reason=token_missing" in line for line in refusal_lines(server, mark))


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(server, token, name):
    assert_ok(_send(server, ACCEPTED[name], token))


def test_only_the_header_carries_the_token(server, token):
    assert_challenge_bare(_send(server, [], "", path="/whoami?access_token=opaque-looking-thing"))


def test_nul_and_line_folding_are_httpd_s_to_refuse(server, token):
    for field in (f"Authorization: Bearer {token}\0", f"Authorization: Bearer\r\n {token}"):
        assert _send(server, [field], token).status in (200, 400)
    assert _send(server, [f"Authorization: Bearer {token}\0"], token).status == 400


def test_token_size(launch, issuer):
    """The limit is on the token: n bytes pass, one more does not."""
    token = issuer.mint.token(pad="x" * 3000)
    longer = issuer.mint.token(pad="x" * 3002)
    assert len(token) < len(longer)
    server = launch(trusts(issuer, f"OktaMaxTokenBytes {len(token)}") + location("/whoami"))
    assert_ok(server.get("/whoami", token))
    mark = server.error_log.mark()
    assert_refused(server.get("/whoami", longer))
    assert_logged(server, mark, "token_too_large")


def test_token_size_by_default(server, shared_issuer):
    assert_ok(server.get("/whoami", shared_issuer.mint.token(pad="x" * 10_000)))
    for size in (14_000, 40_000):
        mark = server.error_log.mark()
        assert_refused(server.get("/whoami", shared_issuer.mint.token(pad="x" * size)))
        assert_logged(server, mark, "token_too_large")
    mark = server.error_log.mark()
    assert_refused(server.get("/whoami", register("A" * 60_000)))
    assert_logged(server, mark, "token_too_large")


@pytest.mark.parametrize("name", MISUSED)
def test_what_is_wrong_with_the_field_is_said(server, token, name):
    """To the caller in the body, to the operator in the log; the challenge stays that of no token."""
    mark = server.error_log.mark()
    answer = _send(server, MISUSED[name], token)
    assert_challenge_bare(answer)
    said = answer.json()["error_description"]
    assert "Authorization" in said and '"Bearer"' in said
    lines = refusal_lines(server, mark)
    assert lines and all("reason=token_missing" in line and said in line for line in lines)


def test_no_field_is_just_a_token_that_is_required(server, token):
    for name in ("no field", "an empty field", "a cookie"):
        assert _send(server, NO_TOKEN[name], token).json()["error_description"] == "An access token is required"
