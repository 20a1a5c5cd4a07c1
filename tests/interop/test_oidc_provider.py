# SPDX-License-Identifier: Apache-2.0
"""Tokens of npm's oidc-provider, an issuer that we did not write, through httpd."""

import pytest
from env import leaks
from env.certs import ClientCertificate
from env.waiting import wait_for


@pytest.fixture(scope="module")
def server(launch, oidc_provider):
    issuers = oidc_provider.issuers
    return launch(lambda httpd: f"""
        OktaInsecureHttp On
        OktaIssuer {issuers["trusted"]}
        OktaAudience api://default
        <Location "/api">
            AuthType Okta
            AuthName "api"
            Require valid-user
            SetHandler okta-whoami
        </Location>
        <Location "/api/typed">
            OktaTokenType at+jwt
        </Location>
        <Location "/api/to-the-second">
            OktaClockSkew 0
        </Location>
        <Location "/api/more-algorithms">
            OktaAlgorithms RS256 ES256 PS256
        </Location>
        <Location "/api/two-issuers">
            OktaIssuer {issuers["trusted"]} {issuers["root"]}
        </Location>
        <Location "/api/one-client">
            OktaClientId interop-web
        </Location>
        ScriptAlias /env "{httpd.env_script}"
        <Location "/env">
            AuthType Okta
            AuthName "api"
            Require valid-user
        </Location>
        """, modules=("cgi",))


def tampered(token):
    """The token with one bit of its signature's middle changed."""
    middle = token.rindex(".") + (len(token) - token.rindex(".")) // 2
    changed = "A" if token[middle] != "A" else "B"
    return leaks.register(token[:middle] + changed + token[middle + 1:])


def assert_refused(answer, reason):
    assert answer.status == 401
    scheme, params = answer.challenge()
    assert (scheme, params["realm"], params["error"]) == ("Bearer", "api", "invalid_token")
    assert reason in params["error_description"]
    assert answer.json()["error"] == "invalid_token"


@pytest.mark.parametrize("path", ["/api/whoami", "/api/typed"])
def test_a_service_token_opens_the_api(server, oidc_provider, path):
    answer = server.get(path, oidc_provider.access_token())
    assert answer.status == 200
    claims = answer.json()
    assert claims["iss"] == oidc_provider.issuers["trusted"]
    assert claims["aud"] == "api://default"
    assert claims["sub"] == claims["client_id"] == "interop-service"
    assert claims["scope"] == "orders:read"
    assert claims["groups"] == ["Everyone", "Œuvres & Café"]


def test_no_token_is_asked_for_one(server):
    answer = server.get("/api/whoami")
    assert answer.status == 401
    assert answer.challenge() == ("Bearer", {"realm": "api"})


def test_a_user_signs_in_and_calls_the_api(server, oidc_provider):
    tokens = oidc_provider.sign_in("alice@example.com")
    seen = server.get("/env", tokens["access_token"])
    assert seen.status == 200
    environment = seen.environment()
    assert environment["AUTH_TYPE"] == "Okta"
    assert environment["REMOTE_USER"] == "alice@example.com"
    assert environment["OKTA_CLAIM_client_id"] == "interop-web"
    assert environment["OKTA_CLAIM_groups"] == "Everyone Œuvres%20&%20Café"


def test_the_id_token_of_the_same_sign_in_is_refused(server, oidc_provider):
    tokens = oidc_provider.sign_in("alice@example.com")
    assert_refused(server.get("/api/whoami", tokens["id_token"]), "not an access token")


def test_a_tampered_token_is_refused(server, oidc_provider):
    token = tampered(oidc_provider.access_token())
    assert_refused(server.get("/api/whoami", token), "signature")


def test_another_audience_is_refused(server, oidc_provider):
    token = oidc_provider.access_token(audience="api://other")
    assert_refused(server.get("/api/whoami", token), "audience")


def test_another_issuer_with_the_same_keys_is_refused(server, oidc_provider):
    token = oidc_provider.access_token(which="impostor")
    assert_refused(server.get("/api/whoami", token), "another authorization server")


@pytest.mark.parametrize("which", ["trusted", "root"])
def test_two_issuers_side_by_side(server, oidc_provider, which):
    answer = server.get("/api/two-issuers", oidc_provider.access_token(which=which))
    assert answer.status == 200
    assert answer.json()["iss"] == oidc_provider.issuers[which]


def test_an_opaque_token_is_refused(server, oidc_provider):
    token = oidc_provider.access_token(audience=None)
    assert_refused(server.get("/api/whoami", token), "malformed")


def test_another_client_is_refused(server, oidc_provider):
    token = oidc_provider.access_token("interop-service")
    assert_refused(server.get("/api/one-client", token), "client")


@pytest.mark.parametrize("client", ["interop-es256", "interop-ps256"])
def test_other_algorithms_only_where_they_are_allowed(server, oidc_provider, client):
    token = oidc_provider.access_token(client)
    assert server.get("/api/more-algorithms", token).status == 200
    assert_refused(server.get("/api/whoami", token), "algorithm")


def test_a_token_ends_with_its_time(server, oidc_provider):
    """The token lives one second: within the default skew it still passes, without skew it does not."""
    token = oidc_provider.access_token("interop-brief")
    assert server.get("/api/whoami", token).status == 200
    wait_for(lambda: server.get("/api/to-the-second", token).status == 401, "the token to expire")
    assert_refused(server.get("/api/to-the-second", token), "expired")


def test_a_token_that_is_bound_to_a_certificate(launch, oidc_provider, tmp_path):
    """RFC 8705, the thumbprint worked out by Node.js."""
    own, other = (ClientCertificate.self_signed(tmp_path, name) for name in ("own", "other"))
    server = launch(f"""
        OktaInsecureHttp On
        OktaIssuer {oidc_provider.issuers["trusted"]}
        OktaAudience api://default
        OktaClientCertHeader Client-Cert
        OktaTrustedProxy 127.0.0.1
        <Location "/api">
            AuthType Okta
            AuthName "api"
            Require valid-user
            SetHandler okta-whoami
        </Location>
        """)
    token = oidc_provider.access_token("interop-mtls", certificate=own.escaped)
    for form in (own.escaped, own.rfc9440):
        answer = server.get("/api/whoami", token, headers={"Client-Cert": form})
        assert answer.status == 200
        assert answer.json()["cnf"] == {"x5t#S256": own.thumbprint}
    assert_refused(server.get("/api/whoami", token), "certificate")
    assert_refused(server.get("/api/whoami", token, headers={"Client-Cert": other.rfc9440}), "certificate")
