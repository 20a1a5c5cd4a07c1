# SPDX-License-Identifier: Apache-2.0
"""Tokens as Okta's custom authorization servers issue them, and every wrong variety of them.

python3-jwcrypto does the signing, over any bytes: nothing here normalizes what a test wants malformed.
"""

import base64
import json
import secrets
import time
from dataclasses import dataclass, field

from jwcrypto.jwa import JWA
from jwcrypto.jwk import JWK

from env import leaks
from env.keys import Key

ABSENT = object()


def b64url(data):
    if isinstance(data, str):
        data = data.encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_b64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _bytes(part):
    if isinstance(part, dict):
        return json.dumps(part, separators=(",", ":")).encode()
    return part.encode() if isinstance(part, str) else part


def sign(signing_input, key, alg):
    """The raw signature over the text; `key` is a Key or a JWK."""
    jwk = key.jwk if isinstance(key, Key) else key
    return JWA.signing_alg(alg).sign(jwk, signing_input.encode("ascii"))


def compact(header, payload, key, alg):
    """header.payload.signature of dicts, text or bytes, exactly as given."""
    signing_input = f"{b64url(_bytes(header))}.{b64url(_bytes(payload))}"
    return leaks.register(f"{signing_input}.{b64url(sign(signing_input, key, alg))}")


def secret_jwk(secret):
    """A symmetric key of these bytes, for HS256."""
    return JWK(kty="oct", k=b64url(secret))


def without_absent(members):
    return {name: value for name, value in members.items() if value is not ABSENT}


@dataclass(frozen=True)
class Mint:
    """Mints for one issuer with one key."""

    issuer: str
    key: Key
    audience: object = "api://default"
    defaults: dict = field(default_factory=dict)

    def claims(self, **changes):
        """A user's token as Okta fills it; ABSENT takes a claim out."""
        now = int(time.time())
        members = {
            "ver": 1, "jti": "AT." + secrets.token_urlsafe(24), "iss": self.issuer, "aud": self.audience,
            "sub": "user@example.com", "iat": now, "exp": now + 3600, "cid": "0oaexampleclient0001",
            "uid": "00uexampleuser000001", "scp": ["openid", "email"], "auth_time": now,
        }
        return without_absent({**members, **self.defaults, **changes})

    def header(self, **changes):
        return without_absent({"alg": self.key.alg, "kid": self.key.kid, **changes})

    def token(self, header=None, key=None, **claims):
        """A token; keyword arguments are claims, `header` holds header changes, `key` signs instead.

        The signature is made with the algorithm the header names, where it names one that exists.
        """
        signer = key or self.key
        full_header = self.header(**(header or {}))
        alg = full_header.get("alg") or signer.alg
        return compact(full_header, self.claims(**claims), signer, alg)

    def client_credentials(self, client="0oaexampleservice001", **claims):
        """What the client credentials flow gives: no user, and sub is the client."""
        return self.token(**{"sub": client, "cid": client, "uid": ABSENT, "auth_time": ABSENT,
                             "scp": ["api.read"], **claims})

    def raw(self, header=None, payload=None):
        """A properly signed token over any bytes for a header or a payload."""
        return compact(self.header() if header is None else header,
                       self.claims() if payload is None else payload, self.key, self.key.alg)


def decode(token):
    """(header, claims) of a well-formed token, unverified."""
    header, payload, _ = token.split(".")
    return json.loads(from_b64url(header)), json.loads(from_b64url(payload))


def replaced(token, index, part):
    """The token with one of its three parts replaced as it stands."""
    parts = token.split(".")
    parts[index] = part
    return leaks.register(".".join(parts))


def tampered(token, **claims):
    """Other claims under the old signature."""
    _, payload, _ = token.split(".")
    changed = {**json.loads(from_b64url(payload)), **claims}
    return replaced(token, 1, b64url(_bytes(changed)))
