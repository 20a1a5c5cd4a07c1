# SPDX-License-Identifier: Apache-2.0
"""Encrypted tokens: each algorithm, every way to fail, and who may open what. One httpd for all."""

import json

import pytest
from env import jwe
from env.client import bearer
from env.dpop import Prover
from env.issuer import Issuer
from env.keys import key
from env.mint import ABSENT, b64url
from env.proofs import proof, thumbprint
from env.snippets import location, trusts
from env.verdicts import assert_logged, assert_ok, assert_refused

MAIN, NEXT, IN_SET, OTHERS = (jwe.recipient(name) for name in ("main", "next", "in a set", "another issuer's"))
NAMED = jwe.recipient("named")
STRANGER = jwe.recipient("stranger")


@pytest.fixture(scope="module")
def other():
    with Issuer() as made:
        yield made


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer, other):
    def snippet(s):
        pem = jwe.install(s, "conf/main.pem", MAIN, NEXT)
        jwks = jwe.install(s, "conf/set.json", IN_SET, jwe.private_jwk(NAMED, kid="by name", alg="RSA-OAEP-512"),
                           jwks=True)
        section = jwe.install(s, "conf/other.pem", OTHERS)
        return (trusts([shared_issuer, other], f'OktaDecryptionKey "{pem}" "{jwks}"', "OktaMaxTokenBytes 8192")
                + f'<OktaIssuer {other.url}>\n    OktaDecryptionKey "{section}"\n</OktaIssuer>\n'
                + location("/whoami") + location("/strict", "OktaAudience api://else")
                + location("/scoped", require="okta-scope nobody-has-it")
                + "<Location /keys>\n    SetHandler okta-encryption-keys\n</Location>\n"
                + f"<Location /keys-other>\n    SetHandler okta-encryption-keys\n    OktaIssuer {other.url}\n"
                  "</Location>\n")
    return launch_shared(snippet, processes=2)


@pytest.fixture
def token(shared_issuer):
    return shared_issuer.mint.token()


@pytest.mark.parametrize("enc", jwe.ENCS)
@pytest.mark.parametrize("alg", jwe.ALGS)
def test_each_algorithm(server, shared_issuer, alg, enc):
    token = shared_issuer.mint.token()
    answer = server.get("/whoami", jwe.encrypt(token, MAIN, alg, enc))
    assert_ok(answer)
    assert answer.json()["sub"] == "user@example.com"


def test_a_signed_token_alone_is_taken_as_well(server, shared_issuer, other):
    assert_ok(server.get("/whoami", shared_issuer.mint.token()))
    assert_ok(server.get("/whoami", other.mint.token()))


GOOD = {
    "the second key of a file": lambda t: jwe.encrypt(t, NEXT),
    "a key of a set": lambda t: jwe.encrypt(t, IN_SET),
    "a kid of its own": lambda t: jwe.encrypt(t, NAMED, "RSA-OAEP-512", kid="by name"),
    "no kid": lambda t: jwe.encrypt(t, IN_SET, kid=ABSENT),
    "no cty": lambda t: jwe.encrypt(t, MAIN, cty=ABSENT),
    "cty in lower case": lambda t: jwe.encrypt(t, MAIN, cty="jwt"),
    "cty of RFC 9068": lambda t: jwe.encrypt(t, MAIN, cty="at+jwt"),
    "any typ": lambda t: jwe.encrypt(t, MAIN, typ="dpop+jwt"),
    "a typ that is no string": lambda t: jwe.encrypt(t, MAIN, typ=7, by_hand=True),
    "unknown members": lambda t: jwe.encrypt(t, MAIN, iss="x", foo={"bar": None}, by_hand=True),
    "by hand": lambda t: jwe.encrypt(t, MAIN, by_hand=True),
}


@pytest.mark.parametrize("name", GOOD)
def test_accepted(server, token, name):
    for _ in range(3):
        assert_ok(server.get("/whoami", GOOD[name](token)))


def _parts(token, **changed):
    names = ("header", "key", "iv", "text", "tag")
    return ".".join(changed.get(name, part) for name, part in zip(names, token.split(".")))


# every one of them is the same to the client; what the log says of them
CLOSED = {
    "another's key": (lambda t: jwe.to_another(t, STRANGER, MAIN), "not encrypted to the key"),
    "another wrapped key": (lambda t: jwe.flipped(jwe.encrypt(t, MAIN), 1), "not encrypted to the key"),
    "another vector": (lambda t: jwe.flipped(jwe.encrypt(t, MAIN), 2), "not encrypted to the key"),
    "another text": (lambda t: jwe.flipped(jwe.encrypt(t, MAIN), 3), "not encrypted to the key"),
    "another tag": (lambda t: jwe.flipped(jwe.encrypt(t, MAIN), 4), "not encrypted to the key"),
    "another tag, CBC": (lambda t: jwe.flipped(jwe.encrypt(t, MAIN, enc="A128CBC-HS256"), 4), "not encrypted to the"),
    "another header": (lambda t: _parts(jwe.encrypt(t, MAIN), header=b64url(json.dumps(
        jwe.header(MAIN, cty="jwt")))), "not encrypted to the key"),
    "OAEP by another digest": (lambda t: jwe.encrypt(t, MAIN, "RSA-OAEP", **{"kid": MAIN.kid, "typ": "x"}).replace(
        b64url(json.dumps(jwe.header(MAIN, "RSA-OAEP", typ="x"))),
        b64url(json.dumps(jwe.header(MAIN, "RSA-OAEP-256", typ="x")))), "not encrypted to the key"),
    "a short content key": (lambda t: jwe.encrypt(t, MAIN, cek_bytes=16), "not encrypted to the key"),
    "an empty content key": (lambda t: jwe.encrypt(t, MAIN, cek_bytes=0), "not encrypted to the key"),
    "nobody's kid": (lambda t: jwe.encrypt(t, MAIN, kid="nobody"), "no decryption key has this kid"),
    "the thumbprint of a key that has a kid": (lambda t: jwe.encrypt(t, NAMED, "RSA-OAEP-512"), "has this kid"),
    "an alg that the key does not serve": (lambda t: jwe.encrypt(t, NAMED, kid="by name"), "serves RSA-OAEP-256"),
    "RSA1_5": (lambda t: jwe.encrypt(t, MAIN, by_hand=True).replace(
        b64url(json.dumps(jwe.header(MAIN))), b64url(json.dumps({**jwe.header(MAIN), "alg": "RSA1_5"}))), "RSA1_5"),
    "dir": (lambda t: _parts(jwe.encrypt(t, MAIN), header=b64url('{"alg":"dir","enc":"A256GCM"}'), key=""), "dir"),
    "an unknown enc": (lambda t: _parts(jwe.encrypt(t, MAIN), header=b64url(
        '{"alg":"RSA-OAEP","enc":"A512GCM"}')), "A512GCM"),
    "zip": (lambda t: jwe.encrypt(t, MAIN, zip="DEF", by_hand=True), "zip"),
    "another cty": (lambda t: jwe.encrypt(t, MAIN, cty="json"), "cty"),
    "no wrapped key": (lambda t: _parts(jwe.encrypt(t, MAIN), key=""), "0 bytes"),
    "no text": (lambda t: _parts(jwe.encrypt(t, MAIN), text=""), "length"),
    "no tag": (lambda t: _parts(jwe.encrypt(t, MAIN), tag=""), "length"),
    "a vector of 16 bytes": (lambda t: _parts(jwe.encrypt(t, MAIN), iv="A" * 22), "length"),
    "a wrapped key of another size": (lambda t: jwe.encrypt(t, jwe.recipient("large", 3072), kid=MAIN.kid), "384 bytes"),
    "a wrapped key of ones": (lambda t: _parts(jwe.encrypt(t, MAIN), key="_" * 341 + "w"), "256 bytes"),
}


@pytest.mark.parametrize("name", CLOSED)
def test_what_stays_closed_stays_so_in_one_way(server, token, name):
    make, detail = CLOSED[name]
    sent = make(token)
    first = None
    for _ in range(3):
        mark = server.error_log.mark()
        answer = server.get("/whoami", sent)
        assert_refused(answer)
        assert answer.json()["error_description"] == "The access token cannot be decrypted"
        assert detail in assert_logged(server, mark, "token_undecryptable")
        first = first or answer
        assert [h for h in answer.headers if h[0] != "Date"] == [h for h in first.headers if h[0] != "Date"]


REFUSED = {
    "a JWE in a JWE": ("token_encrypted", lambda m: jwe.encrypt(jwe.encrypt(m.token(), MAIN), MAIN)),
    "crit": ("header_critical", lambda m: jwe.encrypt(m.token(), MAIN, crit=["exp"], exp=1, by_hand=True)),
    "a kid that is no string": ("header_malformed", lambda m: jwe.encrypt(m.token(), MAIN, kid=7, by_hand=True)),
    "enc null": ("header_malformed", lambda m: _parts(jwe.encrypt(m.token(), MAIN), header=b64url(
        '{"alg":"RSA-OAEP","enc":null}'))),
    "a member twice": ("header_malformed", lambda m: _parts(jwe.encrypt(m.token(), MAIN), header=b64url(
        '{"alg":"RSA-OAEP","enc":"A256GCM","enc":"A256GCM"}'))),
    "no base64url": ("token_malformed", lambda m: _parts(jwe.encrypt(m.token(), MAIN), tag="A")),
    "six parts": ("token_malformed", lambda m: jwe.encrypt(m.token(), MAIN) + ".AAAA"),
    "claims that nobody signed": ("token_malformed", lambda m: jwe.encrypt(json.dumps(m.claims()), MAIN)),
    "an unsigned token": ("algorithm_refused", lambda m: jwe.encrypt(
        b64url('{"alg":"none"}') + "." + b64url(json.dumps(m.claims())) + ".AA", MAIN)),
    "another's signature": ("signature_invalid", lambda m: jwe.encrypt(
        m.token(key=key("forger").renamed(m.key.kid)), MAIN)),
    "an unknown signer": ("kid_unknown", lambda m: jwe.encrypt(m.token(header={"kid": "nobody"}), MAIN)),
    "expired": ("token_expired", lambda m: jwe.encrypt(m.token(exp=1000), MAIN)),
    "another audience": ("audience_mismatch", lambda m: jwe.encrypt(m.token(aud="api://else"), MAIN)),
    "another issuer": ("issuer_unknown", lambda m: jwe.encrypt(m.token(iss="https://x.okta.com/oauth2/x"), MAIN)),
    "another type": ("type_refused", lambda m: jwe.encrypt(m.token(header={"typ": "dpop+jwt"}), MAIN)),
    "empty": ("token_malformed", lambda m: jwe.encrypt("\0", MAIN)),
    "too large": ("token_too_large", lambda m: jwe.encrypt(m.token(pad="x" * 6000), MAIN)),
    "bound, as Bearer": ("token_bound", lambda m: jwe.encrypt(
        m.token(cnf={"jkt": thumbprint(key("proof-key", "ES256"))}), MAIN)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_token_within_passes_every_check(server, shared_issuer, name):
    reason, make = REFUSED[name]
    sent = make(shared_issuer.mint)
    for _ in range(2):
        mark = server.error_log.mark()
        assert_refused(server.get("/whoami", sent))
        assert_logged(server, mark, reason)


def test_a_key_of_a_section_opens_tokens_of_its_issuer_alone(server, shared_issuer, other):
    assert_ok(server.get("/whoami", jwe.encrypt(other.mint.token(), OTHERS)))
    for sent in (jwe.encrypt(shared_issuer.mint.token(), OTHERS), jwe.encrypt(other.mint.token(), MAIN)):
        for _ in range(2):
            mark = server.error_log.mark()
            answer = server.get("/whoami", sent)
            assert_refused(answer)
            assert answer.json()["error_description"] == "The access token cannot be decrypted"
            assert "not one of its issuer" in assert_logged(server, mark, "token_undecryptable")


def test_a_remembered_one_is_judged_by_each_place(server, token):
    sent = jwe.encrypt(token, MAIN)
    server.expects("AH01631: .*/scoped")
    for _ in range(3):
        assert_ok(server.get("/whoami", sent))
        assert_refused(server.get("/strict", sent))
        assert server.get("/scoped", sent).status == 403


def test_a_proof_is_over_the_token_as_it_is_sent(server, shared_issuer):
    client = Prover.of(server)
    inner = shared_issuer.mint.token(cnf={"jkt": client.jkt})
    sent = jwe.encrypt(inner, MAIN)
    url = client.base + "/whoami"
    for of, status in ((sent, 200), (inner, 401), (sent, 200)):
        answer = server.get("/whoami", authorization=bearer(sent, "DPoP"),
                            headers={"DPoP": proof(url, "GET", client.key, token=of)})
        assert answer.status == status, answer.body
    assert_refused(server.get("/whoami", sent))


def _keys(answer):
    assert_ok(answer)
    assert answer.media_type == "application/json"
    assert answer.header("Cache-Control") == "max-age=3600"
    return answer.json()["keys"]


def test_public_halves_are_published(server):
    published = _keys(server.get("/keys"))
    assert [one["kid"] for one in published] == [MAIN.kid, NEXT.kid, IN_SET.kid, "by name", OTHERS.kid]
    for one, private in zip(published, (MAIN, NEXT, IN_SET, NAMED, OTHERS)):
        assert set(one) == {"kty", "use", "alg", "kid", "n", "e"}
        assert (one["kty"], one["use"]) == ("RSA", "enc")
        assert (one["n"], one["e"]) == (private.private()["n"], private.private()["e"])
    assert [one["alg"] for one in published] == ["RSA-OAEP-256"] * 3 + ["RSA-OAEP-512", "RSA-OAEP-256"]
    assert [one["kid"] for one in _keys(server.get("/keys-other"))] == [OTHERS.kid]


def test_what_is_published_is_what_opens(server, shared_issuer):
    for one in _keys(server.get("/keys"))[:4]:
        public = jwe.keys.Key(one["kid"], one["alg"], jwe.JWK(**one))
        assert_ok(server.get("/whoami", jwe.encrypt(shared_issuer.mint.token(), public, one["alg"])))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_the_keys_are_read_and_nothing_else(server, method):
    answer = server.request(method, "/keys")
    assert answer.status == 405 and "GET" in answer.header("Allow")
    head = server.request("HEAD", "/keys")
    assert head.status == 200 and head.body == b"" and head.header("Cache-Control")


def test_no_private_number_is_told_to_anybody(server):
    said = server.error_log.text() + server.access_log.text() + server.stderr.text()
    said += server.get("/keys").body.decode() + server.configtest(arguments=("-D", "DUMP_OKTA")).output
    for one in (MAIN, NEXT, IN_SET, NAMED, OTHERS):
        pieces = (one.private()[name] for name in ("d", "p", "q", "dp", "dq", "qi"))
        assert not any(piece[i:i + 24] in said for piece in pieces for i in range(0, len(piece) - 24, 24))
