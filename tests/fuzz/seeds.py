#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of the fuzz corpora: tests/fuzz/corpus/<target>/{valid,invalid}/.

Deterministic: the same files each time. What fuzzing finds is added beside them by hand.
"""

import base64
import json
import pathlib
from urllib.parse import quote

from jwcrypto import jwk, jws

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parent / "vectors"
ISSUER = "https://integrator-1.okta.com/oauth2/default"
NOW = 1700000000
CLAIMS = {
    "ver": 1,
    "jti": "AT.1",
    "iss": ISSUER,
    "aud": "api://default",
    "sub": "user@example.com",
    "iat": NOW - 60,
    "exp": NOW + 3600,
    "cid": "0oa1",
    "scp": ["openid", "email"],
}
EDDSA = {"alg": "EdDSA", "kid": "ed"}
RS256 = {"alg": "RS256", "kid": "rsa"}


def private_key(vector):
    return json.loads((VECTORS / f"{vector}.json").read_text())["keys"][0]


def public(key, **members):
    kept = {name: key[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in key}
    return {**members, **kept}


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def signed(header, payload, key):
    token = jws.JWS(payload)
    token.add_signature(jwk.JWK(**key), header["alg"], compact(header))
    return token.serialize(compact=True)


def call(method, params):
    """A request to an MCP server."""
    made = {"jsonrpc": "2.0", "id": 1, "method": method}
    return compact(made if params is None else {**made, "params": params})


def claims(**changes):
    """CLAIMS with changes; None removes one."""
    changed = {**CLAIMS, **changes}
    return compact({name: value for name, value in changed.items() if value is not None})


def answer(**changes):
    """To introspection; None takes a member out."""
    members = {"active": True, "token_type": "Bearer", "scope": "openid email", "client_id": "0oa1", "exp": NOW + 60,
               "iat": NOW, "sub": "user@example.com", "aud": "api://default", "iss": ISSUER, "jti": "AT.1"}
    return compact({name: value for name, value in {**members, **changes}.items() if value is not None})


def handed_on(text, asked_at=NOW * 10**6, version=1):
    """An answer to introspection as one host hands it to another."""
    return bytes([version]) + asked_at.to_bytes(8, "little", signed=True) + text.encode()


def with_nulls(*names):
    """CLAIMS with these claims null."""
    return compact({**CLAIMS, **dict.fromkeys(names)})


RSA = private_key("rfc7515-a2")
P256 = private_key("rfc7515-a3")
P521 = private_key("rfc7515-a4")
ED = private_key("rfc8037-a")
KEYS = [
    public(RSA, kid="rsa", use="sig", alg="RS256"),
    public(P256, kid="p256", key_ops=["verify"]),
    public(P521, kid="p521", alg="ES512"),
    public(ED, kid="ed"),
]
SNAPSHOT = {
    "version": 2,
    "trust": "system",
    "issuer": ISSUER,
    "jwks_uri": ISSUER + "/v1/keys",
    "etag": '"a"',
    "fetched_at": NOW,
    "max_age": 3600,
    "keys": KEYS,
}
METADATA = {
    "issuer": ISSUER,
    "jwks_uri": ISSUER + "/v1/keys",
    "token_endpoint": ISSUER + "/v1/token",
    "scopes_supported": ["openid"],
}
GOOD_RSA = signed(RS256, claims(), RSA)
GOOD_ED = signed(EDDSA, claims(), ED)


def to_sign(header, payload):
    """For the verify target, which signs what has a line feed in it."""
    return f"{compact(header)}\n{payload}"


PROOF_HEADER = {"typ": "dpop+jwt", "alg": "EdDSA", "jwk": public(ED)}
PROOF_CLAIMS = {"jti": "j1", "htm": "GET", "htu": "https://api.example.com/items", "iat": NOW, "ath": "A" * 43}
PROOF_HEADER_TWICE = '{"typ":"JWT",' + compact(PROOF_HEADER)[1:]
PROOF = signed(PROOF_HEADER, compact(PROOF_CLAIMS), ED)


def proof_to_sign(header=None, **claims_changed):
    """For the proof target, which signs what has a line feed in it."""
    return to_sign({**PROOF_HEADER, **(header or {})}, compact({**PROOF_CLAIMS, **claims_changed}))


JWE = json.loads((VECTORS / "rfc7516-a1.json").read_text())["token"]
JWE_HEADER = {"alg": "RSA-OAEP", "enc": "A128GCM"}


def without(document, name):
    return compact({key: value for key, value in document.items() if key != name})


# of a client, by OpenSSL
CERTIFICATE = (
    "MIIBdjCCAR2gAwIBAgIUP9REUQJ6rRo2FbSwjPyrFkVtNLEwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGY2xpZW50MB"
    "4XDTI2MTEyNjE4NDkyN1oXDTM2MTEyMzE4NDkyN1owETEPMA0GA1UEAwwGY2xpZW50MFkwEwYHKoZIzj0CAQYIKoZI"
    "zj0DAQcDQgAECFxaKq3xs86EfRUVd/BLY2b04p7y//IWJd0lGe04jm7YXiBbwAN56XHQGBvOLFK7lLW7EkBHQXTumS"
    "gJzrviPaNTMFEwHQYDVR0OBBYEFLrait3bgXZ38V5usU3WM/9qiXvcMB8GA1UdIwQYMBaAFLrait3bgXZ38V5usU3W"
    "M/9qiXvcMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgZnfwTdAQlY4jUCrTsWIQrmL+YmWDMl7VEF"
    "KB2oyZqlUCIDFbiggIQXNvujDJ+P6PZq4oNaHSzCqtsftUkjnIdRHd"
)
PEM = f"-----BEGIN CERTIFICATE-----\n{CERTIFICATE[:64]}\n{CERTIFICATE[64:]}\n-----END CERTIFICATE-----\n"

SEEDS = {
    "base64url": {
        "valid": {"empty": "", "one": "Zg", "two": "Zm8", "three": "Zm9v", "alphabet": "-_09azAZ"},
        "invalid": {
            "padding": "Zg==",
            "standard-alphabet": "+/+/",
            "stray-bits": "Zh",
            "length": "Zm9vA",
            "line-feed": "Zm9v\n",
            "nul": "Zm\0v",
        },
    },
    "json": {
        "valid": {
            "empty": "{}",
            "claims": claims(),
            "kinds": '{"a":[null,true,-1,2.5e3,"\\u00e9\\ud83d\\ude00"],"b":{"c":{}}}',
            "deep": '{"a":' + "[" * 31 + "]" * 31 + "}",
        },
        "invalid": {
            "array": "[]",
            "duplicate": '{"a":1,"\\u0061":2}',
            "nul": '{"a":"\\u0000"}',
            "too-deep": '{"a":' + "[" * 32 + "]" * 32 + "}",
            "infinite": '{"a":1e999}',
            "trailing": "{} {}",
            "surrogate": '{"a":"\\ud800"}',
            "bom": b"\xef\xbb\xbf{}",
            "bad-utf-8": b'{"a":"\xc0\x80"}',
        },
    },
    "jws": {
        "valid": {
            "rs256": GOOD_RSA,
            "eddsa": GOOD_ED,
            "no-kid": signed({"alg": "EdDSA"}, "x", ED),
            "typ": signed({**EDDSA, "typ": "application/at+jwt"}, "{}", ED),
        },
        "invalid": {
            "none": encode(b'{"alg":"none"}') + "." + encode(b"{}") + ".",
            "crit": signed({**EDDSA, "crit": ["b64"], "b64": True}, "{}", ED),
            "jwe": "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AA.AA.AA",
            "zip": signed({**EDDSA, "zip": "DEF"}, "{}", ED),
            "nested": signed({**EDDSA, "cty": "JWT"}, GOOD_ED, ED),
            "dots": "." * 100,
            "padding": GOOD_ED + "=",
            "duplicate-alg": encode(b'{"alg":"EdDSA","alg":"none"}') + ".e30.AA",
        },
    },
    "jwe": {
        "valid": {
            "rfc7516-a1": JWE,
            "sealed": to_sign(JWE_HEADER, GOOD_ED),
            "sealed-oaep-512": to_sign({**JWE_HEADER, "alg": "RSA-OAEP-512", "cty": "JWT", "typ": "x"}, GOOD_RSA),
            "sealed-kid": to_sign({**JWE_HEADER, "kid": jwk.JWK(**private_key("rfc7516-a1")).thumbprint()}, "x"),
            "sealed-application-jwt": to_sign({**JWE_HEADER, "cty": "application/JWT", "epk": {}}, "\0"),
        },
        "invalid": {
            "tampered": JWE[:-9] + "AAAAAAAAA",
            "four-parts": JWE[:JWE.rindex(".")],
            "six-parts": JWE + ".AA",
            "padding": JWE + "=",
            "dots": "....",
            "rsa1_5": to_sign({**JWE_HEADER, "alg": "RSA1_5"}, "x"),
            "dir": "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AA.AA.AA",
            "cbc-lengths": to_sign({**JWE_HEADER, "enc": "A128CBC-HS256"}, "x" * 32),
            "zip": to_sign({**JWE_HEADER, "zip": "DEF"}, "x"),
            "crit": to_sign({**JWE_HEADER, "crit": ["x"]}, "x"),
            "cty": to_sign({**JWE_HEADER, "cty": "json"}, "x"),
            "unknown-kid": to_sign({**JWE_HEADER, "kid": "?"}, "x"),
            "kid-null": to_sign({**JWE_HEADER, "kid": None}, "x"),
            "empty": to_sign(JWE_HEADER, ""),
            "duplicate": '{"alg":"RSA-OAEP",' + compact(JWE_HEADER)[1:] + "\nx",
        },
    },
    "jwks": {
        "valid": {
            "four": compact({"keys": KEYS}),
            "one-of-three": compact({"keys": [KEYS[3], {"kty": "oct", "k": "AA"}, 7]}),
            "nameless": compact({"keys": [public(ED), public(P256)]}),
            "private": compact({"keys": [{**P256, "kid": "a"}]}),
            "shared-kid": compact({"keys": [public(ED, kid="a"), public(P256, kid="a")]}),
            "twice": compact({"keys": [public(ED, kid="a"), public(ED, kid="a", x5t="x"), public(RSA), public(RSA)]}),
            "competing": compact({"keys": [public(RSA, kid="a"), public(P256, kid="a"),
                                           {**public(RSA, kid="a"), "n": RSA["n"][:-4] + "AAAQ"}]}),
            "enc-and-sig": compact({"keys": [public(RSA, kid="a", use="enc"), public(RSA, kid="a", use="sig")]}),
            "nulls": compact({"keys": [public(RSA, kid=None, use=None, alg=None, key_ops=None, x5c=None)]}),
            "bom": b"\xef\xbb\xbf" + compact({"keys": KEYS}).encode(),
        },
        "invalid": {
            "empty": '{"keys":[]}',
            "no-array": '{"keys":{}}',
            "symmetric": '{"keys":[{"kty":"oct","kid":"a","k":"c2VjcmV0"}]}',
            "all-competing": compact({"keys": [public(RSA, kid="a", alg="RS256"),
                                               {**public(RSA, kid="a"), "n": RSA["n"][:-4] + "AAAQ"}]}),
            "two-boms": b"\xef\xbb\xbf\xef\xbb\xbf" + compact({"keys": KEYS}).encode(),
            "enc": compact({"keys": [public(RSA, use="enc")]}),
            "off-curve": compact({"keys": [{**public(P256), "y": P256["x"]}]}),
            "small-rsa": compact({"keys": [{**public(RSA), "n": RSA["n"][:170]}]}),
            "html": "<html></html>",
        },
    },
    "claims": {
        "valid": {
            "okta": claims(),
            "audiences": claims(aud=["x", "api://default"]),
            "nbf": claims(nbf=NOW + 60, iat=None),
            "fraction": claims(exp=NOW + 0.5),
            "client": claims(cid=None, client_id="0oa1", sub="0oa1"),
            "nulls": with_nulls("nbf", "nonce", "cnf", "azp", "client_id", "x"),
        },
        "invalid": {
            "expired": claims(exp=NOW - 60),
            "no-exp": claims(exp=None),
            "exp-null": with_nulls("exp"),
            "aud-null": with_nulls("aud"),
            "exp-string": claims(exp=str(NOW + 60)),
            "exp-huge": claims(exp=1e300),
            "future": claims(iat=NOW + 61),
            "nbf-fraction": claims(nbf=NOW + 60.5),
            "audience": claims(aud=[]),
            "issuer": claims(iss=ISSUER + "/"),
            "id-token": claims(nonce="n"),
            "bound": claims(cnf={"jkt": "x"}),
            "sub-number": claims(sub=1),
            "array": "[]",
        },
    },
    "message": {
        "valid": {
            "call": call("tools/call", {"name": "delete_all", "arguments": {"Name": 1, "id": None, "a": [1.5, True]}}),
            "list": call("tools/list", None),
            "read": call("resources/read", {"uri": "file:///\u00e9", "name": "x"}),
            "prompt": call("prompts/get", {"name": "p", "arguments": {}}),
            "task": call("tasks/get", {"taskId": "t"}),
            "escaped-name": '{"jsonrpc":"2.0","id":1,"method":"tools\\/c\\u0061ll","params":{"n\\u0061me":"\\ud83d\\ude00"}}',
            "number-id": '{"jsonrpc":"2.0","id":-1.5e3,"method":"ping"}',
            "large-number": '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":123456789012345678901234567890}}',
            "notification": '{"jsonrpc":"2.0","method":"notifications/initialized"}',
            "result": '{"jsonrpc":"2.0","id":"a","result":{"name":7}}',
            "error": '{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"m"}}',
            "array": "[" + call("tools/list", None) + "," + call("tools/call", {"name": "x"}) + "]",
            "spaces": " \t\r\n" + call("ping", {}) + "\n",
            "version": call("ping", {"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}}),
            "deep": '{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":' + "[" * 126 + "]" * 126 + "}}",
            "prototype": call("ping", {"prototype": {"method": "tools/call"}, "constructor": 1, "toString": 2}),
            "separators": '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"name":"a\u2028b\u2029c\u0085d\ufeffe"}}',
            "noncharacters": '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"name":"\uffff\ufdd0\U0010ffff"}}',
            "many-members": call("ping", {f"m{i}": i for i in range(40)}),
            "empty-name": call("tools/call", {"name": ""}),
        },
        "invalid": {
            "empty": "",
            "empty-array": "[]",
            "no-object": '"tools/call"',
            "bom": b"\xef\xbb\xbf" + call("ping", None).encode(),
            "utf-16": call("ping", None).encode("utf-16-le"),
            "utf-32": call("ping", None).encode("utf-32-be"),
            "latin-1": call("ping", {"a": "x"}).replace("x", "\u00e9").encode("latin-1"),
            "overlong": call("ping", {"a": "x"}).encode().replace(b'"x"', b'"\xc0\xaf"'),
            "surrogate-bytes": call("ping", {"a": "x"}).encode().replace(b'"x"', b'"\xed\xa0\x80"'),
            "trailing": call("ping", None) + call("ping", None),
            "trailing-nul": call("ping", None) + "\0",
            "trailing-comma": call("ping", None)[:-1] + ",}",
            "comment": call("ping", None)[:-1] + "/**/}",
            "single-quotes": call("ping", None).replace('"', "'"),
            "nan": call("ping", {"a": 7}).replace("7", "NaN"),
            "leading-zero": call("ping", {"a": 7}).replace("7", "07"),
            "hexadecimal": call("ping", {"a": 7}).replace("7", "0x7"),
            "plus": call("ping", {"a": 7}).replace("7", "+7"),
            "line-feed-in-string": call("ping", {"a": "x"}).replace("x", "\n"),
            "control-in-string": call("ping", {"a": "x"}).replace("x", "\x1f"),
            "infinite": call("ping", {"a": 7}).replace("7", "1e999"),
            "duplicate-method": call("ping", None)[:-1] + ',"method":"tools/call"}',
            "duplicate-escaped": call("ping", None)[:-1] + ',"m\\u0065thod":"tools/call"}',
            "duplicate-name": call("tools/call", {"name": "a"}).replace('"a"', '"a","name":"b"'),
            "duplicate-far": call("ping", {"a": [{"b": {"c": 7}}]}).replace("7", '7,"c":8'),
            "duplicate-proto": call("ping", {"a": 7}).replace("7", '7,"__proto__":1,"__proto__":2'),
            "proto": call("ping", {"__proto__": {"name": "a"}}),
            "proto-of-a-result": '{"jsonrpc":"2.0","id":1,"result":{},"__proto__":{"method":"tools/call"}}',
            "case-method": call("ping", None)[:-1] + ',"Method":"tools/call"}',
            "case-params": call("ping", None)[:-1] + ',"PARAMS":{}}',
            "case-name": call("tools/call", {"name": "a", "Name": "b"}),
            "long-s": call("ping", None)[:-1] + ',"param\u017f":{"name":"b"}}',
            "case-result": call("ping", None)[:-1] + ',"Result":{}}',
            "half-a-pair": call("ping", {"a": "x"}).replace("x", "\\ud800"),
            "turned-pair": call("ping", {"a": "x"}).replace("x", "\\ude00\\ud83d"),
            "nul": call("ping", {"a": "x"}).replace("x", "\\u0000"),
            "nul-in-name": call("ping", {"a": "x"}).replace('"a"', '"name\\u0000"'),
            "number-name": call("tools/call", {"name": 7}),
            "null-name": call("tools/call", {"name": None}),
            "number-method": call(7, None),
            "no-version": call("ping", None).replace("2.0", "1.0"),
            "null-id": call("ping", None).replace(':1,', ":null,"),
            "params-array": call("tools/call", ["a"]),
            "method-and-result": call("ping", None)[:-1] + ',"result":{}}',
            "result-and-error": '{"jsonrpc":"2.0","id":1,"result":{},"error":{}}',
            "neither": '{"jsonrpc":"2.0","id":1}',
            "array-of-arrays": "[[" + call("ping", None) + "]]",
            "array-with-number": "[" + call("ping", None) + ",1]",
            "too-deep": '{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":' + "[" * 127 + "]" * 127 + "}}",
            "very-deep": "[" * 20000,
            "cut": call("ping", None)[:-1],
            "cut-in-escape": '{"jsonrpc":"2.0","id":1,"method":"a\\u00',
        },
    },
    "introspection": {
        "valid": {
            "okta": answer(),
            "dpop-less": answer(token_type="bearer"),
            "no-exp": answer(exp=None),
            "no-iss": answer(iss=None),
            "own-names": answer(scp=["a"], cid="0oa2", extra={"a": [1, 2.5, True]}),
            "spaces": answer(scope="  a  b "),
            "byte-order-mark": b"\xef\xbb\xbf" + answer().encode(),
        },
        "invalid": {
            "inactive": compact({"active": False}),
            "active-text": answer(active="true"),
            "active-number": answer(active=1),
            "no-active": answer(active=None),
            "active-twice": '{"active":false,' + answer()[1:],
            "refresh-token": answer(token_type="refresh_token"),
            "type-number": answer(token_type=1),
            "other-issuer": answer(iss=ISSUER + "/"),
            "no-aud": answer(aud=None),
            "aud-number": answer(aud=1),
            "exp-string": answer(exp="1"),
            "expired": answer(exp=1),
            "bound": answer(cnf={"jkt": "x"}),
            "id-token": answer(nonce="n"),
            "html": "<html></html>",
        },
    },
    "revocation": {
        "valid": {
            "empty": "",
            "blanks": " \t ",
            "comment": b"# \xff\xfe whatever",
            "jti": "jti AT.7PQ4cMVWkVgcJ2hKlvh1",
            "sub-before": "sub user@example.com before 2026-11-26T18:00:00Z",
            "seconds": "cid 0oa1 before 1795716000",
            "fraction": "sid s.1 before 2026-11-26T18:00:00.5+01:00",
            "issuer": "iss " + ISSUER + " jti AT.1",
            "quoted": 'sub "Jane \\"J\\" Doe\\u00e9" before 0',
            "quoted-issuer": 'iss "https://a/\\u0020b" sub x',
            "utf-8": "sub j\u00f6rg",
            "blanks-everywhere": "\t iss https://a/b \t jti \t 1 before\t1 ",
        },
        "invalid": {
            "word": "JTI AT.1",
            "no-value": "jti ",
            "empty-quotes": 'jti ""',
            "open-quotes": 'jti "a',
            "behind-quotes": 'jti "a"b',
            "two-values": "jti a b",
            "no-time": "jti a before",
            "time": "jti a before 2026-13-01T00:00:00Z",
            "quoted-time": 'jti a before "1"',
            "behind-time": "jti a before 1 2",
            "issuer": "iss a jti b",
            "issuer-alone": "iss https://a/b",
            "carriage-return": "jti a\r",
            "nul": "jti a\0b",
            "quoted-nul": 'jti "a\\u0000b"',
            "surrogate": 'jti "\\ud800"',
            "latin-1": b"sub j\xf6rg",
            "overlong": b"sub \xc0\xaf",
            "long": "jti " + "a" * 65536,
        },
    },
    "shared_answer": {
        "valid": {
            "okta": handed_on(answer()),
            "state": handed_on(compact({"active": True, "exp": NOW + 60})),
            "no-end": handed_on(compact({"active": True})),
            "inactive": handed_on(compact({"active": False})),
            "ahead": handed_on(answer(), NOW * 10**6 + 10**6),
            "own-names": handed_on(answer(scp=["a"], cid="0oa2", extra={"a": [1, 2.5, True, None]})),
            "exp-fraction": handed_on(answer(exp=NOW + 0.5)),
            "byte-order-mark": handed_on("\ufeff" + answer()),
        },
        "invalid": {
            "empty": "",
            "head": handed_on(""),
            "short-head": handed_on("")[:-1],
            "version": handed_on(answer(), version=2),
            "future": handed_on(answer(), NOW * 10**6 + 10**6 + 1),
            "far-future": handed_on(answer(), 2**63 - 1),
            "zero": handed_on(answer(), 0),
            "negative": handed_on(answer(), -1),
            "cut": handed_on(answer())[:-1],
            "more": handed_on(answer() + "x"),
            "nul": handed_on(answer() + "\0"),
            "no-active": handed_on(answer(active=None)),
            "active-twice": handed_on('{"active":false,' + answer()[1:]),
            "refresh-token": handed_on(answer(token_type="refresh_token")),
            "other-issuer": handed_on(answer(iss=ISSUER + "/")),
            "exp-string": handed_on(answer(exp="1")),
        },
    },
    "metadata": {
        "valid": {
            "okta": compact(METADATA),
            "no-token-endpoint": without(METADATA, "token_endpoint"),
            "other-host": compact({**METADATA, "jwks_uri": "https://keys.example:8443/k?a=b"}),
            "bom": b"\xef\xbb\xbf" + compact(METADATA).encode(),
            "nulls": compact({**METADATA, "token_endpoint": None, "scopes_supported": None}),
        },
        "invalid": {
            "slash": compact({**METADATA, "issuer": ISSUER + "/"}),
            "no-issuer": without(METADATA, "issuer"),
            "http-keys": compact({**METADATA, "jwks_uri": "http://keys.example/"}),
            "line-feed": compact({**METADATA, "jwks_uri": ISSUER + "\r\nHost: x"}),
            "number": compact({**METADATA, "jwks_uri": 7}),
            "null": compact({**METADATA, "jwks_uri": None}),
            "html": "<html></html>",
        },
    },
    "snapshot": {
        "valid": {
            "full": compact(SNAPSHOT),
            "no-etag": compact({**SNAPSHOT, "etag": None}),
            "one-usable": compact({**SNAPSHOT, "keys": [KEYS[3], {}, 1]}),
        },
        "invalid": {
            "version": compact({**SNAPSHOT, "version": 1}),
            "no-trust": without(SNAPSHOT, "trust"),
            "issuer": compact({**SNAPSHOT, "issuer": "https://other.example/x"}),
            "no-keys": compact({**SNAPSHOT, "keys": []}),
            "negative": compact({**SNAPSHOT, "fetched_at": -1}),
            "cut": compact(SNAPSHOT)[:-3],
        },
    },
    "bearer": {
        "valid": {
            "token": "Bearer " + GOOD_ED,
            "case": "bEARER  a-._~+/==",
            "short": "Bearer a",
        },
        "invalid": {
            "none": "",
            "basic": "Basic dXNlcjpwYXNz",
            "bare": "Bearer",
            "blank": "Bearer ",
            "tab": "Bearer\ta",
            "two": "Bearer a, Bearer b",
            "joined": "Basic a, Bearer b",
            "quoted": 'Digest a="x, Bearer b", c="\\"", Bearer d',
            "comma": "Bearer a,",
            "equals": "Bearer a=b",
            "bytes": b"Bearer \xff",
        },
    },
    "certificate": {
        "valid": {
            "rfc9440": f":{CERTIFICATE}:",
            "pem": PEM,
            "blanks": PEM.replace("\n", " "),
            "escaped": quote(PEM, safe=""),
        },
        "invalid": {
            "none": "",
            "bare": CERTIFICATE,
            "two": f":{CERTIFICATE}:, :{CERTIFICATE}:",
            "chain": PEM + PEM,
            "cut": f":{CERTIFICATE[:-8]}:",
            "behind": f":{CERTIFICATE}AAAA:",
            "escape": quote(PEM, safe="")[:-1],
            "no-der": ":AAAA:",
        },
    },
    "cookie": {
        "valid": {
            "alone": "t=a.b.c",
            "among": "x=1; t=a.b.c; y=2",
            "blanks": " \t t = a ;",
            "quotes-before": 'x="1"; t=a',
        },
        "invalid": {
            "none": "",
            "empty": "t=",
            "twice": "t=a; t=b",
            "comma": "x=1, t=a",
            "between-quotes": 'x="; t=a; y="',
            "version": "$Version=1; t=a",
            "case": "T=a; tt=b",
        },
    },
    "subprotocols": {
        "valid": {
            "alone": "okta.bearer, a.b.c",
            "among": "chat,okta.bearer , a.b.c,v2",
            "case": "OKTA.bearer,,a",
        },
        "invalid": {
            "none": "chat, v2",
            "no-token": "okta.bearer",
            "order": "a.b.c, okta.bearer",
            "two": "okta.bearer, a, okta.bearer, b",
        },
    },
    "verify": {
        "valid": {
            "rs256": GOOD_RSA,
            "eddsa": GOOD_ED,
            "signed": to_sign(EDDSA, claims()),
            "signed-at-jwt": to_sign({**EDDSA, "typ": "at+jwt"}, claims(nonce="n")),
            "signed-no-kid": to_sign({"alg": "EdDSA"}, claims(aud=["api://default"], nbf=NOW)),
        },
        "invalid": {
            "tampered": GOOD_RSA[:-9] + "AAAAAAAAA",
            "swapped-payload": ".".join(
                [GOOD_RSA.split(".")[0], GOOD_ED.split(".")[1] + "AA", GOOD_RSA.split(".")[2]]
            ),
            "none": encode(b'{"alg":"none"}') + "." + encode(claims().encode()) + ".AA",
            "unknown-kid": signed({"alg": "EdDSA", "kid": "?"}, claims(), ED),
            "wrong-kid": to_sign({"alg": "EdDSA", "kid": "rsa"}, claims()),
            "expired": to_sign(EDDSA, claims(exp=1)),
            "crit": to_sign({**EDDSA, "crit": ["x"]}, claims()),
            "org-server": to_sign({**EDDSA, "typ": "okta-internal-at+jwt"}, claims()),
            "id-token": to_sign(EDDSA, claims(at_hash="x")),
            "bound": to_sign(EDDSA, claims(cnf={})),
            "issuer": to_sign(EDDSA, claims(iss="https://evil.example/x")),
            "opaque": "opaque",
        },
    },
    "target": {
        "valid": {
            "plain": "https://api.example.com/items",
            "case-port-query": "HTTPS://API.Example.COM:443/Items?a=b#c",
            "dots": "http://a:8080/b/%2e%2E/./c/..//d/.",
            "address": "https://[2001:DB8::1]:0443",
            "escapes": "https://a%2eb/%7e%2f%c3%a4",
            "longest": "https://a",
        },
        "invalid": {
            "empty": "",
            "relative": "/items",
            "userinfo": "https://u:p@a/",
            "no-host": "https://:443/",
            "port": "https://a:65536/",
            "escape": "https://a/%4",
            "bracket": "https://[::1/",
            "utf-8": "https://a/\u00e4",
            "line-feed": "https://a/\n",
        },
    },
    "proof": {
        "valid": {
            "compact": PROOF,
            "signed": proof_to_sign(),
            "all-members": proof_to_sign({"kid": "k", "jwk": public(ED, use="sig", alg="EdDSA", key_ops=["verify"])},
                                         exp=NOW + 1, nbf=NOW, nonce="n"),
            "other-spelling": proof_to_sign({"typ": "application/DPOP+JWT"}, iat=NOW - 59.5,
                                            htu="HTTPS://api.example.com:443/x/../%69tems?a=b"),
        },
        "invalid": {
            "tampered": PROOF[:-9] + "AAAAAAAAA",
            "two": PROOF + ", " + PROOF,
            "padding": PROOF + "=",
            "none": encode(compact({**PROOF_HEADER, "alg": "none"}).encode()) + ".e30.AA",
            "jwt": proof_to_sign({"typ": "JWT"}),
            "private": proof_to_sign({"jwk": {**public(ED), "d": None}}),
            "other-key": signed({"typ": "dpop+jwt", "alg": "ES256", "jwk": public(P256)}, compact(PROOF_CLAIMS), P256),
            "rsa": signed({"typ": "dpop+jwt", "alg": "RS256", "jwk": public(RSA)}, compact(PROOF_CLAIMS), RSA),
            "symmetric": proof_to_sign({"jwk": {"kty": "oct", "k": "AA"}}),
            "crit": proof_to_sign({"crit": ["exp"]}),
            "method": proof_to_sign(htm="POST"),
            "url": proof_to_sign(htu="https://api.example.com/items/"),
            "old": proof_to_sign(iat=NOW - 61),
            "future": proof_to_sign(iat=NOW + 6),
            "expired": proof_to_sign(exp=NOW),
            "other-token": proof_to_sign(ath="B" * 43),
            "no-jti": proof_to_sign(jti=None),
            "duplicate": PROOF_HEADER_TWICE + "\n" + compact(PROOF_CLAIMS),
        },
    },
}


def main():
    for target, verdicts in SEEDS.items():
        for verdict, seeds in verdicts.items():
            folder = HERE / "corpus" / target / verdict
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in seeds.items():
                data = content if isinstance(content, bytes) else content.encode()
                (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
