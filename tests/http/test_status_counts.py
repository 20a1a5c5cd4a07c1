# SPDX-License-Identifier: Apache-2.0
"""What okta-status counts: each request once, by all processes together, over restarts and deaths."""

import os
import signal

import pytest
from env import load
from env.dpop import Prover, call
from env.keyservers import api, fleet, unknown_kids
from env.snippets import location, trusts
from env.status import HANDLER, counters, issuer_of, json_of, verdicts
from env.verdicts import assert_ok
from env.waiting import wait_for

pytestmark = pytest.mark.alone

CONNECTIONS = 6
EACH = 120


def _assert_grown(server, action, expected):
    """{reason: how many more}. A request is counted when it is logged, which its answer does not wait for."""
    before = verdicts(server)

    def grown():
        return {reason: count - before.get(reason, 0) for reason, count in verdicts(server).items()
                if count != before.get(reason, 0)}

    action()
    wait_for(lambda: sum(grown().values()) >= sum(expected.values()), "the requests to be counted")
    assert grown() == expected


def _assert_no_counter_went_back(before, after):
    assert set(before) <= set(after)
    assert {key: (before[key], after[key]) for key in before if after[key] < before[key]} == {}


@pytest.fixture
def server(issuer, launch, mpm):
    server = launch("OktaTokenCache 1000\n" + api(issuer) + HANDLER, **fleet(mpm, 16))
    server.expects("OKTA-REFUSED", optional=True, lasting=True)
    # httpd's own: a child of before the last restart but one ends
    server.expects("AH00546: no record of generation", optional=True, lasting=True)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    return server


def _tokens(issuer):
    good = issuer.mint.token()
    return {"ok": good, "token_expired": issuer.mint.token(exp=1_000_000_000),
            "audience_mismatch": issuer.mint.token(aud="api://other"),
            "signature_invalid": good[:-9] + ("A" if good[-9] != "A" else "B") + good[-8:],
            "kid_unknown": unknown_kids(issuer, 1)[0]}


@pytest.mark.every_mpm
def test_each_request_counts_once_over_all_processes(server, issuer):
    """Every process, many at a time."""
    tokens = _tokens(issuer)
    expected = {reason: EACH for reason in tokens}

    def send():
        samples = load.run(server, "/whoami", list(tokens.values()), CONNECTIONS, EACH * len(tokens), keep=False)
        assert load.statuses(samples) == {200: EACH, 401: EACH * (len(tokens) - 1)}

    _assert_grown(server, send, expected)
    picture = json_of(server)
    assert picture["accepted"] == EACH + 1 and picture["refused"] == EACH * (len(tokens) - 1)


@pytest.mark.every_mpm
def test_restarts_take_nothing_from_it(server, issuer):
    token, before = issuer.mint.token(), counters(server)
    for n in range(3):
        with load.Load(server, "/whoami", token, CONNECTIONS, keep=False) as running:
            server.graceful()
            samples = running.stop()
        sent = load.statuses(samples)
        assert set(sent) == {200}
        after = counters(server)
        _assert_no_counter_went_back(before, after)
        before = after
        assert json_of(server)["counting_since"] < samples[0].began, n
    assert verdicts(server)["ok"] > 3


@pytest.mark.every_mpm
def test_scrapes_around_restarts_never_go_back(server, issuer):
    """Old children and new ones count in the same memory, also what is counted of an issuer."""
    bad = unknown_kids(issuer, 50)
    last = counters(server)
    with load.Load(server, "/whoami", bad, 3, pause=0.005) as running:
        for _ in range(3):
            os.kill(server.pid, signal.SIGUSR1)
            for _ in range(15):
                now = counters(server)
                _assert_no_counter_went_back(last, now)
                last = now
        running.stop()
    wait_for(lambda: issuer_of(server, issuer)["kid_misses"] > 0, "a key id that nobody has")


@pytest.mark.every_mpm
def test_a_killed_child_takes_nothing_with_it(server, issuer):
    token = issuer.mint.token()
    load.run(server, "/whoami", token, CONNECTIONS, EACH, keep=False)
    before = counters(server)
    killed = server.children()[0]
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: killed not in server.children(), "the end of the child")
    after = counters(server)
    _assert_no_counter_went_back(before, after)
    _assert_grown(server, lambda: load.run(server, "/whoami", token, CONNECTIONS, EACH, keep=False), {"ok": EACH})


def test_the_counters_of_an_issuer_that_was_away(issuer, make_issuer, launch, mpm):
    """It goes on where it was when it comes back."""
    other, issuers = make_issuer(), []
    issuers[:] = [issuer, other]
    server = launch(lambda _: trusts(issuers) + location("/whoami") + HANDLER, **fleet(mpm, 8))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    fetches = wait_for(lambda: issuer_of(server, issuer)["fetches"], "a fetch")

    def restart(*chosen):
        issuers[:] = chosen
        (server.root / "conf" / "httpd.conf").write_text(server.configuration())
        server.graceful()
        return [one["issuer"] for one in json_of(server)["issuers"]]

    assert restart(other) == [other.url]
    assert restart(other, issuer) == [other.url, issuer.url]
    assert issuer_of(server, issuer)["fetches"] >= fetches


def test_what_a_directory_looks_for(issuer, launch, mpm):
    """Only the file is protected: mod_dir looks with a subrequest, and its verdict is the request's."""
    def snippet(server):
        for name in "closed", "open", "off":
            server.write(f"htdocs/{name}/page.html", "x")
        file = '<Files page.html>\nAuthType Okta\nAuthName x\nRequire {}\n{}\n</Files>'
        folder = f'<Directory "{server.root}/htdocs/{{}}">\nDirectoryIndex {{}}\n{{}}\n</Directory>\n'
        return (trusts(issuer) + folder.format("closed", "page.html", file.format("valid-user", ""))
                + folder.format("open", "page.html", file.format("all granted", "OktaAnonymous missing"))
                + folder.format("off", "page.html", file.format("valid-user", "OktaEnforce Off"))
                + HANDLER)
    server = launch(snippet, **fleet(mpm, 8))
    server.expects("OKTA-CONFIG: OktaEnforce Off", lasting=True)
    token = issuer.mint.token()
    for path, good, status, reason, counter in (
            ("/closed/", token, 200, "ok", "accepted"), ("/closed/", None, 401, "token_missing", "refused"),
            ("/closed/page.html", token, 200, "ok", "accepted"), ("/open/", token, 200, "ok", "accepted"),
            ("/open/", None, 200, "token_missing", "anonymous"), ("/off/", None, 200, "token_missing", "would_refuse")):
        before = json_of(server)
        assert server.get(path, good).status == status, path
        # it counts when httpd is done with the request, which may be after its answer
        after = wait_for(lambda: (now := json_of(server))[counter] > before[counter] and now, path)
        assert {name for name in after["verdicts"] if after["verdicts"][name] != before["verdicts"][name]} == {reason}
        assert after["verdicts"][reason] == before["verdicts"][reason] + 1 and after[counter] == before[counter] + 1


def test_a_turn_that_is_refused_after_one_that_was_let_in(issuer, launch, mpm):
    """OktaEnforce Off and OktaAnonymous let in; where httpd redirects to within itself does not."""
    def snippet(server):
        server.write("htdocs/any/page", "x")
        server.write("htdocs/off/page", "x")
        return (trusts(issuer) + location("/closed") + location("/off", "OktaEnforce Off", handler=None)
                + location("/any", "OktaAnonymous missing", require="all granted", handler=None)
                + f'<Directory "{server.root}/htdocs">\nOptions FollowSymLinks\nRewriteEngine On\n'
                  "RewriteRule none$ /closed [L]\n</Directory>\n" + HANDLER)
    server = launch(snippet, modules=["rewrite"], **fleet(mpm, 8))
    server.expects("OKTA-CONFIG: OktaEnforce Off", lasting=True)
    token = issuer.mint.token()
    for path, good, status, expected in (
            ("/off/page", None, 200, {"would_refuse": 1}), ("/off/page", token, 200, {"accepted": 1}),
            ("/any/page", None, 200, {"anonymous": 1}), ("/closed", None, 401, {"refused": 1}),
            ("/off/none", None, 401, {"would_refuse": 1, "refused": 1}),
            ("/any/none", None, 401, {"anonymous": 1, "refused": 1}), ("/any/none", token, 200, {"accepted": 2})):
        before = json_of(server)
        assert server.get(path, good).status == status, path
        after = json_of(server)
        assert {name: after[name] - before[name] for name in ("accepted", "refused", "anonymous", "would_refuse")
                if after[name] != before[name]} == expected, path


def test_who_is_let_in_without_identity_counts_once(issuer, launch, mpm):
    open_ = location("/open", "OktaAnonymous missing-or-failed", require="all granted", handler=None)
    closed = location("/closed", "OktaAnonymous missing-or-failed", handler=None)
    server = launch(trusts(issuer) + open_ + closed + HANDLER, **fleet(mpm, 8))
    server.expects("OKTA-REFUSED|AH01629", optional=True, lasting=True)
    server.write("htdocs/open", "open\n")
    bad = issuer.mint.token(aud="api://other")

    def ask(path, token, status):
        return lambda: server.get(path, token).status == status or pytest.fail(f"{path} is not {status}")

    for path, token, status, reason, anonymous in (
            ("/open", None, 200, "token_missing", 1), ("/open", bad, 200, "audience_mismatch", 1),
            ("/open", issuer.mint.token(), 200, "ok", 0), ("/closed", None, 401, "token_missing", 0),
            ("/closed", bad, 401, "audience_mismatch", 0)):
        before = json_of(server)
        _assert_grown(server, ask(path, token, status), {reason: 1})
        after = json_of(server)
        assert after["anonymous"] - before["anonymous"] == anonymous, (path, reason)
        assert after["refused"] - before["refused"] == (status != 200), (path, reason)


def test_a_token_that_does_not_suffice_is_no_accepted_request(issuer, launch, mpm):
    server = launch(trusts(issuer) + location("/admin", require="okta-scope admin") + HANDLER, **fleet(mpm, 8))
    server.expects("OKTA-REFUSED|AH01631", optional=True, lasting=True)
    _assert_grown(server, lambda: server.get("/admin", issuer.mint.token()), {"insufficient_scope": 1})
    _assert_grown(server, lambda: server.get("/admin", issuer.mint.token(scp=["admin"])), {"ok": 1})


def test_parts_of_a_request_and_documents_of_errors_do_not_count(issuer, launch, mpm):
    """A folder's index is asked for as a part; the error document is a turn of its own behind AuthType Okta."""
    text = (trusts(issuer) + '<Location "/">\n    DirectoryIndex plain.txt\n</Location>\n'
            '<DirectoryMatch "htdocs">\n    AuthType Okta\n    Require valid-user\n</DirectoryMatch>\n'
            '<Location "/plain.txt">\n    OktaClockSkew 10\n</Location>\n'
            '<Location "/oops">\n    OktaClockSkew 20\n</Location>\n'
            "ErrorDocument 401 /oops\n" + HANDLER.replace("</", "    AuthType None\n    Require all granted\n</"))
    server = launch(text, **fleet(mpm, 8))
    server.expects("OKTA-REFUSED|OKTA-CONFIG", optional=True, lasting=True)

    def index():
        answer = server.get("/", issuer.mint.token())
        assert (answer.status, answer.body) == (200, b"plain\n")

    _assert_grown(server, index, {"ok": 1})
    mark = server.error_log.mark()
    _assert_grown(server, lambda: server.get("/plain.txt"), {"token_missing": 1})
    assert len(server.error_log.matching("OKTA-REFUSED", mark)) == 2


def test_memory_of_tokens(issuer, launch, mpm):
    """The smallest table has 48 places for good tokens: the others had to make room."""
    server = launch("OktaTokenCache 40\n" + api(issuer) + HANDLER, **fleet(mpm, 8))
    tokens = [issuer.mint.token(jti=f"AT.{n}") for n in range(100)]
    assert_ok(server.get("/whoami", tokens[0]))
    for _ in range(9):
        assert_ok(server.get("/whoami", tokens[0]))
    cache = json_of(server)["token_cache"]
    assert (cache["tokens"], cache["token_hits"], cache["misses"], cache["token_evictions"]) == (1, 9, 1, 0)
    for token in tokens[1:]:
        assert_ok(server.get("/whoami", token))
    picture = json_of(server)
    cache = picture["token_cache"]
    assert cache["misses"] == picture["verifications"]["count"] == 100
    assert 30 < cache["tokens"] <= 48
    assert cache["token_evictions"] == 100 - cache["tokens"]
    assert cache["capacity"] == 40 and cache["bytes"] > 100_000
    bad = tokens[0][:-9] + ("A" if tokens[0][-9] != "A" else "B") + tokens[0][-8:]
    server.expects("OKTA-REFUSED", optional=True, lasting=True)
    for _ in range(3):
        assert server.get("/whoami", bad).status == 401
    after = json_of(server)["token_cache"]
    assert (after["refusals"], after["refusal_hits"], after["tokens"]) == (1, 2, cache["tokens"])


def test_another_size_begins_with_an_empty_table_and_goes_on_counting(issuer, launch, mpm):
    size = [40]
    server = launch(lambda _: f"OktaTokenCache {size[0]}\n" + api(issuer) + HANDLER, **fleet(mpm, 8))
    for n in range(100):
        assert_ok(server.get("/whoami", issuer.mint.token(jti=f"AT.{n}")))
    before = json_of(server)["token_cache"]
    size[0] = 400
    (server.root / "conf" / "httpd.conf").write_text(server.configuration())
    server.graceful()
    after = json_of(server)["token_cache"]
    assert after["tokens"] == 0 and after["capacity"] == 400
    assert after["token_evictions"] == before["token_evictions"] > 0 and after["misses"] == 100


def test_memory_of_proofs(issuer, launch, mpm):
    server = launch("OktaReplayEntries 2000\n" + api(issuer) + HANDLER, **fleet(mpm, 8))
    server.expects("OKTA-REFUSED", optional=True, lasting=True)
    prover = Prover.of(server)
    token = prover.token(issuer)
    proofs = [prover.proof(token) for _ in range(5)]
    assert [call(server, token, one).status for one in proofs] == [200] * 5
    assert call(server, token, proofs[0]).status == 401
    picture = json_of(server)
    assert picture["replay_memory"] == {"capacity": 2000, "entries": 5, "refused_as_full": 0}
    assert picture["verdicts"]["proof_replayed"] == 1


def test_verifications_are_cold_ones(server, issuer):
    """A token that is remembered is not verified, and not in the histogram."""
    token = issuer.mint.token(jti="AT.cold")
    before = json_of(server)["verifications"]
    for _ in range(20):
        assert_ok(server.get("/whoami", token))
    after = json_of(server)["verifications"]
    assert after["count"] - before["count"] == 1
    assert sum(bucket["count"] for bucket in after["buckets"]) == after["count"]
    assert 0 < after["seconds"] - before["seconds"] < 10


def test_what_is_not_enforced_counts_under_its_reason_and_as_let_in(launch, issuer):
    """OktaEnforce Off: also where the log left lines out, and the page says so."""
    server = launch(trusts(issuer) + location("/whoami") + location("/try", "OktaEnforce Off", require="okta-scope never",
                                                                     handler="okta-hello") + HANDLER)
    server.expects("OKTA-CONFIG: OktaEnforce Off")
    _assert_grown(server, lambda: assert_ok(server.get("/whoami", issuer.mint.token())), {"ok": 1})
    tokens = {"insufficient_scope": issuer.mint.token(), "token_expired": issuer.mint.token(exp=1_000_000_000)}

    def send():
        samples = load.run(server, "/try", list(tokens.values()), CONNECTIONS, 2 * EACH, keep=False)
        assert load.statuses(samples) == {200: 2 * EACH}
    _assert_grown(server, send, {reason: EACH for reason in tokens})
    picture = json_of(server)
    assert picture["health"] == "warning"
    assert "OktaEnforce is Off in 1 place" in str(picture)
    samples = counters(server)
    [would_refuse] = [value for (name, _), value in samples.items() if name.endswith("would_refuse_total")]
    assert would_refuse == 2 * EACH


def test_a_subrequest_that_becomes_the_request(launch, issuer):
    """mod_dir asks for the index, and <Files> alone is protected: the request itself is never judged."""
    def snippet(s):
        s.write("htdocs/files/index.html", "index")
        return (trusts(issuer) + location("/whoami") + HANDLER
                + f'<Directory "{s.root}/htdocs/files">\n<Files index.html>\nAuthType Okta\n'
                "AuthName x\nRequire valid-user\n</Files>\n</Directory>\n")
    server = launch(snippet)
    _assert_grown(server, lambda: assert_ok(server.get("/whoami", issuer.mint.token())), {"ok": 1})
    tokens = {"ok": issuer.mint.token(), "token_expired": issuer.mint.token(exp=1_000_000_000), "token_missing": None}

    def send():
        assert [server.get("/files/", token).status for token in tokens.values()] == [200, 401, 401]
    _assert_grown(server, send, dict.fromkeys(tokens, 1))
