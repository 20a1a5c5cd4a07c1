# SPDX-License-Identifier: Apache-2.0
"""Verdicts on faults: a line of JSON each, so that a run can go on where another ended; and the closing table."""

import json
from pathlib import Path

# What the project promises, in percent of the faults that were tried; of the two together where there are two.
PROMISED = (("core",), 95.0), (("httpd", "fetch"), 85.0)
_FIELDS = ("file", "function", "line", "operator", "before", "after", "nth")


def record_of(fault, verdict):
    return {**{name: getattr(fault, name) for name in _FIELDS}, **verdict}


def key_of(record):
    return tuple(record[name] for name in ("file", "function", "before", "after", "nth"))


def read(path):
    """{key: record}; of two verdicts on one fault the later one counts."""
    path = Path(path)
    records = map(json.loads, path.read_text().splitlines()) if path.exists() else ()
    return {key_of(record): record for record in records}


def append(path, record):
    with open(path, "a", encoding="utf-8") as output:
        output.write(json.dumps(record) + "\n")


def said(record):
    """A record as a line for people; as a block of the list of equivalents where no test noticed."""
    place = f"{record['file']}:{record['line']} {record['operator']}"
    change = f"{record['before']} → {record['after']}"
    verdict = record["verdict"]
    if verdict == "noticed":
        late = " by its time limit" if record["how"] == "timeout" else ""
        return f"{place}: {change}: noticed{late} by {record['by']} ({record['case']})"
    if verdict == "missed":
        return (f"{place}: NOT NOTICED ({record['why']})\n    {record['file']} {record['function']}\n"
                f"    - {record['before']}\n    + {record['after']}")
    return f"{place}: {change}: equivalent ({'listed' if verdict == 'equivalent' else 'same code'})"


def _share(noticed, tried):
    return 100.0 * noticed / tried if tried else 100.0


def table(records):
    """(lines, whether what is promised holds)"""
    layers = {}
    for record in records:
        counts = layers.setdefault(record["file"].split("/")[1], {})
        counts[record["verdict"]] = counts.get(record["verdict"], 0) + 1
    lines = [f"{'layer':8}{'tried':>8}{'noticed':>9}{'not':>6}{'listed':>8}{'same code':>11}{'percent':>9}"]
    sums = {}
    for layer, counts in sorted(layers.items()):
        noticed, missed = counts.get("noticed", 0), counts.get("missed", 0)
        sums[layer] = (noticed, noticed + missed)
        lines.append(f"{layer:8}{noticed + missed:8}{noticed:9}{missed:6}{counts.get('equivalent', 0):8}"
                     f"{counts.get('same code', 0):11}{_share(noticed, noticed + missed):9.1f}")
    good = True
    for together, promised in PROMISED:
        noticed, tried = (sum(sums.get(layer, (0, 0))[i] for layer in together) for i in (0, 1))
        if tried:
            good = good and _share(noticed, tried) >= promised
            lines.append(f"{' and '.join(together)}: {_share(noticed, tried):.1f} % of {tried};"
                         f" promised: {promised:.0f} %")
    return lines, good
