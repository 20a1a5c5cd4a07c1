# SPDX-License-Identifier: Apache-2.0
"""Opaque tokens of npm's oidc-provider: httpd asks it about them, by its own introspection endpoint."""

import pytest
from env.asked import secret_file
from env.waiting import wait_for

OPAQUE = "api://opaque"


def lines(provider, client, *more, mode="opaque"):
    return "\n".join([
        "OktaInsecureHttp On", f'OktaIssuer {provider.issuers["trusted"]}', f"OktaAudience api://default {OPAQUE}",
        f"OktaIntrospection {mode}", "OktaIntrospectionCache 1s", f"OktaIntrospectionClient {client}", *more,
        '<Location "/api">\nAuthType Okta\nAuthName "api"\nRequire okta-scope orders:read\nSetHandler okta-whoami\n'
        "</Location>\n"])


@pytest.fixture(scope="module")
def server(launch, oidc_provider):
    return launch(lines(oidc_provider, "interop-api",
                        f"OktaIntrospectionSecret file:{secret_file(oidc_provider.secret, 'oidc')}"))


def test_an_opaque_token(server, oidc_provider):
    token = oidc_provider.access_token(audience=OPAQUE)
    assert "." not in token
    answer = server.get("/api", token)
    assert answer.status == 200, answer
    claims = answer.json()
    assert claims["aud"] == OPAQUE and claims["iss"] == oidc_provider.issuers["trusted"]
    assert claims["cid"] == claims["client_id"] == "interop-service"
    assert claims["scp"] == ["orders:read"]


def test_of_a_user(server, oidc_provider):
    tokens = oidc_provider.sign_in("alice@example.com", audience=OPAQUE)
    answer = server.get("/api", tokens["access_token"])
    assert answer.status == 200 and answer.json()["sub"] == "alice@example.com"


def test_a_jwt_beside_it(server, oidc_provider):
    assert server.get("/api", oidc_provider.access_token()).status == 200


def test_no_audience_is_another_audience(server, oidc_provider):
    answer = server.get("/api", oidc_provider.access_token(audience=None))
    assert answer.status == 401 and "audience" in answer.challenge()[1]["error_description"]


def test_a_revocation_counts(server, oidc_provider):
    token = oidc_provider.access_token(audience=OPAQUE)
    assert server.get("/api", token).status == 200
    oidc_provider.revoke(token)
    wait_for(lambda: server.get("/api", token).status == 401, "the revocation to be seen")
    assert "not active" in server.get("/api", token).challenge()[1]["error_description"]


def test_what_it_never_issued(server):
    for token in ("never-issued", "x" * 43):
        assert server.get("/api", token).status == 401


def test_a_client_with_a_key(launch, oidc_provider):
    """private_key_jwt, as oidc-provider judges it."""
    key = secret_file(oidc_provider.api_key, "oidc.pem")
    server = launch(lines(oidc_provider, "interop-api-key private_key_jwt", f"OktaIntrospectionKey {key}"))
    for _ in range(3):
        assert server.get("/api", oidc_provider.access_token(audience=OPAQUE)).status == 200


def test_a_client_that_it_does_not_know(launch, oidc_provider):
    server = launch(lines(oidc_provider, "interop-nobody",
                          f"OktaIntrospectionSecret file:{secret_file(oidc_provider.secret, 'oidc')}"))
    server.expects(r"\[introspection_refused\]", lasting=True)
    server.expects(r"\[request_unjudged\]", lasting=True)
    answer = server.get("/api", oidc_provider.access_token(audience=OPAQUE))
    assert answer.status == 503 and answer.header("Retry-After")
