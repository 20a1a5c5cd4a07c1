# SPDX-License-Identifier: Apache-2.0
"""A small AJP/1.3 back end: reads Forward Request messages (mod_proxy_ajp sends them) and says what was in them."""

import json
import socketserver
import struct

from env.ports import LOOPBACK
from env.recording import RecordingBackend

_METHODS = ["", "OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "PROPFIND"]
_HEADERS = {0xA001: "accept", 0xA002: "accept-charset", 0xA003: "accept-encoding", 0xA004: "accept-language",
            0xA005: "authorization", 0xA006: "connection", 0xA007: "content-type", 0xA008: "content-length",
            0xA009: "cookie", 0xA00A: "cookie2", 0xA00B: "host", 0xA00C: "pragma", 0xA00D: "referer",
            0xA00E: "user-agent"}
_ATTRIBUTES = {3: "remote_user", 4: "auth_type", 5: "query_string", 6: "route", 7: "ssl_cert",
               8: "ssl_cipher", 9: "ssl_session", 11: "ssl_key_size", 12: "secret"}


class _Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, size):
        value = int.from_bytes(self.data[self.at:self.at + size], "big")
        self.at += size
        return value

    def string(self, length=None):
        length = self.number(2) if length is None else length
        if length == 0xFFFF:
            return ""
        text = self.data[self.at:self.at + length].decode("latin-1")
        self.at += length + 1
        return text


def _forward_request(data):
    r = _Reader(data)
    assert r.number(1) == 2, "no Forward Request"
    seen = {"method": _METHODS[r.number(1)], "protocol": r.string(), "path": r.string()}
    for _ in range(3):
        r.string()
    r.number(3)
    seen["headers"] = []
    for _ in range(r.number(2)):
        code = r.number(2)
        seen["headers"].append((_HEADERS[code] if code >= 0xA000 else r.string(code), r.string()))
    while (attribute := r.number(1)) != 0xFF:
        if attribute == 10:
            seen[f"attribute {r.string()}"] = r.string()
        else:
            seen[_ATTRIBUTES[attribute]] = r.string()
    return seen


def _packet(payload):
    return b"AB" + struct.pack(">H", len(payload)) + payload


def _string(text):
    return struct.pack(">H", len(text)) + text.encode() + b"\0"


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while head := self.rfile.read(4):
            data = self.rfile.read(int.from_bytes(head[2:], "big"))
            if data[:1] == b"\x0a":  # CPing
                self.wfile.write(_packet(b"\x09"))
                continue
            seen = _forward_request(data)
            self.server.seen.append(seen)
            body = json.dumps(seen).encode()
            self.wfile.write(_packet(b"\x04" + struct.pack(">H", 200) + _string("OK") + struct.pack(">H", 1)
                                     + struct.pack(">H", 0xA001) + _string("application/json")))
            for at in range(0, len(body), 8000):
                part = body[at:at + 8000]
                self.wfile.write(_packet(b"\x03" + struct.pack(">H", len(part)) + part + b"\0"))
            self.wfile.write(_packet(b"\x05\x01"))


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True


class AjpBackend(RecordingBackend):
    """`seen` are the requests; each is answered with itself as JSON."""

    def __init__(self):
        super().__init__("ajp", _Server((LOOPBACK, 0), _Handler))
