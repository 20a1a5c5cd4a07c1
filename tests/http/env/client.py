# SPDX-License-Identifier: Apache-2.0
"""Clients: a comfortable one, one for requests that no library would send, and many at once."""

import json
import socket
import threading
from dataclasses import dataclass

import requests

from env import challenge, leaks
from env.ports import LOOPBACK


def bearer(token, scheme="Bearer"):
    """An Authorization field's value."""
    leaks.register(token)
    return f"{scheme} {token}"


@dataclass(frozen=True)
class Response:
    status: int
    headers: tuple
    body: bytes

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name):
        """The field's value, None when absent; a field sent twice is an error here."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} was sent {len(values)} times"
        return values[0] if values else None

    @property
    def media_type(self):
        return (self.header("Content-Type") or "").partition(";")[0].strip().lower()

    def json(self):
        return json.loads(self.body)

    def environment(self):
        """What the env script (cgi.py) saw."""
        pairs = (line.partition(b"=") for line in self.body.split(b"\0") if line)
        return {name.decode(): value.decode("utf-8", "surrogateescape") for name, _, value in pairs}

    def challenge(self):
        """(scheme, parameters) of the one WWW-Authenticate field."""
        field = self.header("WWW-Authenticate")
        assert field is not None, f"no challenge with status {self.status}"
        return challenge.parse(field)


class Client:
    """Requests to one server; connections are reused within a thread only when a session is kept."""

    def __init__(self, port, host=LOOPBACK):
        self.port = port
        self.base = f"http://{host}:{port}"
        self._session = requests.Session()
        self._session.trust_env = False

    def request(self, method, path, token=None, headers=None, authorization=None, timeout=60):
        sent = dict(headers or {})
        if token is not None:
            authorization = bearer(token)
        if authorization is not None:
            # Header values are bytes on the wire; requests would insist on Latin-1 text.
            sent["Authorization"] = authorization.encode("utf-8", "surrogateescape")
        answer = self._session.request(method, self.base + path, headers=sent, timeout=timeout,
                                       allow_redirects=False)
        return Response(answer.status_code, tuple(answer.raw.headers.items()), answer.content)

    def get(self, path, token=None, **options):
        return self.request("GET", path, token, **options)

    def close(self):
        self._session.close()


def raw(port, data, timeout=30, host=LOOPBACK, source=None):
    """Send these bytes on a fresh connection (from that address), read to the end, and return the first response in it."""
    with socket.create_connection((host, port), timeout, source and (source, 0)) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return parse(received)


def parse(received):
    head, _, rest = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split(" ")[1])
    headers = tuple((n.strip(), v.strip()) for n, _, v in (line.partition(":") for line in lines[1:]))
    chunked = any(n.lower() == "transfer-encoding" and "chunked" in v for n, v in headers)
    return Response(status, headers, _unchunk(rest) if chunked else rest)


def _unchunk(data):
    body = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if length == 0:
            break
        body, data = body + data[:length], data[length + 2:]
    return body


def raw_get(port, path, *fields, method="GET", timeout=30, source=None):
    """A GET with these header lines (text or bytes) exactly as given."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {LOOPBACK}:{port}", "Connection: close", *fields]
    data = b"\r\n".join(line if isinstance(line, bytes) else line.encode("latin-1") for line in lines)
    return raw(port, data + b"\r\n\r\n", timeout, source=source)


def at_once(count, work):
    """Run work(i) in `count` threads that start together; return the results in order, or raise."""
    barrier = threading.Barrier(count)
    results, errors = [None] * count, []

    def run(i):
        try:
            barrier.wait(30)
            results[i] = work(i)
        except BaseException as error:  # handed to the caller's thread below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(i,), daemon=True) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    if errors:
        raise errors[0]
    assert not any(t.is_alive() for t in threads), "clients still waiting after 300 s"
    return results
