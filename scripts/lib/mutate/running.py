# SPDX-License-Identifier: Apache-2.0
"""Runs tests with a time limit, and leaves none of their processes behind."""

import os
import re
import resource
import signal
import shutil
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PYTHON = "/usr/bin/python3"
_active, _lock = set(), threading.Lock()
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?\.py(?:::[^\n]*?)?)(?: - .*)?$", re.M)
_NOT_OK = re.compile(r"^not ok \d+ - (.*)$", re.M)


@dataclass(frozen=True)
class Outcome:
    passed: bool
    timed_out: bool
    seconds: float
    what: str  # which case failed
    text: str


def run(command, cwd, environment, limit, memory=None):
    """(exit status or None when it took too long, seconds, output)"""
    # a temporary folder of its own is also the mark of its processes: the tests' httpd inherits that much
    folder = tempfile.mkdtemp(prefix="okta-m-")
    os.chmod(folder, 0o755)
    start = time.monotonic()
    try:
        with subprocess.Popen([str(part) for part in command], cwd=cwd, env={**environment, "TMPDIR": folder},
                              text=True, errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, start_new_session=True,
                              preexec_fn=lambda: _limit(memory)) as process:
            with _lock:
                _active.add((process.pid, folder))
            try:
                text, status = process.communicate(timeout=limit)[0], process.returncode
            except subprocess.TimeoutExpired:
                text, status = "", None
            finally:
                end_all(process.pid, folder)
                with _lock:
                    _active.discard((process.pid, folder))
        return status, time.monotonic() - start, text
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _limit(memory):
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**30, 2**30))
    if memory:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def end_all(group, folder):
    """The process group, and whoever has that temporary folder (a server in a session of its own does)."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    wanted = f"TMPDIR={folder}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            pass


def end_active():
    """Whatever runs for other threads: they end with this one."""
    with _lock:
        for group, folder in _active:
            end_all(group, folder)
            shutil.rmtree(folder, ignore_errors=True)


def _environment(build):
    kept = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy") and not k.startswith("PYTEST")}
    return {**kept, "OKTA_SOURCE": str(build.tree), "OKTA_BUILD": str(build.folder), "OKTA_MPMS": "event",
            "LC_ALL": "C.UTF-8"}


def run_unit(build, program, limit):
    environment = {**_environment(build), "CMOCKA_MESSAGE_OUTPUT": "TAP"}
    status, seconds, text = run([build.folder / program], build.folder, environment, limit, memory=2**31)
    failed = _NOT_OK.search(text)
    what = failed[1] if failed else f"ended with {status}"
    return Outcome(status == 0, status is None, seconds, what, text)


def run_pytest(build, target, limit, first=True):
    """target: a file, or one case of it. first: ends with the first failure."""
    command = [PYTHON, "-B", "-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", *["-x"] * first, target]
    status, seconds, text = run(command, build.tree, _environment(build), limit)
    failed = _FAILED.search(text)
    return Outcome(status == 0, status is None, seconds, failed[1] if failed else f"pytest ended with {status}", text)
