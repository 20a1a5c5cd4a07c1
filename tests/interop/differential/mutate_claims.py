# SPDX-License-Identifier: Apache-2.0
"""Mutations of the claims: values of other types, at the edges, absent, and claims that change a token's kind."""

from differential.draft import ABSENT, mutation, replace
from differential.policies import AUDIENCE, CLIENT, OTHER_AUDIENCE, OTHER_CLIENT


def _claim(name, what, value, **options):
    """value: plain, or a function of the draft."""
    @mutation(f"{name}: {what}", **options)
    def change(draft, rng):
        replace(draft.claims, name, value(draft) if callable(value) else value)


def _number(name, what, literal, **options):
    @mutation(f"{name}: {what}", **options)
    def change(draft, rng):
        draft.literal(name, literal(draft) if callable(literal) else literal)


def _in(seconds):
    return lambda draft: draft.now + seconds


for _name in ("exp", "nbf", "iat"):
    _claim(_name, "a numeric string", lambda draft: str(draft.now + (3600 if draft else 0)))
    _claim(_name, "a word", "soon")
    _claim(_name, "a date", "2030-01-01T00:00:00Z")
    _claim(_name, "null", None)
    _claim(_name, "true", True)
    _claim(_name, "false", False)
    _claim(_name, "an array", lambda draft: [draft.now])
    _claim(_name, "an object", {"seconds": 1})
    _claim(_name, "an empty string", "")
    _claim(_name, "0", 0)
    _claim(_name, "negative", -1)
    _claim(_name, "2^53", 2 ** 53)
    _claim(_name, "2^53 + 2", 2 ** 53 + 2)
    _claim(_name, "2^63 - 1", 2 ** 63 - 1)
    _claim(_name, "2^63", 2 ** 63)
    _number(_name, "99 digits", "9" * 99)
    _number(_name, "1e300", "1e300")
    _number(_name, "1e999", "1e999")
    _number(_name, "-0.0", "-0.0")
    _number(_name, "1e-5", "1e-5")
    _number(_name, "NaN", "NaN")
    _number(_name, "with a leading zero", lambda draft: f"0{draft.now}")
    _number(_name, "with a plus sign", lambda draft: f"+{draft.now}")
    _number(_name, "hexadecimal", "0x7fffffff")

_claim("exp", "absent", ABSENT)
for _ago in (1, 60, 300):
    _claim("exp", f"{_ago} s ago", _in(-_ago))
_claim("exp", "a day ago", _in(-86400))
_claim("exp", "2 hours ago", _in(-7200))
_claim("exp", "in a day", _in(86400))
_claim("exp", "in milliseconds", lambda draft: (draft.now + 3600) * 1000)
_number("exp", "a fraction, future", lambda draft: f"{draft.now + 3600}.75")
_number("exp", "a fraction, past", lambda draft: f"{draft.now - 3600}.75")
_number("exp", "with an exponent, future", lambda draft: f"{draft.now + 3600}e0")
_number("exp", "with an exponent, past", lambda draft: f"{(draft.now - 7200) / 1e9:.9f}E+9")
_number("exp", "2.0e9", "2.0e9")

_claim("nbf", "an hour ago", _in(-3600))
_claim("nbf", "now", _in(0))
_claim("nbf", "in 560 s", _in(560))
_claim("nbf", "in 2 hours", _in(7200))
_number("nbf", "a fraction, past", lambda draft: f"{draft.now - 60}.5")
_number("nbf", "a fraction, future", lambda draft: f"{draft.now + 7200}.5")

_claim("iat", "absent", ABSENT)
_claim("iat", "in 560 s", _in(560))
_claim("iat", "in 2 hours", _in(7200))
_claim("iat", "a year ago", _in(-31536000))
_claim("iat", "in milliseconds", lambda draft: draft.now * 1000)
_number("iat", "a fraction", lambda draft: f"{draft.now - 60}.25")
_number("iat", "with an exponent", lambda draft: f"{draft.now / 1e9:.9f}e9")

_claim("iss", "absent", ABSENT)
_claim("iss", "with a trailing slash", lambda draft: draft.issuer.url + "/")
_claim("iss", "in upper case", lambda draft: draft.issuer.url.upper())
_claim("iss", "http", lambda draft: draft.issuer.url.replace("https:", "http:"))
_claim("iss", "cut short", lambda draft: draft.issuer.url[:-1])
_claim("iss", "with more behind it", lambda draft: draft.issuer.url + "x")
_claim("iss", "with NUL and more", lambda draft: draft.issuer.url + "\0x")
_claim("iss", "with a space behind it", lambda draft: draft.issuer.url + " ")
_claim("iss", "of another issuer", lambda draft: draft.issuers[
    "twin" if draft.issuer.name != "twin" else "okta"].url)
_claim("iss", "of an org server", "https://integrator-123456.okta.com")
_claim("iss", "with another port", lambda draft: draft.issuer.url.replace(".com/", ".com:443/"))
_claim("iss", "empty", "")
_claim("iss", "null", None)
_claim("iss", "a number", 1)
_claim("iss", "an array with the right one", lambda draft: [draft.issuer.url])

_claim("aud", "absent", ABSENT)
_claim("aud", "another", "api://other")
_claim("aud", "the policy's other", OTHER_AUDIENCE)
_claim("aud", "an array with ours", ["api://other", AUDIENCE])
_claim("aud", "an array of ours alone", [AUDIENCE])
_claim("aud", "an array without ours", ["api://other", "api://third"])
_claim("aud", "an empty array", [])
_claim("aud", "an empty string", "")
_claim("aud", "null", None)
_claim("aud", "a number", 7)
_claim("aud", "true", True)
_claim("aud", "an object", {AUDIENCE: 1})
_claim("aud", "an array with ours and a number", [AUDIENCE, 7])
_claim("aud", "an array with ours and null", [None, AUDIENCE])
_claim("aud", "a nested array", [[AUDIENCE]])
_claim("aud", "in upper case", AUDIENCE.upper())
_claim("aud", "with a trailing slash", AUDIENCE + "/")
_claim("aud", "a prefix", AUDIENCE[:-1])
_claim("aud", "with more behind it", AUDIENCE + "x")
_claim("aud", "with a space before it", " " + AUDIENCE)
_claim("aud", "with NUL and more", AUDIENCE + "\0x")
_claim("aud", "several in one string", f"api://other {AUDIENCE}")
_claim("aud", "a client id", CLIENT)
_claim("aud", "a hundred", [f"api://{i}" for i in range(100)] + [AUDIENCE])

for _name in ("cid", "client_id", "azp"):
    _claim(_name, "ours", CLIENT)
    _claim(_name, "another", "0oastranger00000009")
    _claim(_name, "a number", 7)
    _claim(_name, "null", None)
    _claim(_name, "an array with ours", [CLIENT])
_claim("cid", "absent", ABSENT)
_claim("cid", "the policy's other", OTHER_CLIENT)
_claim("cid", "empty", "")
_claim("cid", "with more behind it", CLIENT + "x")


def _client_elsewhere(name):
    @mutation(f"cid: said by {name} instead")
    def change(draft, rng):
        draft.claims[name] = draft.claims.pop("cid", CLIENT)


_client_elsewhere("client_id")
_client_elsewhere("azp")

_claim("sub", "absent", ABSENT)
_claim("sub", "empty", "")
_claim("sub", "null", None)
_claim("sub", "a number", 42)
_claim("sub", "an object", {"id": 1})
_claim("sub", "with a line end", "user@example.com\r\nX-Admin: 1")
_claim("sub", "with DEL", "user\x7f")
_claim("sub", "with NUL", "user\0admin")
_claim("sub", "in other scripts", "ユーザー@例え.jp")
_claim("sub", "of 4,000 bytes", "u" * 4000)


@mutation("sub: absent, and no client either")
def _nobody(draft, rng):
    for name in ("sub", "cid", "client_id"):
        draft.claims.pop(name, None)


for _what, _value in (("jkt", {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
                      ("x5t#S256", {"x5t#S256": "A" * 43}), ("an empty object", {}), ("null", None),
                      ("a string", "jkt"), ("a jwk", {"jwk": {"kty": "oct", "k": "AA"}})):
    _claim("cnf", _what, _value)

for _name in ("nonce", "at_hash", "c_hash"):
    _claim(_name, "present", "n-0S6_WzA2Mj")
_claim("nonce", "null", None)
_claim("nonce", "empty", "")


@mutation("nonce: present, typ at+jwt")
def _nonce_in_access_token(draft, rng):
    draft.claims["nonce"] = "n-0S6_WzA2Mj"
    draft.header["typ"] = "at+jwt"


_claim("jti", "absent", ABSENT)
_claim("jti", "a number", 7)
_claim("jti", "null", None)
_claim("scp", "absent", ABSENT)
_claim("scp", "a string", "orders.read")
_claim("scp", "numbers", [1, 2])
_claim("scp", "an object", {"orders": True})
_claim("scope", "a string beside scp", "orders.read orders.write")
_claim("groups", "nested", ["Everyone", {"name": "Admins", "of": ["a", ["b"]]}])
_claim("auth_time", "a string", "yesterday")


def _more(what, name, value, **options):
    @mutation(f"more: {what}", **options)
    def change(draft, rng):
        draft.claims[name] = value


_more("an empty name", "", 1)
_more("a name with NUL", "a\0b", 1)
_more("a name with a line end", "a\r\nb", "c\r\nd")
_more("the name __proto__", "__proto__", {"exp": 1, "aud": "x"})
_more("the name constructor", "constructor", "x")
_more("the name toString", "toString", None)
_more("a name in upper case", "EXP", 1)
_more("an emoji", "mood", "😀 ✓ é \u0301")
_more("a number of 2^63", "big", 2 ** 63)
_more("a number of 30 digits", "big", 10 ** 29 + 1)
_more("a float", "ratio", 0.1)
_more("20 levels", "deep", eval("[" * 20 + "1" + "]" * 20))
_more("60 levels", "deep", eval("[" * 60 + "1" + "]" * 60))
_more("a claim of 6,000 bytes", "long", "x" * 6000)
_more("a claim of 20,000 bytes", "long", "x" * 20000)
_more("300 claims", "many", {str(i): i for i in range(300)})
_more("an array of 500", "list", list(range(500)))
_more("U+2028", "line", "a\u2028b\u2029c")


@mutation("more: 300 claims at the top")
def _many(draft, rng):
    draft.claims.update({f"claim{i}": i for i in range(300)})


@mutation("more: any JSON")
def _any(draft, rng):
    def value(depth):
        kind = rng.randrange(9 if depth < 4 else 7)
        if kind < 3:
            return "".join(chr(rng.choice((rng.randrange(32, 127), rng.randrange(0xa0, 0xd7ff),
                                           rng.randrange(1, 32)))) for _ in range(rng.randrange(12)))
        if kind == 3:
            return rng.randrange(-2 ** 53, 2 ** 53)
        if kind == 4:
            return rng.uniform(-1e6, 1e6)
        if kind < 7:
            return rng.choice((True, False, None))
        if kind == 7:
            return [value(depth + 1) for _ in range(rng.randrange(4))]
        return {f"m{i}": value(depth + 1) for i in range(rng.randrange(4))}

    for i in range(rng.randrange(1, 6)):
        draft.claims[f"any{i}"] = value(0)
