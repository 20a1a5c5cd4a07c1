# SPDX-License-Identifier: Apache-2.0
"""A client's own copies of the headers that carry claims, in every spelling and on every path: none arrives."""

import itertools
import json

import pytest
from env import h2
from env.backends import HttpBackend, PhpFpm
from env.client import bearer, raw, raw_get
from env.routes import AUTHZ_NOISE
from env.snippets import env_directory, env_location, location, trusts

HEADERS = {"X-User": "sub", "X-Okta-Groups": "groups", "Caller": "email"}
SPOOF = "spoofed-by-the-client"
MARK = SPOOF.encode()
# reads the body before it looks at the header
LUA = """
function handle(r)
    r:requestbody()
    r.content_type = "application/json"
    local fields = {}
    for name, value in pairs(r:headers_in_table()) do
        fields[#fields + 1] = string.format("[%q, %q]", name, value)
    end
    r:puts('{"headers": [' .. table.concat(fields, ", ") .. "]}")
    return apache2.OK
end
"""


def spellings(name, count=200):
    """Letter cases and separators by which a back end could take a field for this one, evenly mixed."""
    parts = name.split("-")
    letters = len("".join(parts))
    found = []
    for separator, case in itertools.product("-_.!~*'|^`#$%&+", range(2 ** letters)):
        bits = iter(f"{case:0{letters}b}")
        found.append(separator.join("".join(c.upper() if next(bits) == "1" else c.lower() for c in part)
                                    for part in parts))
    found = list(dict.fromkeys([name, name.replace("-", "_"), *found]))
    return found[::max(1, len(found) // count)][:count] if len(found) > count else found


@pytest.fixture(scope="module")
def backends():
    with HttpBackend() as http, PhpFpm() as php:
        yield {"http": http, "php": php}


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer, backends, mpm):
    mapped = [f"OktaClaimHeader {claim} {header}" for header, claim in HEADERS.items()]

    def snippet(s):
        text = trusts(shared_issuer) + env_directory(s) + "MergeTrailers On\n"
        places = {"valid": (mapped, "valid-user"), "open": (mapped, "all granted"),
                  "maybe": ([*mapped, "OktaAnonymous missing-or-failed"], "all granted"),
                  # the mapping stands elsewhere
                  "bare": ([], "valid-user"), "bare-open": ([], "all granted")}
        for name, (lines, require) in places.items():
            text += env_location(s, f"/cgi/{name}", *lines, require=require)
            text += f"ProxyPass /http/{name} {backends['http'].url}\n"
            text += f"ProxyPass /php/{name} {backends['php'].proxy_url()}\n"
            for way in ("http", "php"):
                text += location(f"/{way}/{name}", *lines, require=require, handler=None)
        # no AuthType at all, and another module's
        text += f"ProxyPass /http/none {backends['http'].url}\n"
        text += f'ScriptAlias /cgi/none "{s.env_script}"\n<Location /cgi/none>\nRequire all granted\n</Location>\n'
        text += f"ProxyPass /php/none {backends['php'].proxy_url()}\n"
        text += f'LuaMapHandler "^/lua/" "{s.write("htdocs/echo.lua", LUA)}"\n'
        text += location("/lua/valid", *mapped, handler=None)
        text += "<Location /lua/none>\nRequire all granted\n</Location>\n"
        text += location("/decide/expr", *mapped, require="expr %{HTTP:X-User} == 'root'", handler="okta-hello")
        text += "<Location /decide/open>\nRequire expr %{HTTP:X-User} =~ /./\n</Location>\n"
        text += location("/decide/if", *mapped, handler="okta-hello")
        text += "<If \"%{HTTP:X-User} == 'root' || %{HTTP:X_User} == 'root'\">\nHeader set X-Seen yes\n</If>\n"
        text += env_location(s, "/decide/setenvif", 'SetEnvIf "^X.User$" "root" FROM_HEADER=yes')
        # at the server's level, ahead of every location
        text += 'SetEnvIf "^X.User$" "root" FROM_HEADER=yes\nRewriteEngine On\nRewriteCond %{HTTP:X-User} root\n'
        text += "RewriteRule .* - [E=FROM_REWRITE:yes]\n" + env_location(s, "/decide/rewrite")
        return text if s.mpm == "prefork" else text + "Protocols h2c http/1.1\n"
    modules = ["cgi", "proxy", "proxy_http", "proxy_fcgi", "lua", "setenvif", "rewrite"]
    server = launch_shared(snippet, modules=modules + (["http2"] if mpm != "prefork" else []), processes=1, threads=8)
    # the CGI program does not read bodies
    server.expects("AH00574|AH02651|AH01215|AH01220|" + AUTHZ_NOISE, lasting=True)
    return server


PATHS = [f"/{way}/{place}" for way in ("http", "cgi", "php")
         for place in ("valid", "open", "maybe", "bare", "bare-open", "none")]


def test_there_are_200_spellings_of_each():
    for name in HEADERS:
        found = spellings(name)
        assert len(set(found)) == len(found) >= (200 if "-" in name else 64)


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("header", HEADERS)
def test_no_spelling_arrives(server, shared_issuer, path, header):
    """Forty at a time, because httpd takes 100 fields; those of other names arrive."""
    names = spellings(header)
    token = "Authorization: " + bearer(shared_issuer.mint.token())
    for start in range(0, len(names), 40):
        fields = [f"{name}: {SPOOF}" for name in names[start:start + 40]]
        answer = raw_get(server.port, path + "/x", token, "X-Userx: harmless", *fields)
        assert answer.status == 200, (answer.status, answer.body)
        assert MARK not in answer.body, answer.body
        if not path.startswith("/cgi"):
            assert b"harmless" in answer.body


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", PATHS)
def test_nor_without_or_with_a_bad_token(server, shared_issuer, path):
    fields = [f"{name}: {SPOOF}" for header in HEADERS for name in spellings(header, 20)]
    for more in ([], ["Authorization: " + bearer(shared_issuer.mint.token(exp=1))]):
        answer = raw_get(server.port, path + "/x", *fields, *more)
        assert answer.status == (401 if "/valid" in path or path.endswith("/bare") else 200)
        assert MARK not in answer.body


def _fields(answer, path):
    if path.startswith(("/http", "/lua")):
        return {k.lower().replace("-", "_"): v for k, v in answer.json()["headers"]}
    told = answer.json() if path.startswith("/php") else answer.environment()
    return {k[5:].lower(): v for k, v in told.items() if k.startswith("HTTP_")}


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", ["/http/valid", "/cgi/valid", "/php/valid"])
@pytest.mark.parametrize("connection", [
    "X-User", "close, X-User, x-okta-groups", "x-user,keep-alive", "X_User", "Keep-Alive, X-USER\t,Upgrade-Insecure",
    # mod_proxy ends names at semicolons, and passes over what is quoted
    "close;X-User;X-Okta-Groups", ";X-User", "X-User;q=1", "close, ;X-Okta-Groups;", '"a";X-User', '"a, b" X-User',
    '"a;X-User', 'a"b";X-User', "X-User=1, X-Okta-Groups", "(X-User), (a;X-Okta-Groups"])
def test_a_client_cannot_take_claims_away(server, shared_issuer, path, connection):
    """A proxy drops the fields that Connection names (RFC 9110 section 7.6.1)."""
    answer = server.get(path + "/x", shared_issuer.mint.token(groups=["g"]),
                        headers={"Connection": connection})
    fields = _fields(answer, path)
    assert fields["x_user"] == "user@example.com" and fields["x_okta_groups"] == "g"


@pytest.mark.every_mpm
@pytest.mark.parametrize("connection, kept", [
    ("close, X-User", True), ("close;X-User", True), ("X-User;close", True), ("close", True), ("X-User", False),
    ("keep-alive, X-User", False), ('"close", X-User', True)])
def test_what_else_connection_says_counts(server, shared_issuer, connection, kept):
    token = shared_issuer.mint.token()
    request = (f"GET /http/valid/x HTTP/1.1\r\nHost: x\r\nConnection: {connection}\r\n"
               f"Authorization: {bearer(token)}\r\n\r\n")
    answer = raw(server.port, request.encode())
    assert answer.status == 200 and ("close" in (answer.header("Connection") or "").lower()) == kept


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", PATHS)
def test_trailers(server, shared_issuer, path):
    """MergeTrailers makes header fields of a chunked body's trailers, late."""
    answer = raw_get(server.port, path + "/x", "Authorization: " + bearer(shared_issuer.mint.token()),
                     "Transfer-Encoding: chunked", "Trailer: X-User\r\n\r\n3\r\nabc\r\n0\r\n"
                     f"X-User: {SPOOF}\r\nx_okta_groups: {SPOOF}\r\nCALLER: {SPOOF}\r\n"
                     f"X-Okta-Would-Refuse: {SPOOF}", method="POST")
    assert answer.status == 200
    assert MARK not in answer.body, answer.body


def test_trailers_where_no_claim_is_a_header(launch, shared_issuer, backends):
    """What a back end believes of OktaEnforce Off comes by no trailer, also where nothing is Off."""
    server = launch(lambda s: trusts(shared_issuer) + location("/whoami") + "MergeTrailers On\n"
                    f"ProxyPass /php/none {backends['php'].proxy_url()}\n",
                    modules=["proxy", "proxy_fcgi"], processes=1)
    answer = raw_get(server.port, "/php/none/x", "Transfer-Encoding: chunked",
                     "Trailer: X-More\r\n\r\n3\r\nabc\r\n0\r\n"
                     f"X-More: more\r\nX-Okta-Would-Refuse: {SPOOF}", method="POST")
    assert _fields(answer, "/php/none")["x_more"] == "more" and MARK not in answer.body


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", ["/http/valid", "/php/valid", "/cgi/valid", "/lua/valid"])
def test_trailers_take_nothing_away(server, shared_issuer, path):
    """Nor do they bring other credentials than those that were judged; what else they say arrives."""
    token = shared_issuer.mint.token(groups=["g"])
    answer = raw_get(server.port, path + "/x", "Authorization: " + bearer(token), "Transfer-Encoding: chunked",
                     "Trailer: X-More\r\n\r\n3\r\nabc\r\n0\r\nConnection: X-User, X-Okta-Groups\r\n"
                     f"Authorization: Bearer {SPOOF}\r\nX-More: more", method="POST")
    fields = _fields(answer, path)
    assert fields["x_user"] == "user@example.com" and fields["x_okta_groups"] == "g"
    assert MARK not in answer.body
    if path.startswith("/php"):  # others have what the header was before the body
        assert fields["x_more"] == "more"


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", [path for path in PATHS if not path.startswith("/cgi")] + ["/lua/valid", "/lua/none"])
@pytest.mark.parametrize("length", [True, False])
def test_trailers_of_http2(server, shared_issuer, mpm, path, length):
    """HTTP/2 has trailers beside a Content-Length, and without any word of it in the header."""
    token = shared_issuer.mint.token()
    trailers = [("x-user", SPOOF), ("x-okta-groups", SPOOF), ("caller", SPOOF), ("x_user", SPOOF)]
    if mpm == "prefork":  # httpd has no HTTP/2 there
        lines = "\r\n".join(f"{name}: {value}" for name, value in trailers)
        answer = raw_get(server.port, path + "/x", "Authorization: " + bearer(token),
                         "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n" + lines, method="POST")
    else:
        answer, = h2.fetch(server.port, path + "/x", method="POST", token=token, body=b"abc", length=length,
                           trailers=trailers)
    assert answer.status == 200
    told = [line for line in answer.body.splitlines() if b"{" in line]
    assert told and not any(MARK in line for line in told)


@pytest.mark.every_mpm
def test_no_decision_sees_them(server, shared_issuer):
    """Claim headers of a client go before anything looks at them: Require expr, SetEnvIf, <If>."""
    token = shared_issuer.mint.token()
    for fields in ((), ("X-User: root",), ("x_user: root",), ("X-USER: root", "X.User: root")):
        send = ["Authorization: " + bearer(token), *fields]
        assert raw_get(server.port, "/decide/expr", *send).status == 403
        assert raw_get(server.port, "/decide/open", *fields).status == 403
        answer = raw_get(server.port, "/decide/if", *send)
        assert answer.status == 200 and answer.all("X-Seen") == []
        assert "FROM_HEADER" not in raw_get(server.port, "/decide/setenvif", *send).environment()
        assert "FROM_REWRITE" not in raw_get(server.port, "/decide/rewrite", *send).environment()


def test_folded_and_repeated_fields(server, shared_issuer):
    token = "Authorization: " + bearer(shared_issuer.mint.token())
    answer = raw_get(server.port, "/http/valid/x", token, f"X-User: {SPOOF}", f"X-User: {SPOOF}", f"X-User:{SPOOF}",
                     "X-User:", f"x-user:\t{SPOOF}")
    assert json.loads(answer.body)["headers"].count(["X-User", "user@example.com"]) == 1
    assert MARK not in answer.body
