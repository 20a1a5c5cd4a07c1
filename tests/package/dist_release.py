# SPDX-License-Identifier: Apache-2.0
"""Releases, made by scripts/package tarball."""

import os
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
FILES = ("SHA256SUMS", "mod_auth_okta-{version}.cdx.json", "mod_auth_okta-{version}.tar.xz")


def output(*command, **options):
    """What a command says that must succeed."""
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def seconds():
    """The time of a release of this tree."""
    return output(TOP / "scripts/lib/release_time.sh").strip()


def version():
    text = (TOP / "configure.ac").read_text()
    return text.partition("AC_INIT([mod_auth_okta], [")[2].partition("]")[0]


def names():
    return {name.format(version=version()) for name in FILES}


def make(tree, out, *before, **settings):
    """Start it; `before` is a command that runs it as somebody else."""
    environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    return subprocess.Popen([*before, tree / "scripts/package", "tarball", "--out", out], env=environment | settings,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process):
    said = process.communicate()[0]
    assert process.returncode == 0, said
    return said


_made = []


def release(tmp_path_factory):
    """The folder of a release of this tree, the same one for all tests."""
    if not _made:
        out = tmp_path_factory.mktemp("release")
        finish(make(TOP, out))
        _made.append(out)
    return _made[0]


def tarball(folder):
    return folder / f"mod_auth_okta-{version()}.tar.xz"
