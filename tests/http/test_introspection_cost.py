# SPDX-License-Identifier: Apache-2.0
"""What a request costs whose token the issuer was asked about before, in instructions."""

import secrets

import pytest
from env.asked import AskedIssuer, asks
from env.counting import CountingHttpd
from env.ports import LOOPBACK
from env.snippets import location, trusts

WARM = 3


def _request(token):
    return (f"GET /plain.txt HTTP/1.1\r\nHost: {LOOPBACK}\r\nAuthorization: Bearer {token}\r\n"
            "Connection: close\r\n\r\n").encode()


def _hot(issuer, token, mode):
    """Of a token that was seen a few times; the answer is remembered all the while."""
    lines = trusts(issuer) if mode == "off" else asks(issuer, "OktaIntrospectionCache 1h", mode=mode)
    server = CountingHttpd(lines + location("/plain.txt", handler=None), log_level="warn")
    try:
        server.start()
        for _ in range(WARM):
            count, answer = server.instructions(_request(token))
            assert answer.status == 200
        return count
    finally:
        server.stop()
        server.remove()


@pytest.mark.alone
def test_an_answer_that_is_remembered_costs_next_to_nothing(figure):
    """Against a JWT of which nobody is asked: with an opaque token as long as it that says the same, and with the
    same one and `always`."""
    with AskedIssuer() as issuer:
        said = issuer.answer_for()
        claims = {**said, "scp": said["scope"].split(), "cid": said["client_id"]}
        del claims["active"]
        jwt = issuer.mint.raw(payload=claims)
        issuer.known[jwt] = said
        opaque = issuer.opaque(secrets.token_hex(len(jwt))[:len(jwt)], **said)
        plain = _hot(issuer, jwt, "off")
        beside = _hot(issuer, jwt, "opaque")
        read, confirmed = _hot(issuer, opaque, "opaque"), _hot(issuer, jwt, "always")
    figure("instructions of a request", jwt=plain, beside_introspection=beside, opaque=read, always=confirmed)
    for count in (beside, read, confirmed):
        assert count <= plain * 1.05
