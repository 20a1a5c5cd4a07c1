# SPDX-License-Identifier: Apache-2.0
"""Tokens of npm's oidc-provider, bound to keys of npm's openid-client and oauth4webapi, which call httpd themselves."""

import hashlib
import json
import secrets

import pytest
from clients import LIBRARIES
from env.client import raw_get
from env.mint import b64url
from env.routes import AUTHZ_NOISE
from env.snippets import env_directory, env_location, location, trusts


@pytest.fixture(scope="module")
def server(launch, oidc_provider):
    started = launch(lambda httpd: (
        trusts(oidc_provider.issuers["trusted"]) + env_directory(httpd)
        + location("/api") + location("/api/nonce", "OktaDPoPNonce On")
        + location("/api/required", "OktaDPoP required")
        + location("/api/required/nonce", "OktaDPoP required", "OktaDPoPNonce On")
        + location("/api/off", "OktaDPoP off")
        + location("/api/orders", "OktaDPoPNonce On", require="okta-scope orders:write")
        + env_location(httpd, "/env") + env_location(httpd, "/nonce/env", "OktaDPoPNonce On")),
        modules=("cgi",))
    started.expects(AUTHZ_NOISE, lasting=True)
    return started


@pytest.fixture(scope="module")
def base(server):
    return f"http://{server.host}:{server.port}"


@pytest.fixture(scope="module")
def make_client(clients, oidc_provider):
    return lambda library, **options: clients.client(
        library, oidc_provider.issuers["trusted"], "interop-service", oidc_provider.secret, **options)


@pytest.fixture(params=LIBRARIES)
def client(request, make_client):
    """One that has not met the server."""
    return make_client(request.param)


@pytest.fixture
def token(client):
    return client.token()


def assert_refused(answer, error="invalid_dpop_proof", status=401):
    """As the library reads it: one challenge, and a body that says the same."""
    scheme, parameters = answer.challenge
    assert (answer.status, scheme, parameters.get("error")) == (status, "dpop", error)
    assert parameters["realm"] == "api" and "ES256" in parameters["algs"].split()
    if answer.body:
        assert json.loads(answer.body) == {"error": error,
                                           "error_description": parameters["error_description"]}


def resend(server, exchange, method=None, path=None, token=None):
    """The same header lines once more, by somebody who has seen them."""
    authorization = f"DPoP {token}" if token else exchange["authorization"]
    return raw_get(server.port, path or exchange["url"].partition(f":{server.port}")[2],
                   f"Authorization: {authorization}", f"DPoP: {exchange['proof']}",
                   method=method or exchange["method"])


def assert_resent_in_vain(answer):
    assert answer.status == 401
    scheme, parameters = answer.challenge()
    assert (scheme, parameters["error"]) == ("DPoP", "invalid_dpop_proof")


def test_the_issuer_binds_the_token_after_a_nonce(client, server, base):
    told, exchanges = client.grant()
    assert told["token_type"] == "dpop"
    assert [exchange["status"] for exchange in exchanges] == [400, 200]
    seen = json.loads(client.call(told["access_token"], f"{base}/api").body)
    assert seen["cnf"] == {"jkt": client.jkt}
    assert seen["sub"] == "interop-service"


@pytest.mark.parametrize("path", ["/api", "/api/required"])
def test_one_request_opens_the_api(client, token, base, path):
    for _ in range(3):
        answer = client.call(token, base + path)
        assert (answer.status, answer.statuses, answer.challenges) == (200, [200], [])
        assert answer.exchanges[0]["authorization"].startswith("DPoP ")
        assert answer.exchanges[0]["nonce"] is None


@pytest.mark.parametrize("path", ["/api/nonce", "/api/required/nonce"])
def test_the_client_answers_our_request_for_a_nonce(client, token, base, path):
    """It tries again by itself, and has the nonce from then on, for every path of this server."""
    first = client.call(token, base + path)
    assert (first.status, first.statuses) == (200, [401, 200])
    assert first.exchanges[0]["nonce"] and first.exchanges[0]["proof"] != first.exchanges[1]["proof"]
    for again in (path, "/api/nonce", "/api", path):
        assert client.call(token, base + again).statuses == [200]


@pytest.mark.parametrize("place, dance", [("/env", [200]), ("/nonce/env", [401, 200])])
@pytest.mark.parametrize("method, body", [("GET", None), ("POST", "ids=1&ids=2"), ("HEAD", None), ("DELETE", None)])
def test_methods(client, token, base, place, dance, method, body):
    answer = client.call(token, f"{base}{place}", method=method, body=body)
    assert (answer.status, answer.statuses) == (200, dance)
    if method == "HEAD":
        assert answer.body == ""
    else:
        assert f"REQUEST_METHOD={method}" in answer.body.split("\0")
        assert (f"CONTENT_LENGTH={len('ids=1&ids=2')}" in answer.body.split("\0")) == (method == "POST")


@pytest.mark.parametrize("place", ["/env", "/nonce/env"])
@pytest.mark.parametrize("asked", ["?ids=1&next=https%3A%2F%2Fexample.com%2F%3Fa%3Db#top", "?",
                                   "/caf%C3%A9/a%20b;v=1?x", "/~me/{a}|b/'(1)'", "/a/../b/./c?d=/../e",
                                   "//twice", "/caf%c3%a9"])
def test_urls(client, token, base, place, asked):
    """The proof has neither query nor fragment; the rest of the URL as the library writes it."""
    answer = client.call(token, base + place + asked)
    assert answer.status == 200
    assert answer.statuses[-1] == 200 and len(answer.statuses) <= 2


@pytest.mark.parametrize("place", ["/api", "/api/nonce"])
def test_a_replayed_request_is_refused(server, client, token, base, place):
    seen = client.call(token, base + place).exchanges[-1]
    assert seen["status"] == 200
    for _ in range(2):
        assert_resent_in_vain(resend(server, seen))


@pytest.mark.parametrize("place", ["/env", "/nonce/env"])
@pytest.mark.parametrize("changes", [{"method": "POST"}, {"method": "HEAD"}, {"path": "/api"}, {"path": "/env/"}],
                         ids=lambda changes: "".join(changes.values()))
def test_a_proof_is_good_for_its_method_and_url_alone(server, client, token, base, place, changes):
    assert client.call(token, base + place).status == 200
    made = client.prove(token, base + place)
    assert_resent_in_vain(resend(server, made, **changes))
    # nothing else was wrong with it
    assert resend(server, made).status == 200


@pytest.mark.parametrize("place", ["/api", "/api/nonce"])
@pytest.mark.parametrize("thief", LIBRARIES)
def test_a_stolen_token_is_of_no_use(make_client, token, base, place, thief):
    other = make_client(thief)
    assert_refused(other.call(token, base + place))
    # with a nonce as well
    assert_refused(other.call(token, base + place))
    assert other.call(other.token(), base + place).status == 200


def test_a_stolen_proof_is_of_no_use_with_another_token(server, client, base):
    made = client.prove(client.token(), f"{base}/api")
    assert_resent_in_vain(resend(server, made, token=client.token()))


@pytest.mark.parametrize("path, told", [("/api", "dpop"), ("/api/nonce", "dpop"), ("/api/off", "bearer")])
def test_a_bound_token_is_no_bearer_token(client, token, base, path, told):
    answer = client.call(token, base + path, bound=False)
    assert answer.statuses == [401]
    scheme, parameters = answer.challenge
    assert (scheme, parameters["error"], "algs" in parameters) == (told, "invalid_token", told == "dpop")


def test_a_scope_that_the_token_lacks(client, token, base):
    answer = client.call(token, f"{base}/api/orders")
    assert answer.statuses == [401, 403]
    assert_refused(answer, "insufficient_scope", 403)
    assert answer.challenge[1]["scope"] == "orders:write"
    assert client.call(client.token(scope="orders:read orders:write"), f"{base}/api/orders").statuses == [200]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("alg", ["ES256", "ES384", "RS256", "PS256"])
def test_algorithms(make_client, base, library, alg):
    client = make_client(library, alg=alg)
    token = client.token()
    assert client.call(token, f"{base}/api").statuses == [200]
    assert client.call(token, f"{base}/api/nonce").statuses == [401, 200]


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_algorithm_that_is_not_ours(make_client, base, library):
    """Ed25519 is the name that RFC 9864 gives to EdDSA with that curve; the challenge tells the names that we take."""
    client = make_client(library, alg="Ed25519")
    answer = client.call(client.token(), f"{base}/api")
    assert_refused(answer)
    assert "Ed25519" not in answer.challenge[1]["algs"].split()


@pytest.mark.parametrize("place", ["/env", "/nonce/env"])
def test_a_user_of_a_public_client(clients, oidc_provider, base, place):
    """Authorization code with PKCE, bound to the key from its first step (RFC 9449 section 10)."""
    app = clients.client("openid-client", oidc_provider.issuers["trusted"], "interop-app")
    verifier = secrets.token_urlsafe(48)
    url = app.authorize(scope="openid orders:read", resource="api://default", redirect_uri=oidc_provider.redirect_uri,
                        code_challenge=b64url(hashlib.sha256(verifier.encode()).digest()),
                        code_challenge_method="S256", dpop_jkt=app.jkt)
    token = app.redeem(oidc_provider.consent("alice@example.com", url), verifier)["access_token"]
    answer = app.call(token, base + place)
    assert answer.status == 200
    assert "REMOTE_USER=alice@example.com" in answer.body.split("\0")
