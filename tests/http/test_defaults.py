# SPDX-License-Identifier: Apache-2.0
"""What holds while nothing is said: the code's defaults are those that docs/directives.md promises."""

import json
import re
import time
from pathlib import Path

import pytest
from env import answers, places
from env.issuer import Issuer
from env.keys import keyset
from env.keyservers import key_lines, unknown_kids
from env.snippets import location
from env.verdicts import assert_ok, assert_refused, assert_unavailable
from env.waiting import wait_for

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


def _promised(directive):
    """The default that the page of directives names, as it stands there."""
    text = (places.REPO / "docs" / "directives.md").read_text()
    return re.search(rf"^### {directive}\n.*?^\| Default \| `(.*?)` \|$", text, re.M | re.S)[1]


def _seconds(directive):
    return [float(number) * _UNITS[unit] for number, unit in re.findall(r"([\d.]+)([a-z]+)", _promised(directive))]


def _sized(size):
    """The issuer's key set with blanks up to exactly that size."""
    def behave(issuer, request, truth):
        text = json.dumps(keyset(*issuer.keys)).encode()
        return answers.Answer(body=text + b" " * (size - len(text)))
    return behave


@pytest.fixture(scope="module")
def issuers(mpm):
    limit = int(_promised("OktaKeySetMaxBytes"))
    made = {name: Issuer() for name in (
        "short", "long", "full", "too large", "failing", "busy", "hanging", "hanging longer")}
    made["short"].script("keys", answers.cache_control("max-age=0"))
    made["long"].script("keys", answers.cache_control("max-age=31536000"))
    made["full"].script("keys", _sized(limit))
    made["too large"].script("keys", _sized(limit + 1))
    for name in ("hanging", "hanging longer"):
        made[name].script("all", answers.hanging())
    yield made
    for issuer in made.values():
        issuer.stop()


@pytest.fixture(scope="module")
def server(launch_shared, issuers):
    longer = f"OktaFetchTimeout {int(1050 * _seconds('OktaFetchTimeout')[0])}ms"
    text = f"<OktaIssuer {issuers['hanging longer'].url}>\n{longer}\n</OktaIssuer>\n"
    text += "OktaInsecureHttp On\nOktaAudience api://default\n" + "".join(
        location("/" + name.replace(" ", "-"), f"OktaIssuer {issuer.url}") for name, issuer in issuers.items())
    server = launch_shared(text, processes=1, threads=8)
    server.expects("OKTA-KEYS|OKTA-REFUSED: reason=keys_unavailable", lasting=True)
    return server


def _next_refresh(server, issuer):
    line, = wait_for(lambda: server.error_log.matching(f'"{re.escape(issuer.url)}" fresh; next refresh in'), "the keys")
    return int(re.search(r"next refresh in (\d+) s", line)[1])


def test_how_often_keys_are_fetched(server, issuers):
    """At 75 to 85 % of the least and of the longest interval, looked at within seconds of the fetch."""
    least, longest = _seconds("OktaKeyRefresh")
    for name, interval in (("short", least), ("long", longest)):
        assert 0.75 * interval - 10 < _next_refresh(server, issuers[name]) <= 0.85 * interval + 1


def test_how_long_a_key_set_may_be(server, issuers):
    assert_ok(server.get("/full", issuers["full"].mint.token()))
    line = server.wait_for_log(f'{re.escape(issuers["too large"].url)}" missing: ')
    assert f'larger than {_promised("OktaKeySetMaxBytes")} bytes (OktaKeySetMaxBytes)' in line


def test_how_long_keys_outlive_their_time(server, issuers):
    """A fetch that a token with an unknown kid asks for fails; the log says for how long the keys serve on."""
    issuer = issuers["failing"]
    assert_ok(server.get("/failing", issuer.mint.token()))
    # the first fetch is over, and takes no wish for another one with it
    _next_refresh(server, issuer)
    issuer.script("keys", answers.status(500))
    assert_refused(server.get("/failing", unknown_kids(issuer, 1)[0]))
    line = wait_for(lambda: [line for phase, line in key_lines(server, issuer) if phase == "failing"], "the failure")[0]
    whole = issuer.max_age + _seconds("OktaKeyMaxStale")[0]
    assert whole - 120 < int(re.search(r"serve on, for (\d+) s", line)[1]) <= whole


def test_how_long_the_next_unknown_kid_waits_for_its_fetch(server, issuers):
    issuer = issuers["busy"]
    assert_ok(server.get("/busy", issuer.mint.token()))
    kids = iter(unknown_kids(issuer, 1000))

    def fetches():
        assert_refused(server.get("/busy", next(kids)))
        return [r.time for r in issuer.requests if r.endpoint == "keys"]

    first = wait_for(lambda: fetches()[1:], "the fetch that the first one causes")[0]
    second = wait_for(lambda: fetches()[2:], "the next one", interval=0.05)[0]
    # as they arrive: connecting may take a moment longer for one than for the next
    assert second - first > 0.9 * _seconds("OktaKeyCooldown")[0]


def test_how_long_a_request_waits_and_a_fetch_may_take(server, issuers):
    began = time.monotonic()
    assert_unavailable(server.get("/hanging", issuers["hanging"].mint.token()))
    if not server.error_log.matching(f'{re.escape(issuers["hanging"].url)}" missing'):
        assert time.monotonic() - began >= _seconds("OktaKeyWait")[0]
    first, second = (server.wait_for_log(f'{re.escape(issuers[name].url)}" missing: .*timed out after \\d+ milli')
                     for name in ("hanging", "hanging longer"))
    assert int(re.search(r"after (\d+) milli", first)[1]) >= 1000 * _seconds("OktaFetchTimeout")[0]
    # what may take a little more time ends later
    lines = server.error_log.lines()
    assert lines.index(first) < lines.index(second)


def _shared_memory(server):
    """The sizes of what the server shares with its children."""
    maps = Path(f"/proc/{server.pid}/maps").read_text()
    return sorted(int(end, 16) - int(start, 16) for start, end in re.findall(
        r"^([0-9a-f]+)-([0-9a-f]+) rw-s .*(?:/dev/zero|SYSV)", maps, re.M))


def test_how_much_is_remembered(launch, issuer):
    """The memory that is reserved is as large as with the promised numbers, and not as with others."""
    directives = ["OktaTokenCache", "OktaReplayEntries", "OktaKeySetMaxBytes"]
    sizes = []
    for factor in (None, 1, 2):
        lines = "".join(f"{name} {factor * int(_promised(name))}\n" for name in directives) if factor else ""
        server = launch(f"OktaInsecureHttp On\nOktaAudience api://default\n{lines}"
                        + location("/whoami", f"OktaIssuer {issuer.url}"), processes=1)
        sizes.append(_shared_memory(server))
        server.stop()
    unsaid, promised, others = sizes
    assert unsaid == promised
    assert len(set(others) - set(promised)) >= len(directives), sizes
