# SPDX-License-Identifier: Apache-2.0
"""A machine without autotools, git and network, as far as a release can tell."""

import os
import subprocess
from pathlib import Path

ABSENT = {"autoconf", "autoheader", "autom4te", "automake", "aclocal", "autoreconf", "autoscan", "autoupdate",
          "ifnames", "m4", "libtool", "libtoolize", "git"}
FOLDERS = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")


def path_without(folder):
    """A PATH with all programs of this system but those."""
    folder.mkdir()
    for place in map(Path, reversed(FOLDERS)):
        for program in place.iterdir() if place.is_dir() else ():
            if program.name not in ABSENT and not program.name.startswith(("automake-", "aclocal-")):
                link = folder / program.name
                link.unlink(missing_ok=True)
                link.symlink_to(program)
    return str(folder)


def environment(folder):
    return {"PATH": path_without(folder / "programs"), "HOME": str(folder), "LC_ALL": "C.UTF-8", "TMPDIR": str(folder)}


def run(*command, **options):
    """Without a network; where it fails, the end of what it said."""
    done = subprocess.run(["unshare", "--net", *map(str, command)], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **options)
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout[-3000:]}"
    return done.stdout


def needs_root():
    return "" if os.geteuid() == 0 else "no network and another user take root: run this as root, or by sudo"
