# SPDX-License-Identifier: Apache-2.0
"""State files: what a cold start has while the issuer is down, and what it does not fall for."""

import json
import os
import stat
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from env import load, statefiles
from env.httpd import StartFailed, child_user
from env.keys import key
from env.keyservers import api, cut_off, fleet, phases, restore
from env.snippets import location
from env.verdicts import assert_ok, assert_refused, assert_unavailable
from env.waiting import wait_for

KEYS_MISSING = r"OKTA-REFUSED: reason=keys_unavailable status=503"
DAY = 24 * 3600


def _state(server):
    return server.root / "state"


def _with_state(issuer, *more):
    return lambda s: api(issuer, f"OktaStateDir {_state(s)}", "OktaKeyWait 300ms", "OktaKeyCooldown 500ms", *more)


def _saved(server, *issuers):
    for issuer in issuers:
        wait_for(statefiles.path(_state(server), issuer).exists, "the state file")


@pytest.mark.every_mpm
def test_a_cold_start_while_the_issuer_is_down(issuer, launch, mpm, figure):
    server = launch(_with_state(issuer), **fleet(mpm, 16))
    old = issuer.mint.token()
    assert_ok(server.get("/whoami", old))
    issuer.keys = [key("key-2")]
    wait_for(lambda: server.get("/whoami", issuer.mint.token()).status == 200, "the rotation", interval=0.1)
    _saved(server, issuer)
    wait_for(lambda: statefiles.load(_state(server), issuer)["keys"][0]["kid"] == "key-2", "the new file")
    server.stop()
    cut_off(issuer)
    asked = issuer.count()
    server.start()
    samples = load.run(server, "/whoami", issuer.mint.token(), 8, 80, keep=False)
    figure("cold start from the state file", statuses=load.statuses(samples), **load.times(samples))
    assert load.statuses(samples) == {200: 80}
    assert_refused(server.get("/whoami", old))  # withdrawn before: not revived by the file
    assert issuer.count() == asked
    server.expects(r"OKTA-KEYS: .* failing: ", optional=True)  # the old token's kid asked for a fetch


def test_a_cold_start_with_fresh_keys_costs_no_fetch(issuer, launch):
    server = launch(_with_state(issuer))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    _saved(server, issuer)
    server.stop()
    server.start()
    for _ in range(3):
        assert_ok(server.get("/whoami", issuer.mint.token()))
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)
    # What is needed and not in the file is fetched all the same.
    issuer.keys = [key("key-2"), *issuer.keys]
    wait_for(lambda: server.get("/whoami", issuer.mint.token()).status == 200, "the new key", interval=0.1)
    etags = [r.headers.get("if-none-match") for r in issuer.requests if r.endpoint == "keys"]
    assert etags[0] is None and etags[1]


def test_keys_past_their_time_serve_within_max_stale(issuer, launch):
    server = launch(_with_state(issuer, "OktaKeyMaxStale 2h"))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    _saved(server, issuer)
    server.stop()
    statefiles.rewrite(_state(server), issuer, fetched_at=int(time.time()) - 2 * 3600)
    cut_off(issuer)
    server.expects(r"OKTA-KEYS: .* stale: .*([Cc]onnect|refused).*keys of 7\d\d\d s ago")
    server.start()
    assert_ok(server.get("/whoami", issuer.mint.token()))
    server.wait_for_log("OKTA-KEYS: .* stale: ")
    assert_ok(server.get("/whoami", issuer.mint.token()))
    server.expects("OKTA-KEYS", lasting=True, optional=True)
    restore(issuer)
    server.wait_for_log("OKTA-KEYS: .* recovered")


def _symlink(file):
    real = file.with_name("elsewhere.json")
    file.rename(real)
    file.symlink_to(real)


def _fifo(file):
    file.unlink()
    os.mkfifo(file, 0o600)
    os.chown(file, *child_user())


def _directory(file):
    file.unlink()
    file.mkdir()


def _truncate(file):
    os.truncate(file, file.stat().st_size // 2)


def _corrupt(file):
    data = bytearray(file.read_bytes())
    data[0] ^= 0xFF
    with open(file, "r+b") as out:
        out.write(data)


def _members(**members):
    def change(file):
        document = {**json.loads(file.read_bytes()), **{n: v() if callable(v) else v for n, v in members.items()}}
        with open(file, "r+b") as out:
            out.truncate(out.write(json.dumps(document).encode()))
    return change


TAMPERING = {
    # name: (what happens to the file, why the log says that it is not used)
    "too old": (_members(fetched_at=lambda: int(time.time()) - 3 * DAY), "older than OktaKeyMaxStale"),
    "from the future": (_members(fetched_at=lambda: int(time.time()) + 3600), "in the future"),
    "of another issuer": (_members(issuer="https://other.example.com/oauth2/default"), "another issuer"),
    "keys from another host": (_members(jwks_uri="http://127.0.0.2:80/keys"), r"came from http://127\.0\.0\.2"),
    "world-writable": (lambda f: f.chmod(0o602), "others may write"),
    "group-writable": (lambda f: f.chmod(0o620), "others may write"),
    "another owner's": (lambda f: os.chown(f, 1, 1), "another user"),
    "corrupted": (_corrupt, "JSON|line 1"),
    "truncated": (_truncate, "JSON|line 1|end of"),
    "empty": (lambda f: os.truncate(f, 0), "empty"),
    "a symbolic link": (_symlink, "symbolic link"),
    "a pipe": (_fifo, "no regular file"),
    "a directory": (_directory, "no regular file"),
    "too large": (_members(padding="x" * 100000), "too large"),
    "no keys": (_members(keys=[]), "empty key set"),
    "no usable key": (_members(keys=[{"kty": "oct", "kid": "key-1", "k": "c2VjcmV0"}]), "no usable key"),
    "another version": (_members(version=1), "version"),
    "without what its keys were trusted by": (_members(trust=None), "version"),
    "trusted by others": (_members(trust="ca=system proxy=http://127.0.0.9:1 insecure_http=on"), "other settings"),
    "no object": (lambda f: f.write_text("[]"), "object|JSON"),
}


def test_files_that_are_not_trusted(make_issuer, launch, figure):
    """All of them in one cold start; an untouched one beside them shows that the start would use it."""
    issuers = {name: make_issuer() for name in [*TAMPERING, "untouched"]}
    paths = {name: f"/api-{n}" for n, name in enumerate(issuers)}
    server = launch(lambda s: f"OktaInsecureHttp On\nOktaAudience api://default\nOktaStateDir {_state(s)}\n"
                              "OktaKeyWait 300ms\n"
                    + "".join(location(paths[n], f"OktaIssuer {i.url}") for n, i in issuers.items()))
    for name, issuer in issuers.items():
        assert_ok(server.get(paths[name], issuer.mint.token()))
    _saved(server, *issuers.values())
    server.stop()
    for name, (tamper, _) in TAMPERING.items():
        tamper(statefiles.path(_state(server), issuers[name]))
    for issuer in issuers.values():
        cut_off(issuer)
    server.expects(r"OKTA-KEYS: .* are not used: ", lasting=True)
    server.expects(r"OKTA-KEYS: .* missing: ", lasting=True)
    server.expects(KEYS_MISSING, lasting=True)
    mark = server.error_log.mark()
    server.start()
    assert_ok(server.get(paths["untouched"], issuers["untouched"].mint.token()))
    for name, (_, why) in TAMPERING.items():
        issuer = issuers[name]
        assert_unavailable(server.get(paths[name], issuer.mint.token()))
        lines = server.error_log.matching(rf'"{issuer.url}": the keys in .* are not used: .*({why})', mark)
        assert len(lines) == 1, (name, server.error_log.matching("are not used", mark))
    figure("state files", refused=len(TAMPERING), used=1)
    # The issuers' return mends them all, but for the one that is a directory.
    for issuer in issuers.values():
        restore(issuer)
    server.expects(r"cannot be written", lasting=True, optional=True)
    for name in ("truncated", "a symbolic link", "too old"):
        issuer = issuers[name]
        wait_for(lambda: server.get(paths[name], issuer.mint.token()).status == 200, name, timeout=60,
                 interval=0.1)
        file = statefiles.path(_state(server), issuer)
        wait_for(lambda: statefiles.is_fresh(file), "a sound file")


def test_a_configured_jwks_uri_decides_about_the_file(issuer, launch):
    """Keys that came from elsewhere on the same host are not what OktaJwksUri names."""
    uri = {"now": ""}
    server = launch(lambda s: _with_state(issuer, uri["now"])(s))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    _saved(server, issuer)
    server.stop()
    uri["now"] = f"OktaJwksUri {issuer.origin}/elsewhere"
    cut_off(issuer)
    server.expects(r"OKTA-KEYS: .* are not used: its keys came from .*/v1/keys")
    server.expects(r"OKTA-KEYS: .* missing: ")
    server.expects(KEYS_MISSING)
    server.start()
    assert_unavailable(server.get("/whoami", issuer.mint.token()))


def test_owner_mode_and_replacement(issuer, launch):
    """Private to the child user, and whole at any moment."""
    server = launch(lambda s: api(issuer, f"OktaStateDir {_state(s)}", "OktaKeyCooldown 10ms"))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    folder = _state(server)
    _saved(server, issuer)
    file = statefiles.path(folder, issuer)
    inodes = set()
    base = issuer.keys[0]
    for number in range(8):
        issuer.keys = [base, key("other").renamed(f"turn-{number}")]
        token = issuer.mint_with(issuer.keys[1]).token()
        server.get("/whoami", token)
        end = time.monotonic() + 0.1
        while time.monotonic() < end:
            assert json.loads(file.read_bytes())["issuer"] == issuer.url
            inodes.add(file.stat().st_ino)
    assert len(inodes) > 1, "the file was not replaced"
    info, around = file.stat(), folder.stat()
    assert (info.st_uid, stat.S_IMODE(info.st_mode)) == (child_user()[0], 0o600)
    assert (around.st_uid, stat.S_IMODE(around.st_mode)) == (child_user()[0], 0o700)
    wait_for(lambda: [p.name for p in folder.iterdir()] == [file.name], "no other file")
    assert set(statefiles.load(folder, issuer)["keys"][0]) <= {"kty", "kid", "alg", "use", "n", "e"}


def test_the_default_directory(issuer, launch):
    server = launch(api(issuer, "OktaKeyWait 300ms"))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    wait_for(statefiles.path(server.root / "run" / "okta", issuer).exists, "the state file")
    server.stop()
    cut_off(issuer)
    server.start()
    assert_ok(server.get("/whoami", issuer.mint.token()))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_the_default_directory_becomes_the_children_s(issuer, launch):
    """It is ours by its name, whoever made it: an installation, say, or httpd under another User."""
    def snippet(server):
        (server.root / "run" / "okta").mkdir(mode=0o700)
        return api(issuer)
    server = launch(snippet)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    wait_for(statefiles.path(server.root / "run" / "okta", issuer).exists, "the state file")
    info = (server.root / "run" / "okta").stat()
    assert (info.st_uid, info.st_gid, stat.S_IMODE(info.st_mode)) == (*child_user(), 0o700)


def test_the_default_directory_may_be_unusable(issuer, launch):
    def snippet(server):
        (server.root / "run" / "okta").write_text("in the way")
        return api(issuer)
    server = launch(snippet, log_level="notice auth_okta:info")
    assert_ok(server.get("/whoami", issuer.mint.token()))
    assert server.error_log.matching(r"auth_okta:info.*OKTA-KEYS.*it is no directory")


@pytest.mark.parametrize("prepare, fault", [
    (lambda f: (f.mkdir(), os.chown(f, 0, 0)), "another user"),
    (lambda f: (f.mkdir(), os.chown(f, *child_user()), f.chmod(0o777)), "others may write"),
    (lambda f: f.write_text("x"), "no directory"),
    (lambda f: f.symlink_to("/tmp"), "no directory but a symbolic link"),
    (lambda f: f.parent.rmdir(), "above it does not exist"),
], ids=["root's", "open to all", "a file", "a symbolic link", "nothing above it"])
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_configured_directory_has_to_be_usable(issuer, launch, prepare, fault):
    """httpd does not start; and it has changed nothing about a directory that may be anybody's."""
    def state(server):
        folder = server.root / "keep" / "state"
        folder.parent.mkdir(exist_ok=True)
        prepare(folder)
        before.append(folder.lstat() if folder.is_symlink() or folder.exists() else None)
        folders.append(folder)
        return api(issuer, f"OktaStateDir {folder}")
    before, folders = [], []
    server = launch(state, start=False)
    with pytest.raises(StartFailed) as failed:
        server.start()
    server.process = None  # it ended by itself, as it should
    assert f'OktaStateDir "{folders[0]}": ' in str(failed.value) and fault in str(failed.value)
    if before[0]:
        after = folders[0].lstat()
        assert (after.st_uid, after.st_gid, after.st_mode) == (
            before[0].st_uid, before[0].st_gid, before[0].st_mode)


def test_a_directory_that_stops_taking_files(issuer, launch):
    """One line when it begins, one when it ends, however many refreshes there are; requests do not care."""
    server = launch(_with_state(issuer, "OktaKeyRefresh 1s 1s"))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    _saved(server, issuer)
    folder = _state(server)
    folder.chmod(0o500)
    server.expects(r"auth_okta:warn.*OKTA-KEYS: .*cannot be written", lasting=True)
    server.wait_for_log("OKTA-KEYS: .*cannot be written")
    fetched = issuer.key_fetches()
    wait_for(lambda: issuer.key_fetches() >= fetched + 2, "more refreshes")
    assert_ok(server.get("/whoami", issuer.mint.token()))
    folder.chmod(0o700)
    server.wait_for_log(r"auth_okta:notice.*OKTA-KEYS: .*are written to .* again")
    assert len(server.error_log.matching("OKTA-KEYS: .*cannot be written")) == 1
    assert phases(server, issuer) == ["fresh"]


def test_a_full_disk(issuer, launch):
    """What does not fit is not left behind in part, and the file of before stays."""
    disk = Path(tempfile.mkdtemp(prefix="okta-disk-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k,mode=755", "none", disk],
                             capture_output=True, text=True)
    if mounted.returncode:
        disk.rmdir()
        pytest.skip(f"no small file system to be had here: {mounted.stderr.strip()}")
    try:
        server = launch(api(issuer, f"OktaStateDir {disk}/state", "OktaKeyRefresh 1s 1s"))
        assert_ok(server.get("/whoami", issuer.mint.token()))
        file = statefiles.path(disk / "state", issuer)
        wait_for(file.exists, "the state file")
        before = file.read_bytes()
        server.expects(r"OKTA-KEYS: .*cannot be written", lasting=True)
        with open(disk / "filler", "wb", buffering=0) as filler, pytest.raises(OSError):
            while True:
                filler.write(b"x" * 4096)
        server.wait_for_log(r"No space left.*OKTA-KEYS: .*cannot be written")
        assert json.loads(file.read_bytes())["keys"] == json.loads(before)["keys"]
        assert [p.name for p in file.parent.iterdir()] == [file.name]
        assert_ok(server.get("/whoami", issuer.mint.token()))
        (disk / "filler").unlink()
        server.wait_for_log("OKTA-KEYS: .*are written to .* again")
        server.stop()
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
        disk.rmdir()
