# SPDX-License-Identifier: Apache-2.0
"""verify --proof: the proof is the last check, and each of its faults has its reason and its remedy."""

import json

import pytest
from cli_env import dpop, minting, tool
from cli_env.minting import NOW, claims, key, sign

URL = "https://api.example.com/orders"


def own():
    return minting.key("dpop ES256", "ES256")


@pytest.fixture
def token():
    return sign(claims(cnf={"jkt": own().thumbprint()}), key(), kid="one")


@pytest.fixture
def judge(verify, tmp_path):
    """judge(token, text of the proof, options…) -> Run."""
    def run(token, proof, *options, url=URL):
        path = tmp_path / "proof"
        path.write_text(proof)
        return verify(token, "--proof", path, "--url", url, *options)
    return run


def test_a_good_proof(judge, token):
    run = judge(token, dpop.make(own(), token, iat=NOW - 3) + "\n")
    assert (run.status, run.err) == (tool.GOOD, "")
    assert run.check("binding") == ("ok", f"bound to the key {own().thumbprint()}")
    assert run.check("proof") == ("ok", "by the key of the token, 3 s old")
    assert run.out.splitlines()[-3].startswith("proof ") and run.out.endswith("\nValid.\n")


@pytest.mark.parametrize("alg", ["RS256", "PS512", "ES384", "ES512", "EdDSA"])
def test_algorithms(alg, judge):
    by = minting.key(f"dpop {alg}", alg)
    token = sign(claims(cnf={"jkt": by.thumbprint()}), key(), kid="one")
    assert judge(token, dpop.make(by, token, alg)).status == tool.GOOD


@pytest.mark.parametrize("url", [URL + "?page=2#top", "HTTPS://API.example.com:443/orders", "https://api.example.com/x/../orders"])
def test_the_address_in_normal_form(url, judge, token):
    assert judge(token, dpop.make(own(), token), url=url).status == tool.GOOD


def test_method(judge, token):
    proof = dpop.make(own(), token, htm="POST")
    assert judge(token, proof, "--method", "POST").status == tool.GOOD
    assert judge(token, proof).check("proof")[0] == "REFUSED"


def test_what_proof_prints_is_good(usual, judge, tmp_path):
    """Ours against ours, at the time of the day."""
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_text(own().export_private())
    made = dpop.token_for(own().thumbprint())
    printed = tool.run("proof", "--dpop-key", path, "--url", URL, "--method", "PUT", stdin=made)
    (tmp_path / "proof").write_text(printed.out)
    run = tool.run("verify", *usual[:-2], "--proof", tmp_path / "proof", "--url", URL, "--method", "PUT", "--", made)
    assert run.status == tool.GOOD, run.out


def _other():
    return minting.key("dpop other", "ES256")


# what makes the proof of a token, the reason, words of the remedy
FAULTS = {
    "nothing": (lambda token: "", "proof_missing", ["header DPoP"]),
    "two": (lambda token: ", ".join([dpop.make(own(), token)] * 2), "proof_repeated", ["one proof"]),
    "text": (lambda token: "a.b", "proof_malformed", ["base64url"]),
    "the token": (lambda token: token, "proof_type", ["dpop+jwt"]),
    "typ": (lambda token: dpop.make(own(), token, header={"typ": "JWT"}), "proof_type", ["dpop+jwt"]),
    "private key": (lambda token: dpop.make(own(), token, header={"jwk": json.loads(own().export_private())}), "proof_key",
                    ["public key", "jwk"]),
    "symmetric": (lambda token: minting.forge({"typ": "dpop+jwt", "alg": "HS256", "jwk": {"kty": "oct", "k": "AAAA"}}, {}),
                  "proof_algorithm", ["ES512"]),
    "signature": (lambda token: dpop.make(own(), token)[:-86] + "A" * 86, "proof_signature", ["private key"]),
    "no jti": (lambda token: dpop.make(own(), token, jti=None), "proof_claims", ["jti"]),
    "method": (lambda token: dpop.make(own(), token, htm="get"), "proof_method", ["--method"]),
    "address": (lambda token: dpop.make(own(), token, htu=URL + "/"), "proof_url", ["--url"]),
    "old": (lambda token: dpop.make(own(), token, iat=NOW - 61), "proof_expired", ["new proof", "--at"]),
    "ahead": (lambda token: dpop.make(own(), token, iat=NOW + 61), "proof_from_future", ["clock"]),
    "another token": (lambda token: dpop.make(own(), token + "x"), "proof_other_token", ["this token"]),
    "no ath": (lambda token: dpop.make(own(), token, ath=None), "proof_other_token", ["this token"]),
    "another key": (lambda token: dpop.make(_other(), token), "proof_other_key", ["the key that the token was asked for"]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault(name, judge, token):
    make, reason, parts = FAULTS[name]
    run = judge(token, make(token))
    assert run.status == tool.REFUSED and run.err == ""
    state, detail = run.check("proof")
    assert state == "REFUSED" and detail.startswith(reason + ": ")
    assert f"Refused: {reason}. httpd answers 401 invalid_dpop_proof." in run.out
    remedy = run.out.splitlines()[-1]
    assert remedy.startswith("Right would be: ")
    for part in parts:
        assert part in remedy


def test_json(judge, token):
    good = judge(token, dpop.make(own(), token), "--json").json
    assert good["valid"] and good["checks"][-1] == {"check": "proof", "ok": True,
                                                    "detail": "by the key of the token, 0 s old"}
    bad = judge(token, dpop.make(own(), token, htm="PUT"), "--json").json
    assert not bad["valid"]
    assert (bad["reason"], bad["status"], bad["error"]) == ("proof_method", 401, "invalid_dpop_proof")
    assert "PUT" in bad["detail"] and "--method" in bad["right"] and "claims" not in bad


def test_the_token_comes_first(judge, token):
    """A proof cannot heal a token."""
    expired = sign(claims(cnf={"jkt": own().thumbprint()}, exp=NOW - 3600), key(), kid="one")
    run = judge(expired, dpop.make(own(), expired))
    assert run.check("expiry")[0] == "REFUSED" and "proof " not in run.out


def test_without_a_proof_a_bound_token_is_refused(verify, token):
    run = verify(token)
    assert run.status == tool.REFUSED and "token_bound" in run.out
    assert "--proof" in run.out and "okta-token call" in run.out


def test_a_token_that_is_not_bound(judge):
    token = sign(claims(), key(), kid="one")
    run = judge(token, dpop.make(own(), token))
    assert run.status == tool.REFUSED and run.check("binding")[1].startswith("token_unbound: ")
    assert "Bearer" in run.out.splitlines()[-1]


def test_a_token_that_is_bound_by_other_means_as_well(judge):
    token = sign(claims(cnf={"jkt": own().thumbprint(), "x5t#S256": "x"}), key(), kid="one")
    run = judge(token, dpop.make(own(), token))
    assert run.status == tool.REFUSED and run.check("binding")[1].startswith("binding_unsupported: ")


MISTAKES = {
    "no address": (["--proof", "/dev/null"], ["--proof", "--url URL"]),
    "address alone": (["--url", URL], ["--url", "--proof FILE"]),
    "method alone": (["--method", "GET"], ["--method", "--proof FILE"]),
    "relative address": (["--proof", "/dev/null", "--url", "/orders"], ["--url", "whole address"]),
    "small letters": (["--proof", "/dev/null", "--url", URL, "--method", "get"], ["--method", "GET"]),
    "no such file": (["--proof", "/nonexistent/proof", "--url", URL], ["--proof", "No such file"]),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake(name, verify, token):
    arguments, parts = MISTAKES[name]
    run = verify(token, *arguments)
    assert run.status == tool.TROUBLE and run.out == ""
    for part in parts:
        assert part in run.err


def test_signature_only_looks_at_no_proof(jwks, token):
    run = tool.run("verify", "--jwks", jwks(), "--signature-only", "--proof", "/dev/null", "--url", URL, "--", token)
    assert run.status == tool.TROUBLE and "--signature-only" in run.err and "--proof" in run.err
