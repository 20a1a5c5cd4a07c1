# SPDX-License-Identifier: Apache-2.0
"""What the checks of the source tree read."""

import re
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SRC = TOP / "src"
LAYERS = ("core", "fetch", "httpd", "cli", "devserver")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
_COMMENT_OR_TEXT = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
_COMMENT = re.compile(r"/\*.*?\*/", re.S)


def files(layer, *suffixes):
    return sorted(p for p in (SRC / layer).rglob("*") if p.suffix in (suffixes or (".c", ".h")))


def unit_of(path):
    """`core/verify` for its source and its header."""
    return path.relative_to(SRC).with_suffix("").as_posix()


def includes(path):
    """(quoted or angled, header) pairs; comments do not count."""
    return INCLUDE.findall(_COMMENT.sub("", path.read_text()))


def code_of(path):
    """The text without comments and string literals; lines stay where they are."""
    return _COMMENT_OR_TEXT.sub(lambda m: "\n" * m[0].count("\n") if m[0].startswith("/*") else '""', path.read_text())
