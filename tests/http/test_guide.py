# SPDX-License-Identifier: Apache-2.0
"""The table of Okta's guide: GET /api/hello for anybody, GET /api/whoami for bearers of a valid token."""

import pytest
from env.attacks import ATTACKS
from env.mint import decode
from env.snippets import location, trusts
from env.verdicts import assert_challenge_bare, assert_ok, assert_refused

pytestmark = pytest.mark.every_mpm

BAD = ["tampered", "expired", "wrong audience", "wrong issuer", "unknown kid"]


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    return launch_shared(
        trusts(shared_issuer)
        + location("/api/whoami")
        + location("/api/hello", require="all granted", handler="okta-hello")
        + location("/api/welcome", "OktaAnonymous missing-or-failed", require="all granted",
                   handler="okta-hello"))


def _greeting(response):
    assert_ok(response)
    assert response.media_type == "application/json"
    assert isinstance(response.json(), dict)
    return response.body.decode()


@pytest.mark.parametrize("path", ["/api/hello", "/api/welcome"])
def test_hello_without_token(server, path):
    _greeting(server.get(path))


@pytest.mark.parametrize("path", ["/api/hello", "/api/welcome"])
def test_hello_with_token(server, shared_issuer, path):
    greeting = _greeting(server.get(path, shared_issuer.mint.token(sub="ada@example.com")))
    # Require all granted alone never looks at the token.
    assert ("ada@example.com" in greeting) == (path == "/api/welcome")


@pytest.mark.parametrize("path", ["/api/hello", "/api/welcome"])
@pytest.mark.parametrize("name", BAD)
def test_hello_with_a_bad_token(server, shared_issuer, path, name):
    greeting = _greeting(server.get(path, ATTACKS[name][1](shared_issuer.mint)))
    assert "example.com" not in greeting


def test_whoami_without_token(server):
    assert_challenge_bare(server.get("/api/whoami"))


@pytest.mark.parametrize("kind", ["token", "client_credentials"])
def test_whoami_with_token(server, shared_issuer, kind):
    token = getattr(shared_issuer.mint, kind)()
    for _ in range(12):  # every process, and every process again
        answer = server.get("/api/whoami", token)
        assert_ok(answer)
        assert answer.media_type == "application/json"
        assert answer.header("Cache-Control") == "no-store"
        assert answer.json() == decode(token)[1]


@pytest.mark.parametrize("name", BAD)
def test_whoami_with_a_bad_token(server, shared_issuer, name):
    assert_refused(server.get("/api/whoami", ATTACKS[name][1](shared_issuer.mint)))


def test_the_old_verdict_does_not_stick(server, shared_issuer):
    """Good, tampered and good again on one connection."""
    client = server.client()
    good = shared_issuer.mint.token()
    bad = ATTACKS["tampered"][1](shared_issuer.mint)
    for token, status in [(good, 200), (bad, 401), (good, 200), (None, 401), (good, 200)]:
        assert client.get("/api/whoami", token).status == status
    client.close()


def test_other_locations_are_left_alone(server, shared_issuer):
    assert server.get("/plain.txt").body == b"plain\n"
    assert server.get("/plain.txt", ATTACKS["tampered"][1](shared_issuer.mint)).status == 200


def test_graceful_restart(server, shared_issuer):
    token = shared_issuer.mint.token()
    server.graceful()
    assert_ok(server.get("/api/whoami", token))
    assert_challenge_bare(server.get("/api/whoami"))
