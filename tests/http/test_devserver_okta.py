# SPDX-License-Identifier: Apache-2.0
"""mod_okta_devserver as Okta is in other ways: Postman's Params, a server without policy, tokens of agents."""

from urllib.parse import urlencode

import pytest
from env.devserver import CLIENT, Issuer, dev_lines, start, verified

GRANT = {"grant_type": "client_credentials", "scope": "api:read"}
AGENT = ("agent-client", "a-secret-of-the-agent-client")


@pytest.fixture(scope="module")
def shared(launch_shared):
    client = f"OktaDevClient {CLIENT[0]} {CLIENT[1]} api:read api:write"
    return start(launch_shared(
        dev_lines(client, f"OktaDevClient {AGENT[0]} {AGENT[1]} chat.read chat.history",
                  f"OktaDevActor {AGENT[0]} the-agent an-agent-before the-first-client",
                  "OktaDevClient one-agent a-secret-of-one-agent chat.read", "OktaDevActor one-agent the-agent")
        + dev_lines(client, "OktaDevAccessPolicy Off", path="/oauth2/no-policy"),
        okta=False, start=False))


@pytest.fixture
def dev(shared):
    return Issuer(shared)


def post(dev, query=None, auth=CLIENT, **options):
    return dev.call("POST", "/v1/token" + (f"?{urlencode(query)}" if query else ""), auth=auth, **options)


# -- parameters in the query

@pytest.mark.parametrize("query, options", [
    (GRANT, {}),
    (GRANT, {"headers": {"Content-Type": "application/x-www-form-urlencoded"}}),
    ({"grant_type": "client_credentials"}, {"data": {"scope": "api:read"}}),
    ({"scope": "api:read"}, {"data": {"grant_type": "client_credentials"}}),
    (GRANT, {"auth": None, "data": {"client_id": CLIENT[0], "client_secret": CLIENT[1]}}),
    ({**GRANT, "scope": "api:write api:read"}, {})])
def test_parameters_in_the_query(dev, query, options):
    answer = post(dev, query, **options)
    assert answer.status_code == 200, answer.text
    scopes = (query.get("scope") or "api:read").split()
    assert verified(answer.json()["access_token"], dev.keys())["scp"] == scopes


@pytest.mark.parametrize("says, query, options", [
    ("more than once", GRANT, {"data": GRANT}),
    ("more than once", GRANT, {"data": {"scope": "api:write"}}),
    ("more than once", [*GRANT.items(), ("scope", "api:read")], {}),
    ("end up in logs", {**GRANT, "client_secret": CLIENT[1]}, {"auth": None}),
    ("end up in logs", {**GRANT, "client_id": CLIENT[0]}, {}),
    ("end up in logs", {**GRANT, "dev_claims": "{}"}, {}),
    ("form-urlencoded", GRANT, {"json": {}}),
    ("form-urlencoded", None, {})])
def test_parameters_refused(dev, says, query, options):
    answer = post(dev, query, **options)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert says in answer.json()["error_description"]


@pytest.mark.parametrize("query", ["scope=%00", "=", "&&", "grant_type"])
def test_malformed_query(dev, query):
    answer = dev.call("POST", f"/v1/token?{query}", auth=CLIENT)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


# -- no policy

def test_a_server_without_access_policy(shared):
    bare = Issuer(shared, "/oauth2/no-policy")
    answer = bare.ask()
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "access_denied",
        "error_description": "Policy evaluation failed for this request, please check the policy configurations."}
    assert bare.ask(auth=(CLIENT[0], "wrong-secret")).json()["error"] == "invalid_client"
    assert bare.call("GET", "/v1/keys").status_code == 200


# -- agents

def test_tokens_of_agents(dev):
    claims = verified(dev.token(auth=AGENT, scope="chat.read chat.history"), dev.keys())
    assert claims.pop("exp") - claims.pop("iat") == 3600
    assert claims.pop("jti")
    assert claims == {
        "iss": dev.url, "sub": AGENT[0], "aud": "api://default", "scope": "chat.read chat.history",
        "sub_profile": "service",
        "act": {"sub": "the-agent", "sub_profile": "ai_agent",
                "act": {"sub": "an-agent-before", "sub_profile": "ai_agent",
                        "act": {"sub": "the-first-client", "sub_profile": "service"}}}}


def test_a_token_of_one_agent(dev):
    claims = verified(dev.token(auth=("one-agent", "a-secret-of-one-agent"), scope="chat.read"), dev.keys())
    assert claims["act"] == {"sub": "the-agent", "sub_profile": "ai_agent"}


def test_other_clients_are_no_agents(dev):
    claims = verified(dev.token(), dev.keys())
    assert claims["cid"] == CLIENT[0] and not {"act", "scope", "sub_profile"} & set(claims)
