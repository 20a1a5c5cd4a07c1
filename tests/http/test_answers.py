# SPDX-License-Identifier: Apache-2.0
"""Bodies, methods and fields of the answers themselves."""

import pytest
from env.attacks import ATTACKS
from env.client import raw_get
from env.snippets import location, trusts
from env.verdicts import assert_challenge_bare, assert_ok, assert_refused


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    return launch_shared(lambda s: (
        trusts(shared_issuer)
        + location("/whoami")
        + location("/unnamed", realm=None)
        + location("/foreign", realm="B\u00fcro")
        + location("/quoted", realm=r'say \"hi\", error=\"none\"')
        + location("/long", realm="r" * 5000)
        + location("/long-dpop", "OktaDPoP required", realm="r" * 5000)
        + location("/hello", require="all granted", handler="okta-hello")
        + location("/protected-hello", handler="okta-hello")
        + location("/text", "ErrorDocument 401 \"admin's own words\"")
        + location("/local", "ErrorDocument 401 /sorry.txt", "ErrorDocument 400 /sorry.txt")
        + location("/protected-error", "ErrorDocument 401 /whoami/again")
        + location("/absent", "OktaAnonymous missing-or-failed", require="all granted", handler=None)
        + f"Alias /sorry.txt {s.write('htdocs/sorry.txt', 'the admin is sorry')}\n"
        + f'<Directory "{s.root}/htdocs">\nRequire all granted\n</Directory>\n'), processes=2)


@pytest.fixture(scope="module")
def token(shared_issuer):
    return shared_issuer.mint.token()


def test_head(server, token):
    get, head = server.get("/whoami", token), server.request("HEAD", "/whoami", token)
    assert (head.status, head.body) == (200, b"")
    assert head.media_type == get.media_type
    assert head.header("Cache-Control") == "no-store"
    refused = server.request("HEAD", "/whoami")
    assert (refused.status, refused.body) == (401, b"")
    assert refused.challenge() == ("Bearer", {"realm": "api"})
    bad = server.request("HEAD", "/whoami", "a.b.c")
    assert (bad.status, bad.body) == (401, b"")
    assert bad.challenge()[1]["error"] == "invalid_token"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize("path", ["/whoami", "/hello", "/protected-hello"])
def test_other_methods(server, token, method, path):
    answer = server.request(method, path, token)
    assert answer.status == 405
    allowed = {m.strip() for m in answer.header("Allow").split(",")}
    assert {"GET", "HEAD"} <= allowed
    assert not allowed & {"POST", "PUT", "DELETE", "PATCH"}


@pytest.mark.parametrize("method", ["POST", "DELETE", "OPTIONS", "FROBNICATE"])
def test_authentication_comes_before_the_method(server, method):
    assert_challenge_bare(server.request(method, "/whoami"))


def test_unknown_method_with_a_token(server, token):
    assert server.request("FROBNICATE", "/whoami", token).status in (405, 501)


def test_no_cached_personal_answers(server, token):
    assert server.get("/whoami", token).header("Cache-Control") == "no-store"
    assert server.get("/protected-hello", token).status == 200


def test_whoami_is_strict_json_in_utf_8(server, shared_issuer):
    odd = {"sub": "jürgen \"quoted\" \\ \u2028 </script>", "n": [1, -2, 1.5, True, None, {"a": {}}],
           "big": 2 ** 53 - 1, "emoji": "\U0001f511"}
    answer = server.get("/whoami", shared_issuer.mint.token(**odd))
    assert_ok(answer)
    claims = answer.json()
    assert {name: claims[name] for name in odd} == odd
    answer.body.decode("utf-8")


def test_realm(server):
    assert server.get("/whoami").challenge()[1]["realm"] == "api"
    assert server.get("/unnamed").challenge()[1]["realm"]
    assert server.get("/quoted").challenge() == ("Bearer", {"realm": 'say "hi", error="none"'})
    assert server.get("/foreign").challenge()[1] == {"realm": "B?ro"}


def test_a_challenge_that_does_not_fit_says_what_is_wrong(server):
    """Without the realm, for which there is no room; the scheme and the error stay."""
    for path, scheme, more in (("/long", "Bearer", {}), ("/long-dpop", "DPoP", {"algs"})):
        said, params = server.get(path, "a.b.c").challenge()
        assert (said, params["realm"], params["error"]) == (scheme, "Okta", "invalid_token")
        assert set(params) == {"realm", "error", "error_description", *more}
        said, params = server.get(path).challenge()
        assert (said, set(params)) == (scheme, {"realm", *more})


def test_error_body_of_httpd_is_replaced(server):
    for options in ({}, {"token": "a.b.c"}, {"authorization": "Bearer"}):
        answer = server.get("/whoami", **options)
        assert b"<html" not in answer.body.lower() and b"DOCTYPE" not in answer.body
        assert answer.header("Cache-Control") == "no-store"


def test_answers_that_are_not_about_the_token_stay_httpd_s(server):
    """Whoever passes as anonymous, by a bad token at that, finds a missing page like anybody else."""
    seen = [server.get("/absent", token) for token in ("a.b.c", None)]
    for answer in (*seen, server.get("/absent-elsewhere")):
        assert (answer.status, answer.media_type) == (404, "text/html")
        assert answer.all("WWW-Authenticate") == [] and b'"error"' not in answer.body


@pytest.mark.parametrize("path, expected", [("/text", b"admin's own words"),
                                            ("/local", b"the admin is sorry")])
@pytest.mark.parametrize("name", [None, "tampered", "expired"])
def test_the_administrators_error_document_wins(server, shared_issuer, path, expected, name):
    answer = server.get(path, ATTACKS[name][1](shared_issuer.mint) if name else None)
    assert answer.status == 401
    assert answer.body == expected
    assert answer.challenge()[1].get("error") == ("invalid_token" if name else None)


def test_error_document_for_malformed_requests(server):
    answer = raw_get(server.port, "/local", "Authorization: Bearer")
    assert (answer.status, answer.body) == (400, b"the admin is sorry")


def test_error_document_that_is_itself_protected(server):
    """httpd then falls back to its own words; the status and the challenge stay."""
    answer = server.get("/protected-error")
    assert answer.status == 401
    assert answer.challenge()[0] == "Bearer"


def test_connection_survives_refusals(server, shared_issuer, token):
    client = server.client()
    for _ in range(5):
        assert_refused(client.get("/whoami", ATTACKS["expired"][1](shared_issuer.mint)))
        assert_ok(client.get("/whoami", token))
    client.close()


def test_refused_before_the_body_is_read(server):
    """Expect: 100-continue is answered with the 401 itself."""
    answer = raw_get(server.port, "/whoami", "Expect: 100-continue", "Content-Length: 1000000",
                     method="POST")
    assert_challenge_bare(answer)


def test_unset_authorization_by_path_tricks(server):
    for path in ("/whoami/", "//whoami", "/./whoami", "/x/../whoami", "/whoami;x", "/%77hoami",
                 "/whoami?x", "/whoami/%2e"):
        assert server.get(path).status in (401, 404), path
        assert b'"iss"' not in server.get(path).body
