# SPDX-License-Identifier: Apache-2.0
"""docs/security.md and docs/support.md name files, functions and tests: a name that leads nowhere promises nothing."""

import re

import pytest
from tree import SRC, TOP

SPAN = re.compile(r"`([^`\n]+)`")
SOURCE = re.compile(r"(?:core|fetch|httpd|cli)/\w+\.[ch]\Z")
TEST = re.compile(r"(?:tests/)?(?:(?P<folder>\w+)/)?(?P<file>test_\w+\.(?:py|c))::(?P<name>\w+)\Z")
FUNCTION = re.compile(r"[a-z]\w*_\w+\Z")
DOCUMENTS = [name for name in ("security.md", "support.md") if (TOP / "docs" / name).exists()]


def spans(name):
    return SPAN.findall((TOP / "docs" / name).read_text())


def where_tests_are():
    found = {}
    for path in (TOP / "tests").rglob("test_*"):
        if path.suffix in (".py", ".c") and "node_modules" not in path.parts:
            found.setdefault(path.name, []).append(path)
    return found


def defines_test(path, name):
    pattern = rf"^rule\({name}\)" if path.suffix == ".c" else rf"^def {name}\("
    return re.search(pattern, path.read_text(), re.M) is not None


@pytest.mark.parametrize("name", DOCUMENTS)
def test_tests_that_are_named_exist(name):
    tests, named, missing = where_tests_are(), 0, []
    for span in spans(name):
        if match := TEST.match(span):
            named += 1
            if not any(defines_test(path, match["name"]) for path in tests.get(match["file"], [])):
                missing.append(span)
    assert missing == []
    assert named > 20


@pytest.mark.parametrize("name", DOCUMENTS)
def test_sources_and_functions_that_are_named_exist(name):
    missing = []
    for line in (TOP / "docs" / name).read_text().splitlines():
        text = ""
        for span in SPAN.findall(line):
            if SOURCE.match(span):
                path = SRC / span
                text = path.read_text() if path.exists() else ""
                missing += [] if text else [span]
            elif text and FUNCTION.match(span) and not re.search(rf"^\w[^;\n]*\b{span}\(", text, re.M):
                missing.append(f"{span} in the file before it")
    assert missing == []


def test_each_attack_has_a_defense_and_a_test():
    rows, bare = 0, []
    part = (TOP / "docs/security.md").read_text().split("## Attacks and what stands against them")[1]
    for line in part.split("## What is not defended")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("| ") or cells[0] in ("attack", "mistake"):
            continue
        rows += 1
        if len(cells) != 3 or not ("::" in cells[2] or cells[2].startswith(("none: ", "`scripts/"))):
            bare.append(line)
    assert bare == []
    assert rows > 50
