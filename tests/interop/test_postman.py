"""The Postman collection of docs/, run by npm's newman against httpd and the development issuer."""

import json
import re

import nodejs
import pytest
from env import leaks, places

COLLECTION = places.REPO / "docs" / "mod_auth_okta.postman_collection.json"
ENVIRONMENT = places.REPO / "docs" / "mod_auth_okta.postman_environment.json"


@pytest.fixture(scope="module")
def server(launch, devserver):
    httpd = launch(lambda httpd: devserver(httpd) + f"""
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
        """)
    httpd.expects("okta_devserver", lasting=True)
    return httpd


def newman(server, dev_client, report, base=""):
    """Run the collection with the given environment; gives newman's own report of the run."""
    client, secret, scope = dev_client
    base_url = f"http://{server.host}:{server.port}"
    values = {"base_url": base_url + base, "issuer": f"{base_url}/oauth2/default",
              "client_id": client, "client_secret": secret, "scope": scope}
    variables = [part for name, value in values.items() for part in ("--env-var", f"{name}={value}")]
    done = nodejs.run("node_modules/newman/bin/newman.js", "run", COLLECTION, "-e", ENVIRONMENT,
                      *variables, "--color", "off", "--reporters", "cli,json",
                      "--reporter-json-export", report, check=False)
    run = json.loads(report.read_text("utf-8"))["run"]
    for execution in run["executions"]:
        body = bytes(execution.get("response", {}).get("stream", {}).get("data", []))
        if b"access_token" in body:
            leaks.register(json.loads(body)["access_token"])
    return done, run


def test_the_collection_passes(server, dev_client, tmp_path):
    done, run = newman(server, dev_client, tmp_path / "newman.json")
    print(done.stdout)
    assert done.returncode == 0 and run["failures"] == []
    collection = COLLECTION.read_text("utf-8")
    stats = run["stats"]
    assert stats["requests"] == {"total": len(json.loads(collection)["item"]), "pending": 0, "failed": 0}
    assert stats["assertions"] == {"total": len(re.findall(r"\bpm\.test\(", collection)), "pending": 0,
                                   "failed": 0}
    assert stats["assertions"]["total"] >= 13


def test_the_collection_notices_an_open_api(server, dev_client, tmp_path):
    """Its assertions can fail: whoami that lets everybody in, and hello that is not there."""
    done, run = newman(server, dev_client, tmp_path / "newman.json", base="/open")
    assert done.returncode != 0
    failed = {failure["source"]["name"] for failure in run["failures"]}
    assert {"hello without a token", "whoami without a token", "whoami with a tampered token",
            "whoami with an unsigned token"} <= failed
