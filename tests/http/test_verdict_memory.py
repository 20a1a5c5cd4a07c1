# SPDX-License-Identifier: Apache-2.0
"""One memory of verified tokens for all processes: what one has verified, no other verifies again."""

import re
import subprocess
from pathlib import Path

import pytest
from env import load, places
from env.keys import key
from env.keyservers import api, fleet
from env.snippets import location, trusts
from env.verdicts import assert_ok
from env.waiting import wait_for

pytest_plugins = ["env.preload"]
pytestmark = pytest.mark.alone
TOKENS = 40
# in flight while another request has just begun or ended to write what it found out
RACES = 4


@pytest.fixture
def start(launch, world):
    def started(snippet, **options):
        server = launch(snippet, inherit=world.variables, **options)
        world.started()
        return server
    return started


def _tokens(mint, count=TOKENS):
    return [mint.token(jti=f"AT.{n}") for n in range(count)]


def _send(server, tokens, each, expected=200):
    """Each token so many times, on connections that all processes get some of."""
    samples = load.run(server, "/whoami", tokens, 8, each * len(tokens), keep=False)
    assert load.statuses(samples) == {expected: each * len(tokens)}


def _restart(server):
    """Graceful, with the configuration as it is to be now."""
    (server.root / "conf" / "httpd.conf").write_text(server.configuration())
    server.graceful()


def _verified(world, action):
    before = world.verified()
    action()
    return world.verified() - before


@pytest.mark.every_mpm
def test_a_token_is_verified_once_for_all_processes(issuer, start, world, mpm):
    server = start(api(issuer), **fleet(mpm, 12))
    tokens = _tokens(issuer.mint)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    verified = _verified(world, lambda: _send(server, tokens, 20))
    assert TOKENS <= verified <= TOKENS + RACES


def test_a_refusal_is_one_for_all_processes(issuer, start, world, mpm):
    server = start(api(issuer), **fleet(mpm, 12))
    server.expects("OKTA-REFUSED", optional=True, lasting=True)
    tokens = [token[:-9] + ("A" if token[-9] != "A" else "B") + token[-8:] for token in _tokens(issuer.mint)]
    assert_ok(server.get("/whoami", issuer.mint.token()))
    verified = _verified(world, lambda: _send(server, tokens, 20, expected=401))
    assert TOKENS <= verified <= TOKENS + RACES


def test_without_a_cache_each_request_verifies(issuer, start, world, mpm):
    server = start("OktaTokenCache 0\n" + api(issuer), **fleet(mpm, 12))
    tokens = _tokens(issuer.mint)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    assert _verified(world, lambda: _send(server, tokens, 3)) == 3 * TOKENS


@pytest.mark.every_mpm
def test_a_graceful_restart_forgets_nothing(issuer, make_issuer, start, world, mpm):
    """Also where other issuers come before this one."""
    issuers = [issuer]
    server = start(lambda _: trusts(issuers) + location("/whoami"), **fleet(mpm, 12))
    tokens = _tokens(issuer.mint)
    assert _verified(world, lambda: _send(server, tokens, 2)) >= TOKENS
    for others in [], [make_issuer()], [make_issuer(), make_issuer()]:
        issuers[:] = [*others, issuer]
        _restart(server)
        assert _verified(world, lambda: _send(server, tokens, 2)) == 0, len(issuers)


def test_a_restart_with_another_size_begins_anew(issuer, start, world, mpm):
    size = [5000]
    server = start(lambda _: f"OktaTokenCache {size[0]}\n" + api(issuer), **fleet(mpm, 12))
    tokens = _tokens(issuer.mint)
    _send(server, tokens, 2)
    size[0] = 100
    _restart(server)
    assert _verified(world, lambda: _send(server, tokens, 2)) >= TOKENS


def _other_release(server):
    changed, times = re.subn(rb"(\0release )\d", rb"\g<1>x", Path(places.module_path()).read_bytes())
    assert times == 1
    return server.write("conf/mod_auth_okta.so", changed)


def test_another_release_does_not_go_by_the_verdicts_of_this_one(issuer, start, world, mpm, monkeypatch):
    """Its keys are taken over, but what it was mended for may have let a token pass."""
    server = start(api(issuer), **fleet(mpm, 12))
    server.expects("AH", optional=True, lasting=True)
    tokens = _tokens(issuer.mint)
    _send(server, tokens, 2)
    other = _other_release(server)
    monkeypatch.setattr(places, "module_path", lambda: other)
    _restart(server)
    assert TOKENS <= _verified(world, lambda: _send(server, tokens, 2)) <= TOKENS + RACES
    assert issuer.key_fetches() == 1
    assert _verified(world, lambda: _send(server, tokens, 2)) == 0


def test_other_keys_end_all_verdicts_in_all_processes(issuer, start, world, mpm):
    server = start(api(issuer, "OktaKeyRefresh 1s 1s"), **fleet(mpm, 12))
    server.expects("OKTA-REFUSED", optional=True, lasting=True)
    tokens = _tokens(issuer.mint)
    _send(server, tokens, 4)
    issuer.keys = [key("key-2")]
    wait_for(lambda: load.statuses(load.run(server, "/whoami", tokens, 8, 2 * TOKENS, keep=False)) == {401: 2 * TOKENS},
             "the end of the old key")


def test_the_same_place_after_a_restart_is_another_issuer(make_issuer, start, world, mpm):
    """Verdicts name the key set that they were reached by, not its place in the configuration."""
    first, second = make_issuer(), make_issuer()
    issuers = [first]
    server = start(lambda _: trusts(issuers, audience="api://default") + location("/whoami"), **fleet(mpm, 12))
    server.expects("OKTA-REFUSED", optional=True, lasting=True)
    tokens = _tokens(first.mint)
    _send(server, tokens, 2)
    for chosen, status in ([second], 401), ([second, first], 200), ([first], 200):
        issuers[:] = chosen
        _restart(server)
        assert_ok(server.get("/whoami", chosen[0].mint.token()))
        _send(server, tokens, 2, expected=status)


def _own_memory(pid):
    """Kilobytes that the process shares with nobody by its nature: its heaps and stacks."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        return int(re.search(r"^Anonymous: +(\d+)", rollup.read(), re.M)[1])


def test_no_process_grows_with_the_tokens(issuer, start, world, mpm):
    """A process that remembered 200 tokens by itself would have grown by 400 kB."""
    server = start(api(issuer), **fleet(mpm, 8))
    tokens = _tokens(issuer.mint, 200)
    _send(server, tokens[:10], 60)
    before = {pid: _own_memory(pid) for pid in server.children()}
    _send(server, tokens, 8)
    grown = [_own_memory(pid) - kilobytes for pid, kilobytes in before.items()]
    assert max(grown) < 200, grown


def _shared_maps(pid):
    """(kilobytes, flags) of each piece of memory that was shared without a file."""
    with open(f"/proc/{pid}/smaps", encoding="ascii") as maps:
        pieces = re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", maps.read(), flags=re.M)
    return [(int(re.search(r"^Size: +(\d+)", piece, re.M)[1]), re.search(r"^VmFlags: (.*)", piece, re.M)[1].split())
            for piece in pieces if re.match(r"\S+ rw-s \S+ \S+ \d+ +/dev/zero", piece)]


def test_claims_stay_out_of_core_files(issuer, start, world, mpm):
    """dd: the kernel leaves it out of a dump (proc(5))."""
    server = start(api(issuer), **fleet(mpm, 8))
    for pid in server.children():
        tables = [flags for kilobytes, flags in _shared_maps(pid) if kilobytes > 10_000]
        assert tables and all("dd" in flags for flags in tables)


def test_no_memory_for_the_table(issuer, start, world, mpm):
    """A start ends with the remedy; a restart goes on with the table that there is."""
    size = [5000]
    server = start(lambda _: f"OktaTokenCache {size[0]}\n" + api(issuer), **fleet(mpm, 12))
    tokens = _tokens(issuer.mint)
    _send(server, tokens, 2)
    size[0] = 10_000_000
    subprocess.run(["prlimit", f"--pid={server.pid}", f"--as={3 << 30}"], check=True)
    server.expects('OKTA-CONFIG: OktaTokenCache "10000000": no shared memory to be had for [0-9]+ bytes; lower it',
                   lasting=True)
    server.expects("tokens are remembered in the memory of before", lasting=True)
    _restart(server)
    assert _verified(world, lambda: _send(server, tokens, 2)) == 0


def test_keys_that_come_while_there_is_no_table_are_not_taken_for_others(make_issuer, start, world, mpm, monkeypatch):
    """Later verdicts by them end with them, whatever other issuers have."""
    issuers, size = [make_issuer()], [5000]
    server = start(lambda _: f"OktaTokenCache {size[0]}\nOktaKeyRefresh 1s 1s\n" + trusts(issuers)
                   + location("/whoami"), **fleet(mpm, 12))
    server.expects("AH|OKTA-REFUSED|OKTA-CONFIG: OktaTokenCache|no token is remembered", optional=True, lasting=True)

    def configure(entries, module):
        size[0] = entries
        monkeypatch.setattr(places, "module_path", lambda: module)
        _restart(server)
        for issuer in issuers:
            wait_for(lambda issuer=issuer: server.get("/whoami", issuer.mint.token()).status == 200, "its keys")

    ours, other = places.module_path(), _other_release(server)
    subprocess.run(["prlimit", f"--pid={server.pid}", f"--as={3 << 30}"], check=True)
    issuers[:] = [make_issuer(), make_issuer()]
    configure(10_000_000, other)
    server.wait_for_log("no token is remembered")
    configure(5000, ours)
    for rotated in issuers:
        token, old = rotated.mint.token(), rotated.keys
        for _ in range(3):
            assert_ok(server.get("/whoami", token))
        rotated.keys = [key("key-2")]
        wait_for(lambda rotated=rotated: server.get("/whoami", rotated.mint.token()).status == 200, "the new key")
        assert server.get("/whoami", token).status == 401
        rotated.keys = old
        wait_for(lambda rotated=rotated: server.get("/whoami", rotated.mint.token()).status == 200, "the old key")
