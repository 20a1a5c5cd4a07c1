# SPDX-License-Identifier: Apache-2.0
"""What a location expects of a token, directive by directive."""

import json
import time

import pytest
from env import answers
from env.issuer import Issuer
from env.keys import key, keyset
from env.mint import ABSENT, Mint
from env.snippets import location, trusts
from env.verdicts import assert_logged, assert_ok, assert_refused
from env.waiting import wait_for

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


def _key_for(alg):
    return key(f"kid-{alg}", alg, material="policy-rsa" if alg[:2] in ("RS", "PS") else alg)


@pytest.fixture(scope="module")
def issuers():
    with Issuer(keys=[_key_for(alg) for alg in ALGORITHMS]) as first, \
            Issuer(keys=[key("kid-RS256", "RS256", material="another")]) as second:
        yield first, second


@pytest.fixture(scope="module")
def server(launch_shared, issuers):
    first, second = issuers
    return launch_shared(
        trusts(first)
        + location("/plain")
        + location("/client", "OktaClientId 0oaexampleclient0001 0oaother")
        + location("/audience", "OktaAudience api://one api://two")
        + location("/all-algorithms", "OktaAlgorithms " + " ".join(ALGORITHMS))
        + location("/es256", "OktaAlgorithms ES256")
        + location("/at-jwt", "OktaTokenType at+jwt")
        + location("/any-type", "OktaTokenType any")
        + location("/no-skew", "OktaClockSkew 0")
        + location("/much-skew", "OktaClockSkew 600")
        + location("/young", "OktaMaxTokenAge 10m", "OktaClockSkew 10")
        + location("/young/or-not", "OktaMaxTokenAge off")
        + location("/second", f"OktaIssuer {second.url}")
        + location("/both", f"OktaIssuer {first.url} {second.url}"), processes=2)


@pytest.fixture(scope="module")
def mint(issuers):
    return issuers[0].mint


def _refused(server, path, token, reasons):
    mark = server.error_log.mark()
    assert_refused(server.get(path, token))
    return assert_logged(server, mark, reasons)


@pytest.mark.parametrize("claims, accepted", [
    ({}, True),
    ({"cid": "0oaother"}, True),
    ({"cid": ABSENT, "client_id": "0oaother"}, True),
    ({"cid": ABSENT, "azp": "0oaother"}, True),
    ({"cid": "0oastranger"}, False),
    ({"cid": "0oaexampleclient000"}, False),
    ({"cid": "0oaexampleclient00011"}, False),
    ({"cid": "0OAOTHER"}, False),
    ({"cid": "0oaexampleclient0001 0oaother"}, False),
    ({"cid": ABSENT}, False),
    ({"cid": "0oastranger", "client_id": "0oaother"}, False),
])
def test_client_id(server, mint, claims, accepted):
    token = mint.token(**claims)
    if accepted:
        assert_ok(server.get("/client", token))
    else:
        _refused(server, "/client", token, "client_mismatch")
    if claims:
        assert_ok(server.get("/plain", token))


def test_client_id_of_a_wrong_type(server, mint):
    _refused(server, "/client", mint.token(cid=["0oaother"]), "client_mismatch|claims_malformed")


@pytest.mark.parametrize("age, reason", [(0, None), (590, None), (-5, None), (640, "token_too_old"),
                                         (7000, "token_too_old"), (-20, "token_from_future"), (None, "claim_missing")])
def test_token_age(server, mint, age, reason):
    """A token that was let in elsewhere, and so is remembered, is asked for its age all the same."""
    token = mint.token(iat=ABSENT if age is None else int(time.time()) - age)
    assert_ok(server.get("/young/or-not" if reason != "token_from_future" else "/much-skew", token))
    if reason:
        _refused(server, "/young", token, reason)
    else:
        assert_ok(server.get("/young", token))


@pytest.mark.parametrize("aud, accepted", [
    ("api://one", True), ("api://two", True), (["x", "api://two"], True), (["api://one"], True),
    ("api://default", False), ("api://on", False), ("api://one api://two", False), ([], False),
    (["api://three"], False), ("", False),
])
def test_audience(server, mint, aud, accepted):
    if accepted:
        assert_ok(server.get("/audience", mint.token(aud=aud)))
    else:
        _refused(server, "/audience", mint.token(aud=aud), "audience_mismatch")


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_algorithms(server, issuers, alg):
    token = issuers[0].mint_with(_key_for(alg)).token()
    assert_ok(server.get("/all-algorithms", token))
    if alg == "RS256":
        assert_ok(server.get("/plain", token))
    else:
        _refused(server, "/plain", token, "algorithm_refused")
    if alg == "ES256":
        assert_ok(server.get("/es256", token))
    else:
        _refused(server, "/es256", token, "algorithm_refused")


@pytest.mark.parametrize("alg, kid", [("RS256", "PS256"), ("PS256", "RS256"), ("RS512", "RS256"),
                                      ("ES256", "ES384"), ("RS256", "ES256"), ("EdDSA", "RS256")])
def test_a_key_serves_only_its_own_algorithm(server, issuers, alg, kid):
    token = issuers[0].mint_with(_key_for(alg)).token(header={"kid": f"kid-{kid}"})
    _refused(server, "/all-algorithms", token, "key_mismatch|signature_invalid")


@pytest.mark.parametrize("typ, accepted", [("at+jwt", True), ("application/at+jwt", True),
                                           ("AT+JWT", True), ("JWT", False), (ABSENT, False)])
def test_token_type(server, mint, typ, accepted):
    token = mint.token(header={"typ": typ})
    if accepted:
        assert_ok(server.get("/at-jwt", token))
    else:
        _refused(server, "/at-jwt", token, "type_refused")
    assert_ok(server.get("/any-type", token))


@pytest.mark.parametrize("claim, reason, sign", [("exp", "token_expired", -1),
                                                 ("nbf", "token_not_yet_valid", 1),
                                                 ("iat", "token_from_future", 1)])
@pytest.mark.parametrize("path, within, beyond", [("/no-skew", -30, 5), ("/plain", 45, 75),
                                                  ("/much-skew", 560, 640)])
def test_clock_skew(server, mint, path, within, beyond, claim, reason, sign):
    assert_ok(server.get(path, mint.token(**{claim: int(time.time()) + sign * within})))
    _refused(server, path, mint.token(**{claim: int(time.time()) + sign * beyond}), reason)


def test_several_issuers(server, issuers):
    first, second = (i.mint.token() for i in issuers)
    for path, ours, other in (("/plain", first, second), ("/second", second, first)):
        assert_ok(server.get(path, ours))
        _refused(server, path, other, "issuer_unknown")
    assert_ok(server.get("/both", first))
    assert_ok(server.get("/both", second))


def test_same_kid_at_two_issuers(server, issuers):
    """The key comes from the issuer that the token names, and from no other."""
    first, second = issuers
    assert first.keys[0].kid == second.keys[0].kid
    crossed = Mint(first.url, second.keys[0]).token()
    _refused(server, "/both", crossed, "signature_invalid")
    _refused(server, "/both", Mint(second.url, first.keys[0]).token(), "signature_invalid")


def test_no_address_in_a_token_is_fetched(launch, issuer, make_issuer):
    """Neither that of an issuer whom nobody trusts, nor where a header says that its key is."""
    stranger = make_issuer()
    server = launch(trusts(issuer) + location("/plain"))
    assert_ok(server.get("/plain", issuer.mint.token()))
    before = issuer.key_fetches()
    _refused(server, "/plain", stranger.mint.token(), "issuer_unknown")
    leads_there = {name: f"{stranger.url}/v1/keys" for name in ("jku", "x5u")}
    _refused(server, "/plain", issuer.mint.token(header={**leads_there, "kid": "new"}, key=key("stranger")), "kid_unknown")
    wait_for(lambda: issuer.key_fetches() > before, "the fetch that the second token asked for")
    assert stranger.requests == []


def test_unusable_and_ambiguous_jwks_are_dropped(launch, make_issuer):
    """What cannot be used is left out; the rest of the set stands."""
    good, twin = key("good"), key("twin")
    issuer = make_issuer(keys=[
        {"kty": "oct", "kid": "hmac", "k": "c2VjcmV0", "alg": "HS256"}, {"kty": "RSA"}, {},
        key("weak", bits=1024), twin, key("twin", material="other-twin"),
        key("encrypts").with_members(use="enc"), key("signs-only").with_members(key_ops=["sign"]),
        key("foreign-alg").with_members(alg="RSA-OAEP"), good])
    server = launch(trusts(issuer) + location("/whoami"))
    server.expects("OKTA-KEYS", optional=True, lasting=True)
    assert_ok(server.get("/whoami", issuer.mint_with(good).token()))
    for name in ("weak", "twin", "encrypts", "signs-only", "foreign-alg"):
        mint = issuer.mint_with(key(name, bits=1024 if name == "weak" else 2048))
        _refused(server, "/whoami", mint.token(), "kid_unknown|key_mismatch|key_ambiguous")
    assert server.error_log.matching(r"OKTA-KEYS.*(weak|twin|hmac)"), "dropped keys are to be named"


def test_without_kid_only_where_one_key_can_serve(launch, make_issuer):
    issuer = make_issuer(keys=[key("a"), key("b", "ES256"), key("c", "ES256")])
    server = launch(trusts(issuer) + location("/whoami", "OktaAlgorithms RS256 ES256"))
    kidless = {"kid": ABSENT}
    assert_ok(server.get("/whoami", issuer.mint.token(header=kidless)))
    _refused(server, "/whoami", issuer.mint_with(key("b", "ES256")).token(header=kidless),
             "key_ambiguous")


def test_keys_from_a_file(launch):
    """No network, no discovery: any issuer will do."""
    issuer_url, signer = "https://example.okta.com/oauth2/default", key("file-key")
    server = launch(lambda s: (
        f"OktaIssuer {issuer_url}\nOktaAudience api://default\n"
        f"OktaJwksFile {s.write('conf/keys.json', json.dumps(keyset(signer)))}\n"
        + location("/whoami")))
    mint = Mint(issuer_url, signer)
    assert_ok(server.get("/whoami", mint.token()))
    _refused(server, "/whoami", mint.token(key=key("x", material="stranger")), "signature_invalid")


def test_keys_file_relative_to_the_server_root(launch):
    issuer_url, signer = "https://example.okta.com/oauth2/default", key("file-key")

    def snippet(s):
        s.write("conf/keys.json", json.dumps(keyset(signer)))
        return trusts(issuer_url, "OktaJwksFile conf/keys.json") + location("/whoami")
    assert_ok(launch(snippet).get("/whoami", Mint(issuer_url, signer).token()))


def test_settings_of_one_issuer(launch, issuer):
    """<OktaIssuer>: keys from a file for one, discovery for the other, under the same kid."""
    other_url, signer = "https://example.okta.com/oauth2/default", key("key-1", material="file-key")

    def snippet(s):
        keys = s.write("conf/keys.json", json.dumps(keyset(signer)))
        return (f"<OktaIssuer {other_url}>\nOktaJwksFile {keys}\n</OktaIssuer>\n"
                + trusts([issuer, other_url]) + location("/whoami"))
    server = launch(snippet)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    assert_ok(server.get("/whoami", Mint(other_url, signer).token()))
    _refused(server, "/whoami", Mint(other_url, issuer.keys[0]).token(), "signature_invalid")
    _refused(server, "/whoami", Mint(issuer.url, signer).token(), "signature_invalid")


def test_jwks_uri_instead_of_discovery(launch, issuer):
    server = launch(trusts(issuer, f"OktaJwksUri {issuer.jwks_uri}") + location("/whoami"))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (0, 1)


def test_jwks_uri_on_another_host(launch, issuer, make_issuer):
    """The administrator may say so; metadata may not."""
    other = make_issuer(host="127.0.0.2", keys=issuer.keys)
    server = launch(trusts(issuer, f"OktaJwksUri {other.jwks_uri}") + location("/whoami"))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    assert (other.key_fetches(), len(issuer.requests)) == (1, 0)


def test_oauth_metadata_where_openid_metadata_is_missing(launch, issuer):
    issuer.script("metadata", answers.status(404))
    server = launch(trusts(issuer) + location("/whoami"))
    server.expects("OKTA-KEYS", optional=True)
    assert_ok(server.get("/whoami", issuer.mint.token()))


@pytest.mark.parametrize("server_id, issuer_url", [
    (None, "https://integrator-123456.okta.com/oauth2/default"),
    ("default", "https://integrator-123456.okta.com/oauth2/default"),
    ("aus1a2b3c4d5e6f7g8h9", "https://integrator-123456.okta.com/oauth2/aus1a2b3c4d5e6f7g8h9"),
])
def test_domain_and_authorization_server_make_the_issuer(launch, server_id, issuer_url):
    signer = key("file-key")

    def snippet(s):
        keys = s.write("conf/keys.json", json.dumps(keyset(signer)))
        lines = ["OktaDomain integrator-123456.okta.com", f"OktaJwksFile {keys}"]
        if server_id:
            lines.append(f"OktaAuthorizationServer {server_id}")
        if server_id not in (None, "default"):
            lines.append("OktaAudience api://default")
        return "\n".join(lines) + "\n" + location("/whoami")
    server = launch(snippet, processes=1)
    # The default server's audience is known: api://default needs no directive.
    assert_ok(server.get("/whoami", Mint(issuer_url, signer).token()))
    _refused(server, "/whoami", Mint(issuer_url, signer).token(aud="api://other"), "audience_mismatch")
    _refused(server, "/whoami", Mint(issuer_url + "x", signer).token(), "issuer_unknown")


def test_an_ipv6_issuer(launch, make_issuer):
    issuer = make_issuer(host="::1")
    server = launch(trusts(issuer) + location("/whoami"), processes=1)
    assert_ok(server.get("/whoami", issuer.mint.token()))


def test_an_issuer_by_name(launch, make_issuer):
    issuer = make_issuer(name="localhost")
    server = launch(trusts(issuer) + location("/whoami"), processes=1)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    _refused(server, "/whoami", Mint(issuer.url.replace("localhost", "127.0.0.1"),
                                     issuer.keys[0]).token(), "issuer_unknown")
