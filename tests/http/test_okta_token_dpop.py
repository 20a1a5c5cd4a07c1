# SPDX-License-Identifier: Apache-2.0
"""The whole way of a bound token by okta-token: the development issuer binds it, httpd takes it, with nonces at both."""

import os
import subprocess

import pytest
from env import leaks, places
from env.devserver import dev_lines, start
from env.snippets import location, trusts

PROGRAM = str(places.BUILD / "src" / "cli" / "okta-token")
CLIENT, SECRET = "strict-client", "a-secret-of-the-strict-client"


class OktaToken:
    """okta-token in a home of its own."""

    def __init__(self, server, home):
        self.base = f"http://{server.host}:{server.port}"
        self.home = home

    def __call__(self, command, *arguments, stdin=""):
        return self._run([PROGRAM, command, *map(str, arguments)], stdin)

    def _run(self, words, stdin=""):
        return subprocess.run(words, input=stdin, text=True, capture_output=True, check=False, timeout=60,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.home), "OKTA_CLIENT_SECRET": SECRET})

    def shell(self, line):
        return self._run(["/bin/sh", "-c", line])

    def get(self, *arguments):
        return self("get", "--insecure-http", "--issuer", self.base + "/oauth2/default", "--client-id", CLIENT, "--scope",
                    "api:read", *arguments)

    def token(self):
        done = self.get("--dpop")
        assert done.returncode == 0, done.stderr
        return leaks.register(done.stdout.strip())

    def call(self, token, path, *arguments):
        return self("call", "--insecure-http", *arguments, self.base + path, stdin=token)


@pytest.fixture(scope="module")
def server(launch_shared):
    return start(launch_shared(
        lambda s: dev_lines(f"OktaDevClient {CLIENT} {SECRET} api:read", f"OktaDevRequireDpop {CLIENT}")
        + trusts(f"http://{s.host}:{s.port}/oauth2/default") + location("/whoami", "OktaDPoP required")
        + location("/nonces", "OktaDPoP required", "OktaDPoPNonce On")
        + location("/admin", require="okta-scope admin"), start=False))


@pytest.fixture
def okta_token(server, tmp_path):
    return OktaToken(server, tmp_path)


def test_without_dpop_the_remedy_is_said(okta_token):
    done = okta_token.get()
    assert done.returncode == 1 and done.stdout == ""
    assert "invalid_dpop_proof" in done.stderr and "get --dpop" in done.stderr
    assert "Require Demonstrating Proof of Possession (DPoP) header in token requests" in done.stderr


@pytest.mark.parametrize("path", ["/whoami", "/whoami?page=2", "/nonces"])
def test_a_call(path, okta_token):
    done = okta_token.call(okta_token.token(), path, "--body")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f'"cid": "{CLIENT}"' in done.stdout


def test_both_in_one_line(okta_token):
    """call is there before the key is made."""
    done = okta_token.shell(
        f"'{PROGRAM}' get --dpop --insecure-http --issuer {okta_token.base}/oauth2/default --client-id {CLIENT} "
        f"--scope api:read | '{PROGRAM}' call --insecure-http {okta_token.base}/whoami")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("HTTP/1.1 200 ") and f'"cid": "{CLIENT}"' in done.stdout


def test_a_proof_is_judged_as_httpd_judges_it(okta_token, tmp_path):
    token, url = okta_token.token(), okta_token.base + "/whoami"
    (tmp_path / "proof").write_text(okta_token("proof", "--url", url, stdin=token).stdout)
    done = okta_token("verify", "--insecure-http", "--issuer", okta_token.base + "/oauth2/default", "--proof",
                      tmp_path / "proof", "--url", url, stdin=token)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("\nValid.\n")


def test_a_refusal_is_explained(okta_token, server):
    server.expects("AH01631")
    done = okta_token.call(okta_token.token(), "/admin")
    assert done.returncode == 1 and done.stdout.startswith("HTTP/1.1 403 ")
    assert "--scope" in done.stderr


def test_another_key_is_refused(okta_token, tmp_path):
    token = okta_token.token()
    other = tmp_path / "other"
    okta_token.get("--dpop-key", other)
    done = okta_token.call(token, "/whoami", "--dpop-key", other)
    assert done.returncode == 1 and done.stdout.startswith("HTTP/1.1 401 ")
    assert "bound to another key" in done.stderr and "the token was asked for with this key" in done.stderr
