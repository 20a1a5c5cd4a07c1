# SPDX-License-Identifier: Apache-2.0
"""DPoP proofs (RFC 9449), and every wrong variety of them; python3-jwcrypto signs."""

import hashlib
import json
import secrets
import time
from dataclasses import dataclass, replace

from env import keys, leaks
from env.client import raw_get
from env.mint import b64url, compact, without_absent
from env.ports import LOOPBACK

_PUBLIC = ("kty", "crv", "n", "e", "x", "y")


@dataclass(frozen=True)
class Prover:
    """A client with a key of its own, whose tokens are bound to it."""

    key: keys.Key
    base: str

    @classmethod
    def of(cls, server, alg="ES256", name="client"):
        return cls(keys.key(f"dpop-{name}", alg), f"http://{LOOPBACK}:{server.port}")

    def at(self, base):
        return replace(self, base=base)

    @property
    def jwk(self):
        members = json.loads(self.key.jwk.export_public())
        return {name: members[name] for name in _PUBLIC if name in members}

    @property
    def jkt(self):
        return self.key.jwk.thumbprint()

    def token(self, issuer, **claims):
        """One that is bound to the key."""
        return issuer.mint.token(**{"cnf": {"jkt": self.jkt}, **claims})

    def claims(self, token, method="GET", path="/whoami", **changes):
        members = {"jti": secrets.token_urlsafe(12), "htm": method, "htu": self.base + path,
                   "iat": int(time.time()),
                   "ath": b64url(hashlib.sha256(token.encode()).digest())}
        return without_absent({**members, **changes})

    def header(self, **changes):
        return without_absent({"typ": "dpop+jwt", "alg": self.key.alg, "jwk": self.jwk, **changes})

    def proof(self, token, method="GET", path="/whoami", header=None, signer=None, alg=None, **claims):
        """Keyword arguments are claims, `header` holds changes to it, `signer` is another key."""
        return compact(self.header(**(header or {})), self.claims(token, method, path, **claims),
                       signer or self.key, alg or (signer or self.key).alg)

    def raw(self, header, payload):
        """Properly signed, over any bytes."""
        return compact(header, payload, self.key, self.key.alg)


def fields(token, *proofs, scheme="DPoP"):
    """Header lines of a request."""
    leaks.register(token)
    return [f"Authorization: {scheme} {token}", *(f"DPoP: {proof}" for proof in proofs)]


def call(server, token, *proofs, path="/whoami", method="GET", scheme="DPoP", also=()):
    return raw_get(server.port, path, *fields(token, *proofs, scheme=scheme), *also, method=method)


def assert_refused(response, error="invalid_dpop_proof", scheme="DPoP", realm="api", status=401):
    """The client learns that the proof is bad, and nothing of why."""
    assert response.status == status, (response.status, response.headers, response.body)
    name, params = response.challenge()
    assert name == scheme, (name, params)
    assert params["realm"] == realm
    assert params.get("error") == error, params
    assert (scheme == "DPoP") == ("algs" in params), params
    body = response.json()
    assert body["error"] == error and body["error_description"] == params["error_description"]
    return params
