# SPDX-License-Identifier: Apache-2.0
"""A server that started by a clock that was ahead: proofs are taken again as soon as it is set right."""

import time

from env.dpop import Prover, assert_refused, call
from env.snippets import location, trusts
from env.verdicts import assert_ok
from env.waiting import wait_for

pytest_plugins = ["env.preload"]
HOUR = 3600


def test_the_clock_is_set_back(world, issuer, launch):
    world.set_clock(HOUR)
    server = launch(trusts(issuer) + location("/whoami"), inherit=world.variables, processes=2)
    world.started()
    prover = Prover.of(server)
    now = int(time.time())
    token = prover.token(issuer, exp=now + 3 * HOUR)
    ahead = prover.proof(token, iat=now + HOUR)
    assert_ok(call(server, token, ahead))
    world.set_clock(0)
    # Proofs of before the moment that the server first sees the new time stay refused.
    wait_for(lambda: call(server, token, prover.proof(token)).status == 200, "a proof by the new time")
    proof = prover.proof(token)
    assert_ok(call(server, token, proof))
    assert_refused(call(server, token, proof))
    world.set_clock(HOUR)
    assert_refused(call(server, token, ahead))
