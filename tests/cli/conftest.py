# SPDX-License-Identifier: Apache-2.0
"""Fixtures: key set files, verify with the usual expectations, scripted servers."""

import json

import pytest
from cli_env import minting, tool
from cli_env.server import Server


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
