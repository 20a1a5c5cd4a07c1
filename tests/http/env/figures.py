# SPDX-License-Identifier: Apache-2.0
"""Figures that tests measured, shown at the end of the run and appended to the file $OKTA_FIGURES names.

A test module asks for it by `pytest_plugins = ["env.figures"]`.
"""

import json
import os

import pytest

_figures = []


@pytest.fixture
def figure(request):
    """figure(what, **values): note measured values of this test."""
    mpm = request.getfixturevalue("mpm") if "mpm" in request.fixturenames else ""

    def note(what, **values):
        entry = {"test": request.node.originalname, "mpm": mpm, "what": what, **values}
        _figures.append(entry)
        if path := os.environ.get("OKTA_FIGURES"):
            with open(path, "a", encoding="utf-8") as out:
                out.write(json.dumps(entry) + "\n")
    return note


def pytest_terminal_summary(terminalreporter):
    if not _figures:
        return
    terminalreporter.section("figures")
    for entry in _figures:
        values = " ".join(f"{k}={v}" for k, v in entry.items() if k not in ("test", "mpm", "what"))
        terminalreporter.write_line(f"{entry['mpm']:8}{entry['test']}: {entry['what']}: {values}")
