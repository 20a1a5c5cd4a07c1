# SPDX-License-Identifier: Apache-2.0
"""--signature-only: the JWS alone, over any payload."""

import pytest
from cli_env import minting, tool
from cli_env.minting import claims, forge, key, public, sign

PAYLOADS = {
    "text": b"It is all the same to a signature.",
    "bytes": bytes(range(256)),
    "empty": b"",
    "array": b"[1,2,3]",
    "expired claims": b'{"iss":"x","exp":1}',
    "broken JSON": b'{"iss":',
    "large": b"x" * 60000,
}


def signed(payload, alg="RS256", **header):
    """By hand: jwcrypto takes no bytes that are no text."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    text = f"{minting.b64({'alg': alg, **header})}.{minting.b64(payload)}"
    private = key().get_op_key("sign")
    return f"{text}.{minting.b64(private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def cut(token):
    """Without the last byte of its signature."""
    head, signature = token.rsplit(".", 1)
    return f"{head}.{minting.b64(minting.unb64(signature)[:-1])}"


@pytest.fixture
def check(jwks):
    path = jwks(public(key(), "one", alg="RS256"))

    def run(token, *options, **more):
        return tool.run("verify", "--jwks", path, "--signature-only", *options, token, **more)

    return run


@pytest.mark.parametrize("name", PAYLOADS)
def test_any_payload(name, check):
    run = check(signed(PAYLOADS[name], kid="one"))
    assert run.status == tool.GOOD
    assert [row.split()[0] for row in run.out.split("\n\n")[0].splitlines()] == \
        ["shape", "header", "algorithm", "key", "signature"]
    assert "The signature is good. Nothing else was looked at." in run.out


def test_any_typ(check):
    assert check(signed(b"", kid="one", typ="dpop+jwt")).status == tool.GOOD
    assert check(signed(b"", kid="one", typ="application/okta-internal-at+jwt")).status == tool.GOOD


def test_by_standard_input(check):
    assert check("-", stdin=signed(b"x", kid="one") + "\n").status == tool.GOOD


@pytest.mark.parametrize("name, make, reason", [
    ("other key", lambda: sign("x", key("two"), kid="one"), "signature_invalid"),
    ("unknown kid", lambda: signed(b"x", kid="two"), "kid_unknown"),
    ("none", lambda: forge({"alg": "none", "kid": "one"}, b"x"), "algorithm_refused"),
    ("cut", lambda: cut(signed(b"x", kid="one")), "signature_invalid"),
    ("padded", lambda: signed(b"x", kid="one") + "==", "token_malformed"),
    ("crit", lambda: signed(b"x", kid="one", crit=["b64"], b64=False), "header_critical"),
    ("kid a number", lambda: signed(b"x", kid=1), "header_malformed"),
    ("detached", lambda: "..".join(signed(b"x", kid="one").split(".")[::2]), "signature_invalid"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_refused(name, make, reason, check):
    run = check(make())
    assert run.status == tool.REFUSED
    assert f"\nRefused: {reason}.\n" in run.out
    as_json = check(make(), "--json")
    assert as_json.status == tool.REFUSED
    assert as_json.json["reason"] == reason


def test_json(check):
    run = check(signed(b"x", kid="one"), "--json")
    assert run.json == {
        "valid": True, "signature_only": True, "reason": "ok", "detail": "", "kid": "one",
        "not_checked": [],
        "checks": [{"check": row["check"], "ok": True, "detail": row["detail"]}
                   for row in run.json["checks"]],
    }


def test_with_the_issuers_keys(server):
    server.answers["/v1/keys"] = (200, {"keys": [public(key(), "one")]})
    run = tool.run("verify", "--signature-only", "--insecure-http", "--issuer", server.issuer,
                   signed(b"no claims at all", kid="one"))
    assert run.status == tool.GOOD
    assert tool.run("verify", "--signature-only", "--insecure-http", "--issuer", server.issuer,
                    sign(claims(), key("two"), kid="one")).status == tool.REFUSED
    server.answers["/v1/keys"] = (500, "")
    run = tool.run("verify", "--signature-only", "--insecure-http", "--issuer", server.issuer,
                   signed(b"", kid="one"))
    assert run.status == tool.TROUBLE
    assert "no keys of " + server.issuer in run.err
