# SPDX-License-Identifier: Apache-2.0
"""Who uses a token for somebody: the claim act (RFC 8693 section 4.1), as agents' tokens have it."""

import pytest
from env.dpop import Prover, call
from env.mint import ABSENT
from env.routes import AUTHZ_NOISE
from env.snippets import env_directory, env_location, location, trusts
from env.verdicts import assert_challenge_bare, assert_logged, assert_ok, assert_refused

AGENT = {"sub": "agent-1", "sub_profile": "ai_agent", "act": {"sub": "client 9", "sub_profile": "service"}}


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    def snippet(s):
        return (trusts(shared_issuer) + env_directory(s)
                + env_location(s, "/env") + env_location(s, "/env-off", "OktaClaimEnv Off")
                + env_location(s, "/env-some", "OktaClaimEnv sub act.act.sub")
                + location("/agent", require="okta-actor agent-1 agent-2")
                + location("/inner", require='okta-actor "client 9"')
                + location("/any", require="okta-actor any") + location("/none", require="okta-actor none")
                + location("/not", "<RequireAll>\nRequire valid-user\nRequire not okta-actor any\n</RequireAll>",
                           require=None))
    server = launch_shared(snippet, processes=1, modules=["cgi"])
    server.expects(AUTHZ_NOISE, optional=True, lasting=True)
    return server


def agents_token(issuer, **claims):
    """As Cross App Access gives them: no cid, scope a string."""
    return issuer.mint.token(**{"act": AGENT, "cid": ABSENT, "scp": ABSENT, "uid": ABSENT,
                                "scope": "chat.read chat.history", "sub_profile": "service", **claims})


def test_an_agents_token_is_a_token(server, shared_issuer):
    answer = server.get("/env", agents_token(shared_issuer))
    assert_ok(answer)
    env = answer.environment()
    assert env["OKTA_ACTOR"] == "agent-1" and env["OKTA_ACTOR_CHAIN"] == "agent-1 client%209"
    assert env["OKTA_SCOPE"] == "chat.read chat.history" and env["REMOTE_USER"] == "user@example.com"


@pytest.mark.parametrize("path, expected", [
    ("/env", {"OKTA_ACTOR", "OKTA_ACTOR_CHAIN"}), ("/env-some", {"OKTA_ACTOR", "OKTA_ACTOR_CHAIN"}),
    ("/env-off", set())])
def test_the_environment_names_the_actors(server, shared_issuer, path, expected):
    env = server.get(path, agents_token(shared_issuer)).environment()
    assert {name for name in env if name.startswith("OKTA_ACTOR")} == expected
    env = server.get(path, shared_issuer.mint.token()).environment()
    assert not [name for name in env if name.startswith("OKTA_ACTOR")]


@pytest.mark.parametrize("path, by_agent, by_other, by_nobody", [
    ("/agent", 200, 403, 403), ("/inner", 403, 403, 403), ("/any", 200, 200, 403), ("/none", 403, 403, 200),
    ("/not", 403, 403, 200)])
def test_require_looks_at_the_outermost(server, shared_issuer, path, by_agent, by_other, by_nobody):
    tokens = [agents_token(shared_issuer), agents_token(shared_issuer, act={"sub": "other"}),
              shared_issuer.mint.token()]
    assert [server.get(path, token).status for token in tokens] == [by_agent, by_other, by_nobody]
    assert_challenge_bare(server.get(path))


def _nested(depth):
    actor = {"sub": "a"}
    for _ in range(depth - 1):
        actor = {"sub": "a", "act": actor}
    return actor


@pytest.mark.parametrize("act", ["agent", ["agent"], 5, {}, {"sub": None}, {"sub": 5}, {"sub": ["a"]},
                                 {"sub": "a", "act": "b"}, {"sub": "a", "act": {}}, _nested(9), _nested(20)])
def test_a_malformed_actor_makes_the_token_malformed(server, shared_issuer, act):
    mark = server.error_log.mark()
    assert_refused(server.get("/env", agents_token(shared_issuer, act=act)))
    assert_logged(server, mark, "claims_malformed")


def test_eight_actors_are_enough_and_null_is_none(server, shared_issuer):
    env = server.get("/env", agents_token(shared_issuer, act=_nested(8))).environment()
    assert env["OKTA_ACTOR_CHAIN"] == " ".join("a" * 8)
    assert server.get("/none", agents_token(shared_issuer, act=None)).status == 200


def test_the_log_names_them(server, shared_issuer):
    mark = server.error_log.mark()
    server.get("/env", agents_token(shared_issuer, exp=1))
    assert 'act="agent-1 client 9"' in assert_logged(server, mark, "token_expired")
    mark = server.error_log.mark()
    server.get("/env", shared_issuer.mint.token(exp=1))
    assert "act=" not in assert_logged(server, mark, "token_expired")


def test_agents_have_bound_tokens(server, shared_issuer):
    prover = Prover.of(server)
    token = agents_token(shared_issuer, cnf={"jkt": prover.jkt})
    assert_ok(call(server, token, prover.proof(token, path="/agent"), path="/agent"))


@pytest.mark.parametrize("line, said", [
    ("okta-actor", "it names nothing"), ("okta-actor any agent-1", "stand alone"), ("okta-actor none any", "stand alone"),
    ("okta-actor a,b", "comma")])
def test_configtest(configtest, shared_issuer, line, said):
    result = configtest(trusts(shared_issuer) + location("/x", require=line))
    assert not result.ok and f"Require {line}" in result.output and said in result.output, result.output
