# SPDX-License-Identifier: Apache-2.0
"""A plain forward proxy that records what passes: absolute-form requests and CONNECT."""

import http.client
import select
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from env.issuer import _Server
from env.ports import LOOPBACK

_HOP_BY_HOP = {"connection", "proxy-connection", "keep-alive", "transfer-encoding", "te", "upgrade"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, format, *args):
        pass

    def do_GET(self):
        self.server.proxy.record(self.command, self.path)
        target = urlsplit(self.path)
        upstream = http.client.HTTPConnection(target.hostname, target.port or 80, timeout=30)
        try:
            headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP_BY_HOP}
            upstream.request(self.command, target._replace(scheme="", netloc="").geturl(),
                             headers=headers)
            answer = upstream.getresponse()
            body = answer.read()
        except OSError:
            self.send_error(502)
            return
        finally:
            upstream.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP | {"content-length", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_CONNECT(self):
        self.server.proxy.record(self.command, self.path)
        host, _, port = self.server.proxy.leads_to.get(self.path, self.path).rpartition(":")
        try:
            upstream = socket.create_connection((host.strip("[]"), int(port)), timeout=30)
        except OSError:
            self.send_error(502)
            return
        with upstream:
            self.send_response(200)
            for name, value in self.server.proxy.welcome:
                self.send_header(name, value)
            self.end_headers()
            self._tunnel(upstream)
        self.close_connection = True

    def _tunnel(self, upstream):
        pair = {self.connection: upstream, upstream: self.connection}
        while True:
            readable, _, _ = select.select(list(pair), [], [], 30)
            if not readable:
                return
            for end in readable:
                data = end.recv(65536)
                while isinstance(end, ssl.SSLSocket) and end.pending():
                    data += end.recv(65536)
                if not data:
                    return
                pair[end].sendall(data)


class Proxy:
    """Use as a context manager; `requests` are (method, target) pairs. tls: an ssl.SSLContext, for an https proxy.

    `leads_to` maps a CONNECT's host:port to where it goes instead, for names that only tests know. `welcome` are
    fields of the answer to CONNECT.
    """

    def __init__(self, host=LOOPBACK, tls=None, leads_to=(), welcome=()):
        self.leads_to = dict(leads_to)
        self.welcome = tuple(welcome)
        self._lock = threading.Lock()
        self._requests = []
        self._server = _Server((host, 0), _Handler)
        self._server.proxy = self
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True,
                                                  do_handshake_on_connect=False)
        self.url = f"{'https' if tls else 'http'}://{host}:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02},
                         daemon=True).start()

    def record(self, method, target):
        with self._lock:
            self._requests.append((method, target))

    @property
    def requests(self):
        with self._lock:
            return list(self._requests)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._server.shutdown()
        self._server.server_close()
