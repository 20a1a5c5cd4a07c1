# SPDX-License-Identifier: Apache-2.0
"""What an httpd holds: memory, descriptors, maps, threads, System V's segments and semaphores, files."""

import re
import subprocess
from pathlib import Path


def _anonymous(pid):
    """Kilobytes that the process shares with nobody by its nature, and what it inherited and did not write."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    return int(re.search(r"^Anonymous: +(\d+)", rollup, re.M)[1])


def _count(pid, what):
    return len(list(Path(f"/proc/{pid}/{what}").iterdir()))


def _maps(pid):
    """Maps that are shared: segments and mutexes. Heaps come and go."""
    return sum(" rw-s " in line for line in Path(f"/proc/{pid}/maps").read_text().splitlines())


def system_v(namespace_of):
    """How many segments and sets of semaphores there are, where that process is."""
    # /proc/sysvipc shows the namespace of whoever reads it
    rows = subprocess.run(["nsenter", "-t", str(namespace_of), "-i", "cat", "/proc/sysvipc/shm", "/proc/sysvipc/sem"],
                          check=True, capture_output=True, text=True).stdout.splitlines()
    return sum("key" not in row for row in rows)


def of_server(server):
    """{what: how much}. Children are counted by the one that has most."""
    children = server.children()
    return {
        "parent_kB": _anonymous(server.pid), "parent_files": _count(server.pid, "fd"),
        "parent_maps": _maps(server.pid), "parent_threads": _count(server.pid, "task"),
        "child_kB": max(map(_anonymous, children)), "child_files": max(_count(pid, "fd") for pid in children),
        "child_maps": max(map(_maps, children)), "child_threads": max(_count(pid, "task") for pid in children),
        "system_v": system_v(server.pid),
        "files": sum(1 for path in server.root.rglob("*") if path.is_file()),
    }
