# SPDX-License-Identifier: Apache-2.0
"""verify --json: one object, whatever the verdict."""

from cli_env import minting, tool
from cli_env.minting import NOW, claims, key, public, sign


def test_valid(verify):
    made = claims(name="Zoë", nested={"list": [1, 2.5, None, True, "x"]}, big=2**62)
    run = verify(sign(made, key(), kid="one"), "--json")
    assert run.status == tool.GOOD
    answer = run.json
    assert list(answer) == ["valid", "signature_only", "reason", "status", "detail", "kid", "checks",
                            "not_checked", "claims"]
    assert answer["valid"] is True
    assert answer["signature_only"] is False
    assert (answer["reason"], answer["status"], answer["detail"]) == ("ok", 200, "")
    assert answer["kid"] == "one"
    assert answer["claims"] == made
    assert answer["not_checked"] == []
    assert len(answer["checks"]) == 19
    assert all(set(row) == {"check", "ok", "detail"} and row["ok"] is True for row in answer["checks"])


def test_refused(verify):
    run = verify(sign(claims(aud="0oaclient"), key(), kid="one"), "--json")
    assert run.status == tool.REFUSED
    answer = run.json
    assert answer["valid"] is False
    assert (answer["reason"], answer["status"], answer["error"]) == \
        ("audience_mismatch", 401, "invalid_token")
    assert answer["detail"] == \
        'aud is "0oaclient" (a client id: is this an ID token?); expected "api://default"'
    assert answer["right"]
    assert (answer["kid"], answer["issuer"], answer["jti"]) == ("one", minting.ISSUER, "AT.cli-test")
    assert "claims" not in answer
    assert [row["ok"] for row in answer["checks"]] == [True] * 11 + [False]
    assert answer["checks"][-1]["check"] == "audience"
    assert answer["checks"][-1]["detail"] == answer["detail"]


def test_refused_early(verify):
    answer = verify("opaque", "--json").json
    assert [row["ok"] for row in answer["checks"]] == [False]
    assert answer["reason"] == "token_malformed"
    assert "kid" not in answer and "claims" not in answer


def test_not_checked(jwks):
    run = tool.run("verify", "--jwks", jwks(public(key(), "one")), "--at", NOW, "--json",
                   sign(claims(), key(), kid="one"))
    assert run.status == tool.GOOD
    assert run.json["valid"] is True
    assert run.json["not_checked"] == ["issuer", "audience"]
    assert [row["check"] for row in run.json["checks"] if row["ok"] is None] == ["issuer", "audience"]


def test_keys_that_cannot_be_had(server):
    run = tool.run("verify", "--insecure-http", "--issuer", server.issuer, "--json", "--at", NOW,
                   sign(claims(iss=server.issuer), key(), kid="one"))
    assert run.status == tool.TROUBLE
    assert run.json["valid"] is False
    assert (run.json["reason"], run.json["status"]) == ("keys_unavailable", 503)
    assert "error" not in run.json


def test_only_ascii_comes_out(verify):
    run = verify(sign(claims(name="\u009b2J\x1b[2J"), key(), kid="one"), "--json")
    assert run.json["claims"]["name"] == "\u009b2J\x1b[2J"
    assert all(c == "\n" or " " <= c <= "~" for c in run.out)
