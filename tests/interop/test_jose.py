# SPDX-License-Identifier: Apache-2.0
"""Every algorithm, with keys and tokens made by npm jose, through httpd and through okta-token."""

import json
import subprocess

import pytest
from env import places

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


@pytest.fixture(scope="module")
def server(launch, jose):
    jwks, issuer, audience, _ = jose
    only = "".join(f"""
        <Location "/api/only/{alg}">
            OktaAlgorithms {alg}
        </Location>""" for alg in ALGORITHMS)
    return launch(lambda httpd: f"""
        OktaIssuer {issuer}
        OktaAudience {audience}
        OktaJwksFile "{httpd.write("conf/jose.json", jwks.read_bytes())}"
        OktaAlgorithms {" ".join(ALGORITHMS)}
        <Location "/api">
            AuthType Okta
            AuthName "api"
            Require valid-user
            SetHandler okta-whoami
        </Location>{only}
        """)


def okta_token(*arguments, token):
    return subprocess.run([str(places.BUILD / "src" / "cli" / "okta-token"), *map(str, arguments)],
                          input=token + "\n", capture_output=True, text=True, timeout=300)


def test_all_algorithms_are_minted(jose):
    assert set(jose[3]) == set(ALGORITHMS)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_httpd_accepts_the_token(server, jose, alg):
    answer = server.get("/api/whoami", jose[3][alg]["good"])
    assert answer.status == 200
    assert answer.json()["sub"] == f"{alg}@example.com"
    assert answer.json()["groups"] == ["Everyone", "Café"]


@pytest.mark.parametrize("alg", ALGORITHMS)
@pytest.mark.parametrize("kind, said", [("expired", "expired"), ("forged", "signature")])
def test_httpd_refuses_the_expired_and_the_forged(server, jose, alg, kind, said):
    answer = server.get("/api/whoami", jose[3][alg][kind])
    assert answer.status == 401
    assert said in answer.challenge()[1]["error_description"]


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_httpd_accepts_an_algorithm_only_where_it_is_listed(server, jose, alg):
    statuses = {other: server.get(f"/api/only/{other}", jose[3][alg]["good"]).status
                for other in ALGORITHMS}
    assert statuses == {other: 200 if other == alg else 401 for other in ALGORITHMS}


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_okta_token_agrees(jose, alg):
    jwks, _, audience, tokens = jose
    common = ("verify", "--jwks", jwks, "--audience", audience, "--algorithms", ",".join(ALGORITHMS))
    good = okta_token(*common, token=tokens[alg]["good"])
    assert good.returncode == 0, good.stdout + good.stderr
    for kind in ("expired", "forged"):
        bad = okta_token(*common, token=tokens[alg][kind])
        assert bad.returncode == 1, bad.stdout + bad.stderr
    # Nor may a key serve an algorithm that the caller did not ask for.
    other = "RS256" if alg != "RS256" else "ES256"
    refused = okta_token(*common[:-1], other, token=tokens[alg]["good"])
    assert refused.returncode == 1, refused.stdout + refused.stderr


def test_okta_token_says_the_same_in_json(jose):
    jwks, issuer, audience, tokens = jose
    done = okta_token("verify", "--jwks", jwks, "--audience", audience, "--json",
                      token=tokens["RS256"]["good"])
    assert done.returncode == 0, done.stderr
    assert issuer in json.dumps(json.loads(done.stdout))
