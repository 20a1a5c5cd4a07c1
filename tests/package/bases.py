# SPDX-License-Identifier: Apache-2.0
"""Bare Debians below build/, made once by debootstrap, and what is run in them: for all files of this folder, and for
scripts/matrix. As a program it says what this machine lacks for that, and ends with 1.

OKTA_RELEASE names the release (default: this machine's), OKTA_MIRROR where its packages are.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
MIRROR = os.environ.get("OKTA_MIRROR", "http://deb.debian.org/debian")
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
               "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", "TERM": "dumb"}
BARE = ["env", "-i", "--chdir=/", *(f"{name}={value}" for name, value in ENVIRONMENT.items())]
# The mounts and the processes of a call end with it, however it ends.
NAMESPACES = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
# The root as a mount of its own, so that what runs in it may use unshare in its turn.
_MOUNTS = """mount --bind "$0" "$0" && mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" &&
exec chroot "$0" "$@"
"""


def host_release():
    fields = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    return fields.get("VERSION_CODENAME", "").strip('"')


def release():
    return os.environ.get("OKTA_RELEASE") or host_release()


def needs():
    """What this machine lacks, as one line with the remedy; empty where all is there."""
    if os.geteuid() != 0:
        return "chroots and their networks take root: run this as root, or by sudo"
    if subprocess.run([*NAMESPACES, "--net", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode:
        return "unshare or mount is not allowed here: in a container, run it with --privileged"
    missing = [name for name in ("debootstrap", "nsenter", "ip", "curl") if not shutil.which(name)]
    return f"not installed: {' '.join(missing)}; scripts/check package installs them" if missing else ""


def run(words, **options):
    """The output of a command that must succeed; where it does not, the end of what it said."""
    words = [str(word) for word in words]
    done = subprocess.run(words, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)
    assert done.returncode == 0, f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout[-3000:]}"
    return done.stdout


def command(root, *words):
    """What runs a command in the root, with this machine's network."""
    return [*NAMESPACES, "sh", "-c", _MOUNTS, str(root), *BARE, *map(str, words)]


def inside(root, *words, **options):
    return run(command(root, *words), **options)


def tree(folder):
    """The project's files as they are here, without git; as in an unpacked release, but nothing is generated."""
    Path(folder).mkdir(exist_ok=True)
    run(["sh", "-euc", 'scripts/lib/files.sh >"$0/MANIFEST"; scripts/lib/release_time.sh >"$0/TIMESTAMP";'
         'tar -T "$0/MANIFEST" -cf - | tar -C "$0" -xf -', folder], cwd=TOP)


def _network(root):
    """This machine's ways to the outside: apt's and npm's settings, its administrator's authorities, its name servers; and
    dpkg need not wait for the disk."""
    acquire = [line for line in run(["apt-config", "dump"]).splitlines() if line.startswith("Acquire::")]
    (root / "etc/apt/apt.conf.d/90host").write_text("\n".join(acquire) + "\n")
    (root / "etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n")
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    # the package ca-certificates takes them in when it is installed
    for name in ("/etc/npmrc", "/usr/local/share/ca-certificates"):
        if os.path.exists(name):
            (root / name[1:]).parent.mkdir(parents=True, exist_ok=True)
            run(["cp", "-a", name, root / os.path.dirname(name)[1:]])


class Bases:
    """The folders of one release. Each is complete or not there."""

    def __init__(self, name):
        self.release = name
        self.folder = TOP / "build" / "package-base" / name

    def _made(self, name, make):
        root = self.folder / name
        if not root.exists():
            new = self.folder / f"{name}.new"
            shutil.rmtree(new, ignore_errors=True)
            make(new)
            new.rename(root)
        return root

    def bare(self):
        """A minimal Debian with its package lists."""
        def make(root):
            root.parent.mkdir(parents=True, exist_ok=True)
            run(["debootstrap", "--variant=minbase", self.release, root, MIRROR])
            _network(root)
            inside(root, "apt-get", "-q", "update")
            (root / "var/log/dpkg.log").unlink(missing_ok=True)
        return self._made("bare", make)

    def copy(self, root):
        """A bare one that belongs to whoever asks."""
        run(["cp", "-a", self.bare(), root])

    def _copied(self, name, then):
        def make(root):
            self.copy(root)
            then(root)
        return self._made(name, make)

    def with_downloads(self, debs):
        """The bare one, with what the packages ask for in apt's cache: a machine without a network can install them."""
        def fetch(root):
            for deb in debs:
                shutil.copy(deb, root / "tmp")
            inside(root, "sh", "-c", "apt-get -q install --download-only -y /tmp/*.deb && rm /tmp/*.deb")
        return self._copied("downloads-" + _digest(wants(debs)), fetch)

    def server(self, debs, more=()):
        """With all that the packages ask for installed, as Apache, and more, but without them."""
        wanted = ", ".join([wants(debs), *more])

        def install(root):
            inside(root, "apt-get", "-q", "satisfy", "-y", wanted)
            inside(root, "sh", "-c", "rm -rf /run/* /var/log/apache2/* && mkdir -m 1777 /run/lock")
        return self._copied("server-" + _digest(wanted), install)

    def builder(self, packages):
        def install(root):
            inside(root, "apt-get", "-q", "install", "-y", "--no-install-recommends", *packages)
        return self._copied("builder-" + _digest(" ".join(packages)), install)


def wants(debs):
    """What the packages depend on and recommend, but for each other."""
    fields = [run(["dpkg-deb", "--field", deb, field]).strip() for deb in debs for field in ("Depends", "Recommends")]
    return ", ".join(sorted({want.strip() for field in fields for want in field.split(",") if want.strip()}))


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(needs() or 0)
