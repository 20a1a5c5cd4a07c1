# SPDX-License-Identifier: Apache-2.0
"""python3-websockets, whose names changed on the way from version 10 (Debian 12) to 15 (Debian 13)."""

try:
    from websockets.asyncio.client import connect as _connect
    from websockets.asyncio.server import serve
    _FIELDS = "additional_headers"
except ImportError:
    from websockets import connect as _connect
    from websockets import serve
    _FIELDS = "extra_headers"

__all__ = ["connect", "handshake_of", "serve"]


def connect(url, fields, **options):
    """A client's connection whose handshake has these (name, value) pairs besides its own."""
    return _connect(url, **{_FIELDS: fields}, **options)


def handshake_of(connection):
    """The header fields that the server was sent."""
    return connection.request.headers if hasattr(connection, "request") else connection.request_headers
