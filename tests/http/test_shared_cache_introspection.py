# SPDX-License-Identifier: Apache-2.0
"""What an issuer told one host the others know by a real store; whatever becomes of it, no verdict is another one."""

import concurrent.futures
import contextlib
import secrets
import threading
import time
from pathlib import Path

import pytest
from env import answers, stores
from env.asked import ABSENT, AskedIssuer, asks
from env.client import at_once
from env.places import PATIENCE
from env.snippets import location
from env.status import HANDLER, json_of, metrics_of
from env.verdicts import assert_ok, assert_refused
from env.waiting import wait_for

TROUBLE = "AH0347|AH0348|AH0078|AH0079|shared_cache_lost|introspection_fails|request_unjudged"
LONG = "x" * 3000  # of a claim: several pieces
PIECE = 480


@pytest.fixture(scope="module")
def asked():
    with AskedIssuer() as made:
        yield made


def _answer(values):
    """Of these entries those of one whole answer: the piece that says how long it is, and what fits to it."""
    for name, value in values.items():
        length = int.from_bytes(value[:2], "big")
        rest = length % PIECE or PIECE
        if length == len(value):
            return {name: value}
        full, end = ({one: piece for one, piece in values.items() if len(piece) == size} for size in (PIECE, rest))
        if name in full and rest < PIECE and len(full) == length // PIECE and len(end) == 1:
            return full | end
    return None


def _host(launch, issuer, store, digits, cache="10m", **options):
    def snippet(server):
        key = server.write("conf/shared.key", digits + "\n")
        key.chmod(0o600)
        return (asks(issuer, "OktaClockSkew 0", f"OktaIntrospectionCache {cache}", store.directive(),
                     store.short_lived, f"OktaSharedCacheKey file:{key}", mode="always")
                + location("/api") + HANDLER)

    host = launch(snippet, modules=[store.module], **{"processes": 1, **options})
    host.expects(TROUBLE, optional=True, lasting=True)
    return host


class Service:
    def __init__(self, launch, issuer, kind, count=2, threads=8, **options):
        self.store, self.issuer, self.digits = stores.KINDS[kind](**options), issuer, secrets.token_hex(32)
        self.launch, self.seen = launch, set()
        self.hosts = [self.host(threads=threads) for _ in range(count)]

    def host(self, **options):
        return _host(self.launch, self.issuer, self.store, options.pop("digits", self.digits), **options)

    def told(self, token, status=200, host=None, patience=PATIENCE):
        """The first host asks; the names of what it puts into the store, in whatever order they are listed."""
        # a listing may leave out an entry that is being replaced
        self.seen |= set(self.store.names())
        before = set(self.seen)
        assert (host or self.hosts[0]).get("/api", token).status == status

        def whole():
            # the piece that says how many there are comes last
            listed = {name: self.store.value(name) for name in self.store.names() if name not in before}
            values = {name: value for name, value in listed.items() if value is not None}
            answer = _answer(values)
            self.seen |= set(answer or ())
            return answer

        return wait_for(whole, "the answer in the store", timeout=patience)

    def told_of_another(self, make):
        """(token, pieces) of the first token that make() makes whose answer comes into the store.

        To put it there is tried for a quarter of a second, so an answer may be missing, which costs the others a question.
        """
        for _ in range(4):
            token = make()
            with contextlib.suppress(AssertionError):
                return token, self.told(token, patience=4)
        raise AssertionError("four answers in a row did not come into the store")


@pytest.fixture(scope="module", params=list(stores.KINDS))
def service(request, launch_shared, asked):
    # a quarter of the threads is enough for all that wait at once, also where answers come late
    made = Service(launch_shared, asked, request.param, count=3, threads=100)
    made.short = made.host(cache="2s")
    made.stranger = made.host(digits=secrets.token_hex(32))
    yield made
    made.store.remove()


@pytest.fixture
def alone(launch, asked):
    with contextlib.ExitStack() as stack:
        def make(kind, **options):
            made = Service(launch, asked, kind, **options)
            stack.callback(made.store.remove)
            return made

        yield make


def test_an_answer_of_one_host_is_a_hit_on_the_other(service, asked):
    for token in (asked.opaque(), asked.opaque(note=LONG), asked.opaque(iss=ABSENT, note=[1.5, -3, None, {"a": "é"}]),
                  asked.jwt()):
        service.told(token)
        first = service.hosts[0].get("/api", token).json()
        mark = json_of(service.hosts[1])["issuers"][0]["introspection"]["shared"]
        answer = service.hosts[1].get("/api", token)
        assert_ok(answer)
        assert answer.json() == first
        assert_ok(service.hosts[1].get("/api", token))
        assert asked.asked(token) == 1
        assert json_of(service.hosts[1])["issuers"][0]["introspection"]["shared"] == mark + 1
    assert "mod_auth_okta_introspection_shared_total" in str(metrics_of(service.hosts[1]))


def test_the_policy_judges_it_on_each_host(service, asked):
    token = asked.opaque(aud="api://other")
    service.told(token, 401)
    assert_refused(service.hosts[1].get("/api", token))
    assert asked.asked(token) == 1


def test_until_when_answers_count(service, asked):
    """Each case begins, and then all of them end."""
    first, second, third = service.hosts
    now = int(time.time())
    inactive, revoked = secrets.token_urlsafe(32), asked.jwt()
    asked.revoke(revoked)
    ends = asked.opaque(exp=now + 4)
    state = asked.jwt()
    asked.known[state]["exp"] = now + 4
    long_one = asked.opaque()
    for token in inactive, revoked:
        service.told(token, 401)
        assert_refused(second.get("/api", token))
    for token in ends, state, long_one:
        values = service.told(token)
        assert_ok(second.get("/api", token))
        if token == state:
            # of a JWT no more than its state
            assert sum(map(len, values.values())) < 200
    assert [asked.asked(token) for token in (inactive, revoked, ends, state, long_one)] == [1] * 5
    asked.opaque(inactive)
    asked.revoke(long_one)
    # no longer than the host itself remembers
    wait_for(lambda: service.short.get("/api", long_one).status == 401, "the end of its two seconds")
    assert_ok(second.get("/api", long_one))
    # past its exp, which may be sooner than the token's own
    wait_for(lambda: second.get("/api", ends).status == 401, "its end")
    wait_for(lambda: second.get("/api", state).status == 401, "its end by the answer")
    before = asked.asked(ends), asked.asked(state)
    for token in ends, state:
        assert_refused(third.get("/api", token))
    assert (asked.asked(ends), asked.asked(state)) == (before[0] + 1, before[1] + 1)
    # not active: a moment
    for host in third, second:
        wait_for(lambda host=host: host.get("/api", inactive).status == 200, "the refusal's end")


def test_fifty_at_once_on_two_hosts(service, asked, figure):
    calls = []
    for _ in range(3):
        token = asked.opaque()
        asked.script("introspect", answers.delayed(0.1))
        try:
            for answer in at_once(50, lambda i, token=token: service.hosts[i % 2].get("/api", token)):
                assert_ok(answer)
        finally:
            asked.honest()
        calls.append(asked.asked(token))
    assert max(calls) <= 2
    figure("50 at once on two hosts", calls=calls)


def test_the_store_learns_nothing(service, asked):
    token = asked.opaque(note="the-note-of-this-token" * 100)
    for name, value in service.told(token).items():
        assert not [word for word in (b"the-note", b"user@example", b"active", token.encode()[:20])
                    if word in name + value]


def test_another_key_opens_nothing(service, asked):
    token = asked.opaque()
    service.told(token)
    # under another name
    assert len(service.told(token, host=service.stranger)) == 1
    assert asked.asked(token) == 2


def _flip(at):
    return lambda value: value[:at] + bytes([value[at] ^ 1]) + value[at + 1:]


CHANGES = {
    "empty": lambda value: b"", "one byte": lambda value: b"\0", "no length": lambda value: b"\0\0" + value[2:],
    "too long a length": lambda value: b"\xff\xff" + value[2:], "a longer one": lambda value: b"\x3c\0" + value[2:],
    "a shorter one": lambda value: len(value).to_bytes(2, "big") + value[2:],
    "cut": lambda value: value[:-1], "longer": lambda value: value + b"x", "much longer": lambda value: b"y" * 100000,
    "version": _flip(2), "nonce": _flip(5), "text": _flip(30), "end": _flip(20),
}


def test_changed_entries_are_none(service, asked):
    store, reader = service.store, service.hosts[2]
    for name, change in CHANGES.items():
        # its issuer has changed its mind: whoever believes what is left of the entry is found out
        token, values = service.told_of_another(lambda: asked.opaque(note=LONG))
        assert len(values) > 5
        for entry, value in values.items():
            store.put(entry, change(value))
        asked.revoke(token)
        assert reader.get("/api", token).status == 401, name
        assert asked.asked(token) == 2, name
    # a piece is gone
    token, values = service.told_of_another(lambda: asked.opaque(note=LONG))
    store.forget(sorted(values.items(), key=lambda entry: len(entry[1]))[0][0])
    asked.revoke(token)
    assert_refused(reader.get("/api", token))


def _memory(host):
    """Megabytes of its processes, together."""
    pids = host.children()
    return sum(int(line.split()[1]) for pid in pids for line in Path(f"/proc/{pid}/status").read_text().splitlines()
               if line.startswith("VmRSS")) >> 10


def test_a_huge_entry_takes_memory_for_a_moment(alone, asked):
    service = alone("redis", count=1, threads=2)
    token, values = service.told_of_another(asked.opaque)
    reader = service.host(threads=2)
    assert_ok(reader.get("/api", asked.opaque()))
    before = _memory(reader)
    service.store.put(next(iter(values)), b"y" * (64 << 20))
    assert_ok(reader.get("/api", token))
    assert asked.asked(token) == 2
    wait_for(lambda: _memory(reader) < before + 24, "the memory to be given back")


def test_swapped_and_mixed_entries_are_none(service, asked):
    store, reader = service.store, service.hosts[2]
    # the answer about one token, under the names of another one's
    good, bad = asked.opaque(), secrets.token_urlsafe(32)
    names, instead = list(service.told(bad, 401)), service.told(good)
    for value in instead.values():
        store.put(names[0], value)
        assert_refused(reader.get("/api", secrets.token_urlsafe(32)))
    assert_refused(reader.get("/api", bad))
    assert asked.asked(bad) == 2
    # pieces of two answers about the same token
    token = asked.opaque(note=LONG)
    first = service.told(token)
    for name in first:
        store.forget(name)
    service.seen -= set(first)
    second = service.told(token, host=service.hosts[1])
    assert set(first) == set(second)
    head = next(name for name, value in second.items()
                if int.from_bytes(value[:2], "big") == sum(map(len, second.values())))
    store.put(next(name for name in first if name != head), next(first[name] for name in first if name != head))
    asked.revoke(token)
    assert_refused(reader.get("/api", token))
    assert asked.asked(token) == 3


def test_an_answer_that_ends_while_the_store_hangs_does_not_stay_in_it(alone, asked):
    """httpd's provider for Redis makes 136 years of a time that has passed."""
    service = alone("redis")
    store, host = service.store, service.host(cache="4s")
    service.told(asked.opaque(), host=host)
    token = asked.opaque(note=LONG)
    before = set(store.names())
    gate = threading.Event()
    asked.script("introspect", answers.gated(gate))
    try:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            answer = pool.submit(host.get, "/api", token)
            wait_for(lambda: asked.asked(token) == 1, "the question, after the look into the store")
            store.hang()
            gate.set()
            assert_ok(answer.result())
    finally:
        asked.honest()
    ended = time.monotonic() + 8
    wait_for(lambda: time.monotonic() > ended, "the end of the answer and of its entries")
    store.go_on()
    # one piece was under way; nothing follows it once another answer is there
    wait_for(lambda: set(store.names()) - before, "the piece that was under way")
    service.told(asked.opaque(), host=host)
    lives = {name: store.life(name) for name in set(store.names()) - before}
    assert max(lives.values()) < 60 * 60, lives


@pytest.mark.parametrize("kind", list(stores.KINDS))
def test_a_store_that_hangs_is_killed_or_full_costs_a_moment(alone, asked, kind, figure):
    service = alone(kind, limit=4 << 20, threads=32)
    store, hosts = service.store, service.hosts

    def loaded(what):
        """Tokens that have to be asked about, on both hosts, beside what needs no answer."""
        times, others = [], []

        def send(i):
            for _ in range(4):
                good = i % 4 != 3
                token = asked.opaque() if good else secrets.token_urlsafe(32)
                begun = time.monotonic()
                if i >= 12:
                    assert hosts[0].get("/nowhere").status == 404
                    others.append(time.monotonic() - begun)
                    continue
                for host in hosts:
                    assert host.get("/api", token).status == (200 if good else 401)
                times.append((time.monotonic() - begun) / 2)

        at_once(16, send)
        figure(f"{kind}: {what}", p50_ms=round(sorted(times)[len(times) // 2] * 1e3, 1),
               longest_ms=round(max(times) * 1e3, 1), others_longest_ms=round(max(others) * 1e3, 1))

    def is_shared():
        token = asked.opaque()
        assert_ok(hosts[0].get("/api", token))
        assert_ok(hosts[1].get("/api", token))
        return asked.asked(token) == 1

    def assert_told(shared):
        """The page tells of it, of each host."""
        for host in hosts:
            picture = json_of(host)
            assert picture["shared_cache"]["introspection"] is shared
            assert metrics_of(host)[0]["mod_auth_okta_shared_cache_introspection", frozenset()] == shared
            troubles = [trouble["health"] for trouble in picture["troubles"] if "asks issuers by itself" in trouble["what"]]
            assert troubles == ([] if shared else ["warning"])

    loaded("calm")
    wait_for(is_shared, "answers to be shared")
    assert_told(True)
    store.hang()
    loaded("hung")
    loaded("hung, later")
    assert_told(False)
    store.go_on()
    wait_for(is_shared, "answers to be shared again")
    store.kill()
    loaded("killed")
    store.start()
    wait_for(is_shared, "answers to be shared once more")
    store.fill([400, 300, 480] if kind == "memcache" else [60000, 5000, 500, 53, 53])
    loaded("full")
