# SPDX-License-Identifier: Apache-2.0
"""make install under a running httpd: requests go on, and a graceful restart loads the new file (docs/install.md)."""

import os
import subprocess
import threading
import time
from pathlib import Path

import pytest
from env import load, places
from env.snippets import location, trusts

UPGRADES = 2


class Installation:
    """What make install puts below a folder; nobody may ever find the module missing or cut."""

    def __init__(self, folder):
        self.folder = folder
        self.install()
        self.module = next(folder.rglob("mod_auth_okta.so"))
        self.size = self.module.stat().st_size
        self._over = threading.Event()
        self.looks, self.faults = 0, []
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def install(self):
        subprocess.run(["make", "-s", "install", f"DESTDIR={self.folder}"], cwd=places.BUILD, check=True,
                       capture_output=True, text=True)

    def inode(self):
        return self.module.stat().st_ino

    def _watch(self):
        while not self._over.is_set():
            try:
                if self.module.stat().st_size != self.size:
                    self.faults.append("cut")
            except FileNotFoundError:
                self.faults.append("missing")
            self.looks += 1
            time.sleep(0.001)

    def __enter__(self):
        self._watcher.start()
        return self

    def __exit__(self, *exc):
        self._over.set()
        self._watcher.join(places.PATIENCE)


def _mapped(pid):
    """The inodes of the module's file that a process has mapped."""
    lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    return {int(line.split()[4]) for line in lines if "mod_auth_okta.so" in line}


@pytest.fixture
def installed(tmp_path):
    if not (places.BUILD / "Makefile").is_file():
        raise FileNotFoundError(f"no Makefile in {places.BUILD}: build there, or point OKTA_BUILD at a build")
    # httpd's children are another user, but the module is loaded by the parent
    return Installation(tmp_path)


def test_a_new_file_under_load(launch, issuer, installed):
    """Old children go on with the old file; a graceful restart takes the new one; not one request fails."""
    server = launch(f'LoadModule auth_okta_module "{installed.module}"\n' + trusts(issuer) + location("/whoami"),
                    okta=False)
    token = issuer.mint.token()
    assert server.get("/whoami", token).status == 200
    # connections that are kept end with the child that has them, as httpd does it
    with installed, load.Load(server, "/whoami", token, connections=4, keep=False, pause=0.01) as running:
        for _ in range(UPGRADES):
            old = installed.inode()
            installed.install()
            assert installed.inode() != old
            assert {inode for pid in server.children() for inode in _mapped(pid)} == {old}
            server.graceful()
            assert {inode for pid in server.children() for inode in _mapped(pid)} == {installed.inode()}
        samples = running.stop()
    assert load.statuses(samples) == {200: len(samples)} and len(samples) > 100
    assert not installed.faults and installed.looks > 100
    # the keys went over: one fetch, whatever was loaded
    assert issuer.key_fetches() == 1


def test_back_to_the_file_of_before(launch, issuer, installed):
    """configtest finds a broken file, before a restart ends httpd by it; with the old one back all goes on."""
    server = launch(f'LoadModule auth_okta_module "{installed.module}"\n' + trusts(issuer) + location("/whoami"),
                    okta=False)
    token = issuer.mint.token()
    before = installed.module.read_bytes()
    cut = installed.module.with_name("cut.so")
    cut.write_bytes(before[:4096])
    os.replace(cut, installed.module)
    said = subprocess.run([places.HTTPD, "-d", server.root, "-f", server.root / "conf" / "httpd.conf", "-t"],
                          capture_output=True, text=True, timeout=places.PATIENCE)
    assert said.returncode != 0
    assert server.get("/whoami", token).status == 200
    back = installed.module.with_name("back.so")
    back.write_bytes(before)
    os.replace(back, installed.module)
    server.graceful()
    assert server.get("/whoami", token).status == 200


def test_uninstall_leaves_nothing(installed):
    left = subprocess.run(["make", "-s", "uninstall", f"DESTDIR={installed.folder}"], cwd=places.BUILD,
                          capture_output=True, text=True)
    assert left.returncode == 0, left.stderr
    assert not [path for path in installed.folder.rglob("*") if path.is_file()]
