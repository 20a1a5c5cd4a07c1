# SPDX-License-Identifier: Apache-2.0
"""Restarts under load: no failed request, and with fresh keys no fetch."""

import signal
import time

import pytest
from env import load
from env.keys import key
from env.keyservers import api, cut_off, fetch_lines, fleet, phases
from env.verdicts import assert_ok
from env.waiting import wait_for

pytestmark = pytest.mark.alone
# one a second. What a restart takes over is proved by the units of the record; how requests fare is each MPM's own
RESTARTS = {"event": 20, "worker": 6, "prefork": 6}
RESUMING = "resuming normal operations"


def _restart(server, signum=signal.SIGUSR1):
    before = len(server.error_log.matching(RESUMING))
    server.process.send_signal(signum)
    wait_for(lambda: len(server.error_log.matching(RESUMING)) > before, "the restart")


@pytest.mark.every_mpm
def test_graceful_restarts_under_load(issuer, launch, mpm, figure):
    server = launch(api(issuer), **fleet(mpm, 16))
    token = issuer.mint.token()
    assert_ok(server.get("/whoami", token))
    calm = load.run(server, "/whoami", token, 2, 200, keep=False, pause=0.01)
    with load.Load(server, "/whoami", token, 4, keep=False, pause=0.02) as clients:
        began = time.monotonic()
        for number in range(RESTARTS[mpm]):
            wait_for(lambda: time.monotonic() >= began + number, "the next second", timeout=30)
            _restart(server)
        lasted = time.monotonic() - began
        wait_for(lambda: server.get("/whoami", token).status == 200, "the last generation")
        samples = clients.stop()
    figure("calm", **load.times(calm))
    figure(f"{RESTARTS[mpm]} graceful restarts", seconds=round(lasted, 1), statuses=load.statuses(samples),
           metadata=issuer.metadata_fetches(), keys=issuer.key_fetches(), **load.times(samples))
    assert load.statuses(samples).keys() == {200}, [s for s in samples if s.status != 200][:5]
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)
    assert phases(server, issuer) == ["fresh"]


@pytest.mark.every_mpm
def test_a_plain_restart_costs_no_fetch(issuer, launch, mpm):
    server = launch(api(issuer), **fleet(mpm, 12))
    # The event MPM's own trouble with connections that its workers are still closing.
    server.expects("AH03093", optional=True, lasting=True)
    token = issuer.mint.token()
    assert_ok(server.get("/whoami", token))
    _restart(server, signal.SIGHUP)
    wait_for(lambda: server.children(), "new children")
    samples = load.run(server, "/whoami", token, 4, 40, keep=False)
    assert load.statuses(samples) == {200: 40}
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)


def test_refresh_and_rotation_go_on_after_restarts(issuer, launch, mpm):
    server = launch(api(issuer, "OktaKeyRefresh 1s 1s", "OktaKeyCooldown 200ms"), **fleet(mpm, 12))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    for number in range(3):
        server.graceful()
        fetched = issuer.key_fetches()
        wait_for(lambda: issuer.key_fetches() > fetched, "a refresh after the restart")
        issuer.keys = [key(f"rotated-{number}")]
        token = issuer.mint.token()
        wait_for(lambda: server.get("/whoami", token).status == 200, "the new key", interval=0.05)
    # The server remembers the ETag over restarts as well.
    assert [r for r in issuer.requests if r.endpoint == "keys" and "if-none-match" in r.headers]


def test_a_restart_applies_new_durations_to_old_keys(issuer, launch, mpm):
    """In an outage the remedy is a larger OktaKeyMaxStale, and it has to work before the issuer is back."""
    durations = {"stale": "1s"}
    server = launch(lambda s: api(issuer, "OktaKeyRefresh 1s 1s", f"OktaKeyMaxStale {durations['stale']}",
                                  "OktaKeyWait 100ms"), **fleet(mpm, 12))
    token = issuer.mint.token()
    wait_for(lambda: phases(server, issuer), "the keys")
    assert_ok(server.get("/whoami", token))
    server.expects(r"OKTA-KEYS: .* (failing|stale|expired): ", lasting=True)
    server.expects(r"OKTA-REFUSED: reason=keys_unavailable", lasting=True, optional=True)
    cut_off(issuer)
    server.wait_for_log(r"OKTA-KEYS: .* expired: ")
    assert server.get("/whoami", token).status == 503
    durations["stale"] = "1h"
    (server.root / "conf" / "httpd.conf").write_text(server.configuration())
    server.graceful()
    assert_ok(server.get("/whoami", token))
    durations["stale"] = "0s"
    (server.root / "conf" / "httpd.conf").write_text(server.configuration())
    server.graceful()
    assert server.get("/whoami", token).status == 503


def test_a_shorter_interval_makes_old_keys_due(issuer, launch):
    """How an operator makes httpd ask now: what is due by the new interval is fetched at once."""
    interval = {"now": "1h 1h"}
    server = launch(lambda s: api(issuer, f"OktaKeyRefresh {interval['now']}"))
    old = issuer.mint.token()
    assert_ok(server.get("/whoami", old))
    issuer.keys = [key("key-2")]
    server.graceful()
    assert_ok(server.get("/whoami", old))
    assert issuer.key_fetches() == 1
    interval["now"] = "1s 2s"
    (server.root / "conf" / "httpd.conf").write_text(server.configuration())
    server.graceful()
    wait_for(lambda: issuer.key_fetches() > 1, "the fetch")
    wait_for(lambda: server.get("/whoami", old).status == 401, "the end of the old key", interval=0.05)


@pytest.mark.every_mpm
def test_children_that_come_and_go(issuer, launch, mpm, figure):
    """MaxConnectionsPerChild: the refreshing child ends now and then, and each time another goes on at once."""
    processes, threads = (6, 2) if mpm == "prefork" else (4, 4)
    server = launch("MaxConnectionsPerChild 25\n"
                    + api(issuer, "OktaKeyRefresh 1s 1s", "OktaKeyCooldown 100ms"),
                    processes=processes, threads=threads)
    token = issuer.mint.token()
    assert_ok(server.get("/whoami", token))
    with load.Load(server, "/whoami", token, 3, keep=False, pause=0.01) as clients:
        wait_for(lambda: len({pid for pid, _ in fetch_lines(server)}) >= 6, "six processes that refreshed",
                 timeout=60, interval=0.1)
        samples = clients.stop()
    asked = [r.time for r in issuer.requests if r.endpoint == "keys"]
    gaps = [b - a for a, b in zip(asked, asked[1:])]
    children = {line.split()[0] for line in server.access_log.matching("GET /whoami ")}
    figure("children that come and go", children=len(children), fetches=len(asked),
           longest_gap_s=round(max(gaps), 2), statuses=load.statuses(samples), **load.times(samples))
    assert load.statuses(samples).keys() == {200}
    assert max(gaps) < 5
