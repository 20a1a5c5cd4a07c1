# SPDX-License-Identifier: Apache-2.0
"""Small files, small functions: a file under 500 lines, a function of 60 at most."""

import re

import pytest
from tree import LAYERS, SRC, files

FILE_MAX, FUNCTION_MAX = 499, 60
# clang-format puts a function's braces at the beginning of their lines.
BODY = re.compile(r"^(?P<head>[A-Za-z_].*(?:\n[^{}\n]*)*?\)\n)\{\n(?P<body>(?:.*\n)*?)^\}", re.M)


def _functions(path):
    """(first line, number of lines) with head and braces."""
    text = path.read_text()
    for found in BODY.finditer(text):
        yield text.count("\n", 0, found.start()) + 1, found[0].count("\n") + 1


def test_functions_are_found():
    assert sum(len(list(_functions(path))) for layer in LAYERS for path in files(layer, ".c")) > 900


@pytest.mark.parametrize("layer", LAYERS)
def test_files_and_functions_are_small(layer):
    large = []
    for path in files(layer):
        lines = path.read_text().count("\n")
        if lines > FILE_MAX:
            large.append(f"{path.relative_to(SRC)}: {lines} lines")
        large += [f"{path.relative_to(SRC)}:{line}: a function of {size} lines"
                  for line, size in _functions(path) if size > FUNCTION_MAX]
    assert large == []
