# SPDX-License-Identifier: Apache-2.0
"""Rotation: the new key at once, the old one for as long as it is published, and not much longer."""

import time

import pytest
from env import load
from env.keys import key
from env.keyservers import api, fleet, unknown_kids
from env.waiting import wait_for

pytestmark = [pytest.mark.every_mpm, pytest.mark.alone]


def _until_ok(server, token, **options):
    """Seconds from now until the token is accepted, asking all the time."""
    began = time.monotonic()
    wait_for(lambda: server.get("/whoami", token).status == 200, "the new key", interval=0.02, **options)
    return time.monotonic() - began


def _past_cooldown(server, issuer, token, seconds):
    wait_for(lambda: server.get("/whoami", token).status == 200, "the keys")
    last = max(r.time for r in issuer.requests if r.endpoint == "keys")
    wait_for(lambda: time.time() > last + seconds, "the end of the cool-down")


def test_an_emergency_rotation(issuer, launch, mpm, figure):
    """Nothing was published ahead: the very first request with the new key is answered 200."""
    server = launch(api(issuer, "OktaKeyCooldown 500ms"), **fleet(mpm, 24))
    old, new = issuer.keys[0], key("key-2")
    _past_cooldown(server, issuer, issuer.mint.token(), 0.6)
    issuer.keys = [new]
    began = time.monotonic()
    first = server.get("/whoami", issuer.mint_with(new).token())
    seconds = time.monotonic() - began
    figure("first request with the new key", status=first.status, seconds=round(seconds, 3),
           keys=issuer.key_fetches())
    assert first.status == 200
    assert seconds < 1.5
    # Withdrawn: every process stops taking the old one as soon as it has parsed the new set; while one of its threads
    # does, the others go on with the previous one.
    withdrawn = issuer.mint_with(old).token()
    wait_for(lambda: load.statuses(load.run(server, "/whoami", withdrawn, 8, 48, keep=False)) == {401: 48},
             "the end of the old key in every process", timeout=2)
    accepted = load.run(server, "/whoami", issuer.mint_with(new).token(), 8, 48, keep=False)
    assert load.statuses(accepted) == {200: 48}
    assert issuer.metadata_fetches() == 1


def test_a_rotation_right_behind_the_start(issuer, launch, mpm):
    """The first fetch came by plan: it holds back none that a new key asks for, but the next one is."""
    server = launch(api(issuer, "OktaKeyCooldown 60s", "OktaKeyWait 10s"), **fleet(mpm, 4))
    new, newer = key("key-2"), key("key-3")
    wait_for(lambda: server.get("/whoami", issuer.mint.token()).status == 200, "the keys")
    issuer.keys = [new]
    assert server.get("/whoami", issuer.mint_with(new).token()).status == 200
    issuer.keys = [newer]
    assert server.get("/whoami", issuer.mint_with(newer).token()).status == 401
    assert issuer.key_fetches() == 2


def test_an_orderly_rotation(issuer, launch, mpm, figure):
    """Old and new are published together for a while: nobody is refused at any time, and the old one ends
    within one refresh after it is withdrawn."""
    refresh = 2.0
    server = launch(api(issuer, f"OktaKeyRefresh {int(refresh)}s {int(refresh)}s", "OktaKeyCooldown 500ms"),
                    **fleet(mpm, 24))
    old, new = issuer.keys[0], key("key-2")
    old_token, new_token = issuer.mint_with(old).token(), issuer.mint_with(new).token()
    _past_cooldown(server, issuer, old_token, 0.6)
    issuer.keys = [new, old]
    took = _until_ok(server, new_token)
    both = load.run(server, "/whoami", [old_token, new_token], 4, 80, keep=False)
    assert load.statuses(both) == {200: 80}
    issuer.keys = [new]
    withdrawn = time.time()
    wait_for(lambda: server.get("/whoami", old_token).status == 401, "the end of the old key", interval=0.02)
    ended = time.time() - withdrawn
    figure("orderly", new_key_s=round(took, 3), old_key_ended_s=round(ended, 3), refresh_s=refresh)
    assert took < 1.5
    assert ended < refresh + 1.5
    # while one thread of a process parses the new set, its others go on with the previous one
    wait_for(lambda: load.statuses(load.run(server, "/whoami", [old_token], 8, 40, keep=False)) == {401: 40},
             "the end of the old key in every process", timeout=2)


def test_a_rotation_during_a_flood_of_unknown_kids(issuer, launch, mpm, figure):
    cooldown = 1.0
    server = launch(api(issuer, f"OktaKeyCooldown {int(cooldown)}s"), log_level="notice auth_okta:info",
                    **fleet(mpm))
    # dozens of children of prefork end at once, on cores that may be busy, and httpd waits two seconds for them
    server.expects("AH00045: child process .* still did not exit", optional=True, lasting=True)
    token = issuer.mint.token()
    wait_for(lambda: server.get("/whoami", token).status == 200, "the keys")
    kids = unknown_kids(issuer, 20000)
    with load.Load(server, "/whoami", kids, 32, keep=False, pause=0.02) as flood:
        before = issuer.key_fetches()
        wait_for(lambda: issuer.key_fetches() > before, "the flood's fetch")
        new = key("key-2")
        issuer.keys = [new, *issuer.keys]
        took = _until_ok(server, issuer.mint_with(new).token())
        valid = load.run(server, "/whoami", [token, issuer.mint_with(new).token()], 4, 80, keep=False)
        flooded = flood.stop()
    figure("new key during a flood", seconds=round(took, 3), cooldown_s=cooldown, flood=len(flooded),
           keys=issuer.key_fetches())
    assert took < cooldown + 1.5
    assert load.statuses(valid) == {200: 80}
    assert set(load.statuses(flooded)) == {401}
