# SPDX-License-Identifier: Apache-2.0
"""Which URL and which method a DPoP proof has to name: those of the client's own request."""

import pytest
from env import h2
from env.client import raw
from env.dpop import Prover, assert_refused, call, fields
from env.ports import LOOPBACK
from env.snippets import env_directory, location, trusts
from env.verdicts import assert_logged, assert_ok


def _rewrites(server):
    return f"""
RewriteEngine On
RewriteRule ^/moved/(.*)$ /api/$1 [PT]
<Directory {server.root}/turn>
    RewriteEngine On
    RewriteRule ^(.*)$ /api/$1
    Require all granted
</Directory>
Alias /turn {server.root}/turn
Alias /folder {server.root}/folder
<Directory {server.root}/folder>
    DirectoryIndex index.txt
    AuthType Okta
    AuthName api
    Require valid-user
    <Files index.txt>
        OktaClockSkew 30
    </Files>
</Directory>
"""


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    def snippet(server):
        server.write("folder/index.txt", "index\n")
        server.write("turn/here", "never served\n")
        return (trusts(shared_issuer) + "Protocols h2c http/1.1\n" + env_directory(server)
                + f"<VirtualHost *:{server.port}>\nServerName {LOOPBACK}:{server.port}\n"
                + "ServerAlias www.example.test *.wild.test\n"
                + location("/whoami") + location("/api")
                + location("/public", "OktaPublicUrl https://API.example.com:443/")
                + location("/prefix", "OktaPublicUrl https://api.example.com:8443/v1")
                + location("/error", require="okta-scope none-has-it")
                + "ErrorDocument 403 /whoami\n"
                + _rewrites(server) + "</VirtualHost>\n")
    return launch_shared(snippet, modules=("rewrite", "dir", "http2"), processes=1)


@pytest.fixture(scope="module")
def prover(server):
    return Prover.of(server)


@pytest.fixture(scope="module")
def token(prover, shared_issuer):
    return prover.token(shared_issuer)


def _ask(server, token, proof, target="/whoami", host=None, version="1.1", method="GET", also=()):
    host = f"{LOOPBACK}:{server.port}" if host is None else host
    lines = [f"{method} {target} HTTP/{version}", *([f"Host: {host}"] if host else []), "Connection: close",
             *fields(token, proof), *also]
    return raw(server.port, "\r\n".join([*lines, "", ""]).encode())


# What is asked for, and an htu for it that is the same URL.
SAME = {
    "a query": ("/whoami?x=1", "{base}/whoami"),
    "a query in htu": ("/whoami", "{base}/whoami?x=1#y"),
    "another query": ("/whoami?x=1", "{base}/whoami?y=2"),
    "the scheme in capitals": ("/whoami", "HTTP://{host}/whoami"),
    "unreserved characters encoded in htu": ("/whoami", "{base}/%77ho%61mi"),
    "unreserved characters encoded in the request": ("/%77hoami", "{base}/whoami"),
    "escapes in another case": ("/whoami/%c3%a4", "{base}/whoami/%C3%A4"),
    "dot segments in htu": ("/whoami", "{base}/x/../whoami"),
    "dot segments in the request": ("/x/../whoami", "{base}/whoami"),
    "encoded dots": ("/x/%2e%2E/whoami", "{base}/whoami"),
    "absolute form": ("http://{host}/whoami", "{base}/whoami"),
    "absolute form with a query": ("http://{host}/whoami?http://x/", "{base}/whoami"),
}

# And one that is another URL.
DIFFERENT = {
    "a slash more": ("/whoami/", "{base}/whoami"),
    "a slash less": ("/whoami", "{base}/whoami/"),
    "a double slash in htu": ("/whoami", "{base}//whoami"),
    "a double slash in the request": ("//whoami", "{base}/whoami"),
    "case of the path": ("/whoami", "{base}/WhoAmI"),
    "a reserved character encoded": ("/whoami/a%3Bb", "{base}/whoami/a;b"),
    "a dot behind the host": ("/whoami", "http://{name}.:{port}/whoami"),
    "no port": ("/whoami", "http://{name}/whoami"),
    "another scheme": ("/whoami", "ws://{host}/whoami"),
    "userinfo": ("/whoami", "http://user@{host}/whoami"),
    "relative": ("/whoami", "/whoami"),
    "a bad escape": ("/whoami", "{base}/whoami%zz"),
    "a space": ("/whoami", "{base}/whoami "),
    "a letter beyond ASCII": ("/whoami", "{base}/whoam\u0131"),
    "a backslash": ("/whoami", "{base}\\whoami"),
    "dots behind a double slash, of which httpd makes one": ("/x//../whoami", "{base}/x/whoami"),
    "encoded dots behind a double slash": ("/x//y/%2e./.%2E/whoami", "{base}/x/whoami"),
}


def _filled(server, text):
    return (text.replace("{base}", f"http://{LOOPBACK}:{server.port}").replace("{host}", f"{LOOPBACK}:{server.port}")
            .replace("{name}", LOOPBACK).replace("{port}", str(server.port)))


@pytest.mark.parametrize("kind", SAME)
def test_the_same_url(server, prover, token, kind):
    target, htu = (_filled(server, text) for text in SAME[kind])
    assert_ok(_ask(server, token, prover.proof(token, htu=htu), target))


@pytest.mark.parametrize("kind", DIFFERENT)
def test_a_different_url(server, prover, token, kind):
    target, htu = (_filled(server, text) for text in DIFFERENT[kind])
    mark = server.error_log.mark()
    assert_refused(_ask(server, token, prover.proof(token, htu=htu), target))
    assert_logged(server, mark, "proof_url")


@pytest.mark.parametrize("host, base", [
    ("www.example.test", "http://www.example.test"),
    ("WWW.EXAMPLE.TEST", "http://www.example.test"),
    ("www.example.test", "http://www.example.test:80"),
    ("www.example.test", "http://www.example.test:"),
    ("www.example.test:80", "http://www.example.test"),
    ("www.example.test:8080", "http://www.example.test:8080"),
    ("x.wild.test", "http://x.wild.test"),
    ("www.example.test.", "http://www.example.test."),
    ("www.example.test.:8080", "http://www.example.test.:8080"),
    ("localhost:{port}", "http://localhost:{port}"),
])
def test_the_name_that_the_client_used_counts_if_it_is_ours(server, prover, token, host, base):
    host, base = _filled(server, host), _filled(server, base)
    assert_ok(_ask(server, token, prover.at(base).proof(token), host=host))


def test_a_dot_behind_the_name_that_the_client_used_counts(server, prover, token):
    proof = prover.at("http://www.example.test").proof(token)
    assert_refused(_ask(server, token, proof, host="www.example.test."))
    assert_refused(_ask(server, token, proof, "http://www.example.test./whoami"))
    proof = prover.at("http://www.example.test.").proof(token)
    assert_ok(_ask(server, token, proof, "http://www.example.test./whoami"))


@pytest.mark.parametrize("host", ["attacker.example", "wild.test", "www.example.test.attacker.example", "a@b",
                                  "attacker.example:{port}"])
def test_a_proof_for_another_server_fits_under_no_name(server, prover, token, host):
    host = host.format(port=server.port)
    answer = _ask(server, token, prover.at(f"http://{host}").proof(token), host=host)
    assert answer.status in (400, 401), answer.status
    assert host not in str(answer.headers)


def test_a_request_without_a_host_is_for_the_server_name(server, prover, token):
    assert_ok(_ask(server, token, prover.proof(token), host="", version="1.0"))


def test_the_public_url(server, prover, token):
    for path, base, others in [
            ("/public", "https://api.example.com", ["http://api.example.com", prover.base]),
            ("/prefix", "https://api.example.com:8443/v1", ["https://api.example.com:8443", prover.base])]:
        assert_ok(call(server, token, prover.at(base).proof(token, path=path), path=path))
        for other in others:
            assert_refused(call(server, token, prover.at(other).proof(token, path=path), path=path))


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "REPORT", "WHATEVER"])
def test_the_method_is_the_one_that_was_sent(server, prover, token, method):
    also = ["Content-Length: 0"]
    wrong = "GET" if method != "GET" else "HEAD"
    answer = _ask(server, token, prover.proof(token, method=wrong), method=method, also=also)
    assert answer.status == 401, answer.status
    answer = _ask(server, token, prover.proof(token, method=method), method=method, also=also)
    assert answer.status not in (400, 401), (answer.status, answer.headers)


def test_a_redirection_within_keeps_url_and_method(server, prover, token):
    for path in "/moved/here", "/turn/here":
        proof = prover.proof(token, path=path)
        assert_ok(call(server, token, proof, path=path))
        assert_refused(call(server, token, proof, path=path))
        assert_refused(call(server, token, prover.proof(token, path="/api/here"), path=path))


def test_a_folder_and_its_index_take_one_proof(server, prover, token):
    proof = prover.proof(token, path="/folder/")
    answer = call(server, token, proof, path="/folder/")
    assert answer.status == 200 and answer.body == b"index\n", (answer.status, answer.body)
    assert_refused(call(server, token, proof, path="/folder/"))


def test_an_error_document_behind_dpop_gets_the_same_proof(server, prover, token):
    server.expects("AH01631")
    proof = prover.proof(token, path="/error", method="POST")
    answer = call(server, token, proof, path="/error", method="POST", also=["Content-Length: 0"])
    assert answer.status == 403
    assert answer.json()["sub"] == "user@example.com"
    assert_refused(call(server, token, proof, path="/error", method="POST", also=["Content-Length: 0"]))


def test_http2(server, prover, token):
    def over_h2(proof, path="/whoami", method="GET"):
        headers = [("authorization", f"DPoP {token}"), ("dpop", proof)]
        return h2.fetch(server.port, path, method=method, headers=headers)[0]

    proof = prover.proof(token)
    assert over_h2(proof).status == 200
    assert over_h2(proof).status == 401
    assert over_h2(prover.proof(token, method="HEAD"), method="HEAD").status == 200
    assert over_h2(prover.proof(token, method="HEAD")).status == 401
    assert over_h2(prover.proof(token, path="/x"), "/whoami?q").status == 401
    assert over_h2(prover.proof(token), "/whoami?q").status == 200
