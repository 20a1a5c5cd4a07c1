# SPDX-License-Identifier: Apache-2.0
"""American spelling, as in Okta's documents and the RFCs: organization, authorization, behavior."""

import re

from tree import TOP

BRITISH = re.compile(
    r"behaviour|colour|favour|honour|neighbour|labour|centre\b|catalogue|judgement|cancelled|labelled|travell|modell"
    r"|\bgrey\b|defence|offence|spelt|spoilt|learnt|whilst|artefact|fulfil\b"
    r"|(organ|author|recogn|normal|serial|initial|minim|optim|summar|synchron|custom|standard|special|canonical|final"
    r"|util|emphas|priorit|capital|sanit|token|real)is(e[ds]?|ing|ation\w*)\b", re.I)
NAMES = re.compile(r"FLAG_FINALISE|notifications/cancelled")  # OpenSSL's, MCP's
TEXTS = {".c", ".h", ".md", ".py", ".sh", ".conf", ".js", ".html", ".am", ".mk", ".1", ""}
FOLDERS = ("docs", "conf", "packaging", "scripts", "src", "tests", ".ci")
SKIPPED = {"node_modules", "__pycache__", "vectors", "corpus", "cases"}


def _texts():
    yield from (TOP / name for name in ("README.md", "CHANGES", "configure.ac", "Makefile.am", "Containerfile"))
    for folder in FOLDERS:
        for path in sorted((TOP / folder).rglob("*")):
            if path.is_file() and path.suffix in TEXTS and not SKIPPED & set(path.parts) and path.name != "test_spelling.py":
                yield path


def test_one_spelling():
    found, read = [], 0
    for path in _texts():
        read += 1
        for number, line in enumerate(path.read_text("utf-8", "replace").split("\n"), 1):
            if word := BRITISH.search(NAMES.sub("", line)):
                found.append(f"{path.relative_to(TOP)}:{number}: {word[0]}")
    assert found == []
    assert read > 350
