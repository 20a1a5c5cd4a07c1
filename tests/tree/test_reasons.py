# SPDX-License-Identifier: Apache-2.0
"""docs/directives.md says of each reason what it means."""

import re

from tree import SRC

TAG = re.compile(r'^ *\[OKTA_\w+\] =\s*(?:\{|\w+\()\s*"(\w+)"', re.M)


def test_each_reason_has_its_row():
    reasons = TAG.findall((SRC / "core" / "reason.c").read_text())
    page = (SRC.parent / "docs" / "directives.md").read_text()
    table = page.split("\n## Reasons\n")[1].split("\n## ")[0]
    rows = [cells.split(" | ") for cells in re.findall(r"^\| (`.*) \|$", table, re.M)]
    told = [tag for first, _ in rows for tag in re.findall(r"`(\w+)`", first)]
    assert len(reasons) > 50
    assert sorted(told) == sorted(set(reasons) - {"unset", "ok"})
