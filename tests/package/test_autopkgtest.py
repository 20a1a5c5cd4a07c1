# SPDX-License-Identifier: Apache-2.0
"""debian/tests by autopkgtest, as Debian's own machines run it: the table of the guide against the installed packages."""

import re

import bases

CONTROL = bases.TOP / "debian/tests/control"


def depends():
    """What the tests want besides the packages (@), and what autopkgtest is and wants: there is no network."""
    wanted = re.search(r"^Depends: (.*)$", CONTROL.read_text(), re.M)[1].split(", ")
    assert wanted[0] == "@"
    return ["autopkgtest", "dpkg-dev", *wanted[1:]]


def test_the_guide_against_the_installed_packages(machine, debian, built):
    here = machine(debian.server(built.debs(), depends()))
    bases.tree(here.root / "root/tree")
    debs = here.copy(built.debs())
    # this machine is thrown away, which autopkgtest cannot know
    said = here.run("autopkgtest", "--ignore-restrictions=isolation-container", "--no-built-binaries",
                    "--output-dir=/root/out", *debs, "/root/tree", "--", "null")
    assert (here.root / "root/out/summary").read_text().split() == ["guide", "PASS"]
    # all rows of the table, which guide.py counts itself
    assert said.count("\nok   ") + said.count("]: ok   ") == 11 and "WRONG" not in said, said
