# SPDX-License-Identifier: Apache-2.0
"""The ways to a key set: how many redirects are followed, what of each counts, and how long all may take."""

import re
import socket
from dataclasses import replace

import pytest
from env import answers
from env.issuer import Issuer
from env.keyservers import unknown_kids
from env.ports import LOOPBACK
from env.snippets import location
from env.verdicts import assert_ok, assert_refused, assert_unavailable
from env.waiting import wait_for

# What an answer on the way says of itself is not said of the key set.
MISLEADING = (("Content-Encoding", "gzip"), ("Cache-Control", "no-store"), ("ETag", '"of-the-redirect"'))
SECONDS = 2  # for one fetch with all its redirects


def _plain(issuer, request, truth):
    """The keys, without a word on caching."""
    return answers.Answer(body=truth.body)


def _lead(issuer, steps, seconds=0.0):
    """Redirects from the address of the keys, in so many steps, to where they are."""
    def hop(step):
        def behave(i, request, truth):
            if step == steps:
                return _plain(i, request, i._truth(replace(request, endpoint="keys")))
            return answers.Answer(status=302, body=b"<p>This way", content_type="text/html",
                                  headers=(("Location", f"/step/{step + 1}"), *MISLEADING))
        return answers.delayed(seconds, behave) if seconds else behave
    issuer.script("keys", hop(0))
    for step in range(1, steps + 1):
        issuer.script(f"/step/{step}", hop(step))


@pytest.fixture(scope="module")
def silent():
    """Takes connections and says nothing, so that no handshake ends."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        yield f"https://{LOOPBACK}:{listener.getsockname()[1]}/oauth2/default"


@pytest.fixture(scope="module")
def issuers(mpm):
    made = {name: Issuer() for name in ("three", "four", "slow", "mute")}
    for issuer in made.values():
        issuer.etags = False
    _lead(made["three"], 3)
    _lead(made["four"], 4)
    # each step is quick enough, all of them are not
    _lead(made["slow"], 3, SECONDS * 0.4)
    made["mute"].script("all", answers.hanging())
    yield made
    for issuer in made.values():
        issuer.stop()


@pytest.fixture(scope="module")
def server(launch_shared, issuers, silent):
    text = f"OktaInsecureHttp On\nOktaAudience api://default\nOktaFetchTimeout {SECONDS}s\nOktaKeyWait 100ms\n"
    text += f"<OktaIssuer {issuers['mute'].url}>\nOktaFetchTimeout {SECONDS * 750}ms\n</OktaIssuer>\n"
    for name, issuer in issuers.items():
        text += location(f"/{name}", f"OktaIssuer {issuer.url}")
    server = launch_shared(text + location("/silent", f"OktaIssuer {silent}"), processes=1)
    server.expects("OKTA-KEYS|OKTA-REFUSED: reason=keys_unavailable", lasting=True)
    return server


def _cause(server, url):
    line = server.wait_for_log(f'OKTA-KEYS: issuer "{re.escape(url)}" missing: ')
    return line.partition(" missing: ")[2]


def test_three_redirects_are_followed(server, issuers):
    """Of their bodies and fields nothing is left: neither encoding nor age nor ETag."""
    issuer = issuers["three"]
    wait_for(lambda: server.get("/three", issuer.mint.token()).status == 200, "the keys")
    line = server.wait_for_log(f'"{re.escape(issuer.url)}" fresh; next refresh in')
    # an hour is taken where nothing is said of an age
    assert 2600 < int(re.search(r"next refresh in (\d+) s", line)[1]) <= 3060
    issuer.forget_requests()
    server.get("/three", unknown_kids(issuer, 1)[0])
    wait_for(lambda: issuer.count("/step/3"), "another fetch")
    # a process that has just become the refresher asks for the metadata too
    asked = [r.endpoint for r in issuer.requests if r.endpoint != "metadata"]
    assert asked == ["keys", "/step/1", "/step/2", "/step/3"]
    assert not [r for r in issuer.requests if "if-none-match" in r.headers]
    assert_refused(server.get("/three", unknown_kids(issuer, 1)[0]))
    assert_ok(server.get("/three", issuer.mint.token(sub="again")))


def test_a_fourth_one_is_not(server, issuers):
    issuer = issuers["four"]
    assert "more than 3 redirects" in _cause(server, issuer.url)
    assert issuer.count("/step/3") > 0 and issuer.count("/step/4") == 0
    assert_unavailable(server.get("/four", issuer.mint.token()))


def test_the_time_is_for_all_of_them_together(server, issuers):
    assert re.search("[Tt]im(ed|e) ?out", _cause(server, issuers["slow"].url))
    assert_unavailable(server.get("/slow", issuers["slow"].mint.token()))


def test_connecting_may_take_a_part_of_the_time(server, issuers, silent):
    """So that there is time for another address of the host: it ends before what may take three quarters of it."""
    for url in (silent, issuers["mute"].url):
        assert re.search("[Tt]imeout", _cause(server, url))
    order = [line for line in server.error_log.matching(" missing: ") if silent in line or issuers["mute"].url in line]
    assert silent in order[0]
