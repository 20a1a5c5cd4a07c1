# SPDX-License-Identifier: Apache-2.0
"""What httpd sees of the world outside: a clock that can be set, lack of memory, calls that hang."""

import atexit
import mmap
import shutil
import struct
import subprocess
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from env import places


_WORD = struct.calcsize("l")
_WORDS = 5


@lru_cache
def _library():
    folder = Path(mkdtemp(prefix="okta-preload-"))
    folder.chmod(0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    library = folder / "preload.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library,
                    Path(__file__).with_name("preload.c"), "-ldl"], check=True)
    return library


class World:
    """Start httpd with inherit=world.variables, and then say started()."""

    variables = ("LD_PRELOAD", "OKTA_TEST_CLOCK")
    hanging_host = "keys.hang.invalid"  # a name that the name server never answers for

    def __init__(self, monkeypatch, folder):
        if places.SANITIZE or places.VALGRIND:
            pytest.skip("what is loaded ahead of libc does not go with a sanitizer")
        path = folder / "clock"
        path.write_bytes(bytes(_WORDS * _WORD))
        self._file = open(path, "r+b")
        self._memory = mmap.mmap(self._file.fileno(), _WORDS * _WORD)
        monkeypatch.setenv("LD_PRELOAD", str(_library()))
        monkeypatch.setenv("OKTA_TEST_CLOCK", str(path))
        self._monkeypatch = monkeypatch

    def started(self):
        """The servers run: what this process starts from now on shall not see that world."""
        for name in self.variables:
            self._monkeypatch.delenv(name)

    def _set(self, place, value):
        self._memory[place * _WORD:(place + 1) * _WORD] = struct.pack("l", value)

    def set_clock(self, seconds_off):
        self._set(0, seconds_off)

    def hang(self, pid=-1):
        """The refresher's thread of that process (all: -1, none: 0) does not return from its next wait."""
        self._set(1, pid)

    def slow_disk(self, slow):
        """fsync does not return for as long as that is so."""
        self._set(2, int(slow))

    def starve(self, after=0):
        """From now on only that many allocations of the module's succeed, in all processes together."""
        self._set(3, after + 1)

    def feed(self):
        self._set(3, 0)

    def verified(self):
        """How many signatures were verified, in all processes together."""
        return struct.unpack("l", self._memory[4 * _WORD:5 * _WORD])[0]


def pytest_collection_modifyitems(config, items):
    """What is loaded ahead of libc does not go with a sanitizer: such cases are none of that run."""
    if not (places.SANITIZE or places.VALGRIND):
        return
    left_out = [item for item in items if "world" in item.fixturenames]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture
def world(monkeypatch, tmp_path):
    return World(monkeypatch, tmp_path)
