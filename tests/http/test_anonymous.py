# SPDX-License-Identifier: Apache-2.0
"""OktaAnonymous beside Require all granted, and beside Require valid-user."""

import pytest
from env.attacks import ATTACKS
from env.client import raw_get
from env.snippets import env_directory, env_location, trusts
from env.verdicts import assert_challenge_bare, assert_malformed, assert_refused

MODES = ["off", "missing", "missing-or-failed"]
BAD = ["tampered", "expired", "wrong audience", "wrong issuer", "unknown kid", "opaque", "alg none",
       "issuer of the org server", "bound to a DPoP key", "no identity"]


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    def snippet(s):
        text = trusts(shared_issuer) + env_directory(s) + env_location(s, "/default",
                                                                       require="all granted")
        for mode in MODES:
            text += env_location(s, f"/open-{mode}", f"OktaAnonymous {mode}", require="all granted")
            text += env_location(s, f"/closed-{mode}", f"OktaAnonymous {mode}")
        return text
    server = launch_shared(snippet, modules=["cgi"], processes=2)
    # Where the module lets an anonymous request go on, httpd's authz_core refuses it, in its own loud way.
    server.expects(r"AH01629: authorization failure \(no authenticated user\): /closed-missing", lasting=True)
    return server


def _assert_anonymous(answer):
    assert answer.status == 200, (answer.status, answer.body)
    assert answer.header("WWW-Authenticate") is None
    seen = answer.environment()
    assert not [n for n in seen if n.startswith("OKTA_CLAIM") or n in ("REMOTE_USER", "OKTA_SCOPE")]


def _assert_identified(answer):
    assert answer.status == 200, (answer.status, answer.body)
    seen = answer.environment()
    assert seen["REMOTE_USER"] == seen["OKTA_CLAIM_sub"] == "user@example.com"
    assert seen["AUTH_TYPE"] == "Okta"


@pytest.mark.parametrize("mode", MODES)
def test_without_token(server, mode):
    _assert_anonymous(server.get(f"/open-{mode}"))
    assert_challenge_bare(server.get(f"/closed-{mode}"))


@pytest.mark.parametrize("mode", MODES)
def test_with_token(server, shared_issuer, mode):
    answer = server.get(f"/open-{mode}", shared_issuer.mint.token())
    (_assert_anonymous if mode == "off" else _assert_identified)(answer)
    _assert_identified(server.get(f"/closed-{mode}", shared_issuer.mint.token()))


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("mode", MODES)
def test_with_a_bad_token(server, shared_issuer, mode, name):
    token = ATTACKS[name][1](shared_issuer.mint)
    answer = server.get(f"/open-{mode}", token)
    if mode == "missing":
        assert_refused(answer)
    else:
        _assert_anonymous(answer)
    assert_refused(server.get(f"/closed-{mode}", token))


def test_off_is_the_default(server, shared_issuer):
    for token in (None, shared_issuer.mint.token(), ATTACKS["tampered"][1](shared_issuer.mint)):
        _assert_anonymous(server.get("/default", token))


@pytest.mark.parametrize("mode", MODES)
def test_other_schemes_count_as_no_token(server, mode):
    _assert_anonymous(server.get(f"/open-{mode}", authorization="Basic dXNlcjpwYXNzd29yZA=="))
    assert_challenge_bare(server.get(f"/closed-{mode}", authorization="Basic dXNlcjpwYXNzd29yZA=="))


@pytest.mark.parametrize("mode", MODES)
def test_malformed_credentials(server, mode):
    answer = raw_get(server.port, f"/open-{mode}", "Authorization: Bearer")
    if mode == "missing":
        assert_malformed(answer)
    else:
        _assert_anonymous(answer)
    assert_malformed(raw_get(server.port, f"/closed-{mode}", "Authorization: Bearer"))


def test_identity_does_not_outlive_the_request(server, shared_issuer):
    client = server.client()
    _assert_identified(client.get("/open-missing", shared_issuer.mint.token()))
    _assert_anonymous(client.get("/open-missing"))
    _assert_anonymous(client.get("/open-missing-or-failed",
                                 ATTACKS["tampered"][1](shared_issuer.mint)))
    client.close()
