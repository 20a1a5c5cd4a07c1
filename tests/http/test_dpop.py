# SPDX-License-Identifier: Apache-2.0
"""Tokens that are bound to a key, and their proofs (RFC 9449)."""

import time

import pytest
from env import keys, leaks
from env.client import raw_get
from env.dpop import Prover, assert_refused, call
from env.mint import ABSENT, b64url, tampered
from env.snippets import location, trusts
from env.verdicts import assert_challenge_bare, assert_logged, assert_ok

pytestmark = pytest.mark.every_mpm


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    return launch_shared(
        trusts(shared_issuer)
        + location("/whoami")
        + location("/off", "OktaDPoP off")
        + location("/required", "OktaDPoP required")
        + location("/quick", "OktaDPoPWindow 2s", "OktaClockSkew 1")
        + location("/es256", "OktaDPoPAlgorithms ES256")
        + location("/admin", require="okta-scope admin")
        + location("/hello", "OktaAnonymous missing-or-failed", require="all granted", handler="okta-hello"),
        processes=2)


@pytest.fixture(scope="module")
def prover(server):
    return Prover.of(server)


@pytest.fixture(scope="module")
def token(prover, shared_issuer):
    return prover.token(shared_issuer)


@pytest.mark.parametrize("alg", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
                                 "ES512", "EdDSA"])
def test_a_bound_token_with_its_proof_is_let_in(server, shared_issuer, alg):
    prover = Prover.of(server, alg, f"by-{alg}")
    token = prover.token(shared_issuer)
    for _ in range(3):
        answer = call(server, token, prover.proof(token))
        assert_ok(answer)
        assert answer.json()["cnf"] == {"jkt": prover.jkt}
        assert answer.header("DPoP-Nonce") is None


@pytest.mark.parametrize("scheme", ["dpop", "DPOP", "DPoP"])
def test_the_scheme_has_no_case(server, prover, token, scheme):
    assert_ok(call(server, token, prover.proof(token), scheme=scheme))


def _jwk(prover, **changes):
    return {"jwk": {**prover.jwk, **changes}}


OTHER = keys.key("dpop-thief", "ES256")
WEAK = keys.key("dpop-weak", "RS256", 1024)

# What is wrong with the proof: how to make it, and the reason in the log.
BAD = {
    # 1: one field, and a value in it
    "no proof": (lambda p, t: None, "proof_missing"),
    "an empty proof": (lambda p, t: "", "proof_missing"),
    # 2: one JWT, well formed
    "no JWT": (lambda p, t: "abc", "proof_malformed"),
    "two parts": (lambda p, t: p.proof(t).rpartition(".")[0], "proof_malformed"),
    "five parts": (lambda p, t: p.proof(t) + ".a.a", "proof_malformed"),
    "padding": (lambda p, t: leaks.register(p.proof(t) + "="), "proof_malformed"),
    "a payload that is no object": (lambda p, t: p.raw(p.header(), "[]"), "proof_malformed|proof_claims"),
    "a payload with a member twice": (
        lambda p, t: p.raw(p.header(), '{"jti":"a","jti":"b"}'), "proof_malformed|proof_claims"),
    "a payload too deep": (lambda p, t: p.raw(p.header(), '{"x":' + "[" * 40 + "]" * 40 + "}"),
                           "proof_malformed|proof_claims"),
    "an extension": (lambda p, t: p.proof(t, header={"crit": ["b64"], "b64": True}), "proof_malformed"),
    # 3: all claims
    "no jti": (lambda p, t: p.proof(t, jti=ABSENT), "proof_claims"),
    "an empty jti": (lambda p, t: p.proof(t, jti=""), "proof_claims"),
    "a jti of 257 bytes": (lambda p, t: p.proof(t, jti="x" * 257), "proof_claims"),
    "a number for jti": (lambda p, t: p.proof(t, jti=1), "proof_claims"),
    "no htm": (lambda p, t: p.proof(t, htm=ABSENT), "proof_claims"),
    "no htu": (lambda p, t: p.proof(t, htu=ABSENT), "proof_claims"),
    "no iat": (lambda p, t: p.proof(t, iat=ABSENT), "proof_claims"),
    "a text for iat": (lambda p, t: p.proof(t, iat=str(int(time.time()))), "proof_claims"),
    # 4: typ
    "no typ": (lambda p, t: p.proof(t, header={"typ": ABSENT}), "proof_type"),
    "typ JWT": (lambda p, t: p.proof(t, header={"typ": "JWT"}), "proof_type"),
    "typ at+jwt": (lambda p, t: p.proof(t, header={"typ": "at+jwt"}), "proof_type"),
    # 5: alg
    "alg none": (lambda p, t: p.proof(t, header={"alg": "none"}), "proof_algorithm"),
    "alg HS256": (lambda p, t: p.proof(t, header={"alg": "HS256"}), "proof_algorithm"),
    "an alg of another key type": (lambda p, t: p.proof(t, header={"alg": "RS256"}),
                                   "proof_key|proof_signature"),
    # 6: signature
    "signed by another key": (lambda p, t: p.proof(t, signer=OTHER), "proof_signature"),
    "a changed payload": (lambda p, t: tampered(p.proof(t), jti="another"), "proof_signature"),
    # 7: the key
    "no jwk": (lambda p, t: p.proof(t, header={"jwk": ABSENT}), "proof_key"),
    "a text for jwk": (lambda p, t: p.proof(t, header={"jwk": "key"}), "proof_key"),
    "a private jwk": (lambda p, t: p.proof(t, header={"jwk": p.key.private()}), "proof_key"),
    "a null private member": (lambda p, t: p.proof(t, header=_jwk(p, d=None)), "proof_key"),
    "a symmetric jwk": (lambda p, t: p.proof(t, header={"jwk": {"kty": "oct", "k": b64url("k" * 32)}}),
                        "proof_key"),
    "a jwk for encryption": (lambda p, t: p.proof(t, header=_jwk(p, use="enc")), "proof_key"),
    "a jwk of another alg": (lambda p, t: p.proof(t, header=_jwk(p, alg="ES384")), "proof_key"),
    "a point off the curve": (lambda p, t: p.proof(t, header=_jwk(p, y=p.jwk["x"])), "proof_key"),
    # 8: method
    "another method": (lambda p, t: p.proof(t, method="POST"), "proof_method"),
    "the method in lower case": (lambda p, t: p.proof(t, method="get"), "proof_method"),
    # 9: URL
    "another path": (lambda p, t: p.proof(t, path="/admin"), "proof_url"),
    "another host": (lambda p, t: p.at("http://other.example").proof(t), "proof_url"),
    "https for http": (lambda p, t: p.at(p.base.replace("http:", "https:")).proof(t), "proof_url"),
    "a path alone": (lambda p, t: p.proof(t, htu="/whoami"), "proof_url"),
    "userinfo": (lambda p, t: p.at(p.base.replace("//", "//u@")).proof(t), "proof_url"),
    # 11: time
    "too old": (lambda p, t: p.proof(t, iat=int(time.time()) - 62), "proof_expired|proof_before_start"),
    "too far ahead": (lambda p, t: p.proof(t, iat=int(time.time()) + 65), "proof_from_future"),
    "made before the start": (lambda p, t: p.proof(t, iat=int(time.time()) - 3600),
                              "proof_before_start|proof_expired"),
    "ended": (lambda p, t: p.proof(t, exp=int(time.time()) - 1), "proof_expired"),
    "not begun": (lambda p, t: p.proof(t, nbf=int(time.time()) + 65), "proof_from_future"),
    # 12: token and key
    "no ath": (lambda p, t: p.proof(t, ath=ABSENT), "proof_other_token"),
    "ath of another token": (lambda p, t: p.proof(t + "x"), "proof_other_token"),
    "another key": (lambda p, t: _by(p, OTHER).proof(t), "proof_other_key"),
    "a weak key": (lambda p, t: _by(p, WEAK).proof(t), "proof_key|proof_other_key"),
}


def _by(prover, key):
    return Prover(key, prover.base)


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_proof_is_refused_and_the_client_learns_no_more(server, prover, token, kind):
    make, reason = BAD[kind]
    proof = make(prover, token)
    mark = server.error_log.mark()
    answer = call(server, token, *([] if proof is None else [proof]))
    params = assert_refused(answer)
    assert params["error_description"] == "The request lacks a valid DPoP proof"
    assert answer.header("DPoP-Nonce") is None
    assert_logged(server, mark, reason)


def test_two_proofs_are_refused(server, prover, token):
    mark = server.error_log.mark()
    assert_refused(call(server, token, prover.proof(token), prover.proof(token)))
    assert_logged(server, mark, "proof_repeated")


def test_a_bad_proof_does_not_take_the_jti(server, prover, token):
    for _ in range(2):
        assert_refused(call(server, token, prover.proof(token, jti="once", method="PUT")))
    assert_ok(call(server, token, prover.proof(token, jti="once")))
    assert_refused(call(server, token, prover.proof(token, jti="once")))


def test_a_proof_counts_once(server, prover, token):
    proof = prover.proof(token)
    assert_ok(call(server, token, proof))
    mark = server.error_log.mark()
    for _ in range(3):
        assert_refused(call(server, token, proof))
    assert "proof_replayed" in server.error_log.matching("OKTA-REFUSED", mark)[0]


def test_a_jti_counts_once_for_a_key_whatever_else_the_proof_says(server, shared_issuer, prover, token):
    proof = prover.proof(token, jti="mine")
    assert call(server, token, proof, path="/whoami").status == 200
    assert_refused(call(server, token, prover.proof(token, path="/required", jti="mine"), path="/required"))
    assert_refused(call(server, token, prover.proof(token, method="POST", jti="mine"), method="POST"))
    assert_refused(call(server, token, prover.proof(token, jti="mine", iat=int(time.time()) + 5)))
    other = Prover.of(server, name="other")
    others_token = other.token(shared_issuer)
    assert_ok(call(server, others_token, other.proof(others_token, jti="mine")))


def test_a_proof_counts_also_where_the_request_ends_forbidden(server, prover, token):
    server.expects("AH01631")
    proof = prover.proof(token, path="/admin")
    answer = call(server, token, proof, path="/admin")
    assert answer.status == 403
    scheme, params = answer.challenge()
    assert scheme == "DPoP" and params["error"] == "insufficient_scope" and params["scope"] == "admin"
    assert_refused(call(server, token, proof, path="/admin"))


def test_unbound_tokens_are_bearer_tokens(server, shared_issuer, prover):
    plain = shared_issuer.mint.token()
    assert_ok(call(server, plain, scheme="Bearer"))
    assert_ok(call(server, plain, prover.proof(plain), scheme="Bearer"))
    mark = server.error_log.mark()
    assert_refused(call(server, plain, prover.proof(plain)), "invalid_token")
    assert_logged(server, mark, "token_unbound")


def test_a_bound_token_as_bearer_is_refused(server, prover, token):
    for proofs in ([], [prover.proof(token)]):
        mark = server.error_log.mark()
        assert_refused(call(server, token, *proofs, scheme="Bearer"), "invalid_token")
        assert_logged(server, mark, "token_bound")


CONFIRMATIONS = {
    "a certificate": {"x5t#S256": "A" * 43},
    "a certificate as well": {"jkt": ..., "x5t#S256": "A" * 43},
    "an unknown one": {"jwk": {"kty": "RSA"}},
    "an unknown one as well": {"jkt": ..., "kid": "1"},
    "nothing": {},
    "a text": "jkt",
    "a short jkt": {"jkt": "AAAA"},
    "a number": {"jkt": 5},
}


@pytest.mark.parametrize("kind", CONFIRMATIONS)
def test_other_confirmations_are_refused(server, shared_issuer, prover, kind):
    cnf = CONFIRMATIONS[kind]
    if isinstance(cnf, dict):
        cnf = {name: prover.jkt if value is ... else value for name, value in cnf.items()}
    token = prover.token(shared_issuer, cnf=cnf)
    mark = server.error_log.mark()
    assert_refused(call(server, token, prover.proof(token)), "invalid_token")
    assert_logged(server, mark, {"a certificate": "token_unbound", "a certificate as well": "certificate_missing"}.get(
        kind, "binding_unsupported"))
    # where nothing but a certificate is missing, no proof would do
    assert_refused(call(server, token, scheme="Bearer"), "invalid_token",
                   scheme="Bearer" if kind == "a certificate" else "DPoP")


def test_null_is_no_confirmation(server, shared_issuer, prover):
    token = prover.token(shared_issuer, cnf=None)
    assert_ok(call(server, token, scheme="Bearer"))
    bound = prover.token(shared_issuer, cnf={"jkt": prover.jkt, "x5t#S256": None})
    assert_ok(call(server, bound, prover.proof(bound)))


def test_off_knows_no_dpop(server, shared_issuer, prover, token):
    assert_ok(call(server, shared_issuer.mint.token(), path="/off", scheme="Bearer"))
    assert_challenge_bare(call(server, token, prover.proof(token, path="/off"), path="/off"))
    assert_refused(call(server, token, path="/off", scheme="Bearer"), "invalid_token", "Bearer")


def test_required_takes_bound_tokens_only(server, shared_issuer, prover, token):
    assert_ok(call(server, token, prover.proof(token, path="/required"), path="/required"))
    mark = server.error_log.mark()
    assert_refused(call(server, shared_issuer.mint.token(), path="/required", scheme="Bearer"),
                   "invalid_token")
    assert_logged(server, mark, "token_unbound")
    answer = raw_get(server.port, "/required")
    assert answer.status == 401
    scheme, params = answer.challenge()
    assert scheme == "DPoP" and set(params) == {"realm", "algs"}


def test_optional_asks_strangers_for_a_bearer_token(server, prover):
    assert_challenge_bare(raw_get(server.port, "/whoami"))
    assert_challenge_bare(raw_get(server.port, "/whoami", "DPoP: " + prover.proof("none")))


def test_algorithms_of_proofs(server, shared_issuer):
    ec, rsa = Prover.of(server, "ES256"), Prover.of(server, "RS256", "rsa")
    token = ec.token(shared_issuer)
    assert_ok(call(server, token, ec.proof(token, path="/es256"), path="/es256"))
    token = rsa.token(shared_issuer)
    params = assert_refused(call(server, token, rsa.proof(token, path="/es256"), path="/es256"))
    assert params["algs"] == "ES256"


def test_the_window_and_the_skew(server, prover, token):
    now = int(time.time())
    assert_refused(call(server, token, prover.proof(token, path="/quick", iat=now - 4), path="/quick"))
    assert_refused(call(server, token, prover.proof(token, path="/quick", iat=now + 4), path="/quick"))
    assert_ok(call(server, token, prover.proof(token, path="/quick"), path="/quick"))


def test_a_wrong_token_is_told_before_its_proof(server, shared_issuer, prover):
    old = prover.token(shared_issuer, exp=int(time.time()) - 3600)
    proof = prover.proof(old)
    for _ in range(2):
        mark = server.error_log.mark()
        assert_refused(call(server, old, proof), "invalid_token")
        assert_logged(server, mark, "token_expired")


def test_anonymous_routes_know_whose_proof_is_good(server, prover, token):
    proof = prover.proof(token, path="/hello")
    assert call(server, token, proof, path="/hello").json()["caller"] == "user@example.com"
    assert call(server, token, proof, path="/hello").json()["caller"] is None
    assert call(server, token, path="/hello").json()["caller"] is None


@pytest.mark.parametrize("kind", [
    ["Authorization: DPoP"], ["Authorization: DPoP  "], ["Authorization: DPoP a b"],
    ["Authorization: DPoP {t}, Bearer {t}"], ["Authorization: Bearer {t}, DPoP {t}"],
    ["Authorization: Basic dTpw, DPoP {t}"], ["Authorization: DPoP {t}", "Authorization: DPoP {t}"]])
def test_malformed_credentials(server, prover, token, kind):
    lines = [line.replace("{t}", token) for line in kind]
    answer = raw_get(server.port, "/whoami", *lines, "DPoP: " + prover.proof(token))
    assert answer.status == 400
    assert answer.challenge()[1]["error"] == "invalid_request"


def test_who_has_no_proof_is_not_the_tokens_user(server, prover, token):
    """Nor in the access log: whoever stole the token is nobody."""
    assert_refused(call(server, token, path="/whoami?thief"))
    assert server.access_line_of("?thief").endswith("user=- reason=proof_missing")
    assert_ok(call(server, token, prover.proof(token), path="/whoami?owner"))
    assert "user=user@example.com " in server.access_line_of("?owner")
