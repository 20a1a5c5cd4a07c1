# SPDX-License-Identifier: Apache-2.0
"""inspect: shows, never judges."""

import pytest
from cli_env import minting, tool
from cli_env.minting import NOW, claims, forge, key, sign


def inspect(token, *options, **more):
    return tool.run("inspect", "--at", NOW, *options, "--", token, **more)


@pytest.fixture(scope="module")
def made():
    return sign(claims(auth_time=NOW - 7200, nbf=NOW - 60), key(), kid="one")


def test_everything_is_marked_unverified(made):
    run = inspect(made)
    assert run.status == tool.GOOD
    assert run.out.startswith("UNVERIFIED")
    for part in ('"alg": "RS256"', '"kid": "one"', f'"iss": "{minting.ISSUER}"', "256 bytes, not checked"):
        assert part in run.out
    assert inspect(made, "--json").json["verified"] is False


def test_json(made):
    answer = inspect(made, "--json").json
    assert list(answer) == ["verified", "header", "payload", "signature_bytes", "times", "notes"]
    assert answer["header"] == {"alg": "RS256", "kid": "one"}
    assert answer["payload"] == claims(auth_time=NOW - 7200, nbf=NOW - 60)
    assert answer["signature_bytes"] == 256
    assert answer["notes"] == []
    assert answer["times"] == {
        "auth_time": {"seconds": NOW - 7200, "rfc3339": "2027-01-15T06:00:00Z",
                      "meaning": "signed in 2 h ago"},
        "iat": {"seconds": NOW - 60, "rfc3339": "2027-01-15T07:59:00Z", "meaning": "issued 60 s ago"},
        "nbf": {"seconds": NOW - 60, "rfc3339": "2027-01-15T07:59:00Z", "meaning": "valid since 60 s ago"},
        "exp": {"seconds": NOW + 3600, "rfc3339": "2027-01-15T09:00:00Z", "meaning": "expires in 60 min"},
    }


@pytest.mark.parametrize("ago, words", [
    (0, "expired 0 s ago"), (119, "expired 119 s ago"), (180, "expired 3 min ago"),
    (3 * 3600, "expired 3 h ago"), (3 * 86400, "expired 3 days ago"), (-45, "expires in 45 s")])
def test_times_in_words(ago, words):
    token = sign(claims(exp=NOW - ago), key(), kid="one")
    assert inspect(token, "--json").json["times"]["exp"]["meaning"] == words
    assert words in inspect(token).out


@pytest.mark.parametrize("exp, shown", [
    (NOW + 0.75, "2027-01-15T08:00:00Z"), (0, "1970-01-01T00:00:00Z"), (253402300799, "9999-12-31T23:59:59Z"),
    (2**53, "out of range")])
def test_times_at_the_edges(exp, shown):
    assert inspect(forge({"alg": "RS256"}, claims(exp=exp)), "--json").json["times"]["exp"]["rfc3339"] == shown


@pytest.mark.parametrize("exp", ["soon", -1, 1e300, 2**53 + 2, None, True, [1], {}])
def test_times_that_are_none(exp):
    run = inspect(forge({"alg": "RS256"}, {**claims(), "exp": exp}), "--json")
    assert run.status == tool.GOOD
    assert "exp" not in run.json["times"]


# header, changes of the claims, part of a note
NOTES = {
    "none": ({"alg": "none"}, {}, "nobody signed it"),
    "HS256": ({"alg": "HS256"}, {}, "symmetric"),
    "unknown alg": ({"alg": "XY1"}, {}, "does not know"),
    "no alg": ({}, {}, 'no "alg"'),
    "ES256": ({"alg": "ES256"}, {}, "OktaAlgorithms has to name it"),
    "no kid": ({"alg": "RS256"}, {}, "names no key"),
    "crit": ({"alg": "RS256", "crit": ["x"]}, {}, '"crit"'),
    "jku": ({"alg": "RS256", "jku": "https://evil.example"}, {}, '"jku": ignored'),
    "org server by typ": ({"alg": "RS256", "typ": "application/okta-internal-at+jwt"}, {}, "org authorization"),
    "org server by iss": ({"alg": "RS256"}, {"iss": "https://integrator-123456.okta.com"}, "org authorization"),
    "typ": ({"alg": "RS256", "typ": "dpop+jwt"}, {}, "no access token"),
    "nonce": ({"alg": "RS256"}, {"nonce": "n"}, "ID tokens"),
    "aud a client": ({"alg": "RS256"}, {"aud": "0oaclient"}, "client id"),
    "DPoP": ({"alg": "RS256"}, {"cnf": {"jkt": "x"}}, "cnf with jkt: DPoP"),
    "mTLS": ({"alg": "RS256"}, {"cnf": {"x5t#S256": "x"}}, "client certificate"),
    "cnf a string": ({"alg": "RS256"}, {"cnf": "x"}, "bound to a key (cnf)"),
    "no exp": ({"alg": "RS256"}, {"exp": None}, 'no "exp"'),
    "expired": ({"alg": "RS256"}, {"exp": NOW - 180}, "It expired 3 min ago."),
    "not yet": ({"alg": "RS256"}, {"nbf": NOW + 180}, "not valid for another 3 min"),
    "future": ({"alg": "RS256"}, {"iat": NOW + 180}, "compare the clocks"),
    "long": ({"alg": "RS256"}, {"x": "y" * 20000}, "OktaMaxTokenBytes"),
}


@pytest.mark.parametrize("name", NOTES)
def test_notes(name):
    header, changes, part = NOTES[name]
    run = inspect(forge(header, claims(**changes)))
    assert run.status == tool.GOOD
    assert part in run.out.split("\nNotes\n")[1]


def test_no_signature():
    run = inspect(forge({"alg": "none"}, claims(), b""))
    assert run.status == tool.GOOD
    assert "no signature" in run.out


@pytest.mark.parametrize("token, why", [
    ("", "empty"), ("opaque", "opaque"), ("a.b", "1 dots"), ("a.b.c.d", "3 dots"),
    ("!.e30.c2ln", "header is not base64url"), ("e30=.e30.c2ln", "header is not base64url"),
    (forge("no JSON", {}), "header is no JSON object"), (forge([1], {}), "header is no JSON object"),
    (forge({"alg": "RS256"}, "no JSON"), "payload is no JSON object"),
    (forge('{"alg":"a","alg":"b"}', {}), "duplicate"),
    (forge("[" * 40 + "]" * 40, {}), "not a JSON object"),
    (forge('{"a":' + "[" * 40 + "]" * 40 + "}", {}), "nested")])
def test_what_cannot_be_decoded(token, why):
    for options in ([], ["--json"]):
        run = inspect(token, *options)
        assert run.status == tool.REFUSED
        assert why in run.err


def test_an_encrypted_token_shows_its_header():
    token = f"{minting.b64({'alg': 'RSA-OAEP', 'enc': 'A256GCM'})}.a.b.c.d"
    run = inspect(token, "--json")
    assert run.status == tool.REFUSED
    assert run.json["header"]["enc"] == "A256GCM"
    assert "payload" not in run.json
    assert "encrypted" in run.err


def test_standard_input(made):
    run = tool.run("inspect", stdin=f"\n {made}\n")
    assert run.status == tool.GOOD
    assert tool.run("inspect", "-", stdin=b"a\0.b.c").status == tool.REFUSED


def test_no_claim_moves_the_cursor():
    run = inspect(forge({"alg": "\x1b[2J", "kid": "\u009b2J"}, claims(iss="https://\x1b[1m")))
    assert run.status == tool.GOOD
    assert all(c == "\n" or " " <= c <= "~" for c in run.out)


@pytest.mark.parametrize("arguments, word", [
    (["--at", "now"], "--at"), (["--issuer", "x"], "--issuer"), (["a.b.c", "d.e.f"], "one token")])
def test_usage(arguments, word):
    run = tool.run("inspect", *arguments)
    assert run.status == tool.TROUBLE
    assert run.out == ""
    assert word in run.err
