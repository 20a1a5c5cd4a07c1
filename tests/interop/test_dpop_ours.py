# SPDX-License-Identifier: Apache-2.0
"""The other way about: our issuer and our client, okta-token, with clients, an issuer and a resource server of npm."""

import json
import subprocess

import nodejs
import pytest
from clients import LIBRARIES
from env import leaks, places
from env.client import raw_get
from env.devserver import WARNING, dev_lines
from env.snippets import env_directory, env_location, location
from env.waiting import wait_for

DEV_CLIENT = ("strict-client", "a-secret-of-the-strict-client")


@pytest.fixture(scope="module")
def server(launch, oidc_provider):
    def snippet(httpd):
        own = f"http://{httpd.host}:{httpd.port}/oauth2/default"
        return ("OktaInsecureHttp On\nOktaAudience api://default\n"
                f"OktaIssuer {own} {oidc_provider.issuers['trusted']}\n"
                + dev_lines(f"OktaDevClient {' '.join(DEV_CLIENT)} orders:read", f"OktaDevRequireDpop {DEV_CLIENT[0]}")
                + env_directory(httpd) + location("/api") + location("/api/nonce", "OktaDPoPNonce On")
                + env_location(httpd, "/env") + env_location(httpd, "/nonce/env", "OktaDPoPNonce On"))
    started = launch(snippet, modules=("cgi",))
    started.expects(WARNING, lasting=True)
    return started


@pytest.fixture(scope="module")
def base(server):
    return f"http://{server.host}:{server.port}"


@pytest.mark.parametrize("library", LIBRARIES)
def test_our_issuer_binds_tokens_to_keys_of_their_clients(clients, server, base, library):
    """Issuer and API have one origin here, and nonces of their own: each says so to the nonce of the other."""
    client = clients.client(library, f"{base}/oauth2/default", *DEV_CLIENT)
    told, exchanges = client.grant()
    assert told["token_type"] == "dpop"
    assert [exchange["status"] for exchange in exchanges] == [400, 200]
    answer = client.call(told["access_token"], f"{base}/api/nonce")
    assert answer.statuses == [401, 200]
    assert json.loads(answer.body)["cnf"] == {"jkt": client.jkt}
    assert client.call(told["access_token"], f"{base}/api/nonce").statuses == [200]
    _, exchanges = client.grant()
    assert [exchange["status"] for exchange in exchanges] == [400, 200]


class OktaToken:
    """okta-token with one key and one token of npm's oidc-provider, bound to it."""

    def __init__(self, folder, provider, name):
        self._key, self._home, self._secret = folder / f"{name}.pem", folder, provider.secret
        self.token = leaks.register(self.run("get", "--insecure-http", "--issuer", provider.issuers["trusted"],
                                             "--client-id", "interop-bound", "--scope", "orders:read").strip())

    def run(self, command, *options, given=""):
        done = subprocess.run(
            [places.BUILD / "src" / "cli" / "okta-token", command, "--dpop-key", self._key, *options], input=given,
            env={"HOME": str(self._home), "OKTA_CLIENT_SECRET": self._secret}, capture_output=True, text=True,
            timeout=nodejs.PATIENCE)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def call(self, *options):
        """(status line, body)"""
        status, _, body = self.run("call", "--insecure-http", *options, given=self.token).partition("\n\n")
        return status, body

    def proof(self, url, method="GET", token=None):
        return leaks.register(
            self.run("proof", "--url", url, "--method", method, given=token or self.token).strip(), "DPoP proof")


@pytest.fixture(scope="module")
def okta_token(oidc_provider, tmp_path_factory):
    return OktaToken(tmp_path_factory.mktemp("okta-token"), oidc_provider, "own")


@pytest.fixture(scope="module")
def stranger(oidc_provider, tmp_path_factory):
    return OktaToken(tmp_path_factory.mktemp("okta-token"), oidc_provider, "other")


@pytest.mark.parametrize("path", ["/api", "/api/nonce"])
def test_okta_token_calls_with_a_token_of_oidc_provider(okta_token, base, path):
    for _ in range(2):
        status, body = okta_token.call(base + path + "?ids=1")
        assert status == "HTTP/1.1 200 OK"
        assert json.loads(body)["sub"] == "interop-bound"


@pytest.mark.parametrize("place", ["/env", "/nonce/env"])
def test_okta_token_posts(okta_token, base, tmp_path, place):
    order = tmp_path / "order.json"
    order.write_text('{"id":1}')
    status, body = okta_token.call("--data", order, base + place)
    assert status == "HTTP/1.1 200 OK"
    assert {"REQUEST_METHOD=POST", "CONTENT_LENGTH=8", "REMOTE_USER=interop-bound"} <= set(body.split("\0"))


def judged(issuer, base, requests):
    """The verdicts of httpd and of oauth4webapi, which have to be the same for each request."""
    ours = [raw_get(int(base.rpartition(":")[2]), request["url"][len(base):],
                    f"Authorization: {request['authorization']}",
                    *([f"DPoP: {request['proof']}"] if request["proof"] else []), method=request["method"]).status
            for request in requests]
    assert set(ours) <= {200, 401}
    theirs = json.loads(nodejs.run("resource-server.mjs", issuer, "api://default", given=json.dumps(requests)).stdout)
    assert [verdict == "ok" for verdict in theirs] == [status == 200 for status in ours], theirs
    return [status == 200 for status in ours]


def test_another_resource_server_judges_proofs_alike(server, oidc_provider, base, okta_token, stranger):
    url, token, proof = f"{base}/env", okta_token.token, okta_token.proof

    def request(proof, url=url, method="GET", token=token, scheme="DPoP"):
        return {"method": method, "url": url, "authorization": f"{scheme} {token}", "proof": proof}

    good = [request(proof(url)), request(proof(url, "POST"), method="POST"), request(proof(url), f"{url}?a=b&c"),
            request(proof(f"{url}?a=b"), f"{url}?c=d"), request(proof(f"{base}/env/a/%2E%2E/b"), f"{url}/b"),
            request(proof(url), scheme="dPoP"), request(stranger.proof(url), token=stranger.token)]
    tampered = proof(url)
    bad = [("proof_missing", request(None)), ("token_bound", request(None, scheme="Bearer")),
           ("proof_method", request(proof(url), method="POST")), ("proof_url", request(proof(f"{url}/other"))),
           ("proof_url", request(proof(f"{base}/Env"))),
           ("proof_other_token", request(proof(url, token=stranger.token))),
           ("proof_other_key", request(stranger.proof(url, token=token))),
           ("proof_other_token", request(proof(url), token=stranger.token)), ("proof_type", request(token)),
           ("proof_signature", request(tampered[:-12] + tampered[-8:-4] + tampered[-12:-8] + tampered[-4:])),
           ("proof_malformed", request(proof(url)[:-1]))]
    mark = server.access_log.mark()
    alike = judged(oidc_provider.issuers["trusted"], base, good + [request for _, request in bad])
    assert alike == [True] * len(good) + [False] * len(bad)
    reasons = wait_for(lambda: len(found := server.access_log.matching(" 401 ", mark)) == len(bad) and found,
                       "the refusals in the log")
    assert sorted(line.rpartition("reason=")[2] for line in reasons) == sorted(reason for reason, _ in bad)
