# SPDX-License-Identifier: Apache-2.0
"""Ports of our own on loopback addresses."""

import contextlib
import socket

LOOPBACK = "127.0.0.1"


def free_port(host=LOOPBACK):
    """A port nobody listens on now; another process may still take it, so callers retry."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def closed_port(host=LOOPBACK):
    """A port that refuses connections and stays ours: bound, but not listening."""
    with socket.socket() as holder:
        holder.bind((host, 0))
        yield holder.getsockname()[1]
