"""What httpd sees of the world outside: a clock that can be set, a name server that does not answer."""

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
        path.write_bytes(struct.pack("l", 0))
        self._file = open(path, "r+b")
        self._memory = mmap.mmap(self._file.fileno(), 8)
        monkeypatch.setenv("LD_PRELOAD", str(_library()))
        monkeypatch.setenv("OKTA_TEST_CLOCK", str(path))
        self._monkeypatch = monkeypatch

    def started(self):
        """The servers run: what this process starts from now on shall not see that world."""
        for name in self.variables:
            self._monkeypatch.delenv(name)

    def set_clock(self, seconds_off):
        self._memory[:] = struct.pack("l", seconds_off)


@pytest.fixture
def world(monkeypatch, tmp_path):
    return World(monkeypatch, tmp_path)
