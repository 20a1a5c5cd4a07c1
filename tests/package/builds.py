# SPDX-License-Identifier: Apache-2.0
"""Builds of the packages by scripts/package: here where this machine runs the release, else in a chroot that does."""

import os
import re
import subprocess

import bases

FULL = os.environ.get("OKTA_PACKAGE_FULL") == "1"
UNITS = FULL or os.environ.get("OKTA_PACKAGE_UNITS") == "1"
OLDER, NOTE = "okta-token_0.9.0-1_amd64.deb", "okta-token.log"
# what the release before has in its auth_okta.conf
BEFORE = "# of 1.0.0-0.1\n"
_LISTS = r'. scripts/lib/packages.sh; printf "%s\n" "${module_packages[@]}"'


class Build:
    """What one run of scripts/package deb left; `root` is where it ran, if that was not here."""

    def __init__(self, folder, said, root=None):
        self.folder, self.said, self.root = folder, said, root

    def files(self):
        return sorted(path for path in self.folder.iterdir() if path.is_file() and not path.name.endswith(".log"))

    def debs(self):
        """The two packages that people install."""
        return [path for path in self.files() if path.suffix == ".deb" and "-dbgsym_" not in path.name]

    def deb(self, name):
        return next(path for path in self.debs() if path.name.startswith(f"{name}_"))

    def lintian(self, *options):
        """The lintian of the release that they are for."""
        name = next(path.name for path in self.files() if path.suffix == ".changes")
        words = ["lintian", "--allow-root", *options]
        return bases.command(self.root, *words, f"/out/{name}") if self.root else [*words, self.folder / name]


def commit_time():
    """The time that the release has: in a chroot there is no git to ask."""
    if not (bases.TOP / ".git").exists():
        return {}
    seen = subprocess.run(["git", "-c", f"safe.directory={bases.TOP}", "-C", bases.TOP, "log", "-1", "--format=%ct"],
                          check=True, capture_output=True, text=True)
    return {"SOURCE_DATE_EPOCH": seen.stdout.strip()}


def build(release, folder, umask="022", **environment):
    """scripts/package deb --out FOLDER, with these settings of the caller's; OLDER and NOTE are there already."""
    folder.mkdir(parents=True)
    for name in (OLDER, NOTE):
        (folder / name).write_text("")
    root = None
    if release == bases.host_release():
        said = bases.run(["sh", "-c", f'umask {umask}; exec "$@"', "sh", bases.TOP / "scripts/package", "deb",
                          "--out", folder], env={**os.environ, **environment})
    else:
        root = _builder(release)
        said = _build_elsewhere(root, folder, umask, {**commit_time(), **environment})
    return Build(folder, said, root)


def _builder(release):
    """A root with what scripts/package asks for, and lintian."""
    names = bases.run(["bash", "-c", _LISTS], cwd=bases.TOP).split()
    control = (bases.TOP / "debian/control").read_text()
    wanted = re.search(r"^Build-Depends:\n((?: .*\n)+)", control, re.M)[1]
    names += [word for line in wanted.split("\n") if (word := re.split(r"[ ,|(]+", line.strip())[0])]
    names = ["debhelper" if name == "debhelper-compat" else name for name in names if name != "dh-apache2"]
    return bases.Bases(release).builder([*names, "build-essential", "fakeroot", "xz-utils", "lintian"])


def _build_elsewhere(root, folder, umask, environment):
    tree, out = root / "tree", root / "out"
    bases.run(["rm", "-rf", tree, out])
    bases.run(["mv", folder, out])
    bases.tree(tree)
    # paths of this machine mean nothing there
    environment = {name: value for name, value in environment.items()
                   if name not in ("TMPDIR", "OKTA_RELEASE_TARBALL")}
    said = bases.inside(root, "env", *(f"{name}={value}" for name, value in environment.items()),
                        "sh", "-c", f"umask {umask}; exec /tree/scripts/package deb --out /out")
    bases.run(["cp", "-a", out, folder])
    return said


def previous(build_, folder):
    """The same packages as version 1.0.0-0.1, with another auth_okta.conf: a release that came before."""
    folder.mkdir(parents=True)
    for deb in build_.debs():
        unpacked = folder / "unpacked"
        bases.run(["dpkg-deb", "--raw-extract", deb, unpacked])
        for conf in unpacked.glob("etc/apache2/mods-available/auth_okta.conf"):
            conf.write_text(conf.read_text() + BEFORE)
        control = unpacked / "DEBIAN/control"
        control.write_text(re.sub(r"^Version: .*", "Version: 1.0.0-0.1", control.read_text(), flags=re.M))
        bases.run(["dpkg-deb", "--root-owner-group", "--build", unpacked,
                   folder / re.sub(r"_[^_]*_", "_1.0.0-0.1_", deb.name)])
        bases.run(["rm", "-rf", unpacked])
    return Build(folder, "")
