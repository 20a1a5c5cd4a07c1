# SPDX-License-Identifier: Apache-2.0
"""OktaForwardToken Off: the client's own field goes, wherever it stands by then, and nobody else's."""

import pytest
from env.asked import asks, shared  # noqa: F401  pytest takes fixtures from here
from env.backends import HttpBackend, PhpFpm
from env.client import bearer, raw_get
from env.routes import AUTHZ_NOISE
from env.snippets import env_directory, env_location, location, trusts

OFF = "OktaForwardToken Off"
# how configurations hand the field to programs that httpd keeps it from
COPIES = {
    "debian": "SetEnvIfNoCase ^Authorization$ \"(.+)\" HTTP_AUTHORIZATION=$1",
    "bare": "SetEnvIf Authorization \"^[Bb]earer (.+)\" ACCESS_TOKEN=$1",
    "within": "SetEnvIf Authorization \"(.+)\" AUTH_JSON={\\\"field\\\":\\\"$1\\\"}",
    "pass": "CGIPassAuth On",
    "rewrite": "RewriteEngine On\nRewriteOptions AllowAnyURI\n"
               "RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]",
    "edited": 'RequestHeader edit Authorization "^Bearer" "Token"\nCGIPassAuth On',
    "added": 'RequestHeader add Authorization "Basic YmFjazplbmQ="\nCGIPassAuth On',
}


# what the server's programs know, and clients are not to find out
SERVICE = "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2VjcmV0LW9mLXRoZS1zZXJ2aWNl"
SERVICE_FIELD = "Bearer s3cret-of-the-service"


@pytest.fixture(scope="module")
def backends():
    with HttpBackend() as http, PhpFpm() as php:
        yield {"http": http, "php": php}


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer, backends):
    http, php = backends["http"], backends["php"]

    def snippet(s):
        text = trusts(shared_issuer) + env_directory(s) + "AddOutputFilter INCLUDES .shtml\n"
        text += f'<Directory "{s.root}/htdocs">\nOptions +Includes\nRequire all granted\n</Directory>\n'
        for name, line in COPIES.items():
            for state in ("Off", "On"):
                text += env_location(s, f"/cgi/{state}/{name}", line, f"OktaForwardToken {state}")
                text += f"ProxyPass /php/{state}/{name} {php.proxy_url()}\n"
                text += location(f"/php/{state}/{name}", line, f"OktaForwardToken {state}", handler=None)
        # where a request goes on
        text += f"ProxyPass /plain {http.url}\n<Location /plain>\nRequire all granted\n</Location>\n"
        text += f"ProxyPass /on {http.url}\n" + location("/on", "OktaForwardToken On", handler=None)
        text += f"ProxyPass /php-plain {php.proxy_url()}\n<Location /php-plain>\nRequire all granted\n</Location>\n"
        for code, require in ((401, "valid-user"), (403, "okta-scope nobody")):
            for target in ("plain", "php-plain", "on"):
                text += location(f"/refused/{code}/{target}", OFF, f"ErrorDocument {code} /{target}/status-{code}",
                                 COPIES["debian"], require=require, handler=None)
        text += location("/lost", OFF, COPIES["debian"], "ErrorDocument 404 /plain/status-404", handler=None)
        for target in ("plain", "on", "php-plain"):
            s.write(f"cgi-bin/jump-{target}", f"#!/bin/sh\nprintf 'Location: /{target}/x\\r\\n\\r\\n'\n").chmod(0o755)
            s.write(f"htdocs/page-{target}.shtml", f'<!--#include virtual="/{target}/x" -->')
            text += f'ScriptAlias /jump-{target} "{s.root}/cgi-bin/jump-{target}"\n'
            text += location(f"/jump-{target}", OFF, COPIES["debian"], handler=None)
            text += location(f"/page-{target}.shtml", OFF, COPIES["debian"], handler=None)
            text += location(f"/rewritten-{target}", OFF, "RewriteEngine On", "RewriteOptions AllowAnyURI",
                             f"RewriteRule .* /{target}/x", handler=None)
            text += location(f"/front-{target}", OFF, f"FallbackResource /{target}/x", handler=None)
        s.write("htdocs/part.txt", "the part\n")
        s.write("htdocs/page-file.shtml", '<!--#include file="part.txt" -->')
        text += location("/page-file.shtml", OFF, handler=None)
        s.write("htdocs/between.shtml", '<!--#include virtual="/on/x" -->')
        s.write("htdocs/page-between.shtml", '<!--#include file="between.shtml" -->')
        text += location("/page-between.shtml", OFF, handler=None)
        text += "<Files part.txt>\nAuthType Okta\nAuthName api\nRequire valid-user\n</Files>\n"
        s.write("htdocs/dir/x.acting", "x\n")
        text += f'<Directory "{s.root}/htdocs/dir">\nAction acting /plain\nAddHandler acting .acting\n</Directory>\n'
        text += location("/dir", OFF, handler=None)
        # whose field it is
        own = 'RequestHeader set Authorization "Basic YmFjazplbmQ="'
        text += f"ProxyPass /own {http.url}\n" + location("/own", OFF, own, handler=None)
        text += f"ProxyPass /unasked {http.url}\n" + location("/unasked", OFF, require="all granted", handler=None)
        s.write("users", "ada:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n")
        basic = (f'AuthType Basic\nAuthName b\nAuthBasicProvider file\nAuthUserFile "{s.root}/users"\n'
                 "Require valid-user\n")
        text += f"ProxyPass /basic {http.url}\n<Location /basic>\n{basic}{OFF}\n</Location>\n"
        text += f"ProxyPass /nothing {http.url}\n<Location /nothing>\n{OFF}\nRequire all granted\n</Location>\n"
        text += env_location(s, "/maybe", OFF, "OktaAnonymous missing-or-failed", "CGIPassAuth On",
                             'SetEnv MODE "read only"', "SetEnv PLACE internal-service.example.com",
                             f"SetEnv SERVICE {SERVICE}", f'SetEnv SERVICE_FIELD "{SERVICE_FIELD}"',
                             COPIES["debian"], require="all granted")
        return text
    server = launch_shared(snippet, modules=["cgi", "proxy", "proxy_http", "proxy_fcgi", "setenvif", "rewrite",
                                             "include", "filter", "actions", "auth_basic", "authn_file"],
                           processes=1, threads=8)
    server.expects(AUTHZ_NOISE, lasting=True)
    return server


def _told(answer):
    return answer.json()["headers"] if b'"headers"' in answer.body[:200000] else answer.json()


@pytest.mark.every_mpm
@pytest.mark.parametrize("name", COPIES)
@pytest.mark.parametrize("way", ["cgi", "php"])
def test_the_environment(server, shared_issuer, way, name):
    token = shared_issuer.mint.token()
    secret = token.encode()
    answer = server.get(f"/{way}/Off/{name}", token)
    assert answer.status == 200 and secret not in answer.body.replace(b"\\/", b"/")
    if name != "added":  # of two, programs get the last one
        assert secret in server.get(f"/{way}/On/{name}", token).body
    else:
        told = answer.environment() if way == "cgi" else answer.json()
        assert told["HTTP_AUTHORIZATION"] == "Basic YmFjazplbmQ="


@pytest.mark.every_mpm
@pytest.mark.parametrize("code", [401, 403])
@pytest.mark.parametrize("target", ["plain", "php-plain"])
def test_error_documents(server, shared_issuer, code, target):
    """Bad tokens are no business of the back end either."""
    token = shared_issuer.mint.token(**({"exp": 1} if code == 401 else {}))
    answer = server.get(f"/refused/{code}/{target}", token)
    assert answer.status == code and _told(answer) and token.encode() not in answer.body
    if target == "php-plain":
        assert answer.json()["REDIRECT_OKTA_REASON"]


@pytest.mark.every_mpm
def test_error_documents_of_handlers(server, shared_issuer):
    token = shared_issuer.mint.token()
    answer = server.get("/lost/x", token)
    assert answer.status == 404 and _told(answer) and token.encode() not in answer.body


@pytest.mark.every_mpm
@pytest.mark.parametrize("way", ["/jump-{}", "/page-{}.shtml", "/rewritten-{}", "/front-{}/x"])
@pytest.mark.parametrize("target", ["plain", "php-plain", "on"])
def test_redirects_and_includes(server, shared_issuer, way, target):
    """The place that was the last one to judge the token says who gets it."""
    token = shared_issuer.mint.token()
    answer = server.get(way.format(target), token)
    assert answer.status == 200 and _told(answer)
    assert (token.encode() in answer.body) == (target == "on")


@pytest.mark.every_mpm
def test_a_file_that_is_included_is_judged_by_the_same_token(server, shared_issuer):
    """httpd looks for it when the field is gone already, by its name, which does not bring the field back."""
    token = shared_issuer.mint.token()
    assert server.get("/part.txt").status == 401
    for path in ("/part.txt", "/page-file.shtml"):
        answer = server.get(path, token)
        assert (answer.status, answer.body.strip()) == (200, b"the part")
    # what such a file includes gets the token if it may
    assert _field(server.get("/page-between.shtml", token)) == f"Bearer {token}"


@pytest.mark.every_mpm
def test_actions(server, shared_issuer):
    token = shared_issuer.mint.token()
    answer = server.get("/dir/x.acting", token)
    assert answer.status == 200 and _told(answer) and token.encode() not in answer.body


def _field(answer):
    assert answer.status == 200
    return dict(answer.json()["headers"]).get("Authorization")


@pytest.mark.every_mpm
def test_fields_of_others_stay(server, shared_issuer):
    token, basic = shared_issuer.mint.token(), "Basic YWRhOnBhc3N3b3Jk"
    assert _field(server.get("/own/x", token)) == "Basic YmFjazplbmQ="
    assert _field(server.get("/nothing/x", token)) == f"Bearer {token}"
    assert _field(server.get("/nothing/x", authorization=basic)) == basic
    assert _field(server.get("/basic/x", authorization=basic)) == basic
    assert _field(server.get("/nothing/x", authorization="Digest a=b, c=d")) == "Digest a=b, c=d"


def test_a_place_that_asks_nobody(server, shared_issuer):
    assert _field(server.get("/unasked/x", shared_issuer.mint.token())) is None
    assert _field(server.get("/unasked/x")) is None


@pytest.mark.parametrize("field", [
    "read only", "internal-service.example.com", "Bearer internal-service.example.com", "Bearer only", "only", "e",
    "Bearer e", "Basic internal-service.example.com", "", "Bearer", "Bearer read only"])
def test_a_client_empties_no_variable(server, field):
    """What is withheld is known by being a credential, not by being equal to something."""
    told = raw_get(server.port, "/maybe", f"Authorization: {field}").environment()
    assert (told["MODE"], told["PLACE"]) == ("read only", "internal-service.example.com")
    assert "HTTP_AUTHORIZATION" not in told or not told["HTTP_AUTHORIZATION"].startswith("Bearer ")


@pytest.mark.parametrize("secret", [f"Bearer {SERVICE}", SERVICE_FIELD])
def test_a_client_finds_no_variable_out(server, secret):
    """One character after the other, by what is missing for a guess that is right so far."""
    for end in range(len("Bearer s"), len(secret)):
        told = raw_get(server.port, "/maybe", f"Authorization: {secret[:end]}").environment()
        assert (told.get("SERVICE"), told.get("SERVICE_FIELD")) == (SERVICE, SERVICE_FIELD)


@pytest.mark.parametrize("change", [{}, {"exp": 1}, {"aud": "elsewhere"}])
def test_an_anonymous_caller_s_bad_token_goes_too(server, shared_issuer, change):
    token = shared_issuer.mint.token(**change)
    answer = server.get("/maybe", token)
    assert answer.status == 200 and token.encode() not in answer.body


@pytest.mark.every_mpm
def test_two_fields(server, shared_issuer):
    token = shared_issuer.mint.token()
    answer = raw_get(server.port, "/maybe", "Authorization: " + bearer(token), "Authorization: Basic x")
    assert answer.status == 200 and token.encode() not in answer.body


def test_an_opaque_token(launch, shared):
    """What the issuer knows is a token, whatever it looks like: a copy goes without its scheme, and within other text."""
    copies = 'SetEnvIf Authorization "^Bearer (.+)" BARE=$1\nSetEnvIf Authorization "^Bearer (.+)" WITHIN=a$1_b'
    server = launch(lambda s: asks(shared) + env_directory(s) + env_location(s, "/on", copies, "OktaForwardToken On")
                    + env_location(s, "/off", copies, OFF), modules=["cgi", "setenvif"], processes=1)
    token = shared.opaque()
    told = server.get("/on", token).environment()
    assert (told["BARE"], told["WITHIN"]) == (token, f"a{token}_b")
    answer = server.get("/off", token)
    assert answer.status == 200 and not {"BARE", "WITHIN"} & set(answer.environment())
    assert token.encode() not in answer.body
