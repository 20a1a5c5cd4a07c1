# SPDX-License-Identifier: Apache-2.0
"""The verdict on each kind of token: exit status, reason, and where the walk stopped."""

import base64
import hashlib
import hmac
import json
import ssl
import subprocess

import pytest
from cli_env import minting, tool
from cli_env.minting import NOW, claims, forge, key, public, sign

WALK = ["shape", "header", "type", "algorithm", "payload", "issuer", "key", "signature", "claims", "kind",
        "binding", "audience", "client", "expiry", "not before", "issued at", "age", "revocation",
        "step-up"]


def token(payload=None, jwk=None, alg="RS256", kid="one", **header):
    return sign(claims() if payload is None else payload, jwk or key(), alg, kid=kid, **header)


def hs256_by_public_key():
    """The classic: the public key's text as the secret of an HMAC."""
    header, payload = {"alg": "HS256", "kid": "one"}, claims()
    text = f"{minting.b64(header)}.{minting.b64(payload)}"
    mac = hmac.new(key().export_to_pem(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{minting.b64(mac)}"


def tampered():
    header, payload, signature = token().split(".")
    changed = json.loads(minting.unb64(payload))
    changed["sub"] = "root"
    return ".".join((header, minting.b64(changed), signature))


def with_header(**members):
    """Refused for its header, before anybody looks at the signature."""
    return forge({"alg": "RS256", "kid": "one", **members}, claims(), b"\1" * 256)


REFUSALS = {
    # name: (token, where it stops, reason, part of the detail)
    "tampered": (tampered, "signature", "signature_invalid", "does not fit"),
    "signed by another key": (lambda: token(jwk=key("two")), "signature", "signature_invalid", ""),
    "expired": (lambda: token(claims(exp=NOW - 61)), "expiry", "token_expired", "was 61 s ago"),
    "ended this second, skew over": (lambda: token(claims(exp=NOW - 60)), "expiry", "token_expired", ""),
    "no exp": (lambda: token(claims(exp=None)), "expiry", "claim_missing", '"exp" is absent'),
    "exp as text": (lambda: token(claims(exp="never")), "claims", "claims_malformed", '"exp"'),
    "exp NaN-like": (lambda: token('{"iss":"%s","exp":1e999}' % minting.ISSUER), "payload",
                     "claims_malformed", ""),
    "not yet valid": (lambda: token(claims(nbf=NOW + 61)), "not before", "token_not_yet_valid", "61 s"),
    "issued in the future": (lambda: token(claims(iat=NOW + 61)), "issued at", "token_from_future", ""),
    "wrong audience": (lambda: token(claims(aud="api://other")), "audience", "audience_mismatch",
                       'aud is "api://other"; expected "api://default"'),
    "audience of an ID token": (lambda: token(claims(aud="0oaclient")), "audience", "audience_mismatch",
                                "a client id: is this an ID token?"),
    "audience in part": (lambda: token(claims(aud="api://default2")), "audience", "audience_mismatch", ""),
    "no audience": (lambda: token(claims(aud=None)), "audience", "audience_mismatch", "absent"),
    "wrong issuer": (lambda: token(claims(iss="https://evil.example/oauth2/default")), "issuer",
                     "issuer_unknown", "https://evil.example"),
    "issuer with a slash": (lambda: token(claims(iss=minting.ISSUER + "/")), "issuer", "issuer_unknown",
                            "they differ by a trailing slash"),
    "org server by issuer": (lambda: token(claims(iss="https://integrator-123456.okta.com")), "issuer",
                             "token_from_org_server", "custom authorization server"),
    "org server by typ": (lambda: token(typ="application/okta-internal-at+jwt"), "type",
                          "token_from_org_server", ""),
    "no issuer": (lambda: token(claims(iss=None)), "issuer", "claim_missing", '"iss"'),
    "unknown kid": (lambda: token(kid="gone"), "key", "kid_unknown", ""),
    "alg none": (lambda: forge({"alg": "none", "kid": "one"}, claims()), "algorithm", "algorithm_refused",
                 ""),
    "alg none, no signature": (lambda: forge({"alg": "none"}, claims(), b""), "shape", "token_malformed",
                               "no signature"),
    "alg nOnE": (lambda: forge({"alg": "nOnE", "kid": "one"}, claims()), "algorithm", "algorithm_refused",
                 ""),
    "HS256 by the public key": (hs256_by_public_key, "algorithm", "algorithm_refused", "symmetric"),
    "RS512, not accepted": (lambda: token(alg="RS512"), "algorithm", "algorithm_refused",
                            "alg RS512 is not among those accepted"),
    "crit": (lambda: with_header(crit=["exp"]), "header", "header_critical", ""),
    "zip": (lambda: with_header(zip="DEF"), "header", "token_encrypted", ""),
    "nested": (lambda: with_header(cty="JWT"), "header", "token_encrypted", "nested"),
    "typ dpop+jwt": (lambda: token(typ="dpop+jwt"), "type", "type_refused", ""),
    "ID token by nonce": (lambda: token(claims(nonce="n")), "kind", "id_token", '"nonce"'),
    "ID token by at_hash": (lambda: token(claims(at_hash="h")), "kind", "id_token", '"at_hash"'),
    "bound to a key": (lambda: token(claims(cnf={"jkt": "x"})), "binding", "token_bound", ""),
    "payload no object": (lambda: token("[1]"), "payload", "claims_malformed", ""),
    "payload no JSON": (lambda: token("hello"), "payload", "claims_malformed", ""),
    "name twice": (lambda: token('{"iss":"a","iss":"b"}'), "payload", "claims_malformed", "duplicate"),
    "encrypted": (lambda: "a.b.c.d.e", "shape", "token_encrypted", "five parts"),
    "opaque": (lambda: "00Dg1KnB5vdiONwI4mJlnb4", "shape", "token_malformed", "opaque"),
    "padded": (lambda: token() + "=", "shape", "token_malformed", "signature is not base64url"),
    "empty": (lambda: "", "shape", "token_malformed", ""),
    "too long": (lambda: token(claims(padding="x" * 16384)), "shape", "token_too_large", "16384"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refused(name, verify):
    make, stops_at, reason, part = REFUSALS[name]
    run = verify(make())
    assert run.status == tool.REFUSED
    assert run.err == ""
    state, detail = run.check(stops_at)
    assert state == "REFUSED"
    assert detail.startswith(f"{reason}: ")
    assert part in detail
    rows = run.out.split("\n\n")[0].splitlines()
    assert [row[:12].strip() for row in rows] == WALK[:WALK.index(stops_at) + 1]
    assert f"\nRefused: {reason}. httpd answers 401 invalid_token.\n" in run.out
    assert "\nRight would be: " in run.out


ACCEPTED = {
    "the usual": lambda: token(),
    "aud as an array": lambda: token(claims(aud=["api://other", "api://default"])),
    "no iat": lambda: token(claims(iat=None)),
    "typ JWT": lambda: token(typ="JWT"),
    "typ at+jwt": lambda: token(typ="at+jwt"),
    "typ application/AT+JWT": lambda: token(typ="application/AT+JWT"),
    "at+jwt with a nonce": lambda: token(claims(nonce="n"), typ="at+jwt"),
    "just expired, within the skew": lambda: token(claims(exp=NOW - 59)),
    "nbf within the skew": lambda: token(claims(nbf=NOW + 60)),
    "exp with a fraction": lambda: token(claims(exp=NOW + 0.5)),
    "no kid, one key": lambda: token(kid=None),
    "jwk and jku ignored": lambda: token(jku="https://evil.example/keys"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name, verify):
    run = verify(ACCEPTED[name]())
    assert run.status == tool.GOOD, run.out
    assert [row[:12].strip() for row in run.out.split("\n\n")[0].splitlines()] == WALK
    assert all(run.check(name)[0] == "ok" for name in WALK)
    assert run.out.endswith("\n\nValid.\n")


@pytest.mark.parametrize("alg", minting.ALGORITHMS)
def test_every_algorithm(alg, jwks):
    jwk = key("any", alg)
    options = ["--jwks", jwks(public(jwk, "k", alg=alg)), "--at", NOW, "--algorithms", alg]
    run = tool.run("verify", *options, token(jwk=jwk, alg=alg, kid="k"))
    assert run.status == tool.GOOD, run.out
    assert run.check("signature") == ("ok", f"{alg}, good")
    other = tool.run("verify", *options[:-1], "RS256" if alg != "RS256" else "RS384",
                     token(jwk=jwk, alg=alg, kid="k"))
    assert other.status == tool.REFUSED
    assert other.check("algorithm")[1].startswith("algorithm_refused")


def test_a_key_serves_the_algorithm_it_names(jwks):
    options = ["--jwks", jwks(public(key(), "one", alg="RS256")), "--algorithms", "all", "--at", NOW]
    run = tool.run("verify", *options, token(alg="PS256"))
    assert run.status == tool.REFUSED
    assert run.check("key")[1].startswith("key_mismatch")


def test_no_kid_and_several_keys(jwks):
    path = jwks(public(key(), "one"), public(key("two"), "two"))
    run = tool.run("verify", "--jwks", path, "--at", NOW, token(kid=None))
    assert run.status == tool.REFUSED
    assert run.check("key")[1].startswith("key_ambiguous")
    assert tool.run("verify", "--jwks", path, "--at", NOW, token(kid="one")).status == tool.GOOD


def test_unknown_kid_names_the_known_ones(jwks):
    path = jwks(public(key(), "one"), public(key("two"), "two"))
    run = tool.run("verify", "--jwks", path, "--at", NOW, token(kid="gone"))
    assert 'Right would be: one of the kids "one", "two".' in run.out


def test_client(verify):
    assert verify(token(), "--client-id", "0oaclient").status == tool.GOOD
    assert verify(token(), "--client-id", "other", "--client-id", "0oaclient").status == tool.GOOD
    assert verify(token(claims(cid=None, azp="0oaclient")), "--client-id", "0oaclient").status == tool.GOOD
    run = verify(token(), "--client-id", "other")
    assert run.status == tool.REFUSED
    assert run.check("client")[1] == 'client_mismatch: the client is "0oaclient"; expected "other"'


def test_several_audiences_and_issuers(usual):
    made = token(claims(aud="api://b", iss="https://b.okta.com/oauth2/aus1"))
    run = tool.run("verify", *usual, "--audience", "api://b", "--issuer", "https://b.okta.com/oauth2/aus1", made)
    assert run.status == tool.GOOD


def test_type(verify):
    assert verify(token(typ="at+jwt"), "--type", "at+jwt").status == tool.GOOD
    assert verify(token(), "--type", "any").status == tool.GOOD
    run = verify(token(), "--type", "at+jwt")
    assert run.status == tool.REFUSED
    assert run.check("type")[1].startswith("type_refused")


def test_skew(verify):
    assert verify(token(claims(exp=NOW)), "--skew", "0").status == tool.REFUSED
    assert verify(token(claims(exp=NOW + 1)), "--skew", "0").status == tool.GOOD
    assert verify(token(claims(exp=NOW - 599)), "--skew", "600").status == tool.GOOD


@pytest.mark.parametrize("at", ["1800000000", "2027-01-15T08:00:00Z", "2027-01-15t09:00:00.75+01:00",
                                "2027-01-15T02:30:00-05:30"])
def test_at(at, verify):
    """The second NOW in several ways: the token's last one, without skew."""
    assert verify(token(claims(exp=NOW + 1)), "--skew", "0", "--at", at).status == tool.GOOD
    run = verify(token(claims(exp=NOW)), "--skew", "0", "--at", at)
    assert run.check("expiry")[1].startswith(f"token_expired: exp {NOW} was 0 s ago")
    assert "Right would be: a new token; it is 2027-01-15T08:00:00Z." in run.out


def test_now_is_the_clock(usual):
    """Without --at a token of 2027's distant past is over, one of the far future is not issued yet."""
    options = usual[:-2]
    assert tool.run("verify", *options, token(claims(iat=1, exp=1000))).check("expiry")[0] == "REFUSED"
    assert tool.run("verify", *options, token(claims(iat=4_000_000_000, exp=4_000_000_001))
                    ).check("issued at")[0] == "REFUSED"


def test_expectations_that_were_not_given(jwks):
    options = ["--jwks", jwks(public(key(), "one")), "--at", NOW]
    run = tool.run("verify", *options, token())
    assert run.status == tool.GOOD
    assert run.check("issuer") == ("not checked", f"no --issuer; the token has {minting.ISSUER}")
    assert run.check("audience") == ("not checked", 'no --audience; the token has "api://default"')
    assert "Valid as far as it was checked: its issuer and its audience were not." in run.out
    run = tool.run("verify", *options, "--audience", "api://default", token())
    assert "Valid as far as it was checked: its issuer was not." in run.out
    run = tool.run("verify", *options, "--issuer", "https://a.okta.com/oauth2/aus1",
                   token(claims(iss="https://a.okta.com/oauth2/aus1")))
    assert "Valid as far as it was checked: its audience was not." in run.out


def test_the_default_server_has_a_default_audience(jwks):
    options = ["--jwks", jwks(public(key(), "one")), "--at", NOW, "--issuer", minting.ISSUER]
    assert tool.run("verify", *options, token()).out.endswith("\n\nValid.\n")
    run = tool.run("verify", *options, token(claims(aud="api://other")))
    assert run.status == tool.REFUSED
    assert 'expected "api://default"' in run.check("audience")[1]
    assert "--audience names another" in run.out


@pytest.mark.parametrize("issuers, default", [
    (["https://a.okta.com/oauth2/default"], True), (["https://a.okta.com:8443/oauth2/default"], True),
    (["https://login.example.com/okta/oauth2/default"], True), (["https://a.okta.com/oauth2/aus1"], False),
    (["https://a.okta.com/oauth2/default", "https://b.example.com/x/oauth2/default"], True),
    (["https://a.okta.com/oauth2/default", "https://a.okta.com/oauth2/aus1"], False),
    (["https://a.okta.com/oauth2/default/x"], False), (["https://a.okta.com/xoauth2/default"], False)])
def test_the_default_audience_is_that_of_the_module(jwks, issuers, default):
    """OktaAudience may be left out where every issuer ends in /oauth2/default, whatever stands before that."""
    options = ["--jwks", jwks(public(key(), "one")), "--at", NOW, *(word for url in issuers for word in ("--issuer", url))]
    run = tool.run("verify", *options, token(claims(iss=issuers[0], aud="api://other")))
    assert (run.status == tool.REFUSED) == default
    assert ('expected "api://default"' in run.check("audience")[1]) == default


def test_no_claim_moves_the_cursor(verify):
    run = verify(token(claims(aud="\x1b[2J\u009b2J\r\n")))
    assert run.status == tool.REFUSED
    assert all(c == "\n" or " " <= c <= "~" for c in run.out)


def test_no_token_in_any_output(verify):
    for name, (make, *_) in REFUSALS.items():
        made = make()
        run = verify(made)
        for part in (made, *made.split(".")):
            assert len(part) < 20 or part not in run.out + run.err, name


@pytest.mark.parametrize("changes, right", [
    ({"aud": "api://x"}, 'an aud that is or holds "api://default" or "api://b"'),
    ({"iss": "https://x/y"}, f'an iss that is, byte by byte, "{minting.ISSUER}" or "https://b"'),
    ({"cid": "x"}, 'a token for the client "one" or "two"'),
])
def test_what_would_have_been_right(changes, right, verify):
    run = verify(token(claims(**changes)), "--audience", "api://b", "--issuer", "https://b",
                 "--client-id", "one", "--client-id", "two", "--json")
    assert run.json["right"] == right


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A client's certificate in a file, with its key in front, and x5t#S256 of it."""
    file = tmp_path_factory.mktemp("client") / "client.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                    "/CN=client", "-keyout", file, "-out", file.with_suffix(".crt")], check=True, capture_output=True)
    pem = file.with_suffix(".crt").read_text()
    file.write_text(file.read_text() + pem + pem.replace("A", "B"))
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest()
    return file, base64.urlsafe_b64encode(digest).decode().rstrip("=")


def test_bound_to_a_certificate(verify, certificate):
    file, thumbprint = certificate
    bound = token(claims(cnf={"x5t#S256": thumbprint}))
    run = verify(bound, "--certificate", file)
    assert run.status == tool.GOOD and run.check("binding") == ("ok", f"bound to the certificate {thumbprint}")
    run = verify(bound)
    assert run.status == tool.REFUSED and "certificate_missing" in run.out and "--certificate" in run.out
    run = verify(token(claims(cnf={"x5t#S256": "0" * 43})), "--certificate", file)
    assert run.status == tool.REFUSED and "certificate_mismatch" in run.out
    run = verify(bound, "--certificate", "/dev/null")
    assert run.status == tool.TROUBLE and "no certificate in it" in run.err
