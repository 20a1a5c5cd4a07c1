# SPDX-License-Identifier: Apache-2.0
"""DPoP (RFC 9449) from the other side, by python3-jwcrypto: what proofs are, an issuer that binds tokens, an API."""

import base64
import hashlib
import json
import time

from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from cli_env import minting

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


class Proof:
    """A proof that verifies by the key in its own header; anything else raises."""

    def __init__(self, text):
        jws = JWS()
        jws.allowed_algs = ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
        jws.deserialize(text)
        self.header = json.loads(jws.objects["protected"])
        assert not PRIVATE & set(self.header["jwk"]), "the private key is in the proof"
        self.key = JWK(**self.header["jwk"])
        jws.verify(self.key)
        self.claims = json.loads(jws.payload)
        self.thumbprint = self.key.thumbprint()
        assert self.header["typ"] == "dpop+jwt"
        assert set(self.header) == {"typ", "alg", "jwk"}
        assert abs(self.claims["iat"] - time.time()) < 60

    def __getitem__(self, name):
        return self.claims[name]


def proof_of(request):
    """The one in the header of a request."""
    values = request.headers.get_all("DPoP")
    assert values is not None and len(values) == 1, values
    return Proof(values[0])


def ath(token):
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def token_for(thumbprint, **changes):
    now = int(time.time())
    claims = minting.claims(**{"cnf": {"jkt": thumbprint}, "iat": now - 10, "exp": now + 3600, **changes})
    return minting.sign(claims, minting.key(), kid="one")


class Issuer:
    """A token endpoint that binds tokens to the key of the proof. nonces: handed out one after the other, before
    the last of which has come back there is no token."""

    def __init__(self, nonces=()):
        self.nonces = list(nonces)
        self.token_type = "DPoP"
        self.changes = {}
        self.token = None
        self.proofs = []

    def __call__(self, request):
        proof = proof_of(request)
        assert request.method == "POST" and proof["htm"] == "POST" and "ath" not in proof.claims
        assert proof["htu"] == f"http://{request.headers['Host']}{request.path}"
        assert proof["jti"] not in [p["jti"] for p in self.proofs]
        self.proofs.append(proof)
        if self.nonces and proof.claims.get("nonce") != self.nonces[-1]:
            given = self.nonces[min(len(self.proofs), len(self.nonces)) - 1]
            return 400, {"error": "use_dpop_nonce", "error_description": "Authorization server requires nonce"}, {
                "dpop-nonce": given}
        self.token = token_for(proof.thumbprint, **self.changes)
        return 200, {"token_type": self.token_type, "expires_in": 3600, "access_token": self.token}


class Api:
    """A resource server that lets in a bound token with a proof for this request, once. nonces: as with Issuer."""

    def __init__(self, nonces=(), status=200, body=None, headers=None):
        self.nonces = list(nonces)
        self.answer = status, {"message": "Hello!"} if body is None else body, headers or {}
        self.requests = []
        self.proofs = []

    def __call__(self, request):
        proof = proof_of(request)
        scheme, token = request.headers["Authorization"].split(" ")
        assert scheme == "DPoP" and proof["ath"] == ath(token)
        assert proof["htm"] == request.method
        assert proof["htu"] == f"http://{request.headers['Host']}{request.path}"
        assert proof["jti"] not in [p["jti"] for p in self.proofs]
        self.requests.append(request)
        self.proofs.append(proof)
        if self.nonces and proof.claims.get("nonce") != self.nonces[-1]:
            given = self.nonces[min(len(self.proofs), len(self.nonces)) - 1]
            return 401, {"error": "use_dpop_nonce"}, {
                "WWW-Authenticate": 'DPoP realm="x", error="use_dpop_nonce", algs="ES256"', "dpop-nonce": given}
        return self.answer


def make(key, token, alg="ES256", header=None, **changes):
    """A proof by jwcrypto for GET https://api.example.com/orders at minting.NOW; None leaves a member out."""
    claims = {"jti": "one", "htm": "GET", "htu": "https://api.example.com/orders", "iat": minting.NOW, "ath": ath(token),
              **changes}
    claims = {name: value for name, value in claims.items() if value is not None}
    members = {"typ": "dpop+jwt", "jwk": json.loads(key.export_public()), **(header or {})}
    return minting.sign(claims, key, alg, **members)
