# SPDX-License-Identifier: Apache-2.0
"""One table of tokens, good and bad: status, challenge, body and the one log line."""

import pytest
from env.attacks import ATTACKS, GOOD
from env.mint import decode
from env.snippets import location, trusts
from env.verdicts import assert_logged, assert_ok, assert_refused


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    return launch_shared(trusts(shared_issuer) + location("/whoami"), processes=2)


@pytest.mark.parametrize("name", GOOD)
def test_accepted(server, shared_issuer, name):
    token = GOOD[name](shared_issuer.mint)
    answer = server.get("/whoami", token)
    assert_ok(answer)
    assert answer.json() == decode(token)[1]


@pytest.mark.parametrize("name", ATTACKS)
def test_refused(server, shared_issuer, name):
    reasons, make = ATTACKS[name]
    mark = server.error_log.mark()
    answer = server.get("/whoami", make(shared_issuer.mint))
    assert_refused(answer)
    line = assert_logged(server, mark, reasons)
    assert "[auth_okta:info]" in line


def test_still_standing(server, shared_issuer):
    """After all of the above, the same processes accept a good token."""
    for _ in range(8):
        assert_ok(server.get("/whoami", shared_issuer.mint.token()))
