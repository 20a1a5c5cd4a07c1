# SPDX-License-Identifier: Apache-2.0
"""Where the token and the keys come from."""

import json

import pytest
from cli_env import minting, tool
from cli_env.minting import NOW, claims, key, public, sign


@pytest.fixture(scope="module")
def made():
    return sign(claims(), key(), kid="one")


@pytest.mark.parametrize("arguments", [[], ["-"], ["--", "-"]])
@pytest.mark.parametrize("wrap", ["{}", "{}\n", " \r\n\t{}\r\n\r\n "], ids=["bare", "line", "white"])
def test_standard_input(arguments, wrap, usual, made):
    run = tool.run("verify", *usual, *arguments, stdin=wrap.format(made))
    assert run.status == tool.GOOD


@pytest.mark.parametrize("stdin, remedy", [
    ("", "shell variable"), ("\n", "shell variable"),
    ("Bearer {}", 'without "Bearer"'), ("{}\n{}", "line breaks"), ("{} x", "white space")])
def test_standard_input_with_something_else(stdin, remedy, usual, made):
    run = tool.run("verify", *usual, stdin=stdin.replace("{}", made))
    assert run.status == tool.REFUSED
    assert remedy in run.out


# what stands around the token, what the remedy says
WRAPPINGS = [
    ("Authorization: Bearer {}", 'without "Authorization:" and "Bearer"'), ("authorization:bearer {}", '"Authorization:"'),
    ("Authorization: Bearer {}\r\n", '"Authorization:"'), ("> Authorization: Bearer {}", '"Authorization:"'),
    ("curl -H 'Authorization: Bearer {}' https://api.example.com/", '"Authorization:"'),
    ("Bearer {}", 'without "Bearer"'), ("bearer   {}", 'without "Bearer"'), ("Bearer: {}", 'without "Bearer"'),
    ("DPoP {}", 'without "DPoP"'), ("Token {}", 'without "Token"'),
    ('"{}"', "quotation marks"), ("'{}'", "quotation marks"), ('{"access_token":"{}","token_type":"Bearer"}', "JSON"),
    ("access_token={}&token_type=Bearer", '"="'), ("https://app.example.com/cb#access_token={}", '"="'),
    ("{},", "punctuation"), ("{};", "punctuation"), ("$TOKEN", "single quotes"), ("${TOKEN}", "single quotes"),
]


@pytest.mark.parametrize("text, remedy", WRAPPINGS, ids=[text for text, _ in WRAPPINGS])
def test_what_is_around_a_token_is_named(text, remedy, usual, made):
    text = text.replace("{}", made)
    for run in (tool.run("verify", *usual, text), tool.run("verify", *usual, stdin=text)):
        assert run.status == tool.REFUSED
        (right,) = [line for line in run.out.splitlines() if line.startswith("Right would be: ")]
        assert remedy in right
        assert made.split(".")[2] not in run.out + run.err
    if "punctuation" not in remedy:
        run = tool.run("inspect", text)
        assert run.status == tool.REFUSED
        assert remedy in run.err and made.split(".")[2] not in run.out + run.err


@pytest.mark.parametrize("words, remedy", [(["Bearer", "{}"], 'without "Bearer"'), (["{}", "{}"], "quote missing"),
                                           (["Authorization:", "Bearer", "{}"], '"Authorization:"')])
def test_a_header_line_whose_quotes_were_forgotten(words, remedy, usual, made):
    run = tool.run("verify", *usual, *(word.replace("{}", made) for word in words))
    assert run.status == tool.TROUBLE
    assert remedy in run.err and made.split(".")[2] not in run.err


def test_what_is_no_wrapping_is_not_called_one(usual, made):
    run = tool.run("verify", *usual, made[:-20])
    assert run.status == tool.REFUSED
    assert "the token alone" not in run.out
    run = tool.run("verify", *usual, made.replace(".", "", 1))
    assert run.status == tool.REFUSED and "joined by dots" in run.out


def test_an_argument_is_taken_as_it_is(usual, made):
    assert tool.run("verify", *usual, made + "\n").status == tool.REFUSED
    assert tool.run("verify", *usual, " " + made).status == tool.REFUSED


@pytest.mark.parametrize("stdin", [b"\0", b"a.b.c\0", b"\xff\xfe.\x80.\x00", b"\0" * 70000, b".." * 40000])
def test_bytes_that_are_no_token(stdin, usual):
    run = tool.run("verify", *usual, stdin=stdin)
    assert run.status == tool.REFUSED


def test_endless_input(usual):
    run = tool.run("verify", *usual, stdin=b"a" * (17 << 20))
    assert run.status == tool.TROUBLE
    assert "standard input" in run.err


def test_unusable_keys_are_named(jwks, made):
    small = key("small", bits=1024)
    path = jwks(
        public(key(), "one"),
        public(small, "small"),
        public(key("two"), "twin"), public(key("three"), "twin"),
        public(key("enc"), "enc", use="enc"),
        {"kty": "oct", "k": "c2VjcmV0", "kid": "oct"},
        {"kty": "EC", "crv": "P-256", "x": minting.b64(b"\1" * 32), "y": minting.b64(b"\2" * 32)},
    )
    run = tool.run("verify", "--jwks", path, "--at", NOW, made)
    assert run.status == tool.GOOD
    lines = run.err.splitlines()
    assert len(lines) == 6
    assert all(line.startswith(f'okta-token: warning: --jwks "{path}": ') for line in lines)
    for kid, why in (("small", "1024 bits"), ("twin", "share this kid"), ("enc", '"use"'),
                     ("oct", "symmetric")):
        assert any(f'kid "{kid}"' in line and why in line for line in lines), run.err
    assert any("a key without kid" in line and "P-256" in line for line in lines)
    assert "c2VjcmV0" not in run.err


def test_keys_as_issuers_write_them(jwks, made):
    """One kid, several keys; members that are null; the same key twice; a byte order mark."""
    path = jwks(public(key("enc"), "one", use="enc"), {**public(key(), "one"), "use": None, "alg": None},
                public(key(), "one"), public(key(), "one"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    run = tool.run("verify", "--jwks", path, "--at", NOW, made)
    assert run.status == tool.GOOD
    assert len(run.err.splitlines()) == 1 and '"use"' in run.err


def test_a_directory_for_a_file(tmp_path, made):
    run = tool.run("verify", "--jwks", tmp_path, made)
    assert run.status == tool.TROUBLE
    assert "it is a directory; give a file in it" in run.err


# text of the file, part of the complaint
BAD_FILES = {
    "empty": ("", "line 1"),
    "no JSON on its third line": ('{"keys":\n[\n{"kty" "RSA"}]}', "line 3"),
    "name twice": ('{"keys":[],\n"keys":[]}', "line 2"),
    "cut off": ('{"keys":[\n', "line 2"),
    "a single JWK": (json.dumps({"kty": "RSA", "n": "AQAB", "e": "AQAB"}), 'no "keys"'),
    "an array": ("[]", "JSON Web Key Set"),
    "keys no array": ('{"keys":{}}', 'no "keys" array'),
    "no key": ('{"keys":[]}', "empty key set"),
    "bad UTF-8": ('{"keys":["\udcff"]}', "0xff"),
    "PEM": ("-----BEGIN PUBLIC KEY-----\n", "line 1"),
}


@pytest.mark.parametrize("name", BAD_FILES)
@pytest.mark.parametrize("mode", [[], ["--signature-only"], ["--json"]], ids=["plain", "signature", "json"])
def test_a_file_that_is_no_key_set(name, mode, tmp_path, made):
    text, part = BAD_FILES[name]
    path = tmp_path / "jwks.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    run = tool.run("verify", "--jwks", path, *mode, made)
    assert run.status == tool.TROUBLE
    assert run.out == ""
    assert f'--jwks "{path}": ' in run.err
    assert part in run.err


def test_a_file_without_a_usable_key(jwks, made):
    run = tool.run("verify", "--jwks", jwks({"kty": "oct", "k": "AA", "kid": "s"}), made)
    assert run.status == tool.TROUBLE
    assert run.out == ""
    assert '--jwks "' in run.err and "give a JSON Web Key Set" in run.err
    assert 'kid "s" cannot be used: a symmetric key' in run.err


def test_a_private_jwk_verifies_all_the_same(jwks, made):
    """Its private members are not looked at; that it is there is the owner's affair."""
    path = jwks({**json.loads(key().export_private()), "kid": "one"})
    assert tool.run("verify", "--jwks", path, "--at", NOW, made).status == tool.GOOD
