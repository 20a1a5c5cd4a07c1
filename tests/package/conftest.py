# SPDX-License-Identifier: Apache-2.0
"""Fixtures: the release and the packages, made once, and Debian machines that begin bare or with Apache.

What is marked `full` runs with OKTA_PACKAGE_FULL=1 alone, as scripts/matrix sets it: the unit tests within the builds of
packages (scripts/check has run them), and builds from nothing where others take what is there.
"""

import contextlib
import os
from pathlib import Path

import bases
import builds
import dist_release
import pytest
from machine import Machine


def pytest_configure(config):
    config.addinivalue_line("markers", "full: only with OKTA_PACKAGE_FULL=1")


def pytest_collection_modifyitems(config, items):
    left = [item for item in items if item.get_closest_marker("full") and not builds.FULL]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


@pytest.fixture(scope="session")
def able():
    """Machines and builds of another release run in chroots."""
    lacking = bases.needs()
    if lacking:
        pytest.fail(lacking)


@pytest.fixture(scope="session")
def release():
    return bases.release()


@pytest.fixture(scope="session")
def debian(release, able):
    return bases.Bases(release)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The folder of a release of this tree."""
    return dist_release.make(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="session")
def built(release, able, tmp_path_factory):
    """The packages, by the one command of the README. OKTA_PACKAGES names a folder that has them already, for whoever
    works on a test and not on what is built."""
    if folder := os.environ.get("OKTA_PACKAGES"):
        return builds.Build(Path(folder), "")
    options = {} if builds.FULL else {"DEB_BUILD_OPTIONS": "nocheck"}
    return builds.build(release, tmp_path_factory.mktemp("built") / "packages", **options)


@pytest.fixture(scope="session")
def previous(built, tmp_path_factory):
    return builds.previous(built, tmp_path_factory.mktemp("previous") / "packages")


@pytest.fixture
def machine(tmp_path):
    """machine(base) -> a machine of its own, until the end of the test."""
    with contextlib.ExitStack() as stack:
        def start(base):
            folder = tmp_path / f"machine-{len(list(tmp_path.iterdir()))}"
            folder.mkdir()
            return stack.enter_context(Machine(base, folder))
        yield start


@pytest.fixture
def server(machine, debian, built):
    """A machine with Debian's Apache as it comes, and without our packages."""
    made = machine(debian.server(built.debs()))
    made.service("start")
    return made
