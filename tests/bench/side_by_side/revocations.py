# SPDX-License-Identifier: Apache-2.0
"""Lists of revocations of any length, and what they cost a request that is on none of them."""

import time

from . import callgrind
from .cases import Case, okta

LENGTHS = (0, 1000, 1000000)
KINDS = ("jti AT.{:032x}", "sub user{}@example.com", "cid 0oa{:017x}", "sid 102{:019x} before 2026-01-01T00:00:00Z")


def write(folder, length):
    """A list of so many lines, as many of each kind: a request asks for all four."""
    path = folder / f"revoked-{length}"
    with open(path, "w", encoding="ascii") as out:
        out.writelines(KINDS[n % 4].format(n * 2654435761) + "\n" for n in range(length))
    return path


def _cpu(pid):
    return sum(map(int, open(f"/proc/{pid}/stat", encoding="ascii").read().rpartition(")")[2].split()[11:13]))


def settle(server):
    """Until the list has been looked at once more, as it is when it was written just before."""
    pid = server.process.pid
    end, quiet = time.monotonic() + 300, 0
    while quiet < 8 and time.monotonic() < end:
        before = _cpu(pid)
        time.sleep(0.5)
        quiet = quiet + 1 if _cpu(pid) - before < 20 else 0  # of a hundred a second


def instructions(module, tokens, out, say):
    """{length: thousands of instructions per request}, and without a list under None."""
    found = {}
    for length in (None, *LENGTHS):
        extra = "" if length is None else f"OktaRevocations {write(tokens.folder, length)}"
        case = Case(f"revoked-{length}", "okta", tokens.first("good"))
        found[length] = callgrind.count(case, okta(module, tokens, extra=extra), out, settle).kir
        say(f"{'no list' if length is None else f'{length:,} revocations':<40} {found[length]:8.1f} kIr")
    return found
