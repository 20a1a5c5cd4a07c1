# SPDX-License-Identifier: Apache-2.0
"""Event streams through OktaMcp: the first event arrives while the stream goes on, and many open ones cost nothing more.

OKTA_MCP_SECONDS=60 keeps the streams open for a minute of calls, for the figures in docs/performance.md.
"""

import contextlib
import json
import os
import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from env import h2, places
from env.issuer import _Server
from env.mcp import JSON, head, message, post, text
from env.ports import LOOPBACK
from env.recording import RecordingBackend
from env.snippets import location, trusts
from env.waiting import wait_for

STREAMS, CALLS = 64, 300
SECONDS = float(os.environ.get("OKTA_MCP_SECONDS", "0"))


class _Events(BaseHTTPRequestHandler):
    """A GET, and a POST of "listen", is a stream: one event at once, the last one when the test lets it end."""

    protocol_version = "HTTP/1.1"
    timeout = 600
    disable_nagle_algorithm = True

    def log_message(self, format, *args):
        pass

    def _answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append(body)
        if self.command == "GET" or b"listen" in body:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"event: message\ndata: first\n\n")
            self.server.end.wait(600)
            self.wfile.write(b"event: message\ndata: last\n\n")
            self.close_connection = True
            return
        answer = json.dumps({"jsonrpc": "2.0", "id": json.loads(body)["id"], "result": {}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = _answer


class EventBackend(RecordingBackend):
    def __init__(self):
        server = _Server((LOOPBACK, 0), _Events)
        server.end = self.end = threading.Event()
        super().__init__("http", server)


@pytest.fixture
def backend():
    with EventBackend() as started:
        yield started
        started.end.set()


@pytest.fixture
def server(launch, shared_issuer, backend):
    return launch(trusts(shared_issuer) + "Protocols h2c http/1.1\nTimeout 600\n"
                  + location("/mcp", "OktaMcp On", "OktaMcpScope tools/call tools", f"ProxyPass {backend.url}/mcp",
                             handler=None),
                  modules=("proxy", "proxy_http", "http2"), processes=1, threads=STREAMS + 16, log_level="notice")


@pytest.fixture
def token(shared_issuer):
    return shared_issuer.mint.token(scp=["tools"])


def read_until(connection, sign):
    received = b""
    while sign not in received:
        chunk = connection.recv(65536)
        assert chunk, received
        received += chunk
    return received


def listen(stack, server, data):
    """A stream, whose first event is there."""
    connection = stack.enter_context(socket.create_connection((LOOPBACK, server.port), timeout=60))
    connection.sendall(data)
    received = read_until(connection, b"data: first")
    assert received.startswith(b"HTTP/1.1 200 ") and b"data: last" not in received
    return connection


def used(server):
    """Of the child: kilobytes of its own, and threads."""
    pid, = server.children()
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    return int(re.search(r"^Anonymous: +(\d+)", rollup, re.M)[1]), len(os.listdir(f"/proc/{pid}/task"))


def call(server, token):
    answer = post(server, "/mcp", message(name="add", params={"name": "add", "arguments": {"text": "x" * 900}}), token)
    assert answer.status == 200 and answer.json()["result"] == {}


def test_many_streams_stay_open_and_calls_go_on_beside_them(server, backend, token, figure):
    listening = text(message("tools/call", "listen"))
    with contextlib.ExitStack() as stack:
        streams = [listen(stack, server, head("/mcp", token, ["Accept: text/event-stream"], "GET"))
                   for _ in range(STREAMS - 8)]
        # the answer to a call may be a stream as well
        streams += [listen(stack, server, head("/mcp", token, [JSON], length=len(listening)) + listening)
                    for _ in range(8)]
        for _ in range(100):
            call(server, token)
        (before, threads), calls, ends = used(server), 0, time.monotonic() + SECONDS
        while calls < CALLS or time.monotonic() < ends:
            call(server, token)
            calls += 1
        after, threads_after = used(server)
        figure("streams open", streams=len(streams), calls=calls, kB_before=before, kB_after=after, threads=threads_after)
        assert threads_after == threads
        # what each call left behind would be a kilobyte at least; a sanitizer keeps what was freed
        assert after - before < CALLS or places.SANITIZE or places.VALGRIND
        backend.end.set()
        for connection in streams:
            read_until(connection, b"data: last")
    wait_for(lambda: len(server.children()) == 1, "one child")


def test_a_stream_over_http2(server, backend, token):
    threading.Timer(0, lambda: wait_for(lambda: backend.seen, "the call") and backend.end.set()).start()
    answer, = h2.fetch(server.port, "/mcp", method="POST", token=token, headers=[("content-type", "application/json")],
                       body=text(message("tools/call", "listen")))
    assert answer.status == 200
    assert b"data: first" in answer.body and b"data: last" in answer.body
