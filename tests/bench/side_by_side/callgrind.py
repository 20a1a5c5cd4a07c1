# SPDX-License-Identifier: Apache-2.0
"""User instructions per request: httpd -X under valgrind, counted between two dumps."""

import os
import re
import socket
import subprocess
from dataclasses import dataclass

from .server import USER, Server

# the first batch warms up, the second is a base that what does not repeat is subtracted by
_BATCHES = (100, 100, 500)
_NOISE = re.compile(r"^(?:totals|summary): (\d+)", re.MULTILINE)


def _as_user():
    """valgrind's control channel is lost when httpd changes its user, so it starts as that user."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]


class Client:
    """Requests one after the other, on one connection."""

    def __init__(self, port):
        self._host = f"localhost:{port}".encode()
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self._file = self._socket.makefile("rb")

    def get(self, token):
        field = b"Authorization: Bearer " + token + b"\r\n" if token else b""
        self._socket.sendall(b"GET /index.html HTTP/1.1\r\nHost: " + self._host + b"\r\n" + field + b"\r\n")
        status = int(self._file.readline().split()[1])
        length = 0
        while (line := self._file.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        self._file.read(length)
        return status

    def close(self):
        self._file.close()
        self._socket.close()


@dataclass(frozen=True)
class Count:
    kir: float      # thousands of instructions per request
    profile: object  # the dump of the last batch


def _tokens(case):
    if case.tokens is None:
        return [None]
    with open(case.tokens, "rb") as file:
        return [line.strip() for line, _ in zip(file, range(sum(_BATCHES)))]


def _total(path):
    return int(_NOISE.search(path.read_text())[1])


def count(case, snippet, keep, settle=lambda server: None, files=None):
    """keep: a folder for the profile. settle: called before the first request. files: of the server's."""
    tokens, sent = _tokens(case), 0
    wanted = 401 if case.refused else 200
    # -X stays one process, and two workers are enough for one client
    wrapper = [*_as_user(), "valgrind", "--tool=callgrind",
               "--callgrind-out-file=run/callgrind.%p"]
    with Server(snippet, processes=1, threads=2, wrapper=wrapper, single=True, files=files) as server:
        out = server.root / "run" / "callgrind"
        settle(server)
        client = Client(server.port)
        pid = server.process.pid
        for size in _BATCHES:
            for _ in range(size):
                status = client.get(tokens[sent % len(tokens)])
                sent += 1
                if status != wanted:
                    raise RuntimeError(f"{case.name}: status {status}, not {wanted}")
            subprocess.run([*_as_user(), "callgrind_control", "--dump", str(pid)], check=True, timeout=60,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        client.close()
        dumps = [out.with_name(f"callgrind.{pid}.{number}") for number in (2, 3)]
        small, large = (_total(path) for path in dumps)
        profile = keep / f"callgrind.{case.name}"
        profile.write_text(dumps[1].read_text())
    return Count((large - small) / (_BATCHES[2] - _BATCHES[1]) / 1000, profile)


_LINE = re.compile(r"^ *([\d,]+) \( *[\d.]+%\)\s+(\S+):(\S+?)(?:'\d+)? \[")


def inclusive(profile):
    """{function: thousands of instructions per request, with what it calls}."""
    done = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--auto=no", "--threshold=100", str(profile)],
                          text=True, capture_output=True, check=True)
    found = {}
    for line in done.stdout.splitlines():
        match = _LINE.match(line)
        if match:
            cost = int(match[1].replace(",", "")) / _BATCHES[2] / 1000
            found[match[3]] = max(cost, found.get(match[3], 0))
    return found
