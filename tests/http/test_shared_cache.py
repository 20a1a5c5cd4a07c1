# SPDX-License-Identifier: Apache-2.0
"""Several hosts with one store (OktaSharedCache): a proof counts once over all of them, whatever becomes of the store."""

import contextlib
import secrets
import time

import pytest
from env import stores, waiting
from env.client import at_once
from env.dpop import Prover, assert_refused, call
from env.snippets import location, trusts
from env.verdicts import assert_ok, assert_unavailable

HOST = "http://api.example.com"
TROUBLE = "AH0347|AH0348|AH0078|AH0079|shared_cache_unavailable|shared_cache_lost"


def _key(server, digits):
    path = server.write("conf/shared.key", digits + "\n")
    path.chmod(0o600)
    return path


def _hosts(launch, issuer, store, count=2, digits=None, lines=(), **options):
    """That many httpds as of one service: they share the store and the key."""
    digits = digits or secrets.token_hex(32)

    def snippet(server):
        return (trusts(issuer, f"OktaPublicUrl {HOST}", "OktaClockSkew 0", store.directive(), store.short_lived,
                       f"OktaSharedCacheKey file:{_key(server, digits)}", *lines)
                + location("/whoami") + location("/nonce", "OktaDPoPNonce On")
                + "<Location /status>\n    SetHandler okta-status\n</Location>\n")

    hosts = [launch(snippet, modules=[store.module], **{"processes": 2, **options}) for _ in range(count)]
    for host in hosts:
        host.expects(TROUBLE, optional=True, lasting=True)
    return hosts


def _prover(name="client"):
    return Prover.of(type("Nowhere", (), {"port": 0}), name=name).at(HOST)


def _ready(host, prover, token):
    """The store has begun, and all that may have been used before is over."""
    waiting.wait_for(lambda: call(host, token, prover.proof(token)).status == 200, "the store's beginning")


@pytest.fixture(scope="module", params=list(stores.KINDS))
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def service(launch_shared, shared_issuer, kind):
    """(store, two hosts, prover, token) that tests share which leave the store as it is."""
    with stores.running(kind) as store:
        hosts = _hosts(launch_shared, shared_issuer, store)
        prover = _prover()
        token = prover.token(shared_issuer)
        for host in hosts:
            _ready(host, prover, token)
        yield store, hosts, prover, token


def test_a_proof_that_one_host_took_is_refused_by_the_other(service):
    _, hosts, prover, token = service
    for first, second in (hosts, hosts[::-1]):
        proof = prover.proof(token)
        assert_ok(call(first, token, proof))
        mark = second.error_log.mark()
        assert_refused(call(second, token, proof))
        assert second.error_log.matching("reason=proof_replayed .*came to another host before", mark)
        assert_refused(call(first, token, proof))


def test_of_copies_at_once_on_both_hosts_one_is_let_in(service, figure):
    _, hosts, prover, token = service
    rounds, none = 150, 0
    for _ in range(rounds):
        proof = prover.proof(token)
        statuses = [answer.status for answer in at_once(8, lambda i, proof=proof: call(hosts[i % 2], token, proof))]
        assert statuses.count(200) <= 1 and set(statuses) <= {200, 401}, statuses
        none += statuses.count(200) == 0
    figure("copies at once on two hosts", rounds=rounds, twice=0, none_let_in=none)


def test_a_nonce_of_one_host_is_good_at_the_other(service):
    _, hosts, prover, token = service
    answer = call(hosts[0], token, prover.proof(token, path="/nonce"), path="/nonce")
    nonce = answer.header("DPoP-Nonce")
    assert_refused(answer, "use_dpop_nonce")
    assert_ok(call(hosts[1], token, prover.proof(token, path="/nonce", nonce=nonce), path="/nonce"))
    assert_refused(call(hosts[1], token, prover.proof(token, path="/nonce", nonce=nonce[::-1]), path="/nonce"),
                   "use_dpop_nonce")


def test_the_store_learns_nothing(service):
    store, hosts, prover, token = service
    assert_ok(call(hosts[0], token, prover.proof(token, jti="the-jti-of-this-proof")))
    names = store.names()
    assert stores.BEGINNING in names and len(names) >= 3
    for name in names:
        text = name + (store.value(name) or b"")
        assert not [word for word in (b"the-jti", prover.jkt.encode(), token.encode()[:20]) if word in text]


# -- what becomes of the store. Each with one of its own, in the middle of requests.


def _alone(launch, issuer, kind, stack, **options):
    limit = options.pop("limit", None)
    store = stack.enter_context(stores.running(kind, limit=limit))
    hosts = _hosts(launch, issuer, store, **options)
    prover = _prover()
    token = prover.token(issuer)
    for host in hosts:
        _ready(host, prover, token)
    return store, hosts, prover, token


def _send(hosts, prover, token, count):
    """Proofs, each to the first and then to the second host, with the two statuses."""
    proofs = [prover.proof(token) for _ in range(count)]
    return [(proof, call(hosts[0], token, proof).status, call(hosts[1], token, proof).status) for proof in proofs]


def _assert_never_twice(sent):
    assert not [statuses for _, *statuses in sent if statuses.count(200) > 1]
    assert {status for _, *statuses in sent for status in statuses} <= {200, 401, 503}


def _picture(host):
    return host.get("/status?json").json()


def test_the_metrics_tell_of_the_store(service):
    _, hosts, prover, token = service
    assert_ok(call(hosts[0], token, prover.proof(token)))
    picture = _picture(hosts[0])["shared_cache"]
    text = hosts[0].get("/status?prometheus").body.decode()
    assert picture["answers"] and picture["calls"] > 0
    assert "\nmod_auth_okta_shared_cache_answers 1\n" in text
    assert int(text.partition("\nmod_auth_okta_shared_cache_calls_total ")[2].split()[0]) >= picture["calls"]


@pytest.mark.parametrize("loss", ["empty", "restart"])
def test_a_store_that_forgets_lets_no_proof_in_twice(launch, shared_issuer, kind, loss):
    with contextlib.ExitStack() as stack:
        store, hosts, prover, token = _alone(launch, shared_issuer, kind, stack)
        proofs = [prover.proof(token) for _ in range(10)]
        for proof in proofs:
            assert_ok(call(hosts[0], token, proof))
        if loss == "empty":
            store.empty()
        else:
            store.kill()
            store.start()
        for proof in proofs * 2:
            assert call(hosts[1], token, proof).status in (401, 503)
        early = prover.proof(token)

        def recovered():
            sent = _send(hosts, prover, token, 1)
            _assert_never_twice(sent)
            return sent[0][1] == 200

        waiting.wait_for(recovered, "the store's new beginning")
        assert call(hosts[1], token, early).status in (200, 401, 503)
        for proof in proofs:
            assert call(hosts[1], token, proof).status in (401, 503)


def test_a_store_that_is_killed_or_hangs_costs_503_and_nothing_else(launch, shared_issuer, kind, figure):
    with contextlib.ExitStack() as stack:
        store, hosts, prover, token = _alone(launch, shared_issuer, kind, stack, processes=1, threads=8)
        host = hosts[0]
        other = shared_issuer.mint.token()

        def loaded(what):
            """Requests with a proof, as many as there are threads, beside others whose time is taken."""
            proofs = [prover.proof(token) for _ in range(64)]
            times = []

            def send(i):
                if i >= 8:
                    return [call(host, token, proof).status for proof in proofs[i - 8::8]]
                for _ in range(12):
                    begun = time.monotonic()
                    assert_ok(call(host, other, scheme="Bearer"))
                    times.append(time.monotonic() - begun)
                return []

            statuses = [status for some in at_once(16, send) for status in some]
            times.sort()
            figure(f"{kind}: {what}", let_in=statuses.count(200), unavailable=statuses.count(503),
                   bearer_p50_ms=round(times[len(times) // 2] * 1e3, 1),
                   bearer_p99_ms=round(times[int(len(times) * .99)] * 1e3, 1))
            return statuses

        # on a machine that is busy all over even this one answers late
        waiting.wait_for(lambda: set(loaded("calm")) == {200}, "a calm moment")
        before = _picture(host)
        assert before["shared_cache"]["answers"] and before["shared_cache"]["calls"] >= 64
        mark = host.error_log.mark()
        store.hang()
        assert set(loaded("hung")) == {503}
        picture = _picture(host)
        assert not picture["shared_cache"]["answers"] and picture["health"] == "alarm"
        assert picture["shared_cache"]["failures"] > before["shared_cache"]["failures"]
        assert "Store of OktaSharedCache" in {trouble["where"] for trouble in picture["troubles"]}
        assert set(loaded("hung, later")) == {503}
        # most do not wait for it any more
        assert host.error_log.matching("does not answer, or slowly; it was not asked", mark)
        mark = host.error_log.mark()
        store.go_on()
        _ready(host, prover, token)
        waiting.wait_for(lambda: host.error_log.matching("shared_cache_back", mark), "its line")
        assert 200 in set(loaded("goes on"))
        store.kill()
        assert set(loaded("killed")) == {503}
        for i in range(2):
            assert_unavailable(call(hosts[i], token, prover.proof(token)))
        store.start()
        for i in range(2):
            _ready(hosts[i], prover, token)


def test_a_host_that_is_stopped_or_restarted_over_a_hung_store_ends_in_time(launch, shared_issuer, kind):
    with contextlib.ExitStack() as stack:
        store, hosts, prover, token = _alone(launch, shared_issuer, kind, stack, count=1)
        host = hosts[0]
        store.hang()
        at_once(8, lambda _: call(host, token, prover.proof(token)))
        host.graceful()
        assert_unavailable(call(host, token, prover.proof(token)))
        store.go_on()
        _ready(host, prover, token)
        store.hang()
        at_once(8, lambda _: call(host, token, prover.proof(token)))
        host.stop()


def test_entries_that_others_changed_let_nobody_in_twice(launch, shared_issuer, kind):
    with contextlib.ExitStack() as stack:
        store, hosts, prover, token = _alone(launch, shared_issuer, kind, stack)

        def used():
            """A proof that was used at the first host, and the names of its two entries."""
            before = set(store.names())
            proof = prover.proof(token)
            assert_ok(call(hosts[0], token, proof))
            names = [name for name in store.names() if name not in before]
            assert len(names) == 2
            return proof, names

        for change in (lambda value: b"", lambda value: b"x" * 100, lambda value: b"y" * 100000,
                       lambda value: value[:-1], lambda value: bytes([value[0] + 1]) + value[1:],
                       lambda value: value[:20] + bytes([value[20] ^ 1]) + value[21:]):
            proof, names = used()
            for name in names:
                value = store.value(name)
                store.put(name, change(value))
            assert call(hosts[1], token, proof).status in (401, 503)
        # swapped, and those of another proof
        proof, names = used()
        _, others = used()
        values = {name: store.value(name) for name in names + others}
        for name, instead in zip(names + others, [*reversed(names), *reversed(others)]):
            store.put(name, values[instead])
        assert call(hosts[1], token, proof).status in (401, 503)
        for name, instead in zip(names, others):
            store.put(name, values[instead])
        assert call(hosts[1], token, proof).status in (401, 503)
        # what says that nothing was lost
        proof, names = used()
        good = store.value(stores.BEGINNING)
        store.put(stores.BEGINNING, bytes([good[0] ^ 1]) + good[1:])
        assert_unavailable(call(hosts[1], token, prover.proof(token)))
        assert call(hosts[1], token, proof).status in (401, 503)
        store.put(stores.BEGINNING, good)
        for host in hosts:
            _ready(host, prover, token)


def test_hosts_with_different_keys_refuse_rather_than_let_in_twice(launch, shared_issuer, kind):
    with contextlib.ExitStack() as stack:
        store, hosts, prover, token = _alone(launch, shared_issuer, kind, stack, count=1)
        other = _hosts(launch, shared_issuer, store, count=1)[0]
        proof = prover.proof(token)
        assert_ok(call(hosts[0], token, proof))
        mark = other.error_log.mark()
        for again in (proof, prover.proof(token)):
            assert_unavailable(call(other, token, again))
        assert other.error_log.matching("sealed by another key", mark)
        assert_ok(call(hosts[0], token, prover.proof(token)))


def test_a_host_that_takes_proofs_for_longer_begins_anew(launch, shared_issuer):
    with contextlib.ExitStack() as stack:
        digits = secrets.token_hex(32)
        store, (brief,), prover, token = _alone(launch, shared_issuer, "redis", stack, count=1, digits=digits,
                                                lines=("OktaDPoPWindow 120s",))
        used, unused = prover.proof(token), prover.proof(token)
        assert_ok(call(brief, token, used))
        assert max(store.life(name) for name in store.names() if name != stores.BEGINNING) <= 125
        beginning = store.value(stores.BEGINNING)
        patient, = _hosts(launch, shared_issuer, store, count=1, digits=digits, lines=("OktaDPoPWindow 600s",))
        waiting.wait_for(lambda: store.value(stores.BEGINNING) != beginning, "another beginning")
        assert call(patient, token, used).status in (401, 503)
        mark = brief.error_log.mark()
        assert_unavailable(call(brief, token, unused))
        assert brief.error_log.matching("got a host with a longer OktaDPoPWindow or OktaClockSkew", mark)
        # what comes to the one is kept for the other
        _ready(brief, prover, token)
        names = set(store.names())
        assert_ok(call(brief, token, prover.proof(token)))
        lives = sorted(store.life(name) for name in set(store.names()) - names)
        assert len(lives) == 2 and lives[0] <= 125 < 590 <= lives[1] <= 605
        # and it stays so, however often they start
        beginning = store.value(stores.BEGINNING)
        patient.stop()
        patient.start()
        _ready(patient, prover, token)
        assert store.value(stores.BEGINNING) == beginning


def test_a_full_store_lets_nobody_in_twice(launch, shared_issuer, kind):
    with contextlib.ExitStack() as stack:
        store, hosts, prover, token = _alone(launch, shared_issuer, kind, stack, limit=4 << 20)
        sent = _send(hosts, prover, token, 5)
        assert [statuses for _, *statuses in sent] == [[200, 401]] * 5
        store.fill([53] if kind == "memcache" else [60000, 5000, 500, 53, 53])
        # a little room comes and goes with connections
        for _ in range(60):
            sent += _send(hosts, prover, token, 10)
            _assert_never_twice(sent)
            if 503 in {status for _, *statuses in sent for status in statuses}:
                break
        else:
            raise AssertionError("it is not full")
        for proof, *_ in sent[:5]:
            assert 200 not in (call(host, token, proof).status for host in hosts)
