# SPDX-License-Identifier: Apache-2.0
"""Keys and tokens by python3-jwcrypto, and tokens that no library would make."""

import base64
import json
from functools import lru_cache

from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

NOW = 1_800_000_000
ISSUER = "https://integrator-123456.okta.com/oauth2/default"
AUDIENCE = "api://default"

_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


@lru_cache(maxsize=None)
def key(name="one", alg="RS256", bits=2048):
    """The key of that name, made once a session."""
    if alg == "EdDSA":
        return JWK.generate(kty="OKP", crv="Ed25519")
    if alg in _CURVES:
        return JWK.generate(kty="EC", crv=_CURVES[alg])
    return JWK.generate(kty="RSA", size=bits)


def public(jwk, kid=None, **members):
    """The JWK of a public key; a member that is None is left out."""
    entry = {**json.loads(jwk.export_public()), "use": "sig", "kid": kid, **members}
    return {name: value for name, value in entry.items() if value is not None}


def claims(**changes):
    """Those of an access token of a custom authorization server; None leaves one out."""
    every = {"ver": 1, "jti": "AT.cli-test", "iss": ISSUER, "aud": AUDIENCE, "sub": "0oaclient",
             "iat": NOW - 60, "exp": NOW + 3600, "cid": "0oaclient", "scp": ["orders.read"], **changes}
    return {name: value for name, value in every.items() if value is not None}


def b64(data):
    if not isinstance(data, (bytes, bytearray)):
        data = data.encode() if isinstance(data, str) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sign(payload, jwk, /, alg="RS256", **header):
    """A compact JWS over claims, text or bytes."""
    if isinstance(payload, dict):
        payload = json.dumps(payload)
    members = {"alg": alg, **header}
    jws = JWS(payload)
    jws.allowed_algs = [alg]
    jws.add_signature(jwk, alg=alg,
                      protected=json.dumps({n: v for n, v in members.items() if v is not None}))
    return jws.serialize(compact=True)


def forge(header, payload, signature=b"no signature"):
    """Any three parts."""
    return ".".join((b64(header), b64(payload), b64(signature)))
