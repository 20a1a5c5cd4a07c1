# SPDX-License-Identifier: Apache-2.0
"""Encrypted tokens: verify opens them, inspect names their parts, check looks at the keys."""

import pytest
from cli_env import tool
from cli_env.doctor import protects
from cli_env.minting import NOW, claims, key, sign
from env import jwe

OURS, OTHER = jwe.recipient("cli"), jwe.recipient("cli, another")


@pytest.fixture(scope="module")
def made():
    return sign(claims(), key(), kid="one")


@pytest.fixture(scope="module")
def sent(made):
    return jwe.encrypt(made, OURS)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("private")
    (folder / "key.pem").write_bytes(OURS.jwk.export_to_pem(private_key=True, password=None))
    (folder / "other.pem").write_bytes(OTHER.jwk.export_to_pem(private_key=True, password=None))
    (folder / "public.pem").write_bytes(OURS.pem())
    return folder


def test_what_is_within_is_judged(usual, files, made, sent):
    for keys in (["--decryption-key", files / "key.pem"],
                 ["--decryption-key", files / "other.pem", "--decryption-key", files / "key.pem"]):
        run = tool.run("verify", *usual, *keys, stdin=sent)
        assert run.status == tool.GOOD
        assert run.check("decryption") == ("ok", f'RSA-OAEP-256, A256GCM, key "{OURS.kid}"')
        assert run.check("claims")[0] == "ok"
        assert made.split(".")[2] not in run.out + run.err
    answer = tool.run("verify", *usual, *keys, "--json", stdin=sent).json
    assert answer["claims"] == claims() and answer["checks"][0]["check"] == "decryption"
    assert tool.run("verify", *usual, *keys, stdin=made).status == tool.GOOD, "one that is signed alone"


def test_the_token_within_may_be_bad(usual, files):
    bad = sign(claims(exp=NOW - 3600), key(), kid="one")
    run = tool.run("verify", *usual, "--decryption-key", files / "key.pem", stdin=jwe.encrypt(bad, OURS))
    assert run.status == tool.REFUSED
    assert "token_expired" in run.out and run.check("decryption")[0] == "ok"


def test_the_signature_alone(files, usual, made, sent):
    jwks = usual[usual.index("--jwks"):][:2]
    run = tool.run("verify", "--signature-only", *jwks, "--decryption-key", files / "key.pem", stdin=sent)
    assert run.status == tool.GOOD and run.check("decryption")[0] == "ok"


def test_what_stays_closed(usual, files, sent):
    run = tool.run("verify", *usual, "--decryption-key", files / "other.pem", stdin=sent)
    assert run.status == tool.REFUSED
    assert run.check("decryption") == ("REFUSED", "token_undecryptable: no decryption key has this kid")
    assert "httpd answers 401 invalid_token" in run.out and "Right would be: a token that is encrypted" in run.out
    run = tool.run("verify", *usual, stdin=sent)
    assert run.status == tool.REFUSED
    assert run.check("shape")[1].startswith("token_encrypted: five parts") and "--decryption-key" in run.out


@pytest.mark.parametrize("name, words", [("public.pem", "no private key"), ("missing", "cannot be opened")])
def test_keys_that_are_none(usual, files, sent, name, words):
    run = tool.run("verify", *usual, "--decryption-key", files / name, stdin=sent)
    assert run.status == tool.TROUBLE
    assert "--decryption-key" in run.err and words in run.err


def test_inspect_names_the_parts(made, sent):
    run = tool.run("inspect", stdin=sent)
    assert run.status == tool.GOOD and run.err == ""
    for words in ('"enc": "A256GCM"', "encrypted key         256 bytes", "initialization vector 12 bytes",
                  f"ciphertext            {len(made)} bytes", "authentication tag    16 bytes", OURS.kid, "UNVERIFIED"):
        assert words in run.out
    answer = tool.run("inspect", "--json", stdin=sent).json
    assert list(answer) == ["verified", "header", "parts", "notes"]
    assert answer["verified"] is False and answer["header"]["cty"] == "JWT"
    assert answer["parts"] == {"encrypted_key_bytes": 256, "initialization_vector_bytes": 12,
                               "ciphertext_bytes": len(made), "authentication_tag_bytes": 16}
    assert all(part not in run.out for part in sent.split("."))


@pytest.mark.parametrize("changes, words", [({"zip": "DEF"}, "zip"), ({"crit": ["x"]}, "crit"), ({"cty": "x"}, "cty"),
                                            ({"kid": 7}, "kid")])
def test_inspect_says_what_is_refused(made, changes, words):
    run = tool.run("inspect", stdin=jwe.encrypt(made, OURS, by_hand=True, **changes))
    assert run.status == tool.GOOD and "mod_auth_okta refuses it" in run.out and words in run.out


def test_check_looks_at_the_keys(site, plain):
    site.configure(lambda s: protects(plain, more=[f'OktaDecryptionKey "{jwe.install(s, "conf/key.pem", OURS)}"']))
    report = site.check(token=jwe.encrypt(plain.mint.token(), OURS)).healthy()
    [row] = [row for row in report.checks if row["check"] == "decryption"]
    assert OURS.kid in row["detail"] and "2048 bits" in row["detail"] and "conf/key.pem" in row["detail"]
    report = site.check(token=jwe.encrypt(plain.mint.token(), OTHER))
    report.names("failure", "token", ["token_undecryptable", "no decryption key has this kid"], ["encrypts to another"])
    assert not any(piece in str(report.document) for piece in (OURS.private()["d"][:24], OURS.private()["p"][:24]))


def test_check_without_a_key(site, plain):
    site.configure(lambda s: protects(plain))
    report = site.check(token=jwe.encrypt(plain.mint.token(), OURS))
    report.names("failure", "token", ["token_encrypted"], ["OktaDecryptionKey"])
