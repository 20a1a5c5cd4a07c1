# SPDX-License-Identifier: Apache-2.0
"""A clock that is set, and a name server that does not answer: neither stops the refresher.

What a clock that is set does to the times of keys, also while the issuer is down, is shown by units (test_schedule.c)."""

import time

import pytest
from env.keys import key
from env.keyservers import api, phases
from env.snippets import location
from env.verdicts import assert_ok
from env.waiting import wait_for

pytest_plugins = ["env.preload"]
pytestmark = pytest.mark.alone
HOUR = 3600


def _token(issuer, off=0, signing_key=None):
    now = int(time.time()) + off
    mint = issuer.mint_with(signing_key or issuer.keys[0])
    return mint.token(iat=now, auth_time=now, exp=now + HOUR)


def test_the_clock_is_set_back(world, issuer, launch, figure):
    """Refreshes and unknown kids go on as if nothing had been, not an hour later."""
    world.set_clock(HOUR)
    server = launch(api(issuer, "OktaKeyRefresh 10m 10m", "OktaKeyCooldown 1s"), inherit=world.variables)
    world.started()
    assert_ok(server.get("/whoami", _token(issuer, HOUR)))
    fetched = issuer.key_fetches()
    world.set_clock(0)
    began = time.monotonic()
    wait_for(lambda: issuer.key_fetches() > fetched, "a fetch by the new time")
    figure("set back by an hour", refreshed_after_s=round(time.monotonic() - began, 2))
    assert_ok(server.get("/whoami", _token(issuer)))
    issuer.keys = [key("key-2")]
    wait_for(lambda: server.get("/whoami", _token(issuer)).status == 200, "the new key", interval=0.1)
    assert set(phases(server, issuer)) == {"fresh"}


def test_the_clock_is_set_forward(world, issuer, launch, figure):
    """Past everything that the keys may be: the requests wait for the fetch that this causes."""
    server = launch(api(issuer, "OktaKeyRefresh 5m 5m", "OktaKeyMaxStale 10m", "OktaKeyWait 10s"),
                    inherit=world.variables)
    world.started()
    assert_ok(server.get("/whoami", _token(issuer)))
    server.expects("OKTA-KEYS: .* expired: no refresh came in time", optional=True)
    world.set_clock(HOUR)
    began = time.monotonic()
    assert_ok(server.get("/whoami", _token(issuer, HOUR)))
    figure("set forward by an hour", first_answer_s=round(time.monotonic() - began, 2),
           keys=issuer.key_fetches())
    assert issuer.key_fetches() == 2


def test_a_name_server_that_does_not_answer(world, issuer, launch, figure):
    """Resolving is given up with the rest of the fetch, and other issuers do not notice."""
    silent = f"https://{world.hanging_host}/oauth2/default"
    server = launch("OktaInsecureHttp On\nOktaAudience api://default\nOktaFetchTimeout 1s\nOktaKeyRefresh 1s 1s\n"
                    + location("/silent", f"OktaIssuer {silent}")
                    + location("/whoami", f"OktaIssuer {issuer.url}"), inherit=world.variables)
    world.started()
    server.expects(rf'OKTA-KEYS: issuer "{silent}" missing: .*([Rr]esolving timed out|time-?out)', lasting=True)
    server.wait_for_log("OKTA-KEYS: .* missing: ")
    wait_for(lambda: issuer.key_fetches() >= 6, "refreshes", interval=0.05)
    asked = [r.time for r in issuer.requests if r.endpoint == "keys"]
    gaps = [b - a for a, b in zip(asked, asked[1:])]
    figure("beside a silent name server", longest_gap_s=round(max(gaps), 2))
    assert max(gaps) < 2.5
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 15
