# SPDX-License-Identifier: Apache-2.0
"""What real back ends learn of the caller: CGI, HTTP, HTTP/2, FastCGI (php-fpm), WebSocket, AJP."""

import asyncio
import contextlib
import json
import re
import urllib.parse

import pytest
from env import websocket
from env.ajp import AjpBackend
from env.backends import HttpBackend, PhpFpm, WebSocketBackend
from env.client import bearer, raw_get
from env.snippets import env_directory, env_location, location, trusts
from env.waiting import wait_for

HEADERS = ["OktaClaimHeader sub X-User", "OktaClaimHeader groups X-Groups",
           "OktaClaimHeader address.country X-Country", "OktaClaimHeader https://example.com/role X-Role"]
WAYS = ["cgi", "http", "fcgi", "h2", "ajp"]


@pytest.fixture(scope="module")
def backends():
    with contextlib.ExitStack() as stack:
        yield {"http": stack.enter_context(HttpBackend()), "ws": stack.enter_context(WebSocketBackend()),
               "fcgi": stack.enter_context(PhpFpm()), "ajp": stack.enter_context(AjpBackend())}


@pytest.fixture(scope="module")
def h2_backend(launch_shared, mpm):
    """Another httpd, which speaks HTTP/2 in the clear. None under prefork, where httpd has no HTTP/2."""
    if mpm == "prefork":
        return None
    return launch_shared(lambda s: (
        f'Protocols h2c\nScriptAlias /inner "{s.env_script}"\n'
        "<Location /inner>\nCGIPassAuth On\nRequire all granted\n</Location>\n"),
        okta=False, modules=["cgi", "http2"], processes=1, threads=8)


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer, backends, h2_backend):
    targets = {"http": backends["http"].url, "fcgi": backends["fcgi"].proxy_url(),
               "ajp": backends["ajp"].url}
    if h2_backend:
        targets["h2"] = f"h2c://127.0.0.1:{h2_backend.port}/inner"

    def snippet(s):
        text = trusts(shared_issuer) + env_directory(s)
        for name, lines, require in (("", HEADERS, "valid-user"), ("-off", [*HEADERS, "OktaForwardToken Off"],
                                                                    "valid-user"),
                                     ("-open", HEADERS, "all granted"),
                                     ("-maybe", [*HEADERS, "OktaAnonymous missing-or-failed"], "all granted"),
                                     ("-bare", [], "valid-user")):
            text += env_location(s, f"/cgi{name}", *lines, "CGIPassAuth On", require=require)
            for way, url in targets.items():
                text += f"ProxyPass /{way}{name} {url}\n"
                text += location(f"/{way}{name}", *lines, "CGIPassAuth On", require=require, handler=None)
            text += f"ProxyPass /ws{name} ws://127.0.0.1:{backends['ws'].port}\n"
            text += location(f"/ws{name}", *lines, require=require, handler=None)
        text += f"ProxyPass /upgrade http://127.0.0.1:{backends['ws'].port} upgrade=websocket\n"
        text += location("/upgrade", *HEADERS, handler=None)
        text += (
            # RewriteCond, Header, SetEnvIf's younger brother and LogFormat, fed with claims
            "RewriteEngine On\n"
            + location("/said", "Header set X-Said expr=%{OKTA:sub}|%{OKTA:address.country}|%{OKTA:groups}",
                       "Header set X-Env %{OKTA_CLAIM_sub}e",
                       "Header set X-In yes \"expr='b c' in okta_claim('groups')\"",
                       "Header set X-One yes \"expr='user@example.com' in okta_claim('sub')\"",
                       handler="okta-hello")
            + env_location(s, "/rewrite", "RewriteEngine On", "RewriteOptions AllowAnyURI",
                           "RewriteCond expr \"%{OKTA:dept} == 'sales'\"", "RewriteRule .* - [E=BY_EXPR:yes]",
                           "RewriteCond %{ENV:OKTA_CLAIM_dept} ^sales$", "RewriteRule .* - [E=BY_ENV:yes]")
            + "AddOutputFilter INCLUDES .shtml\n"
            + f'<Directory "{s.root}/htdocs">\nOptions +Includes\n</Directory>\n'
            + location("/page.shtml", handler=None)
            + 'LogFormat "okta %U %u %{OKTA_CLAIM_cid}e %{OKTA_REASON}e" okta\n'
            "CustomLog logs/okta.log okta \"expr=%{OKTA:cid} == '0oaexampleclient0001'\"\n")
        s.write("htdocs/page.shtml", '<!--#echo encoding="none" var="REMOTE_USER" -->|'
                '<!--#echo encoding="none" var="OKTA_CLAIM_cid" -->|'
                '<!--#if expr="\'a\' in okta_claim(\'groups\')" -->in<!--#endif -->\n')
        return text

    modules = ["cgi", "proxy", "proxy_http", "proxy_fcgi", "proxy_wstunnel", "proxy_ajp", "rewrite",
               "filter", "include"]
    if h2_backend:
        modules += ["proxy_http2", "http2"]
    return launch_shared(snippet, modules=modules, processes=1, threads=16)


def seen_by(answer, way):
    """Header fields by lower-cased name, and what the back end was told beside them."""
    assert answer.status == 200, (answer.status, answer.body)
    if way in ("cgi", "h2"):
        told = answer.environment()
    elif way == "fcgi":
        told = answer.json()
    else:
        told = answer.json()
        fields = {}
        for name, value in told["headers"]:
            assert name.lower() not in fields, f"{name} twice"
            fields[name.lower()] = value
        return fields, told
    return {k[5:].replace("_", "-").lower(): v for k, v in told.items() if k.startswith("HTTP_")}, told


def for_mpm(way, mpm):
    # httpd's HTTP/2 does not exist under prefork
    return not (way == "h2" and mpm == "prefork")


@pytest.fixture(params=WAYS)
def way(request, mpm):
    return request.param if for_mpm(request.param, mpm) else "http"


@pytest.mark.every_mpm
def test_claims_as_headers(server, shared_issuer, way):
    token = shared_issuer.mint.token(
        groups=["a", "b c", "d,e", "50%", "grün"], address={"country": "DE"},
        **{"https://example.com/role": "r"})
    fields, _ = seen_by(server.get(f"/{way}/x", token), way)
    assert fields["x-user"] == "user@example.com"
    assert fields["x-groups"] == "a,b c,d%2Ce,50%25,gr%C3%BCn"
    assert [urllib.parse.unquote(g) for g in fields["x-groups"].split(",")] == [
        "a", "b c", "d,e", "50%", "grün"]
    assert fields["x-country"] == "DE" and fields["x-role"] == "r"


@pytest.mark.every_mpm
def test_absent_claims_are_no_headers(server, shared_issuer, way):
    fields, _ = seen_by(server.get(f"/{way}/x", shared_issuer.mint.token(groups=None, address="DE"),
                                   headers={"X-Country": "US", "x_role": "r", "X-GROUPS": "admin"}), way)
    assert {f for f in fields if f.startswith("x-")} - {
        "x-forwarded-for", "x-forwarded-host", "x-forwarded-server", "x-forwarded-proto"} == {"x-user"}


ODD = [
    ("jürgen 鍵", "j%C3%BCrgen %E9%8D%B5"), ("a\nX-Evil: 1", "a%0AX-Evil: 1"),
    ("a\r\n\r\nGET /", "a%0D%0A%0D%0AGET /"),
    ("\x7f\x01\t", "%7F%01%09"), ("\x85\u2028", "%C2%85%E2%80%A8"), (" root", "%20root"), ("root ", "root%20"),
    (" ", "%20"), ("  x  ", "%20 x %20"), ("", ""),
    (True, "true"), (False, "false"), (0, "0"), (-7, "-7"), (1.5, "1.5"),
    ([], ""), ([" a", "b "], "%20a,b%20"), ([1, True, None, "x"], "1,true,x"), ({"b": "ü,\n"}, None),
    ("%0A", "%250A"), ("a,b", "a,b"), ('"\\', '"\\'), ([["x", "y"]], '["x"%2C"y"]'), ("💚" * 50, "%F0%9F%92%9A" * 50),
]


@pytest.mark.parametrize("value, header", ODD)
def test_any_claim_is_a_safe_header(server, shared_issuer, value, header):
    for way in ("http", "cgi", "fcgi"):
        fields, _ = seen_by(server.get(f"/{way}/x", shared_issuer.mint.token(groups=value)), way)
        if header is None:
            assert fields["x-groups"] == '{"b":"%C3%BC,\\n"}'
        elif way == "http":
            assert fields["x-groups"] == header
        else:
            assert fields.get("x-groups", "") == header
        assert "x-evil" not in fields and re.fullmatch(r"[\x20-\x7e]*", fields["x-groups"])


def test_nul_never_gets_there(server, shared_issuer):
    answer = server.get("/http/x", shared_issuer.mint.token(groups=["a\0b"]))
    assert answer.status == 401 or "\0" not in json.dumps(answer.json())


@pytest.mark.every_mpm
@pytest.mark.parametrize("suffix, token, kept", [("", True, True), ("-off", True, False), ("-open", True, True),
                                                 ("-maybe", True, True), ("-bare", True, True)])
def test_forward_token(server, shared_issuer, way, suffix, token, kept):
    sent = shared_issuer.mint.token()
    fields, _ = seen_by(server.get(f"/{way}{suffix}/x", sent), way)
    assert fields.get("authorization") == (f"Bearer {sent}" if kept else None)


@pytest.mark.every_mpm
def test_remote_user_and_environment(server, shared_issuer, way):
    fields, told = seen_by(server.get(f"/{way}-bare/x?identity", shared_issuer.mint.token(
        groups=["a", "b"], sub="ada")), way)
    line = server.access_line_of(f"/{way}-bare/x?identity")
    assert "user=ada reason=-" in line
    if way in ("cgi", "fcgi"):
        assert (told["REMOTE_USER"], told["AUTH_TYPE"]) == ("ada", "Okta")
        assert told["OKTA_CLAIM_groups"] == "a b" and told["OKTA_CLAIM_sub"] == "ada"
        assert told["OKTA_SCOPE"] == "openid email"
    if way == "ajp":
        assert (told["remote_user"], told["auth_type"]) == ("ada", "Okta")
    assert not [f for f in fields if f.startswith("x-") and not f.startswith("x-forwarded")]


@pytest.mark.every_mpm
def test_refused_callers_reach_no_back_end(server, backends, shared_issuer, way):
    before = len(backends["http"].seen), len(backends["ajp"].seen)
    for method in ("GET", "POST", "HEAD", "OPTIONS", "PROPFIND"):
        assert server.request(method, f"/{way}/x").status == 401
        assert server.request(method, f"/{way}/x", shared_issuer.mint.token(exp=1)).status == 401
    assert (len(backends["http"].seen), len(backends["ajp"].seen)) == before


def test_claims_are_those_of_the_request(server, shared_issuer):
    client = server.client()
    for sub in ("one", "two"):
        fields, _ = seen_by(client.get("/http/x", shared_issuer.mint.token(sub=sub)), "http")
        assert fields["x-user"] == sub
    fields, _ = seen_by(client.get("/http-maybe/x"), "http")
    assert "x-user" not in fields
    client.close()


# -- expressions

def test_expressions_in_headers(server, shared_issuer):
    answer = server.get("/said", shared_issuer.mint.token(groups=["a", "b c"], address={"country": "DE"}))
    assert answer.header("X-Said") == "user@example.com|DE|a b%20c"
    assert answer.header("X-Env") == "user@example.com"
    assert (answer.header("X-In"), answer.header("X-One")) == ("yes", "yes")
    answer = server.get("/said", shared_issuer.mint.token(groups=["b", "c"]))
    assert answer.header("X-Said") == "user@example.com||b c"
    assert answer.header("X-In") is None
    answer = server.get("/said", shared_issuer.mint.token(sub="a\r\nX-Evil: 1"))
    assert answer.status == 401 and answer.header("X-Evil") is None
    answer = server.get("/said", shared_issuer.mint.token(groups="a\r\nX-Evil: 1"))
    assert answer.header("X-Evil") is None and "%0D%0A" in answer.header("X-Said")


def test_rewrite_conditions(server, shared_issuer):
    told = server.get("/rewrite", shared_issuer.mint.token(dept="sales")).environment()
    assert told.get("BY_EXPR") == "yes"
    assert told.get("BY_ENV") == "yes"
    told = server.get("/rewrite", shared_issuer.mint.token(dept="hr")).environment()
    assert "BY_EXPR" not in told and "BY_ENV" not in told


def test_server_side_includes(server, shared_issuer):
    answer = server.get("/page.shtml", shared_issuer.mint.token(groups=["a"]))
    assert answer.body.decode().strip() == "user@example.com|0oaexampleclient0001|in"
    answer = server.get("/page.shtml", shared_issuer.mint.token())
    assert answer.body.decode().strip() == "user@example.com|0oaexampleclient0001|"


def test_log_by_claims(server, shared_issuer):
    server.get("/said", shared_issuer.mint.token(cid="other"))
    server.get("/said", shared_issuer.mint.token(sub="logged"))
    log = server.root / "logs" / "okta.log"
    wait_for(lambda: "okta /said logged 0oaexampleclient0001 -" in log.read_text(), "the log line")
    assert " other " not in log.read_text()


# -- WebSocket

async def _websocket(server, path, headers, message="hello"):
    url = f"ws://127.0.0.1:{server.port}{path}"
    async with websocket.connect(url, headers, open_timeout=30) as connection:
        fields = json.loads(await connection.recv())
        await connection.send(message)
        return {k.lower(): v for k, v in fields}, await connection.recv()


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", ["/ws/chat", "/upgrade/chat"])
def test_websocket(server, shared_issuer, path):
    token = shared_issuer.mint.token(groups=["a", "b"])
    fields, echoed = asyncio.run(_websocket(server, path, [
        ("Authorization", bearer(token)), ("X-User", "root"), ("x_user", "root"), ("X_GROUPS", "admin")]))
    assert echoed == "hello"
    assert fields["x-user"] == "user@example.com" and fields["x-groups"] == "a,b"
    assert "x_user" not in fields and "x_groups" not in fields
    assert fields["authorization"] == f"Bearer {token}"


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", ["/ws/chat", "/upgrade/chat"])
@pytest.mark.parametrize("token", [None, {"exp": 1}])
def test_websocket_refused_before_the_upgrade(server, backends, shared_issuer, path, token):
    before = len(backends["ws"].handshakes)
    fields = ["Authorization: " + bearer(shared_issuer.mint.token(**token))] if token else []
    answer = raw_get(server.port, path, "Upgrade: websocket", "Connection: Upgrade",
                     "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", *fields)
    assert answer.status == 401 and answer.challenge()[0] == "Bearer"
    assert len(backends["ws"].handshakes) == before


def test_websocket_without_the_token(server, shared_issuer):
    fields, _ = asyncio.run(_websocket(server, "/ws-off/chat",
                                       [("Authorization", bearer(shared_issuer.mint.token()))]))
    assert "authorization" not in fields and fields["x-user"] == "user@example.com"


# -- configtest

@pytest.mark.parametrize("lines, says", [
    ("OktaClaimHeader sub", "takes two arguments"), ('OktaClaimHeader sub "X User"', "no header"),
    ('OktaClaimHeader sub "X-User:"', "no header"),
    ("OktaClaimHeader sub Authorization", "no header"), ("OktaClaimHeader sub host", "no header"),
    ("OktaClaimHeader sub Content_Length", "no header"), ("OktaClaimHeader sub Content-Type", "no header"),
    ("OktaClaimHeader sub Origin", "no header"),
    ("OktaClaimHeader sub X-User\nOktaClaimHeader email X-User", "X-User was set here before"),
    ("OktaClaimHeader sub X-User\nOktaClaimHeader email x_user", "was set here before"),
    ("OktaForwardToken maybe", "On or Off"), ("OktaForwardToken On\nOktaForwardToken Off", "was set here before"),
    ("OktaGroupsClaim", "takes one argument"), ('OktaGroupsClaim "{groups}"', "no claim"),
    ("OktaGroupsClaim a\nOktaGroupsClaim b", "was set here before"),
])
def test_configtest(configtest, shared_issuer, lines, says):
    result = configtest(trusts(shared_issuer) + lines + "\n")
    assert not result.ok and lines.split()[0] in result.output and says in result.output, result.output
