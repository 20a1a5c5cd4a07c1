# SPDX-License-Identifier: Apache-2.0
"""Restarts that load the module elsewhere, in another build, or not at all: nothing kept may go with it."""

import re
import signal
import time
from pathlib import Path

import pytest
from env import places, statefiles
from env.keyservers import api, cut_off, fleet, restore
from env.snippets import location, trusts
from env.verdicts import assert_ok
from env.waiting import wait_for

# The version of the layout of what a restart leaves in memory, as the module has it in a text.
LAYOUT = re.compile(rb"(mod_auth_okta layout )(\d+) ")

# What is loaded before and after the restart; each change of the list moves what comes later in memory.
MOVES = {
    "one more": ([], ["xml2enc"]),
    "one less": (["xml2enc"], []),
    "others": (["ssl", "md"], ["proxy", "proxy_http", "cache", "socache_shmcb"]),
    "many less": (["ssl", "md", "dav", "session", "filter"], []),
}


def _configure(server):
    """In one step: httpd may be reading the file."""
    fresh = server.root / "conf" / "fresh.conf"
    fresh.write_text(server.configuration())
    fresh.rename(server.root / "conf" / "httpd.conf")


def _ready(pids):
    """Whether they have their threads. A child that is told to end before that ends by exit() in a signal's handler,
    whatever it interrupts (initgroups(), seen in core files): httpd's own fault, which breaks its heap now and then."""
    try:
        return pids and all(len(list(Path(f"/proc/{pid}/task").iterdir())) > 1 for pid in pids)
    except FileNotFoundError:
        return False


def _restart(server, how):
    """Also right after another one; returns when a new generation serves."""
    _configure(server)
    resumed = len(server.error_log.matching("resuming normal operations"))
    old = set(server.children())
    server.process.send_signal(how)
    wait_for(lambda: server.process.poll() is not None
             or len(server.error_log.matching("resuming normal operations")) > resumed, "the restart")
    assert server.process.poll() is None, f"httpd ended with {server.process.returncode}"
    threads = server.okta or server.mpm != "prefork"
    wait_for(lambda: (_ready if threads else bool)(set(server.children()) - old), "new children")
    wait_for(lambda: not old & set(server.children()), "the old children to end")


def _forget_state_files(server):
    wait_for(lambda: list((server.root / "run" / "okta").glob("keys-*.json")), "the state files")
    for file in (server.root / "run" / "okta").glob("keys-*"):
        file.unlink()


@pytest.mark.every_mpm
@pytest.mark.parametrize("move", MOVES)
def test_keys_survive_a_module_that_moves(issuer, launch, mpm, move):
    """To and fro, by graceful and plain restarts. Without state files, so that only memory can have the keys."""
    before, after = MOVES[move]
    server = launch(api(issuer, "OktaKeyWait 0s"), modules=before, **fleet(mpm, 4))
    server.expects("AH|:notice", optional=True, lasting=True)
    token = issuer.mint.token()
    server.wait_for_log("OKTA-KEYS: .*: keys from http")
    assert_ok(server.get("/whoami", token))
    _forget_state_files(server)
    cut_off(issuer)
    for how in (signal.SIGUSR1, signal.SIGHUP):
        for modules in (after, before):
            server.modules = tuple(modules)
            _restart(server, how)
            assert_ok(server.get("/whoami", token))
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)
    restore(issuer)


@pytest.mark.every_mpm
def test_a_module_that_leaves_and_comes_back(issuer, launch, mpm):
    server = launch(api(issuer, "OktaKeyWait 0s"), **fleet(mpm, 4))
    server.expects("AH", optional=True, lasting=True)
    token = issuer.mint.token()
    server.wait_for_log("OKTA-KEYS: .*: keys from http")
    assert_ok(server.get("/whoami", token))
    _forget_state_files(server)
    cut_off(issuer)
    for how in (signal.SIGUSR1, signal.SIGHUP):
        with_it = server.snippet
        server.okta, server.snippet = False, ""
        _restart(server, how)
        assert server.get("/plain.txt").status == 200
        _restart(server, how)
        server.okta, server.snippet = True, with_it
        _restart(server, how)
        assert_ok(server.get("/whoami", token))
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)
    restore(issuer)


def _cached_program(server, issuer):
    (server.root / "cache").mkdir(exist_ok=True)
    (server.root / "cache").chmod(0o777)
    for name, control in (("plain", "max-age=60"), ("public", "public, max-age=60")):
        server.write(f"cgi-bin/{name}", f"#!/bin/sh\nprintf 'Cache-Control: {control}\\r\\n\\r\\n'\n"
                     'echo "$REMOTE_USER" $(cat /proc/sys/kernel/random/uuid)\n').chmod(0o755)
    return (trusts(issuer) + f'ScriptAlias /cgi "{server.root}/cgi-bin"\n'
            + location("/cgi", "OktaForwardToken Off", handler=None)
            + f'<IfModule cache_disk_module>\nCacheRoot "{server.root}/cache"\nCacheEnable disk /\n'
            "CacheQuickHandler Off\nCacheIgnoreNoLastMod On\n</IfModule>\n")


def test_mod_cache_comes_and_goes(issuer, launch):
    """What is withheld from back ends is looked up by mod_cache's filters, which a restart loads or unloads."""
    without, with_it = ["cgi"], ["cgi", "cache", "cache_disk"]
    server = launch(lambda s: _cached_program(s, issuer), modules=without, processes=1)
    server.expects("AH", optional=True, lasting=True)
    alice, bob = (issuer.mint.token(sub=sub) for sub in ("alice", "bob"))
    for how in (signal.SIGUSR1, signal.SIGHUP):
        for modules in (with_it, without):
            server.modules = tuple(modules)
            _restart(server, how)
            query = f"?{how}{len(modules)}"
            for name, kept in (("plain", False), ("public", modules is with_it)):
                first, second = (server.get(f"/cgi/{name}{query}", token) for token in (alice, bob))
                assert first.status == second.status == 200 and first.body.startswith(b"alice ")
                assert second.body == first.body if kept else second.body.startswith(b"bob ")


@pytest.mark.every_mpm
def test_a_build_with_another_layout_starts_from_the_state_file(issuer, launch, mpm, monkeypatch):
    """And back again: neither reads what the other left in memory, no key is lost, nothing is fetched."""
    server = launch(api(issuer, "OktaKeyWait 0s"), **fleet(mpm, 4))
    server.expects("AH", optional=True, lasting=True)
    token = issuer.mint.token()
    server.wait_for_log("OKTA-KEYS: .*: keys from http")
    assert_ok(server.get("/whoami", token))
    wait_for(statefiles.path(server.root / "run" / "okta", issuer).exists, "the state file")
    ours = places.module_path()
    changed, times = LAYOUT.subn(lambda m: m[1] + b"0" * len(m[2]) + b" ", Path(ours).read_bytes())
    assert times == 1
    other = server.write("conf/mod_auth_okta.so", changed)
    cut_off(issuer)
    for number, path in enumerate((other, other, ours, other), 1):
        monkeypatch.setattr(places, "module_path", lambda: path)
        from_file = len(server.error_log.matching(r"OKTA-KEYS: .* keys from \"/"))
        _restart(server, signal.SIGUSR1 if number < 4 else signal.SIGHUP)
        assert_ok(server.get("/whoami", token))
        # the same build reads memory, another one the file
        assert len(server.error_log.matching(r"OKTA-KEYS: .* keys from \"/")) - from_file == (number != 2)
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)
    restore(issuer)


def test_restarts_without_a_pause(issuer, launch):
    """A restart may come while the one before is still under way."""
    server = launch(api(issuer))
    token = issuer.mint.token()
    assert_ok(server.get("/whoami", token))
    for number in range(6):
        server.modules = ("xml2enc",) if number % 2 else ()
        _configure(server)
        server.process.send_signal(signal.SIGUSR1)
        time.sleep(0.05)
    _restart(server, signal.SIGUSR1)
    assert_ok(server.get("/whoami", token))
    assert issuer.key_fetches() == 1
