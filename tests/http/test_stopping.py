# SPDX-License-Identifier: Apache-2.0
"""Stopping and restarting at any moment: no process crashes, none has to be killed."""

import signal

import pytest
from env import answers, places
from env.keys import key
from env.snippets import location, trusts
from env.verdicts import assert_ok
from env.waiting import wait_for

pytestmark = pytest.mark.every_mpm

SIGNALS = [signal.SIGTERM, signal.SIGWINCH]


@pytest.mark.parametrize("how", SIGNALS, ids=lambda s: s.name)
def test_while_the_refresher_is_busy_with_certificates(launch, make_issuer, authority, how):
    """The thread that fetches is inside OpenSSL; the process must not clear up under its feet."""
    context = authority.server()
    issuers = [make_issuer(tls=context) for _ in range(5)]
    server = launch(trusts(issuers) + location("/whoami"), processes=2, start=False)
    for handshakes in range(3):
        server.expects("OKTA-KEYS", optional=True)
        if places.VALGRIND:
            # reading the authorities' certificates takes seconds there, and is not interrupted
            server.expects("AH00045: child process .* still did not exit", optional=True)
        server.start()
        if handshakes:
            wait_for(lambda: len(server.error_log.matching("OKTA-KEYS.*certificate")) >= handshakes,
                     "handshakes")
        server.stop(how)
        server.error_log.path.unlink()
        server.error_log.restarted()


@pytest.mark.parametrize("how", SIGNALS, ids=lambda s: s.name)
def test_while_a_fetch_hangs(launch, issuer, how):
    """A slow issuer does not hold the process back."""
    issuer.script("all", answers.hanging())
    server = launch(trusts(issuer, "OktaFetchTimeout 60s") + location("/whoami"), processes=2)
    wait_for(lambda: issuer.requests, "the fetch")
    server.stop(how)


@pytest.mark.parametrize("how", SIGNALS, ids=lambda s: s.name)
def test_after_work(launch, issuer, how):
    server = launch(trusts(issuer) + location("/whoami"), processes=3)
    for _ in range(12):
        assert_ok(server.get("/whoami", issuer.mint.token()))
    server.get("/whoami", issuer.mint.token(key=key("stranger")))
    server.stop(how)


def test_graceful_restart_while_a_fetch_hangs(launch, issuer):
    issuer.script("metadata", answers.in_turn(answers.hanging(), answers.honest))
    server = launch(trusts(issuer, "OktaFetchTimeout 60s") + location("/whoami"), processes=2)
    wait_for(lambda: issuer.requests, "the fetch")
    server.graceful()
    assert_ok(server.get("/whoami", issuer.mint.token()))
