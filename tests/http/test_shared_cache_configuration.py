# SPDX-License-Identifier: Apache-2.0
"""OktaSharedCache and OktaSharedCacheKey: what configtest says, and what restarts make of them."""

import json
import secrets

import pytest
from env import ports, stores, waiting
from env.asked import asks, shared  # noqa: F401  pytest takes fixtures from here
from env.dpop import Prover, assert_refused, call
from env.httpd import Httpd
from env.snippets import location, trusts
from env.status import HANDLER, json_of
from env.verdicts import assert_ok, assert_unavailable

ISSUER = "https://a.okta.com/oauth2/default"
KEY = "0123456789abcdef" * 4  # of tests alone: what stands in their names has to be the same in each process
STORE = "OktaSharedCache redis:127.0.0.1:6379"


def _key(server, text=KEY + "\n", mode=0o600):
    path = server.write("conf/shared.key", text)
    path.chmod(mode)
    return path


def _key_line(server, **options):
    return f'OktaSharedCacheKey "file:{_key(server, **options)}"'


def _said(configtest, *lines, modules=("socache_redis",), **key):
    def snippet(server):
        given = [line(server) if callable(line) else line for line in lines]
        return trusts(ISSUER, *given, *([_key_line(server, **key)] if key else [])) + location("/api")
    return configtest(snippet, modules=modules)


def test_a_good_one_says_nothing(configtest):
    said = _said(configtest, STORE, text=KEY + "\n")
    assert said.ok and "OKTA-CONFIG" not in said.output, said.output


@pytest.mark.parametrize("line, message", [
    ("OktaSharedCache :x", 'OktaSharedCache ":x": no provider; write one of'),
    ("OktaSharedCache redis:a:1,b:2", 'OktaSharedCache "redis:a:1,b:2": several servers: where one does not answer'),
    ("OktaSharedCache redis", 'OktaSharedCache "redis": its provider says: List of server names'),
    ("OktaSharedCache rediss:a", 'OktaSharedCache "rediss": httpd has no such provider; load its module, as in '
                                 "LoadModule socache_rediss_module"),
    ("OktaSharedCache memcache:a:1", 'OktaSharedCache "memcache": httpd has no such provider; load its module, as in '
                                     "LoadModule socache_memcache_module modules/mod_socache_memcache.so"),
    (f"{STORE}\n{STORE}", "OktaSharedCache"),
    (f"<VirtualHost *>\n{STORE}\n</VirtualHost>", "it holds for the whole server; move it out of <VirtualHost>"),
])
def test_mistakes_with_the_store(configtest, line, message):
    said = _said(configtest, line, text=KEY)
    assert not said.ok and message in said.output, said.output


def test_the_mutex_has_a_name(configtest):
    """For stores whose provider needs one between the processes."""
    said = _said(configtest, STORE, "Mutex flock:/tmp okta-shared-cache", text=KEY)
    assert said.ok, said.output


def test_the_dump_names_the_store_and_the_file_of_the_key():
    server = Httpd(lambda s: trusts(ISSUER, STORE, _key_line(s)) + location("/api"), modules=["socache_redis"])
    try:
        said = server.configtest(arguments=["-D", "DUMP_OKTA"])
        (line,) = [json.loads(text) for text in said.output.splitlines() if text.startswith('{"okta": "server"')
                   or text.startswith('{"okta":"server"')]
        assert line["shared_cache"] == "redis" and line["shared_cache_key"].endswith("conf/shared.key")
        assert KEY[:20] not in said.output
    finally:
        server.remove()


def test_a_store_that_others_reach_needs_a_key(configtest):
    said = _said(configtest, STORE)
    assert not said.ok and 'OktaSharedCache "redis": others can reach it, and there is no key' in said.output


def test_a_store_of_this_host_alone_is_remarked_upon(configtest):
    said = _said(configtest, "OktaSharedCache shmcb", modules=["socache_shmcb"])
    assert said.ok and 'OktaSharedCache "shmcb": it is of this host alone' in said.output


def test_a_key_alone_is_remarked_upon(configtest):
    said = _said(configtest, text=KEY, modules=())
    assert said.ok and "makes DPoP nonces of this host good on others, and nothing else" in said.output


@pytest.mark.parametrize("text, mode, message", [
    (KEY, 0o640, 'it can be used by others than its owner (mode 0640); run: chmod 600 "'),
    (KEY, 0o604, "it can be used by others than its owner (mode 0604)"),
    ("", 0o600, "it has 0 characters instead of 64 hexadecimal digits; make a key by: openssl rand -hex 32"),
    (KEY[:63], 0o600, "it has 63 characters instead of 64"),
    (KEY + "0", 0o600, "it has 65 characters instead of 64"),
    (" " + KEY, 0o600, "it has 65 characters instead of 64"),
    (KEY[:63] + "g", 0o600, "it holds something else than hexadecimal digits"),
    ("00" * 32, 0o600, "it holds one byte again and again, which is no key"),
    ("x" * 2000, 0o600, "it is larger than 1024 bytes"),
])
def test_mistakes_with_the_key(configtest, text, mode, message):
    said = _said(configtest, STORE, text=text, mode=mode)
    assert not said.ok and 'shared.key": ' + message in said.output, said.output
    assert KEY[:20] not in said.output


@pytest.mark.parametrize("line, message", [
    ("OktaSharedCacheKey /etc/key", 'OktaSharedCacheKey "/etc/key": no file; write file: and the full path'),
    ("OktaSharedCacheKey file:", 'OktaSharedCacheKey "file:": no file'),
    ("OktaSharedCacheKey file:/nowhere/key", "it cannot be read: No such file or directory"),
    (f"OktaSharedCacheKey {KEY}", ": no file; write file:"),
])
def test_mistakes_with_the_place_of_the_key(configtest, line, message):
    said = _said(configtest, STORE, line)
    assert not said.ok and message in said.output, said.output


@pytest.mark.parametrize("text", [KEY, KEY + "\r\n", KEY.upper() + "\n\n"])
def test_ways_to_write_a_key(configtest, text):
    assert _said(configtest, STORE, text=text).ok


def test_a_host_begins_once_for_all_its_processes(launch, shared_issuer):
    """Each beginning leaves an entry by which the store was tried."""
    with stores.running("redis") as store:
        server = launch(lambda s: trusts(shared_issuer, store.directive(), _key_line(s)) + location("/whoami"),
                        modules=["socache_redis"], processes=4, threads=2)
        waiting.wait_for(lambda: stores.BEGINNING in store.names(), "the beginning")
        waiting.wait_for(lambda: len(server.children()) >= 4, "all processes")
        server.stop()
        assert len(store.names()) == 2, store.names()


def test_a_store_that_is_not_there_shows_before_anybody_needs_it(launch, shared_issuer):
    server = launch(lambda s: trusts(shared_issuer, f"OktaSharedCache redis:{ports.LOOPBACK}:{ports.free_port()}", _key_line(s))
                    + location("/whoami") + HANDLER, modules=["socache_redis"], processes=1)
    server.expects("AH0347|AH0348|shared_cache_lost", optional=True, lasting=True)
    waiting.wait_for(lambda: not json_of(server)["shared_cache"]["answers"], "the first try", interval=0.05)
    assert json_of(server)["health"] == "alarm"


def test_a_restart_goes_on_with_the_key_that_there_was(launch, shared):
    """And where there was none, with 503 for what needs it, and with all else: a host that asks an issuer, too."""
    with stores.running("redis") as store:
        lines = [store.directive(), "OktaClockSkew 0"]
        server = launch(lambda s: asks(shared, *lines, _key_line(s)) + location("/whoami"),
                        modules=["socache_redis"], processes=1)
        prover = Prover.of(server)
        token = prover.token(shared)
        server.expects("shared_cache_unavailable", optional=True, lasting=True)
        waiting.wait_for(lambda: call(server, token, prover.proof(token)).status == 200, "the beginning")
        proof = prover.proof(token)
        assert_ok(call(server, token, proof))
        server.expects("OktaSharedCacheKey .*: it has 5 characters", lasting=True)
        server.expects("the restart goes on in spite of that", lasting=True)
        _key(server, text="short")
        server.graceful()
        assert_refused(call(server, token, proof))
        assert_ok(call(server, token, prover.proof(token)))
        other = server.write("conf/other.key", "short")
        other.chmod(0o600)
        conf = server.root / "conf" / "httpd.conf"
        conf.write_text(conf.read_text().replace("conf/shared.key", "conf/other.key"))
        server.graceful()
        assert_unavailable(call(server, token, prover.proof(token)))
        assert_ok(call(server, shared.mint.token(), scheme="Bearer"))
        assert_ok(call(server, shared.opaque(), scheme="Bearer"))
