# SPDX-License-Identifier: Apache-2.0
"""The same verdict on every way in: methods, bodies, spellings of a path, redirects within, sections, other schemes."""

import socket

import pytest
from env import h2
from env.attacks import ATTACKS
from env.backends import HttpBackend
from env.client import bearer, parse, raw, raw_get
from env.routes import AUTHZ_NOISE
from env.snippets import env_directory, env_location, location, trusts

SECRET = b"the-secret-itself"
BODY = b"x" * 300_000


@pytest.fixture(scope="module")
def backend():
    with HttpBackend() as made:
        yield made


def _files(s):
    for name in ("api/secret.txt", "dir/index.txt", "many/b.txt", "linked/secret.txt", "files/secret.txt",
                 "files/open.txt", "htaccess/secret.txt", "deep/a/b/secret.txt", "pattern/secret.txt",
                 "if/secret.txt", "late/secret.txt"):
        s.write(f"htdocs/{name}", SECRET + b"\n")
    s.write("htdocs/many/a.txt", "open index\n")
    s.write("htdocs/ssi/open.shtml", 'before[<!--#include virtual="/api/secret.txt" -->]after\n')
    s.write("htdocs/ssi/mixed.shtml", '<!--#include virtual="/cgi-ssi" -->\n')
    s.write("htdocs/errors/401.txt", "please log in\n")
    s.write("htdocs/errors/403.txt", "not you\n")
    s.write("htdocs/basic/secret.txt", SECRET)
    # user:password, by `openssl passwd -apr1`
    s.write("conf/passwords", "user:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n")
    s.write("htdocs/htaccess/.htaccess", "Require okta-group Staff\n")


def _snippet(s, issuer, backend):
    _files(s)
    docs = s.root / "htdocs"
    text = trusts(issuer) + env_directory(s) + (
        "RewriteEngine On\nAddOutputFilter INCLUDES .shtml\n"
        f'<Directory "{docs}">\nOptions +Includes +FollowSymLinks\nAllowOverride None\nRequire all granted\n'
        "</Directory>\n")
    # the plain one, and what leads there
    text += location("/api", handler=None)
    text += (f'Alias /other "{docs}/api"\n<Directory "{docs}/api">\nAuthType Okta\nAuthName api\n'
             "Require valid-user\n</Directory>\n")
    text += "RewriteRule ^/rewritten/(.*) /api/$1 [PT]\nRewriteRule ^/direct/(.*) %{DOCUMENT_ROOT}/api/$1 [L]\n"
    text += f"ProxyPass /api-backend {backend.url}\n" + location("/api-backend", handler=None)
    text += f"RewriteRule ^/by-rule/(.*) {backend.url}/$1 [P]\n" + location("/by-rule", handler=None)
    text += (f'Alias /per-dir "{s.root}/per-dir"\n<Directory "{s.write("per-dir/x", "").parent}">\n'
             "Require all granted\nRewriteEngine On\nRewriteRule ^go/(.*) /api/$1\n"
             "RewriteRule ^who /whoami-off\nRewriteRule ^same /per-dir2/target\n</Directory>\n")
    text += location("/whoami-off", "OktaForwardToken Off")
    # within one location: per-directory rewriting, and the verdict of the first turn
    text += (f'Alias /turn "{s.write("turn/x", "").parent}"\n'
             f'<Directory "{s.root}/turn">\nRequire all granted\n</Directory>\n')
    text += location("/turn", "RewriteEngine On", "RewriteOptions AllowAnyURI",
                     "RewriteRule first$ /turn/second", "OktaForwardToken Off")
    # DirectoryIndex
    text += ("<Location /dir/>\nDirectoryIndex index.txt\n</Location>\n" + location("/dir", handler=None)
             + "<Location /many/>\nDirectoryIndex b.txt a.txt\n</Location>\n"
             + location("/many/b.txt", handler=None)
             + "<Location /index-of/>\nDirectoryIndex /api/secret.txt\n</Location>\n"
             + f'Alias /index-of/ "{docs}/"\n')
    text += (f'Alias /cgi-dir/ "{s.root}/cgi-bin/"\n<Directory "{s.root}/cgi-bin">\nOptions +ExecCGI\n'
             "</Directory>\n<Location /cgi-dir/>\nDirectoryIndex env\n</Location>\n"
             "<Location /cgi-dir/env>\nSetHandler cgi-script\n</Location>\n"
             + location("/cgi-dir/env", "OktaClaimHeader sub X-User", handler=None))
    text += (f'Alias /cgi-closed/ "{s.root}/cgi-bin/"\n'
             + location("/cgi-closed/", "OktaClaimHeader sub X-User", "DirectoryIndex env", handler=None)
             + "<Location /cgi-closed/env>\nSetHandler cgi-script\n</Location>\n")
    text += env_location(s, "/cgi-ssi", "OktaClaimHeader sub X-User")
    # ErrorDocument
    text += location("/doc", "ErrorDocument 401 /errors/401.txt", "ErrorDocument 403 /errors/403.txt",
                     require="okta-scope admin")
    text += location("/doc-url", "ErrorDocument 403 https://login.example.com/denied", require="okta-scope admin")
    text += location("/doc-in", "ErrorDocument 401 /doc-in/401.txt")
    text += location("/doc-text", 'ErrorDocument 401 "Please log in."')
    text += location("/doc-cgi", "ErrorDocument 401 /error-cgi")
    text += f'ScriptAlias /error-cgi "{s.env_script}"\n<Location /error-cgi>\nRequire all granted\n</Location>\n'
    # sections
    text += location("/nested", require="valid-user")
    text += "<Location /nested/admin>\nRequire okta-scope admin\n</Location>\n"
    text += "<Location /nested/admin/health>\nRequire all granted\n</Location>\n"
    text += "<Location /nested/open>\nAuthType None\nRequire all granted\n</Location>\n"
    text += ("<Location /nested/both>\nAuthMerging And\nRequire okta-group Staff\n</Location>\n"
             "<Location /nested/tight>\nOktaAudience api://tight\n</Location>\n"
             "<Location /nested/client>\nOktaClientId 0oaOther\n</Location>\n")
    text += ('<LocationMatch "^/pattern/.*$">\nAuthType Okta\nAuthName api\nRequire valid-user\n</LocationMatch>\n')
    text += ("<If \"%{REQUEST_URI} =~ m#^/if/# && %{REQUEST_METHOD} in {'GET','HEAD','POST','PUT'}\">\nAuthType Okta\n"
             "AuthName api\nRequire valid-user\n</If>\n")
    text += '<Files "files-secret.txt">\nAuthType Okta\nAuthName api\nRequire valid-user\n</Files>\n'
    s.write("htdocs/files/files-secret.txt", SECRET)
    text += f'<Directory "{docs}/htaccess">\nAllowOverride AuthConfig\nAuthType Okta\nAuthName api\n</Directory>\n'
    # others' schemes beside ours
    text += ("<Location /basic>\nAuthType Basic\nAuthName basic\nAuthBasicProvider file\n"
             f"AuthUserFile {s.root}/conf/passwords\nRequire valid-user\n</Location>\n")
    text += ("<Location /basic-scope>\nAuthType Basic\nAuthName basic\nAuthBasicProvider file\n"
             f"AuthUserFile {s.root}/conf/passwords\nSetHandler okta-hello\nRequire okta-scope read\n</Location>\n")
    text += f"<VirtualHost *:{s.extra_ports[0]}>\nAllowEncodedSlashes On\nDocumentRoot {docs}\n</VirtualHost>\n"
    text += f"<VirtualHost *:{s.extra_ports[1]}>\nAllowEncodedSlashes NoDecode\nDocumentRoot {docs}\n</VirtualHost>\n"
    text += f"<VirtualHost *:{s.extra_ports[2]}>\nMergeSlashes Off\nDocumentRoot {docs}\n</VirtualHost>\n"
    if s.mpm != "prefork":
        text += "Protocols h2c http/1.1\n"
    return text


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer, backend, mpm):
    modules = ["cgi", "proxy", "proxy_http", "rewrite", "filter", "include", "auth_basic", "authn_file",
               "authz_host"] + (["http2"] if mpm != "prefork" else [])
    server = launch_shared(lambda s: _snippet(s, shared_issuer, backend), modules=modules, extra_ports=3,
                           processes=1, threads=16)
    server.expects(AUTHZ_NOISE, lasting=True)
    # httpd's words on CGI programs that read no body, on %2f, on paths, on SSI that may not, on Basic
    server.expects("AH00574|AH02651|AH01215|AH00026|AH00128|AH01618|AH01617|AH01614|AH00036|AH10244|AH00135|"
                   "unable to include",
                   lasting=True)
    return server


@pytest.fixture
def good(shared_issuer):
    return shared_issuer.mint.token()


# -- paths: what serves the secret with a token gives 401 without, and no spelling gives the secret away

PATHS = [
    ("/api/secret.txt", 200), ("//api/secret.txt", 200), ("/api//secret.txt", 200), ("///api///secret.txt", 200),
    ("/./api/secret.txt", 200), ("/api/./secret.txt", 200), ("/x/../api/secret.txt", 200),
    ("/api/x/../secret.txt", 200), ("/%61pi/secret.txt", 200), ("/api/%73ecret.txt", 200),
    ("/%2e/api/secret.txt", 200), ("/x/%2e%2e/api/secret.txt", 200), ("/api/secret.txt?a=b/../..", 200),
    ("/other/secret.txt", 200), ("/other/../api/secret.txt", 200), ("/rewritten/secret.txt", 200),
    ("/direct/secret.txt", 200), ("/per-dir/go/secret.txt", 200), ("/index-of/", 200), ("/dir/", 200),
    ("/dir/index.txt", 200), ("/pattern/secret.txt", 200), ("//pattern//secret.txt", 200), ("/if/secret.txt", 200),
    ("/x/../if/./secret.txt", 200), ("/files/files-secret.txt", 200), ("/files/%66iles-secret.txt", 200),
    # httpd sees other resources, which do not exist
    ("/api%2fsecret.txt", 404), ("/api;x=1/secret.txt", 404), ("/api/secret.txt;x=1", 404), ("/API/secret.txt", 404),
    ("/api%5csecret.txt", 404), ("/api/secret.txt%20", 404), ("/api%00/secret.txt", 404),
    ("/%2e%2e/api/secret.txt", 400),
    ("/../api/secret.txt", 400), ("/api.secret.txt", 404), ("/apisecret.txt", 404), ("/;/api/secret.txt", 404),
    ("/api%252fsecret.txt", 404), ("/.%2fapi/secret.txt", 404),
]


@pytest.mark.every_mpm
@pytest.mark.parametrize("path, status", PATHS)
def test_spellings_of_a_path(server, good, path, status):
    answer = raw_get(server.port, path, "Authorization: " + bearer(good))
    assert (answer.status, SECRET in answer.body) in {(status, status == 200), (401, False), (404, False)}
    if status == 200:
        assert answer.status == 200 and answer.all("WWW-Authenticate") == []
    for fields in ((), ("Authorization: " + bearer(good[:-8] + "AAAAAAAA"),)):
        answer = raw_get(server.port, path, *fields)
        assert SECRET not in answer.body
        if status == 200:
            assert answer.status == 401 and answer.challenge()[0] == "Bearer"
        else:
            assert answer.status in (400, 401, 404)


ENCODED = ["/api%2fsecret.txt", "/api/%2fsecret.txt", "/%2fapi/secret.txt", "/x%2f..%2fapi%2fsecret.txt",
           "/api%2f%2e%2e%2fapi/secret.txt", "//api%2F/secret.txt", "/api//secret.txt", "//api/secret.txt",
           "/other%2fsecret.txt", "/x/..%2fapi/secret.txt"]


@pytest.mark.every_mpm
@pytest.mark.parametrize("host", [0, 1, 2])
@pytest.mark.parametrize("path", ENCODED)
def test_encoded_and_unmerged_slashes(server, good, host, path):
    """Whatever httpd makes of them: nobody gets the secret without a token."""
    answer = raw_get(server.extra_ports[host], path)
    assert SECRET not in answer.body and answer.status in (401, 403, 404, 400)
    if SECRET in raw_get(server.extra_ports[host], path, "Authorization: " + bearer(good)).body:
        assert answer.status == 401 and answer.challenge()[0] == "Bearer"


# -- methods and bodies

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "LOCK", "FOO", "get"]


@pytest.mark.every_mpm
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ["/api/secret.txt", "/api-backend/x", "/by-rule/x", "/turn/first", "/cgi-ssi"])
def test_methods(server, backend, good, method, path):
    before = len(backend.seen)
    for fields, status in (((), 401), (("Authorization: Bearer",), 400),
                           (("Authorization: " + bearer(good + "x"),), 401)):
        answer = raw_get(server.port, path, *fields, method=method)
        assert answer.status == status and answer.challenge()[0] == "Bearer"
        assert answer.body == b"" or method != "HEAD"
    assert len(backend.seen) == before
    assert raw_get(server.port, path, "Authorization: " + bearer(good), method=method).status not in (400, 401, 403)


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", ["/api/secret.txt", "/api-backend/x"])
def test_expect_is_refused_before_the_body(server, backend, path):
    """The client is still waiting for leave to send when it learns of the refusal."""
    before = len(backend.seen)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                           "Content-Length: 1000000000\r\n\r\n".encode())
        received = b""
        while b"}\n" not in received and (chunk := connection.recv(65536)):
            received += chunk
        answer = parse(received)
        assert answer.status == 401 and answer.challenge()[1] == {"realm": "api"}
        assert b"100 Continue" not in received
    assert len(backend.seen) == before


@pytest.mark.every_mpm
def test_expect_is_answered_for_the_welcome(server, good):
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(f"POST /api-backend/x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n"
                           f"Authorization: {bearer(good)}\r\nContent-Length: 3\r\n\r\n".encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"abc")
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    assert parse(received).status == 200


@pytest.mark.every_mpm
def test_chunked_bodies(server, backend, good):
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (BODY[:100_000], BODY[:200_000])) + b"0\r\n\r\n"
    head = "POST /api-backend/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
    before = len(backend.seen)
    answer = raw(server.port, (head + "\r\n").encode() + body)
    assert answer.status == 401 and len(backend.seen) == before
    answer = raw(server.port, (head + f"Authorization: {bearer(good)}\r\n\r\n").encode() + body)
    assert answer.status == 200 and len(answer.json()["body"]) == 300_000


@pytest.mark.every_mpm
def test_pipelining(server, shared_issuer, good):
    """Each request of a connection is judged by itself, whatever came before."""
    expired = shared_issuer.mint.token(exp=1)
    asked = [(good, 200), (None, 401), (good, 200), (expired, 401), (None, 401), (good, 200)]
    data = b""
    for i, (token, _) in enumerate(asked):
        field = f"Authorization: {bearer(token)}\r\n" if token else ""
        last = "Connection: close\r\n" if i == len(asked) - 1 else ""
        data += f"GET /api/secret.txt HTTP/1.1\r\nHost: x\r\n{field}{last}\r\n".encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(data)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    found = [int(part.split()[0]) for part in received.decode("latin-1").split("HTTP/1.1 ")[1:]]
    assert found == [status for _, status in asked]
    assert received.count(SECRET) == 3 and received.count(b"WWW-Authenticate") == 3


@pytest.mark.every_mpm
def test_a_body_cannot_smuggle_a_request(server, good):
    """What follows a refused request's headers is its body, not the next request."""
    inner = f"GET /api/secret.txt HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer(good)}\r\n\r\n".encode()
    data = (b"POST /api/secret.txt HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(inner)) + inner + \
        b"GET /api/secret.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(data)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    assert SECRET not in received and received.count(b"HTTP/1.1 401") == 2


CREDENTIALS = [
    (("Authorization: Bearer {good}", "Authorization: Bearer {good}"), 400),
    (("Authorization: Bearer {bad}", "Authorization: Bearer {good}"), 400),
    (("Authorization: Bearer {good}", "Authorization: Bearer {bad}"), 400),
    (("Authorization: Basic dTpw", "Authorization: Bearer {good}"), 400),
    (("Authorization: Bearer {good}", "Authorization: Basic dTpw"), 400),
    (("Authorization: Bearer {good}, Bearer {good}",), 400), (("Authorization: Bearer {good} {good}",), 400),
    (("Authorization: Bearer {good}", "authorization:"), 400), (("Proxy-Authorization: Bearer {good}",), 401),
    (("X-Authorization: Bearer {good}",), 401), (("Authorization_: Bearer {good}",), 401),
    (("Cookie: access_token={good}",), 401), (("AUTHORIZATION: bEARER   {good}",), 200),
]


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", ["/api/secret.txt", "/api-backend/x", "/dir/"])
@pytest.mark.parametrize("fields, status", CREDENTIALS)
def test_credentials(server, shared_issuer, good, path, fields, status):
    bad = shared_issuer.mint.token(exp=1)
    answer = raw_get(server.port, path, *[f.format(good=good, bad=bad) for f in fields])
    assert answer.status == status, answer.body


def test_a_token_in_the_query_or_the_body_is_none(server, good):
    assert raw_get(server.port, "/api/secret.txt?access_token=x.y.z").status == 401
    assert raw(server.port, b"POST /api/secret.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
               b"application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\naccess_token=%s"
               % (len(good) + 13, good.encode())).status == 401


# -- subrequests and internal redirects

@pytest.mark.every_mpm
def test_server_side_includes(server, good):
    page = server.get("/ssi/open.shtml")
    assert page.status == 200 and SECRET not in page.body and b"after" in page.body
    assert page.all("WWW-Authenticate") == []
    assert SECRET in server.get("/ssi/open.shtml", good).body
    page = server.get("/ssi/open.shtml", good + "x")
    assert page.status == 200 and SECRET not in page.body and page.all("WWW-Authenticate") == []


@pytest.mark.every_mpm
def test_includes_see_the_caller(server, good):
    page = server.get("/ssi/mixed.shtml", good, headers={"X-User": "root"})
    seen = {k: v for k, _, v in (item.partition("=") for item in page.body.decode().split("\0"))}
    assert seen["REMOTE_USER"] == seen["OKTA_CLAIM_sub"] == seen["HTTP_X_USER"] == "user@example.com"
    assert b"REMOTE_USER" not in server.get("/ssi/mixed.shtml").body


@pytest.mark.every_mpm
def test_directory_index(server, good):
    # the first of two may not be had: httpd stops there, or shows the second, but never the first
    answer = server.get("/many/")
    assert SECRET not in answer.body and answer.status in (200, 401)
    if answer.status == 200:
        assert answer.all("WWW-Authenticate") == []
    assert SECRET in server.get("/many/", good).body
    # the folder is open, its index is not: httpd hands on the environment of the subrequest, not its user
    seen = server.get("/cgi-dir/", good, headers={"X-User": "root"}).environment()
    assert seen["OKTA_CLAIM_sub"] == "user@example.com"
    assert seen.get("REMOTE_USER", "user@example.com") == "user@example.com"
    assert seen.get("HTTP_X_USER", "user@example.com") == "user@example.com"
    assert server.get("/cgi-dir/").status == 401
    assert server.get("/cgi-dir/").challenge()[0] == "Bearer"
    # the folder is closed: one identity throughout
    seen = server.get("/cgi-closed/?one-identity", good, headers={"X-User": "root"}).environment()
    assert seen["REMOTE_USER"] == seen["OKTA_CLAIM_sub"] == seen["HTTP_X_USER"] == "user@example.com"
    assert "user=user@example.com" in server.access_line_of("?one-identity")
    assert server.get("/cgi-closed/").status == 401


@pytest.mark.every_mpm
def test_the_verdict_lasts_through_internal_redirects(server, good):
    answer = server.get("/per-dir/who", good)
    assert answer.status == 200 and answer.json()["sub"] == "user@example.com"
    answer = server.get("/turn/first", good)
    assert answer.status == 200 and answer.json()["sub"] == "user@example.com"
    for path in ("/per-dir/who", "/turn/first"):
        assert server.get(path).status == 401


@pytest.mark.every_mpm
def test_error_documents(server, shared_issuer, good):
    answer = server.get("/doc/x")
    assert (answer.status, answer.body) == (401, b"please log in\n")
    assert answer.challenge()[1] == {"realm": "api", "scope": "admin"}
    answer = server.get("/doc/x", good)
    assert (answer.status, answer.body) == (403, b"not you\n")
    assert answer.challenge()[1]["scope"] == "admin"
    answer = server.get("/doc-url/x", good)
    assert answer.status == 302 and answer.header("Location") == "https://login.example.com/denied"
    assert answer.all("WWW-Authenticate") == []
    answer = server.get("/doc-in/x")
    assert answer.status == 401 and answer.challenge()[1] == {"realm": "api"}
    answer = server.get("/doc-text/x")
    assert (answer.status, answer.body) == (401, b"Please log in.")
    answer = server.get("/doc-cgi/x", good + "x")
    assert answer.status == 401 and answer.challenge()[1]["error"] == "invalid_token"
    seen = answer.environment()
    assert seen["REDIRECT_STATUS"] == "401" and "REMOTE_USER" not in seen
    assert not [name for name in seen if name.startswith("OKTA_CLAIM")]


# -- sections

@pytest.mark.every_mpm
def test_nested_locations(server, shared_issuer, good):
    admin = shared_issuer.mint.token(scp=["admin"])
    staff = shared_issuer.mint.token(groups=["Staff"])
    tight = shared_issuer.mint.token(aud=["api://tight"])
    for path, expected in {
        "/nested": {None: 401, good: 200, admin: 200, tight: 401},
        "/nested/admin": {None: 401, good: 403, admin: 200},
        "/nested/admin/deeper": {None: 401, good: 403, admin: 200},
        "/nested/admin/health": {None: 200, good: 200, "x.y.z": 200},
        "/nested/administrator": {None: 401, good: 200},
        "/nested//admin": {None: 401, good: 403}, "/nested/./admin": {good: 403},
        "/nested/x/../admin": {good: 403}, "/nested/%61dmin": {good: 403},
        "/nested/admin/health/../x": {None: 401, good: 403},
        "/nested/both": {None: 401, good: 403, staff: 200},
        "/nested/tight": {None: 401, good: 401, tight: 200},
        "/nested/client": {None: 401, good: 401},
    }.items():
        for token, status in expected.items():
            fields = ("Authorization: " + bearer(token),) if token else ()
            answer = raw_get(server.port, path, *fields)
            # health is open: nobody is identified, so whoami has nobody to tell of
            if path == "/nested/admin/health":
                assert answer.status == 401 and answer.json()["error"] == "unauthorized"
                continue
            assert answer.status == status, (path, token, answer.status, answer.body)


@pytest.mark.every_mpm
def test_htaccess_may_require(server, shared_issuer, good):
    assert server.get("/htaccess/secret.txt").status == 401
    assert server.get("/htaccess/secret.txt", good).status == 403
    assert server.get("/htaccess/secret.txt", shared_issuer.mint.token(groups=["Staff"])).status == 200


@pytest.mark.every_mpm
def test_other_schemes_beside_ours(server, good):
    basic = "Basic dXNlcjpwYXNzd29yZA=="
    for authorization, status in ((None, 401), (basic, 200), (bearer(good), 401), ("Basic eDp5", 401)):
        answer = server.get("/basic/secret.txt", authorization=authorization)
        assert answer.status == status
        if status == 401:
            assert [v.split()[0] for v in answer.all("WWW-Authenticate")] == ["Basic"]
    for authorization in (None, basic, bearer(good)):
        answer = server.get("/basic-scope", authorization=authorization)
        assert answer.status == 401 and answer.header("WWW-Authenticate").startswith("Basic")
    answer = server.get("/api/secret.txt", authorization=basic)
    assert answer.status == 401 and answer.challenge() == ("Bearer", {"realm": "api"})


# -- HTTP/2

def _ask(server, mpm, path, **options):
    """By HTTP/2; by HTTP/1.1 under prefork, where httpd has no HTTP/2."""
    if mpm == "prefork":
        method = options.pop("method", "GET")
        fields = [f"{k}: {v}" for k, v in options.pop("headers", ())]
        if token := options.pop("token", None):
            fields.append("Authorization: " + bearer(token))
        return raw_get(server.port, path, *fields, method=method)
    return h2.fetch(server.port, path, **options)[0]


@pytest.mark.every_mpm
def test_http2_verdicts(server, mpm, shared_issuer, good):
    expired = ATTACKS["expired"][1](shared_issuer.mint)
    for path, token, status in [
        ("/api/secret.txt", None, 401), ("/api/secret.txt", good, 200), ("/api/secret.txt", expired, 401),
        ("//api//secret.txt", None, 401), ("/x/../api/secret.txt", None, 401), ("/api%2fsecret.txt", good, 404),
        ("/api-backend/x", None, 401), ("/api-backend/x", good, 200), ("/dir/", None, 401), ("/dir/", good, 200),
        ("/rewritten/secret.txt", None, 401), ("/per-dir/go/secret.txt", None, 401), ("/turn/first", good, 200),
        ("/nested/admin", good, 403), ("/nested/admin", shared_issuer.mint.token(scp=["admin"]), 200),
        ("/doc/x", None, 401), ("/doc/x", good, 403), ("/basic/secret.txt", good, 401),
    ]:
        answer = _ask(server, mpm, path, token=token)
        assert answer.status == status, (path, answer.status)
        challenges = answer.all("www-authenticate")
        assert len(challenges) == (1 if status in (401, 403) else 0)
        if status == 403:
            assert 'error="insufficient_scope", ' in challenges[0] and 'scope="admin"' in challenges[0]
        assert (SECRET in answer.body) == (status == 200 and "secret" in path or path == "/dir/" and status == 200)


@pytest.mark.every_mpm
@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS", "PUT", "DELETE"])
def test_http2_methods(server, mpm, method):
    assert _ask(server, mpm, "/api-backend/x", method=method).status == 401


@pytest.mark.every_mpm
def test_http2_fields(server, mpm, good):
    twice = [("authorization", f"Bearer {good}"), ("authorization", f"Bearer {good}")]
    assert _ask(server, mpm, "/api/secret.txt", headers=twice).status == 400


def test_http2_streams_are_judged_one_by_one(server, mpm, good):
    paths = ["/api/secret.txt", "/plain.txt", "/nested/admin", "/dir/", "/basic/secret.txt", "/nested"]
    if mpm == "prefork":
        answers = [_ask(server, mpm, path, token=good) for path in paths]
    else:
        answers = h2.fetch(server.port, *paths, token=good)
    assert [a.status for a in answers] == [200, 200, 403, 200, 401, 200]
    assert [len(a.all("www-authenticate")) for a in answers] == [0, 0, 1, 0, 1, 0]
