# SPDX-License-Identifier: Apache-2.0
"""proof: what is printed verifies by software that is not ours."""

import pytest
from cli_env import dpop, minting, tool

URL = "https://api.example.com/orders"


@pytest.fixture
def key_file(tmp_path):
    """A key file, of the key "dpop ES256"."""
    path = tmp_path / "key.pem"
    path.touch(mode=0o600)
    path.write_bytes(minting.key("dpop ES256", "ES256").export_to_pem(private_key=True, password=None))
    return path


@pytest.fixture
def token():
    return dpop.token_for(minting.key("dpop ES256", "ES256").thumbprint())


@pytest.fixture
def proof(key_file, token):
    """proof(options…) -> Run."""
    def run(*options, stdin=None, **more):
        return tool.run("proof", "--dpop-key", key_file, *options, stdin=token + "\n" if stdin is None else stdin, **more)
    return run


def printed(run):
    assert (run.status, run.err) == (tool.GOOD, "")
    assert run.out.endswith("\n") and run.out.count("\n") == 1
    return dpop.Proof(run.out.strip())


def test_a_proof(proof, token):
    made = printed(proof("--url", URL))
    assert set(made.claims) == {"jti", "htm", "htu", "iat", "ath"}
    assert (made["htm"], made["htu"], made["ath"]) == ("GET", URL, dpop.ath(token))
    assert made.thumbprint == minting.key("dpop ES256", "ES256").thumbprint()
    assert len(made["jti"]) == 22


def test_no_two_are_the_same(proof):
    assert printed(proof("--url", URL))["jti"] != printed(proof("--url", URL))["jti"]


def test_method_and_nonce(proof):
    made = printed(proof("--url", URL, "--method", "DELETE", "--nonce", "eyJ7S_zG.eyJH0-Z.HX4w-7v"))
    assert (made["htm"], made["nonce"]) == ("DELETE", "eyJ7S_zG.eyJH0-Z.HX4w-7v")


@pytest.mark.parametrize("url, htu", [
    (URL + "?page=2", URL), (URL + "#top", URL), (URL + "?a=b#c", URL), ("https://api.example.com", "https://api.example.com/"),
    ("https://api.example.com?x", "https://api.example.com/"), ("http://[::1]:8080/a%2Fb", "http://[::1]:8080/a%2Fb")])
def test_htu_has_no_query_and_a_path(url, htu, proof):
    assert printed(proof("--url", url))["htu"] == htu


def test_token_file(key_file, token, tmp_path):
    path = tmp_path / "token"
    path.write_text(f" {token}\n")
    assert printed(tool.run("proof", "--dpop-key", key_file, "--url", URL, "--token-file", path))["ath"] == dpop.ath(token)


def test_the_usual_key(tmp_path, token, key_file):
    path = tmp_path / ".local/state/okta-token/dpop-key.pem"
    path.parent.mkdir(parents=True)
    key_file.rename(path)
    run = tool.run("proof", "--url", URL, stdin=token, env={"HOME": str(tmp_path)})
    assert printed(run).thumbprint == minting.key("dpop ES256", "ES256").thumbprint()


def test_an_opaque_token(proof):
    assert printed(proof("--url", URL, stdin="opaque"))["ath"] == dpop.ath("opaque")


@pytest.mark.parametrize("cnf, part", [(None, "bound to no key"), ({"jkt": "x" * 43}, "bound to another key")])
def test_a_token_of_another_key_is_warned_of(cnf, part, proof):
    token = dpop.token_for("", cnf=cnf)
    run = proof("--url", URL, stdin=token)
    assert run.status == tool.GOOD
    assert dpop.Proof(run.out.strip())["ath"] == dpop.ath(token)
    assert run.err.startswith("okta-token: warning: ") and part in run.err


# options beside the key file, what standard error names
MISTAKES = {
    "no URL": ([], ["--url URL"]),
    "a path": (["--url", "/orders"], ["--url", '"/orders"', "whole address"]),
    "no host": (["--url", "https:///x"], ["--url", "whole address"]),
    "another scheme": (["--url", "ftp://a.example/"], ["--url", "whole address"]),
    "a user": (["--url", "https://u@a.example/"], ["--url", "whole address"]),
    "a blank": (["--url", "https://a.example/a b"], ["--url", "percent-encode"]),
    "small letters": (["--url", URL, "--method", "post"], ["--method", '"post"', "case", "POST"]),
    "no method": (["--url", URL, "--method", ""], ["--method", "empty"]),
    "two words": (["--url", URL, "--method", "GET /"], ["--method", "no method"]),
    "bad nonce": (["--url", URL, "--nonce", 'a"b'], ["--nonce", "DPoP-Nonce"]),
    "empty nonce": (["--url", URL, "--nonce", ""], ["--nonce"]),
    "a token as argument": (["--url", URL, "eyJhbGciOiJ.eyJ.c2ln"], ["no argument", "standard input", "--token-file"]),
    "no token file": (["--url", URL, "--token-file", "/nonexistent/eyJtoken"], ["--token-file", "standard input"]),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake(name, proof):
    arguments, parts = MISTAKES[name]
    run = proof(*arguments)
    assert run.status == tool.TROUBLE and run.out == ""
    assert len(run.err.splitlines()) == 1
    for part in parts:
        assert part in run.err
    assert "eyJ" not in run.err


@pytest.mark.parametrize("stdin, part", [
    ("", "empty"), ("Bearer a.b.c", "without"), ('{"access_token":"a"}', "JSON"), ("a.b.c\nd", "line breaks"), ("\x80", "ASCII")])
def test_no_token(stdin, part, proof):
    run = proof("--url", URL, stdin=stdin.encode("latin-1"))
    assert run.status == tool.TROUBLE and run.out == ""
    assert "standard input" in run.err and part in run.err


def test_no_key(token, tmp_path):
    run = tool.run("proof", "--url", URL, "--dpop-key", tmp_path / "none", stdin=token)
    assert run.status == tool.TROUBLE and "no such file" in run.err and "get --dpop" in run.err
    assert not (tmp_path / "none").exists()
    run = tool.run("proof", "--url", URL, stdin=token, env={"HOME": str(tmp_path)})
    assert run.status == tool.TROUBLE and "--dpop-key FILE" in run.err
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_others_can_read(proof, key_file):
    key_file.chmod(0o644)
    run = proof("--url", URL)
    assert run.status == tool.TROUBLE and "mode 0644" in run.err and "chmod 600" in run.err


def test_help():
    run = tool.run("proof", "--help")
    assert run.status == tool.GOOD and "--nonce" in run.out
