# SPDX-License-Identifier: Apache-2.0
"""Where the judges disagree, and whether that is listed: the closing table."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

LISTED = Path(__file__).with_name("listed.json")


@dataclass(frozen=True)
class Class:
    """A kind of disagreement. It covers a case where all of this holds."""

    id: str
    judges: dict  # whose verdict differs from ours: a regex over what they say ("ok": they accept)
    ours: tuple  # our reasons; "ok" where we accept and the judge does not; "refused" for any but that
    about: tuple  # patterns: one fits the case's algorithm, its key's trait or one of its mutations
    also: tuple = ()  # more patterns, for mutations that seldom lead here
    at: tuple = ()  # policies; none: any

    def covers(self, judge, case, core, verdict):
        reasons = {core.reason, "ok" if core.accepts else "refused"}
        return (reasons & set(self.ours) and (not self.at or case.policy in self.at)
                and re.search(self.judges.get(judge, r"\Z\A."), verdict.says)
                and any(fnmatchcase(trait, pattern) for trait in case.about for pattern in (*self.about, *self.also)))


def listed():
    return [Class(**row) for row in json.loads(LISTED.read_text("utf-8"))]


@dataclass
class Row:
    judge: str
    tokens: int
    accepted: int
    agree: int
    listed: Counter
    unlisted: list  # lines
    shown: set = field(default_factory=set)  # (class, pattern) that a single change to a token showed

    def text(self):
        return (f"{self.judge:<34}{self.tokens:>7}{self.accepted:>10}{self.agree:>8}"
                f"{sum(self.listed.values()):>8}{len(self.unlisted):>10}")


HEAD = f"{'judge':<34}{'tokens':>7}{'accepted':>10}{'agree':>8}{'listed':>8}{'unlisted':>10}"


def same(judge, theirs, ours, accepted, describe):
    """A judge that has to say exactly the same. theirs, ours: what is compared, case by case."""
    unlisted = [f"{describe(i)}: {judge} says {a}, src/core {b}"
                for i, (a, b) in enumerate(zip(theirs, ours, strict=True)) if a != b]
    return Row(judge, len(theirs), accepted, len(theirs) - len(unlisted), Counter(), unlisted)


def against(judge, cases, cores, verdicts, classes):
    """A judge that may differ, in ways that are listed."""
    row = Row(judge, len(cases), sum(v.accepts for v in verdicts), 0, Counter(), [])
    mine = [c for c in classes if judge in c.judges]
    for case, core, verdict in zip(cases, cores, verdicts, strict=True):
        if verdict.accepts == core.accepts and not verdict.crashed:
            row.agree += 1
            continue
        found = next((c for c in mine if c.covers(judge, case, core, verdict)), None)
        if found:
            row.listed[found.id] += 1
            if len(case.about) <= 3:
                row.shown |= {(found.id, pattern) for pattern in found.about
                              if any(fnmatchcase(trait, pattern) for trait in case.about)}
        else:
            row.unlisted.append(f"{case.description()}: ours {core.reason} ({core.detail}); "
                                f"{judge}: {verdict.says[:160]}")
    return row


def table(head, rows):
    lines = [head, "", HEAD, *(row.text() for row in rows), "", "listed disagreements (docs/verdicts.md):"]
    for row in rows:
        lines += [f"{row.judge:<34}{count:>7}  {name}" for name, count in sorted(row.listed.items())]
    return "\n".join(lines) + "\n"
