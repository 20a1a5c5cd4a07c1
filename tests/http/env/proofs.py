# SPDX-License-Identifier: Apache-2.0
"""DPoP proofs (RFC 9449 section 4.2), good ones and, by their members, every wrong variety."""

import base64
import hashlib
import json
import secrets
import time

from env.keys import key as named_key
from env.mint import compact, without_absent


def public_jwk(key):
    """The public half of a Key, without kid, alg and use."""
    members = json.loads(key.jwk.export_public())
    return {name: members[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in members}


def thumbprint(key):
    return key.jwk.thumbprint()


def ath(token):
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def proof(url, method="POST", key=None, token=None, header=None, signer=None, **payload):
    """A new proof by key (ES256 by default). `payload` and `header` hold changes, where ABSENT takes a member out;
    `signer` signs instead of key."""
    key = key or named_key("proof-key", "ES256")
    full_header = without_absent({"typ": "dpop+jwt", "alg": key.alg, "jwk": public_jwk(key), **(header or {})})
    claims = {"htm": method, "htu": url, "iat": int(time.time()), "jti": secrets.token_urlsafe(16)}
    if token is not None:
        claims["ath"] = ath(token)
    signer = signer or key
    return compact(full_header, without_absent({**claims, **payload}), signer, signer.alg)
