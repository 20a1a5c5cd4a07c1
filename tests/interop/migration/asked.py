# SPDX-License-Identifier: Apache-2.0
"""The requests of docs/migrate.md, each under the words of its row; and how the page writes an answer."""

import json
import re
import socket
import time
from dataclasses import dataclass

from env import leaks
from env.client import bearer, parse
from env.keys import key
from env.mint import ABSENT, b64url, compact, secret_jwk, tampered
from env.ports import LOOPBACK

ORDERS, ME = "/api/orders", "/api/me"


@dataclass(frozen=True)
class Sent:
    fields: tuple = ()
    method: str = "GET"
    path: str = ORDERS

    def to(self, port):
        """The answer. Our side stays open until then: Node.js drops the requests of those who are half gone."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {LOOPBACK}:{port}", "Connection: close", *self.fields]
        with socket.create_connection((LOOPBACK, port), timeout=30) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
        return parse(received)


def token(mint, **changes):
    """A token with the scope that the examples ask for."""
    return mint.token(**{"scp": ["orders.read"], **changes})


def by(credential, **more):
    return Sent((f"Authorization: {bearer(credential)}",), **more)


def _percent(text):
    """Encoded throughout: the access log has the URL, and no token may be found in a log."""
    return "".join(f"%{ord(character):02X}" for character in text)


def _ago(seconds):
    return int(time.time()) - seconds


def _unsigned(mint):
    parts = [b64url(json.dumps({"alg": "none"})), b64url(json.dumps(mint.claims(scp=["orders.read"]))), ""]
    return leaks.register(".".join(parts))


def _by_secret(mint):
    return compact(mint.header(alg="HS256"), mint.claims(scp=["orders.read"]), secret_jwk(mint.key.pem()), "HS256")


def _twice(mint):
    claims = json.dumps(mint.claims(scp=["orders.read"]))
    return mint.raw(payload=claims[:-1] + ',"aud":"api://default"}')


_PREFLIGHT = ("Origin: https://app.example.com", "Access-Control-Request-Method: GET",
              "Access-Control-Request-Headers: authorization")

REQUESTS = {
    "good token": lambda m: by(token(m)),
    "`HEAD` with a good token": lambda m: by(token(m), method="HEAD"),
    "scheme written `bearer`": lambda m: Sent((f"Authorization: {bearer(token(m), 'bearer')}",)),
    "scopes in `scope`, a string of two": lambda m: by(token(m, scp=ABSENT, scope="orders.read orders.write")),
    "scopes in `scp`, an array of two": lambda m: by(token(m, scp=["orders.write", "orders.read"])),
    "`aud` is an array with ours in it": lambda m: by(token(m, aud=["api://x", "api://default"])),
    "no `sub`": lambda m: by(token(m, sub=ABSENT)),
    "no `kid` in the header, one key in the set": lambda m: by(token(m, header={"kid": ABSENT})),
    "no token": lambda m: Sent(),
    "`HEAD` without a token": lambda m: Sent(method="HEAD"),
    "`Authorization: Basic …`": lambda m: Sent(("Authorization: Basic dXNlcjpwYXNz",)),
    "token in the query": lambda m: Sent(path=f"{ORDERS}?access_token={_percent(token(m))}"),
    "expired for an hour": lambda m: by(token(m, iat=_ago(7200), exp=_ago(3600))),
    "expired for 20 seconds": lambda m: by(token(m, iat=_ago(3600), exp=_ago(20))),
    "`nbf` in half an hour": lambda m: by(token(m, nbf=_ago(-1800))),
    "`iat` in half an hour": lambda m: by(token(m, iat=_ago(-1800))),
    "no `exp`": lambda m: by(token(m, exp=ABSENT)),
    "tampered with": lambda m: by(tampered(token(m), sub="root@example.com")),
    "signed by an unknown key": lambda m: by(token(m, header={"kid": "nobody"}, key=key("stranger"))),
    "`alg` is `none`": lambda m: by(_unsigned(m)),
    "`alg` is `HS256`, keyed by the public key": lambda m: by(_by_secret(m)),
    "other audience": lambda m: by(token(m, aud="api://other")),
    "other audience, where `valid-user` stands alone": lambda m: by(token(m, aud="api://other"), path=ME),
    "other issuer": lambda m: by(token(m, iss="https://elsewhere.example.com/oauth2/default")),
    "other issuer in `iss`, where `valid-user` stands alone":
        lambda m: by(token(m, iss="https://elsewhere.example.com/oauth2/default"), path=ME),
    "good token without the scope": lambda m: by(token(m, scp=["orders.write"])),
    "ID token (it has a `nonce`)": lambda m: by(token(m, nonce="n-0S6_WzA2Mj")),
    "`typ` is `dpop+jwt`": lambda m: by(token(m, header={"typ": "dpop+jwt"})),
    "bound token (`cnf`) as `Bearer`": lambda m: by(token(m, cnf={"jkt": "0" * 43})),
    "bound token as `DPoP`, without a proof":
        lambda m: Sent((f"Authorization: {bearer(token(m, cnf={'jkt': '0' * 43}), 'DPoP')}",)),
    "`crit` names an unknown extension": lambda m: by(token(m, header={"crit": ["x"], "x": True})),
    "a claim twice in the JSON": lambda m: by(_twice(m)),
    "opaque token": lambda m: by("00Fq3ZkXbXm1QyTt7r2nWc"),
    "`Bearer` and nothing": lambda m: Sent(("Authorization: Bearer",)),
    "two words behind `Bearer`": lambda m: Sent((f"Authorization: {bearer(token(m))} x",)),
    "two `Authorization` fields": lambda m: Sent((f"Authorization: {bearer(token(m))}",) * 2),
    "CORS preflight": lambda m: Sent(_PREFLIGHT, method="OPTIONS"),
    "`OPTIONS` without a token": lambda m: Sent(method="OPTIONS"),
    "`OPTIONS` without a token, where `valid-user` stands alone": lambda m: Sent(method="OPTIONS", path=ME),
}


def cell(answer):
    """An answer as the table has it: the status, the error of the challenge, and whether a 401 lacks one."""
    challenges = " ".join(answer.all("WWW-Authenticate"))
    error = re.search(r'error="(\w+)"', challenges)
    words = [str(answer.status)]
    if error:
        words.append(f"`{error[1]}`")
    if answer.header("Retry-After"):
        words.append("`Retry-After`")
    return " ".join(words) + (", no challenge" if answer.status == 401 and not challenges else "")
