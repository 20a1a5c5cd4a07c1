# SPDX-License-Identifier: Apache-2.0
"""What a CGI program behind the module sees, and what the access log says."""

import re
import secrets

import pytest
from env.attacks import ATTACKS
from env.mint import ABSENT
from env.snippets import env_directory, env_location, location, trusts
from env.verdicts import assert_logged, assert_refused


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    return launch_shared(lambda s: (
        trusts(shared_issuer) + env_directory(s)
        + env_location(s, "/env")
        + env_location(s, "/cid", "OktaRemoteUser cid")
        + env_location(s, "/email", "OktaRemoteUser email preferred_username sub")
        + env_location(s, "/only-email", "OktaRemoteUser email")
        + env_location(s, "/off", "OktaClaimEnv Off")
        + env_location(s, "/some", "OktaClaimEnv sub groups")
        + env_location(s, "/on", "OktaClaimEnv On")), modules=["cgi"], processes=2)


def _environment(answer):
    assert answer.status == 200, (answer.status, answer.body)
    return answer.environment()


def _tag():
    """Marks one request, so that its line in the access log can be found."""
    return f"?tag-{secrets.token_hex(8)}"


def _claims(environment):
    return {k[len("OKTA_CLAIM_"):]: v for k, v in environment.items() if k.startswith("OKTA_CLAIM_")}


@pytest.mark.every_mpm
def test_environment_of_a_user_s_token(server, shared_issuer):
    seen = _environment(server.get("/env", shared_issuer.mint.token(
        jti="AT.1", sub="ada@example.com", exp=4102444800, iat=1700000000, auth_time=1700000000)))
    assert seen["REMOTE_USER"] == "ada@example.com"
    assert seen["AUTH_TYPE"] == "Okta"
    assert seen["OKTA_SCOPE"] == "openid email"
    assert "HTTP_AUTHORIZATION" not in seen
    assert _claims(seen) == {
        "ver": "1", "jti": "AT.1", "iss": shared_issuer.url, "aud": "api://default",
        "sub": "ada@example.com", "iat": "1700000000", "exp": "4102444800", "auth_time": "1700000000",
        "cid": "0oaexampleclient0001", "uid": "00uexampleuser000001", "scp": "openid email"}
    assert "OKTA_REASON" not in seen


@pytest.mark.every_mpm
def test_environment_of_a_client_s_token(server, shared_issuer):
    seen = _environment(server.get("/env", shared_issuer.mint.client_credentials("0oaservice")))
    assert seen["REMOTE_USER"] == "0oaservice"
    assert seen["OKTA_CLAIM_cid"] == "0oaservice"
    assert "OKTA_CLAIM_uid" not in seen


def test_scope_as_a_string(server, shared_issuer):
    seen = _environment(server.get("/env", shared_issuer.mint.token(scp=ABSENT, scope="a b:c")))
    assert seen["OKTA_CLAIM_scope"] == "a b:c"
    assert seen["OKTA_SCOPE"] == "a b:c"


def test_types(server, shared_issuer):
    seen = _claims(_environment(server.get("/env", shared_issuer.mint.token(
        yes=True, no=False, number=-5, empty="", groups=["a", "b", "c d"], none=None,
        utf8="jürgen 鍵", one=["x"], nothing=[]))))
    assert seen["yes"] == "true"
    assert seen["no"] == "false"
    assert seen["number"] == "-5"
    assert seen["groups"] == "a b c%20d"
    assert seen["one"] == "x"
    assert seen["utf8"] == "jürgen 鍵"
    assert seen.get("empty", "") == ""
    assert seen.get("nothing", "") == ""


def test_remote_user_of_no_claim_is_401(server, shared_issuer):
    mark = server.error_log.mark()
    assert_refused(server.get("/only-email", shared_issuer.mint.token()))
    assert_logged(server, mark, "user_missing")


@pytest.mark.parametrize("path, claims, user", [
    ("/cid", {}, "0oaexampleclient0001"),
    ("/email", {"email": "e@example.com", "preferred_username": "p"}, "e@example.com"),
    ("/email", {"preferred_username": "p"}, "p"),
    ("/email", {}, "user@example.com"),
    ("/only-email", {"email": "e@example.com"}, "e@example.com"),
    ("/env", {"sub": ABSENT}, "0oaexampleclient0001"),
    ("/env", {"sub": ABSENT, "cid": ABSENT, "client_id": "c1"}, "c1"),
])
def test_remote_user(server, shared_issuer, path, claims, user):
    token = shared_issuer.mint.token(**claims)
    tag = _tag()
    assert _environment(server.get(path + tag, token))["REMOTE_USER"] == user
    assert f"user={user} " in server.access_line_of(tag)


def test_claim_env_off(server, shared_issuer):
    seen = _environment(server.get("/off", shared_issuer.mint.token()))
    assert _claims(seen) == {}
    assert seen["REMOTE_USER"] == "user@example.com"


def test_claim_env_list(server, shared_issuer):
    seen = _claims(_environment(server.get("/some", shared_issuer.mint.token(groups=["g"]))))
    assert seen == {"sub": "user@example.com", "groups": "g"}
    assert _claims(_environment(server.get("/some", shared_issuer.mint.token()))) == {
        "sub": "user@example.com"}


def test_claim_env_on_is_the_default(server, shared_issuer):
    token = shared_issuer.mint.token()
    assert _claims(_environment(server.get("/on", token))) == _claims(
        _environment(server.get("/env", token)))


CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@pytest.mark.parametrize("text", ["a\nb", "a\r\nX-Evil: 1", "a\0b", "\x1b[31m", "tab\there", "\x7f",
                                  "a\x01"])
def test_control_characters_never_arrive_raw(server, shared_issuer, text):
    """Refused or encoded: as a plain claim, in an array, in an object, and as the identity."""
    for claims in ({"name": text}, {"list": ["x", text]}, {"object": {"deep": text}}, {"sub": text}):
        answer = server.get("/env", shared_issuer.mint.token(**claims))
        if answer.status != 200:
            assert_refused(answer)
            continue
        assert [name for name, value in answer.environment().items() if CONTROL.search(value)] == []
    assert len(server.access_log.text().splitlines()) == len(
        re.findall(r"^\d+ \d{3} ", server.access_log.text(), re.M))


def test_claim_names_become_safe_variable_names(server, shared_issuer):
    seen = _environment(server.get("/env", shared_issuer.mint.token(**{
        "https://example.com/role": "r", "a-b": "1", "a=b": "2", "": "3", "sp ace": "4", "n\nl": "5",
        "ü": "6", "x" * 300: "7"})))
    names = [name for name in seen if name.startswith("OKTA_CLAIM_")]
    assert all(re.fullmatch(r"[A-Za-z0-9_]+", name) for name in names), names
    assert seen["OKTA_CLAIM_sub"] == "user@example.com"


def test_a_client_cannot_set_the_variables(server, shared_issuer):
    spoofed = {"OKTA_CLAIM_sub": "root", "Okta-Claim-Sub": "root", "REMOTE_USER": "root",
               "Remote-User": "root", "OKTA_SCOPE": "admin", "OKTA_REASON": "x"}
    seen = _environment(server.get("/env", shared_issuer.mint.token(), headers=spoofed))
    assert seen["REMOTE_USER"] == seen["OKTA_CLAIM_sub"] == "user@example.com"
    assert seen["OKTA_SCOPE"] == "openid email"


def test_claims_of_one_request_are_not_those_of_the_next(server, shared_issuer):
    client = server.client()
    first = _environment(client.get("/env", shared_issuer.mint.token(role="admin")))
    second = _environment(client.get("/env", shared_issuer.mint.token(sub="other@example.com")))
    client.close()
    assert first["OKTA_CLAIM_role"] == "admin"
    assert "OKTA_CLAIM_role" not in second
    assert second["REMOTE_USER"] == "other@example.com"


@pytest.mark.parametrize("name", ["tampered", "expired", "wrong audience", "unknown kid"])
def test_reason_in_the_access_log(server, shared_issuer, name):
    reasons, make = ATTACKS[name]
    tag = _tag()
    server.get("/env" + tag, make(shared_issuer.mint))
    assert re.search(rf" 401 .* user=- reason=({reasons})$", server.access_line_of(tag))


def test_reason_without_token_and_without_fault(server, shared_issuer):
    tag = _tag()
    server.get("/env" + tag)
    assert server.access_line_of(tag).endswith("reason=token_missing")
    tag = _tag()
    server.get("/env" + tag, shared_issuer.mint.token())
    assert server.access_line_of(tag).endswith("user=user@example.com reason=-")


@pytest.mark.every_mpm
def test_reason_behind_an_error_document(launch, shared_issuer):
    """The log looks at the last turn of a request; the reason is known to the one that was refused."""
    def snippet(s):
        for name in ("errors/page.html", "denied/page.html", "found/page.html", "locked/page.html"):
            s.write(f"htdocs/{name}", "<p>sorry</p>")
        pages = {"page": "/errors/page.html", "missing": "/errors/none.html", "program": "/program",
                 "denied": "/denied/page.html", "inside": "/locked/page.html", "text": '"sorry'}
        text = trusts(shared_issuer) + env_directory(s) + f'ScriptAlias /program "{s.env_script}"\n'
        text += f'<Location /program>\nRequire all granted\n</Location>\n<Directory "{s.root}/htdocs/denied">\n'
        text += "Require all denied\n</Directory>\n"
        for name, target in pages.items():
            for code in (400, 401, 403):
                require = "okta-scope nobody" if code == 403 else "valid-user"
                text += location(f"/{name}/{code}", f"ErrorDocument {code} {target}", require=require, handler=None)
        text += location("/locked", "ErrorDocument 401 /locked/page.html", handler=None)
        return text + location("/found", "ErrorDocument 404 /errors/page.html", handler=None)
    server = launch(snippet, modules=["cgi"], processes=1)
    server.expects(r"AH01629|AH01630|AH01631", lasting=True)
    token, bad = shared_issuer.mint.token(), shared_issuer.mint.token(exp=1)
    for name in ("page", "missing", "program", "denied", "inside", "text"):
        for code, sent, reason in ((401, None, "token_missing"), (401, bad, "token_expired"),
                                   (403, token, "insufficient_scope")):
            tag = _tag()
            assert server.get(f"/{name}/{code}/x{tag}", sent).status == code, (name, code)
            assert server.access_line_of(tag).endswith(f"reason={reason}"), (name, code, reason)
        tag = _tag()
        assert server.get(f"/{name}/400/x{tag}", authorization="Bearer").status == 400
        assert server.access_line_of(tag).endswith("reason=request_malformed")
    for path, sent, status in (("/locked/page.html", bad, 401), ("/found/none.html", token, 404),
                               ("/found/page.html", token, 200)):
        tag = _tag()
        assert server.get(path + tag, sent).status == status
        assert server.access_line_of(tag).endswith("reason=token_expired" if status == 401 else "reason=-")
