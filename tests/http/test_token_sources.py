# SPDX-License-Identifier: Apache-2.0
"""OktaTokenFrom: tokens by headers of a gateway's, cookies and WebSocket subprotocols, and what pages of others do with them."""

import asyncio
import itertools
import json
import re

import pytest
from env import h2, leaks, websocket
from env.backends import HttpBackend, PhpFpm, WebSocketBackend
from env.client import raw, raw_get
from env.dpop import Prover
from env.routes import AUTHZ_NOISE
from env.snippets import env_directory, env_location, location, trusts
from env.verdicts import assert_challenge_bare, assert_malformed, assert_ok, assert_refused
from env.waiting import wait_for

pytestmark = pytest.mark.every_mpm

COOKIE, FIELD = "__Host-token", "X-Access-Token"
ALL = f"OktaTokenFrom header header:{FIELD} cookie:{COOKIE} websocket"
OWN = "Sec-Fetch-Site: same-origin"
HANDSHAKE = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
PUBLIC = "https://api.example.com"


_asked = itertools.count()


def _tagged(path):
    """The path, with a query by which the access log's line is found."""
    return f"{path}?asked-{next(_asked)}."


def assert_reason(server, path, reason):
    """In the access log, which unlike the error log leaves nothing out when there is much."""
    line = server.access_line_of(path.partition("?")[2])
    assert re.search(rf" reason=({reason})$", line), line


@pytest.fixture(scope="module")
def backends():
    with HttpBackend() as http, PhpFpm() as php, WebSocketBackend() as ws:
        yield {"http": http, "php": php, "ws": ws}


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer, backends, mpm):
    http, php, ws = backends["http"].url, backends["php"].proxy_url(), backends["ws"].port

    def snippet(s):
        text = trusts(shared_issuer) + env_directory(s) + "MergeTrailers On\nAddOutputFilter INCLUDES .shtml\n"
        text += f'<Directory "{s.root}/htdocs">\nOptions +Includes\nRequire all granted\n</Directory>\n'
        if "http2" in s.modules:
            text += "Protocols h2c http/1.1\n"
        text += location("/whoami", ALL) + location("/usual")
        text += location("/cookie", f"OktaTokenFrom cookie:{COOKIE}") + location("/field", f"OktaTokenFrom header:{FIELD}")
        text += location("/public", ALL, f"OktaPublicUrl {PUBLIC}/v1")
        text += location("/cors", ALL, "OktaCorsOrigin https://app.example.com", "OktaCorsCredentials On",
                         "OktaCorsMethods PUT DELETE")
        text += location("/many", "OktaTokenFrom cookie:a cookie:b", "OktaTokenFrom header:X-A header:X-B")
        text += location("/required", ALL, "OktaDPoP required")
        text += location("/maybe", ALL, "OktaAnonymous missing", require="all granted", handler="okta-hello")
        text += location("/counting", ALL, "OktaEnforce Off", handler="okta-hello")
        text += location("/scoped", ALL, require="okta-scope admin")
        copies = (f'SetEnvIf Cookie "(.+)" COPY=$1\nSetEnvIf {FIELD} "(.+)" WITHIN=token:$1;\n'
                  f'SetEnvIf {FIELD} "^[Bb]earer (.+)" BARE=$1\nCGIPassAuth On')
        for state in "On", "Off":
            text += env_location(s, f"/cgi-{state}", ALL, f"OktaForwardToken {state}", copies)
            text += f"ProxyPass /http-{state} {http}\n" + location(f"/http-{state}", ALL, f"OktaForwardToken {state}",
                                                                 handler=None)
            text += f"ProxyPass /php-{state} {php}\n" + location(f"/php-{state}", ALL, f"OktaForwardToken {state}",
                                                                "CGIPassAuth On", handler=None)
            for way, line in {"ws": f"ws://127.0.0.1:{ws}", "up": f"http://127.0.0.1:{ws}/{state} upgrade=websocket"}.items():
                text += f"ProxyPass /{way}-{state} {line}\n" + location(f"/{way}-{state}", ALL,
                                                                       f"OktaForwardToken {state}", handler=None)
        # where a request goes on
        text += f"ProxyPass /plain {http}\n<Location /plain>\nRequire all granted\n</Location>\n"
        text += f"ProxyPass /ws-plain ws://127.0.0.1:{ws}\n<Location /ws-plain>\nRequire all granted\n</Location>\n"
        for target in ("plain/x", "http-On/x", "http-Off/x", "whoami"):
            name = target.replace("/x", "")
            s.write(f"htdocs/page-{name}.shtml", f'<!--#include virtual="/{target}" -->')
            s.write(f"cgi-bin/jump-{name}", f"#!/bin/sh\nprintf 'Location: /{target}\\r\\n\\r\\n'\n").chmod(0o755)
            text += location(f"/page-{name}.shtml", ALL, "OktaForwardToken Off", handler=None)
            text += f'ScriptAlias /jump-{name} "{s.root}/cgi-bin/jump-{name}"\n'
            text += location(f"/jump-{name}", ALL, "OktaForwardToken Off", handler=None)
            text += location(f"/rewritten-{name}", ALL, "OktaForwardToken Off", "RewriteEngine On",
                             "RewriteOptions AllowAnyURI", f"RewriteRule .* /{target}", handler=None)
        text += location("/refused", ALL, "OktaForwardToken Off", "ErrorDocument 403 /plain/status-403",
                         "ErrorDocument 400 /plain/status-400", "ErrorDocument 401 /plain/status-401",
                         require="okta-scope nobody")
        # mod_proxy_wstunnel's own way, which hands on the back end's bytes
        text += (f"<VirtualHost *:{s.extra_ports[0]}>\nProxyWebsocketFallbackToProxyHttp Off\n"
                 f"ProxyPass /ws-Off ws://127.0.0.1:{ws}\n</VirtualHost>\n")
        text += f'ScriptAlias /told "{s.env_script}"\n<Location /told>\nRequire all granted\n</Location>\n'
        text += location("/spoiled", ALL, "OktaForwardToken Off", "ErrorDocument 400 /told", copies)
        text += f'CustomLog "{s.root}/logs/fields.log" "%{{Sec-WebSocket-Protocol}}i %U"\n'
        return text
    modules = ["cgi", "proxy", "proxy_http", "proxy_fcgi", "proxy_wstunnel", "setenvif", "rewrite", "include", "filter"]
    if mpm != "prefork":
        modules.append("http2")
    server = launch_shared(snippet, processes=1, threads=8, extra_ports=1, modules=modules)
    server.expects(AUTHZ_NOISE, lasting=True)
    server.expects("OktaEnforce Off in <Location /counting>", lasting=True)
    return server


@pytest.fixture(scope="module")
def token(shared_issuer):
    return shared_issuer.mint.token()


def _lines(way, token):
    """Header lines by which that token comes."""
    leaks.register(token)
    return {"header": [f"Authorization: Bearer {token}"], "field": [f"{FIELD}: {token}"],
            "field with its scheme": [f"{FIELD}: bearer {token}"],
            "cookie": [f"Cookie: a=1; {COOKIE}={token}; b=2", OWN],
            "websocket": [*HANDSHAKE, f"Sec-WebSocket-Protocol: chat, okta.bearer, {token}, v2"]}[way]


WAYS = ["header", "field", "field with its scheme", "cookie", "websocket"]


@pytest.mark.parametrize("way", WAYS)
def test_each_way(server, token, shared_issuer, way):
    answer = raw_get(server.port, "/whoami", *_lines(way, token))
    assert_ok(answer)
    assert answer.json()["sub"] == "user@example.com"
    path = _tagged("/whoami")
    assert_refused(raw_get(server.port, path, *_lines(way, shared_issuer.mint.token(exp=1))))
    assert_reason(server, path, "token_expired")
    assert raw_get(server.port, "/scoped", *_lines(way, token)).status == 403


@pytest.mark.parametrize("way", WAYS)
def test_off_by_default(server, token, way):
    answer = raw_get(server.port, "/usual", *_lines(way, token))
    assert answer.status == (200 if way == "header" else 401)


def test_the_list_is_what_counts(server, token):
    """Where it does not name the usual way, that is none."""
    for path, own in (("/cookie", "cookie"), ("/field", "field")):
        for way in WAYS:
            answer = raw_get(server.port, path, *_lines(way, token))
            assert answer.status == (200 if way.startswith(own) else 401), (path, way)
    # then another's field may stand beside it
    assert_ok(raw_get(server.port, "/cookie", "Authorization: Bearer of-the-back-end", *_lines("cookie", token)))


def test_over_http2(server, token, mpm):
    if mpm == "prefork":
        return assert_ok(raw_get(server.port, "/whoami", *_lines("cookie", token)))
    # HTTP/2 has each cookie in a field of its own
    for headers, status in (([("cookie", f"{COOKIE}={token}"), ("sec-fetch-site", "same-origin")], 200),
                            ([("cookie", "a=1"), ("cookie", f"{COOKIE}={token}"), ("sec-fetch-site", "same-origin")], 200),
                            ([("cookie", f"{COOKIE}={token}"), ("cookie", f"{COOKIE}={token}"),
                              ("sec-fetch-site", "same-origin")], 400),
                            ([("cookie", f"{COOKIE}={token}"), ("sec-fetch-site", "cross-site")], 401),
                            ([(FIELD.lower(), token)], 200)):
        [answer] = h2.fetch(server.port, "/whoami", headers=headers)
        assert answer.status == status, headers


def test_the_inner_section_says_it_all(launch, shared_issuer, token):
    server = launch(trusts(shared_issuer) + "OktaTokenFrom cookie:t\n" + location("/a") + location("/a/b", "OktaTokenFrom header")
                    + location("/a/b/c", "OktaClockSkew 5"), processes=1)
    for path, by_cookie in (("/a", True), ("/a/b", False), ("/a/b/c", False)):
        assert raw_get(server.port, path, f"Cookie: t={token}", OWN).status == (200 if by_cookie else 401)
        assert server.get(path, token).status == (401 if by_cookie else 200)


@pytest.mark.parametrize("one", range(len(WAYS)))
def test_two_ways_at_once(server, token, shared_issuer, one):
    """Whether they bring the same token or not."""
    others = [way for way in WAYS if way.split()[0] != WAYS[one].split()[0]]
    for other in others:
        for second in (token, shared_issuer.mint.token(sub="other"), "garbage"):
            path = _tagged("/whoami")
            assert_malformed(raw_get(server.port, path, *_lines(WAYS[one], token), *_lines(other, second)))
            assert_reason(server, path, "request_malformed")
    server.wait_for_log("tokens came by the ")
    # another scheme's credentials are no token
    if WAYS[one] != "header":
        assert_ok(raw_get(server.port, "/whoami", "Authorization: Basic YTpi", *_lines(WAYS[one], token)))


def test_several_fields_and_cookies_of_one_place(server, token):
    for fields, status in ((["X-A: " + token], 200), (["X-B: " + token], 200), ([f"Cookie: b={token}", OWN], 200),
                           (["X-A: " + token, "X-B: " + token], 400), ([f"Cookie: a={token}; b={token}", OWN], 400),
                           (["X-A: " + token, f"Cookie: b={token}", OWN], 400), (["X-A:", "X-B: " + token], 200)):
        assert raw_get(server.port, "/many", *fields).status == status, fields


MALFORMED = {
    "field twice": lambda t: [f"{FIELD}: {t}", f"{FIELD}: {t}"],
    "field with a comma": lambda t: [f"{FIELD}: {t}, {t}"],
    "field with a blank": lambda t: [f"{FIELD}: {t} x"],
    "field with a scheme alone": lambda t: [f"{FIELD}: Bearer"],
    "field of another scheme": lambda t: [f"{FIELD}: Basic {t}"],
    "field in quotes": lambda t: [f'{FIELD}: "{t}"'],
    "cookie twice": lambda t: [f"Cookie: {COOKIE}={t}; {COOKIE}={t}", OWN],
    "cookie twice, once empty": lambda t: [f"Cookie: {COOKIE}=; {COOKIE}={t}", OWN],
    "two Cookie fields": lambda t: [f"Cookie: {COOKIE}={t}", f"Cookie: {COOKIE}={t}", OWN],
    "in the second Cookie field": lambda t: ["Cookie: a=1", f"Cookie: {COOKIE}={t}", OWN],
    "cookie in quotes": lambda t: [f'Cookie: {COOKIE}="{t}"', OWN],
    "cookie between quotes": lambda t: [f'Cookie: a="; {COOKIE}={t}; b="', OWN],
    "cookie of RFC 2965": lambda t: [f"Cookie: $Version=1; {COOKIE}={t}; $Path=/", OWN],
    "cookie with a blank": lambda t: [f"Cookie: {COOKIE}={t} {t}", OWN],
    "cookie with an escape": lambda t: [f"Cookie: {COOKIE}={t.replace('.', '%2E')}", OWN],
    "subprotocol without a token": lambda t: [*HANDSHAKE, "Sec-WebSocket-Protocol: okta.bearer"],
    "token ahead of its name": lambda t: [*HANDSHAKE, f"Sec-WebSocket-Protocol: {t}, okta.bearer"],
    "two pairs": lambda t: [*HANDSHAKE, f"Sec-WebSocket-Protocol: okta.bearer, {t}, okta.bearer, {t}"],
    "two pairs in two fields": lambda t: [*HANDSHAKE, f"Sec-WebSocket-Protocol: okta.bearer, {t}",
                                          f"Sec-WebSocket-Protocol: okta.bearer, {t}"],
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed(server, token, name):
    path = _tagged("/whoami")
    assert_malformed(raw_get(server.port, path, *MALFORMED[name](token)))
    assert_reason(server, path, "request_malformed")


NONE = {
    "an empty field": lambda t: [f"{FIELD}:"],
    "another spelling": lambda t: [f"{FIELD.replace('-', '_')}: {t}"],
    "an empty cookie": lambda t: [f"Cookie: {COOKIE}=", OWN],
    "another case": lambda t: [f"Cookie: {COOKIE.lower()}={t}", OWN],
    "a longer name": lambda t: [f"Cookie: x{COOKIE}={t}; {COOKIE}x={t}", OWN],
    "a name without a value": lambda t: [f"Cookie: {COOKIE}", OWN],
    "a nameless cookie": lambda t: [f"Cookie: ={COOKIE}={t}", OWN],
    "a cookie of RFC 2965": lambda t: [f"Cookie2: {COOKIE}={t}", OWN],
    "no handshake": lambda t: [f"Sec-WebSocket-Protocol: okta.bearer, {t}"],
    "another upgrade": lambda t: ["Upgrade: h2c", "Connection: Upgrade", f"Sec-WebSocket-Protocol: okta.bearer, {t}"],
    "other subprotocols": lambda t: [*HANDSHAKE, "Sec-WebSocket-Protocol: bearer, a.b.c"],
    "subprotocol of another spelling": lambda t: [*HANDSHAKE, f"Sec_WebSocket_Protocol: okta.bearer, {t}"],
}


@pytest.mark.parametrize("name", NONE)
def test_no_token(server, token, name):
    answer = raw_get(server.port, "/whoami", *NONE[name](token))
    assert_challenge_bare(answer)


def test_never_elsewhere(server, token):
    """A URL ends up in logs: what stands in one is not even looked at. Nor is a body."""
    assert_challenge_bare(raw_get(server.port, f"/whoami?access_token=a.b.c&{COOKIE}=a.b.c&{FIELD}=a.b.c", OWN))
    body = f"access_token={token}&{COOKIE}={token}"
    answer = raw(server.port, (f"POST /whoami HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n{OWN}\r\n"
                               "Content-Type: application/x-www-form-urlencoded\r\n"
                               f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
    assert_challenge_bare(answer)


# -- pages of others

def _csrf(server):
    own = f"http://127.0.0.1:{server.port}"
    # Sec-Fetch-Site, Origin; whether it counts for GET, and for other methods
    return [
        ("same-origin", None, True, True), ("same-origin", own, True, True), ("none", None, True, False),
        ("none", own, True, True), ("none", "https://evil.example", True, False),
        ("cross-site", None, False, False), ("cross-site", own, False, False), ("same-site", None, False, False),
        ("same-site", own, False, False), ("", None, False, False), ("same-origin, same-origin", None, False, False),
        ("SAME-ORIGIN", None, False, False), ("garbage", own, False, False),
        (None, None, False, False), (None, own, True, True), (None, "null", False, False), (None, "", False, False),
        (None, own + "/", False, False), (None, own.replace("http", "https"), False, False),
        (None, "http://127.0.0.1", False, False), (None, own + "0", False, False), (None, "https://evil.example", False, False),
        (None, f"{own}, {own}", False, False), (None, f"{own}.evil.example", False, False),
        (None, "http://localhost.evil.example", False, False),
    ]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "QUERY"])
def test_a_cookie_counts_for_pages_of_this_server_alone(server, token, method):
    for site, origin, safe, unsafe in _csrf(server):
        fields = [f"Sec-Fetch-Site: {site}"] if site is not None else []
        fields += [f"Origin: {origin}"] if origin is not None else []
        answer = raw_get(server.port, "/whoami", f"Cookie: {COOKIE}={token}", *fields, method=method)
        counts = safe if method in ("GET", "HEAD") else unsafe
        # whoami answers GET and HEAD: who gets that far was let in
        assert answer.status == ((200 if method in ("GET", "HEAD") else 405) if counts else 401), (site, origin)
        if not counts and method != "HEAD":
            assert_challenge_bare(answer)
    answer = raw_get(server.port, "/whoami", f"Cookie: {COOKIE}={token}", "Sec-Fetch-Site: cross-site")
    assert "Sec-Fetch-Site" in answer.json()["error_description"]


def test_sec_fetch_site_twice(server, token):
    for second in ("same-origin", "cross-site"):
        answer = raw_get(server.port, "/whoami", f"Cookie: {COOKIE}={token}", OWN, f"Sec-Fetch-Site: {second}")
        assert answer.status == 401


def test_the_origin_is_the_one_that_clients_know(server, token):
    for path, origin, status in (("/public", PUBLIC, 200), ("/public", f"http://127.0.0.1:{server.port}", 401),
                                 ("/public", PUBLIC + "/v1", 401), ("/whoami", PUBLIC, 401)):
        answer = raw_get(server.port, path, f"Cookie: {COOKIE}={token}", f"Origin: {origin}")
        assert answer.status == status, (path, origin)
    # a name that is none of ours is no origin of ours
    head = (f"GET /whoami HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nCookie: {COOKIE}={token}\r\n"
            "Origin: http://evil.example\r\n\r\n")
    assert raw(server.port, head.encode()).status == 401


def test_cors_does_not_make_cookies_count(server, token):
    """Other origins may send a header, not the user's cookie."""
    origin = "Origin: https://app.example.com"
    for fields in ([origin], [origin, "Sec-Fetch-Site: cross-site"], [origin, "Sec-Fetch-Site: same-site"]):
        for method in ("GET", "PUT", "DELETE"):
            answer = raw_get(server.port, "/cors", f"Cookie: {COOKIE}={token}", *fields, method=method)
            assert answer.status == 401
            assert answer.header("Access-Control-Allow-Origin") == "https://app.example.com"
    assert_ok(raw_get(server.port, "/cors", f"Authorization: Bearer {token}", origin, "Sec-Fetch-Site: cross-site"))


def test_what_looks_like_another_method(server, token):
    """Neither a HEAD nor the document of an error makes an unsafe method safe."""
    answer = raw_get(server.port, "/refused", f"Cookie: {COOKIE}={token}", "Sec-Fetch-Site: none", method="POST")
    assert answer.status == 401
    answer = raw_get(server.port, "/refused", f"Cookie: {COOKIE}={token}", "Sec-Fetch-Site: none")
    assert answer.status == 403


def test_anonymous_and_not_enforced(server, token, shared_issuer):
    """What does not count is none; what is bad is refused."""
    strange = [f"Cookie: {COOKIE}={token}", "Sec-Fetch-Site: cross-site"]
    for way in WAYS:
        assert raw_get(server.port, "/maybe", *_lines(way, token)).json()["caller"] == "user@example.com"
        assert raw_get(server.port, "/counting", *_lines(way, token)).json()["caller"] == "user@example.com"
        bad = _lines(way, shared_issuer.mint.token(exp=1))
        assert raw_get(server.port, "/maybe", *bad).status == 401
        assert raw_get(server.port, "/counting", *bad).json()["caller"] is None
    for path in ("/maybe", "/counting"):
        assert raw_get(server.port, path, *strange).json()["caller"] is None
    both = [*_lines("header", token), *_lines("cookie", token)]
    assert raw_get(server.port, "/maybe", *both).status == 400
    assert raw_get(server.port, "/counting", *both).json()["caller"] is None


# -- keys

def test_bound_tokens(server, shared_issuer):
    """A proof comes beside the scheme DPoP; neither a cookie nor a subprotocol can say that one is there."""
    prover = Prover.of(server)
    bound = prover.token(shared_issuer)
    for way in WAYS:
        path = _tagged("/whoami")
        assert raw_get(server.port, path, *_lines(way, bound), f"DPoP: {prover.proof(bound)}").status == 401
        assert_reason(server, path, "token_bound")
    for field in ("Authorization", FIELD):
        assert_ok(raw_get(server.port, "/whoami", f"{field}: DPoP {bound}", f"DPoP: {prover.proof(bound)}"))
        assert raw_get(server.port, "/whoami", f"{field}: DPoP {bound}").status == 401
    for way in WAYS:
        assert raw_get(server.port, "/required", *_lines(way, shared_issuer.mint.token())).status == 401


# -- what serves the request

@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("program", ["cgi", "http", "php"])
def test_programs_get_the_token_or_they_do_not(server, token, program, way):
    for state in ("On", "Off"):
        answer = raw_get(server.port, f"/{program}-{state}" + ("/x" if program != "cgi" else ""), *_lines(way, token))
        if way == "websocket" and program == "http":
            # the back end speaks no WebSocket; the request is one without an upgrade for it
            assert answer.status in (200, 502)
        else:
            assert_ok(answer)
        arrives = state == "On" and way != "websocket"
        assert (token.encode() in answer.body.replace(b"\\/", b"/")) == arrives, (state, answer.body)
        if way == "cookie":
            # the others are nobody's business
            assert (b"a=1; b=2" if state == "Off" else b"a=1; ") in answer.body
        if way == "websocket" and answer.status == 200:
            assert b"chat, v2" in answer.body and b"okta.bearer" not in answer.body


def test_a_cookie_alone_leaves_no_field(server, token):
    for program in ("http", "cgi"):
        answer = raw_get(server.port, f"/{program}-Off" + ("/x" if program != "cgi" else ""), f"Cookie: {COOKIE}={token}", OWN)
        assert_ok(answer)
        assert b"cookie" not in answer.body.lower().replace(b"sec-fetch", b"")


def test_malformed_and_doubled_tokens_are_withheld_too(server, token):
    for fields in ([f"Cookie: {COOKIE}={token}; {COOKIE}={token}; a=1", OWN], [*_lines("header", token), *_lines("cookie", token)],
                   [f"Cookie: a=1; {COOKIE}={token}", "Sec-Fetch-Site: cross-site"]):
        answer = raw_get(server.port, "/refused", *fields)
        assert answer.status in (400, 401)
        assert answer.json()["path"] and token.encode() not in answer.body


@pytest.mark.parametrize("way", ["header", "field", "cookie", "websocket"])
@pytest.mark.parametrize("how", ["/page-{}.shtml", "/jump-{}", "/rewritten-{}"])
def test_redirects_and_includes(server, token, how, way):
    """The place that was the last one to judge the token says who gets it; each judges it anew."""
    for name, arrives in (("plain", False), ("http-Off", False), ("http-On", way != "websocket"), ("whoami", False)):
        answer = raw_get(server.port, how.format(name), *_lines(way, token))
        if way == "websocket" and name != "whoami" and answer.status == 502:
            continue
        assert_ok(answer)
        assert (token.encode() in answer.body) == arrives, (name, answer.body)
        if name == "whoami":
            assert b"user@example.com" in answer.body


def test_spellings_and_trailers(server, token):
    """What a program could take for the field that was judged does not arrive, where it is judged or not."""
    for spelling in ("X_Access_Token", "x-access_token", "X.Access.Token", "X~Access-Token"):
        for path in ("/http-On/x", "/plain/x", "/cgi-On"):
            answer = raw_get(server.port, path, f"{FIELD}: {token}", f"{spelling}: spoofed")
            assert_ok(answer)
            assert b"spoofed" not in answer.body, (path, spelling)
    for field in (f"{FIELD}: spoofed", "Cookie: spoofed=1", f"{FIELD.replace('-', '_')}: spoofed"):
        head = [f"POST /http-On/x HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Connection: close",
                f"Authorization: Bearer {token}", "Transfer-Encoding: chunked", "", "1", "x", "0", field, "", ""]
        answer = raw(server.port, "\r\n".join(head).encode())
        assert_ok(answer)
        assert b"spoofed" not in answer.body


def test_copies_of_what_is_malformed_are_withheld(server, token):
    for fields in ([f"Cookie: {COOKIE}={token}; {COOKIE}={token}; a=1", OWN], [*_lines("field", token), *_lines("cookie", token)],
                   [f'Cookie: a="; {COOKIE}={token}; b="', OWN]):
        answer = raw_get(server.port, "/spoiled", *fields)
        assert answer.status == 400 and answer.environment()["REDIRECT_STATUS"] == "400"
        assert token.encode() not in answer.body


def test_no_log_has_a_token_at_any_level(launch, shared_issuer, token):
    """But httpd's own, which prints each field at http:trace4."""
    server = launch(lambda s: (
        trusts(shared_issuer) + env_directory(s) + location("/whoami", ALL) + location("/maybe", ALL, "OktaAnonymous missing",
                                                                                      require="all granted")
        + f'ForensicLog "{s.root}/logs/forensic.log"\n'
        + env_location(s, "/env", ALL, "OktaForwardToken Off")), modules=["cgi", "log_forensic"], log_level="trace8 http:trace3",
        processes=1)
    for path in ("/whoami", "/maybe", "/env"):
        raw_get(server.port, path, *_lines("websocket", token))
        raw_get(server.port, path, *MALFORMED["two pairs"](token))
        raw_get(server.port, path, *MALFORMED["token ahead of its name"](token))
    forensic = (server.root / "logs" / "forensic.log").read_text()
    assert "Sec-WebSocket-Protocol:chat, v2" in forensic and token not in forensic
    (server.root / "logs" / "forensic.log").unlink()
    for path in ("/whoami", "/maybe", "/env"):
        for way in WAYS:
            raw_get(server.port, path, *_lines(way, token))
        for make in MALFORMED.values():
            raw_get(server.port, path, *make(token))
    assert len(server.error_log.lines()) > 300
    leaks.check(server.root / "logs" / "error.log", server.root / "logs" / "access.log")
    assert token not in server.error_log.text() and token not in server.access_log.text()


# -- caches

def test_answers_are_for_one_caller(server, token):
    for way in WAYS:
        for path in ("/http-On/x", "/maybe"):
            answer = raw_get(server.port, path, *(_lines(way, token) if way != "websocket" else _lines("header", token)))
            control = answer.header("Cache-Control")
            assert re.search(r"\b(private|no-store)\b", control), (path, control)
            vary = ", ".join(answer.all("Vary"))
            assert "Cookie" in vary and FIELD in vary
    assert raw_get(server.port, "/plain/x").header("Cache-Control") is None


# -- WebSocket

async def _talk(port, path, token, *subprotocols, more=()):
    fields = [("Cookie", f"{COOKIE}={token}"), *more] if more else []
    async with websocket.connect(f"ws://127.0.0.1:{port}{path}", fields, open_timeout=30,
                                 subprotocols=list(subprotocols) or None) as connection:
        told = json.loads(await connection.recv())
        await connection.send("hello")
        return told, await connection.recv(), connection.subprotocol


@pytest.mark.parametrize("path", ["/ws-On/chat", "/ws-Off/chat", "/up-On/chat", "/up-Off/chat", "tunnel"])
@pytest.mark.parametrize("others", [[], ["v2"]])
def test_websocket(server, token, path, others):
    """The pair never reaches the back end. Browsers want an answer to what they offered."""
    leaks.register(token)
    port, path = (server.extra_ports[0], "/ws-Off/chat") if path == "tunnel" else (server.port, path)
    told, echoed, chosen = asyncio.run(_talk(port, path, token, "okta.bearer", token, *others))
    assert echoed == "hello"
    fields = {name.lower(): value for name, value in told}
    assert token not in json.dumps(told) and fields.get("sec-websocket-protocol") == (", ".join(others) or None)
    # the test's back end chooses none: only the pair's own name may be said for it
    assert chosen == (None if others else "okta.bearer")


def test_websocket_by_cookie(server, token):
    own = f"http://127.0.0.1:{server.port}"
    told, echoed, _ = asyncio.run(_talk(server.port, "/ws-Off/chat", token, more=[("Origin", own)]))
    assert echoed == "hello" and token not in json.dumps(told)
    for origin in ("https://evil.example", "null"):
        answer = raw_get(server.port, "/ws-Off/chat", *HANDSHAKE, f"Cookie: {COOKIE}={token}", f"Origin: {origin}")
        assert answer.status == 401


def test_the_pair_is_removed_on_every_path(server, token):
    """Also where it is not judged, and no log has it."""
    answer = raw_get(server.port, "/plain/x", f"Sec-WebSocket-Protocol: chat, okta.bearer, {token}")
    assert_ok(answer)
    assert token.encode() not in answer.body and b"chat" in answer.body
    log = server.root / "logs" / "fields.log"
    raw_get(server.port, "/whoami/logged", *HANDSHAKE, f"Sec-WebSocket-Protocol: okta.bearer, {token}, here")
    wait_for(lambda: "here /whoami/logged" in log.read_text(), "the log line")
    assert token not in log.read_text()
    leaks.check(server.root / "logs")


def test_every_spoiled_token_is_refused(server, token):
    """By each way, byte by byte."""
    for way in WAYS:
        for at in range(0, len(token), 97):
            spoiled = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1:]
            answer = raw_get(server.port, "/whoami", *_lines(way, spoiled))
            # the last character of a part may have bits that do not count, and those are refused as well
            assert answer.status == 401, (way, at)


def test_the_document_names_the_way(launch, shared_issuer):
    def told(*lines):
        return location("/a", "OktaTokenFrom header cookie:t", "OktaResourceMetadata On") + location(
            "/b", "OktaTokenFrom cookie:t websocket header:X-T", "OktaResourceMetadata On") + location(
            "/c", "OktaResourceMetadata On")
    server = launch(trusts(shared_issuer) + told(), processes=1)
    for path, methods in (("/a", ["header"]), ("/b", []), ("/c", ["header"])):
        document = server.get(f"/.well-known/oauth-protected-resource{path}").json()
        assert document["bearer_methods_supported"] == methods


CACHED = {"plain": ("Cache-Control: max-age=60", False), "checked": ("Cache-Control: max-age=60, must-revalidate", False),
          "dated": ("Last-Modified: Mon, 02 Jan 2006 15:04:05 GMT", False), "public": ("Cache-Control: public, max-age=60", True)}


@pytest.fixture(scope="module", params=["On", "Off"])
def cache(request, launch_shared, shared_issuer):
    def snippet(s):
        (s.root / "cache").mkdir()
        (s.root / "cache").chmod(0o777)
        text = trusts(shared_issuer) + env_directory(s) + (
            f'CacheRoot "{s.root}/cache"\nCacheEnable disk /\nCacheQuickHandler {request.param}\nCacheIgnoreNoLastMod On\n')
        for name, (field, _) in CACHED.items():
            s.write(f"cgi-bin/{name}", f"#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n{field}\\r\\n\\r\\n'\n"
                    'echo "${REMOTE_USER:-nobody}"\n').chmod(0o755)
        for place, lines, require in (("sure", [], "valid-user"), ("off", ["OktaForwardToken Off"], "valid-user"),
                                      ("maybe", ["OktaAnonymous missing"], "all granted")):
            text += f'ScriptAlias /{place} "{s.root}/cgi-bin"\n' + location(f"/{place}", ALL, *lines, require=require,
                                                                            handler=None)
        return text
    server = launch_shared(snippet, modules=["cgi", "cache", "cache_disk"], processes=1)
    server.expects("AH00776", lasting=True)
    return server


@pytest.mark.parametrize("way", ["field", "cookie"])
@pytest.mark.parametrize("name", CACHED)
def test_a_cache_keeps_callers_apart(cache, shared_issuer, name, way):
    """mod_cache knows nothing of cookies and of other headers."""
    shared = CACHED[name][1]
    alice, bob = (shared_issuer.mint.token(sub=sub) for sub in ("alice", "bob"))
    for place in ("sure", "off"):
        path = f"/{place}/{name}?{way}"
        assert raw_get(cache.port, path, *_lines(way, alice)).body == b"alice\n"
        second = raw_get(cache.port, path, *_lines(way, bob))
        assert second.status == 200 and second.body in ((b"alice\n", b"bob\n") if shared else (b"bob\n",))
        if not shared:
            assert raw_get(cache.port, path).status == 401
    for first, then in (([], _lines(way, alice)), (_lines(way, alice), []), (_lines(way, alice), _lines(way, bob))):
        path = f"/maybe/{name}?{way}-{len(first)}-{len(then)}"
        raw_get(cache.port, path, *first)
        answer = raw_get(cache.port, path, *then)
        expected = b"nobody\n" if not then else b"alice\n" if not first else b"bob\n"
        assert answer.status == 200 and (shared or answer.body == expected), (first, then, answer.body)
