# SPDX-License-Identifier: Apache-2.0
"""The blocks of a document of docs/: commands, configuration, and what is printed."""

import json
import re
from dataclasses import dataclass

from env import places

_BLOCK = re.compile(r"^(?P<heading>#{2,4} [^\n]*)$|^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """`kind`: sh (pasted into a shell), text (printed), apache, apacheconf (a whole file)."""

    kind: str
    text: str
    heading: str
    line: int

    @property
    def name(self):
        """Its first line, by which a person finds it."""
        return self.text.partition("\n")[0].rstrip(" \\")


def blocks(page="guide"):
    text = (places.REPO / "docs" / f"{page}.md").read_text("utf-8")
    heading, found = "", []
    for match in _BLOCK.finditer(text):
        if match["heading"]:
            heading = match["heading"].lstrip("# ")
        else:
            found.append(Block(match["kind"], match["text"], heading, text[:match.start()].count("\n") + 1))
    return found


# What differs from run to run: times, ids, sizes and digests. … stands for anything.
_VARYING = re.compile(r'…|\b\d{9,}\b|\bAT\.[\w-]+|(?<=kid[ =]")[^"]+|\b\d+ (?:bytes|claims)|eyJ[\w.-]*…?')


def pattern(line):
    """A printed line as a regular expression."""
    place, parts = 0, []
    for varying in _VARYING.finditer(line):
        parts += [re.escape(line[place:varying.start()]), ".*?"]
        place = varying.end()
    return "".join([*parts, re.escape(line[place:])])


def _lines(text):
    """The lines as a person reads them: without colors, and JSON whatever the order of its members."""
    lines = re.sub(r"\x1b\[\d*m|\r", "", text).rstrip("\n").split("\n")
    plain = "\n".join(line.rstrip() for line in lines)
    return re.sub(r"^\{\n.*?^\}$", lambda found: json.dumps(json.loads(found[0]), indent=2, sort_keys=True,
                                                           ensure_ascii=False),
                  plain, flags=re.M | re.S).split("\n")


def shows(expected, printed):
    """None where what was printed is what the page shows; else the line that is missing.

    Lines stand one after the other; a line that is … stands for any number of them.
    """
    lines = _lines(printed)
    place, loose = 0, True
    for line in _lines(expected):
        if line.strip() == "…":
            loose = True
            continue
        seen = re.compile(pattern(line))
        found = next((n for n in range(place, len(lines) if loose else min(place + 1, len(lines)))
                      if seen.fullmatch(lines[n])), None)
        if found is None:
            return line
        place, loose = found + 1, False
    return None
