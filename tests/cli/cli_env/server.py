# SPDX-License-Identifier: Apache-2.0
"""A scripted authorization server on a free port of 127.0.0.1."""

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("latin-1")
        request = Request(self.command, self.path, self.headers, body)
        self.server.owner.requests.append(request)
        status, answer, headers = self.server.owner.answer(request)
        data = answer if isinstance(answer, bytes) else (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer

    def log_message(self, format, *arguments):
        pass


class Request:
    def __init__(self, method, target, headers, body):
        self.method = method
        self.target = target
        self.path = urlsplit(target).path
        self.headers = headers
        self.form = parse_qs(body, keep_blank_values=True)
        self.body = body


class Server:
    """answers maps a path below the issuer to (status, body[, headers]) or to a function of the
    request that returns it. tls is an ssl.SSLContext."""

    def __init__(self, tls=None):
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self._http.daemon_threads = True
        if tls:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self.origin = f"{'https' if tls else 'http'}://127.0.0.1:{self._http.server_port}"
        self.issuer = f"{self.origin}/oauth2/default"
        self.token_endpoint = f"{self.issuer}/v1/token"
        self.requests = []
        self.answers = {
            "/.well-known/openid-configuration": (200, {
                "issuer": self.issuer,
                "jwks_uri": f"{self.issuer}/v1/keys",
                "token_endpoint": self.token_endpoint,
            }),
        }

    def answer(self, request):
        path = request.path.removeprefix("/oauth2/default")
        found = self.answers.get(path, (404, {"errorCode": "E0000007", "errorSummary": "Not found"}))
        if callable(found):
            found = found(request)
        status, body, *headers = found
        return status, body, headers[0] if headers else {}

    def asked(self, path):
        return [r for r in self.requests if r.path.endswith(path)]

    def __enter__(self):
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *unused):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def tls_context(certificate, private_key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private_key)
    return context
