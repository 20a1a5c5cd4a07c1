# SPDX-License-Identifier: Apache-2.0
"""verify --issuer: keys by discovery."""

import pytest
from cli_env import certs, minting, tool
from cli_env.minting import NOW, claims, key, public, sign
from cli_env.server import Server, tls_context


@pytest.fixture
def issuer(server):
    server.answers["/v1/keys"] = (200, {"keys": [public(key(), "one", alg="RS256")]})
    return server


def verify(issuer, token, *options, **more):
    return tool.run("verify", "--insecure-http", "--at", NOW, "--issuer", issuer.issuer, *options, token,
                    **more)


def token(issuer, **changes):
    return sign(claims(**{"iss": issuer.issuer, **changes}), key(), kid="one")


def test_valid(issuer):
    run = verify(issuer, token(issuer))
    assert run.status == tool.GOOD
    assert run.err == ""
    assert run.out.endswith("\n\nValid.\n")
    assert [r.path for r in issuer.requests] == \
        ["/oauth2/default/.well-known/openid-configuration", "/oauth2/default/v1/keys"]


def test_metadata_at_the_other_address(issuer):
    metadata = issuer.answers.pop("/.well-known/openid-configuration")
    issuer.answers["/.well-known/oauth-authorization-server/oauth2/default"] = metadata
    assert verify(issuer, token(issuer)).status == tool.GOOD


def test_jwks_beside_issuer_uses_no_network(issuer, jwks):
    path = jwks(public(key(), "one"))
    assert verify(issuer, token(issuer), "--jwks", path).status == tool.GOOD
    assert verify(issuer, token(issuer, iss="https://x"), "--jwks", path).status == tool.REFUSED
    assert issuer.requests == []


def test_a_stranger_costs_no_fetch(issuer):
    run = verify(issuer, token(issuer, iss="https://evil.example/oauth2/default"))
    assert run.status == tool.REFUSED
    assert run.check("issuer")[1].startswith("issuer_unknown")
    assert issuer.requests == []


def test_each_issuer_has_its_own_keys(issuer):
    with Server() as other:
        other.answers["/v1/keys"] = (200, {"keys": [public(key("two"), "one")]})
        both = ["--issuer", other.issuer]
        assert verify(issuer, token(issuer), *both).status == tool.GOOD
        assert other.requests == []
        run = verify(issuer, sign(claims(iss=other.issuer), key(), kid="one"), *both)
        assert run.status == tool.REFUSED
        assert run.check("signature")[1].startswith("signature_invalid")
        assert verify(issuer, sign(claims(iss=other.issuer), key("two"), kid="one"), *both
                      ).status == tool.GOOD


def test_unknown_kid(issuer):
    run = verify(issuer, sign(claims(iss=issuer.issuer), key(), kid="gone"))
    assert run.status == tool.REFUSED
    assert 'Right would be: one of the kids "one".' in run.out


def test_unusable_keys_are_named(issuer):
    issuer.answers["/v1/keys"] = (200, {"keys": [public(key(), "one"), {"kty": "oct", "kid": "s"}]})
    run = verify(issuer, token(issuer))
    assert run.status == tool.GOOD
    assert run.err == f'okta-token: warning: {issuer.issuer}: the key with kid "s" cannot be used: ' \
        "a symmetric key\n"


# what the issuer answers at one path, and what standard error has to say
TROUBLE = {
    "metadata missing": ("/.well-known/openid-configuration", (404, ""), "404"),
    "metadata broken": ("/.well-known/openid-configuration", (200, "{"), "line 1"),
    "metadata of another issuer": ("/.well-known/openid-configuration",
                                   (200, {"issuer": "https://other.example", "jwks_uri": "https://x"}),
                                   "https://other.example"),
    "keys missing": ("/v1/keys", (404, {"errorCode": "E0000007"}), "404"),
    "keys failing": ("/v1/keys", (503, "busy"), "503"),
    "keys in an error": ("/v1/keys", (500, {"keys": [{"kty": "RSA"}]}), "500"),
    "no key": ("/v1/keys", (200, {"keys": []}), "empty key set"),
    "redirect elsewhere": ("/v1/keys", (302, "", {"Location": "http://127.0.0.2:1/keys"}), "another host"),
    "too much": ("/v1/keys", (200, " " * (2 << 20)), "larger"),
}


@pytest.mark.parametrize("name", TROUBLE)
def test_no_keys(name, issuer):
    path, answer, part = TROUBLE[name]
    issuer.answers[path] = answer
    run = verify(issuer, token(issuer))
    assert run.status == tool.TROUBLE
    assert f"okta-token: no keys of {issuer.issuer}: " in run.err
    assert part in run.err
    assert "\nNot judged: keys_unavailable. httpd answers 503.\n" in run.out


def test_keys_on_another_host(issuer):
    with Server() as other:
        metadata = dict(issuer.answers["/.well-known/openid-configuration"][1], jwks_uri=other.issuer)
        issuer.answers["/.well-known/openid-configuration"] = (200, metadata)
        run = verify(issuer, token(issuer))
        assert run.status == tool.TROUBLE
        assert "another host" in run.err and "--jwks" in run.err and "OktaJwksUri" not in run.err
        assert other.requests == []


def test_nobody_listens():
    with Server() as gone:
        address = gone
    run = verify(address, token(address))
    assert run.status == tool.TROUBLE
    assert "no keys of" in run.err


def test_private_authority(tmp_path, monkeypatch):
    authority, certificate, private = certs.make(tmp_path)
    with Server(tls=tls_context(certificate, private)) as secure:
        secure.answers["/v1/keys"] = (200, {"keys": [public(key(), "one")]})
        options = ["verify", "--at", NOW, "--issuer", secure.issuer]
        run = tool.run(*options, token(secure))
        assert run.status == tool.TROUBLE
        assert "certificate" in run.err
        assert secure.requests == []
        assert tool.run(*options, "--ca", authority, token(secure)).status == tool.GOOD
        run = tool.run(*options, "--ca", tmp_path / "none.pem", token(secure))
        assert run.status == tool.TROUBLE


def test_proxy(issuer):
    """The scripted server is its own proxy: it sees the whole URL."""
    away = "http://localhost:1/oauth2/default"
    issuer.answers["/.well-known/openid-configuration"] = (200, {
        "issuer": away, "jwks_uri": f"{away}/v1/keys"})
    arguments = ["verify", "--insecure-http", "--at", NOW, "--issuer", away]
    made = sign(claims(iss=away), key(), kid="one")
    assert tool.run(*arguments, made).status == tool.TROUBLE
    assert tool.run(*arguments, "--proxy", issuer.origin, made).status == tool.GOOD
    assert [r.target for r in issuer.requests] == \
        [f"{away}/.well-known/openid-configuration", f"{away}/v1/keys"]
    assert tool.run(*arguments, made, env={"http_proxy": issuer.origin}).status == tool.GOOD
    assert tool.run(*arguments, "--proxy", "", made, env={"http_proxy": issuer.origin}
                    ).status == tool.TROUBLE
