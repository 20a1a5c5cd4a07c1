# SPDX-License-Identifier: Apache-2.0
"""What a back end is told of a token that came before is what it was told the first time."""

import pytest
from env.mint import ABSENT
from env.snippets import env_directory, env_location, trusts

TOKENS = {
    "a user's": {},
    "a scope string": {"scp": ABSENT, "scope": "a b:c"},
    "scp null": {"scp": None},
    "scp null beside scope": {"scp": None, "scope": "a b:c"},
    "every type": {"n": 5, "x": 1.5, "yes": True, "no": None, "o": {"a": [1]}, "l": ["a", {"b": 1}], "e": []},
    "names that become one": {"a-b": "1", "a_b": "2", "a.b": "3"},
    "names that differ by case": {"Dept": "1", "dept": "2", "DEPT": "3"},
    "control characters": {"name": "a\nb", "tags": ["x\ty"]},
    "beyond ASCII": {"name": "jürgen", "groups": ["日本語", "a b"]},
}


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    return launch_shared(lambda s: (
        trusts(shared_issuer) + env_directory(s) + env_location(s, "/env")
        + env_location(s, "/some", "OktaClaimEnv sub groups") + env_location(s, "/set", "SetEnv OKTA_CLAIM_sub x")),
        modules=["cgi"], processes=1)


def _claims(answer):
    assert answer.status == 200, (answer.status, answer.body)
    return {k: v for k, v in answer.environment().items() if k.startswith("OKTA_")}


@pytest.mark.parametrize("name", TOKENS)
def test_the_environment_stays_the_same(server, shared_issuer, name):
    token = shared_issuer.mint.token(**TOKENS[name])
    some_first = _claims(server.get("/some", token))
    first = _claims(server.get("/env", token))
    for _ in range(3):
        assert _claims(server.get("/env", token)) == first
        assert _claims(server.get("/some", token)) == some_first
        # what the administrator sets by SetEnv stands last
        assert _claims(server.get("/set", token)) == {**first, "OKTA_CLAIM_sub": "x"}
    assert set(some_first) <= {"OKTA_CLAIM_sub", "OKTA_CLAIM_groups", "OKTA_SCOPE", "OKTA_JTI", "OKTA_CLIENT"}


def test_names_that_become_one_are_one(server, shared_issuer):
    token = shared_issuer.mint.token(**TOKENS["names that become one"])
    for _ in range(3):
        seen = server.get("/env", token).body
        assert seen.count(b"OKTA_CLAIM_a_b=") == 1
