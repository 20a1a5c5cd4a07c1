# SPDX-License-Identifier: Apache-2.0
"""The small faults that a source can be given: one changed place each."""

import hashlib
from collections import Counter
from dataclasses import dataclass

from mutate import expressions, statements, values
from mutate.source import Source

# How often a place is drawn beside those of other operators: these have more places than their kinds of fault.
_WEIGHTS = {"arguments": 0.3, "number": 0.5}
OPERATORS = {**expressions.OPERATORS, **statements.OPERATORS, **values.OPERATORS}


@dataclass(frozen=True)
class Fault:
    file: str  # from the top of the tree
    function: str  # "" in a table
    line: int
    operator: str
    start: int
    end: int
    replacement: str
    before: str  # the lines it lies in, blanks folded
    after: str
    nth: int  # among those of the same function, before and after

    @property
    def key(self):
        """What names it while lines move."""
        return (self.file, self.function, self.before, self.after, self.nth)

    def applied(self, text):
        lost = text.count("\n", self.start, self.end) - self.replacement.count("\n")
        return text[:self.start] + self.replacement + "\n" * lost + text[self.end:]


def _folded(text):
    return " ".join(text.split())


def faults_of(name, text, enumerators):
    """All faults of a source. enumerators: {constant: another one of the same kind}."""
    source = Source(name, text)
    seen, places = Counter(), set()
    for operator, find in OPERATORS.items():
        for start, end, replacement in find(source, enumerators):
            if (start, end, replacement) in places or text[start:end] == replacement:
                continue
            places.add((start, end, replacement))
            first, last = source.lines_around(start, end)
            before = _folded(text[first:last])
            after = _folded(text[first:start] + replacement + text[end:last])
            function = source.function_at(start)
            named = (function, before, after)
            seen[named] += 1
            yield Fault(name, function, source.line_of(start), operator, start, end, replacement, before, after,
                        seen[named])


def drawn(faults, seed):
    """All of them in the order of a draw: of the first N of it, each file has its share of N.

    The place of a fault in its file's order hangs on itself alone, so an edit elsewhere does not change the draw.
    """
    files = {}
    for fault in faults:
        files.setdefault(fault.file, []).append(fault)
    order = []
    for name, own in files.items():
        own.sort(key=lambda fault: _luck(seed, fault), reverse=True)
        order += [((i + 0.5) / len(own), _luck(seed, fault), fault) for i, fault in enumerate(own)]
    return [fault for _, _, fault in sorted(order, key=lambda entry: entry[:2])]


def _luck(seed, fault):
    digest = hashlib.sha256("\0".join(map(str, (seed, *fault.key))).encode()).digest()
    return (int.from_bytes(digest[:8], "big") / 2**64) ** (1 / _WEIGHTS.get(fault.operator, 1.0))
