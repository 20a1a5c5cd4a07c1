# SPDX-License-Identifier: Apache-2.0
"""What okta-status says of issuers: is it well, since when not, and why."""

import json
import re
import time

import pytest
from env import answers
from env.keys import key, keyset
from env.keyservers import api, cut_off, fleet, restore, unknown_kids
from env.snippets import location, trusts
from env.status import HANDLER, issuer_of, json_of, metrics_of, page_of
from env.verdicts import assert_ok, assert_unavailable
from env.waiting import wait_for

pytestmark = pytest.mark.alone


def _state(server, issuer):
    return issuer_of(server, issuer)["state"]


def _wait_for_state(server, issuer, state):
    wait_for(lambda: _state(server, issuer) == state, f"the state {state}", interval=0.05)
    return issuer_of(server, issuer)


def test_a_fresh_issuer(issuer, launch, mpm):
    issuer.keys = [key("key-1"), key("key-2")]
    server = launch(api(issuer) + HANDLER, **fleet(mpm, 8))
    began = time.time()
    assert_ok(server.get("/whoami", issuer.mint.token()))
    found = issuer_of(server, issuer)
    assert found["state"] == "fresh" and abs(found["since"] - began) < 60
    assert found["keys"]["usable"] == 2 and found["keys"]["kids"] == ["key-1", "key-2"]
    assert abs(found["keys"]["fetched_at"] - began) < 60
    assert found["keys"]["fetched_at"] < found["keys"]["next_refresh"] < found["keys"]["fresh_until"]
    assert found["trouble_since"] is None and found["last_failure"] == {"at": None, "cause": None}
    assert (found["fetches"], found["failed_fetches"], found["forced_fetches"]) == (1, 0, 0)
    assert json_of(server)["troubles"] == []


@pytest.mark.every_mpm
def test_an_outage_from_its_beginning_to_its_end(issuer, launch, mpm):
    server = launch("OktaKeyRefresh 2s 2s\nOktaKeyMaxStale 4s\n" + api(issuer) + HANDLER, **fleet(mpm, 8))
    server.expects("OKTA-KEYS: issuer|OKTA-REFUSED", optional=True, lasting=True)
    token = issuer.mint.token()
    assert_ok(server.get("/whoami", token))
    began = time.time()
    cut_off(issuer)
    # noted: until then a reader is told of the moment of reading
    server.wait_for_log("OKTA-KEYS: issuer .* (failing|stale): ")
    found = issuer_of(server, issuer)
    since = found["trouble_since"]
    assert began - 1 < since < time.time() + 1
    assert found["failed_fetches"] > 0 and found["last_failure"]["cause"]
    picture = json_of(server)
    assert (picture["health"], picture["since"]) == ("warning", since)
    assert picture["troubles"][0]["where"] == issuer.url and "Nobody is refused" in picture["troubles"][0]["what"]
    _wait_for_state(server, issuer, "stale")
    assert_ok(server.get("/whoami", token))
    found = _wait_for_state(server, issuer, "expired")
    assert_unavailable(server.get("/whoami", token))
    # in trouble since the first failure, in this state since just now
    assert found["trouble_since"] == since < found["since"]
    text = page_of(server)
    assert re.search(r'<body class="alarm">\s*<header><h1>Not well for \d+ s\.</h1>', text)
    assert issuer.url in text.replace("<wbr>", "") and "get 503" in text
    assert json_of(server)["verdicts"]["keys_unavailable"] > 0
    samples, _ = metrics_of(server)
    assert samples["mod_auth_okta_issuer_state", frozenset({("issuer", issuer.url), ("state", "expired")})] == 1
    assert samples["mod_auth_okta_issuer_state", frozenset({("issuer", issuer.url), ("state", "fresh")})] == 0
    restore(issuer)
    found = _wait_for_state(server, issuer, "fresh")
    assert found["trouble_since"] is None and found["last_failure"]["cause"]
    assert json_of(server)["health"] == "well"
    assert_ok(server.get("/whoami", token))


def test_trouble_goes_over_a_restart(issuer, launch, mpm):
    server = launch("OktaKeyRefresh 1s 1s\nOktaKeyMaxStale 1h\n" + api(issuer) + HANDLER, **fleet(mpm, 8))
    server.expects("OKTA-KEYS: issuer", optional=True, lasting=True)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    cut_off(issuer)
    server.wait_for_log("OKTA-KEYS: issuer .* stale: ")
    found = issuer_of(server, issuer)
    server.graceful()
    after = issuer_of(server, issuer)
    assert after["state"] == "stale"
    assert (after["since"], after["trouble_since"]) == (found["since"], found["trouble_since"])
    assert after["failed_fetches"] >= found["failed_fetches"]
    restore(issuer)
    assert _wait_for_state(server, issuer, "fresh")["since"] > found["since"]


def test_no_keys_from_the_start(issuer, launch, mpm):
    cut_off(issuer)
    server = launch(api(issuer) + HANDLER, **fleet(mpm, 8))
    server.expects("OKTA-KEYS: issuer|OKTA-REFUSED", optional=True, lasting=True)
    found = _wait_for_state(server, issuer, "missing")
    assert found["keys"]["usable"] == 0 and found["keys"]["kids"] == [] and found["keys"]["fetched_at"] is None
    assert json_of(server)["health"] == "alarm"
    assert "Its keys cannot be fetched" in page_of(server)


def test_an_emergency_rotation(issuer, launch, mpm):
    """A new key id misses, forces a fetch, and the request waits for it."""
    server = launch(api(issuer) + HANDLER, **fleet(mpm, 8))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    issuer.keys = [key("key-2")]
    assert_ok(server.get("/whoami", issuer.mint.token()))
    found = issuer_of(server, issuer)
    assert (found["fetches"], found["forced_fetches"], found["failed_fetches"]) == (2, 1, 0)
    assert found["kid_misses"] == 1 and found["keys"]["kids"] == ["key-2"]
    # the first token may have waited for the first keys
    assert 1 <= found["waits"]["count"] <= 2 and found["waits"]["seconds"] > 0


def test_unknown_key_ids_are_counted_and_fetched_for_once(issuer, launch, mpm):
    server = launch("OktaKeyCooldown 1h\n" + api(issuer) + HANDLER, **fleet(mpm, 8))
    server.expects("OKTA-REFUSED", optional=True, lasting=True)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    for token in unknown_kids(issuer, 20):
        assert server.get("/whoami", token).status == 401
    found = issuer_of(server, issuer)
    assert found["kid_misses"] == 20 and found["forced_fetches"] == 1


def test_two_issuers_share_no_fate(make_issuer, launch, mpm):
    good, bad = make_issuer(), make_issuer()
    server = launch(trusts([good, bad], "OktaKeyRefresh 1s 1s\nOktaKeyMaxStale 1h", audience="api://default")
                    + location("/whoami") + HANDLER, **fleet(mpm, 8))
    server.expects("OKTA-KEYS: issuer", optional=True, lasting=True)
    for issuer in good, bad:
        assert_ok(server.get("/whoami", issuer.mint.token()))
    bad.script("keys", answers.status(500))
    assert "500" in _wait_for_state(server, bad, "stale")["last_failure"]["cause"]
    assert _state(server, good) == "fresh"
    [trouble] = json_of(server)["troubles"]
    assert trouble["where"] == bad.url


def test_what_an_issuer_says_is_text(issuer, launch, mpm):
    """Markup in a key id and in what a failure quotes stays text."""
    issuer.keys = [key('<b>"bold"</b>&')]
    server = launch("OktaKeyRefresh 1s 1s\nOktaKeyMaxStale 1h\n" + api(issuer) + HANDLER, **fleet(mpm, 8))
    server.expects("OKTA-KEYS: issuer", optional=True, lasting=True)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    text = page_of(server)
    assert "<b>&quot;bold" not in text and '<b>"bold' not in text and "&lt;b&gt;" in text
    issuer.script("metadata", lambda i, r, t: answers.json_answer({**i.metadata(), "issuer": "https://x/<script>"}))
    issuer.script("keys", answers.status(500, body=b"<script>alert(1)</script>"))
    _wait_for_state(server, issuer, "stale")
    wait_for(lambda: issuer.metadata_fetches() > 1, "the metadata to be asked for again")
    assert "<script" not in page_of(server)
    json.dumps(json_of(server))


def test_keys_of_a_file(issuer, launch, mpm):
    def snippet(server):
        path = server.write("conf/keys.json", json.dumps(keyset(*issuer.keys)))
        return f"OktaJwksFile {path}\n" + api(issuer) + HANDLER
    server = launch(snippet, **fleet(mpm, 8))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    found = issuer_of(server, issuer)
    assert found["state"] == "fresh" and found["since"] and found["fetches"] == 0
    assert found["keys"]["kids"] == ["key-1"]
    assert found["keys"]["next_refresh"] is None and found["keys"]["usable_until"] is None
    assert json_of(server)["health"] == "well" and "Next refresh" not in page_of(server)


def test_an_issuer_that_nobody_asked_for_yet_is_no_trouble(issuer, launch, mpm):
    """Its domain and server id stand in different sections: fetched on demand."""
    text = ('OktaInsecureHttp On\n<LocationMatch "^/lazy">\n    AuthType Okta\n'
            f"    OktaIssuer {issuer.url}\n    OktaAudience api://default\n    Require valid-user\n"
            "    SetHandler okta-whoami\n</LocationMatch>\n")
    server = launch(text + HANDLER, **fleet(mpm, 8))
    assert json_of(server)["health"] == "well"
    assert_ok(server.get("/lazy", issuer.mint.token()))
    assert _state(server, issuer) == "fresh"


def test_a_place_that_a_restart_closed(issuer, launch, mpm):
    broken = [""]
    server = launch(lambda _: api(issuer) + broken[0] + HANDLER, **fleet(mpm, 8))
    server.expects("OKTA-CONFIG|OKTA-REQUEST", optional=True, lasting=True)
    broken[0] = '<Location "/broken">\n    AuthType Okta\n    OktaCorsOrigin *\n    OktaCorsCredentials On\n' \
                "    Require valid-user\n</Location>\n"
    (server.root / "conf" / "httpd.conf").write_text(server.configuration())
    server.graceful()
    picture = json_of(server)
    assert picture["health"] == "alarm"
    [trouble] = picture["troubles"]
    assert picture["closed_places"] == 1 and picture["unenforced_places"] == 0
    assert trouble["where"] == "Configuration" and "1 place is closed" in trouble["what"] and trouble["since"]
    broken[0] = ""
    (server.root / "conf" / "httpd.conf").write_text(server.configuration())
    server.graceful()
    assert json_of(server)["health"] == "well"
