# SPDX-License-Identifier: Apache-2.0
"""Fixtures: the release and the packages, made once, and Debian machines that begin bare or with Apache.

OKTA_PACKAGE_FULL=1 is the long form, for scripts/matrix: what is marked `full`, and by scripts/check test_rpm.py and
test_container.py. OKTA_PACKAGE_UNITS=1, as in the suite package, and the long form have the unit tests run within the
builds of packages, which takes minutes; in the suite deb other suites have run them.
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
    config.addinivalue_line("markers", "units: only with OKTA_PACKAGE_UNITS=1 or OKTA_PACKAGE_FULL=1")


def pytest_collection_modifyitems(config, items):
    off = [name for name, on in (("full", builds.FULL), ("units", builds.UNITS)) if not on]
    left = [item for item in items if any(item.get_closest_marker(name) for name in off)]
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
def built(release, tmp_path_factory, request):
    """The packages, by the one command of the README, which makes a release of its own only in the full form; for
    another release than this machine's, in a chroot. OKTA_PACKAGES names a folder that has them already, for whoever works on a test and not on what is built."""
    if folder := os.environ.get("OKTA_PACKAGES"):
        return builds.Build(Path(folder), "")
    if release != bases.host_release():
        request.getfixturevalue("able")
    options = {} if builds.UNITS else {"DEB_BUILD_OPTIONS": "nocheck"}
    if not builds.FULL:
        options["OKTA_RELEASE_TARBALL"] = str(dist_release.tarball(request.getfixturevalue("made")))
    return builds.build(release, tmp_path_factory.mktemp("built") / "the packages", **options)


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
