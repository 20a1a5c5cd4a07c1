# SPDX-License-Identifier: Apache-2.0
"""One table of tokens before three judges: httpd, Okta's own verifier for Node.js, and npm jose."""

import json

import nodejs
import pytest
import requests
from env import leaks


@pytest.fixture(scope="module")
def server(launch, devserver, oidc_provider):
    def snippet(httpd):
        return devserver(httpd) + f"""
            OktaInsecureHttp On
            OktaAudience api://default
            OktaIssuer http://{httpd.host}:{httpd.port}/oauth2/default
            <Location "/api">
                AuthType Okta
                AuthName "api"
                Require valid-user
                SetHandler okta-whoami
            </Location>
            <Location "/api/oidc-provider">
                OktaIssuer {oidc_provider.issuers["trusted"]}
            </Location>
            """
    httpd = launch(snippet)
    httpd.expects("okta_devserver", lasting=True)
    return httpd


def verdicts(issuer, jwks_uri, tokens):
    done = nodejs.run("verify.mjs", issuer, "api://default", jwks_uri, given=json.dumps(tokens))
    return [{judge: said == "ok" for judge, said in row.items()} for row in json.loads(done.stdout)]


def broken(token):
    """Other claims under the old signature, a signature cut short, and one of the right length.

    None without a signature: that ends the whole process of Okta's verifier 4.0.2.
    """
    header, payload, signature = token.split(".")
    other = payload[:20] + ("A" if payload[20] != "A" else "B") + payload[21:]
    return [leaks.register(".".join(parts)) for parts in (
        (header, other, signature), (header, payload, signature[:-8]),
        (header, payload, signature[4:] + signature[:4]))]


def judged_alike(server, path, issuer, jwks_uri, tokens):
    """The verdicts of all judges, which have to be the same for each token; as a list of booleans."""
    ours = [server.get(path, token).status for token in tokens]
    assert set(ours) <= {200, 401}
    theirs = verdicts(issuer, jwks_uri, tokens)
    assert theirs == [{"okta": status == 200, "jose": status == 200} for status in ours]
    return [status == 200 for status in ours]


def test_the_development_issuer_is_like_okta(server, dev_client):
    """Its tokens pass Okta's verifier at the address where Okta has its keys."""
    client, secret, scope = dev_client
    issuer = f"http://{server.host}:{server.port}/oauth2/default"
    answer = requests.post(f"{issuer}/v1/token", auth=(client, secret), timeout=nodejs.PATIENCE,
                           data={"grant_type": "client_credentials", "scope": scope})
    assert answer.status_code == 200, answer.text
    token = leaks.register(answer.json()["access_token"])
    alike = judged_alike(server, "/api/dev", issuer, f"{issuer}/v1/keys", [token, *broken(token)])
    assert alike == [True, False, False, False]


def test_the_verdicts_on_oidc_provider_tokens_are_the_same(server, oidc_provider):
    token = oidc_provider.access_token()
    user = oidc_provider.sign_in("bob@example.com")
    tokens = [token, user["access_token"], *broken(token), user["id_token"],
              oidc_provider.access_token(audience="api://other"),
              oidc_provider.access_token(which="impostor"),
              oidc_provider.access_token("interop-es256")]
    alike = judged_alike(server, "/api/oidc-provider", oidc_provider.issuers["trusted"],
                         oidc_provider.metadata()["jwks_uri"], tokens)
    assert alike == [True, True] + [False] * 7
