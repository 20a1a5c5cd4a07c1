# SPDX-License-Identifier: Apache-2.0
"""A scripted authorization server: real HTTP or https on loopback, honest until told otherwise.

Endpoints by name: `metadata` (OpenID), `oauth` (RFC 8414 as Okta nests it), `rfc8414` (its own form) and `keys`.
"""

import hashlib
import json
import socket
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from env import answers
from env.keys import Key, key, keyset
from env.mint import Mint
from env.ports import LOOPBACK


@dataclass(frozen=True)
class Request:
    endpoint: str
    method: str
    path: str
    headers: dict
    time: float
    body: bytes = b""
    port: int = 0  # of who asks


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """Clients that hang up or refuse our certificate are what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are written one after the other
    timeout = 60

    def log_message(self, format, *args):
        pass

    def do_GET(self):
        self.server.issuer.serve(self)

    do_POST = do_HEAD = do_GET


class Issuer:
    """Use as a context manager. `keys` may be changed at any time: that is a rotation."""

    def __init__(self, path="/oauth2/default", host=LOOPBACK, tls=None, name=None, keys=None,
                 audience="api://default"):
        self.path = path
        self.host = host
        self.name = name or host
        self.tls = tls
        self.keys = list(keys) if keys is not None else [key("key-1")]
        self.audience = audience
        self.max_age = 3600
        self.etags = True
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._requests = []
        self._scripts = {}
        self._server = None
        self._holder = None
        self.port = 0
        self._listen()

    # -- addresses

    @property
    def origin(self):
        host = f"[{self.name}]" if ":" in self.name else self.name
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    @property
    def url(self):
        return self.origin + self.path

    @property
    def jwks_uri(self):
        return self.url + "/v1/keys"

    @property
    def mint(self):
        """Mints with the first key."""
        first = next(k for k in self.keys if isinstance(k, Key))
        return Mint(self.url, first, self.audience)

    def mint_with(self, signing_key):
        return Mint(self.url, signing_key, self.audience)

    # -- scripts and counters

    def script(self, endpoint, behavior=answers.honest):
        """Answer one endpoint (or `all`) by the behavior from now on."""
        with self._lock:
            self._scripts[endpoint] = behavior

    def honest(self):
        with self._lock:
            self._scripts.clear()

    @property
    def requests(self):
        with self._lock:
            return list(self._requests)

    def count(self, *endpoints):
        return sum(1 for r in self.requests if not endpoints or r.endpoint in endpoints)

    def metadata_fetches(self):
        return self.count("metadata", "oauth", "rfc8414")

    def key_fetches(self):
        return self.count("keys")

    def forget_requests(self):
        with self._lock:
            self._requests.clear()

    # -- honest documents

    def metadata(self):
        url = self.url
        return {
            "issuer": url, "authorization_endpoint": url + "/v1/authorize",
            "token_endpoint": url + "/v1/token", "registration_endpoint": self.origin + "/oauth2/v1/clients",
            "jwks_uri": self.jwks_uri, "introspection_endpoint": url + "/v1/introspect",
            "revocation_endpoint": url + "/v1/revoke", "response_types_supported": ["code", "token"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email"], "claims_supported": ["iss", "aud", "sub", "scp", "cid"],
        }

    def endpoint(self, path):
        path = path.partition("?")[0]
        return {
            self.path + "/.well-known/openid-configuration": "metadata",
            self.path + "/.well-known/oauth-authorization-server": "oauth",
            "/.well-known/oauth-authorization-server" + self.path: "rfc8414",
            self.path + "/v1/keys": "keys",
        }.get(path, path)

    def _truth(self, request):
        if request.endpoint in ("metadata", "oauth", "rfc8414"):
            return answers.json_answer(self.metadata(), headers=(("Cache-Control", "max-age=86400"),))
        if request.endpoint == "keys":
            return self._keys_answer(request)
        return answers.Answer(status=404, body=b'{"errorCode":"E0000007","errorSummary":"Not found"}')

    def _keys_answer(self, request):
        body = json.dumps(keyset(*self.keys)).encode()
        headers = [("Cache-Control", f"max-age={self.max_age}, must-revalidate")]
        if self.etags:
            tag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
            headers.append(("ETag", tag))
            if request.headers.get("if-none-match") == tag:
                return answers.Answer(status=304, headers=tuple(headers))
        return answers.Answer(body=body, headers=tuple(headers))

    # -- the wire

    def serve(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        request = Request(self.endpoint(handler.path), handler.command, handler.path,
                          {k.lower(): v for k, v in handler.headers.items()}, time.time(), body,
                          handler.client_address[1])
        with self._lock:
            self._requests.append(request)
            behavior = self._scripts.get(request.endpoint, self._scripts.get("all", answers.honest))
        answer = behavior(self, request, self._truth(request))
        if answer.after:
            answer.after()
        handler.close_connection = handler.close_connection or answer.close or answer.drop
        if answer.drop or self.stopping.is_set():
            handler.close_connection = True
            return
        self._send(handler, answer)

    @staticmethod
    def _send(handler, answer):
        handler.send_response(answer.status)
        for name, value in answer.headers:
            handler.send_header(name, value)
        bodiless = answer.status in (204, 304)
        if not bodiless:
            handler.send_header("Content-Type", answer.content_type)
            length = len(answer.body) if answer.claimed_length is None else answer.claimed_length
            handler.send_header("Content-Length", str(length))
        handler.end_headers()
        if not bodiless and handler.command != "HEAD":
            half = len(answer.body) // 2 if answer.midway else 0
            handler.wfile.write(answer.body[:half])
            if answer.midway:
                answer.midway()
            handler.wfile.write(answer.body[half:])

    def _listen(self):
        self._server = _Server((self.host, self.port), _Handler, bind_and_activate=False)
        if ":" in self.host:
            self._server.address_family = socket.AF_INET6
            self._server.socket = socket.socket(socket.AF_INET6)
        self._server.server_bind()
        self._server.server_activate()
        self._server.issuer = self
        if self.tls:
            # Not on connect: the handshake would then block the accepting thread.
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True,
                                                       do_handshake_on_connect=False)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02},
                         daemon=True).start()

    def refuse(self):
        """Refuse connections from now on, and keep the port ours."""
        self._server.shutdown()
        self._server.server_close()
        self._holder = socket.socket()
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._holder.bind((self.host, self.port))

    def resume(self):
        """Listen again after refuse."""
        self._holder.close()
        self._holder = None
        self._listen()

    def stop(self):
        self.stopping.set()
        if self._holder:
            self._holder.close()
        else:
            self._server.shutdown()
            self._server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()
