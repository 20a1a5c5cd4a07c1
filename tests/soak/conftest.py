# SPDX-License-Identifier: Apache-2.0
"""The httpd and the issuer of tests/http, for runs of minutes."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "http"))

from env.figures import figure, show  # noqa: E402, F401  pytest takes fixtures from here
from env.issuer import Issuer  # noqa: E402


def pytest_terminal_summary(terminalreporter):
    show(terminalreporter)


@pytest.fixture
def issuer():
    with Issuer() as made:
        yield made
