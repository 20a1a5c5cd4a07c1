# SPDX-License-Identifier: Apache-2.0
"""OktaEnforce Off: everything is decided and logged, and nothing that this module alone would refuse is refused."""

import re

import pytest
from env import answers
from env.attacks import ATTACKS
from env.client import raw_get
from env.keys import key
from env.proofs import proof, thumbprint
from env.snippets import env_directory, env_location, location, trusts
from env.verdicts import assert_challenge_bare, assert_ok, assert_refused, assert_unavailable, refusal_lines

HEADER = "X-Okta-Would-Refuse"
LOUD = r"OKTA-CONFIG: OktaEnforce Off in "
OFF = "OktaEnforce Off"
BAD = ["tampered", "expired", "wrong audience", "wrong issuer", "unknown kid", "opaque", "alg none",
       "issuer of the org server", "bound to a DPoP key", "no identity", "kid with quotes", "many dots"]


def _sections(s, shared_issuer):
    s.write("htdocs/folder/x", "")
    return (trusts(shared_issuer) + env_directory(s)
            + env_location(s, "/on") + env_location(s, "/off", OFF)
            + env_location(s, "/strict", "OktaEnforce On")
            + env_location(s, "/scope", OFF, require="okta-scope nobody:has")
            + env_location(s, "/banned", OFF, "<RequireAll>", "Require all granted",
                           "Require not okta-claim sub = user@example.com", "</RequireAll>", require=None)
            + env_location(s, "/named", OFF, require="user somebody-else")
            + env_location(s, "/expr", OFF, require="""expr "%{OKTA:sub} == 'nobody'" """)
            + env_location(s, "/elsewhere", OFF, "<RequireAll>", "Require valid-user", "Require ip 192.0.2.1",
                           "</RequireAll>", require=None)
            + env_location(s, "/either", OFF, "<RequireAny>", "Require okta-scope nobody:has", "Require ip 192.0.2.1",
                           "</RequireAny>", require=None)
            + env_location(s, "/denied", OFF, require="all denied")
            + env_location(s, "/method", OFF, "<RequireAll>", "Require okta-scope nobody:has", "Require method POST",
                           "</RequireAll>", require=None)
            + env_location(s, "/anonymous", OFF, "OktaAnonymous missing", require="all granted")
            + env_location(s, "/proof", OFF, "OktaDPoP required") + env_location(s, "/nonce", OFF, "OktaDPoPNonce On")
            + location("/folder/", OFF, "DirectoryIndex /off", handler=None)
            + location("/missing-file", OFF, handler=None)
            + location("/document", "ErrorDocument 401 /off", require="valid-user")
            + f'ScriptAlias /basic "{s.env_script}"\n<Location /basic>\n{OFF}\nAuthType Basic\nAuthName b\n'
              f'AuthBasicProvider file\nAuthUserFile "{s.write("conf/users", "")}"\nRequire valid-user\n</Location>\n'
            + location("/cors", OFF, "OktaCorsOrigin https://app.example.com"))


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    made = launch_shared(lambda s: _sections(s, shared_issuer), modules=["cgi", "auth_basic", "authn_file",
                                                                        "authz_host"], processes=2)
    made.expects(LOUD, lasting=True)
    made.expects(r"AH01630: client denied", lasting=True, optional=True)
    return made


def _assert_anonymous(answer, reason):
    assert_ok(answer)
    seen = answer.environment()
    assert seen["HTTP_X_OKTA_WOULD_REFUSE"] == seen["OKTA_REASON"] == reason, seen
    assert "REMOTE_USER" not in seen and "OKTA_SCOPE" not in seen
    assert not [name for name in seen if name.startswith("OKTA_CLAIM")]
    return seen


@pytest.mark.every_mpm
@pytest.mark.parametrize("name", BAD)
def test_a_bad_token_is_let_in_as_nobody(server, shared_issuer, name):
    reasons, make = ATTACKS[name]
    token = make(shared_issuer.mint)
    mark = server.error_log.mark()
    answer = server.get("/off", token)
    reason = answer.environment()["OKTA_REASON"]
    assert re.fullmatch(reasons, reason)
    _assert_anonymous(answer, reason)
    line, = refusal_lines(server, mark)
    assert re.search(rf"auth_okta:notice.* OKTA-REFUSED: reason={reason} enforce=off would_refuse=4\d\d kid=", line)
    assert line.endswith(" [request_would_refuse]")
    assert_refused(server.get("/on", token))
    assert_refused(server.get("/strict", token))


def test_no_token_and_malformed_credentials(server):
    _assert_anonymous(server.get("/off"), "token_missing")
    assert_challenge_bare(server.get("/on"))
    assert_challenge_bare(server.get("/strict"))
    answer = raw_get(server.port, "/off", "Authorization: Bearer a b")
    assert answer.status == 200
    assert answer.environment()["OKTA_REASON"] == "request_malformed"


def test_a_good_token_is_known_and_nothing_is_said(server, shared_issuer):
    mark = server.error_log.mark()
    seen = server.get("/off", shared_issuer.mint.token()).environment()
    assert seen["REMOTE_USER"] == "user@example.com" and seen["AUTH_TYPE"] == "Okta"
    assert "OKTA_REASON" not in seen and "HTTP_X_OKTA_WOULD_REFUSE" not in seen
    assert refusal_lines(server, mark) == []


@pytest.mark.parametrize("path", ["/scope", "/banned", "/named", "/expr", "/either"])
def test_who_is_known_and_not_enough_stays_known(server, shared_issuer, path):
    """A Require that fails is a 403; whoever it is stays that."""
    mark = server.error_log.mark()
    answer = server.get(path, shared_issuer.mint.token())
    assert_ok(answer)
    seen = answer.environment()
    assert seen["REMOTE_USER"] == "user@example.com" and seen["OKTA_CLAIM_sub"] == "user@example.com"
    assert seen["HTTP_X_OKTA_WOULD_REFUSE"] == seen["OKTA_REASON"] == "insufficient_scope"
    line, = refusal_lines(server, mark)
    assert "reason=insufficient_scope enforce=off would_refuse=403 " in line
    assert not [one for one in server.error_log.since(mark) if "AH0163" in one]
    _assert_anonymous(server.get(path), "token_missing") if path != "/banned" else None


@pytest.mark.parametrize("path", ["/elsewhere", "/denied", "/method"])
def test_what_other_modules_refuse_stays_refused(server, shared_issuer, path):
    for token in (None, shared_issuer.mint.token(), ATTACKS["expired"][1](shared_issuer.mint)):
        answer = server.get(path, token)
        assert answer.status in (401, 403), path
        assert server.get("/off", token).status == 200
    if path == "/method":
        assert server.request("POST", path, shared_issuer.mint.token()).status == 200


def test_basic_is_not_loosened(server):
    for field in (None, "Basic dXNlcjp3cm9uZw=="):
        answer = server.get("/basic", authorization=field)
        assert answer.status == 401 and answer.header("WWW-Authenticate").startswith("Basic ")
    server.expects("AH01618|AH01617", optional=True)


def test_a_proof_that_is_missing_or_bad(server, shared_issuer):
    _assert_anonymous(server.get("/proof", shared_issuer.mint.token()), "token_unbound")
    bound = shared_issuer.mint.token(cnf={"jkt": thumbprint(key("proof-key", "ES256"))})
    _assert_anonymous(server.get("/proof", bound), "token_bound")
    _assert_anonymous(server.get("/proof", authorization=f"DPoP {bound}"), "proof_missing")
    stale = proof(f"http://127.0.0.1:{server.port}/proof", "GET", token=bound, iat=1)
    seen = _assert_anonymous(server.get("/proof", authorization=f"DPoP {bound}", headers={"DPoP": stale}),
                             "proof_expired")
    # verified, though not accepted: the log may say which token it was
    assert seen["OKTA_CLIENT"] and seen["OKTA_JTI"]


def test_who_has_no_nonce_gets_one(server, shared_issuer):
    """A client cannot know the nonce before it had one."""
    token = shared_issuer.mint.token(cnf={"jkt": thumbprint(key("proof-key", "ES256"))})
    url, nonce = f"http://127.0.0.1:{server.port}/nonce", {}
    for reason in ("proof_nonce", None):
        answer = server.get("/nonce", authorization=f"DPoP {token}",
                            headers={"DPoP": proof(url, "GET", token=token, **nonce)})
        assert answer.status == 200 and answer.environment().get("OKTA_REASON") == reason
        nonce = {"nonce": answer.header("DPoP-Nonce")}


@pytest.mark.parametrize("token, reason", [(False, "token_missing"), (True, None)])
def test_a_redirect_within_httpd(server, shared_issuer, token, reason):
    """Each turn is judged by itself, and the last one counts for the back end."""
    answer = server.get("/folder/", shared_issuer.mint.token() if token else None)
    seen = answer.environment()
    assert answer.status == 200 and seen.get("HTTP_X_OKTA_WOULD_REFUSE") == reason
    assert seen.get("REMOTE_USER") == ("user@example.com" if token else None)


def test_anonymous_by_choice_would_not_be_refused(server, shared_issuer):
    """OktaAnonymous is no refusal; what it does not let in is."""
    seen = server.get("/anonymous").environment()
    assert seen["OKTA_REASON"] == "token_missing" and "HTTP_X_OKTA_WOULD_REFUSE" not in seen
    _assert_anonymous(server.get("/anonymous", ATTACKS["expired"][1](shared_issuer.mint)), "token_expired")


def test_a_preflight_and_the_error_of_another(server):
    answer = server.request("OPTIONS", "/cors", headers={"Origin": "https://app.example.com",
                                                         "Access-Control-Request-Method": "GET"})
    assert answer.status == 204
    # a 404 of httpd's own is not dressed up as a refusal of ours
    answer = server.get("/missing-file")
    assert answer.status == 404 and answer.media_type == "text/html"
    assert answer.header("WWW-Authenticate") is None


def test_an_error_document_behind_a_place_that_enforces(server):
    answer = server.get("/document")
    assert answer.status == 401
    seen = answer.environment()
    assert seen["HTTP_X_OKTA_WOULD_REFUSE"] == "token_missing" and "REMOTE_USER" not in seen
    assert seen["REDIRECT_OKTA_REASON"] == "token_missing"


@pytest.mark.parametrize("name", [HEADER, HEADER.lower(), HEADER.upper()])
def test_the_clients_own_copy_goes_everywhere(server, shared_issuer, name):
    for path, expected in (("/off", None), ("/on", None), ("/scope", "insufficient_scope")):
        seen = server.get(path, shared_issuer.mint.token(),
                          headers={name: "forged", "Connection": f"close, {HEADER}"}).environment()
        assert seen.get("HTTP_X_OKTA_WOULD_REFUSE") == expected


def test_the_clients_own_copy_goes_where_nothing_is_off(launch, shared_issuer):
    server = launch(lambda s: trusts(shared_issuer) + env_directory(s) + env_location(s, "/on")
                    + f'ScriptAlias /free "{s.env_script}"\n', modules=["cgi"], processes=1)
    token = shared_issuer.mint.token()
    for path in ("/on", "/free"):
        answer = server.get(path, token, headers={HEADER: "forged", "X-Other": "kept"})
        seen = answer.environment()
        assert "HTTP_X_OKTA_WOULD_REFUSE" not in seen and seen["HTTP_X_OTHER"] == "kept"


def test_without_keys_requests_pass_and_the_log_says_what_would_be(launch, make_issuer):
    silent = make_issuer()
    silent.script("all", answers.dropped())
    server = launch(lambda s: trusts(silent, "OktaKeyWait 100ms") + env_directory(s) + env_location(s, "/off", OFF)
                    + env_location(s, "/on"), modules=["cgi"], processes=1)
    server.expects(LOUD + "|OKTA-KEYS: .* missing|reason=keys_unavailable", lasting=True)
    _assert_anonymous(server.get("/off", silent.mint.token()), "keys_unavailable")
    assert "enforce=off would_refuse=503 " in refusal_lines(server)[0]
    assert_unavailable(server.get("/on", silent.mint.token()))


def test_a_htaccess_file_keeps_its_own_say(launch, shared_issuer):
    def snippet(s):
        s.write("htdocs/ip/.htaccess", "Require ip 192.0.2.1\n")
        s.write("htdocs/ip/page", "x")
        s.write("htdocs/who/.htaccess", "Require okta-scope nobody:has\n")
        s.write("htdocs/who/page", "x")
        return (trusts(shared_issuer) + f'<Directory "{s.root}/htdocs">\nAllowOverride AuthConfig\nAuthType Okta\n'
                f'AuthName x\n{OFF}\nRequire valid-user\n</Directory>\n')
    server = launch(snippet, modules=["authz_host"], processes=1)
    server.expects(LOUD + "|AH01630", lasting=True)
    token = shared_issuer.mint.token()
    assert server.get("/who/page", token).status == 200
    assert server.get("/who/page").status == 200
    assert server.get("/ip/page", token).status == 403
    assert server.get("/ip/page").status == 403


def test_configtest_names_each_place(configtest):
    result = configtest(f"OktaDomain integrator-123456.okta.com\n{OFF}\n" + location("/a", OFF)
                        + "<VirtualHost *:81>\n" + location("/b", OFF) + location("/c", "OktaEnforce On")
                        + "</VirtualHost>\n")
    assert result.ok
    told = re.findall(r"OktaEnforce Off in (.*?) \((\S+):(\d+)\): nothing is protected there", result.output)
    assert [place for place, _, _ in told] == ["the server", "<Location /a>", "<Location /b>"]
    assert all(path.endswith(".conf") for _, path, _ in told), told
    assert len({line for _, _, line in told}) == 3


def test_a_virtual_host_can_enforce_what_the_server_does_not(launch, shared_issuer):
    def snippet(s):
        return (trusts(shared_issuer, OFF) + env_directory(s) + f'ScriptAlias /env "{s.env_script}"\n'
                + location("/env", handler=None)
                + f'<VirtualHost *:{s.port}>\nServerName loose.test\nScriptAlias /env "{s.env_script}"\n'
                  '</VirtualHost>\n'
                + f'<VirtualHost *:{s.port}>\nServerName strict.test\nOktaEnforce On\n'
                  f'ScriptAlias /env "{s.env_script}"\n</VirtualHost>\n')
    server = launch(snippet, modules=["cgi"], processes=1)
    server.expects(LOUD, lasting=True)
    _assert_anonymous(server.get("/env", headers={"Host": "loose.test"}), "token_missing")
    assert server.get("/env", headers={"Host": "strict.test"}).status == 401
