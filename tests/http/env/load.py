# SPDX-License-Identifier: Apache-2.0
"""Load from a process of its own: many connections at once, and every answer with its time.

A child process, because clients that share this one's interpreter lock with the issuer would measure that lock.
"""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from env.places import PATIENCE
from env.ports import LOOPBACK

_CLIENT_LIMIT = 60
_STARTED = b"started\n"


@dataclass(frozen=True)
class Sample:
    """One request: when it began (time.time), how long it took, and its status, 0 when it failed."""

    began: float
    seconds: float
    status: int
    retry_after: str
    fault: str

    @property
    def ended(self):
        return self.began + self.seconds


def request(path, token, port, keep=True):
    """The bytes of a GET, as text."""
    last = "keep-alive" if keep else "close"
    return (f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nAuthorization: Bearer {token}\r\n"
            f"Connection: {last}\r\n\r\n")


class Load:
    """Requests in turn over some connections: `total` of them, or until stop(). keep=False: one
    connection for each request. pause: seconds between two requests of a connection."""

    def __init__(self, server, path, tokens, connections, total=None, keep=True, pause=0.0):
        tokens = [tokens] if isinstance(tokens, str) else tokens
        spec = {"host": server.host, "port": server.port, "connections": connections, "keep": keep,
                "total": total, "pause": pause,
                "requests": [request(path, token, server.port, keep) for token in tokens]}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "env.load"], cwd=Path(__file__).resolve().parents[1], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._process.stdin.write(json.dumps(spec) + "\n")
        self._process.stdin.flush()
        # not a byte more: communicate() looks past what a reader has in its buffer
        assert os.read(self._process.stdout.fileno(), len(_STARTED)) == _STARTED

    def stop(self):
        """The samples; an endless one ends after the requests that are under way."""
        out, _ = self._process.communicate(timeout=PATIENCE * 4)
        assert self._process.returncode == 0
        return [Sample(*fields) for fields in json.loads(out)]

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def run(server, path, tokens, connections, total, **options):
    """Send that many requests and return their samples. Tokens are taken in turn."""
    with Load(server, path, tokens, connections, total, **options) as load:
        return load.stop()


def quantile(samples, share):
    times = sorted(s.seconds for s in samples)
    return times[min(len(times) - 1, int(share * len(times)))]


def times(samples):
    """p50, p99 and max in milliseconds."""
    if not samples:
        return {"n": 0}
    return {"n": len(samples), "p50_ms": round(quantile(samples, 0.5) * 1e3, 1),
            "p99_ms": round(quantile(samples, 0.99) * 1e3, 1),
            "max_ms": round(quantile(samples, 1.0) * 1e3, 1)}


def statuses(samples):
    """{status: how many}; 0 stands for a failed connection."""
    counts = {}
    for sample in samples:
        counts[sample.status] = counts.get(sample.status, 0) + 1
    return counts


# -- the child process


async def _exchange(spec, connection, text):
    """(connection to go on with, status, Retry-After)."""
    if connection is None:
        connection = await asyncio.open_connection(spec["host"], spec["port"])
    reader, writer = connection
    writer.write(text.encode("latin-1"))
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    fields = dict(line.partition(": ")[::2] for line in head.split("\r\n")[1:] if line)
    if "content-length" in fields:
        await reader.readexactly(int(fields["content-length"]))
    else:
        while size := int((await reader.readline()).split(b";")[0], 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    if not spec["keep"] or fields.get("connection") == "close":
        writer.close()
        connection = None
    return connection, int(head.split(" ")[1]), fields.get("retry-after", "")


async def _client(spec, next_request, samples):
    connection = None
    while (text := next_request()) is not None:
        began, clock, status, retry_after, fault = time.time(), time.monotonic(), 0, "", ""
        try:
            connection, status, retry_after = await asyncio.wait_for(
                _exchange(spec, connection, text), _CLIENT_LIMIT)
        except Exception as error:  # whatever it is, it is a failed request
            connection, fault = None, f"{type(error).__name__}: {error}"[:200]
        samples.append((began, time.monotonic() - clock, status, retry_after, fault))
        if spec["pause"]:
            await asyncio.sleep(spec["pause"])


async def _run(spec, stopped):
    samples, sent, requests = [], 0, spec["requests"]

    def next_request():
        nonlocal sent
        if sent == spec["total"] or (spec["total"] is None and stopped.is_set()):
            return None
        sent += 1
        return requests[(sent - 1) % len(requests)]

    await asyncio.gather(*(_client(spec, next_request, samples) for _ in range(spec["connections"])))
    return samples


def _main():
    spec = json.loads(sys.stdin.readline())
    stopped = threading.Event()

    def wait_for_end():
        sys.stdin.read()
        stopped.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    sys.stdout.write(_STARTED.decode())
    sys.stdout.flush()
    json.dump(asyncio.run(_run(spec, stopped)), sys.stdout)


if __name__ == "__main__":
    _main()
