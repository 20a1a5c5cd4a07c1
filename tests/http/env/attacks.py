# SPDX-License-Identifier: Apache-2.0
"""Bad tokens by name, each with the reason the module's log is to give.

A reason is a regex over the tags: where two checks may both be the first to object, both are named.
"""

import json
import time

from env import leaks
from env.keys import key
from env.mint import ABSENT, b64url, compact, from_b64url, replaced, secret_jwk, sign, tampered

MALFORMED = "token_malformed|header_malformed"
CLAIMS = "claims_malformed|claim_missing"


def _duplicate(members, name, value):
    """JSON text of the members with one name twice."""
    text = json.dumps(members, separators=(",", ":"))
    return text[:-1] + f",{json.dumps(name)}:{json.dumps(value)}" + "}"


def _unsigned(mint, alg):
    parts = [b64url(json.dumps(mint.header(alg=alg))), b64url(json.dumps(mint.claims())), ""]
    return leaks.register(".".join(parts))


def _hs256_with_public_key(mint):
    return compact(mint.header(alg="HS256"), mint.claims(), secret_jwk(mint.key.pem()), "HS256")


def _stray_bits(token):
    """The same signature bytes under another last character: the bits that base64url leaves over."""
    head, last = token[:-1], token[-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    signature = token.rpartition(".")[2]
    for other in alphabet:
        changed = signature[:-1] + other
        if other != last and from_b64url(changed) == from_b64url(signature):
            return leaks.register(head + other)
    raise AssertionError("the signature has no leftover bits")


def _flipped_signature(token):
    signature = bytearray(from_b64url(token.rpartition(".")[2]))
    signature[10] ^= 1
    return replaced(token, 2, b64url(bytes(signature)))


def _b64_false(mint):
    header = b64url(json.dumps(mint.header(b64=False, crit=["b64"])))
    payload = "x"
    return leaks.register(f"{header}.{payload}.{b64url(sign(f'{header}.{payload}', mint.key, 'RS256'))}")


def _jwe(mint):
    parts = [b64url(json.dumps({"alg": "RSA-OAEP", "enc": "A256GCM", "kid": mint.key.kid})),
             b64url(b"k" * 256), b64url(b"iv" * 6), b64url(b"c" * 300), b64url(b"t" * 16)]
    return leaks.register(".".join(parts))


def _other_key(mint):
    return key("stranger", mint.key.alg, material="stranger")


ATTACKS = {
    # name: (reason regex, make(mint) -> token)
    "tampered": ("signature_invalid", lambda m: tampered(m.token(), sub="root@example.com")),
    "signature flipped": ("signature_invalid", lambda m: _flipped_signature(m.token())),
    "signed by another key": ("signature_invalid", lambda m: m.token(key=_other_key(m))),
    "expired": ("token_expired", lambda m: m.token(iat=int(time.time()) - 7200,
                                                   exp=int(time.time()) - 3600)),
    "not yet valid": ("token_not_yet_valid", lambda m: m.token(nbf=int(time.time()) + 3600)),
    "issued in the future": ("token_from_future", lambda m: m.token(iat=int(time.time()) + 1800)),
    "wrong audience": ("audience_mismatch", lambda m: m.token(aud="api://other")),
    "audience with a trailing slash": ("audience_mismatch", lambda m: m.token(aud=m.audience + "/")),
    "audience in other case": ("audience_mismatch", lambda m: m.token(aud=m.audience.upper())),
    "audience array without ours": ("audience_mismatch", lambda m: m.token(aud=["a", "b"])),
    "audience missing": ("claim_missing|audience_mismatch|claims_malformed",
                         lambda m: m.token(aud=ABSENT)),
    "audience a number": ("claims_malformed|audience_mismatch", lambda m: m.token(aud=7)),
    "wrong issuer": ("issuer_unknown",
                     lambda m: m.token(iss="https://elsewhere.example.com/oauth2/default")),
    "issuer with a trailing slash": ("issuer_unknown", lambda m: m.token(iss=m.issuer + "/")),
    "issuer in other case": ("issuer_unknown", lambda m: m.token(iss=m.issuer.upper())),
    "issuer as a prefix": ("issuer_unknown|token_from_org_server",
                           lambda m: m.token(iss=m.issuer[:-1])),
    "issuer missing": ("issuer_unknown|claim_missing|claims_malformed", lambda m: m.token(iss=ABSENT)),
    "issuer an array": ("issuer_unknown|claims_malformed|claim_missing", lambda m: m.token(iss=[m.issuer])),
    "unknown kid": ("kid_unknown", lambda m: m.token(header={"kid": "not-in-the-set"},
                                                     key=_other_key(m))),
    "kid a path": ("kid_unknown", lambda m: m.token(header={"kid": "../../../../etc/passwd"})),
    "kid with SQL": ("kid_unknown", lambda m: m.token(header={"kid": "' OR 1=1 --"})),
    "kid with NUL": ("kid_unknown|header_malformed", lambda m: m.token(header={"kid": "key-1\0x"})),
    "kid with a newline": ("kid_unknown|header_malformed",
                           lambda m: m.token(header={"kid": "x\n[:error] forged line"})),
    "kid with quotes": ("kid_unknown|header_malformed",
                        lambda m: m.token(header={"kid": 'x" iss="forged'})),
    "kid a number": ("header_malformed", lambda m: m.token(header={"kid": 1})),
    "kid very long": ("kid_unknown|header_malformed", lambda m: m.token(header={"kid": "k" * 6000})),
    "alg none": ("algorithm_refused|" + MALFORMED, lambda m: _unsigned(m, "none")),
    "alg None": ("algorithm_refused|" + MALFORMED, lambda m: _unsigned(m, "None")),
    "alg nOnE": ("algorithm_refused|" + MALFORMED, lambda m: _unsigned(m, "nOnE")),
    "alg none, signature kept": (
        "algorithm_refused|header_malformed",
        lambda m: replaced(m.token(), 0, b64url(json.dumps(m.header(alg="none"))))),
    "alg HS256 with the public key": ("algorithm_refused", _hs256_with_public_key),
    "alg in lower case": ("algorithm_refused|header_malformed", lambda m: compact(
        m.header(alg="rs256"), m.claims(), m.key, "RS256")),
    "alg RS512 not in the list": ("algorithm_refused", lambda m: m.token(header={"alg": "RS512"})),
    "alg PS256 with an RS256 key": ("algorithm_refused|key_mismatch",
                                    lambda m: m.token(header={"alg": "PS256"})),
    "alg missing": ("algorithm_refused|header_malformed", lambda m: m.token(header={"alg": ABSENT})),
    "alg a number": ("algorithm_refused|header_malformed",
                     lambda m: compact(m.header(alg=256), m.claims(), m.key, "RS256")),
    "crit": ("header_critical|header_malformed", lambda m: m.token(header={"crit": ["exp"]})),
    "crit with an extension": ("header_critical",
                               lambda m: m.token(header={"crit": ["x"], "x": True})),
    "crit empty": ("header_critical|header_malformed", lambda m: m.token(header={"crit": []})),
    "b64 false": ("header_critical|" + MALFORMED + "|claims_malformed", _b64_false),
    "duplicate member in the header": (MALFORMED, lambda m: m.raw(
        header=_duplicate(m.header(), "alg", "RS256"))),
    "duplicate member in the payload": (CLAIMS, lambda m: m.raw(
        payload=_duplicate(m.claims(), "sub", "root@example.com"))),
    "JWE shaped": ("token_encrypted|token_malformed", _jwe),
    "zip": ("header_malformed|header_critical|type_refused|token_encrypted",
            lambda m: m.token(header={"zip": "DEF"})),
    "cty JWT": ("header_malformed|type_refused|token_encrypted|header_critical",
                lambda m: m.token(header={"cty": "JWT"})),
    "two parts": ("token_malformed", lambda m: leaks.register(m.token().rpartition(".")[0])),
    "four parts": ("token_malformed|token_encrypted", lambda m: leaks.register(m.token() + ".AAAA")),
    "many dots": ("token_malformed|token_encrypted", lambda m: "." * 2000),
    "empty parts": ("token_malformed", lambda m: ".."),
    "empty signature": (MALFORMED + "|signature_invalid", lambda m: replaced(m.token(), 2, "")),
    "short signature": ("signature_invalid|token_malformed", lambda m: replaced(m.token(), 2, "AAAA")),
    "signature of zeros": ("signature_invalid", lambda m: replaced(m.token(), 2, b64url(b"\0" * 256))),
    "padded signature": (MALFORMED, lambda m: leaks.register(m.token() + "==")),
    "one more character": (MALFORMED + "|signature_invalid", lambda m: leaks.register(m.token() + "A")),
    "stray bits in the last character": (MALFORMED, lambda m: _stray_bits(m.token())),
    "plain base64 alphabet": (MALFORMED + "|claims_malformed|signature_invalid",
                              lambda m: replaced(m.token(), 2, "+/" * 171)),
    "header not JSON": (MALFORMED, lambda m: m.raw(header="not json")),
    "header an array": (MALFORMED, lambda m: m.raw(header='["alg","RS256"]')),
    "header with trailing text": (MALFORMED, lambda m: m.raw(header=json.dumps(m.header()) + "x")),
    "header deep JSON": (MALFORMED, lambda m: m.raw(
        header=json.dumps(m.header())[:-1] + ',"x":' + "[" * 1500 + "]" * 1500 + "}")),
    "header with bad UTF-8": (MALFORMED, lambda m: m.raw(
        header=json.dumps(m.header()).encode()[:-1] + b',"x":"\xc3\x28"}')),
    "payload an array": (CLAIMS, lambda m: m.raw(payload="[]")),
    "payload a string": (CLAIMS, lambda m: m.raw(payload='"claims"')),
    "payload null": (CLAIMS, lambda m: m.raw(payload="null")),
    "payload empty": (CLAIMS + "|token_malformed", lambda m: m.raw(payload="")),
    "payload not JSON": (CLAIMS, lambda m: m.raw(payload="{")),
    "payload with bad UTF-8": (CLAIMS, lambda m: m.raw(
        payload=json.dumps(m.claims()).encode()[:-1] + b',"x":"\xff"}')),
    "payload deep JSON": (CLAIMS, lambda m: m.raw(
        payload=json.dumps(m.claims())[:-1] + ',"x":' + "[" * 1500 + "]" * 1500 + "}")),
    "exp missing": (CLAIMS, lambda m: m.token(exp=ABSENT)),
    "exp a string": (CLAIMS, lambda m: m.token(exp=str(int(time.time()) + 3600))),
    "exp null": (CLAIMS, lambda m: m.token(exp=None)),
    "exp true": (CLAIMS, lambda m: m.token(exp=True)),
    "exp zero": (CLAIMS + "|token_expired", lambda m: m.token(exp=0)),
    "exp negative": (CLAIMS + "|token_expired", lambda m: m.token(exp=-1)),
    "exp 1e300": (CLAIMS, lambda m: m.raw(payload=_number(m, "exp", "1e300"))),
    "exp above 2^53": (CLAIMS, lambda m: m.token(exp=2 ** 53 + 2)),
    "exp 99 digits": (CLAIMS, lambda m: m.raw(payload=_number(m, "exp", "9" * 99))),
    "exp NaN": (CLAIMS, lambda m: m.raw(payload=_number(m, "exp", "NaN"))),
    "iat a string": (CLAIMS, lambda m: m.token(iat="now")),
    "nbf a string": (CLAIMS, lambda m: m.token(nbf="now")),
    "ID token with nonce": ("id_token", lambda m: m.token(nonce="n-0S6_WzA2Mj")),
    "ID token with at_hash": ("id_token", lambda m: m.token(at_hash="MTIzNDU2Nzg5MDEyMzQ1Ng")),
    "ID token with c_hash": ("id_token", lambda m: m.token(c_hash="MTIzNDU2Nzg5MDEyMzQ1Ng")),
    "bound to a DPoP key": ("token_bound", lambda m: m.token(cnf={"jkt": "0" * 43})),
    "bound to a certificate": ("certificate_missing", lambda m: m.token(cnf={"x5t#S256": "0" * 43})),
    "cnf of no known kind": ("token_bound|claims_malformed", lambda m: m.token(cnf={})),
    "typ of a DPoP proof": ("type_refused", lambda m: m.token(header={"typ": "dpop+jwt"})),
    "typ of a logout token": ("type_refused", lambda m: m.token(header={"typ": "logout+jwt"})),
    "typ of an introspection answer": (
        "type_refused", lambda m: m.token(header={"typ": "token-introspection+jwt"})),
    "typ of an ID-JAG": ("type_refused", lambda m: m.token(header={"typ": "oauth-id-jag+jwt"})),
    "typ a number": ("type_refused|header_malformed", lambda m: m.token(header={"typ": 1})),
    "typ of the org server": ("token_from_org_server", lambda m: m.token(
        header={"typ": "application/okta-internal-at+jwt"})),
    "issuer of the org server": ("token_from_org_server",
                                 lambda m: m.token(iss="https://example.okta.com",
                                                   aud="https://example.okta.com")),
    "opaque": ("token_malformed", lambda m: leaks.register("00Mx-opaque_token.of~the+org/server==")),
    "no identity": ("user_missing", lambda m: m.token(sub=ABSENT, cid=ABSENT)),
}


def _number(mint, name, literal):
    """JSON text of the claims with a number that Python would not write."""
    claims = mint.claims(**{name: "@"})
    return json.dumps(claims, separators=(",", ":")).replace('"@"', literal)


GOOD = {
    # name: make(mint) -> token that is to be accepted
    "user": lambda m: m.token(),
    "client credentials": lambda m: m.client_credentials(),
    "typ JWT": lambda m: m.token(header={"typ": "JWT"}),
    "typ at+jwt": lambda m: m.token(header={"typ": "at+jwt"}),
    "typ in full and other case": lambda m: m.token(header={"typ": "Application/AT+JWT"}),
    "at+jwt with nonce": lambda m: m.token(header={"typ": "at+jwt"}, nonce="n-0S6_WzA2Mj"),
    "audience array": lambda m: m.token(aud=["api://other", m.audience]),
    "exp a fraction": lambda m: m.token(exp=time.time() + 60.5),
    "exp with an exponent": lambda m: m.raw(payload=_number(m, "exp", f"{int(time.time()) + 999}e0")),
    "expired within the skew": lambda m: m.token(exp=int(time.time()) - 20),
    "from the future within the skew": lambda m: m.token(iat=int(time.time()) + 20,
                                                         nbf=int(time.time()) + 20),
    "without iat": lambda m: m.token(iat=ABSENT),
    "without jti": lambda m: m.token(jti=ABSENT),
    "without kid": lambda m: m.token(header={"kid": ABSENT}),
    "unknown header members": lambda m: m.token(header={"x": 1, "jku": "https://evil.example.com/",
                                                        "x5u": "https://evil.example.com/"}),
    "own jwk in the header": lambda m: m.token(header={"jwk": _other_key(m).public()}),
    "unknown claims": lambda m: m.token(deep={"a": [1, {"b": None}]}, empty="", list=[]),
    "UTF-8": lambda m: m.token(sub="jürgen@example.com", name="日本語"),
    "scope as a string": lambda m: m.token(scp=ABSENT, scope="openid email"),
    "signed with spaces in JSON": lambda m: m.raw(
        header=json.dumps(m.header(), indent=2), payload=json.dumps(m.claims(), indent=2)),
}
