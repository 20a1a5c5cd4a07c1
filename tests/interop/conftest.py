# SPDX-License-Identifier: Apache-2.0
"""Fixtures: the programs of others, and the httpd of tests/http to run them against."""

import contextlib
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "http"))

import nodejs  # noqa: E402
from chromium import Chromium  # noqa: E402
from clients import Clients  # noqa: E402
from env import leaks, places  # noqa: E402
from env.httpd import Httpd  # noqa: E402


@pytest.fixture(scope="module")
def launch():
    """launch(snippet, **options) -> a running Httpd; its logs are judged when the module's tests end."""
    with contextlib.ExitStack() as stack:
        def start(snippet, **options):
            server = Httpd(snippet, **{"mpm": places.mpms()[0], "processes": 2, **options})
            stack.callback(server.remove)
            stack.callback(server.stop)
            return server.start()
        yield start


@pytest.fixture(scope="session")
def oidc_provider(tmp_path_factory):
    provider = nodejs.OidcProvider(tmp_path_factory.mktemp("oidc-provider") / "stderr.log")
    yield provider
    provider.stop()


@pytest.fixture(scope="module")
def clients(tmp_path_factory):
    """Clients of npm that do DPoP, in one process."""
    running = Clients(tmp_path_factory.mktemp("clients") / "stderr.log")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chromium")
    running = Chromium(folder / "profile", folder / "stderr.log")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def dev_client():
    """(client id, client secret, scope) that the development issuer knows."""
    return "0oainteropservice001", leaks.register("a-secret-for-this-run-4c1f9d", "secret"), "orders.read"


@pytest.fixture(scope="session")
def devserver(dev_client, tmp_path_factory):
    """devserver(httpd, line, …) -> configuration that makes the development issuer part of that httpd."""
    module = places.BUILD / "src" / "devserver" / ".libs" / "mod_okta_devserver.so"
    # Outside the ServerRoot, which is searched for secrets in the end.
    folder = tmp_path_factory.mktemp("devserver")

    def configuration(httpd, *more):
        client = folder / f"client-{httpd.port}.conf"
        client.write_text("\n".join(["OktaDevClient " + " ".join(dev_client), *more, ""]))
        return f"""
        LoadModule okta_devserver_module "{module}"
        <Location "/oauth2/default">
            SetHandler okta-dev-issuer
            OktaDevIssuer http://{httpd.host}:{httpd.port}/oauth2/default
            Include "{client}"
        </Location>
        """
    return configuration


@pytest.fixture(scope="session")
def jose(tmp_path_factory):
    """(JWKS file, issuer, audience, {alg: {good, expired, forged}}) minted by npm jose."""
    jwks = tmp_path_factory.mktemp("jose") / "jwks.json"
    issuer, audience = "https://jose.example.com/oauth2/default", "api://default"
    tokens = json.loads(nodejs.run("mint.mjs", jwks, issuer, audience).stdout)
    for kinds in tokens.values():
        for token in kinds.values():
            leaks.register(token)
    return jwks, issuer, audience, tokens
