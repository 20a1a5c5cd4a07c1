# SPDX-License-Identifier: Apache-2.0
"""Fixtures: key set files, verify with the usual expectations, scripted servers."""

import contextlib
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "http"))

from cli_env import doctor, minting, tool  # noqa: E402
from cli_env.server import Server  # noqa: E402
from env.certs import Authority  # noqa: E402
from env.issuer import Issuer  # noqa: E402


@pytest.fixture
def jwks(tmp_path):
    """jwks(entry, …) -> the path of a JWKS file; text is written as it is."""
    count = 0

    def write(*entries, text=None):
        nonlocal count
        count += 1
        path = tmp_path / f"jwks-{count}.json"
        path.write_text(json.dumps({"keys": list(entries)}) if text is None else text)
        return path

    return write


@pytest.fixture
def usual(jwks):
    """The options of a verify that has everything it needs for minting's tokens under kid "one"."""
    path = jwks(minting.public(minting.key(), "one", alg="RS256"))
    return ["--jwks", path, "--issuer", minting.ISSUER, "--audience", minting.AUDIENCE,
            "--at", str(minting.NOW)]


@pytest.fixture
def verify(usual):
    """verify(token, options…) -> Run."""
    def run(token, *options, **more):
        return tool.run("verify", *usual, *options, "--", token, **more)
    return run


@pytest.fixture
def server():
    with Server() as made:
        yield made


@pytest.fixture
def site(make_issuer):
    """A site to configure or to start (cli_env/doctor.py).

    Stopped before what it fetches from, whatever order a test names them in: a first fetch that is
    still under way would find nobody there.
    """
    with doctor.sites() as make:
        yield make()


@pytest.fixture
def make_issuer():
    """make_issuer(**options) -> an authorization server of tests/http."""
    with contextlib.ExitStack() as stack:
        yield lambda **options: stack.enter_context(Issuer(**options))


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def issuer(request, make_issuer, authority):
    """An honest one over TLS, with a certificate that lasts."""
    return make_issuer(tls=authority.server(days=(-1, 60.5)))


@pytest.fixture
def plain(make_issuer):
    """An honest issuer by plain http."""
    return make_issuer()
