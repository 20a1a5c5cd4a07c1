# SPDX-License-Identifier: Apache-2.0
"""Detours to what is protected: by other modules, other forms of a request, other sections. None saves the token."""

import socket
import subprocess

import pytest
from env import h2
from env.backends import HttpBackend
from env.client import bearer, raw, raw_get
from env.routes import AUTHZ_NOISE
from env.snippets import env_directory, location, trusts

SECRET = b"the-secret-itself"


@pytest.fixture(scope="module")
def backend():
    with HttpBackend() as made:
        yield made


def _snippet(s, issuer, backend):
    for name in ("api/secret.txt", "multi/secret.txt", "limit/secret.txt", "match/secret.txt", "satisfy/secret.txt"):
        s.write(f"htdocs/{name}", SECRET + b"\n")
    s.write("htdocs/typed/page.odd", "odd\n")
    s.write("cgi-bin/jump", "#!/bin/sh\nprintf 'Location: /api/secret.txt\\r\\n\\r\\n'\n").chmod(0o755)
    docs = s.root / "htdocs"
    text = trusts(issuer) + env_directory(s) + (
        f'<Directory "{docs}">\nOptions +MultiViews\nRequire all granted\n</Directory>\n'
        f'<Directory "{docs}/satisfy">\nRequire all denied\n</Directory>\n'
        "AddType text/plain .txt\nErrorDocument 404 /api/secret.txt\n"
        "ScriptAlias /jump \"%s/cgi-bin/jump\"\nScriptAlias /acting \"%s\"\n" % (s.root, s.env_script))
    text += location("/api", handler=None)
    text += location("/multi/secret.txt", handler=None)
    text += "AddHandler okta-odd .odd\nAction okta-odd /acting\n" + location("/acting", handler=None)
    text += f'<FilesMatch "secr.t">\nHeader set X-Seen files\n</FilesMatch>\n'
    text += f'<DirectoryMatch "{docs}/mat">\nAuthType Okta\nAuthName api\nRequire valid-user\n</DirectoryMatch>\n'
    text += ('<Location /limit>\nAuthType Okta\nAuthName api\n'
             '<LimitExcept OPTIONS>\nRequire valid-user\n</LimitExcept>\n'
             "</Location>\n")
    text += location("/satisfy", "Satisfy Any", "Order deny,allow", "Deny from all", "Allow from 192.0.2.1",
                     handler=None)
    text += location("/satisfied", "Satisfy Any", "Order deny,allow", "Deny from all", "Allow from 127.0.0.1",
                     handler="okta-hello")
    text += (f"ProxyPass /by-proxy {backend.url}\n<Proxy {backend.url}/*>\nAuthType Okta\nAuthName api\n"
             "Require valid-user\n</Proxy>\n")
    text += location("/cors", "OktaCorsOrigin https://app.example.com", "OktaCorsMethods PUT")
    if s.mpm != "prefork":
        text += "Protocols h2c http/1.1\n"
    return text


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer, backend, mpm):
    modules = ["cgi", "negotiation", "actions", "proxy", "proxy_http", "access_compat"]
    modules += ["http2"] if mpm != "prefork" else []
    server = launch_shared(lambda s: _snippet(s, shared_issuer, backend), modules=modules, processes=1, threads=16)
    server.expects(AUTHZ_NOISE, lasting=True)
    server.expects("AH01797|AH00687|AH00690|AH00696", lasting=True)
    return server


@pytest.fixture
def good(shared_issuer):
    return shared_issuer.mint.token()


WAYS = ["/jump", "/multi/secret.txt", "/match/secret.txt", "/limit/secret.txt", "/satisfy/secret.txt",
        "/api/secret.txt"]


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", WAYS)
def test_detours(server, good, path):
    for fields in ((), ("Authorization: " + bearer(good + "x"),)):
        answer = raw_get(server.port, path, *fields)
        assert answer.status == 401 and SECRET not in answer.body, answer
        assert answer.challenge()[0] == "Bearer"
    answer = raw_get(server.port, path, "Authorization: " + bearer(good))
    assert answer.status == 200 and SECRET in answer.body and answer.all("WWW-Authenticate") == []


@pytest.mark.every_mpm
def test_an_error_document_behind_the_gate(server, good):
    for fields in ((), ("Authorization: " + bearer(good + "x"),)):
        answer = raw_get(server.port, "/nothing-here", *fields)
        assert answer.status in (401, 404) and SECRET not in answer.body
    answer = raw_get(server.port, "/nothing-here", "Authorization: " + bearer(good))
    assert answer.status == 404 and SECRET in answer.body


@pytest.mark.every_mpm
def test_negotiated_variants(server, good):
    answer = raw_get(server.port, "/multi/secret")
    assert SECRET not in answer.body and answer.status in (401, 404, 406)
    answer = raw_get(server.port, "/multi/secret", "Authorization: " + bearer(good))
    assert answer.status == 200 and SECRET in answer.body


@pytest.mark.every_mpm
def test_actions(server, good):
    assert raw_get(server.port, "/typed/page.odd").status == 401
    answer = server.get("/typed/page.odd", good)
    assert answer.status == 200 and answer.environment()["REMOTE_USER"] == "user@example.com"


@pytest.mark.every_mpm
def test_proxy_sections(server, backend, good):
    before = len(backend.seen)
    assert server.get("/by-proxy/x").status == 401
    assert server.get("/by-proxy/x", good + "x").status == 401
    assert len(backend.seen) == before
    assert server.get("/by-proxy/x", good).status == 200


@pytest.mark.every_mpm
def test_limit_and_satisfy(server, good):
    assert server.request("OPTIONS", "/limit/secret.txt").status == 200
    for method in ("GET", "HEAD", "POST", "DELETE"):
        assert server.request(method, "/limit/secret.txt").status == 401
    assert server.get("/satisfied").status == 200 and server.get("/satisfied").all("WWW-Authenticate") == []
    assert server.get("/satisfied", good + "x").status == 200


@pytest.mark.every_mpm
@pytest.mark.parametrize("line", [
    "GET http://127.0.0.1/api/secret.txt HTTP/1.1", "GET http://elsewhere.example.com/api/secret.txt HTTP/1.1",
    "GET HTTP://127.0.0.1//api/./secret.txt HTTP/1.1", "GET /api/secret.txt HTTP/1.0", "GET /api/secret.txt?x HTTP/1.1",
    "GET /api/secret.txt/ HTTP/1.1", "GET /api/secret.txt/info HTTP/1.1", "HEAD /api/secret.txt HTTP/1.0",
])
def test_forms_of_a_request(server, line):
    answer = raw(server.port, f"{line}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.status == 401 and SECRET not in answer.body


@pytest.mark.every_mpm
def test_http_0_9(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(b"GET /api/secret.txt\r\n")
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    assert SECRET not in received


@pytest.mark.every_mpm
def test_conditions_and_ranges_say_nothing(server, good):
    tag = server.get("/api/secret.txt", good).header("ETag")
    for fields in ((f"If-None-Match: {tag}",), ("If-None-Match: *",),
                   ("If-Modified-Since: Sun, 01 Jan 2040 00:00:00 GMT",),
                   ("Range: bytes=0-3",), ("Range: bytes=999-",), (f"If-Match: {tag}x",), ("If-Match: *",)):
        answer = raw_get(server.port, "/api/secret.txt", *fields)
        assert answer.status == 401 and answer.all("ETag") == [], fields
    assert raw_get(server.port, "/api/secret.txt", f"If-None-Match: {tag}",
                   "Authorization: " + bearer(good)).status == 304


@pytest.mark.every_mpm
def test_asking_for_an_upgrade_to_http2(server, good):
    """Whether httpd goes along with it or not, the request is judged."""
    for fields, status in (("", b"401"), (f"Authorization: {bearer(good)}\n", b"200")):
        done = subprocess.run(
            ["/usr/bin/curl", "-sS", "-q", "--noproxy", "*", "-i", "--http2", "-H", "@-",
             f"http://127.0.0.1:{server.port}/api/secret.txt"], input=fields.encode(), capture_output=True, timeout=60)
        statuses = [line.split()[1] for line in done.stdout.split(b"\r\n") if line.startswith(b"HTTP/")]
        assert statuses[-1] == status and set(statuses) <= {b"101", status}
        assert (SECRET in done.stdout) == (status == b"200")


@pytest.mark.every_mpm
def test_cors_over_http2(server, mpm):
    ask = [("origin", "https://app.example.com"), ("access-control-request-method", "PUT"),
           ("access-control-request-headers", "authorization")]
    if mpm == "prefork":
        answers = [raw_get(server.port, "/cors", *[f"{k}: {v}" for k, v in ask], method="OPTIONS"),
                   raw_get(server.port, "/cors", f"{ask[0][0]}: {ask[0][1]}")]
    else:
        answers = [*h2.fetch(server.port, "/cors", method="OPTIONS", headers=ask),
                   *h2.fetch(server.port, "/cors", headers=ask[:1])]
    assert [a.status for a in answers] == [204, 401]
    for answer in answers:
        assert answer.header("Access-Control-Allow-Origin") == "https://app.example.com"
        assert "origin" in ",".join(answer.all("Vary")).lower()
    assert "PUT" in answers[0].header("Access-Control-Allow-Methods")
    assert answers[1].header("WWW-Authenticate") == 'Bearer realm="api"'
