# SPDX-License-Identifier: Apache-2.0
"""Ways by which a body gets to an MCP server: programs, redirects within httpd, error documents, parts of pages,
HTTP/2, chunks and trailers. None leads around the reading of the message."""

import re
import socket

import pytest
from env import h2
from env.backends import HttpBackend
from env.client import parse
from env.dpop import Prover, fields
from env.mcp import JSON, chunked, exchange, head, message, post, text
from env.ports import LOOPBACK
from env.snippets import env_directory, location, trusts

RULE = "OktaMcpScope tools/call:delete_* delete"
ECHO = """#!/bin/sh
body=$(cat; printf .)
printf 'Content-Type: text/plain\\r\\n\\r\\n'
printf '%s|%s|%s|%s|%s' "$REQUEST_METHOD" "$CONTENT_LENGTH" "$OKTA_MCP_METHOD" "$OKTA_MCP_NAME" "${body%.}"
"""


def _script(s, name, content=ECHO):
    path = s.write(name, content)
    path.chmod(0o755)
    return path


def _snippet(s, issuer, backend):
    docs, to = s.root / "htdocs", backend.url
    echo = _script(s, "cgi-bin/echo")
    _script(s, "htdocs/dir/index.cgi")
    jump = _script(s, "cgi-bin/jump", "#!/bin/sh\ncat >/dev/null\nprintf 'Location: /cgi\\r\\n\\r\\n'\n")
    s.write("htdocs/from/x", "x")
    s.write("htdocs/acted/x.odd", "x")
    s.write("htdocs/page.shtml", '<!--#include virtual="/cgi" -->')
    s.write("htdocs/parsed.shtml", "static")

    def proxied(path, *lines, **options):
        return location(path, f"ProxyPass {to}{path}", *lines, handler=None, **options)

    def mcp(path, *lines, **options):
        return location(path, "OktaMcp On", RULE, *lines, handler=None, **options)
    made = trusts(issuer) + env_directory(s) + (
        f'<Directory "{docs}">\nOptions +ExecCGI +Includes\nAddHandler cgi-script .cgi\nRequire all granted\n</Directory>\n'
        f'ScriptAlias /cgi "{echo}"\nScriptAlias /acting "{echo}"\nScriptAlias /errors "{echo}"\nScriptAlias /jump "{jump}"\n'
        f'ScriptAlias /limited "{echo}"\n'
        "AddOutputFilter INCLUDES .shtml\nAddType text/html .shtml\nDirectoryIndex index.cgi\n"
        # mod_request gives parts and redirects the body once more
        "<Location />\nKeptBodySize 200000\n</Location>\n"
        "AddHandler odd .odd\nAction odd /acting\nProtocols h2c http/1.1\nMergeTrailers On\n")
    made += mcp("/cgi") + mcp("/acting") + mcp("/mcp", f"ProxyPass {to}/mcp") + mcp("/mcp2", f"ProxyPass {to}/mcp2")
    made += location("/dir", handler=None) + f'<Files "index.cgi">\nOktaMcp On\n{RULE}\n</Files>\n'
    made += location("/jump", handler=None) + location("/acted", handler=None)
    made += location("/from", "RewriteEngine On", "RewriteRule x$ /mcp [L]", handler=None)
    made += mcp("/within", "RewriteEngine On", "RewriteRule within$ /outside [L]")
    made += mcp("/twice", "RewriteEngine On", "RewriteRule twice$ /strict [L]")
    made += proxied("/outside") + proxied("/strict", "OktaMcp On", "OktaMcpScope tools/list list")
    made += mcp("/proxied", "RewriteEngine On", f"RewriteRule ^ {to}/proxied [P]")
    made += mcp("/told", f"ProxyPass {to}/status-404/", "ErrorDocument 403 /errors", "ErrorDocument 400 /errors",
                "ErrorDocument 405 /errors", "ErrorDocument 413 /outside/status-413", "OktaMcpMaxBytes 1024")
    made += mcp("/within-errors", "ErrorDocument 403 /cgi", "ErrorDocument 404 /cgi")
    made += location("/not-mcp", "ErrorDocument 404 /mcp/status-404", handler=None)
    made += "<Location /errors>\nRequire all granted\n</Location>\n"
    made += mcp("/limited", "LimitRequestBody 100")
    made += mcp("/inflate", f"ProxyPass {to}/inflate", "SetInputFilter DEFLATE")
    return made


@pytest.fixture(scope="module")
def backend():
    with HttpBackend() as started:
        yield started


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer, backend):
    server = launch_shared(lambda s: _snippet(s, shared_issuer, backend), processes=1, threads=16,
                           modules=["cgi", "actions", "rewrite", "include", "proxy", "proxy_http", "http2", "deflate",
                                    "request"])
    server.expects(r"AH\d+: .*|OKTA-\w+: .*", optional=True, lasting=True)
    return server


@pytest.fixture
def token(shared_issuer):
    return shared_issuer.mint.token(scp=["base"])


@pytest.fixture
def able(shared_issuer):
    return shared_issuer.mint.token(scp=["delete", "list"])


def bad():
    return message(name="delete_all", params={"name": "delete_all", "secret": "to-nobody"})


def arrived(backend, mark=0):
    return [seen for seen in backend.seen[mark:] if seen["body"]]


def nothing_arrived(backend, mark, answer):
    assert b"to-nobody" not in answer.body
    assert not arrived(backend, mark)


# where; who answers there
PROGRAMS = ["/cgi", "/dir/", "/dir/index.cgi", "/acted/x.odd"]
BACKENDS = ["/mcp", "/from/x", "/proxied"]


@pytest.mark.parametrize("path", PROGRAMS)
@pytest.mark.parametrize("chunks", [None, 3])
def test_a_program_gets_the_message_that_may_come_and_no_other(server, token, able, path, chunks):
    def sent(token, body):
        body = text(body)
        if chunks:
            return exchange(server.port, head(path, token, (JSON, "Transfer-Encoding: chunked")) + chunked(body, chunks))
        return post(server, path, body, token)
    for body, who in ((message("tools/list"), token), (message(name="delete_all"), able)):
        answer = sent(who, body)
        assert answer.status == 200
        method, length, mcp_method, name, got = answer.body.decode().split("|", 4)
        assert (method, got) == ("POST", text(body).decode())
        assert length == ("" if chunks else str(len(text(body))))
        assert mcp_method == body["method"]
        assert name == body.get("params", {}).get("name", "")
    answer = sent(token, bad())
    assert answer.status == 403 and b"to-nobody" not in answer.body
    assert answer.challenge()[1]["scope"] == "delete"
    assert sent(token, "{").status == 400


@pytest.mark.parametrize("path", BACKENDS)
def test_a_back_end_gets_the_message_that_may_come_and_no_other(server, backend, token, able, path):
    for body, who in ((message("tools/list"), token), (message(name="delete_all"), able)):
        assert post(server, path, body, who).status == 200
        assert backend.seen[-1]["body"].encode() == text(body)
    mark = len(backend.seen)
    answer = post(server, path, bad(), token)
    assert answer.status == 403
    nothing_arrived(backend, mark, answer)


def test_a_redirect_to_where_nothing_is_read_takes_the_whole_body_along(server, backend, token):
    for size in (10, 100000):
        body = text(message("tools/list", params={"a": "x" * size}))
        assert post(server, "/within", body, token).status == 200
        assert backend.seen[-1]["path"] == "/outside" and backend.seen[-1]["body"].encode() == body
    mark = len(backend.seen)
    answer = post(server, "/within", bad(), token)
    assert answer.status == 403
    nothing_arrived(backend, mark, answer)


def test_a_redirect_to_another_place_is_judged_by_both(server, backend, token, able):
    body = message("tools/list")
    assert post(server, "/twice", body, able).status == 200
    assert backend.seen[-1]["path"] == "/strict" and backend.seen[-1]["body"].encode() == text(body)
    mark = len(backend.seen)
    answer = post(server, "/twice", body, token)
    assert answer.status == 403 and answer.challenge()[1]["scope"] == "list"
    nothing_arrived(backend, mark, answer)
    assert post(server, "/twice", bad(), token).challenge()[1]["scope"] == "delete"


def test_a_program_that_redirects_makes_a_get_without_a_body(server, able):
    answer = post(server, "/jump", bad(), able)
    assert (answer.status, answer.body) == (200, b"GET||||")


def _sent_wrong(path, token):
    """What is refused there, and the status: whole and in chunks."""
    for body, status in ((text(bad()), 403), (b'{"to-nobody', 400), (b"x" * 2000 + b"to-nobody", 413)):
        yield head(path, token, (JSON,), length=len(body)) + body, status
        yield head(path, token, (JSON, "Transfer-Encoding: chunked")) + chunked(body, 50), status
    yield head(path, token, (JSON,), "PUT", length=9) + b"to-nobody", 405
    yield head(path, token, (JSON,), "GET", length=9) + b"to-nobody", 400


def test_an_error_document_gets_nothing_of_a_message_that_was_refused(server, backend, token):
    for sent, status in _sent_wrong("/told", token):
        mark = len(backend.seen)
        answer = exchange(server.port, sent)
        assert answer.status == status
        nothing_arrived(backend, mark, answer)
        if status != 413:
            assert answer.body == b"GET||||"


def test_an_error_document_within_an_mcp_place_gets_no_message(server, backend, token):
    for path, status in (("/within-errors", 403), ("/within-errors/none", 404)):
        answer = post(server, path, bad() if status == 403 else message("ping"), token)
        assert (answer.status, answer.body) == (status, b"GET||||")
    for chunks in (None, 20):
        mark, body = len(backend.seen), text(bad())
        fields = (JSON, *(["Transfer-Encoding: chunked"] if chunks else []))
        answer = exchange(server.port, head("/not-mcp", token, fields, length=None if chunks else len(body))
                          + (chunked(body, chunks) if chunks else body))
        assert answer.status == 404
        nothing_arrived(backend, mark, answer)
        assert backend.seen[-1]["method"] == "GET"


def test_a_part_of_a_page_gets_no_message(server, token):
    answer = post(server, "/page.shtml", bad(), token)
    assert b"to-nobody" not in answer.body
    answer = exchange(server.port, head("/page.shtml", token, method="GET"))
    # the length is mod_request's
    assert answer.body == b"GET|0|||"


def _statuses(port, data):
    with socket.create_connection((LOOPBACK, port), timeout=60) as connection:
        connection.sendall(data)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+)", received)]


def _keep(data):
    return data.replace(b"Connection: close\r\n", b"")


# httpd ends the connection behind a 400
@pytest.mark.parametrize("method, status, ends", [("POST", 403, False), ("PUT", 405, False), ("POST", 400, True),
                                                  ("GET", 400, True), ("DELETE", 400, True)])
@pytest.mark.parametrize("path", ["/mcp", "/told"])
@pytest.mark.parametrize("chunks", [None, 40])
def test_what_follows_on_the_connection_is_the_next_request(server, backend, token, method, status, ends, path, chunks):
    good, mark = text(message("tools/list")), len(backend.seen)
    smuggled = head("/mcp", token, (JSON, "X-Smuggled: yes"), length=len(good)) + good
    body = text(bad()) if status == 403 else (b"{" if status == 400 and method == "POST" else b"") + smuggled
    wrong = (_keep(head(path, token, (JSON, "Transfer-Encoding: chunked"), method)) + chunked(body, chunks) if chunks
             else _keep(head(path, token, (JSON,), method, len(body))) + body)
    right = _keep(head("/mcp", token, (JSON,), length=len(good))) + good
    last = head("/none", token, method="GET")
    assert _statuses(server.port, wrong + right + wrong + last) == ([status] if ends else [status, 200, status, 404])
    assert [seen["body"].encode() for seen in backend.seen[mark:]] == ([] if ends else [good])


def test_requests_one_after_the_other_on_a_connection(server, backend, token):
    """With bodies and without, in the place and outside: each begins where the one before it ends."""
    bodies, sent, mark = [], b"", len(backend.seen)
    for i in range(4):
        bodies.append(text(message("tools/list", params={"i": "x" * (9000 * i)})))
        sent += _keep(head("/mcp", token, method="GET")) + _keep(head("/mcp", token, method="DELETE"))
        sent += _keep(head("/mcp", token, (JSON,), length=len(bodies[-1]))) + bodies[-1]
        sent += _keep(head("/outside", token, (JSON, "Transfer-Encoding: chunked"))) + chunked(bodies[-1], 5000)
        sent += _keep(head("/mcp", token, method="OPTIONS"))
    assert _statuses(server.port, sent + head("/none", token, method="GET")) == [200] * 20 + [404]
    seen = [(one["method"], one["body"].encode()) for one in backend.seen[mark:]]
    assert seen == [row for body in bodies for row in (("GET", b""), ("DELETE", b""), ("POST", body), ("POST", body),
                                                       ("OPTIONS", b""))]


# fields that say in two ways how long the body is; the statuses that are right
LENGTHS = [
    (["Content-Length: {length}", "Transfer-Encoding: chunked"], {200, 400}),
    (["Content-Length: {length}", "Content-Length: 1"], {400}), (["Content-Length: {length}, {length}"], {400}),
    (["Transfer-Encoding: identity"], {400, 415, 501}), (["Transfer-Encoding: xchunked"], {400, 415, 501}),
    (["Transfer-Encoding: chunked, identity"], {400, 415, 501}), (["Transfer-Encoding: gzip, chunked"], {415}),
    (["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], {400, 415}), (["Transfer-Encoding : chunked"], {400}),
    (["Content-Length: +{length}"], {400}), (["Content-Length: -1"], {400}), (["Content-Length: 0x10"], {400}),
]


@pytest.mark.parametrize("lines, statuses", LENGTHS)
def test_a_body_of_two_lengths_is_read_once_or_never(server, backend, token, lines, statuses):
    for body in (text(message("tools/list")), text(bad())):
        mark = len(backend.seen)
        answer = exchange(server.port, head("/mcp", token, [JSON, *(line.format(length=len(body)) for line in lines)])
                          + chunked(body, 10000))
        assert answer.status in statuses | {403}
        assert [seen["body"].encode() for seen in backend.seen[mark:]] == [body] * (answer.status == 200)
        assert answer.status != 200 or b"to-nobody" not in body


def test_chunks_that_are_none_are_not_handed_on(server, backend, token):
    body, mark = text(message("tools/list")), len(backend.seen)
    for broken in (b"zz\r\n", b"%x\r\n" % (len(body) + 5) + body, b"ffffffffffffffff1\r\n", b"-1\r\n"):
        with socket.create_connection((LOOPBACK, server.port), timeout=60) as connection:
            connection.sendall(head("/mcp", token, (JSON, "Transfer-Encoding: chunked")) + broken)
            connection.shutdown(socket.SHUT_WR)
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
        assert not received or parse(received).status in (400, 413)
    assert len(backend.seen) == mark


def test_a_client_that_waits_to_be_asked_for_the_body_is_asked_once_its_token_is_good(server, backend, token):
    body = text(message("tools/list"))

    def start(connection, who, length):
        connection.sendall(head("/mcp", who, (JSON, "Expect: 100-continue"), length=length))
        return connection.recv(65536)
    with socket.create_connection((LOOPBACK, server.port), timeout=60) as connection:
        assert start(connection, token, len(body)).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        assert parse(received).status == 200
        assert backend.seen[-1]["body"].encode() == body
    for who, length, status in ((None, len(body), 401), (token, 2000000, 413)):
        with socket.create_connection((LOOPBACK, server.port), timeout=60) as connection:
            assert parse(start(connection, who, length)).status == status


TRAILERS = [("Mcp-Name", "echo"), ("Mcp-Method", "tools/list"), ("MCP-Protocol-Version", "2025-11-25"),
            ("Content-Encoding", "gzip"), ("Content-Type", "application/json; charset=utf-16"), ("X-Other", "1")]


@pytest.mark.parametrize("name, value", TRAILERS)
def test_a_trailer_changes_nothing_that_was_judged(server, backend, token, name, value):
    mark, body = len(backend.seen), text(message(name="other"))
    sent = chunked(body, 10)[:-2] + f"{name}: {value}\r\n\r\n".encode()
    answer = exchange(server.port, head("/mcp", token, (JSON, "Mcp-Method: tools/call", "Mcp-Name: other",
                                                        "MCP-Protocol-Version: 2026-07-28",
                                                        "Transfer-Encoding: chunked")) + sent)
    if answer.status == 200:
        told = dict(backend.seen[-1]["headers"])
        assert (told["Mcp-Method"], told["Mcp-Name"], told["Content-Type"]) == ("tools/call", "other", "application/json")
        assert told["MCP-Protocol-Version"] == "2026-07-28" and "Content-Encoding" not in told
    else:
        assert answer.status in (400, 415) and name != "X-Other"
        assert len(backend.seen) == mark


def test_http2(server, backend, token, able):
    json = ("content-type", "application/json")
    for length in (True, False):
        for body, who in ((message("tools/list"), token), (message(name="delete_all"), able)):
            answer, = h2.fetch(server.port, "/mcp", method="POST", token=who, headers=[json], body=text(body), length=length)
            assert answer.status == 200
            assert backend.seen[-1]["body"].encode() == text(body)
        mark = len(backend.seen)
        for body, who, status in ((bad(), token, 403), ("{", token, 400), (bad(), None, 401)):
            answer, = h2.fetch(server.port, "/mcp", method="POST", token=who, headers=[json], body=text(body), length=length)
            assert answer.status == status
        for method, status in (("PUT", 405), ("DELETE", 400), ("GET", 400)):
            answer, = h2.fetch(server.port, "/mcp", method=method, token=able, headers=[json], body=text(bad()), length=length)
            assert answer.status == status or not length
        assert not arrived(backend, mark)
    answer, = h2.fetch(server.port, "/mcp", token=token)
    assert answer.status == 200
    answer, = h2.fetch(server.port, "/mcp", method="POST", token=token, body=text(message("ping")),
                       headers=[json, ("mcp-name", "a"), ("mcp-name", "a")])
    assert answer.status == 400


OVERRIDES = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]


@pytest.mark.parametrize("name", OVERRIDES)
def test_a_method_in_another_field_changes_nothing(server, backend, token, name):
    for method, value in (("POST", "GET"), ("POST", "DELETE"), ("GET", "POST"), ("OPTIONS", "POST")):
        mark, body = len(backend.seen), text(bad()) if method == "POST" else b""
        answer = exchange(server.port, head("/mcp", token, (JSON, f"{name}: {value}"), method, len(body)) + body)
        assert answer.status == (403 if method == "POST" else 200)
        assert not arrived(backend, mark)


def test_a_body_that_httpd_limits_is_too_large(server, token):
    body = text(message("tools/list", params={"a": "x" * 200}))
    assert post(server, "/limited", body, token).status == 413
    assert exchange(server.port, head("/limited", token, (JSON, "Transfer-Encoding: chunked"))
                    + chunked(body, 100)).status == 413


def test_what_is_unpacked_further_on_was_refused(server, backend, token):
    mark = len(backend.seen)
    assert post(server, "/inflate", message("tools/list"), token, ["Content-Encoding: gzip"]).status == 415
    assert len(backend.seen) == mark
    assert post(server, "/inflate", message("tools/list"), token).status == 200


@pytest.mark.parametrize("path", ["/mcp", "/from/x", "/twice", "/dir/"])
def test_a_proof_is_taken_once(server, shared_issuer, path):
    prover = Prover.of(server)
    bound = prover.token(shared_issuer, scp=["delete", "list"])
    proof = prover.proof(bound, method="POST", path=path)
    body = text(message("tools/list"))

    def call():
        return exchange(server.port, head(path, None, (*fields(bound, proof), JSON), length=len(body),
                                          host=f"{LOOPBACK}:{server.port}") + body)
    assert call().status == 200
    answer = call()
    assert answer.status == 401 and answer.challenge()[1]["error"] == "invalid_dpop_proof"


def test_a_client_that_goes_away_in_the_middle_leaves_nothing(server, backend, token):
    mark, body = len(backend.seen), text(message("tools/list"))
    for _ in range(20):
        with socket.create_connection((LOOPBACK, server.port), timeout=60) as connection:
            connection.sendall(head("/mcp", token, (JSON,), length=len(body)) + body[:-1])
    assert post(server, "/mcp", body, token).status == 200
    assert len(backend.seen) == mark + 1
