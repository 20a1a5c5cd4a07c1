# SPDX-License-Identifier: Apache-2.0
"""The issuers of a run: what each one's JWKS holds, and who can sign in its name.

Key material is fresh in every run; everything else follows from the names here.
"""

import json
from dataclasses import dataclass, field

from env.mint import b64url, from_b64url
from jwcrypto.jwk import JWK

from differential import signing

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_KIND = {"ES256": "P256", "ES384": "P384", "ES512": "P521", "EdDSA": "Ed25519"}


@dataclass(frozen=True)
class Signer:
    """A key that an issuer signs with. `trait` says what is special about its JWK, for the case's description."""

    kid: object  # None: the token names none
    alg: str
    jwk: JWK = field(repr=False)
    trait: str
    by_jose: bool = True  # whether npm's jose agrees to sign with it
    curve: str = ""  # one that JOSE has no algorithm for


@dataclass(frozen=True)
class Issuer:
    name: str
    url: str
    jwks: dict
    signers: tuple


def public(jwk, **also):
    """The public JWK with more members; None takes one out."""
    members = json.loads(jwk.export_public())
    members = {name: members[name] for name in ("kty", "crv", "n", "e", "x", "y") if name in members}
    members.update(also)
    return {name: value for name, value in members.items() if value is not None}


def _kind(alg):
    return _KIND.get(alg, "RSA")


class _Material:
    """Keys by name, each made once; making RSA keys is the slowest step of a run."""

    def __init__(self):
        self._made = {}

    def __call__(self, name, alg="RS256", **options):
        found = (name, _kind(alg))
        if found not in self._made:
            self._made[found] = signing.generate(alg, **options)
        return self._made[found]


def _okta(material, prefix, kids):
    """As Okta publishes them: three RSA keys with alg and use."""
    pairs = [(kid, material(f"{prefix}-{i}")) for i, kid in enumerate(kids)]
    return ([public(jwk, alg="RS256", use="sig", kid=kid) for kid, jwk in pairs],
            [Signer(kid, "RS256", jwk, "key: as Okta's") for kid, jwk in pairs])


def _every(material):
    """One key for each algorithm."""
    pairs = [(alg, material(f"every-{_kind(alg)}", alg)) for alg in ALGORITHMS]
    return ([public(jwk, alg=alg, use="sig", kid=f"every-{alg}") for alg, jwk in pairs],
            [Signer(f"every-{alg}", alg, jwk, "key: one for each alg") for alg, jwk in pairs])


def _bare(material):
    """Keys that name neither alg nor use: they serve whatever their type can."""
    kinds = {_kind(alg): material(f"bare-{_kind(alg)}", alg) for alg in ALGORITHMS}
    return ([public(jwk, kid=f"bare-{kind}") for kind, jwk in kinds.items()],
            [Signer(f"bare-{_kind(alg)}", alg, kinds[_kind(alg)], "key: without alg and use")
             for alg in ALGORITHMS])


def _lone(material):
    """One key that has not even a kid."""
    jwk = material("lone")
    return [public(jwk)], [Signer(None, "RS256", jwk, "key: alone, without kid"),
                           Signer("lone", "RS256", jwk, "key: without kid, and the token names one")]


def _blind(material):
    """Several keys without kid, one for each type; two of them RSA, told apart by alg."""
    algs = ("RS256", "PS256", "ES256", "EdDSA")
    pairs = [(alg, material(f"blind-{alg}", alg)) for alg in algs]
    return ([public(jwk, alg=alg) for alg, jwk in pairs],
            [Signer(None, alg, jwk, "key: one of several without kid") for alg, jwk in pairs])


def _shared(material):
    """Two keys under one kid, and a third one beside them."""
    first, second, third = (material(name) for name in ("okta-0", "okta-1", "okta-2"))
    return ([public(first, alg="RS256", use="sig", kid="twice"),
             public(second, alg="RS256", use="sig", kid="twice"),
             public(third, alg="RS256", use="sig", kid="once")],
            [Signer("twice", "RS256", first, "key: the first of two with one kid"),
             Signer("twice", "RS256", second, "key: the second of two with one kid"),
             Signer("once", "RS256", third, "key: beside two with one kid"),
             Signer(None, "RS256", third, "key: beside two with one kid, unnamed")])


def _nulls(material):
    """Members that are null, which are absent."""
    rsa, ec = material("nulls"), material("nulls", "ES256")
    return ([{**public(rsa), "kid": "nulls", "use": None, "alg": None, "key_ops": None, "x5c": None},
             {**public(ec), "kid": None, "use": None}],
            [Signer("nulls", "RS256", rsa, "key: members that are null"),
             Signer(None, "ES256", ec, "key: kid null in the set")])


def _together(material):
    """Keys that share a kid and can be told apart all the same."""
    one, two, three = (material(f"together-{name}") for name in ("one", "two", "three"))
    ec = material("together", "ES256")
    return ([public(one, alg="RS256", use="sig", kid="same"), public(one, alg="RS256", use="sig", kid="same"),
             public(two, kid="use", use="enc"), public(three, alg="RS256", use="sig", kid="use"),
             public(two, alg="RS256", use="sig", kid="type"), public(ec, alg="ES256", use="sig", kid="type")],
            [Signer("same", "RS256", one, "key: there twice"),
             Signer("use", "RS256", three, "key: beside one for encryption of its kid"),
             Signer("use", "RS256", two, "key: for encryption, beside one of its kid"),
             Signer("type", "RS256", two, "key: beside an EC key of its kid"),
             Signer("type", "ES256", ec, "key: beside an RSA key of its kid")])


def _sizes(material):
    """RSA keys of other sizes and exponents."""
    rows = [("1024", dict(bits=1024), "key: RSA of 1024 bits", False),
            ("2047", dict(bits=2047), "key: RSA of 2047 bits", False),
            ("3072", dict(bits=3072), "key: RSA of 3072 bits", True),
            ("e3", dict(exponent=3), "key: RSA with e = 3", True)]
    made = [(name, material(f"size-{name}", **options), trait, by_jose)
            for name, options, trait, by_jose in rows]
    return ([public(jwk, alg="RS256", use="sig", kid=name) for name, jwk, _, _ in made],
            [Signer(name, "RS256", jwk, trait, by_jose) for name, jwk, trait, by_jose in made])


def _padded(number):
    return b64url(b"\0" + from_b64url(number))


def _short_x(material):
    """A P-256 key whose x begins with a zero byte, so that it can be written a byte too short."""
    while True:
        jwk = signing.generate("ES256")
        x = from_b64url(public(jwk)["x"])
        if x[0] == 0:
            return jwk, b64url(x[1:])


def _odd(material):
    """JWKs that say something unusual, each with the kid of what it says."""
    rsa, ec, ed = material("odd"), material("odd", "ES256"), material("odd", "EdDSA")
    short, x = _short_x(material)
    k256, ed448 = JWK.generate(kty="EC", crv="secp256k1"), JWK.generate(kty="OKP", crv="Ed448")
    point = public(ec)
    rows = [
        # kid, alg, key, members, trait
        ("use-enc", "RS256", rsa, dict(use="enc"), "key: use enc"),
        ("use-upper", "RS256", rsa, dict(use="SIG"), "key: use SIG"),
        ("use-number", "RS256", rsa, dict(use=1), "key: use a number"),
        ("ops-sign", "RS256", rsa, dict(key_ops=["sign"]), "key: key_ops sign"),
        ("ops-verify", "RS256", rsa, dict(key_ops=["verify"]), "key: key_ops verify"),
        ("ops-both", "ES256", ec, dict(key_ops=["verify", "sign"]), "key: key_ops verify and sign"),
        ("ops-empty", "RS256", rsa, dict(key_ops=[]), "key: key_ops empty"),
        ("ops-text", "RS256", rsa, dict(key_ops="verify"), "key: key_ops a string"),
        ("ops-twice", "RS256", rsa, dict(key_ops=["verify", "verify"]), "key: key_ops verify twice"),
        ("enc-verify", "RS256", rsa, dict(use="enc", key_ops=["verify"]), "key: use enc, key_ops verify"),
        ("alg-512", "RS256", rsa, dict(alg="RS512"), "key: alg RS512"),
        ("alg-pss", "RS256", rsa, dict(alg="PS256"), "key: alg PS256"),
        ("alg-oaep", "RS256", rsa, dict(alg="RSA-OAEP"), "key: alg RSA-OAEP"),
        ("alg-unknown", "RS256", rsa, dict(alg="RS257"), "key: alg unknown"),
        ("alg-number", "RS256", rsa, dict(alg=256), "key: alg a number"),
        ("alg-lower", "RS256", rsa, dict(alg="rs256"), "key: alg rs256"),
        ("n-zero", "RS256", rsa, dict(n=_padded(public(rsa)["n"])), "key: a zero byte before n"),
        ("e-zero", "RS256", rsa, dict(e=_padded(public(rsa)["e"])), "key: a zero byte before e"),
        ("n-padded", "RS256", rsa, dict(n=public(rsa)["n"] + "=="), "key: n with padding"),
        ("n-even", "RS256", rsa, dict(n=public(rsa)["n"][:-2] + "AA"), "key: n even"),
        ("e-one", "RS256", rsa, dict(e="AQ"), "key: e = 1"),
        ("e-none", "RS256", rsa, dict(e=None), "key: no e"),
        ("kty-lower", "RS256", rsa, dict(kty="rsa"), "key: kty rsa"),
        ("kty-none", "RS256", rsa, dict(kty=None), "key: no kty"),
        ("more", "RS256", rsa, dict(x5t="AAAA", x5c=["AAAA"], ext=True, foo={"a": 1}, nbf=1),
         "key: more members"),
        ("ext-text", "RS256", rsa, dict(ext="yes"), "key: ext a string"),
        ("off-curve", "ES256", ec, dict(y=point["x"], x=point["y"]), "key: a point off the curve"),
        ("x-short", "ES256", short, dict(x=x), "key: x without its leading zero"),
        ("x-long", "ES256", ec, dict(x=_padded(point["x"])), "key: a zero byte before x"),
        ("crv-other", "ES256", ec, dict(crv="P-384"), "key: crv P-384 with a P-256 point"),
        ("ed-short", "EdDSA", ed, dict(x=public(ed)["x"][:-2]), "key: Ed25519 x too short"),
        ("ed-alg", "EdDSA", ed, dict(alg="Ed25519"), "key: alg Ed25519"),
    ]
    keys = [public(jwk, **{"kid": kid, **members}) for kid, _, jwk, members, _ in rows]
    signers = [Signer(kid, alg, jwk, trait) for kid, alg, jwk, _, trait in rows]
    private = json.loads(rsa.export_private())
    keys += [{**private, "kid": "private"}, {**public(rsa), "kid": 7}, {**public(rsa), "kid": ""},
             {"kty": "oct", "k": b64url(b"s" * 32), "kid": "oct", "alg": "HS256"},
             public(k256, kid="k256"), public(ed448, kid="ed448")]
    signers += [Signer("private", "RS256", rsa, "key: private members in the set"),
                Signer("7", "RS256", rsa, "key: kid a number in the set"),
                Signer("", "RS256", rsa, "key: kid empty in the set"),
                Signer("k256", "ES256", k256, "key: secp256k1", False, "secp256k1"),
                Signer("ed448", "EdDSA", ed448, "key: Ed448", False)]
    return keys, signers


def make():
    """All issuers by name."""
    material = _Material()
    kids = ("kid-Okta-1_a", "kid-Okta-2_b", "kid-Okta-3_c")
    sets = {
        "okta": _okta(material, "okta", kids),
        "twin": _okta(material, "twin", kids),  # the same kids with other keys
        "every": _every(material), "bare": _bare(material), "lone": _lone(material),
        "blind": _blind(material), "shared": _shared(material), "sizes": _sizes(material),
        "odd": _odd(material), "nulls": _nulls(material), "together": _together(material),
    }
    return {name: Issuer(name, f"https://{name}.example.com/oauth2/default", {"keys": keys}, tuple(signers))
            for name, (keys, signers) in sets.items()}
