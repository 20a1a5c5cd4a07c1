# SPDX-License-Identifier: Apache-2.0
"""The handler okta-status: how it answers, what is in it, and what is not."""

import base64
import hashlib
import re

import pytest
from env import places
from env.client import bearer
from env.snippets import location, trusts
from env.status import HANDLER, OPEN_METRICS, STATUS, json_of, metrics_of, page_of, read_metrics, verdicts
from env.verdicts import assert_ok
from env.waiting import wait_for


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    def snippet(s):
        listing = s.write("conf/revoked", "jti AT.nobody\n")
        return trusts(shared_issuer, f"OktaRevocations {listing}") + location("/whoami") + HANDLER
    server = launch_shared(snippet, processes=2)
    assert_ok(server.get("/whoami", shared_issuer.mint.token()))
    return server


@pytest.mark.parametrize("query", ["", "?", "?json", "?json=", "?prometheus", "?prometheus="])
def test_each_view(server, query):
    answer = server.get(STATUS + query)
    assert answer.status == 200 and answer.body
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("X-Content-Type-Options") == "nosniff"
    head = server.request("HEAD", STATUS + query)
    assert (head.status, head.body) == (200, b"")
    assert head.header("Content-Type") == answer.header("Content-Type")


@pytest.mark.parametrize("query", ["?html", "?json=1", "?JSON", "?json&prometheus", "?refresh=5"])
def test_another_query(server, query):
    answer = server.get(STATUS + query)
    assert (answer.status, answer.media_type) == (400, "text/plain")
    assert b"?json, ?prometheus, or nothing" in answer.body
    assert answer.header("Cache-Control") == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_another_method(server, method):
    answer = server.request(method, STATUS)
    assert answer.status == 405
    assert set(answer.header("Allow").split(",")) - {"TRACE"} == {"GET", "HEAD"}


def test_the_page_needs_nothing_else(server):
    """No script, nothing from elsewhere; the one style is the one that the policy allows."""
    answer = server.get(STATUS)
    text = answer.body.decode()
    style = re.search("<style>(.*)</style>", text, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert answer.header("Content-Security-Policy") == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'")
    assert answer.header("Referrer-Policy") == "no-referrer"
    assert not re.search(r"<script|<link|<img|<iframe|style=|\bon\w+=|url\(|@import", text)
    assert set(re.findall(r'(?:href|src)="([^"]*)"', text)) == {"?json", "?prometheus"}
    assert "prefers-color-scheme:dark" in style


def test_it_begins_with_the_answer(server, shared_issuer):
    text = page_of(server)
    assert re.search(r'<body class="well">\s*<header><h1>All is well\.</h1>', text)
    assert json_of(server)["health"] == "well"
    assert shared_issuer.url in text.replace("<wbr>", "")


def test_the_commonest_reasons_come_first(server, shared_issuer):
    """Each once, with a bar as long as its share of the first one, and no more than ten."""
    mint = shared_issuer.mint
    refused = [(5, None), (4, "x"), (3, mint.token(aud="api://other")), (2, mint.token(exp=1)),
               *((1, mint.token(**claims)) for claims in (
                   {"iss": "https://nobody.example"}, {"nbf": 9999999999}, {"iat": 9999999999}, {"cnf": {}},
                   {"nonce": "n"}, {"jti": "AT.nobody"}, {"aud": 7}, {"exp": None}))]
    for times, token in refused:
        for _ in range(times):
            assert server.get("/whoami", token).status == 401
    counts = {reason: count for reason, count in verdicts(server).items() if reason != "ok"}
    assert len(counts) > 10
    rows = re.findall(r'<tr><td>(\w+)</td><td><svg [^>]*><rect width="([\d.]+)" height="1"/></svg></td><td>(\d+)</td>',
                      page_of(server))
    shown = {reason: int(count) for reason, _, count in rows}
    assert len(rows) == len(shown) == 10
    assert list(shown.values()) == sorted(counts.values(), reverse=True)[:10]
    assert shown.items() <= counts.items()
    most = max(counts.values())
    assert [width for _, width, _ in rows] == [f"{count * 100 / most:.1f}" for count in shown.values()]


def test_no_token_and_no_user_is_in_it(server, shared_issuer):
    token = shared_issuer.mint.token(sub="secret.person@example.com", jti="AT.secret-jti", cid="secret-client")
    assert_ok(server.get("/whoami", token))
    server.get("/whoami", token[:-9])
    for query in "", "?json", "?prometheus":
        text = server.request("GET", STATUS + query, authorization=bearer(token)).body.decode()
        assert "secret" not in text
        assert not any(part in text for part in token.split("."))


def test_no_password_of_a_proxy_is_in_it(issuer, launch):
    """libcurl repeats a URL that it cannot read, and what it says is the cause of the failure."""
    secret = "pass#word-of-the-proxy"
    server = launch(trusts(issuer, f"OktaHttpProxy http://user:{secret}@127.0.0.1:1") + location("/whoami") + HANDLER,
                    processes=1)
    server.expects("OKTA-KEYS: .* missing", lasting=True)
    wait_for(lambda: json_of(server)["health"] == "alarm", "a fetch that fails")
    assert "proxy" in json_of(server)["issuers"][0]["last_failure"]["cause"]
    for query in "", "?json", "?prometheus":
        assert "word-of-the-proxy" not in server.get(STATUS + query).body.decode()
    assert server.error_log.matching("missing: .*proxy's URL cannot be read")
    assert not server.error_log.matching("word-of-the-proxy")


@pytest.mark.parametrize("open_metrics", [False, True])
def test_metrics_are_well_formed(server, open_metrics):
    samples, types = metrics_of(server, open_metrics)
    assert all(name.startswith("mod_auth_okta_") for name, _ in samples)
    assert {name for name, _ in samples} & {"mod_auth_okta_verdicts_total", "mod_auth_okta_build_info"}
    assert all(value >= 0 for value in samples.values())
    assert types["mod_auth_okta_verification_seconds"] == "histogram"
    # every one that is on the page, once
    assert len(types) > 25


def test_openmetrics_is_asked_for(server):
    """Prometheus names several formats, with weights."""
    asked = f"{OPEN_METRICS};version=1.0.0,{OPEN_METRICS};version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    answer = server.get(STATUS + "?prometheus", headers={"Accept": asked})
    assert answer.header("Content-Type") == OPEN_METRICS + "; version=1.0.0; charset=utf-8"
    assert answer.header("Vary") == "Accept"
    read_metrics(answer.body.decode(), open_metrics=True)
    answer = server.get(STATUS + "?prometheus")
    assert answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"


def test_the_histogram_adds_up(server):
    samples, _ = metrics_of(server)
    buckets = sorted((float(dict(labels)["le"]), count) for (name, labels), count in samples.items()
                     if name == "mod_auth_okta_verification_seconds_bucket")
    counts = [count for _, count in buckets]
    assert counts == sorted(counts) and counts[-1] > 0
    assert buckets[-1][0] == float("inf")
    assert counts[-1] == samples["mod_auth_okta_verification_seconds_count", frozenset()]
    assert 0 < samples["mod_auth_okta_verification_seconds_sum", frozenset()] < 60


def test_each_metric_is_documented(server):
    """docs/metrics.md has each name, with its type and its labels, and no other."""
    samples, types = metrics_of(server)
    labels = {}
    for (name, some), _ in samples.items():
        family = re.sub("_(bucket|sum|count)$", "", name) if name not in types else name
        labels.setdefault(family, set()).update(key for key, _ in some if key != "le")
    page = (places.REPO / "docs" / "metrics.md").read_text()
    rows = re.findall(r"^\| `(mod_auth_okta_\w+)` \| (\w+) \|([^|]*)\| \S[^|]* \|$", page, re.M)
    documented = {name: (kind, set(re.findall(r"`(\w+)`", cell))) for name, kind, cell in rows}
    assert len(documented) == len(rows)
    # samples that are there once there was a failure
    labels.setdefault("mod_auth_okta_issuer_last_failure_timestamp_seconds", {"issuer"})
    # where a store is set alone: tests/http/test_shared_cache.py
    for name in "mod_auth_okta_shared_cache_answers", "mod_auth_okta_shared_cache_introspection":
        types.setdefault(name, "gauge")
        labels.setdefault(name, set())
    assert documented == {name: (kind, labels[name]) for name, kind in types.items()}


def test_every_reason_is_there_from_the_start(issuer, launch):
    """A counter that is not there before its first count is one whose first count no rate shows."""
    server = launch(trusts(issuer) + location("/whoami") + HANDLER, processes=1)
    samples, _ = metrics_of(server)
    reasons = {dict(labels)["reason"]: dict(labels)["status"] for name, labels in samples if
               name == "mod_auth_okta_verdicts_total"}
    assert {("ok", "200"), ("token_missing", "401"), ("keys_unavailable", "503"), ("insufficient_scope", "403"),
            ("request_malformed", "400"), ("misconfigured", "500")} <= set(reasons.items())
    assert set(reasons) == set(json_of(server)["verdicts"])


MOD_STATUS = "<Location /server-status>\n    SetHandler server-status\n</Location>\n"


@pytest.mark.parametrize("line, shown", [("", True), ("OktaStatus On\n", True), ("OktaStatus Off\n", False)])
def test_section_in_mod_status(issuer, launch, line, shown):
    server = launch(line + trusts(issuer) + location("/whoami") + MOD_STATUS, modules=["status"], processes=2)
    token = issuer.mint.token()
    for _ in range(3):
        assert_ok(server.get("/whoami", token))
    page = server.get("/server-status").body.decode()
    assert ("mod_auth_okta: all is well" in page) is shown
    assert (f"<td>{issuer.url}</td><td>fresh</td><td>1</td>" in page) is shown
    assert ("3 requests accepted, 0 refused" in page) is shown
    without_tables = server.get("/server-status?notable").body.decode()
    assert ("mod_auth_okta: all is well" in without_tables) is shown and issuer.url not in without_tables
    lines = dict(line.split(": ", 1) for line in server.get("/server-status?auto").body.decode().splitlines()
                 if line.startswith("Okta"))
    assert bool(lines) is shown
    if shown:
        assert lines["OktaHealth"] == "well" and lines["OktaAccepted"] == "3" and lines["OktaRefused"] == "0"
        assert lines["OktaAnonymous"] == lines["OktaWouldRefuse"] == "0"
        assert lines["OktaIssuer"] == f"fresh {issuer.url}"


def test_without_mod_status(server):
    """Nothing of mod_status is needed: this server has not loaded it."""
    assert "status" not in server.modules
    assert json_of(server)["health"] == "well"
