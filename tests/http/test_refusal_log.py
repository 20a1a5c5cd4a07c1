# SPDX-License-Identifier: Apache-2.0
"""One log line for each refusal, for the operator; never the token, at any level."""

import re

import pytest
from env import answers, leaks
from env.attacks import ATTACKS, GOOD
from env.client import raw_get
from env.mint import ABSENT, Mint, compact, decode
from env.snippets import env_directory, env_location, location, trusts
from env.verdicts import assert_logged, assert_refused, assert_unavailable, refusal_lines


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    return launch_shared(trusts(shared_issuer) + location("/whoami") + location(
        "/open", "OktaAnonymous missing-or-failed", require="all granted", handler="okta-hello"), processes=2)


@pytest.mark.parametrize("name", ["tampered", "expired", "wrong audience", "wrong issuer", "unknown kid",
                                  "issuer of the org server", "ID token with nonce", "no identity",
                                  "not yet valid", "bound to a DPoP key", "crit", "alg none, signature kept",
                                  "typ of a logout token", "exp missing"])
def test_reason_kid_issuer_and_jti(server, shared_issuer, name):
    reasons, make = ATTACKS[name]
    token = make(shared_issuer.mint)
    header, claims = decode(token)
    mark = server.error_log.mark()
    assert_refused(server.get("/whoami", token))
    line = assert_logged(server, mark, reasons)
    assert f'kid="{header["kid"]}"' in line
    assert f'iss="{claims["iss"]}"' in line
    assert f'jti="{claims["jti"]}"' in line


def test_no_token_is_no_noise(server):
    """A missing token is everyday life: nothing above info."""
    mark = server.error_log.mark()
    server.get("/whoami")
    assert not [line for line in server.error_log.since(mark)
                if re.search(r":(notice|warn|error|crit|alert|emerg)\]", line)]


def test_who_passes_as_anonymous_by_a_bad_token_is_told(server, shared_issuer):
    """Once, as everyday life, and not at all where there was no token."""
    mark = server.error_log.mark()
    assert server.get("/open", ATTACKS["expired"][1](shared_issuer.mint)).status == 200
    assert server.get("/open").status == 200
    line, = refusal_lines(server, mark)
    assert "auth_okta:info" in line and "OKTA-REFUSED: reason=token_expired passes=anonymous kid=" in line


def test_that_no_token_can_be_judged_is_a_warning(launch, make_issuer):
    silent = make_issuer()
    silent.script("all", answers.dropped())
    server = launch(trusts(silent, "OktaKeyWait 100ms") + location("/whoami"), processes=1)
    server.expects("OKTA-KEYS: .* missing|OKTA-REFUSED: reason=keys_unavailable", lasting=True)
    assert_unavailable(server.get("/whoami", silent.mint.token()))
    line, = refusal_lines(server)
    assert "auth_okta:warn" in line and "reason=keys_unavailable status=503 " in line


def test_silent_at_warn(launch, issuer):
    server = launch(trusts(issuer) + location("/whoami"), log_level="notice auth_okta:warn")
    for name in ("tampered", "opaque"):
        assert_refused(server.get("/whoami", ATTACKS[name][1](issuer.mint)))
    assert refusal_lines(server) == []


@pytest.mark.parametrize("token, words", [
    (lambda m: m.token(iss="https://example.okta.com"), r"org"),
    (lambda m: m.token(header={"typ": "application/okta-internal-at+jwt"}), r"org"),
    (lambda m: Mint("https://example.okta.com", m.key).token(
        header={"typ": "application/okta-internal-at+jwt", "kid": "org-kid"}), r"org"),
])
def test_org_server_tokens_are_called_that(server, shared_issuer, token, words):
    mark = server.error_log.mark()
    assert_refused(server.get("/whoami", token(shared_issuer.mint)))
    line = assert_logged(server, mark, "token_from_org_server")
    assert re.search(r"org authorization server", line, re.I)


def test_a_trailing_slash_is_called_that(server, shared_issuer):
    mark = server.error_log.mark()
    server.get("/whoami", shared_issuer.mint.token(iss=shared_issuer.url + "/"))
    assert "slash" in assert_logged(server, mark, "issuer_unknown")


def test_the_client_hears_less_than_the_operator(server, shared_issuer):
    """Descriptions are stable and echo nothing of the token."""
    seen = set()
    for audience in ("api://guess-1", "api://guess-2"):
        answer = server.get("/whoami", shared_issuer.mint.token(aud=audience))
        seen.add((answer.body, answer.header("WWW-Authenticate")))
        assert b"guess" not in answer.body
        assert "guess" not in answer.header("WWW-Authenticate")
        assert "api://default" not in answer.header("WWW-Authenticate")
    assert len(seen) == 1


def _token_with(mint, where, text):
    """A refused token with the text in one place."""
    if where in ("kid", "typ", "alg"):
        return compact(mint.header(**{where: text}), mint.claims(), mint.key, "RS256")
    return mint.token(**{where: text, "exp": 1})


@pytest.mark.parametrize("where", ["kid", "iss", "jti", "aud", "typ", "alg"])
@pytest.mark.parametrize("text", ['x" reason=ok status=200 kid="', "x\r\n[core:notice] forged", "\x1b[2J",
                                  "é\u2028\u202e", "\0end", "%s%n%x", "A" * 5000])
def test_no_forged_log_lines(server, shared_issuer, where, text):
    mark = server.error_log.mark()
    assert_refused(server.get("/whoami", _token_with(shared_issuer.mint, where, text)))
    line = assert_logged(server, mark, r"\w+")
    assert len(server.error_log.since(mark)) < 30
    assert len(line) < 4000
    assert not re.search(r"[\x00-\x1f\x7f]", line)
    for field in ("kid", "iss", "jti"):
        assert len(re.findall(rf' {field}="', line)) == 1, line


@pytest.mark.every_mpm
def test_no_credential_reaches_any_file_at_trace8(launch, issuer):
    """Everything once at the loudest level. httpd itself prints request headers at http:trace4, so not that."""
    server = launch(lambda s: (
        trusts(issuer) + env_directory(s) + location("/whoami")
        + location("/open", "OktaAnonymous missing-or-failed", require="all granted", handler="okta-hello")
        + env_location(s, "/env")), modules=["cgi"], log_level="trace8 http:trace3", processes=2)
    for path in ("/whoami", "/open", "/env"):
        for _, make in ATTACKS.values():
            server.get(path, make(issuer.mint))
        for make in GOOD.values():
            server.get(path, make(issuer.mint))
    token = issuer.mint.token()
    fields = (f"Authorization: Bearer {token} x", f"Authorization: Bearer {token},{token}",
              f"Authorization: Bearer\t{token}", f"Authorization: DPoP {token}", f"Authorization: {token}",
              "Authorization: Basic " + leaks.register("dXNlcjpzM2NyM3Q6cGFzc3dvcmQ=", "password"))
    for field in fields:
        raw_get(server.port, "/whoami", field)
    raw_get(server.port, "/whoami", fields[0], fields[1])
    server.get("/whoami", issuer.mint.token(pad="y" * 20000))
    server.get("/whoami", issuer.mint.token(jti=ABSENT, iss=ABSENT))
    assert len(server.error_log.lines()) > 300
    leaks.check(server.root)


def test_a_claim_of_groups_that_is_not_there_is_named(launch, issuer):
    """Access tokens have groups only where somebody put them: a stranger to the group is told from a missing claim."""
    server = launch(trusts(issuer) + location("/group", require="okta-group Staff")
                    + location("/roles", "OktaGroupsClaim realm.roles", require="okta-group Staff")
                    + location("/scope", require="okta-scope none"), processes=1)
    server.expects("AH01630|AH01631", optional=True, lasting=True)
    for path, claims, named in (("/group", {}, "groups"), ("/group", {"groups": ["Guests"]}, None),
                                ("/group", {"groups": None}, "groups"), ("/roles", {"groups": ["Staff"]}, "realm.roles"),
                                ("/scope", {}, None)):
        mark = server.error_log.mark()
        assert server.get(path, issuer.mint.token(**claims)).status == 403
        line = assert_logged(server, mark, "insufficient_scope", 403)
        assert (f'has no claim "{named}"' in line and "OktaGroupsClaim" in line) if named else "no claim" not in line
