# SPDX-License-Identifier: Apache-2.0
"""The httpd of tests/http, a real Prometheus, and one long story that all tests look at."""

import contextlib
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "http"))

from env import places  # noqa: E402
from env.httpd import Httpd  # noqa: E402
from env.issuer import Issuer  # noqa: E402
from env.keys import key  # noqa: E402
from prometheus import Prometheus  # noqa: E402
from shorten import shorten  # noqa: E402
from story import Story, snippet  # noqa: E402

MONITORING = places.REPO / "docs" / "monitoring"
# seconds that a minute of the rules lasts
MINUTE = 5 if os.environ.get("OKTA_MONITORING_FULL") == "1" else 1


@pytest.fixture(scope="session")
def issuers():
    with Issuer(keys=[key("key-1")]) as well, Issuer(path="/oauth2/aus9876543210") as ailing:
        yield well, ailing


@pytest.fixture(scope="session")
def server(issuers):
    with contextlib.ExitStack() as stack:
        running = Httpd(snippet(*issuers, MINUTE), mpm=places.mpms()[0], processes=3, threads=8)
        stack.callback(running.remove)
        stack.callback(running.stop)
        # the story is full of what the log complains of
        running.expects(".*", optional=True, lasting=True)
        yield running.start()


@pytest.fixture(scope="session")
def prometheus(server, tmp_path_factory):
    rules = shorten((MONITORING / "alerts.yml").read_text(), MINUTE)
    running = Prometheus(tmp_path_factory.mktemp("prometheus"), f"{server.host}:{server.port}",
                         (MONITORING / "prometheus.yml").read_text(), rules)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def story(server, issuers, prometheus):
    """Told once."""
    told = Story(server, *issuers, prometheus, MINUTE)
    told.tell()
    return told
