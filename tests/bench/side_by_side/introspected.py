# SPDX-License-Identifier: Apache-2.0
"""Tokens that the issuer was asked about, its answer remembered, beside a Bearer token of which nobody is asked."""

import base64
import json
import secrets
import threading
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from . import callgrind, rounds
from .cases import Case, no_auth, okta
from .server import Server

_ASKS = """OktaIntrospection {mode}
OktaIntrospectionClient none
OktaIntrospectionUri http://127.0.0.1:{port}/introspect
OktaIntrospectionCache 1h
OktaInsecureHttp On"""


def _claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def _answer(claims):
    """What an issuer says of such a token: the same in its own words."""
    said = {name: value for name, value in claims.items() if name not in ("scp", "cid")}
    return {"active": True, "token_type": "Bearer", "scope": " ".join(claims["scp"]), "client_id": claims["cid"], **said}


@contextmanager
def _issuer(known):
    """The port of one that knows these tokens, and counts how often it is asked."""
    asked = []

    class Endpoint(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):  # noqa: N802 # the name that http.server looks for
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            asked.append(form["token"][0])
            body = json.dumps(known.get(form["token"][0], {"active": False})).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        server.server_close()


def _tokens(tokens):
    """The file of a Bearer token, that of an opaque one as long that stands for the same, and what the issuer knows."""
    bearer = tokens.first("good")
    jwt = bearer.read_text().strip()
    opaque = secrets.token_hex(len(jwt))[:len(jwt)]
    path = tokens.folder / "opaque"
    path.write_text(opaque + "\n")
    answer = _answer(_claims(jwt))
    return bearer, path, {jwt: answer, opaque: answer}


def all_(bench, say):
    tokens = bench.mint.tokens()
    bearer, opaque, known = _tokens(tokens)
    cases = [
        Case("none", "none", None, label="no auth"),
        Case("bearer", "off", bearer, label="one token, nobody is asked"),
        Case("beside", "opaque", bearer, label="the same where opaque tokens are asked about"),
        Case("opaque", "opaque", opaque, label="one opaque token, the answer remembered"),
        Case("always", "always", bearer, label="one token with `always`, the answer remembered"),
    ]
    with _issuer(known) as (port, asked), ExitStack() as stack:
        snippets = {"none": no_auth(), "off": okta(bench.module, tokens)}
        for mode in ("opaque", "always"):
            snippets[mode] = okta(bench.module, tokens, extra=_ASKS.format(mode=mode, port=port))
        kir = {}
        for case in cases:
            kir[case.name] = callgrind.count(case, snippets[case.server], bench.out).kir
            say(f"{case.label:<50} {kir[case.name]:8.1f} kIr")
        asked_in_turn = len(asked)
        servers = {name: stack.enter_context(Server(snippet)) for name, snippet in snippets.items()}
        samples, _ = rounds.run(cases, servers, bench.rounds, bench.seconds, say)
        if (asked_in_turn, len(asked)) != (2, 4):
            raise RuntimeError(f"one call for each token and server was expected, not {asked_in_turn} and {len(asked)}")
    return {"cases": rounds.rows(cases, samples, kir), "bytes": len(opaque.read_text()) - 1,
            "us_ratios": {name: rounds.ratio(samples[name], samples["bearer"]) for name in ("beside", "opaque", "always")},
            "disturbed": rounds.disturbed(samples)}
