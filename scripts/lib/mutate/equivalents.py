# SPDX-License-Identifier: Apache-2.0
"""Faults that change no behavior: a file of the tree lists them, each with its reason.

Blocks, with blank lines between them; lines that begin with # are remarks:

    src/core/match.c okta_value_equals
    - the line as it is, blanks folded
    + the line with the fault
    why: a sentence
"""

from dataclasses import dataclass


class Malformed(Exception):
    """The message names the line."""


@dataclass(frozen=True)
class Equivalent:
    file: str
    function: str
    before: str
    after: str
    reason: str

    def covers(self, fault):
        return (self.file, self.function, self.before, self.after) == (
            fault.file, fault.function, fault.before, fault.after)


def read(text):
    entries, block = [], []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.startswith("#"):
            continue
        if line.strip():
            block.append(line.strip())
        elif block:
            entries.append(_entry(block, number - len(block)))
            block = []
    return entries


def _entry(block, number):
    place = block[0].split()
    changed = [line for line in block if line[:2] in ("- ", "+ ")]
    why = [i for i, line in enumerate(block) if line.startswith("why: ")]
    if len(place) not in (1, 2) or [line[0] for line in changed] != ["-", "+"] or why != [3]:
        raise Malformed(f"line {number}: a block is: file and function, the line with \"- \", the line with \"+ \","
                        " and \"why: \"")
    reason = " ".join([block[3].removeprefix("why: "), *block[4:]])
    return Equivalent(place[0], place[1] if len(place) == 2 else "", block[1][2:], block[2][2:], reason)


def stale(entries, faults):
    """Those that match no fault of these."""
    known = {(f.file, f.function, f.before, f.after) for f in faults}
    return [e for e in entries if (e.file, e.function, e.before, e.after) not in known]
