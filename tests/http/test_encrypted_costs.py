# SPDX-License-Identifier: Apache-2.0
"""What an encrypted token costs, in instructions: known ones as much as any, and every way to fail as much as each other."""

import statistics

import pytest
from env import jwe
from env.counting import CountingHttpd
from env.issuer import Issuer
from env.snippets import location, trusts

OURS, STRANGER = jwe.recipient("costs"), jwe.recipient("costs, stranger")
TAKES = 5


@pytest.fixture(scope="module")
def issuer():
    with Issuer() as made:
        yield made


@pytest.fixture(scope="module")
def server(issuer):
    made = CountingHttpd(lambda s: trusts(issuer, f'OktaDecryptionKey "{jwe.install(s, "conf/key.pem", OURS)}"')
                         + location("/api"), log_level="notice")
    try:
        yield made.start()
    finally:
        made.stop()
        made.remove()


def _cost(server, token, status):
    lines = ["GET /api HTTP/1.1", "Host: 127.0.0.1", "Connection: close", f"Authorization: Bearer {token}"]
    count, answer = server.instructions(("\r\n".join(lines) + "\r\n\r\n").encode())
    assert answer.status == status, answer.body
    return count


def _cold(server, make, status):
    """Of a token that nobody has seen: what is usual, for OpenSSL makes new blinding factors now and then."""
    return statistics.median(_cost(server, make(), status) for _ in range(TAKES))


def _hot(server, token):
    for _ in range(3):
        _cost(server, token, 200)
    return statistics.median(_cost(server, token, 200) for _ in range(TAKES))


def test_a_known_one_costs_as_much_as_any(server, issuer, figure):
    """But for the SHA-256 over more bytes, some 30 instructions each where callgrind counts."""
    signed = issuer.mint.token()
    sent = jwe.encrypt(signed, OURS)
    hot, hot_signed = _hot(server, sent), _hot(server, signed)
    cold = _cold(server, lambda: jwe.encrypt(issuer.mint.token(), OURS), 200)
    cold_signed = _cold(server, issuer.mint.token, 200)
    figure("instructions of a request", hot=hot, hot_signed=hot_signed, cold=cold, cold_signed=cold_signed,
           bytes=len(sent), bytes_signed=len(signed))
    assert 0 < hot - hot_signed < 50 * (len(sent) - len(signed))
    assert cold > 3 * cold_signed, "a private-key operation is in it"


WAYS = {
    "another's key": lambda t: jwe.to_another(t, STRANGER, OURS),
    "another wrapped key": lambda t: jwe.flipped(jwe.encrypt(t, OURS), 1),
    "a short content key": lambda t: jwe.encrypt(t, OURS, cek_bytes=16),
    "another vector": lambda t: jwe.flipped(jwe.encrypt(t, OURS), 2),
    "another text": lambda t: jwe.flipped(jwe.encrypt(t, OURS), 3),
    "another tag": lambda t: jwe.flipped(jwe.encrypt(t, OURS), 4),
}


def test_every_way_to_fail_costs_the_same(server, figure):
    plain = "x" * 1000
    costs = {name: _cold(server, lambda make=make: make(plain), 401) for name, make in WAYS.items()}
    figure("instructions of a token that stays closed", **{name.replace(" ", "_"): c for name, c in costs.items()})
    assert max(costs.values()) < 1.02 * min(costs.values()), costs
