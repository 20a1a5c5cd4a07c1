# SPDX-License-Identifier: Apache-2.0
"""Fixtures: the packages, built once, and Debian machines that begin bare or with Apache."""

import contextlib
import os
from pathlib import Path

import bases
import builds
import pytest
from machine import Machine


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
def built(release, able, tmp_path_factory):
    """The packages, with their unit tests. OKTA_PACKAGES names a folder that has them already, for whoever works on a
    test and not on what is built."""
    if folder := os.environ.get("OKTA_PACKAGES"):
        return builds.Build(Path(folder), "")
    return builds.build(release, tmp_path_factory.mktemp("built") / "packages")


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
