# SPDX-License-Identifier: Apache-2.0
"""Mutations of the JOSE header: alg, kid, typ, crit and the members that name keys."""

import base64
import hashlib
import hmac
import json

from env.mint import b64url

from differential import signing
from differential.draft import ABSENT, mutation, replace
from differential.keysets import ALGORITHMS, public


def _member(name, what, value, **options):
    @mutation(f"{name}: {what}", **options)
    def change(draft, rng):
        replace(draft.header, name, value(draft) if callable(value) else value)


# Only the header says so; the signature stays what the key makes.
for _what, _value in (
        ("absent", ABSENT), ("none", "none"), ("None", "None"), ("nOnE", "nOnE"), ("empty", ""),
        ("null", None), ("a number", 256), ("an array", ["RS256"]), ("an object", {"alg": "RS256"}),
        ("true", True), ("ES256K", "ES256K"), ("Ed25519", "Ed25519"), ("RSA-OAEP", "RSA-OAEP"),
        ("HS256", "HS256"), ("toString", "toString"), ("__proto__", "__proto__"), ("RS1", "RS1")):
    _member("alg", _what, _value)
_member("alg", "in lower case", lambda draft: draft.alg.lower())
_member("alg", "with a space behind it", lambda draft: draft.alg + " ")
_member("alg", "with NUL behind it", lambda draft: draft.alg + "\0")
_member("alg", "cut short", lambda draft: draft.alg[:-1])
_member("alg", "in fullwidth letters", lambda draft: "".join(chr(ord(c) + 0xfee0) for c in draft.alg))
for _alg in ALGORITHMS:
    _member("alg", f"says {_alg}", _alg)


def _is(*families):
    return lambda draft: signing.family(draft.alg) in families and not draft.signer.curve


@mutation("alg: another of the key's type, and signed so", fits=_is("RS", "PS"))
def _other_alg(draft, rng):
    other = rng.choice([alg for alg in ALGORITHMS
                        if signing.family(alg) in ("RS", "PS") and alg != draft.alg])
    draft.header["alg"] = other
    draft.sign_with = lambda data: signing.sign(other, draft.signer.jwk, data)


@mutation("alg: says RS256 of an EdDSA key", rare=True,
          fits=lambda draft: _is("Ed")(draft) and draft.signer.kid is not None)
def _edwards_as_rsa(draft, rng):
    draft.header["alg"] = "RS256"


def _hmac_with(what, secret, fits):
    @mutation(f"alg: HS256 with {what} as the secret", fits=fits)
    def change(draft, rng):
        draft.header["alg"] = "HS256"
        draft.sign_with = lambda data: hmac.new(secret(draft), data, hashlib.sha256).digest()


_hmac_with("the PEM", lambda draft: draft.signer.jwk.export_to_pem(), lambda draft: True)
_hmac_with("the modulus", lambda draft: base64.urlsafe_b64decode(public(draft.signer.jwk)["n"] + "=="),
           _is("RS", "PS"))
_hmac_with("the JWK", lambda draft: json.dumps(public(draft.signer.jwk)).encode(), lambda draft: True)
_hmac_with("nothing", lambda draft: b"", lambda draft: True)


def _unsigned(alg):
    @mutation(f"alg: {alg}, nothing signed", rare=True)
    def change(draft, rng):
        draft.header["alg"] = alg
        draft.compact_edits.append(lambda token: token.rpartition(".")[0] + ".")


_unsigned("none")
_unsigned("NONE")

for _what, _value in (
        ("absent", ABSENT), ("unknown", "no-such-key"), ("empty", ""), ("null", None), ("a number", 1),
        ("an array", ["kid-Okta-1_a"]), ("a path", "../../../../dev/null"), ("SQL", "' OR '1'='1"),
        ("a command", "$(id)"), ("a URL", "https://attacker.example.com/keys.json"),
        ("of 500 bytes", "k" * 500), ("of 600 bytes", "k" * 600), ("of 9,000 bytes", "k" * 9000),
        ("__proto__", "__proto__"), ("in other scripts", "клуч"), ("with a line end", "x\r\ny"),
        ("undefined", "undefined")):
    _member("kid", _what, _value)
for _what, _change in (
        ("in upper case", str.upper), ("cut short", lambda kid: kid[:-1]),
        ("with a space behind it", lambda kid: kid + " "),
        ("with NUL and more", lambda kid: kid + "\0x"), ("with a slash before it", lambda kid: "/" + kid)):
    _member("kid", _what, lambda draft, change=_change: change(draft.signer.kid or "kid"))


@mutation("kid: of another key in the set")
def _other_kid(draft, rng):
    kids = [key["kid"] for key in draft.issuer.jwks["keys"]
            if isinstance(key.get("kid"), str) and key["kid"] != draft.header.get("kid")]
    if kids:
        draft.header["kid"] = rng.choice(kids)
    else:
        draft.header["kid"] = "other"


for _what, _value in (
        ("JWT", "JWT"), ("jwt", "jwt"), ("at+jwt", "at+jwt"), ("AT+JWT", "AT+JWT"),
        ("application/at+jwt", "application/at+jwt"), ("Application/At+Jwt", "Application/At+Jwt"),
        ("application/jwt", "application/jwt"), ("dpop+jwt", "dpop+jwt"), ("logout+jwt", "logout+jwt"),
        ("secevent+jwt", "secevent+jwt"), ("token-introspection+jwt", "token-introspection+jwt"),
        ("oauth-id-jag+jwt", "oauth-id-jag+jwt"), ("JOSE", "JOSE"), ("JOSE+JSON", "JOSE+JSON"),
        ("application/okta-internal-at+jwt", "application/okta-internal-at+jwt"),
        ("text/at+jwt", "text/at+jwt"), ("at+jwt with a parameter", "at+jwt; charset=utf-8"),
        ("at+jwt with a space behind it", "at+jwt "), ("at+jwt with NUL", "at+jwt\0"), ("empty", ""),
        ("null", None), ("a number", 1), ("an array", ["JWT"])):
    _member("typ", _what, _value)

for _what, _value in (
        ("unknown", ["urn:example:must-know"]), ("exp", ["exp"]), ("alg", ["alg"]), ("b64", ["b64"]),
        ("empty", []), ("a string", "b64"), ("null", None), ("a number", 1), ("kid twice", ["kid", "kid"]),
        ("an empty name", [""]), ("a number inside", [1])):
    _member("crit", _what, _value)


@mutation("crit: an extension that is there")
def _crit_present(draft, rng):
    draft.header.update({"crit": ["urn:example:tenant"], "urn:example:tenant": "a"})


@mutation("b64: true, critical")
def _b64_true(draft, rng):
    draft.header.update({"b64": True, "crit": ["b64"]})


_member("b64", "true, not critical", True)
_member("b64", "false, not critical", False)


@mutation("b64: false, critical, payload encoded")
def _b64_false(draft, rng):
    draft.header.update({"b64": False, "crit": ["b64"]})


@mutation("b64: false, critical, payload as it is")
def _b64_detached(draft, rng):
    draft.header.update({"b64": False, "crit": ["b64"]})
    draft.claims["iss"] = "nodots"
    draft.payload_edits.append(lambda text: text.replace(b".", b"-"))
    draft.segment_edits[1].append(lambda segment: draft.payload_bytes().decode("latin-1"))


_member("zip", "DEF", "DEF")
_member("enc", "A256GCM", "A256GCM")
for _what, _value in (("JWT", "JWT"), ("jwt", "jwt"), ("application/jwt", "application/jwt"),
                      ("json", "json"), ("a number", 1), ("empty", "")):
    _member("cty", _what, _value)
_member("jku", "of a stranger", "https://attacker.example.com/keys.json")
_member("x5u", "of a stranger", "https://attacker.example.com/cert.pem")
_member("x5c", "no certificate", ["AAAA"])
_member("x5t", "present", b64url(b"t" * 20))
_member("jwk", "a number", 1)
_member("x-more", "an object", {"a": [1, {"b": None}]})
_member("x-more", "of 3,000 bytes", "x" * 3000)
_member("x-more", "of 2^63", 2 ** 63)
_member("x-more", "NUL", "a\0b")
_member("__proto__", "an object", {"alg": "none"})


def _brings_key(what, member):
    @mutation(f"{what}: the stranger's own, and signed with it")
    def change(draft, rng):
        stranger = signing.generate(draft.alg) if signing.family(draft.alg) not in ("RS", "PS") \
            else draft.issuers["twin" if draft.issuer.name != "twin" else "okta"].signers[0].jwk
        draft.header[what] = member(stranger)
        draft.sign_with = lambda data: signing.sign(draft.alg, stranger, data)


_brings_key("jwk", lambda stranger: public(stranger))
_brings_key("jku", lambda stranger: "https://attacker.example.com/keys.json")
_brings_key("x5c", lambda stranger: ["AAAA"])
