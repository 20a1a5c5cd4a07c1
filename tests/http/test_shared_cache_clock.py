# SPDX-License-Identifier: Apache-2.0
"""Hosts whose clocks differ share no answer of introspection that is ahead of their own time, or old by it, and say
where proofs cannot be judged for it."""

import secrets
import time

import pytest
from env import stores
from env.asked import AskedIssuer, asks
from env.dpop import Prover, call
from env.snippets import location, trusts
from env.verdicts import assert_ok, assert_unavailable
from env.waiting import wait_for

pytest_plugins = ["env.preload"]
MINUTE = 60


@pytest.fixture(scope="module")
def store():
    """It starts outside of that world."""
    with stores.running("redis") as made:
        yield made


def test_answers_of_hosts_whose_clocks_differ(store, world, launch):
    digits = secrets.token_hex(32)
    with AskedIssuer() as issuer:
        def snippet(server):
            key = server.write("conf/shared.key", digits + "\n")
            key.chmod(0o600)
            return (asks(issuer, "OktaIntrospectionCache 50s", store.directive(),
                         f"OktaSharedCacheKey file:{key}") + location("/api"))

        hosts = [launch(snippet, modules=[store.module], inherit=world.variables, processes=1) for _ in range(2)]
        world.started()
        for asking, looking, asked in ((0, 0, 1), (0, 1, 1), (1, 0, 1), (MINUTE, 0, 2), (0, MINUTE, 2)):
            token = issuer.opaque(exp=int(time.time()) + 1000)
            before = set(store.names())
            world.set_clock(asking)
            assert_ok(hosts[0].get("/api", token))
            wait_for(lambda before=before: set(store.names()) - before, "the answer in the store")
            world.set_clock(looking)
            assert_ok(hosts[1].get("/api", token))
            assert issuer.asked(token) == asked, (asking, looking)


def test_a_store_that_began_in_the_future_is_told_of(store, world, launch, shared_issuer):
    def snippet(server):
        key = server.write("conf/shared.key", secrets.token_hex(32) + "\n")
        key.chmod(0o600)
        return (trusts(shared_issuer, "OktaPublicUrl http://api.example.com", store.directive(),
                       f"OktaSharedCacheKey file:{key}") + location("/whoami"))

    store.empty()
    host = launch(snippet, modules=[store.module], inherit=world.variables, processes=1)
    host.expects("shared_cache_unavailable", optional=True, lasting=True)
    world.started()
    prover = Prover.of(host).at("http://api.example.com")
    token = prover.token(shared_issuer)
    wait_for(lambda: stores.BEGINNING in store.names(), "the beginning")
    world.set_clock(10 * MINUTE)
    store.empty()
    # of a host whose clock is ahead
    assert_unavailable(call(host, token, prover.proof(token, iat=int(time.time()) + 10 * MINUTE)))
    world.set_clock(0)
    mark = host.error_log.mark()
    answer = call(host, token, prover.proof(token))
    assert_unavailable(answer)
    assert 10 * MINUTE < int(answer.header("Retry-After")) <= 12 * MINUTE
    assert host.error_log.matching(r"has begun 60\d s ahead of this host's clock: set the clocks", mark)
