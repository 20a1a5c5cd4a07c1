# SPDX-License-Identifier: Apache-2.0
"""Which test executes which line: measured once by gcc --coverage, kept as a map."""

import difflib
import gzip
import hashlib
import json
import subprocess
import time
from pathlib import Path

from mutate import running
from mutate.build import built, files_of, make_known

FLAGS = ("CFLAGS=-O0 -g --coverage -fprofile-update=atomic", "LDFLAGS=--coverage")
LAYERS = ("core", "fetch", "httpd")
_LIMIT = 400  # seconds of a test file under coverage
_LONG = 60  # seconds, from which on a test is not the first to be tried


def tests_of(top):
    """Unit programs and test files of pytest, by their names in the tree."""
    names = files_of(top)
    units = [n[:-2] for n in names if n.startswith("tests/unit/test_") and n.endswith(".c")]
    served = [n for n in names if n.startswith(("tests/http/test_", "tests/cli/test_")) and n.endswith(".py")]
    return units, served


def _sources(tree):
    return {str(p.relative_to(tree)): p.read_text() for layer in LAYERS for p in (tree / "src" / layer).glob("*.c")}


def moved(old, new):
    """{line of the old text: line of the new one}, for those that are in both."""
    blocks = difflib.SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False).get_matching_blocks()
    return {b.a + i + 1: b.b + i + 1 for b in blocks for i in range(b.size)}


class NoTest(Exception):
    """A name that is no test's; the message says it."""


class Map:
    """tests: {name: {"digest", "seconds", "lines": {source: [line]}}}. sources: {name: the text that lines are of}.
    instrumented: {source: [line]}, those that gcov counts."""

    def __init__(self, path):
        self.path = Path(path)
        data = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.tests, self.sources = data.get("tests", {}), data.get("sources", {})
        self.instrumented = data.get("instrumented", {})

    def save(self):
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps({"tests": self.tests, "sources": self.sources,
                                     "instrumented": self.instrumented}))
        fresh.replace(self.path)

    def follow(self, sources):
        """Lines of changed sources become those of the texts given."""
        for name, text in sources.items():
            if name in self.sources and self.sources[name] != text:
                lines = moved(self.sources[name], text)
                for seen in (self.instrumented, *(test["lines"] for test in self.tests.values())):
                    if name in seen:
                        seen[name] = [lines[line] for line in seen[name] if line in lines]
        self.sources = sources

    def executing(self, name, lines):
        """Tests that execute one of the lines: those first that have the source's name or see most of it, and then
        those that are quick, and see much of it."""
        most = max((len(t["lines"].get(name, ())) for t in self.tests.values()), default=0)
        found = []
        for test, seen in self.tests.items():
            own = seen["lines"].get(name, ())
            if own and not lines.isdisjoint(own):
                share = len(own) / most
                is_its_own = Path(name).stem in Path(test).stem or share == 1
                found.append((not is_its_own or seen["seconds"] > _LONG, (seen["seconds"] + 1) / share**2, test))
        return [test for _, _, test in sorted(found)]


def _reset(folder):
    """Counters start at zero, and httpd's children, another user, can write them."""
    for notes in folder.rglob("*.gcno"):
        notes.parent.chmod(0o777)
        counters = notes.with_suffix(".gcda")
        counters.write_bytes(b"")
        counters.chmod(0o666)


def _lines(build, inputs):
    """{source: lines} of those that were executed, and of all, by gcov."""
    if not inputs:
        return {}, {}
    answer = subprocess.run(["gcov", "--json-format", "--stdout", *map(str, inputs)], cwd=build.folder,
                            capture_output=True, check=True).stdout
    text = gzip.decompress(answer) if answer[:2] == b"\x1f\x8b" else answer
    tree, hit, every = build.tree.resolve(), {}, {}
    for entry in (e for line in text.decode().splitlines() if line[:1] == "{" for e in json.loads(line)["files"]):
        path = Path(build.folder, entry["file"]).resolve()
        if path.suffix != ".c" or path.parent not in [tree / "src" / layer for layer in LAYERS]:
            continue
        name = str(path.relative_to(tree))
        every.setdefault(name, set()).update(line["line_number"] for line in entry["lines"])
        hit.setdefault(name, set()).update(line["line_number"] for line in entry["lines"] if line["count"])
    return tuple({name: sorted(lines) for name, lines in found.items() if lines} for found in (hit, every))


def _instrumented(build):
    """{source: lines that gcov counts} of what is built."""
    for counters in build.folder.rglob("*.gcda"):
        counters.unlink()
    # a compiler that was ended leaves notes that have no object
    notes = [p for p in (build.folder / "src").rglob("*.gcno") if p.with_suffix(".o").exists()]
    return _lines(build, sorted(notes))[1]


def chosen(tests, names):
    """Those of the tests that the names are of, or the folders: tests/unit, tests/http/test_policy.py."""
    wanted = [name.removesuffix(".c").rstrip("/") for name in names]
    for name in wanted:
        if not any(test == name or test.startswith(f"{name}/") for test in tests):
            raise NoTest(f"{name} is no test or folder of tests")
    return [t for t in tests if not wanted or any(t == name or t.startswith(f"{name}/") for name in wanted)]


def measure(top, place, say, names=()):
    """Brings the map in `place` up to date: tests that are new or changed, of those named, run once each."""
    build = built(top, place / "map", FLAGS)
    known = Map(place / "map.json")
    known.follow(_sources(build.tree))
    units, served = tests_of(build.tree)
    make_known(build, *units)
    known.instrumented.update(_instrumented(build))
    for gone in set(known.tests) - {*units, *served}:
        del known.tests[gone]
    whole = False
    for name in chosen(units + served, names):
        source = build.tree / (name if name.endswith(".py") else name + ".c")
        digest = hashlib.sha256(source.read_bytes()).hexdigest()
        if known.tests.get(name, {}).get("digest") == digest:
            continue
        if name.endswith(".py") and not whole:
            make_known(build, "all")
            whole = True
            known.instrumented.update(_instrumented(build))
        _reset(build.folder)
        start = time.monotonic()
        outcome = running.run_pytest(build, name, _LIMIT, first=False) if name.endswith(".py") else \
            running.run_unit(build, name, _LIMIT)
        lines = _lines(build, [p for p in (build.folder / "src").rglob("*.gcda") if p.stat().st_size])[0]
        known.tests[name] = {"digest": digest, "seconds": round(outcome.seconds, 2), "lines": lines}
        known.save()
        seen = sum(map(len, lines.values()))
        say(f"{name}: {outcome.seconds:.1f} s, {seen} lines{'' if outcome.passed else ' (' + outcome.what + ')'}"
            f", {time.monotonic() - start - outcome.seconds:.1f} s to read")
    known.save()
    return known
