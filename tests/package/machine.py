# SPDX-License-Identifier: Apache-2.0
"""One Debian machine: a root of its own over a base that nobody changes, with its own processes and network.

What is written lies in memory. Apache is handled by its init script, as in every Debian without systemd.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import bases

HERE = Path(__file__).resolve().parent
PATIENCE = 60
_BOOT = """set -e
mount -t tmpfs -o mode=755 none "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o lowerdir="$0",upperdir="$1/upper",workdir="$1/work" none "$1/root"
mount -t proc proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
ip link set lo up
hostname stock
# bash reaps what Apache's parent leaves: its init script waits for that
exec chroot "$1/root" bash -c 'while sleep 3600; do :; done'
"""


def wait_for(condition, what):
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, f"{what} did not come in {PATIENCE} s"
        time.sleep(0.05)
    return found


class Machine:
    """Use as a context manager. `folder` is ours, `base` is what the machine begins with."""

    def __init__(self, base, folder):
        self.folder, self.issuer_folder = folder, folder / "issuer"
        self.issuer_folder.mkdir()
        mounted = folder / "machine"
        mounted.mkdir()
        self._unshare = subprocess.Popen([*bases.NAMESPACES, "--net", "--uts", "sh", "-c", _BOOT, base, mounted])
        self._issuer, self.issuer = None, None
        try:
            self._init = wait_for(self._first_process, "the machine")
        except BaseException:
            self.stop()
            raise
        self.root = Path(f"/proc/{self._init}/root")
        self.write("/etc/hosts", "127.0.0.1 localhost stock\n")
        # without an init system Debian's scripts touch no service, unless this allows it
        self.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 104\n", 0o755)

    def _first_process(self):
        assert self._unshare.poll() is None, "the machine did not start: the lines above say why"
        pid = self._unshare.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if not children or Path(f"/proc/{children[0]}/comm").read_text() != "bash\n":
            return None
        return int(children[0])

    def _enter(self, *namespaces):
        return ["nsenter", f"--target={self._init}", *namespaces]

    def run(self, *command, **options):
        """The output of a command in the machine that must succeed."""
        return bases.run([*self._enter("--mount", "--pid", "--net", "--uts", "--root"), *bases.BARE,
                          *command], **options)

    def shell(self, text):
        return self.run("bash", "-euc", text)

    def beside(self, *command):
        """A command of the testing machine that sees the network of this one."""
        return [*self._enter("--net"), *map(str, command)]

    def write(self, path, text, mode=0o644):
        target = self.root / path.lstrip("/")
        target.write_text(text)
        target.chmod(mode)

    def there(self, path):
        """Whether there is such a file, or a link that leads nowhere."""
        return os.path.lexists(self.root / path.lstrip("/"))

    def copy(self, files, folder="/root"):
        """The files, in the machine."""
        for file in files:
            bases.run(["cp", file, self.root / folder.lstrip("/")])
        return [f"{folder}/{file.name}" for file in files]

    def install(self, files, *options):
        """apt install, with no network."""
        return self.run("apt-get", "-q", "install", "-y", *options, *self.copy(files))

    # -- the issuer

    def start_issuer(self, *options):
        self._issuer = subprocess.Popen(self.beside(sys.executable, HERE / "issuer.py", self.issuer_folder, *options))
        ready = self.issuer_folder / "issuer.json"
        wait_for(lambda: ready.exists() or self._issuer.poll() is not None, "the issuer")
        assert self._issuer.poll() is None
        self.issuer = json.loads(ready.read_text())["url"]
        return self.issuer

    def tokens(self):
        """Those that the issuer left; they are good while it is down, too."""
        return json.loads((self.issuer_folder / "issuer.json").read_text())["tokens"]

    def stop_issuer(self):
        if self._issuer:
            self._issuer.kill()
            self._issuer.wait()
        self._issuer = None

    # -- Apache

    def protect(self, issuer):
        """The sites of site.conf, for this issuer; Apache is not told."""
        self.write("/etc/apache2/conf-available/api.conf", (HERE / "site.conf").read_text().replace("@ISSUER@", issuer))
        self.run("a2enmod", "auth_okta")
        self.run("a2enconf", "api")

    def service(self, verb):
        return self.run("service", "apache2", verb)

    def apache(self):
        """The pid of the parent as we see it, or None."""
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal() and self._is_apache(folder):
                return int(folder.name)
        return None

    def _is_apache(self, folder):
        try:
            return (os.readlink(folder / "exe").endswith("/usr/sbin/apache2")
                    and os.stat(folder / "ns/net").st_ino == os.stat(f"/proc/{self._init}/ns/net").st_ino
                    and (folder / "status").read_text().split("PPid:\t")[1].split()[0] == str(self._init))
        except OSError:
            return False

    def modules_in_use(self):
        """The inodes of our module's files in the memory of Apache's processes."""
        parent = self.apache()
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        found = set()
        for pid in (str(parent), *children):
            try:
                maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
            except FileNotFoundError:
                continue
            found |= {line.split()[4] for line in maps if "mod_auth_okta" in line}
        return found

    def error_log(self):
        path = self.root / "var/log/apache2/error.log"
        return path.read_text() if path.exists() else ""

    def reboot(self):
        """All processes end, and what /run held is gone; the issuer is not ours."""
        self.shell("service apache2 stop; rm -rf /run/apache2 /run/lock /var/lock/apache2; mkdir -m 1777 /run/lock")
        wait_for(lambda: not self.apache(), "the end of Apache")
        self.service("start")

    def status(self, path, token=None):
        bearer = ["-H", f"Authorization: Bearer {token}"] if token else []
        return int(bases.run(self.beside("curl", "-sS", "--max-time", "20", "-o", "/dev/null", "-w", "%{http_code}",
                                         *bearer, f"http://127.0.0.1{path}")))

    def guide(self):
        """The rows of guide.py; a wrong one fails."""
        return bases.run(self.beside(sys.executable, HERE / "guide.py", "http://127.0.0.1", self.issuer_folder))

    def files(self):
        """Every path with its mode and owner, but for the logs and caches of apt and dpkg, what is in memory, and the
        folders of a2enmod's own bookkeeping while they are empty."""
        return set(self.shell(
            r"find / -xdev \( -path /proc -o -path /dev -o -path /run -o -path /tmp -o -path /root"
            r" -o -path /var/cache/apt -o -path /var/log/apt -o -path /var/lib/apt \) -prune -o"
            r" ! -path '/var/log/dpkg.log' ! -path '/var/lib/dpkg/*-old' ! -path '/var/lib/dpkg/triggers/*'"
            r" ! \( -path '/var/lib/apache2/*_by_*' -type d -empty \)"
            r" -printf '%p %M %u:%g\n'").splitlines())

    def stop(self):
        self.stop_issuer()
        self._unshare.send_signal(signal.SIGKILL)
        self._unshare.wait()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()
