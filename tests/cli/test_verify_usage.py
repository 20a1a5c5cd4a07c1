# SPDX-License-Identifier: Apache-2.0
"""verify's command line: what is refused as such, and how it is said."""

import re

import pytest
from cli_env import minting, tool
from cli_env.minting import NOW, claims, key, public, sign

ISSUER = ["--issuer", minting.ISSUER]

# arguments, what standard error has to name
MISTAKES = {
    "no keys": ([], ["--issuer URL", "--jwks FILE"]),
    "audience alone": (["--audience", "a"], ["--issuer URL", "--jwks FILE"]),
    "unknown option": ([*ISSUER, "--audiences-list"], ["--audiences-list", "--help"]),
    "unknown option with a value": ([*ISSUER, "--tokn=eyJhbGciOiJ"], ["--tokn", "--help"]),
    "unknown letter": ([*ISSUER, "-x"], ["-x", "--help"]),
    "value too many": ([*ISSUER, "--json=yes"], ["--json", "no value"]),
    "unknown algorithm": ([*ISSUER, "--algorithms", "RS256,RS257"], ["--algorithms", '"RS257"', "ES256"]),
    "algorithm in small letters": ([*ISSUER, "--algorithms", "rs256"], ['"rs256"', "case", "RS256"]),
    "none": ([*ISSUER, "--algorithms", "none"], ["--algorithms", '"none"', "signature"]),
    "None": ([*ISSUER, "--algorithms", "None"], ['"None"', "signature"]),
    "HS256": ([*ISSUER, "--algorithms", "HS256"], ['"HS256"', "symmetric", "RS256"]),
    "HS512 among others": ([*ISSUER, "--algorithms", "RS256 HS512"], ['"HS512"', "symmetric"]),
    "no algorithm": ([*ISSUER, "--algorithms", " , "], ["--algorithms", "RS256"]),
    "skew too large": ([*ISSUER, "--skew", "601"], ["--skew", '"601"', "600"]),
    "skew negative": ([*ISSUER, "--skew", "-1"], ["--skew", '"-1"', "0"]),
    "skew in words": ([*ISSUER, "--skew", "1m"], ["--skew", '"1m"']),
    "skew empty": ([*ISSUER, "--skew", ""], ["--skew", '""']),
    "skew with a blank": ([*ISSUER, "--skew", " 5"], ["--skew", '" 5"']),
    "time in words": ([*ISSUER, "--at", "yesterday"], ["--at", '"yesterday"', "2026-01-31T12:00:00Z"]),
    "time without zone": ([*ISSUER, "--at", "2027-01-15T08:00:00"], ["--at"]),
    "31 February": ([*ISSUER, "--at", "2027-02-31T08:00:00Z"], ["--at"]),
    "hour 24": ([*ISSUER, "--at", "2027-01-15T24:00:00Z"], ["--at"]),
    "before 1970": ([*ISSUER, "--at", "1969-12-31T23:59:59Z"], ["--at"]),
    "beyond 2^53": ([*ISSUER, "--at", "9007199254740993"], ["--at"]),
    "trailing letters": ([*ISSUER, "--at", "1800000000s"], ["--at"]),
    "offset without minutes": ([*ISSUER, "--at", "2027-01-15T08:00:00+01"], ["--at"]),
    "type": ([*ISSUER, "--type", "jwt"], ["--type", '"jwt"', "at+jwt"]),
    "timeout zero": ([*ISSUER, "--timeout", "0"], ["--timeout", '"0"', "1"]),
    "issuer with a slash": (["--issuer", minting.ISSUER + "/"], ["--issuer", "trailing slash"]),
    "issuer over http": (["--issuer", "http://a.okta.com/oauth2/default"],
                         ["--issuer", "https", "--insecure-http"]),
    "loopback over http": (["--issuer", "http://127.0.0.1/oauth2/default"],
                           ["--issuer", "say --insecure-http"]),
    "admin domain": (["--issuer", "https://a-admin.okta.com/oauth2/default"],
                     ["--issuer", "admin console", '"a.okta.com"']),
    "org server": (["--issuer", "https://a.okta.com"], ["--issuer", "org authorization server"]),
    "placeholder": (["--issuer", "https://{yourOktaDomain}/oauth2/default"], ["--issuer", "placeholder"]),
    "metadata address": (["--issuer", minting.ISSUER + "/.well-known/openid-configuration"],
                         ["--issuer", ".well-known"]),
    "two jwks": (["--jwks", "a", "--jwks", "b"], ["--jwks", "twice"]),
    "jwks that is not there": (["--jwks", "/nonexistent/jwks.json"],
                               ["--jwks", "/nonexistent/jwks.json", "No such file"]),
    "jwks that is a folder": (["--jwks", "/"], ["--jwks", "directory"]),
    "signature-only without keys": (["--signature-only"], ["--issuer", "--jwks"]),
    "signature-only with an audience": (["--jwks", "a", "--signature-only", "--audience", "b"],
                                        ["--signature-only", "--audience"]),
    "signature-only with a time": (["--jwks", "a", "--signature-only", "--at", "1"],
                                   ["--signature-only", "--at"]),
    "signature-only with two issuers": ([*ISSUER, "--issuer", "https://b.okta.com/oauth2/default",
                                         "--signature-only"], ["--signature-only", "one --issuer"]),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake(name):
    arguments, named = MISTAKES[name]
    run = tool.run("verify", *arguments, "a.b.c")
    assert run.status == tool.TROUBLE
    assert run.out == ""
    assert len(run.err.splitlines()) == 1
    for word in named:
        assert word in run.err
    assert not re.search(r"\bOkta[A-Z]", run.err), "a directive where an option is meant"


def test_value_missing():
    run = tool.run("verify", "--issuer")
    assert run.status == tool.TROUBLE
    assert "option --issuer needs a value" in run.err


def test_two_tokens():
    run = tool.run("verify", *ISSUER, "secret-one", "secret-two")
    assert run.status == tool.TROUBLE
    assert "one token" in run.err
    assert "secret" not in run.err


def test_a_token_as_a_value_is_not_repeated():
    for option in ("--skew", "--at", "--type", "--issuer"):
        run = tool.run("verify", option, "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", *ISSUER)
        assert run.status == tool.TROUBLE
        assert "eyJ" not in run.err


@pytest.mark.parametrize("lists", [["RS256,ES256"], ["RS256 ES256"], ["ES256", "RS256"], ["all"],
                                   [" RS256 ,\tES256,"], ["ES256,all"]])
def test_lists_of_algorithms(lists, jwks):
    path = jwks(public(key(), "r"), public(key("e", "ES256"), "e"))
    options = [word for names in lists for word in ("--algorithms", names)]
    for jwk, alg, kid in ((key(), "RS256", "r"), (key("e", "ES256"), "ES256", "e")):
        made = sign(claims(), jwk, alg, kid=kid)
        assert tool.run("verify", "--jwks", path, "--at", NOW, *options, made).status == tool.GOOD


def test_help_and_version():
    for arguments in (["--help"], ["-h"], ["verify", "--help"], ["inspect", "-h"], ["get", "--help"],
                      ["proof", "-h"], ["call", "--help"]):
        run = tool.run(*arguments)
        assert run.status == tool.GOOD
        assert run.out.startswith("usage: okta-token ")
        assert run.err == ""
        assert max(map(len, run.out.splitlines())) <= 100
    assert tool.run("--version").out.split()[0] == "okta-token"


@pytest.mark.parametrize("arguments", [[], ["chek"], ["eyJhbGciOiJSUzI1NiJ9.e30.c2ln"], ["--jwks", "a"]])
def test_no_such_command(arguments):
    run = tool.run(*arguments)
    assert run.status == tool.TROUBLE
    assert run.out == ""
    assert "verify, inspect, get, proof, call, revoke and check" in run.err
    assert "eyJ" not in run.err


def test_every_option_is_in_the_manual():
    manual = (tool.REPOSITORY / "src" / "cli" / "okta-token.1").read_text().replace("\\-", "-")
    for command in ("verify", "inspect", "get", "proof", "call", "revoke", "check"):
        for line in tool.run(command, "--help").out.splitlines():
            for word in line.split():
                if word.startswith("--") and line.startswith(("      --", "  -")):
                    assert word.strip(",):") in manual, f"{command} {word}"


def test_output_that_nobody_takes(usual):
    """A full disk is no verdict."""
    made = sign(claims(), key(), kid="one")
    with open("/dev/full", "wb") as full:
        done = tool.subprocess.run(tool.command("verify", *usual, made), stdout=full, stderr=-1,
                                   env=tool.environment(), check=False, timeout=120)
    assert done.returncode == tool.TROUBLE
    assert b"standard output" in done.stderr
