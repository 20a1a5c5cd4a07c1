# SPDX-License-Identifier: Apache-2.0
"""The RFCs' own examples (tests/vectors), by okta-token verify --signature-only."""

import json

import pytest
from cli_env import minting, tool

FILES = sorted((tool.REPOSITORY / "tests" / "vectors").glob("*.json"))
ALL = {path.stem: json.loads(path.read_text()) for path in FILES}
# the encrypted ones hold texts and not claims: tests/unit/test_jwe.c reads them
VECTORS = {name: vector for name, vector in ALL.items() if vector["token"].count(".") != 4}
GOOD = [name for name, vector in VECTORS.items() if vector["reason"] == "ok"]


def check(jwks, name, *options, token=None, algorithms="all"):
    vector = VECTORS[name]
    return tool.run("verify", "--jwks", jwks(*vector["keys"]), "--signature-only", "--json", "--algorithms",
                    algorithms, *options, "--", vector["token"] if token is None else token)


def test_they_are_all_there():
    assert {"rfc7515-a2", "rfc7515-a3", "rfc7515-a4", "rfc8037-a"} <= set(GOOD)
    assert all(vector["source"].startswith("RFC ") for vector in ALL.values())


@pytest.mark.parametrize("name", VECTORS)
def test_verdict(name, jwks):
    vector = VECTORS[name]
    run = check(jwks, name)
    if all(key["kty"] == "oct" for key in vector["keys"]):
        assert run.status == tool.TROUBLE
        assert "a symmetric key" in run.err
        return
    assert run.status == (tool.GOOD if vector["reason"] == "ok" else tool.REFUSED)
    assert run.json["reason"] == vector["reason"]
    assert run.json["valid"] is (vector["reason"] == "ok")


@pytest.mark.parametrize("name", GOOD)
def test_the_algorithm_alone_is_enough(name, jwks):
    assert check(jwks, name, algorithms=VECTORS[name]["alg"]).status == tool.GOOD
    others = ",".join(set(minting.ALGORITHMS) - {VECTORS[name]["alg"]})
    run = check(jwks, name, algorithms=others)
    assert run.status == tool.REFUSED
    assert run.json["reason"] == "algorithm_refused"


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("part", [1, 2], ids=["payload", "signature"])
def test_one_bit_spoils_it(name, part, jwks):
    parts = VECTORS[name]["token"].split(".")
    spoiled = bytearray(minting.unb64(parts[part]))
    spoiled[len(spoiled) // 2] ^= 1
    parts[part] = minting.b64(spoiled)
    run = check(jwks, name, token=".".join(parts))
    assert run.status == tool.REFUSED
    assert run.json["reason"] == "signature_invalid"


def test_rfc7515_a2_as_an_access_token(jwks):
    """Its claims are none of an access token: the walk shows where it ends."""
    vector = VECTORS["rfc7515-a2"]
    run = tool.run("verify", "--jwks", jwks(*vector["keys"]), "--at", "1300819000", vector["token"])
    assert run.status == tool.REFUSED
    assert run.check("issuer") == ("not checked", "no --issuer; the token has joe")
    assert run.check("signature")[0] == "ok"
    assert run.check("audience")[1] == \
        "audience_mismatch: aud is absent or empty, and httpd always expects one"
