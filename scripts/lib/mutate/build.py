# SPDX-License-Identifier: Apache-2.0
"""A build of a copy of the tree: one source at a time is replaced, compiled and linked by the build's own commands."""

import json
import os
import re
import subprocess
from pathlib import Path

# What else the tests run, by make: the module and the two programs.
SERVED = ("src/httpd/mod_auth_okta.la", "src/cli/okta-token", "src/devserver/mod_okta_devserver.la")
_COMPILES = re.compile(r"^libtool: compile: +(.* -c (\S+\.c) .*-fPIC -DPIC -o (\S+\.o))", re.M)
_LINKS = re.compile(r"^libtool: link: (gcc .* -o (tests/unit/test_\w+) .*)$", re.M)
# A fault that no compiler would let pass is none: it is drawn again. No -w beside these: it takes their effect away.
_STRICT = "-Werror=incompatible-pointer-types -Werror=int-conversion -Werror=implicit-function-declaration"


class BuildFailed(Exception):
    """The tree as it is does not build; the message says where the log is."""


class Build:
    """tree: the copy. folder: its build. compiles: {source: (command, object)}; links: {program: command}."""

    def __init__(self, tree, folder, compiles, links):
        self.tree, self.folder = Path(tree), Path(folder)
        self.compiles, self.links = compiles, links

    def _run(self, command):
        return subprocess.run(command, cwd=self.folder, shell=True, check=False, stdin=subprocess.DEVNULL,
                              capture_output=True).returncode == 0

    def compile(self, source):
        """Compiles into the object's own place; returns its bytes, or None."""
        command, made = self.compiles[source]
        path = self.folder / made
        path.unlink(missing_ok=True)
        if not self._run(f"{command} {_STRICT}") or not path.exists():
            return None
        self._up_to_date(path)
        return path.read_bytes()

    @staticmethod
    def _up_to_date(path):
        """Tells make, which goes by libtool's file, not to compile once more."""
        known = path.parent.parent / f"{path.stem}.lo"
        if known.exists():
            known.touch()

    def put(self, source, made):
        """An object that compile() gave before, into its archive too: the next fault is another source's."""
        path = self.folder / self.compiles[source][1]
        path.write_bytes(made)
        self._up_to_date(path)
        return self._archive(source)

    def _archive(self, source):
        made = Path(self.compiles[source][1])
        archives = (self.folder / made.parent).glob("*.a")
        return all([self._run(f"ar r {archive.relative_to(self.folder)} {made}") for archive in archives])

    def link(self, source, program):
        """A unit program anew, with the object that compile() left."""
        return self._archive(source) and self._run(self.links[program])

    def make(self, *targets):
        return self._run(f"make -s {' '.join(targets)}")


def files_of(top):
    listed = subprocess.run([top / "scripts/lib/files.sh", "--guess"], capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if (top / name).is_file()]


def copy_tree(top, tree):
    """Makes a copy what the tree is. Only what differs is written, so that a build there stays good."""
    names = files_of(top)
    (tree).mkdir(parents=True, exist_ok=True)
    listing = tree / "MANIFEST"
    for gone in set(listing.read_text().splitlines() if listing.exists() else []) - set(names):
        (tree / gone).unlink(missing_ok=True)
    for name in names:
        old, new = top / name, tree / name
        data = old.read_bytes()
        if not new.is_file() or new.read_bytes() != data:
            new.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(data)
        new.chmod(old.stat().st_mode & 0o777)
    listing.write_text("\n".join(names) + "\n")


def built(top, place, flags=("CFLAGS=-O2",)):
    """A copy of the tree `top` below the folder `place`: core is built, and what the unit programs are linked of.

    A program itself only the first time, for its command: it is linked anew for each fault.
    """
    tree, folder = place / "tree", place / "build"
    copy_tree(top, tree)
    folder.mkdir(parents=True, exist_ok=True)
    if not (tree / "configure").exists() or _older(tree / "configure", tree / "configure.ac"):
        _logged(["autoreconf", "-fi"], tree, folder)
    if not (folder / "Makefile").exists():
        _logged([str(tree / "configure"), "--enable-unit-tests", "CC=gcc", *flags], folder, folder)
    programs = sorted(str(p.relative_to(tree).with_suffix("")) for p in (tree / "tests/unit").glob("test_*.c"))
    build = Build(tree, folder, {}, {})
    # how a program is linked may be another one since
    rules, kept = tree / "tests/unit/local.mk", folder / "commands.json"
    if kept.exists() and _older(kept, rules):
        for program in programs:
            (folder / program).unlink(missing_ok=True)
        kept.unlink()
    linked = _known(folder)[1]
    parts = [f"tests/unit/{p.stem}.o" for p in (folder / "tests/unit").glob("*.o")
             if (tree / "tests/unit" / f"{p.stem}.c").exists()]
    make_known(build, "src/core/libokta_core.la", "tests/unit/libokta_unit.la", *parts,
               *(program for program in programs if program not in linked))
    build.links = {program: build.links[program] for program in programs}
    return build


def _known(folder):
    kept = folder / "commands.json"
    return json.loads(kept.read_text()) if kept.exists() else ({}, {})


def make_known(build, *targets):
    """Makes these, and learns the commands of what was made: now, and before where it did not change since."""
    compiles, links = _known(build.folder)
    log = _logged(["make", f"-j{os.cpu_count()}", "V=1", *targets], build.folder, build.folder)
    for command, source, made in _COMPILES.findall(log):
        compiles[str(Path(build.folder, source).resolve().relative_to(build.tree.resolve()))] = (command, made)
    links.update({program: command for command, program in _LINKS.findall(log)})
    (build.folder / "commands.json").write_text(json.dumps((compiles, links)))
    build.compiles, build.links = compiles, links


def _logged(command, cwd, folder):
    """What this command and those before it said, in mutate.log: a run that was ended may have lost none of it."""
    log = folder / "mutate.log"
    with open(log, "a", encoding="utf-8") as output:
        failed = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                check=False).returncode
    if failed:
        raise BuildFailed(f"the tree does not build: see {log}")
    return log.read_text(encoding="utf-8")


def _older(one, other):
    return one.stat().st_mtime < other.stat().st_mtime
