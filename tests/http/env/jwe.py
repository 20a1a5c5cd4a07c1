# SPDX-License-Identifier: Apache-2.0
"""Encrypted tokens (RFC 7516, compact): by python3-jwcrypto what it knows, by python3-cryptography what it does not,
and what is to be wrong with them."""

import json
import os

from cryptography.hazmat.primitives import hashes, hmac, padding
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from env import keys, leaks
from env.mint import b64url, from_b64url, without_absent

_DIGESTS = {"RSA-OAEP": hashes.SHA1, "RSA-OAEP-256": hashes.SHA256, "RSA-OAEP-384": hashes.SHA384,
            "RSA-OAEP-512": hashes.SHA512}
ALGS = tuple(_DIGESTS)
ENCS = ("A128GCM", "A192GCM", "A256GCM", "A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512")
_BY_JWCRYPTO = ("RSA-OAEP", "RSA-OAEP-256")


def recipient(name="recipient", bits=2048):
    """A key to encrypt to; its kid is its thumbprint, as that of a PEM file is."""
    material = keys.key(name, "RS256", bits).jwk
    return keys.Key(material.thumbprint(), "RSA-OAEP-256", material)


def private_jwk(key, **members):
    """Its private JWK; None removes a member."""
    jwk = {**key.private(), "kid": key.kid, "use": "enc", **members}
    return {name: value for name, value in jwk.items() if value is not None}


def install(server, name, *recipients, jwks=False):
    """The private keys as a file that httpd takes; returns its path."""
    if jwks:
        text = json.dumps({"keys": [one if isinstance(one, dict) else private_jwk(one) for one in recipients]})
    else:
        text = "".join(one.jwk.export_to_pem(private_key=True, password=None).decode() for one in recipients)
    path = server.write(name, text)
    path.chmod(0o600)
    return path


def header(key, alg="RSA-OAEP-256", enc="A256GCM", **changes):
    return without_absent({"alg": alg, "enc": enc, "cty": "JWT", "kid": key.kid, **changes})


def encrypt(plain, key, alg="RSA-OAEP-256", enc="A256GCM", by_hand=False, cek_bytes=None, **changes):
    """A compact JWE of the text; `changes` are of the header. cek_bytes: so many of the content's key are wrapped."""
    protected = header(key, alg, enc, **changes)
    if by_hand or cek_bytes is not None or alg not in _BY_JWCRYPTO or protected["alg"] != alg or protected["enc"] != enc:
        return leaks.register(_by_hand(plain, key, alg, enc, protected, cek_bytes))
    made = JWE(plain.encode(), json.dumps(protected), algs=[alg, enc])
    made.add_recipient(JWK(**json.loads(key.jwk.export_public())))
    return leaks.register(made.serialize(compact=True))


def _by_hand(plain, key, alg, enc, protected, cek_bytes):
    encoded = b64url(json.dumps(protected))
    size = int(enc[1:4]) // 8
    cek = os.urandom(size * 2 if "CBC" in enc else size)
    digest = _DIGESTS[alg]()
    wrapped = key.jwk.get_op_key("encrypt").encrypt(
        cek[:cek_bytes], rsa_padding.OAEP(rsa_padding.MGF1(digest), digest, None))
    iv, text, tag = (_cbc if "CBC" in enc else _gcm)(plain.encode(), cek, encoded.encode())
    return ".".join([encoded, *map(b64url, (wrapped, iv, text, tag))])


def _gcm(plain, cek, associated):
    iv = os.urandom(12)
    sealed = AESGCM(cek).encrypt(iv, plain, associated)
    return iv, sealed[:-16], sealed[-16:]


def _cbc(plain, cek, associated):
    half, iv = len(cek) // 2, os.urandom(16)
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(cek[half:]), modes.CBC(iv)).encryptor()
    text = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    mac = hmac.HMAC(cek[:half], {16: hashes.SHA256, 24: hashes.SHA384, 32: hashes.SHA512}[half]())
    mac.update(associated + iv + text + (8 * len(associated)).to_bytes(8, "big"))
    return iv, text, mac.finalize()[:half]


def flipped(token, index):
    """One bit of a part is another one."""
    parts = token.split(".")
    raw = bytearray(from_b64url(parts[index]))
    raw[len(raw) // 2] ^= 1
    parts[index] = b64url(bytes(raw))
    return leaks.register(".".join(parts))


def to_another(plain, stranger, key, **options):
    """Encrypted to a stranger's key, and sent as if to ours: a number below our modulus, so that it is tried."""
    while True:
        made = encrypt(plain, stranger, kid=key.kid, **options)
        if from_b64url(made.split(".")[1]) < from_b64url(key.private()["n"]):
            return made
