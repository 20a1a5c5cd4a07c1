# SPDX-License-Identifier: Apache-2.0
"""Many tokens in turn over many processes, beside one token: what a request costs, how many signatures are verified
over all processes, and what memory they take."""

import json
import mmap
import statistics
import struct
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from . import cases as all_cases
from . import machine
from .cases import Case
from .load import Unsound, send
from .panels import Line, draw
from .server import Server

TOKENS, ENTRIES = 4000, 8192
# what an entry of OktaTokenCache takes in the table: OKTA_VERDICTS_PAGE over OKTA_VERDICTS_PER_PAGE
TABLE_ENTRY_KB = 128 / 40
# from here on every process has met its share of the tokens, if they know of each other's
WARM = 10000
_COUNTER = Path(__file__).resolve().parents[1] / "count_verify.c"
# A process answers one connection at a time under prefork: connections that end now and then make all of them work.
_SPREAD = "MaxKeepAliveRequests 50"
SIZES = (500, 1077, 4096, 16000)
_PORTIONS = (0.25, 0.5, 0.75, 1.0)
_ROOM = 4096


@dataclass(frozen=True)
class Shape:
    mpm: str
    processes: int
    threads: int = 1

    @property
    def name(self):
        return f"{self.mpm} {self.processes}" + (f" × {self.threads}" if self.threads > 1 else "")

    @property
    def connections(self):
        """One for each process of prefork; fewer than threads: httpd ends connections that wait as threads run out."""
        return max(8, self.processes if self.threads == 1 else self.processes * self.threads // 3)

    def server(self, snippet, variables=None):
        return Server(f"{_SPREAD}\n{snippet}", mpm=self.mpm, processes=self.processes, threads=self.threads,
                      variables=variables)


SHAPES = (Shape("prefork", 1), Shape("prefork", 4), Shape("prefork", 16), Shape("prefork", 64),
          Shape("event", 3, 25), Shape("worker", 3, 25))
_TO_THE_END = ("prefork 64", "event 3 × 25", "worker 3 × 25")


class Counter:
    """Signatures that servers with these variables verify."""

    def __init__(self, folder):
        library, path = folder / "count_verify.so", folder / "verifications"
        # libcrypto is of the module only, which httpd loads by itself: linked, it is found
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, _COUNTER, "-lcrypto"], check=True)
        path.write_bytes(bytes(8))
        self.variables = {"LD_PRELOAD": str(library.resolve()), "OKTA_BENCH_VERIFICATIONS": str(path.resolve())}
        with open(path, "rb") as file:
            self._memory = mmap.mmap(file.fileno(), 8, prot=mmap.PROT_READ)

    @property
    def value(self):
        return struct.unpack("Q", self._memory[:])[0]


def _memory_kb(server):
    return sum(machine.memory_kb(pid) for pid in server.pids())


def _page_tables_kb(server):
    return sum(machine.page_tables_kb(pid) for pid in server.pids())


def windows(last):
    """[(from, to)] of requests: the first meeting with each token, up to WARM, and then like parts to the end."""
    steps = [0, TOKENS, *range(WARM, last + 1, WARM)]
    return list(zip(steps, steps[1:]))


@contextmanager
def _compared(shape, module, tokens, counter):
    """(cases, servers) of no auth, one token and many in turn, the latter two at the same server."""
    one = tokens.some("good", 1, after=TOKENS)
    cases = [Case("none", "none", None), Case("one", "okta", one), Case("turn", "okta", tokens.some("good", TOKENS))]
    snippet = all_cases.okta(module, tokens, cache=ENTRIES)
    with ExitStack() as stack:
        yield cases, {"none": stack.enter_context(shape.server(all_cases.no_auth())),
                      "okta": stack.enter_context(shape.server(snippet, counter.variables))}


def _warm(shape, cases, servers, counter):
    """What processes take for themselves, whatever they remember, is there before the first figure."""
    before = counter.value
    for case in cases[:2]:
        send(case, servers[case.server], 200 * shape.connections, shape.connections)
    if counter.value == before:
        raise Unsound(f"{shape.name}: no verification was counted")


def _window(cases, servers, begin, end, shape, counter):
    """Half of each there and half of it back, so that what changes meanwhile changes for all; and what the tokens in
    turn did to the counter."""
    figures, middle = {"verified": 0, **{f"{case.name}_us": 0.0 for case in cases}}, (begin + end) // 2
    for first, last, order in ((begin, middle, cases), (middle, end, reversed(cases))):
        for case in order:
            before = counter.value
            us = send(case, servers[case.server], last - first, shape.connections, first)
            figures[f"{case.name}_us"] += us / 2
            if case.name == "turn":
                figures["verified"] += counter.value - before
    return figures


def _shape(shape, bench, counter, requests, last, say):
    with _compared(shape, bench.module, bench.mint.tokens(), counter) as (cases, servers):
        server = servers["okta"]
        _warm(shape, cases, servers, counter)
        found = {"memory_before_kb": _memory_kb(server), "page_tables_before_kb": _page_tables_kb(server)}
        parts = []
        for begin, end in windows(requests):
            part = {"from": begin, "to": end, **_window(cases, servers, begin, end, shape, counter)}
            part["memory_kb"] = _memory_kb(server)
            parts.append(part)
            say(f"{shape.name:<14} to {end:>7}: no auth {part['none_us']:6.1f}, one token {part['one_us']:6.1f}, "
                f"in turn {part['turn_us']:6.1f} us; {part['verified']:>6} verified; "
                f"memory {part['memory_kb'] / 1024:.1f} MB")
        verified = sum(part["verified"] for part in parts)
        if last > requests:
            before = counter.value
            found["rest_us"] = send(cases[2], server, last - requests, shape.connections, requests)
            verified += counter.value - before
        found.update(memory_after_kb=_memory_kb(server), page_tables_after_kb=_page_tables_kb(server))
    return {"name": shape.name, **asdict(shape), "tokens": TOKENS, "entries": ENTRIES,
            "table_kb": round(ENTRIES * TABLE_ENTRY_KB), "requests": max(last, requests), "verified": verified,
            **found, "windows": parts, **summary(parts)}


def summary(parts):
    """Of the windows in which no token is new: the median of their own ratios, and half the range of these over it."""
    warm = [part for part in parts if part["from"] >= WARM]
    ratios = [part["turn_us"] / part["one_us"] for part in warm]
    middle = statistics.median(ratios)
    return {"none_us": statistics.median(part["none_us"] for part in warm),
            "one_us": statistics.median(part["one_us"] for part in warm),
            "turn_us": statistics.median(part["turn_us"] for part in warm),
            "ratio": middle, "spread": (max(ratios) - min(ratios)) / 2 / middle}


def _size(size, bench, counter, say):
    """One process by itself, with an entry for each kB of as many tokens: which part of them is found again, and what
    one that is kept takes."""
    entries = _ROOM * max(1, size // 1000)
    tokens = bench.mint.tokens(count=_ROOM, size=size)
    shape = Shape("event", 1, 25)
    bytes_ = tokens.good.stat().st_size // _ROOM - 1
    with shape.server(all_cases.okta(bench.module, tokens, cache=entries), counter.variables) as server:
        first = Case("first", "okta", tokens.first("good"))
        send(first, server, 200 * shape.connections, shape.connections)
        before, kept, entry = _memory_kb(server), [], None
        for portion in _PORTIONS:
            count = int(_ROOM * portion)
            case = Case("turn", "okta", tokens.some("good", count))
            send(case, server, count, shape.connections)
            grown, counted = _memory_kb(server) - before, counter.value
            send(case, server, count, shape.connections)
            again = max(0, counter.value - counted)
            kept.append({"tokens": count, "found_again": 1 - again / count})
            if again <= count * 0.02 or entry is None:
                entry = grown * 1024 // (count - again)
    say(f"tokens of {bytes_} bytes, {entries} entries: {entry} bytes each; found again "
        + ", ".join(f"{k['found_again']:.0%} of {k['tokens']}" for k in kept))
    return {"token_bytes": bytes_, "entries": entries, "entry_bytes": entry, "kept": kept}


def all_(bench, say):
    counter = Counter(bench.out)
    requests, last = (30000, 30000) if bench.quick else (100000, 1000000)
    shapes = [shape for shape in SHAPES if not bench.quick or shape.name in ("prefork 4", "prefork 64")]
    return {"shapes": [_shape(shape, bench, counter, requests, last if shape.name in _TO_THE_END else requests, say)
                       for shape in shapes],
            "sizes": [_size(size, bench, counter, say) for size in SIZES]}


def a_cache_each():
    """The same figures of the module in which each process remembers for itself: for comparison."""
    return json.loads(Path(__file__).with_name("a_cache_each.json").read_text())


def _prefork(shapes, value):
    return {row["processes"]: value(row) for row in shapes if row["mpm"] == "prefork"}


def _memory_mb(row):
    """After as many requests for each shape."""
    return row["windows"][-1]["memory_kb"] / 1024


def picture(figures):
    ours, theirs = figures["shapes"], a_cache_each()["shapes"]
    label = f"{TOKENS:,} tokens in turn"
    each = f"{label}, a cache each process", "#c0792a"
    table = label, "#2a6fb0"
    one, none = ("one token", "#4f9d69"), ("before the first of them", "#7f8c8d")
    cost = [Line(*one, _prefork(ours, lambda row: row["one_us"] / row["none_us"])),
            Line(*each, _prefork(theirs, lambda row: row["ratio"] * row["one_us"] / row["none_us"]), dashed=True),
            Line(*table, _prefork(ours, lambda row: row["ratio"] * row["one_us"] / row["none_us"]))]
    memory = [Line(*none, _prefork(ours, lambda row: row["memory_before_kb"] / 1024)),
              Line(*each, _prefork(theirs, _memory_mb), dashed=True), Line(*table, _prefork(ours, _memory_mb))]
    return draw("Over the number of processes (prefork)",
                [("CPU time of a request, no auth = 1", cost), ("Memory of all processes, MB", memory)])
