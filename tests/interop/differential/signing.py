# SPDX-License-Identifier: Apache-2.0
"""Signatures: the regular ones by python3-jwcrypto, those that no library makes by the primitives below it."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from jwcrypto.jwa import JWA
from jwcrypto.jwk import JWK

HASHES = {"1": hashes.SHA1, "256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
HALF = {"ES256": 32, "ES384": 48, "ES512": 66}
ORDER = {
    "ES256": 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551,
    "ES384": int("ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
                 "581a0db248b0a77aecec196accc52973", 16),
    "ES512": int("01ff" + "f" * 62 + "fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409", 16),
}
ED25519_ORDER = 2 ** 252 + 27742317777372353535851937790883648493


def family(alg):
    """RS, PS, ES or Ed."""
    return alg[:2]


def generate(alg, bits=2048, exponent=65537):
    """A private JWK that can sign by the algorithm."""
    if family(alg) in ("RS", "PS"):
        return JWK.generate(kty="RSA", size=bits, public_exponent=exponent)
    if alg == "EdDSA":
        return JWK.generate(kty="OKP", crv="Ed25519")
    return JWK.generate(kty="EC", crv=CURVES[alg])


def sign(alg, jwk, data):
    """The regular signature."""
    return JWA.signing_alg(alg).sign(jwk, data)


def _private(jwk):
    return jwk.get_op_key("sign")


def rsa_pkcs1(jwk, data, digest):
    return _private(jwk).sign(data, padding.PKCS1v15(), HASHES[digest]())


def rsa_pss(jwk, data, digest, salt, mgf=None):
    return _private(jwk).sign(
        data, padding.PSS(padding.MGF1(HASHES[mgf or digest]()), salt), HASHES[digest]())


def ecdsa_der(jwk, data, digest):
    return _private(jwk).sign(data, ec.ECDSA(HASHES[digest]()))


def ecdsa_raw(jwk, data, digest, half):
    """R and S side by side, each in `half` bytes; works for curves that JOSE has no algorithm for."""
    r, s = decode_dss_signature(ecdsa_der(jwk, data, digest))
    return r.to_bytes(half, "big") + s.to_bytes(half, "big")
