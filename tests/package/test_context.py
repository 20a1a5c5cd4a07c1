# SPDX-License-Identifier: Apache-2.0
"""What an engine copies for Containerfile: the tree, without what a build in it has left. make would take objects of this
machine for those of the image. OKTA_BUILD names a build, whose files are those that one in the tree leaves."""

import os
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import bases
import pytest

BUILD = Path(os.environ.get("OKTA_BUILD", bases.TOP / "build" / "gcc"))

KINDS = {".o", ".lo", ".la", ".lai", ".a", ".so", ".Po", ".Plo"}
NAMES = {"Makefile", "config.h", "config.log", "config.status", "libtool", "stamp-h1"}


@pytest.fixture(scope="module")
def patterns():
    lines = (bases.TOP / "Containerfile.dockerignore").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def left_out(path, patterns):
    """Whether the file, or a folder that it is in, has a pattern. `**/` stands for any folders, and none."""
    path = PurePosixPath(path)
    return any(fnmatchcase(part.name, pattern[3:]) if pattern.startswith("**/") else fnmatchcase(str(part), pattern)
               for part in (path, *path.parents) for pattern in patterns)


def test_nothing_that_make_would_go_on_with_is_taken_over(patterns):
    """Programs have no name by which they are known, and are linked anew: of objects that are newer."""
    built = [str(path.relative_to(BUILD)) for path in BUILD.rglob("*") if path.suffix in KINDS or path.name in NAMES]
    assert len(built) > 500
    assert [name for name in built if not left_out(name, patterns)] == []


def test_all_of_the_project_is_there(patterns):
    files = bases.run(["scripts/lib/files.sh"], cwd=bases.TOP).splitlines()
    assert len(files) > 1000
    assert [name for name in files if left_out(name, patterns)] == []
