# SPDX-License-Identifier: Apache-2.0
"""Nonces of the server in DPoP proofs (RFC 9449 section 9)."""

import pytest
from env.client import raw_get
from env.dpop import Prover, assert_refused, call
from env.snippets import location, trusts
from env.verdicts import assert_logged, assert_ok

pytestmark = pytest.mark.every_mpm


def _snippet(issuer):
    return (trusts(issuer)
            + location("/whoami", "OktaDPoPNonce On", "OktaCorsOrigin https://app.example.com")
            + location("/required", "OktaDPoPNonce On", "OktaDPoP required")
            + location("/without") + location("/admin", "OktaDPoPNonce On", require="okta-scope admin"))


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    return launch_shared(_snippet(shared_issuer), processes=2)


@pytest.fixture(scope="module")
def prover(server):
    return Prover.of(server)


@pytest.fixture(scope="module")
def token(prover, shared_issuer):
    return prover.token(shared_issuer)


def _nonce(server, prover, token, path="/whoami"):
    """The handshake: the nonce of a 401, of which there is one."""
    answer = call(server, token, prover.proof(token, path=path), path=path)
    assert_refused(answer, "use_dpop_nonce")
    assert answer.header("Cache-Control") == "no-store"
    nonce = answer.header("DPoP-Nonce")
    assert nonce
    return nonce


def test_a_proof_without_a_nonce_is_told_one_that_is_good(server, prover, token):
    mark = server.error_log.mark()
    nonce = _nonce(server, prover, token)
    assert_logged(server, mark, "proof_nonce")
    for _ in range(3):
        assert_ok(call(server, token, prover.proof(token, nonce=nonce)))


@pytest.mark.parametrize("nonce", ["", "x", "A" * 32, "A" * 5000, 5, None, ["x"]])
def test_a_wrong_nonce_is_told_the_right_one(server, prover, token, nonce):
    answer = call(server, token, prover.proof(token, nonce=nonce))
    assert_refused(answer, "use_dpop_nonce")
    assert_ok(call(server, token, prover.proof(token, nonce=answer.header("DPoP-Nonce"))))


def test_any_bad_proof_is_told_a_nonce(server, prover, token):
    for proofs in ([], [prover.proof(token, method="PUT")], [prover.proof(token), prover.proof(token)]):
        answer = call(server, token, *proofs)
        assert_refused(answer)
        assert_ok(call(server, token, prover.proof(token, nonce=answer.header("DPoP-Nonce"))))


def test_a_nonce_does_not_make_a_proof_good_twice(server, prover, token):
    proof = prover.proof(token, nonce=_nonce(server, prover, token))
    assert_ok(call(server, token, proof))
    assert_refused(call(server, token, proof))


def test_where_dpop_is_required_a_stranger_is_told_a_nonce_at_once(server, prover, token):
    answer = raw_get(server.port, "/required")
    assert answer.status == 401
    nonce = answer.header("DPoP-Nonce")
    assert_ok(call(server, token, prover.proof(token, path="/required", nonce=nonce), path="/required"))
    assert raw_get(server.port, "/whoami").header("DPoP-Nonce") is None


def test_a_nonce_where_none_is_asked_for_is_not_looked_at(server, prover, token):
    for nonce in "anything", 5, None:
        answer = call(server, token, prover.proof(token, path="/without", nonce=nonce), path="/without")
        assert_ok(answer)
        assert answer.header("DPoP-Nonce") is None


def test_a_forbidden_request_keeps_its_status(server, prover, token):
    server.expects("AH01631")
    nonce = _nonce(server, prover, token, "/admin")
    answer = call(server, token, prover.proof(token, path="/admin", nonce=nonce), path="/admin")
    assert answer.status == 403


def test_pages_of_other_origins_can_read_it(server, prover, token):
    answer = call(server, token, prover.proof(token), also=["Origin: https://app.example.com"])
    assert_refused(answer, "use_dpop_nonce")
    assert "DPoP-Nonce" in answer.header("Access-Control-Expose-Headers").split(", ")
    assert answer.header("DPoP-Nonce")


def test_graceful_restarts_keep_nonces(launch, shared_issuer):
    server = launch(_snippet(shared_issuer), processes=2)
    prover = Prover.of(server)
    token = prover.token(shared_issuer)
    nonce = _nonce(server, prover, token)
    server.graceful()
    assert_ok(call(server, token, prover.proof(token, nonce=nonce)))


def test_another_server_has_others(server, launch, shared_issuer, token, prover):
    other = launch(_snippet(shared_issuer), processes=1)
    at_other = prover.at(Prover.of(other).base)
    assert_refused(call(other, token, at_other.proof(token, nonce=_nonce(server, prover, token))),
                   "use_dpop_nonce")
