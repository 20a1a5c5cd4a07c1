# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 in the clear, by nghttp2's client: real frames, prior knowledge, several streams on one connection."""

import re
import subprocess

from env import leaks
from env.client import Response

_LINE = re.compile(r"recv \(stream_id=(\d+)[^)]*\) ([^:\s][^:]*|:status): (.*)")


def fetch(port, *paths, method="GET", token=None, headers=(), body=None, trailers=(), length=True, tls=None):
    """The answers to these paths, all asked for on one connection at once; the body of each is all that nghttp says.

    tls: over TLS with this file's client certificate and key, "" for none.
    Trailers need a body; without `length` nothing in the header says how long that is.
    """
    command = ["/usr/bin/nghttp", "-v", "--no-dep", "--timeout=30", "-H", f":method: {method}"]
    fields = list(headers)
    if token is not None:
        leaks.register(token)
        fields.append(("authorization", f"Bearer {token}"))
    for name, value in fields:
        command += ["-H", f"{name}: {value}"]
    for name, value in trailers:
        command += ["--trailer", f"{name}: {value}"]
    if tls:
        command += ["--cert", str(tls), "--key", str(tls)]
    if body is not None:
        command += ["-d", "-"] + ([] if length else ["--no-content-length"])
    command += [f"{'http' if tls is None else 'https'}://127.0.0.1:{port}{path}" for path in paths]
    for _ in range(3):
        done = subprocess.run(command, input=body, capture_output=True, timeout=60)
        text = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.decode("utf-8", "backslashreplace"))
        # seen once in some thousand calls: a header block of which nghttp shows no :status
        if _LINE.findall(text) and _all_have_status(text):
            break
    return _answers(text, len(paths))


def _all_have_status(text):
    streams = {stream for stream, _, _ in _LINE.findall(text)}
    return streams == {stream for stream, name, _ in _LINE.findall(text) if name == ":status"}


def _answers(text, count):
    streams = {}
    for stream, name, value in _LINE.findall(text):
        streams.setdefault(int(stream), []).append((name.strip(), value.strip()))
    found = []
    for stream in sorted(streams):
        fields = streams[stream]
        status = [v for n, v in fields if n == ":status"]
        found.append(Response(int(status[-1]), tuple(f for f in fields if f[0] != ":status"), text.encode()))
    # not the text: it holds the token
    assert len(found) == count, f"{len(found)} answers of {count}"
    return found
