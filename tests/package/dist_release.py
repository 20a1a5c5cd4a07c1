# SPDX-License-Identifier: Apache-2.0
"""Releases, made by scripts/package tarball."""

import os
import subprocess

import bases
from bases import TOP

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


def make(folder):
    """The release of this tree, in the folder."""
    environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    bases.run([TOP / "scripts/package", "tarball", "--out", folder], env=environment)
    return folder


def tarball(folder):
    return folder / f"mod_auth_okta-{version()}.tar.xz"
