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

    def install(self, *more):
        subprocess.run(["make", "-s", "install", f"DESTDIR={self.folder}", *more], cwd=places.BUILD, check=True,
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
    return Installation(tmp_path / "system")


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


def test_back_to_the_file_of_before(launch, issuer, tmp_path):
    """configtest finds a broken file, before a restart ends httpd by it; with the old one back all goes on."""
    module = tmp_path / "mod_auth_okta.so"

    def put(data):
        beside = tmp_path / "new.so"
        beside.write_bytes(data)
        os.replace(beside, module)

    put(places.module_path().read_bytes())
    server = launch(f'LoadModule auth_okta_module "{module}"\n' + trusts(issuer) + location("/whoami"), okta=False)
    token = issuer.mint.token()
    put(module.read_bytes()[:4096])
    said = subprocess.run([places.HTTPD, "-d", server.root, "-f", server.root / "conf" / "httpd.conf", "-t"],
                          capture_output=True, text=True, timeout=places.PATIENCE)
    assert said.returncode != 0
    assert server.get("/whoami", token).status == 200
    put(places.module_path().read_bytes())
    server.graceful()
    assert server.get("/whoami", token).status == 200


def test_install_and_uninstall(installed, tmp_path):
    """When the program that copies is done, the old file is still in its place. Uninstall leaves nothing."""
    old = tmp_path / "old.so"
    old.write_bytes(installed.module.read_bytes() + b"old")
    installed.module.write_bytes(old.read_bytes())
    seen, wrapper = tmp_path / "seen", tmp_path / "install"
    wrapper.write_text(f"""#!/bin/sh
/usr/bin/install -c "$@" || exit
case $* in
*mod_auth_okta.so*) cmp -s '{old}' '{installed.module}' && echo there >>'{seen}' || echo gone >>'{seen}' ;;
esac
""")
    wrapper.chmod(0o755)
    installed.install(f"INSTALL_PROGRAM={wrapper}")
    assert seen.read_text() == "there\n"
    assert installed.module.stat().st_size == installed.size
    assert [path.name for path in installed.module.parent.iterdir()] == ["mod_auth_okta.so"]
    subprocess.run(["make", "-s", "uninstall", f"DESTDIR={installed.folder}"], cwd=places.BUILD, check=True)
    assert not [path for path in installed.folder.rglob("*") if path.is_file()]
