# SPDX-License-Identifier: Apache-2.0
"""Mutations of the signature: damaged, of another form, by another key, by another scheme."""

from differential import signing
from differential.draft import mutation
from differential.signing import ED25519_ORDER, HALF, ORDER


def _is(*families):
    return lambda draft: signing.family(draft.alg) in families and not draft.signer.curve \
        and draft.signer.trait != "key: Ed448"


_RSA, _EC, _ED = _is("RS", "PS"), _is("ES"), _is("Ed")


def _edit(what, edit, fits=None, **options):
    """edit: (signature, draft, rng) -> signature."""
    @mutation(f"signature: {what}", fits=fits, **options)
    def change(draft, rng):
        # Another mutation may have left nothing of it.
        draft.signature_edits.append(lambda signature, data: signature and edit(signature, draft, rng))


def _signed(what, sign, fits):
    """sign: (draft, data) -> signature."""
    @mutation(f"signature: {what}", fits=fits)
    def change(draft, rng):
        draft.sign_with = lambda data: sign(draft, data)


def _bit(signature, draft, rng):
    at = rng.randrange(len(signature))
    return signature[:at] + bytes([signature[at] ^ 1 << rng.randrange(8)]) + signature[at + 1:]


_edit("a bit flipped", _bit)
_edit("the last byte taken off", lambda s, d, r: s[:-1])
_edit("the first byte taken off", lambda s, d, r: s[1:])
_edit("cut to half", lambda s, d, r: s[:len(s) // 2])
_edit("one byte long", lambda s, d, r: s[:1])
_edit("a zero byte before it", lambda s, d, r: b"\0" + s)
_edit("a zero byte behind it", lambda s, d, r: s + b"\0")
_edit("a byte behind it", lambda s, d, r: s + b"x")
_edit("twice", lambda s, d, r: s + s)
_edit("zeros", lambda s, d, r: bytes(len(s)))
_edit("ones", lambda s, d, r: b"\xff" * len(s))
_edit("the number 1", lambda s, d, r: b"\1".rjust(len(s), b"\0"))
_edit("backwards", lambda s, d, r: s[::-1])
_edit("random bytes", lambda s, d, r: r.randbytes(len(s)))
_edit("of 5,000 bytes", lambda s, d, r: r.randbytes(5000))
_edit("empty", lambda s, d, r: b"", rare=True)


@mutation("signature: of other claims")
def _other_claims(draft, rng):
    draft.signature_edits.append(lambda signature, data: draft.regular(data + b"x"))


@mutation("signature: by a stranger", fits=_is("ES", "Ed"))
def _stranger(draft, rng):
    stranger = signing.generate(draft.alg)
    draft.sign_with = lambda data: signing.sign(draft.alg, stranger, data)


@mutation("signature: by another issuer's key", fits=_RSA)
def _other_issuer(draft, rng):
    other = draft.issuers["twin" if draft.issuer.name != "twin" else "okta"].signers
    stranger = rng.choice(other).jwk
    draft.sign_with = lambda data: signing.sign(draft.alg, stranger, data)


@mutation("signature: by another key of the set, which its header does not name")
def _sibling(draft, rng):
    others = [s for s in draft.issuer.signers
              if s.alg == draft.alg and s.jwk is not draft.signer.jwk and not s.curve and s.by_jose]
    if others:
        sibling = rng.choice(others)
        draft.sign_with = lambda data: signing.sign(draft.alg, sibling.jwk, data)
    else:
        draft.signature_edits.append(lambda signature, data: signature[::-1])


# RSA

def _plus_modulus(signature, draft, rng):
    n = draft.signer.jwk.get_op_key("verify").public_numbers().n
    value = int.from_bytes(signature, "big") + n
    return value.to_bytes(max(len(signature), (value.bit_length() + 7) // 8), "big")


def _modulus(signature, draft, rng):
    n = draft.signer.jwk.get_op_key("verify").public_numbers().n
    return n.to_bytes((n.bit_length() + 7) // 8, "big")


_edit("plus the modulus", _plus_modulus, _RSA)
_edit("the modulus", _modulus, _RSA)
for _digest in ("1", "256", "384", "512"):
    _signed(f"PKCS #1 over SHA-{_digest}", lambda d, data, digest=_digest: signing.rsa_pkcs1(
        d.signer.jwk, data, digest), _RSA)
for _digest in ("256", "384", "512"):
    for _salt in (0, 20, 32, 48, 64, 100):
        _signed(f"PSS over SHA-{_digest}, salt of {_salt}",
                lambda d, data, digest=_digest, salt=_salt: signing.rsa_pss(d.signer.jwk, data, digest, salt),
                lambda draft: _RSA(draft) and draft.signer.by_jose)
_signed("PSS over SHA-256, mask by SHA-1", lambda d, data: signing.rsa_pss(d.signer.jwk, data, "256", 32, "1"), _RSA)


@mutation("signature: begins with a zero byte", rare=True,
          fits=lambda draft: _RSA(draft) and draft.alg == "RS256")
def _leading_zero(draft, rng):
    """Claims are varied until it does: about 256 signatures."""
    for i in range(4000):
        draft.claims["jti"] = f"AT.{rng.randrange(2 ** 32)}.{i}"
        if draft.regular(draft.signing_input().encode("latin-1"))[0] == 0:
            return


@mutation("signature: its leading zero byte taken off", rare=True,
          fits=lambda draft: _RSA(draft) and draft.alg == "RS256")
def _leading_zero_off(draft, rng):
    _leading_zero(draft, rng)
    draft.signature_edits.append(lambda signature, data: signature.lstrip(b"\0"))


# ECDSA

def _halves(signature, draft):
    half = HALF[draft.alg]
    return (int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"),
            ORDER[draft.alg], half)


def _pair(what, change):
    """change: (r, s, n) -> (r, s)."""
    def edit(signature, draft, rng):
        r, s, n, half = _halves(signature, draft)
        r, s = change(r, s, n)
        size = max(half, (max(r, s).bit_length() + 7) // 8)
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    _edit(what, edit, _EC)


_pair("the other valid s", lambda r, s, n: (r, n - s))
_pair("r = 0", lambda r, s, n: (0, s))
_pair("s = 0", lambda r, s, n: (r, 0))
_pair("r = n", lambda r, s, n: (n, s))
_pair("s = n", lambda r, s, n: (r, n))
_pair("r = s = n", lambda r, s, n: (n, n))
_pair("r plus n", lambda r, s, n: (r + n, s))
_pair("s plus n", lambda r, s, n: (r, s + n))
_pair("r = s = 1", lambda r, s, n: (1, 1))
_pair("r and s swapped", lambda r, s, n: (s, r))
_edit("r and s one byte longer each", lambda s, d, r: b"\0" + s[:len(s) // 2] + b"\0" + s[len(s) // 2:], _EC)
for _digest in ("256", "384", "512"):
    _signed(f"ECDSA in DER over SHA-{_digest}",
            lambda d, data, digest=_digest: signing.ecdsa_der(d.signer.jwk, data, digest), _EC)
    _signed(f"ECDSA over SHA-{_digest}", lambda d, data, digest=_digest: signing.ecdsa_raw(
        d.signer.jwk, data, digest, HALF[d.alg]), _EC)


@mutation("signature: ECDSA in DER, alg RS256", fits=_EC)
def _ec_as_rsa(draft, rng):
    draft.header["alg"] = "RS256"
    draft.sign_with = lambda data: signing.ecdsa_der(draft.signer.jwk, data, "256")


# Ed25519

def _plus_order(signature, draft, rng):
    s = int.from_bytes(signature[32:64], "little") + ED25519_ORDER
    return signature[:32] + (s % 2 ** 256).to_bytes(32, "little")


_edit("S plus the order", _plus_order, _ED)
_edit("R the neutral element", lambda s, d, r: b"\1" + bytes(31) + s[32:], _ED)
_edit("the neutral element and S = 0", lambda s, d, r: b"\1" + bytes(63), _ED)
