# SPDX-License-Identifier: Apache-2.0
"""Signing keys, each made once per session: making RSA keys is the slowest thing the tests do."""

import json
from dataclasses import dataclass, field
from functools import lru_cache

from jwcrypto.jwk import JWK

_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}


@dataclass(frozen=True)
class Key:
    """A private key under the kid and alg its JWK names; `also` adds or replaces members of the JWK."""

    kid: str
    alg: str
    jwk: JWK = field(repr=False)
    also: tuple = ()

    def public(self):
        members = json.loads(self.jwk.export_public())
        members = {name: members[name] for name in ("kty", "crv", "n", "e", "x", "y") if name in members}
        members = {"kty": members.pop("kty"), "alg": self.alg, "use": "sig", "kid": self.kid, **members}
        members.update(self.also)
        return {name: value for name, value in members.items() if value is not None}

    def private(self):
        return json.loads(self.jwk.export_private())

    def with_members(self, **members):
        """The same key whose JWK says something else; None removes a member."""
        return Key(self.kid, self.alg, self.jwk, tuple(members.items()))

    def renamed(self, kid, alg=None):
        """The same key material under another kid or alg."""
        return Key(kid, alg or self.alg, self.jwk, self.also)

    def pem(self):
        return self.jwk.export_to_pem()


@lru_cache(maxsize=None)
def _material(kind, name, bits):
    if kind == "RSA":
        return JWK.generate(kty="RSA", size=bits)
    if kind == "Ed25519":
        return JWK.generate(kty="OKP", crv="Ed25519")
    return JWK.generate(kty="EC", crv=kind)


def key(kid="key-1", alg="RS256", bits=2048, material=None):
    """The key of that name. Keys of the same material name and kind are the same key."""
    if alg[:2] in ("RS", "PS"):
        kind = "RSA"
    elif alg == "EdDSA":
        kind = "Ed25519"
    else:
        kind = _CURVES[alg]
    return Key(kid, alg, _material(kind, material or kid, bits))


def keyset(*keys):
    """A JWKS document. Dicts stand for JWKs written by hand."""
    return {"keys": [k.public() if isinstance(k, Key) else k for k in keys]}
