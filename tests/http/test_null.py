# SPDX-License-Identifier: Apache-2.0
"""null is absent: in every claim, wherever one is looked at, and in the members of JWKs and metadata."""

import json

import pytest
from env import answers
from env.keys import key
from env.routes import AUTHZ_NOISE
from env.snippets import env_directory, env_location, location, trusts
from env.verdicts import assert_logged, assert_ok, assert_refused, assert_unavailable

CLAIMS = ["nonce", "at_hash", "c_hash", "nbf", "iat", "jti", "azp", "cid", "client_id", "cnf", "acr", "auth_time", "act",
          "scp", "scope", "groups", "email", "ver", "uid", "amr", "sid", "events", "x"]


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    server = launch_shared(lambda s: (
        trusts(shared_issuer) + env_directory(s) + env_location(s, "/env") + location("/whoami")
        + env_location(s, "/user", "OktaRemoteUser email profile.login sub")
        + env_location(s, "/picked", "OktaClaimEnv sub email profile.login", "OktaClaimHeader email X-Mail",
                       "OktaClaimHeader profile.login X-Login")
        + location("/scope", require="okta-scope read") + location("/group", require="okta-group staff")
        + location("/groups-claim", "OktaGroupsClaim profile.groups", require="okta-group staff")
        + location("/client", require="okta-client app") + location("/client-id", "OktaClientId app")
        + location("/is-null", require="okta-claim email = null") + location("/not-x", require="okta-claim email != x")
        + location("/matches", require='okta-claim email ~ ".*"') + location("/acr", "OktaStepUp acr=high")
        + location("/age", "OktaStepUp max-age=300")
        + location("/expr", "Header set X-Said \"expr=<%{OKTA:email}><%{OKTA:profile.login}>\"",
                   "Header set X-In \"yes\" \"expr='null' in okta_claim('email') || '' in okta_claim('email')\"",
                   "Header set X-List \"expr=%{tolower:%{OKTA:list}}\"")),
        modules=["cgi", "headers"], processes=1)
    server.expects(AUTHZ_NOISE, optional=True, lasting=True)
    return server


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_that_is_null_refuses_nothing_and_says_nothing(server, shared_issuer, name):
    token = shared_issuer.mint.token(**{name: None})
    for _ in range(2):
        seen = server.get("/env", token)
        assert seen.status == 200, seen.body
        assert f"OKTA_CLAIM_{name}" not in seen.environment()
    assert server.get("/whoami", token).json()[name] is None


@pytest.mark.parametrize("name, reason", [("iss", "claim_missing"), ("exp", "claim_missing"), ("aud", "audience_mismatch")])
def test_what_a_token_needs_is_missing(server, shared_issuer, name, reason):
    mark = server.error_log.mark()
    assert_refused(server.get("/whoami", shared_issuer.mint.token(**{name: None})))
    assert "absent" in assert_logged(server, mark, reason)


def test_in_a_header_it_is_malformed(server, shared_issuer):
    for name in ("kid", "typ", "alg", "cty"):
        mark = server.error_log.mark()
        header = {**shared_issuer.mint.header(), name: None}
        assert_refused(server.get("/whoami", shared_issuer.mint.raw(header=header)))
        assert_logged(server, mark, "header_malformed|token_encrypted")
    mark = server.error_log.mark()
    assert_refused(server.get("/whoami", shared_issuer.mint.token(header={"crit": None})))
    assert_logged(server, mark, "header_critical")


@pytest.mark.parametrize("claims, user", [
    ({"email": None}, "user@example.com"),
    ({"email": None, "profile": None}, "user@example.com"),
    ({"email": None, "profile": {"login": None}}, "user@example.com"),
    ({"email": None, "profile": {"login": "ada"}}, "ada"),
    ({"email": None, "sub": None}, None),
])
def test_the_user_is_the_next_claim(server, shared_issuer, claims, user):
    answer = server.get("/user", shared_issuer.mint.token(**claims))
    assert answer.status == (200 if user else 401)
    assert not user or answer.environment()["REMOTE_USER"] == user


@pytest.mark.parametrize("claims, status", [
    ({"scp": None, "scope": "read"}, 200), ({"scp": [], "scope": "read"}, 200), ({"scp": "", "scope": "read"}, 200),
    ({"scp": [None], "scope": ["read"]}, 200), ({"scp": ["read"], "scope": None}, 200), ({"scp": None, "scope": None}, 403),
    ({"scp": [], "scope": []}, 403), ({"scp": ["write"], "scope": "read"}, 403), ({"scp": [None, "read"]}, 200),
])
def test_scopes(server, shared_issuer, claims, status):
    assert server.get("/scope", shared_issuer.mint.token(**claims)).status == status
    seen = server.get("/env", shared_issuer.mint.token(**claims)).environment()
    assert ("read" in seen.get("OKTA_SCOPE", "").split(" ")) == (status == 200)


@pytest.mark.parametrize("path, claims, status", [
    ("/group", {"groups": None}, 403), ("/group", {"groups": [None, "staff"]}, 200), ("/group", {"groups": [None]}, 403),
    ("/groups-claim", {"profile": {"groups": None}}, 403), ("/groups-claim", {"profile": None}, 403),
    ("/client", {"cid": None}, 403), ("/client", {"cid": None, "client_id": "app"}, 200),
    ("/client", {"cid": None, "client_id": None, "azp": "app"}, 200),
    ("/client-id", {"cid": None}, 401), ("/client-id", {"cid": None, "client_id": None, "azp": "app"}, 200),
    ("/is-null", {"email": None}, 403), ("/is-null", {"email": "null"}, 200), ("/not-x", {"email": None}, 403),
    ("/not-x", {"email": "y"}, 200), ("/matches", {"email": None}, 403), ("/matches", {"email": ""}, 200),
    ("/acr", {"acr": None}, 401), ("/age", {"auth_time": None}, 401),
])
def test_what_is_required(server, shared_issuer, path, claims, status):
    assert server.get(path, shared_issuer.mint.token(**claims)).status == status


def test_nothing_is_handed_on(server, shared_issuer):
    token = shared_issuer.mint.token(email=None, profile={"login": None})
    for _ in range(2):
        seen = server.get("/picked", token, headers={"X-Mail": "spoofed", "X-Login": "spoofed"}).environment()
        assert {n for n in seen if n.startswith(("OKTA_CLAIM", "HTTP_X_"))} == {"OKTA_CLAIM_sub"}
    answer = server.get("/expr", token)
    assert (answer.header("X-Said"), answer.header("X-In")) == ("<><>", None)
    assert server.get("/env", shared_issuer.mint.token(groups=["a", None, "b"])).environment()["OKTA_CLAIM_groups"] == "a b"


# -- JWKs and metadata

NULLS = ["use", "alg", "key_ops", "x5c", "x5t", "x5t#S256", "x5u", "ext", "d", "crv", "oth"]


def _publish(issuer, *jwks):
    issuer.script("keys", lambda i, request, truth: answers.json_answer({"keys": list(jwks)}))


@pytest.mark.parametrize("names", [*([n] for n in NULLS), NULLS], ids=lambda names: "+".join(names))
def test_members_of_a_jwk_that_are_null(launch, issuer, names):
    _publish(issuer, {**key().public(), **dict.fromkeys(names)})
    server = launch(trusts(issuer) + location("/whoami"), processes=1)
    assert_ok(server.get("/whoami", issuer.mint.token()))


def test_a_kid_that_is_null(launch, issuer):
    """The key has no name: a token without a kid may be of it, one with a kid is not."""
    _publish(issuer, {**key().public(), "kid": None}, {**key("two", "ES256").public(), "kid": None})
    server = launch(trusts(issuer, "OktaAlgorithms RS256 ES256") + location("/whoami"), processes=1)
    for material in (key(), key("two", "ES256")):
        mint = issuer.mint_with(material)
        header = {name: value for name, value in mint.header().items() if name != "kid"}
        assert_ok(server.get("/whoami", mint.raw(header=header)))
        assert_refused(server.get("/whoami", mint.token()))


@pytest.mark.parametrize("member", ["kty", "n", "e"])
def test_what_a_jwk_needs_is_missing(launch, issuer, member):
    _publish(issuer, {**key().public(), member: None})
    server = launch(trusts(issuer, "OktaKeyWait 300ms") + location("/whoami"), processes=1)
    server.expects("OKTA-KEYS|OKTA-REFUSED", lasting=True)
    assert_unavailable(server.get("/whoami", issuer.mint.token()))


def test_metadata(launch, issuer):
    issuer.script("metadata", lambda i, request, truth: answers.Answer(
        body=json.dumps({**json.loads(truth.body), "token_endpoint": None, "scopes_supported": None,
                         "introspection_endpoint": None, "x": None}).encode()))
    server = launch(trusts(issuer) + location("/whoami"), processes=1)
    assert_ok(server.get("/whoami", issuer.mint.token()))


@pytest.mark.parametrize("member", ["issuer", "jwks_uri"])
def test_what_metadata_need_is_missing(launch, issuer, member):
    issuer.script("metadata", lambda i, request, truth: answers.Answer(
        body=json.dumps({**json.loads(truth.body), member: None}).encode()))
    server = launch(trusts(issuer, "OktaKeyWait 300ms") + location("/whoami"), processes=1)
    server.expects(f'no "{member}"', lasting=True)
    server.expects("OKTA-REFUSED", lasting=True)
    assert_unavailable(server.get("/whoami", issuer.mint.token()))
