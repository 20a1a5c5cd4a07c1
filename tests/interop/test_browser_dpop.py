# SPDX-License-Identifier: Apache-2.0
"""Proofs of npm's dpop in Chromium: an app of one origin, whose key cannot leave its page, calls the API of another."""

import functools
import hashlib
import http.server
import json
import re
import secrets
import threading
from urllib.parse import parse_qs, urlsplit

import nodejs
import pytest
from env import leaks
from env.challenge import parse
from env.mint import b64url
from env.snippets import env_directory, env_location, location, trusts
from env.waiting import wait_for

PAGE = nodejs.HERE / "browser" / "dpop.html"
LIBRARY = nodejs.HERE / "node_modules" / "dpop" / "build" / "index.js"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The origin that has the page."""
    folder = tmp_path_factory.mktemp("app")
    (folder / "index.html").write_bytes(PAGE.read_bytes())
    (folder / "dpop.js").write_bytes(LIBRARY.read_bytes())
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def server(launch, oidc_provider, app):
    cors = f"OktaCorsOrigin {app}"
    return launch(lambda httpd: (
        trusts(oidc_provider.issuers["trusted"]) + env_directory(httpd)
        + location("/api", cors) + location("/api/nonce", cors, "OktaDPoPNonce On")
        + location("/off", cors, "OktaDPoP off") + location("/foreign", "OktaCorsOrigin https://app.example.com")
        + env_location(httpd, "/env", cors, "OktaCorsMethods PUT")
        + env_location(httpd, "/nonce/env", cors, "OktaCorsMethods PUT")),
        modules=("cgi",))


class Page:
    """The app in the browser; its functions are those of dpop.html."""

    def __init__(self, browser, app, api):
        self._browser = browser
        assert browser.open(url=f"{app}/?api={api}") == "DPoP in a browser"

    def run(self, function, *arguments):
        return self._browser.evaluate(script=f"app.{function}(...{json.dumps(arguments)})")

    def prove(self, path, **options):
        return leaks.register(self.run("prove", path, options), "DPoP proof")

    def call(self, path, **options):
        return self.run("call", path, options)

    def call_with_proof(self, path, token, method="GET", nonce=None, **options):
        proof = self.prove(path, token=token, method=method, **({"nonce": nonce} if nonce else {}))
        return self.call(path, token=token, proof=proof, method=method, **options)


@pytest.fixture
def page(browser, app, server):
    yield Page(browser, app, f"http://{server.host}:{server.port}")
    assert browser.noises()["faults"] == []


@pytest.fixture
def sign_in(page, oidc_provider):
    """sign_in(alg) -> a token of alice's, bound to new keys of the page."""
    def run(alg="ES256"):
        jkt, verifier, metadata = page.run("newKeys", alg), secrets.token_urlsafe(48), oidc_provider.metadata()
        back = oidc_provider.consent("alice@example.com", metadata["authorization_endpoint"], {
            "client_id": "interop-app", "response_type": "code", "scope": "openid orders:read",
            "resource": "api://default", "redirect_uri": oidc_provider.redirect_uri, "dpop_jkt": jkt,
            "code_challenge": b64url(hashlib.sha256(verifier.encode()).digest()), "code_challenge_method": "S256"})
        told = page.run("redeem", metadata["token_endpoint"], {
            "grant_type": "authorization_code", "client_id": "interop-app", "code_verifier": verifier,
            "code": parse_qs(urlsplit(back).query)["code"][0], "redirect_uri": oidc_provider.redirect_uri,
            "resource": "api://default"})
        assert told.get("token_type") == "DPoP", told
        return leaks.register(told["access_token"], "access_token"), jkt
    return run


@pytest.fixture
def token(sign_in):
    return sign_in()[0]


def assert_refused(answer, error="invalid_dpop_proof"):
    """As the page could read it."""
    assert answer and answer["status"] == 401
    scheme, parameters = parse(answer["challenge"])
    assert (scheme, parameters["error"]) == ("DPoP", error)
    assert "ES256" in parameters["algs"].split()


def the_nonce(page, token, path="/api/nonce", **options):
    """As the page reads it from the answer that asks for one."""
    answer = page.call_with_proof(path, token, **options)
    assert_refused(answer, "use_dpop_nonce")
    assert answer["nonce"]
    return answer["nonce"]


def calls_from_now_on(server, path):
    """A function that gives (method, status) of each call of that path since."""
    mark = server.access_log.mark()
    line = re.compile(rf'(\d+) "([A-Z]+) {re.escape(path)}[? ]')
    return lambda: [(m[2], m[1]) for m in map(line.search, server.access_log.since(mark)) if m]


@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256"])
def test_a_proof_of_the_browser(page, sign_in, server, alg):
    token, jkt = sign_in(alg)
    assert page.run("stealKey") == 0
    answer = page.call_with_proof("/api", token)
    assert (answer["status"], answer["challenge"], answer["nonce"]) == (200, None, None)
    claims = json.loads(answer["body"])
    assert claims["cnf"] == {"jkt": jkt} and claims["sub"] == "alice@example.com"


@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256"])
def test_a_proof_with_a_nonce(page, sign_in, alg):
    token, _ = sign_in(alg)
    nonce = the_nonce(page, token)
    for _ in range(3):
        assert page.call_with_proof("/api/nonce", token, nonce=nonce)["status"] == 200


def test_the_browser_asked_first(page, token, server):
    # a path of its own: the browser remembers the answers for a few seconds
    calls = calls_from_now_on(server, "/api/asked-first")
    assert page.call_with_proof("/api/asked-first", token)["status"] == 200
    assert wait_for(lambda: len(calls()) > 1 and calls(), "two lines in the access log") == [
        ("OPTIONS", "204"), ("GET", "200")]


@pytest.mark.parametrize("place", ["/env", "/nonce/env"])
@pytest.mark.parametrize("method, body", [("GET", None), ("HEAD", None), ("POST", '{"id":1}'), ("PUT", '{"id":1}')])
def test_methods_and_queries(page, token, place, method, body):
    nonce = the_nonce(page, token) if place.startswith("/nonce") else None
    options = {"body": body} if body else {}
    answer = page.call_with_proof(place, token, method, nonce, query="?ids=1&next=%2F%3Fa", **options)
    assert answer["status"] == 200
    if method != "HEAD":
        environment = answer["body"].split("\0")
        assert f"REQUEST_METHOD={method}" in environment and "QUERY_STRING=ids=1&next=%2F%3Fa" in environment
        assert "REMOTE_USER=alice@example.com" in environment


@pytest.mark.parametrize("path", ["/api", "/api/nonce"])
def test_a_proof_is_good_once(page, token, path):
    nonce = the_nonce(page, token) if path == "/api/nonce" else None
    proof = page.prove(path, token=token, **({"nonce": nonce} if nonce else {}))
    assert page.call(path, token=token, proof=proof)["status"] == 200
    for _ in range(2):
        assert_refused(page.call(path, token=token, proof=proof))


@pytest.mark.parametrize("path", ["/api", "/api/nonce"])
def test_copies_of_a_proof_at_once(page, token, path):
    nonce = the_nonce(page, token) if path == "/api/nonce" else None
    for _ in range(5):
        proof = page.prove(path, token=token, **({"nonce": nonce} if nonce else {}))
        answers = page.run("callAtOnce", 6, path, {"token": token, "proof": proof})
        assert sorted(answer["status"] for answer in answers) == [200] + [401] * 5
        for answer in answers:
            if answer["status"] == 401:
                assert_refused(answer)


@pytest.mark.parametrize("place", ["/env", "/nonce/env"])
def test_a_proof_for_another_method_or_path(page, token, place):
    nonce = {"nonce": the_nonce(page, token)} if place.startswith("/nonce") else {}
    proof = page.prove(place, token=token, method="POST", **nonce)
    assert_refused(page.call(place, token=token, proof=proof))
    assert_refused(page.call("/api", token=token, proof=proof, method="POST"))
    assert page.call(place, token=token, proof=proof, method="POST")["status"] == 200


def test_a_proof_by_other_keys(page, token):
    page.run("newKeys", "ES256")
    assert_refused(page.call_with_proof("/api", token))


@pytest.mark.parametrize("path", ["/off", "/foreign"])
def test_where_the_field_is_not_allowed(page, token, server, path):
    """Neither proof nor token leave the browser: the question before them is refused."""
    calls = calls_from_now_on(server, path)
    assert page.call_with_proof(path, token) is None
    assert wait_for(calls, "a line in the access log") == [("OPTIONS", "401")]


def test_an_algorithm_that_is_not_ours(page, sign_in):
    """Ed25519 is the name that RFC 9864 gives to EdDSA with that curve; the challenge tells the names that we take."""
    token, _ = sign_in("Ed25519")
    assert_refused(page.call_with_proof("/api", token))
