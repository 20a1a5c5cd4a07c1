# SPDX-License-Identifier: Apache-2.0
"""CONTRIBUTING.md leads to files that exist: whoever follows it has nobody to ask."""

import re

from tree import TOP

TEXT = (TOP / "CONTRIBUTING.md").read_text()
# where a name without a folder may be meant to be
FOLDERS = ("", "src/core", "src/httpd", "src/cli", "tests/unit", "tests/http", "tests/cli", "tests/tree", "tests/interop")
NAME = re.compile(r"[\w./*-]+\.(?:py|[ch]|md|mjs|txt|conf|ac|1)\b")


def test_files_that_are_named_exist():
    names = set(NAME.findall(" ".join(re.findall(r"`([^`\n]+)`", TEXT))))
    assert len(names) > 30
    assert [name for name in sorted(names) if not any(list((TOP / folder).glob(name)) for folder in FOLDERS)] == []


def test_scripts_that_are_named_exist():
    names = set(re.findall(r"\bscripts/\w+", TEXT))
    assert len(names) > 5
    assert [name for name in sorted(names) if not (TOP / name).is_file()] == []
