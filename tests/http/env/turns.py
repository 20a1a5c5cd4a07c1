# SPDX-License-Identifier: Apache-2.0
"""Tests run side by side (pytest-xdist), but those that are marked `alone`: what they look at depends on how busy the
machine is.

Each test holds a lock with the others, or by itself. To get there it first takes a turn, so that one that wants to be
alone waits for those that run, and not for those that come later.
"""

import contextlib
import fcntl
import os

import pytest


@contextlib.contextmanager
def _lock(path, how):
    with open(path, "w", encoding="ascii") as file:
        fcntl.flock(file, how)
        yield


@pytest.fixture(autouse=True)
def turn(request, tmp_path_factory):
    if "PYTEST_XDIST_TESTRUNUID" not in os.environ:
        yield
        return
    shared = tmp_path_factory.getbasetemp().parent
    alone = request.node.get_closest_marker("alone")
    with contextlib.ExitStack() as held:
        with _lock(shared / "turn", fcntl.LOCK_EX):
            held.enter_context(_lock(shared / "run", fcntl.LOCK_EX if alone else fcntl.LOCK_SH))
        yield
