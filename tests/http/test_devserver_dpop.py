# SPDX-License-Identifier: Apache-2.0
"""mod_okta_devserver's token endpoint and DPoP: bound tokens as Okta issues them, and every proof it refuses."""

import hashlib
import secrets
import time

import pytest
from env.client import at_once
from env.devserver import Issuer, decode, dev_lines, header, start, verified
from env.keys import key
from env.mint import ABSENT, b64url, replaced
from env.proofs import proof, public_jwk, thumbprint
from jwcrypto.jwk import JWK

pytest_plugins = ["env.preload"]
STRICT = ("strict-client", "a-secret-of-the-strict-client")
PLAIN = ("plain-client", "a-secret-of-the-plain-client")
DAY = 86400

LINES = dev_lines(f"OktaDevClient {STRICT[0]} {STRICT[1]} api:read", f"OktaDevClient {PLAIN[0]} {PLAIN[1]} api:read",
                  f"OktaDevRequireDpop {STRICT[0]}")


class Dpop(Issuer):
    """Asks with proofs; the nonce is asked for once."""

    nonce = None

    @property
    def endpoint(self):
        return self.url + "/v1/token"

    def ask_with(self, *proofs, auth=STRICT, **fields):
        return self.ask(auth=auth, headers={"DPoP": ", ".join(proofs)}, **fields)

    def learn_nonce(self):
        answer = self.ask_with(proof(self.endpoint))
        assert answer.json()["error"] == "use_dpop_nonce"
        self.nonce = answer.headers["DPoP-Nonce"]
        return self.nonce

    def good_proof(self, **changes):
        return proof(self.endpoint, **{"nonce": self.nonce or self.learn_nonce(), **changes})


@pytest.fixture(scope="module")
def shared(launch_shared):
    return start(launch_shared(LINES + LINES.replace("/oauth2/default", "/oauth2/aus1"), okta=False, start=False))


@pytest.fixture
def dev(shared):
    return Dpop(shared)


def bound_token(dev, answer, by):
    assert answer.status_code == 200, answer.text
    assert answer.json()["token_type"] == "DPoP"
    assert answer.headers["Cache-Control"] == "no-store"
    claims = verified(answer.json()["access_token"], dev.keys())
    assert claims["cnf"] == {"jkt": thumbprint(by)}
    return claims


def refused(answer, says, error="invalid_dpop_proof"):
    assert (answer.status_code, answer.json()["error"]) == (400, error), answer.text
    assert says in answer.json()["error_description"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("DPoP-Nonce" in answer.headers) == (error == "use_dpop_nonce")


def test_metadata_names_the_algorithms(dev):
    document = dev.call("GET", "/.well-known/oauth-authorization-server").json()
    assert document["dpop_signing_alg_values_supported"] == ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]


def test_a_client_that_requires_dpop_and_sends_no_proof(dev):
    answer = dev.ask(auth=STRICT)
    refused(answer, "")
    assert answer.json() == {"error": "invalid_dpop_proof",
                             "error_description": "The DPoP proof JWT header is missing."}


def test_a_client_without_dpop(dev):
    answer = dev.ask(auth=PLAIN)
    assert (answer.status_code, answer.json()["token_type"]) == (200, "Bearer")
    assert "cnf" not in verified(answer.json()["access_token"], dev.keys())


@pytest.mark.parametrize("auth", [STRICT, PLAIN])
def test_the_handshake(dev, auth):
    first = dev.ask_with(proof(dev.endpoint), auth=auth)
    refused(first, "", error="use_dpop_nonce")
    assert first.json() == {"error": "use_dpop_nonce",
                            "error_description": "Authorization server requires nonce in DPoP proof."}
    by = key("handshake-key", "ES256")
    second = dev.ask_with(proof(dev.endpoint, key=by, nonce=first.headers["DPoP-Nonce"]), auth=auth)
    claims = bound_token(dev, second, by)
    assert (claims["cid"], claims["scp"]) == (auth[0], ["api:read"])
    assert set(header(second.json()["access_token"])) == {"alg", "kid"}


@pytest.mark.parametrize("alg", ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"])
def test_algorithms(dev, alg):
    by = key(f"proof-{alg}", alg)
    bound_token(dev, dev.ask_with(dev.good_proof(key=by)), by)


def test_wrong_client_comes_first(dev):
    assert dev.ask_with(dev.good_proof(), auth=(STRICT[0], "wrong-secret")).json()["error"] == "invalid_client"


# -- the proof's header

def with_jwk(**changes):
    return {"header": {"jwk": {**public_jwk(key("proof-key", "ES256")), **changes}}}


OFF_CURVE = b64url(b"\x01" * 32)


@pytest.mark.parametrize("says, changes", [
    ("typ", {"header": {"typ": "JWT"}}),
    ("typ", {"header": {"typ": ABSENT}}),
    ("typ", {"header": {"typ": 7}}),
    ("crit", {"header": {"crit": ["exp"]}}),
    ("alg", {"header": {"alg": "none"}}),
    ("alg", {"header": {"alg": "HS256"}}),
    ("alg", {"header": {"alg": "PS256"}}),
    ("alg", {"header": {"alg": ABSENT}}),
    ("no jwk", {"header": {"jwk": ABSENT}}),
    ("no jwk", {"header": {"jwk": "a-string"}}),
    ("does not fit", {"header": {"alg": "ES384"}}),
    ("does not fit", {"header": {"alg": "RS256"}}),
    ("does not fit", with_jwk(kty="oct")),
    ("does not fit", with_jwk(crv="secp256k1")),
    ("not a usable", with_jwk(x=OFF_CURVE)),
    ("not a usable", with_jwk(x="")),
    ("not a usable", with_jwk(y="AAAA")),
    ("not a usable", with_jwk(x="not base64url!")),
    ("not by the key", {"signer": key("another-key", "ES256")}),
    ("not by the key", {"header": {"jwk": public_jwk(key("another-key", "ES256"))}})])
def test_header_refused(dev, says, changes):
    refused(dev.ask_with(dev.good_proof(**changes)), says)


@pytest.mark.parametrize("alg, member", [
    ("ES256", "d"), ("RS256", "d"), ("RS256", "p"), ("RS256", "q"), ("RS256", "dp"), ("RS256", "dq"), ("RS256", "qi")])
def test_private_members_are_refused(dev, alg, member):
    by = key(f"private-{alg}", alg)
    private = {**public_jwk(by), member: by.private()[member]}
    refused(dev.ask_with(dev.good_proof(key=by, header={"jwk": private})), "private key")


def test_a_symmetric_key_is_refused(dev):
    refused(dev.ask_with(dev.good_proof(header={"jwk": {"kty": "oct", "k": b64url(b"k" * 32)}})), "private key")


def test_a_short_rsa_key_is_refused(dev):
    refused(dev.ask_with(dev.good_proof(key=key("short", "RS256", bits=1024))), "not a usable")


def test_a_modulus_with_a_leading_zero_is_refused(dev):
    by = key("leading-zero", "RS256")
    jwk = public_jwk(by)
    jwk["n"] = b64url(b"\0" + JWK(**jwk).get_op_key("verify").public_numbers().n.to_bytes(256, "big"))
    refused(dev.ask_with(dev.good_proof(key=by, header={"jwk": jwk})), "not a usable")


# -- the proof's payload

@pytest.mark.parametrize("says, changes", [
    ("htm", {"htm": "GET"}),
    ("htm", {"htm": "post"}),
    ("htm", {"htm": ABSENT}),
    ("htu", {"htu": ABSENT}),
    ("htu", {"htu": 7}),
    ("htu", {"htu": "/oauth2/default/v1/token"}),
    ("htu", {"htu": "https://another.example/oauth2/default/v1/token"}),
    ("iat", {"iat": ABSENT}),
    ("iat", {"iat": "1700000000"}),
    ("iat", {"iat": -1}),
    ("iat", {"iat": 1e300}),
    ("jti", {"jti": ABSENT}),
    ("jti", {"jti": ""}),
    ("jti", {"jti": 7}),
    ("jti", {"jti": "j" * 257}),
    ("nonce", {"nonce": 7})])
def test_payload_refused(dev, says, changes):
    refused(dev.ask_with(dev.good_proof(**changes)), says)


@pytest.mark.parametrize("says, age", [("older", 301), ("older", 86400), ("future", -120)])
def test_time_of_a_proof(dev, says, age):
    refused(dev.ask_with(dev.good_proof(iat=int(time.time()) - age)), says)


@pytest.mark.parametrize("age", [240, -30])
def test_clocks_may_differ_a_little(dev, age):
    assert dev.ask_with(dev.good_proof(iat=int(time.time()) - age)).status_code == 200


def test_what_htu_means(dev):
    here = dev.endpoint
    for same in (here + "?a=b#c", here.replace("http", "HTTP", 1)):
        assert dev.ask_with(dev.good_proof(htu=same)).status_code == 200
    for other in (here + "/", here.upper(), here.replace("default", "aus1"), here.replace("://", "://user@"),
                  here.replace("http:", "https:"), here.replace(f":{dev.server.port}", "")):
        refused(dev.ask_with(dev.good_proof(htu=other)), f"has to be {here}.")


# -- the field

def test_two_proofs(dev):
    refused(dev.ask_with(dev.good_proof(), dev.good_proof()), "one DPoP header")


@pytest.mark.parametrize("field", ["", "x", "a.b", "a.b.c", "e30.e30.AA.AA", "W10.W10.AA", "x" * 9000])
def test_no_jwt(dev, field):
    answer = dev.ask(auth=STRICT, headers={"DPoP": field})
    # httpd itself refuses a field beyond its limits
    assert answer.status_code == 400 and ("one JWT" in answer.text or len(field) > 8000), answer.text


@pytest.mark.parametrize("index, text", [(0, '{"typ":"dpop+jwt","typ":"dpop+jwt"}'), (1, '{"jti":"a","jti":"b"}'),
                                         (1, "[]"), (1, '{"jti":"a\\u0000b"}'), (1, '{"a":1} x')])
def test_json_that_may_be_read_in_two_ways(dev, index, text):
    refused(dev.ask_with(replaced(dev.good_proof(), index, b64url(text))), "one JWT")


@pytest.mark.parametrize("change", [lambda sent: sent + "==", lambda sent: sent.rpartition(".")[0] + ".",
                                    lambda sent: sent.rpartition(".")[0] + ".AAAA"])
def test_no_signature_of_the_proof(dev, change):
    refused(dev.ask_with(change(dev.good_proof())), "not by the key")


# -- once

def test_a_proof_is_good_once(dev):
    once = dev.good_proof()
    assert dev.ask_with(once).status_code == 200
    refused(dev.ask_with(once), "used already")
    refused(dev.ask_with(once, auth=PLAIN), "used already")


def test_jti_is_new_after_the_nonce_too(dev):
    jti = secrets.token_urlsafe(16)
    first = dev.ask_with(proof(dev.endpoint, jti=jti))
    refused(first, "", error="use_dpop_nonce")
    refused(dev.ask_with(proof(dev.endpoint, jti=jti, nonce=first.headers["DPoP-Nonce"])), "used already")


def test_a_jti_is_its_key_s(dev):
    jti = secrets.token_urlsafe(16)
    assert dev.ask_with(dev.good_proof(jti=jti)).status_code == 200
    assert dev.ask_with(dev.good_proof(jti=jti, key=key("another-key", "ES256"))).status_code == 200


def jtis_of_one_row(count):
    """Such as the memory of used proofs keeps in one of its rows of eight, for the usual key."""
    rows = {}
    while True:
        jti = secrets.token_urlsafe(16)
        digest = hashlib.sha256(f"{thumbprint(key('proof-key', 'ES256'))} {jti}".encode()).digest()
        row = rows.setdefault(int.from_bytes(digest[:2], "big") % 4096, [])
        row.append(jti)
        if len(row) == count:
            return row


def test_no_room_for_another_proof(dev, shared):
    *fitting, one_more = jtis_of_one_row(9)
    for jti in fitting:
        assert dev.ask_with(dev.good_proof(jti=jti)).status_code == 200
    shared.expects("OKTA-DEV: a DPoP proof cannot be remembered")
    answer = dev.ask_with(dev.good_proof(jti=one_more))
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    refused(dev.ask_with(dev.good_proof(jti=fitting[0])), "used already")


@pytest.mark.every_mpm
def test_one_proof_from_many_clients(launch):
    dev = Dpop(start(launch(LINES, okta=False, start=False, processes=4)))
    for _ in range(5):
        once = dev.good_proof()
        answers = at_once(24, lambda i: dev.ask_with(once).status_code)
        assert sorted(answers) == [200] + [400] * 23


@pytest.mark.every_mpm
def test_nonces_and_used_proofs_survive_graceful_restarts(launch):
    server = start(launch(LINES, okta=False, start=False))
    dev = Dpop(server)
    once = dev.good_proof()
    assert dev.ask_with(once).status_code == 200
    server.graceful()
    refused(dev.ask_with(once), "used already")
    assert dev.ask_with(dev.good_proof()).status_code == 200


# -- nonces

@pytest.mark.parametrize("nonce", ["", "made-up", "A" * 43])
def test_a_nonce_of_nobody(dev, nonce):
    refused(dev.ask_with(dev.good_proof(nonce=nonce)), "requires nonce", error="use_dpop_nonce")


def test_a_nonce_of_another_issuer(dev, shared):
    nonce = Dpop(shared, "/oauth2/aus1").learn_nonce()
    refused(dev.ask_with(dev.good_proof(nonce=nonce)), "requires nonce", error="use_dpop_nonce")


def test_a_nonce_is_good_for_days(launch, world):
    server = launch(LINES, okta=False, start=False, inherit=world.variables)
    dev = Dpop(start(server))
    world.started()
    old = dev.learn_nonce()

    def ask_after(days):
        later = days * DAY - 60  # the day may end while this runs
        world.set_clock(later)
        return dev.ask_with(proof(dev.endpoint, nonce=old, iat=int(time.time()) + later))

    for days in (1, 2, 3):
        assert ask_after(days).status_code == 200, days
    late = ask_after(5)
    refused(late, "requires nonce", error="use_dpop_nonce")
    assert late.headers["DPoP-Nonce"] != old


# -- the log

def test_no_proof_in_the_logs(dev, shared):
    good = dev.good_proof()
    bad = dev.good_proof(htm="GET")
    dev.ask_with(good)
    dev.ask_with(bad)
    text = shared.error_log.text() + shared.access_log.text()
    assert "invalid_dpop_proof" in text
    for sent in (good, bad):
        for part in sent.split("."):
            assert part not in text


def test_claims_to_order_lie_over_the_binding(dev):
    answer = dev.ask_with(dev.good_proof(), dev_claims='{"cnf":null}')
    assert "cnf" not in decode(answer.json()["access_token"])[1]
