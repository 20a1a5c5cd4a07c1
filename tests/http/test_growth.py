# SPDX-License-Identifier: Apache-2.0
"""Work before any verdict grows with what the client sends and not faster: instructions are counted, no clock read."""

import json

import pytest
from env import jwe, leaks
from env.counting import CountingHttpd
from env.issuer import Issuer
from env.mint import b64url
from env.snippets import location, trusts

RECIPIENT = jwe.recipient("growth")
UNITS = 500
SIZES = (1, 4, 16)
# (16 - 1) / (4 - 1) is 5 for what is linear, some 6.5 for n log n, 17 for a square
FASTEST = 9
NOISE = 20_000


@pytest.fixture(scope="module")
def issuer():
    with Issuer() as made:
        yield made


@pytest.fixture(scope="module")
def server(issuer):
    limits = ("LimitRequestFields 0\nLimitRequestFieldSize 400000\nLimitRequestLine 400000\nOktaMaxTokenBytes 400000\n"
              "MergeTrailers On\n")
    made = CountingHttpd(
        lambda s: limits + trusts(issuer, f'OktaDecryptionKey "{jwe.install(s, "conf/key.pem", RECIPIENT)}"')
        + location("/api", "OktaClaimHeader sub X-User", "OktaClaimHeader groups X-Groups", "OktaForwardToken Off",
                   "OktaResourceMetadata On")
        + location("/maybe", "OktaClaimHeader email X-Email", "OktaAnonymous missing-or-failed", "OktaForwardToken Off",
                   require="all granted", handler="okta-hello")
        + location("/ways", "OktaTokenFrom header header:X-Token cookie:t websocket", "OktaForwardToken Off",
                   "OktaAnonymous missing-or-failed", require="all granted", handler="okta-hello")
        + "OktaClientCertHeader Client-Cert\nOktaTrustedProxy 127.0.0.2\n"
        + location("/cors", "OktaCorsOrigin https://*.example.com https://app.example.org", "OktaCorsMethods PUT",
                   "OktaCorsHeaders X-One X-Two"))
    made.expects("AH00127", lasting=True)  # no file has so long a name
    try:
        yield made.start()
    finally:
        made.stop()
        made.remove()


def _request(path, *fields, method="GET", body=""):
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *fields]
    if any(field.startswith("Connection:") for field in fields):
        del lines[2]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1")


def _authorization(value, path="/api"):
    return _request(path, f"Authorization: {value}")


def _token(header, payload):
    """Made up, of any text; nobody's signature."""
    return _authorization("Bearer " + leaks.register(f"{b64url(header)}.{b64url(payload)}.AAAA"))


def _header(members):
    return _token('{"alg":"RS256","kid":"k",%s}' % members, "{}")


def _payload(members):
    return _token('{"alg":"RS256","kid":"k"}', '{"iss":"https://elsewhere.example.com",%s}' % members)


def _encrypted(header='"x":1', key="A" * 342, text="A" * 40):
    """Made up as well; the key that is named fits, so that a long text is decrypted in vain."""
    members = '{"alg":"RSA-OAEP","enc":"A128GCM","kid":"%s",%s}' % (RECIPIENT.kid, header)
    return _authorization("Bearer " + leaks.register(f"{b64url(members)}.{key}.{'A' * 16}.{text}.{'A' * 22}"))


def _trailers(lines):
    return _request("/maybe", "Transfer-Encoding: chunked", method="GET", body="1\r\na\r\n0\r\n" + lines + "\r\n")


def _names(count, pattern="n%06d"):
    return [pattern % i for i in range(count)]


def _members(count, pattern="n%06d"):
    return ",".join(f'"{name}":1' for name in _names(count, pattern))


def _cookies(text, *more):
    return _request("/ways", f"Cookie: {text}", "Sec-Fetch-Site: same-origin", *more)


def _subprotocols(text):
    return _request("/ways", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Protocol: {text}")


# name: (request of n units, units at size 1)
INPUTS = {
    "Connection, many names": lambda n: _request("/plain.txt", "Connection: " + ",".join(["a"] * n)),
    "Connection, claims": lambda n: _request("/plain.txt", "Connection: " + ",".join(["X-User"] * n)),
    "Connection, odd names": lambda n: _request("/plain.txt", "Connection: " + ';"a'.join(["a"] * n)),
    "Connection, one long name": lambda n: _request("/plain.txt", "Connection: " + "a" * n),
    "Connection, blanks": lambda n: _request("/plain.txt", "Connection: a" + ", ;\t" * n),
    "fields of any name": lambda n: _request("/maybe", *(f"{name}: v" for name in _names(n // 4))),
    "fields that claim": lambda n: _request("/maybe", *(f"X{c}User: v" for c in "-_.!~*'|^`#$%&+" * (n // 60))),
    "one long name of a field": lambda n: _request("/maybe", "X-User" + "-" * n + ": v"),
    "trailers": lambda n: _trailers("".join(f"{name}: v\r\n" for name in _names(n // 4))),
    "trailers that claim": lambda n: _trailers("X-User: v\r\n" * (n // 4)),
    "path": lambda n: _request("/api/" + "a" * n),
    "path of many segments": lambda n: _request("/api" + "/a" * n),
    "path to metadata": lambda n: _request("/.well-known/oauth-protected-resource" + "/a" * n),
    "query": lambda n: _request("/api?" + "a=b&" * n),
    "Origin": lambda n: _request("/cors", "Origin: https://" + "a" * n + ".example.com"),
    "Origin of many labels": lambda n: _request("/cors", "Origin: https://" + "a." * n + "example.com"),
    "asked headers": lambda n: _request(
        "/cors", "Origin: https://app.example.org", "Access-Control-Request-Method: PUT",
        "Access-Control-Request-Headers: " + ",".join(["x-one", "x-two", "authorization"] * n), method="OPTIONS"),
    "asked headers, blanks": lambda n: _request(
        "/cors", "Origin: https://app.example.org", "Access-Control-Request-Method: PUT",
        "Access-Control-Request-Headers: x-one" + ", " * n, method="OPTIONS"),
    "asked method": lambda n: _request("/cors", "Origin: https://app.example.org",
                                       "Access-Control-Request-Method: " + "P" * n, method="OPTIONS"),
    "cookies": lambda n: _cookies("; ".join(["t2=a"] * n)),
    "cookies of the name": lambda n: _cookies("; ".join(["t=a"] * n)),
    "cookies without a name": lambda n: _cookies(";" * n),
    "cookies, blanks": lambda n: _cookies("t" + " " * n + "=" + " " * n + "a"),
    "cookies, blanks between": lambda n: _cookies(" ;\t" * n + "t=a"),
    "cookies, commas": lambda n: _cookies(",t=" * n),
    "cookies, quotes": lambda n: _cookies('"; $Version="' * n),
    "cookie, long": lambda n: _cookies("t=" + leaks.register("a" * n)),
    "cookie of others, long Origin": lambda n: _request("/ways", "Cookie: t=a.b.c", "Origin: https://" + "a." * n),
    "cookie of others, long site": lambda n: _request("/ways", "Cookie: t=a.b.c", "Sec-Fetch-Site: " + "same-origin, " * n),
    "subprotocols": lambda n: _subprotocols("a," * n + "okta.bearer,a.b.c"),
    "subprotocols, pairs": lambda n: _subprotocols("okta.bearer," * n),
    "subprotocols, blanks": lambda n: _subprotocols("okta.bearer" + " ," * n + "a"),
    "subprotocols, upgrades": lambda n: _request("/ways", "Upgrade: " + "websocket2, " * n + "websocket",
                                                 "Sec-WebSocket-Protocol: okta.bearer, a.b.c"),
    "a header of tokens": lambda n: _request("/ways", "X-Token: " + "Bearer a, " * n),
    "headers like that of tokens": lambda n: _request("/ways", *(f"X{c}Token: v" for c in "_.!~*'|^`#$%&+" * (n // 60))),
    "headers like that of certificates": lambda n: _request("/maybe", *(f"Client{c}Cert: v" for c in "-_.!~*'|" * (n // 60))),
    "Connection, certificates": lambda n: _request("/plain.txt", "Connection: " + ";".join(["Client-Cert"] * n)),
    "another scheme with commas": lambda n: _authorization("Digest " + "a, " * n),
    "another scheme with quotes": lambda n: _authorization("Digest " + '"a\\"' * n),
    "another scheme with blanks": lambda n: _authorization("Digest a," + " " * n + "b"),
    "Bearer and blanks": lambda n: _authorization("Bearer " + " " * n + "a"),
    "Bearer and commas": lambda n: _authorization("Bearer a" + ",Bearer" * n),
    "no token at all": lambda n: _authorization("Bearer " + leaks.register("a" * n), "/maybe"),
    "dots": lambda n: _authorization("Bearer " + "." * n),
    "header, escaped quotes": lambda n: _header('"x":"%s"' % ('\\"' * n)),
    "header, escaped letters": lambda n: _header('"x":"%s"' % ("\\u0041" * n)),
    "header, pairs of surrogates": lambda n: _header('"x":"%s"' % ("\\ud83d\\ude00" * n)),
    "header, escapes in names": lambda n: _header(",".join(f'"\\u0041{name}":"\\n"' for name in _names(n // 4))),
    "header, members": lambda n: _header(_members(n // 4)),
    "header, one name many times": lambda n: _header(",".join(['"a":1'] * n)),
    "header, array": lambda n: _header('"x":[%s]' % ",".join(["1"] * n)),
    "header, objects": lambda n: _header('"x":[%s]' % ",".join(['{"a":{}}'] * n)),
    "header, brackets": lambda n: _header('"x":' + "[" * n),
    "header, long number": lambda n: _header('"x":0.' + "1" * n),
    "header, many long numbers": lambda n: _header('"x":[%s]' % ",".join(["1.00000000000000000001"] * (n // 4))),
    "header, kid": lambda n: _header('"jku":"%s"' % ("k" * n)),
    "header, unknown alg": lambda n: _token('{"alg":"%s"}' % ("A" * n), "{}"),
    "header, blanks": lambda n: _header(" " * n + '"x":1'),
    "header, bad text": lambda n: _header('"x":"%s' % ("\u00e9" * n)),
    "encrypted, header": lambda n: _encrypted(header=",".join(f'"{name}":1' for name in _names(n // 4))),
    "encrypted, kid": lambda n: _encrypted(header='"jku":"%s"' % ("k" * n)),
    "encrypted, text": lambda n: _encrypted(text="A" * 4 * n),
    "encrypted, key": lambda n: _encrypted(key="A" * 4 * n),
    "payload, escaped quotes": lambda n: _payload('"x":"%s"' % ('\\"' * n)),
    "payload, escaped letters": lambda n: _payload('"x":"%s"' % ("\\u0041" * n)),
    "payload, members": lambda n: _payload(_members(n // 4)),
    "payload, alike members": lambda n: _payload(_members(n // 8, "a" * 60 + "%06d")),
    "payload, one name many times": lambda n: _payload(",".join(['"a":1'] * n)),
    "payload, aud": lambda n: _payload('"aud":[%s]' % ",".join(['"a"'] * n)),
    "payload, small objects": lambda n: _payload('"x":[%s]' % ",".join(['{"a":1,"b":2}'] * (n // 4))),
    "payload, scope": lambda n: _payload('"scp":"%s"' % ("a " * n)),
    "payload, brackets": lambda n: _payload('"x":' + "[" * n),
    "payload, long number": lambda n: _payload('"x":0.' + "1" * n),
    "payload, iss": lambda n: _token('{"alg":"RS256","kid":"k"}', '{"iss":"https://%s"}' % ("a" * n)),
    "payload, jti": lambda n: _payload('"jti":"%s"' % ("\\u0001" * n)),
}


def _growth(server, make):
    """How much more the largest input costs than the smallest, in what the one between them costs more."""
    server.instructions(make(UNITS))
    least, middle, most = (server.instructions(make(UNITS * size))[0] for size in SIZES)
    return (most - least) / max(middle - least, NOISE)


@pytest.mark.parametrize("name", INPUTS)
def test_instructions(server, name):
    assert _growth(server, INPUTS[name]) < FASTEST


def test_a_square_is_noticed(server):
    assert _growth(server, lambda n: _request("/cors", "Origin: " + "a" * (n * n // UNITS))) > FASTEST
