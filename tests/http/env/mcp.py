# SPDX-License-Identifier: Apache-2.0
"""Messages to an MCP server, as bytes that a test decides on, and what arrives at the server."""

import itertools
import json
import socket

from env.client import bearer, parse
from env.ports import LOOPBACK

JSON = "Content-Type: application/json"
VERSION = "MCP-Protocol-Version: 2026-07-28"
_ids = itertools.count(1)


def fresh_id():
    """No other message of this run has it."""
    return f"m{next(_ids)}"


def message(method="tools/call", name=None, id=None, **more):
    """A request as a dictionary; name is that of a tool, prompt or resource."""
    member = "uri" if method.startswith("resources/") else "taskId" if method.startswith("tasks/") else "name"
    made = {"jsonrpc": "2.0", "id": fresh_id() if id is None else id, "method": method}
    if name is not None:
        made["params"] = {member: name}
    return {**made, **more}


def text(value):
    return value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else json.dumps(value).encode()


def head(path, token=None, fields=(), method="POST", length=None, host=LOOPBACK):
    """The bytes ahead of a body of that length; None announces none."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close"]
    if token:
        lines.append(f"Authorization: {bearer(token)}")
    if length is not None:
        lines.append(f"Content-Length: {length}")
    made = b"".join((line if isinstance(line, bytes) else line.encode()) + b"\r\n" for line in [*lines, *fields])
    return made + b"\r\n"


def chunked(body, size=1):
    parts = [body[i:i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def exchange(port, data, timeout=60):
    """Send, and read to the end; the connection is one that the server closes."""
    received = b""
    with socket.create_connection((LOOPBACK, port), timeout=timeout) as connection:
        try:
            connection.sendall(data)
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionError:
            assert received, "the connection was reset before any answer"
    return parse(received)


def post(server, path, body, token=None, fields=(), type=JSON):
    body = text(body)
    more = (type,) if type else ()
    return exchange(server.port, head(path, token, (*more, *fields), length=len(body)) + body)
