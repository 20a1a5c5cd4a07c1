# SPDX-License-Identifier: Apache-2.0
"""One kid, several JWKs: only different keys that could serve the same token are ambiguous."""

import json

import pytest
from env import answers
from env.keys import key
from env.snippets import location, trusts
from env.verdicts import assert_logged, assert_ok, assert_refused, assert_unavailable
from env.waiting import wait_for

ALGORITHMS = "OktaAlgorithms RS256 PS256 ES256 ES384 EdDSA"
RSA, OTHER = key("kid", material="a"), key("kid", material="b")
EC, EC384, ED = (key("kid", alg, material="a") for alg in ("ES256", "ES384", "EdDSA"))
PSS = key("kid", "PS256", material="b")
BESIDE = key("beside")


def jwk(of, **members):
    """Its JWK; None takes a member out."""
    return of.with_members(**members).public()


def _reordered(members):
    return dict(reversed(members.items()))


# keys of one kid, of which key a token may be, and of which not
SETS = {
    "the same twice": ([jwk(RSA), jwk(RSA)], [RSA], [OTHER]),
    "the same, not neighbors": ([jwk(RSA), jwk(BESIDE), jwk(RSA)], [RSA, BESIDE], [OTHER]),
    "the same in another order": ([jwk(RSA), _reordered(jwk(RSA))], [RSA], [OTHER]),
    "the same with other members": ([jwk(RSA), jwk(RSA, x5t="abc", issuer="x", use=None)], [RSA], [OTHER]),
    "the same with and without an alg": ([jwk(RSA), jwk(RSA, alg=None)], [RSA, RSA.renamed("kid", "PS256")], [OTHER]),
    "the same for two algs": ([jwk(RSA), jwk(RSA.renamed("kid", "PS256"))], [RSA, RSA.renamed("kid", "PS256")], [PSS]),
    "RSA and EC": ([jwk(RSA), jwk(EC)], [RSA, EC], [OTHER]),
    "all types": ([jwk(EC), jwk(ED), jwk(RSA, alg=None), jwk(EC384)], [EC, ED, RSA, EC384, RSA.renamed("kid", "PS256")], [OTHER]),
    "two RSA keys of two algs": ([jwk(RSA), jwk(PSS)], [RSA, PSS], [OTHER, RSA.renamed("kid", "PS256")]),
    "one for encryption": ([jwk(OTHER, use="enc", alg="RSA-OAEP"), jwk(RSA)], [RSA], [OTHER]),
    "one for encryption, its alg unsaid": ([jwk(RSA), jwk(OTHER, use="enc", alg=None)], [RSA], [OTHER]),
    "one for wrapping keys": ([jwk(OTHER, use=None, key_ops=["wrapKey"]), jwk(RSA)], [RSA], [OTHER]),
    "a symmetric one": ([{"kty": "oct", "kid": "kid", "k": "AAAA"}, jwk(RSA)], [RSA], [OTHER]),
    "one that is too small": ([jwk(key("kid", bits=1024, material="small")), jwk(RSA)], [RSA], [OTHER]),
    "of an unknown type": ([{"kty": "AKP", "kid": "kid", "alg": "ML-DSA-65"}, jwk(RSA)], [RSA], [OTHER]),
    "two different ones": ([jwk(RSA), jwk(OTHER), jwk(BESIDE)], [BESIDE], [RSA, OTHER]),
    "different, one without an alg": ([jwk(OTHER, alg=None), jwk(RSA), jwk(BESIDE)], [BESIDE], [RSA, OTHER]),
    "different, one of them twice": ([jwk(RSA), jwk(OTHER), jwk(RSA), jwk(BESIDE)], [BESIDE], [RSA, OTHER]),
    "different ones beside another type": ([jwk(RSA), jwk(EC), jwk(OTHER), jwk(BESIDE)], [EC, BESIDE], [RSA, OTHER]),
}


def _publish(issuer, jwks, prefix=b""):
    issuer.script("keys", lambda i, request, truth: answers.Answer(body=prefix + json.dumps({"keys": jwks}).encode()))


def _judge(server, issuer, good, bad):
    for material in good:
        assert_ok(server.get("/whoami", issuer.mint_with(material).token()))
    for material in bad:
        assert_refused(server.get("/whoami", issuer.mint_with(material).token()))


@pytest.mark.parametrize("name", SETS)
def test_which_keys_serve(launch, issuer, name):
    """The same in either order of the set, and after a start from the state file."""
    jwks, good, bad = SETS[name]
    for order in (jwks, jwks[::-1]):
        _publish(issuer, order)
        server = launch(lambda s: trusts(issuer, f'OktaStateDir "{s.root}/state"', ALGORITHMS) + location("/whoami"),
                        processes=1)
        server.expects("OKTA-KEYS", optional=True, lasting=True)
        _judge(server, issuer, good, bad)
    wait_for(lambda: list((server.root / "state").glob("*")), "the state file")
    server.stop()
    issuer.script("all", answers.status(500))
    server.start()
    _judge(server, issuer, good, bad)


def test_what_is_left_out_is_named(launch, issuer):
    _publish(issuer, [jwk(RSA), jwk(OTHER), jwk(BESIDE), jwk(BESIDE)])
    server = launch(trusts(issuer) + location("/whoami"), processes=1)
    server.expects("OKTA-KEYS", optional=True, lasting=True)
    assert_ok(server.get("/whoami", issuer.mint_with(BESIDE).token()))
    lines = server.error_log.matching("share this kid")
    assert len(lines) == 2 and all('key "kid" is left out' in line for line in lines), lines
    assert server.error_log.matching('key "beside" is left out') == []


def test_none_left_is_no_set(launch, issuer):
    _publish(issuer, [jwk(RSA), jwk(OTHER)])
    server = launch(trusts(issuer, "OktaKeyWait 300ms") + location("/whoami"), processes=1)
    server.expects("no usable key among its 2", lasting=True)
    server.expects("OKTA-KEYS|OKTA-REFUSED", optional=True, lasting=True)
    assert_unavailable(server.get("/whoami", issuer.mint_with(RSA).token()))


def test_an_algorithm_that_no_key_of_the_kid_serves(launch, issuer):
    _publish(issuer, [jwk(RSA), jwk(EC)])
    server = launch(trusts(issuer, ALGORITHMS) + location("/whoami"), processes=1)
    mark = server.error_log.mark()
    assert_refused(server.get("/whoami", issuer.mint_with(ED).token()))
    assert_logged(server, mark, "key_mismatch")


def test_without_a_kid_one_key_of_two_names_is_one(launch, issuer):
    _publish(issuer, [jwk(RSA), jwk(RSA.renamed("alias")), jwk(RSA, kid=None), jwk(EC), jwk(EC384)])
    server = launch(trusts(issuer, ALGORITHMS) + location("/whoami"), processes=1)
    for material in (RSA, EC, EC384):
        mint = issuer.mint_with(material)
        assert_ok(server.get("/whoami", mint.raw(header={"alg": material.alg})))
    _publish(issuer, [jwk(RSA), jwk(OTHER.renamed("other"))])
    server = launch(trusts(issuer, ALGORITHMS) + location("/whoami"), processes=1)
    mark = server.error_log.mark()
    assert_refused(server.get("/whoami", issuer.mint_with(RSA).raw(header={"alg": "RS256"})))
    assert_logged(server, mark, "key_ambiguous")


@pytest.mark.parametrize("endpoint", ["keys", "metadata"])
def test_a_byte_order_mark(launch, issuer, endpoint):
    issuer.script(endpoint, lambda i, request, truth: answers.Answer(body=b"\xef\xbb\xbf" + truth.body))
    server = launch(trusts(issuer) + location("/whoami"), processes=1)
    assert_ok(server.get("/whoami", issuer.mint.token()))


def test_a_byte_order_mark_in_a_file(launch, issuer, tmp_path):
    path = tmp_path / "keys.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"keys": [issuer.keys[0].public()]}).encode())
    server = launch(trusts(issuer, f'OktaJwksFile "{path}"') + location("/whoami"), processes=1)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    assert issuer.count() == 0


def test_before_a_token_s_json_it_is_malformed(launch, issuer):
    server = launch(trusts(issuer) + location("/whoami"), processes=1)
    mint = issuer.mint
    assert_ok(server.get("/whoami", mint.token()))
    for name, token in (("header_malformed", mint.raw(header=b"\xef\xbb\xbf" + json.dumps(mint.header()).encode())),
                        ("claims_malformed", mint.raw(payload=b"\xef\xbb\xbf" + json.dumps(mint.claims()).encode()))):
        mark = server.error_log.mark()
        assert_refused(server.get("/whoami", token))
        assert_logged(server, mark, name)
