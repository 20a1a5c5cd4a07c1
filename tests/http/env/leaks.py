# SPDX-License-Identifier: Apache-2.0
"""The token-leak guard: no token, nor a piece of one, nor a secret may stand in any file a server wrote.

Everything that is minted, obtained or sent as a credential is registered here. A leak may be partial (a
log line cut off), so payload and signature are searched for in pieces.
"""

import re
import threading
from pathlib import Path

PIECE = 32
_RUN = re.compile(rb"[A-Za-z0-9_\-+/=.~%]{12,}")

_lock = threading.Lock()
_secrets = {}


def register(token, what="token"):
    """Remember a credential for the searches to come and return it unchanged."""
    with _lock:
        _secrets.setdefault(token, what)
    return token


def _pieces(token):
    parts = token.split(".")
    if len(parts) < 3:
        return [token] if len(token) >= 12 else []
    pieces = []
    for part in parts[1:]:
        if 16 <= len(part) < PIECE:
            pieces.append(part)
        pieces.extend(part[i:i + PIECE] for i in range(0, len(part) - PIECE + 1, PIECE))
    return pieces


def _needles():
    with _lock:
        known = dict(_secrets)
    found = {}
    for token, what in known.items():
        for piece in _pieces(token):
            # Padding made of one character (an oversized token) proves nothing by being found.
            if len(set(piece)) > 4:
                found[piece.encode("utf-8", "surrogateescape")] = what
    return found


def search(*folders):
    """Search every regular file below the folders; return a list of (path, what) for the leaks found."""
    needles = _needles()
    plain = {n: what for n, what in needles.items() if _RUN.fullmatch(n)}
    odd = {n: what for n, what in needles.items() if n not in plain}
    leaks = []
    for folder in folders:
        for path in sorted(p for p in Path(folder).rglob("*") if p.is_file()):
            whole = path.read_bytes()
            # Most of a log is not token-like; what is, repeats. This makes thousands of needles cheap.
            runs = b"\n".join(set(_RUN.findall(whole)))
            leaks.extend((str(path), what) for needle, what in plain.items() if needle in runs)
            leaks.extend((str(path), what) for needle, what in odd.items() if needle in whole)
    return leaks


def check(*folders):
    """Fail when search finds anything; the message names the file, never the secret."""
    leaks = sorted(set(search(*folders)))
    assert not leaks, "a credential reached a file: " + "; ".join(
        f"{what} in {path}" for path, what in leaks)
