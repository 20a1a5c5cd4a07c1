# SPDX-License-Identifier: Apache-2.0
"""get --dpop: the client credentials flow with a proof, against an issuer that checks it."""

import json
import os
import stat

import pytest
from cli_env import dpop, minting, tool
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwcrypto.jwk import JWK


@pytest.fixture
def issuer(server):
    made = dpop.Issuer()
    server.answers["/v1/token"] = made
    return made


@pytest.fixture
def get(server, tmp_path):
    """get(options…) -> Run, in a home of its own."""
    def run(*options, env=None, **more):
        return tool.run("get", "--insecure-http", "--issuer", server.issuer, "--client-id", "c", *options,
                        env={"OKTA_CLIENT_SECRET": "s3cr3t", "HOME": str(tmp_path), **(env or {})}, **more)
    return run


def key_file(path):
    return JWK.from_pem(path.read_bytes())


def assert_private(path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_file_is_made(get, issuer, tmp_path):
    path = tmp_path / "key.pem"
    run = get("--dpop", "--dpop-key", path)
    assert (run.status, run.out) == (tool.GOOD, issuer.token + "\n")
    assert run.err == f'okta-token: made a key for proofs (ES256): "{path}"\n'
    assert_private(path)
    assert key_file(path).thumbprint() == issuer.proofs[0].thumbprint
    assert issuer.proofs[0].header["alg"] == "ES256"
    assert path.read_text().startswith("-----BEGIN PRIVATE KEY-----")


def test_and_used_again(get, issuer, tmp_path):
    path = tmp_path / "key.pem"
    get("--dpop-key", path)
    before = path.read_bytes()
    run = get("--dpop-key", path)
    assert (run.status, run.err) == (tool.GOOD, "")
    assert path.read_bytes() == before
    assert issuer.proofs[0].thumbprint == issuer.proofs[1].thumbprint


def test_an_open_umask_opens_no_key(get, issuer, tmp_path):
    path = tmp_path / "key.pem"
    before = os.umask(0)
    try:
        assert get("--dpop-key", path).status == tool.GOOD
    finally:
        os.umask(before)
    assert_private(path)


@pytest.mark.parametrize("variable, folder", [("HOME", ".local/state"), ("XDG_STATE_HOME", "")])
def test_without_a_file_the_key_is_kept_and_its_place_said(variable, folder, get, issuer, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    path = home / folder / "okta-token" / "dpop-key.pem"
    run = get("--dpop", env={variable: str(home)})
    assert (run.status, run.out) == (tool.GOOD, issuer.token + "\n")
    assert str(path) in run.err
    assert_private(path)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    run = get("--dpop", env={variable: str(home)})
    assert run.err == f'okta-token: the token will be bound to the key in "{path}"\n'
    assert issuer.proofs[0].thumbprint == issuer.proofs[1].thumbprint == key_file(path).thumbprint()


def test_no_home(get, issuer):
    run = get("--dpop", env={"HOME": ""})
    assert run.status == tool.TROUBLE and "--dpop-key FILE" in run.err


def test_json_prints_the_key_that_no_file_keeps(get, issuer, tmp_path):
    run = get("--dpop", "--json")
    assert run.status == tool.GOOD and run.err == ""
    assert run.json["access_token"] == issuer.token and run.json["token_type"] == "DPoP"
    key = JWK(**run.json["dpop_jwk"])
    assert key.has_private and key.thumbprint() == issuer.proofs[0].thumbprint
    assert list(tmp_path.iterdir()) == [], "a key was kept as well"


def test_json_with_a_file_prints_no_key(get, issuer, tmp_path):
    run = get("--json", "--dpop-key", tmp_path / "key")
    assert set(run.json) == {"token_type", "expires_in", "access_token"}


def test_what_json_printed_is_a_key_file(get, issuer, tmp_path):
    path = tmp_path / "key.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(get("--dpop", "--json").json["dpop_jwk"]))
    assert get("--dpop-key", path).status == tool.GOOD
    assert issuer.proofs[0].thumbprint == issuer.proofs[1].thumbprint


PEM = serialization.Encoding.PEM
FORMATS = {"pkcs8": serialization.PrivateFormat.PKCS8, "old": serialization.PrivateFormat.TraditionalOpenSSL}


@pytest.mark.parametrize("form", [*FORMATS, "jwk"])
@pytest.mark.parametrize("alg", ["ES256", "ES384", "ES512", "RS256"])
def test_keys_of_others(alg, form, get, issuer, tmp_path):
    key = minting.key(f"dpop {alg}", alg)
    path = tmp_path / "key"
    path.touch(mode=0o600)
    if form == "jwk":
        path.write_text(key.export_private())
    else:
        path.write_bytes(key.get_op_key("sign").private_bytes(PEM, FORMATS[form], serialization.NoEncryption()))
    run = get("--dpop-key", path)
    assert run.status == tool.GOOD, run.err
    assert issuer.proofs[0].header["alg"] == alg
    assert issuer.proofs[0].thumbprint == key.thumbprint()


@pytest.mark.parametrize("alg", ["RS512", "PS256"])
def test_a_jwk_names_its_algorithm(alg, get, issuer, tmp_path):
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_text(json.dumps({**json.loads(minting.key("dpop RS256", "RS256").export_private()), "alg": alg}))
    assert get("--dpop-key", path).status == tool.GOOD
    assert issuer.proofs[0].header["alg"] == alg


def _pem(key, password=None):
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, lock).decode()


def _jwk(of="ES256", drop=None, **changes):
    members = {**json.loads(minting.key(f"dpop {of}", of).export_private()), **changes}
    members.pop(drop, None)
    return json.dumps(members)


# the text of a key file, what is said of it
FAULTS = {
    "empty": (lambda: "\n", ["empty", "get --dpop"]),
    "text": (lambda: "secret", ["no private key", "PEM", "JWK"]),
    "locked": (lambda: _pem(ec.generate_private_key(ec.SECP256R1()), b"password"), ["password", "openssl pkey"]),
    "public PEM": (lambda: minting.key("dpop ES256", "ES256").export_to_pem().decode(), ["public key", "private one"]),
    "public JWK": (lambda: minting.key("dpop ES256", "ES256").export_public(), ["public key", "private one"]),
    "key set": (lambda: json.dumps({"keys": [json.loads(_jwk())]}), ["key set", "one private key"]),
    "symmetric": (lambda: json.dumps({"kty": "oct", "k": "c2VjcmV0"}), ["EC or RSA"]),
    "other curve": (lambda: _pem(ec.generate_private_key(ec.SECP256K1())), ["P-256", "openssl genpkey"]),
    "Ed25519": (lambda: minting.key("dpop EdDSA", "EdDSA").export_to_pem(True, None).decode(), ["P-256", "RSA"]),
    "small RSA": (lambda: minting.key("dpop small", "RS256", 1024).export_to_pem(True, None).decode(), ["1024 bits"]),
    "half a JWK": (lambda: _jwk(drop="y"), ["no whole private key", "crv, x, y, d"]),
    "RSA without primes": (lambda: _jwk("RS256", drop="p"), ["no whole private key", "dp, dq, qi"]),
    "another public part": (lambda: _jwk(d=json.loads(minting.key("dpop x", "ES256").export_private())["d"]),
                            ["do not belong together"]),
    "off the curve": (lambda: _jwk(x=minting.b64(bytes(32))), []),
    "alg of another type": (lambda: _jwk(alg="RS256"), ["alg"]),
    "alg unknown": (lambda: _jwk(alg="HS256"), ["alg"]),
    "no JSON": (lambda: "{", []),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_file_that_is_no_key(name, get, issuer, tmp_path):
    text, parts = FAULTS[name]
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_text(text())
    run = get("--dpop-key", path)
    assert run.status == tool.TROUBLE and run.out == ""
    assert len(run.err.splitlines()) == 1 and f'--dpop-key "{path}": ' in run.err
    for part in parts:
        assert part in run.err
    assert issuer.proofs == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o666, 0o610])
def test_a_key_that_others_can_reach(mode, get, issuer, tmp_path):
    path = tmp_path / "key"
    get("--dpop-key", path)
    path.chmod(mode)
    run = get("--dpop-key", path)
    assert run.status == tool.TROUBLE
    assert f"mode {mode:04o}" in run.err and "chmod 600" in run.err
    assert len(issuer.proofs) == 1


def test_a_stricter_mode_is_good(get, issuer, tmp_path):
    path = tmp_path / "key"
    get("--dpop-key", path)
    path.chmod(0o400)
    assert get("--dpop-key", path).status == tool.GOOD


@pytest.mark.parametrize("value, parts", [
    ("", ["--dpop-key", "unset"]),
    ("-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----", ["never an argument", "make a new one"]),
    ('{"kty":"EC","d":"AAAA"}', ["never an argument"]),
    ("/nonexistent/folder/key", ["/nonexistent/folder/key", "cannot be made", "No such file"]),
    ("/", ["directory"]),
])
def test_no_name_of_a_file(value, parts, get, issuer):
    run = get("--dpop-key", value)
    assert run.status == tool.TROUBLE
    for part in parts:
        assert part in run.err
    assert "MC4" not in run.err and "AAAA" not in run.err


@pytest.mark.parametrize("nonces", [["n1"], ["n1", "n2"]])
def test_nonces(nonces, get, issuer, tmp_path):
    issuer.nonces = nonces
    run = get("--dpop-key", tmp_path / "key")
    assert (run.status, run.out) == (tool.GOOD, issuer.token + "\n")
    assert [p.claims.get("nonce") for p in issuer.proofs] == [None, *nonces]


def test_three_nonces_are_one_too_many(get, issuer, tmp_path):
    issuer.nonces = ["n1", "n2", "n3"]
    run = get("--dpop-key", tmp_path / "key")
    assert run.status == tool.REFUSED and len(issuer.proofs) == 3
    assert "use_dpop_nonce" in run.err and "try again" in run.err


def test_the_same_nonce_again_is_not_tried(get, server, tmp_path):
    server.answers["/v1/token"] = (400, {"error": "use_dpop_nonce"}, {"DPoP-Nonce": "n"})
    run = get("--dpop-key", tmp_path / "key")
    assert run.status == tool.REFUSED and len(server.asked("/v1/token")) == 2
    assert "the nonce that it had handed out" in run.err


@pytest.mark.parametrize("headers", [{}, {"DPoP-Nonce": ""}, {"DPoP-Nonce": 'a"b'}, {"DPoP-Nonce": "a b"}])
def test_no_usable_nonce(headers, get, server, tmp_path):
    server.answers["/v1/token"] = (400, {"error": "use_dpop_nonce"}, headers)
    run = get("--dpop-key", tmp_path / "key")
    assert run.status == tool.REFUSED and len(server.asked("/v1/token")) == 1
    assert "no usable DPoP-Nonce" in run.err


def test_a_server_that_takes_no_notice(get, issuer, tmp_path):
    issuer.token_type = "Bearer"
    run = get("--dpop-key", tmp_path / "key")
    assert (run.status, run.out) == (tool.TROUBLE, "")
    assert "the token's type is Bearer, not DPoP" in run.err and "without --dpop" in run.err


@pytest.mark.parametrize("cnf, part", [
    (None, "no cnf.jkt"), ({"x5t#S256": "x"}, "no cnf.jkt"),
    ({"jkt": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"}, "to another key")])
def test_a_token_that_is_not_bound_to_our_key(cnf, part, get, issuer, tmp_path):
    issuer.changes = {"cnf": cnf}
    run = get("--dpop-key", tmp_path / "key")
    assert (run.status, run.out) == (tool.TROUBLE, "")
    assert part in run.err
    assert "eyJ" not in run.err


@pytest.mark.parametrize("word", ["DPoP", "dpop", "DPOP"])
def test_the_case_of_the_type_does_not_count(word, get, issuer, tmp_path):
    issuer.token_type = word
    assert get("--dpop-key", tmp_path / "key").status == tool.GOOD


def test_an_opaque_token_is_taken_on_trust(get, server, tmp_path):
    server.answers["/v1/token"] = (200, {"token_type": "DPoP", "access_token": "opaque"})
    assert get("--dpop-key", tmp_path / "key").out == "opaque\n"


def test_a_proof_follows_no_redirect(get, server, tmp_path):
    server.answers["/v1/token"] = (307, "", {"Location": "/oauth2/default/v1/other"})
    run = get("--dpop-key", tmp_path / "key")
    assert run.status == tool.TROUBLE and "status 307" in run.err
    assert server.asked("/v1/other") == []


# the error, what helps without --dpop, what helps with it
REMEDIES = {
    "invalid_dpop_proof": ("Require Demonstrating Proof of Possession (DPoP) header in token requests", "clock"),
    "use_dpop_nonce": ("get --dpop", "DPoP-Nonce"),
    "access_denied": ("Access Policies", "Access Policies"),
    "invalid_scope": ("Scopes > Add Scope", "Scopes > Add Scope"),
    "invalid_client": ("--auth post", "--auth post"),
    "unauthorized_client": ("API Services", "API Services"),
}


@pytest.mark.parametrize("error", REMEDIES)
@pytest.mark.parametrize("bound", [False, True], ids=["bearer", "dpop"])
def test_remedies(error, bound, get, server, tmp_path):
    server.answers["/v1/token"] = (400, {"error": error, "error_description": "Okta's own words."})
    key = tmp_path / "key"
    run = get("--scope", "x", *(["--dpop-key", key] if bound else []))
    assert run.status == tool.REFUSED
    assert REMEDIES[error][bound] in run.err
    assert not bound or "use get --dpop" not in run.err


def test_a_bearer_request_has_no_proof(get, server):
    server.answers["/v1/token"] = (200, {"token_type": "Bearer", "access_token": "t"})
    get()
    (request,) = server.asked("/v1/token")
    assert "DPoP" not in request.headers
