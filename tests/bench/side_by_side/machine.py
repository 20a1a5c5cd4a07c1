# SPDX-License-Identifier: Apache-2.0
"""The machine: what it is, who else uses it, and what processes cost."""

import os
import platform
import re
import subprocess
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
SERVER_CORE, LOAD_CORE = 0, min(1, os.cpu_count() - 1)
# Of one core: what a machine at rest uses for itself stays below.
QUIET = 0.15


def _first(pattern, text):
    found = re.search(pattern, text, re.MULTILINE)
    return found[1].strip() if found else "unknown"


def _version(*command):
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    return done.stdout.splitlines()[0].strip() if done.stdout else "unknown"


def _package(name):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], text=True, capture_output=True,
                          check=False)
    return done.stdout.strip() or "not installed"


def describe():
    return {
        "cpu": _first(r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text()),
        "cores": os.cpu_count(),
        "memory_mb": int(_first(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())) // 1024,
        "kernel": platform.release(),
        "system": _first(r'^PRETTY_NAME="(.*)"', Path("/etc/os-release").read_text()),
        "httpd": _package("apache2-bin"),
        "mod_auth_openidc": _package("libapache2-mod-auth-openidc"),
        "openssl": _version("openssl", "version"),
        "date": time.strftime("%Y-%m-%d"),
    }


def cpu_of(pids):
    """CPU seconds that the processes have used, with what their ended children have."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICKS


def cpu_clock_of(pids):
    """The same to the nanosecond, without ended children, for processes that stay: by the clocks of
    clock_getcpuclockid(3)."""
    return sum(time.clock_gettime(~pid << 3 | 2) for pid in pids)


def pss_kb(pid):
    return int(_first(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text()))


def memory_kb(pid):
    """PSS without the pages of files: other servers on the machine share those, and come and go."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(_first(rf"^Pss_{kind}:\s+(\d+)", text)) for kind in ("Anon", "Shmem"))


def page_tables_kb(pid):
    return int(_first(r"^VmPTE:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()))


def busy():
    """CPU seconds that everything on the machine has used."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS


def others(seconds=2.0):
    """Cores that others keep busy, while we do nothing."""
    start, began = busy(), time.monotonic()
    time.sleep(seconds)
    return (busy() - start) / (time.monotonic() - began)


def wait_until_quiet(say, minutes):
    """True once nobody else works; after that many minutes False, with a warning."""
    end = time.monotonic() + minutes * 60
    while True:
        used = others()
        if used <= QUIET:
            return True
        if time.monotonic() >= end:
            say(f"NOT QUIET: others use {used:.2f} of {os.cpu_count()} cores. CPU times will be noisy; "
                "instruction counts will not.")
            return False
        say(f"others use {used:.2f} cores: waiting for them")
        time.sleep(15)
