# SPDX-License-Identifier: Apache-2.0
"""Cold start: one fetch for everybody, a bounded wait, and 503 rather than 401 where it is not enough."""

import threading

import pytest
from env import answers, load
from env.keyservers import api, fleet
from env.waiting import wait_for

pytestmark = pytest.mark.alone
CLIENTS = 64
SLOW = 2.0


def _slow_once_asked(issuer):
    """The issuer takes its time, counted from when the clients wait: a slow machine changes nothing."""
    gate = threading.Event()
    issuer.script("metadata", answers.gated(gate))
    return gate


@pytest.mark.every_mpm
def test_64_clients_wait_for_a_slow_issuer(issuer, launch, mpm, figure):
    gate = _slow_once_asked(issuer)
    server = launch(api(issuer, "OktaKeyWait 30s", "OktaFetchTimeout 60s"), **fleet(mpm))
    token = issuer.mint.token()
    with load.Load(server, "/whoami", token, CLIENTS, CLIENTS, keep=False) as clients:
        threading.Timer(SLOW, gate.set).start()
        samples = clients.stop()
    figure("cold start, enough OktaKeyWait", statuses=load.statuses(samples), **load.times(samples),
           metadata=issuer.metadata_fetches(), keys=issuer.key_fetches())
    assert load.statuses(samples) == {200: CLIENTS}, [s for s in samples if s.status != 200][:3]
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)


@pytest.mark.every_mpm
def test_64_clients_who_cannot_wait_that_long(issuer, launch, mpm, figure):
    gate = _slow_once_asked(issuer)
    server = launch(api(issuer, "OktaKeyWait 300ms", "OktaFetchTimeout 60s"), **fleet(mpm))
    server.expects(r"OKTA-REFUSED: reason=keys_unavailable status=503")
    token = issuer.mint.token()
    samples = load.run(server, "/whoami", token, CLIENTS, CLIENTS, keep=False)
    figure("cold start, short OktaKeyWait", statuses=load.statuses(samples), **load.times(samples))
    assert load.statuses(samples) == {503: CLIENTS}
    assert all(1 <= int(s.retry_after) <= 60 for s in samples)
    gate.set()
    wait_for(lambda: server.get("/whoami", token).status == 200, "the keys", interval=0.05)
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)


def test_those_who_waited_cause_no_second_fetch(issuer, launch, mpm, figure):
    """The wish for keys is granted by the fetch that was under way; nothing is left for after the cool-down."""
    gate = _slow_once_asked(issuer)
    server = launch(api(issuer, "OktaKeyWait 30s", "OktaKeyCooldown 500ms", "OktaFetchTimeout 60s"),
                    **fleet(mpm, 24))
    token = issuer.mint.token()
    with load.Load(server, "/whoami", token, 12, 12, keep=False) as clients:
        threading.Timer(1.0, gate.set).start()
        assert load.statuses(clients.stop()) == {200: 12}
    # Twice the cool-down with valid tokens in between: nobody has a reason to ask again.
    samples = load.run(server, "/whoami", token, 2, 24, pause=0.1)
    assert load.statuses(samples) == {200: 24}
    figure("after the cool-down", keys=issuer.key_fetches())
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)
