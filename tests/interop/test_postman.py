# SPDX-License-Identifier: Apache-2.0
"""The Postman collection of docs/, run by npm's newman against httpd and the development issuer.

newman's sandbox has no WebCrypto, Postman's has: the script that makes the proofs is run in both.
"""

import base64
import hashlib
import json
import re

import nodejs
import pytest
from env import leaks, places
from env.mint import decode
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

COLLECTION = places.REPO / "docs" / "mod_auth_okta.postman_collection.json"
BOUND = "0oainteropbound00001"
ENVIRONMENT = places.REPO / "docs" / "mod_auth_okta.postman_environment.json"


@pytest.fixture(scope="module")
def server(launch, devserver, dev_client):
    """An API with a server of Okta's kind; the application "bound" requires DPoP, dev_client does not."""
    httpd = launch(lambda httpd: devserver(httpd, f"OktaDevClient {BOUND} {dev_client[1]} {dev_client[2]}",
                                           f"OktaDevRequireDpop {BOUND}") + f"""
        OktaInsecureHttp On
        OktaIssuer http://{httpd.host}:{httpd.port}/oauth2/default
        OktaAudience api://default
        <Location "/api">
            AuthType Okta
            AuthName "api"
            Require valid-user
        </Location>
        <Location "/api/whoami">
            SetHandler okta-whoami
        </Location>
        <Location "/api/hello">
            SetHandler okta-hello
            OktaAnonymous missing-or-failed
            Require all granted
        </Location>
        <Location "/open/api/whoami">
            SetHandler okta-hello
        </Location>
        <Location "/nonces/api">
            AuthType Okta
            AuthName "api"
            Require valid-user
            OktaDPoPNonce On
        </Location>
        <Location "/nonces/api/whoami">
            SetHandler okta-whoami
        </Location>
        """)
    httpd.expects("okta_devserver", lasting=True)
    return httpd


def newman(server, dev_client, report, *options, base="", dpop="on", client=BOUND):
    """Run the collection with the given environment; gives newman's own report of the run."""
    _, secret, scope = dev_client
    base_url = f"http://{server.host}:{server.port}"
    values = {"base_url": base_url + base, "issuer": f"{base_url}/oauth2/default",
              "client_id": client, "client_secret": secret, "scope": scope, "dpop": dpop}
    variables = [part for name, value in values.items() for part in ("--env-var", f"{name}={value}")]
    done = nodejs.run("node_modules/newman/bin/newman.js", "run", COLLECTION, "-e", ENVIRONMENT,
                      *variables, *options, "--color", "off", "--reporters", "cli,json",
                      "--reporter-json-export", report, check=False)
    run = json.loads(report.read_text("utf-8"))["run"]
    for execution in run["executions"]:
        body = bytes(execution.get("response", {}).get("stream", {}).get("data", []))
        if b"access_token" in body:
            leaks.register(json.loads(body)["access_token"])
    return done, run


def _passed(done, run, requests):
    print(done.stdout)
    assert done.returncode == 0 and run["failures"] == []
    assert run["stats"]["requests"] == {"total": requests, "pending": 0, "failed": 0}
    assert run["stats"]["assertions"]["failed"] == 0


def test_the_collection_passes(server, dev_client, tmp_path):
    """With an application as Okta makes it today: DPoP required, and a nonce first."""
    done, run = newman(server, dev_client, tmp_path / "newman.json")
    collection = COLLECTION.read_text("utf-8")
    # the first request is sent twice: without a nonce, and with the one of the answer
    _passed(done, run, len(json.loads(collection)["item"]) + 1)
    assert run["stats"]["assertions"]["total"] == len(re.findall(r"\bpm\.test\(", collection)) >= 19


def test_the_collection_passes_with_bearer_tokens(server, dev_client, tmp_path):
    """With the application's box cleared; the requests that are about proofs alone are left out."""
    done, run = newman(server, dev_client, tmp_path / "newman.json", dpop="off", client=dev_client[0])
    about_proofs = COLLECTION.read_text("utf-8").count("skipRequest()")
    _passed(done, run, len(json.loads(COLLECTION.read_text("utf-8"))["item"]) - about_proofs)
    assert about_proofs == 3


def test_the_collection_says_what_okta_says(server, dev_client, tmp_path):
    """dpop is off, and the application requires it: the reader sees Okta's word for it."""
    done, run = newman(server, dev_client, tmp_path / "newman.json", dpop="off")
    assert done.returncode != 0
    assert any("not invalid_dpop_proof" in failure["error"]["test"] for failure in run["failures"]
               if failure["source"]["name"] == "Get an access token" and "test" in failure["error"])


def test_the_collection_repeats_a_nonce_of_the_api(server, dev_client, tmp_path):
    """OktaDPoPNonce On: the first bound request is told a nonce, the next one has it."""
    _, run = newman(server, dev_client, tmp_path / "newman.json", base="/nonces")
    answers = {execution["item"]["name"]: execution["response"]["code"] for execution in run["executions"]}
    assert (answers["hello with the token"], answers["whoami with the token"]) == (401, 200)


def test_the_script_in_the_sandbox_of_postmans_app(server, dev_client, tmp_path):
    """The proof that WebCrypto makes there is as good as that of newman."""
    url = f"http://{server.host}:{server.port}/api/whoami?x=1"
    done = json.loads(nodejs.run("sandbox.mjs", COLLECTION, "GET", url, "DPoP a.bound.token").stdout)
    assert done["subtle"] == "object"
    (proof,) = [field["value"] for field in done["header"] if field["key"] == "DPoP"]
    header, claims = decode(proof)
    signed = JWS()
    signed.deserialize(proof)
    signed.verify(JWK(**header["jwk"]), alg="ES256")
    assert (header["typ"], sorted(header["jwk"])) == ("dpop+jwt", ["crv", "kty", "x", "y"])
    assert (claims["htm"], claims["htu"]) == ("GET", url.partition("?")[0])
    digest = hashlib.sha256(b"a.bound.token").digest()
    assert claims["ath"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")


def test_the_collection_notices_an_open_api(server, dev_client, tmp_path):
    """Its assertions can fail: whoami that lets everybody in, and hello that is not there."""
    done, run = newman(server, dev_client, tmp_path / "newman.json", base="/open")
    assert done.returncode != 0
    failed = {failure["source"]["name"] for failure in run["failures"]}
    assert {"hello without a token", "whoami without a token", "whoami with a tampered token",
            "whoami with an unsigned token"} <= failed
