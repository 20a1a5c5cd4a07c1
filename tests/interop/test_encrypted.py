# SPDX-License-Identifier: Apache-2.0
"""Tokens that npm's jose encrypts to the keys that httpd publishes, and those that oidc-provider issues encrypted."""

import json

import nodejs
import pytest
from env import jwe, leaks

PEM, SET = jwe.recipient("interop, PEM"), jwe.recipient("interop, JWK set")


@pytest.fixture(scope="module")
def server(launch, jose, oidc_provider):
    jwks, issuer, audience, _ = jose

    def snippet(httpd):
        keys = (jwe.install(httpd, "conf/private.pem", PEM), jwe.install(httpd, "conf/private.json", SET, jwks=True))
        provider = httpd.write("conf/provider.json", json.dumps(oidc_provider.decryption_key))
        provider.chmod(0o600)
        return f"""
        OktaInsecureHttp On
        OktaIssuer {issuer} {oidc_provider.issuers["trusted"]}
        OktaAudience {audience}
        OktaDecryptionKey "{keys[0]}" "{keys[1]}"
        <OktaIssuer {issuer}>
            OktaJwksFile "{httpd.write("conf/jose.json", jwks.read_bytes())}"
        </OktaIssuer>
        <OktaIssuer {oidc_provider.issuers["trusted"]}>
            OktaDecryptionKey "{provider}"
        </OktaIssuer>
        <Location "/keys">
            OktaIssuer {issuer}
            SetHandler okta-encryption-keys
        </Location>
        <Location "/api">
            AuthType Okta
            AuthName "api"
            Require valid-user
            SetHandler okta-whoami
        </Location>
        """
    return launch(snippet)


@pytest.fixture(scope="module")
def encrypted(server, jose):
    """{(kid, alg, enc): token} by jose, to what the server publishes."""
    keys = server.get("/keys").json()["keys"]
    assert [key["kid"] for key in keys] == [PEM.kid, SET.kid]
    made = json.loads(nodejs.run("encrypt.mjs", given=json.dumps({"token": jose[3]["RS256"]["good"], "keys": keys})).stdout)
    return {(kid, alg, enc): leaks.register(token) for kid, algs in made.items() for alg, encs in algs.items()
            for enc, token in encs.items()}


def test_every_one_opens(server, encrypted):
    assert len(encrypted) == 2 * len(jwe.ALGS) * len(jwe.ENCS)
    for what, token in encrypted.items():
        answer = server.get("/api", token)
        assert answer.status == 200 and answer.json()["sub"] == "RS256@example.com", what


def test_none_opens_with_another_bit(server, encrypted):
    for what, token in encrypted.items():
        for part in (2, 3, 4):
            assert server.get("/api", jwe.flipped(token, part)).status == 401, what


def test_an_authorization_server_that_encrypts(server, oidc_provider):
    token = oidc_provider.access_token("interop-encrypted")
    assert token.count(".") == 4
    answer = server.get("/api", token)
    assert answer.status == 200 and answer.json()["client_id"] == "interop-encrypted"
    assert server.get("/api", oidc_provider.access_token()).status == 200, "one that is signed alone"
