# SPDX-License-Identifier: Apache-2.0
"""Figures that tests measured, shown at the end of the run and appended to the file $OKTA_FIGURES names."""

import json
import os

import pytest


@pytest.fixture
def figure(request):
    """figure(what, **values): note measured values of this test."""
    mpm = request.getfixturevalue("mpm") if "mpm" in request.fixturenames else ""

    def note(what, **values):
        entry = {"test": request.node.originalname, "mpm": mpm, "what": what, **values}
        # reports travel from the process that runs a test to the one that prints
        request.node.user_properties.append(("figure", entry))
        if path := os.environ.get("OKTA_FIGURES"):
            with open(path, "a", encoding="utf-8") as out:
                out.write(json.dumps(entry) + "\n")
    return note


def show(terminalreporter):
    reports = (report for several in terminalreporter.stats.values() for report in several)
    entries = [value for report in reports if getattr(report, "when", "") == "call"
               for name, value in report.user_properties if name == "figure"]
    if not entries:
        return
    terminalreporter.section("figures")
    for entry in entries:
        values = " ".join(f"{k}={v}" for k, v in entry.items() if k not in ("test", "mpm", "what"))
        terminalreporter.write_line(f"{entry['mpm']:8}{entry['test']}: {entry['what']}: {values}")
