# SPDX-License-Identifier: Apache-2.0
"""get: the client credentials flow against a scripted token endpoint."""

import base64
from urllib.parse import unquote_plus

import pytest
from cli_env import tool
from cli_env.server import Server

SECRET = "s3cr3t: with+colon %&=/?\u00fc"
CLIENT = "0oa:client id"
ANSWER = {"token_type": "Bearer", "expires_in": 3600, "access_token": "eyJ0.eyJ1.c2ln", "scope": "orders.read"}


@pytest.fixture
def issuer(server):
    server.answers["/v1/token"] = (200, ANSWER)
    return server


def get(server, *options, env=None, **more):
    return tool.run("get", "--insecure-http", "--issuer", server.issuer, "--client-id", CLIENT, *options,
                    env={"OKTA_CLIENT_SECRET": SECRET} if env is None else env, **more)


def asked(server):
    (request,) = server.asked("/v1/token")
    return request


def test_the_token_alone_comes_out(issuer):
    run = get(issuer)
    assert (run.status, run.out, run.err) == (tool.GOOD, ANSWER["access_token"] + "\n", "")


def test_json(issuer):
    assert get(issuer, "--json").json == ANSWER


def test_basic(issuer):
    """RFC 6749 section 2.3.1: both parts are form-encoded before Basic joins them."""
    get(issuer, "--auth", "basic")
    request = asked(issuer)
    scheme, value = request.headers["Authorization"].split(" ")
    assert scheme == "Basic"
    client, secret = base64.b64decode(value).decode("ascii").split(":")
    assert (unquote_plus(client), unquote_plus(secret)) == (CLIENT, SECRET)
    assert request.form == {"grant_type": ["client_credentials"]}
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.method == "POST"


def test_post(issuer):
    get(issuer, "--auth", "post")
    request = asked(issuer)
    assert "Authorization" not in request.headers
    assert request.form == {"grant_type": ["client_credentials"], "client_id": [CLIENT],
                            "client_secret": [SECRET]}


def test_scopes(issuer):
    get(issuer, "--scope", "orders.read", "--scope", "a b&c=d")
    assert asked(issuer).form["scope"] == ["orders.read a b&c=d"]


def test_token_endpoint_without_metadata(issuer):
    run = tool.run("get", "--insecure-http", "--token-endpoint", issuer.token_endpoint, "--client-id",
                   CLIENT, env={"CLIENT_SECRET": SECRET})
    assert run.status == tool.GOOD
    assert len(issuer.requests) == 1


# status and body of the answer, exit status, what standard error says
ERRORS = {
    "bad secret": (401, {"error": "invalid_client", "error_description": "The secret is wrong."},
                   tool.REFUSED, ["401 invalid_client): The secret is wrong; ", "--auth post"]),
    "bad scope": (400, {"error": "invalid_scope"}, tool.REFUSED, ["400 invalid_scope", "--scope"]),
    "wrong type of application": (400, {"error": "unauthorized_client"}, tool.REFUSED, ["API Services"]),
    "no policy": (400, {"error": "access_denied", "error_description": "Policy evaluation failed"},
                  tool.REFUSED, ["Policy evaluation failed", "access policy"]),
    "DPoP required": (400, {"error": "invalid_dpop_proof"}, tool.REFUSED, ["DPoP"]),
    "another error": (400, {"error": "slow_down"}, tool.REFUSED, ["400 slow_down"]),
    "Okta's own error": (404, {"errorCode": "E0000007", "errorSummary": "Not found"}, tool.REFUSED,
                         ["404 E0000007", "Not found"]),
    "description with controls": (400, {"error": "x", "error_description": "\x1b[2J\r\nokta-token: fine"},
                                  tool.REFUSED, ["?[2J??okta-token: fine"]),
    "no OAuth error": (400, "bad", tool.TROUBLE, ["status 400", "token endpoint"]),
    "throttled": (429, {"error": "too_many"}, tool.TROUBLE, ["429"]),
    "server error": (500, {"error": "server_error"}, tool.TROUBLE, ["status 500"]),
    "no JSON": (200, "<html>eyJhidden", tool.TROUBLE, ["no JSON object"]),
    "no token": (200, {"token_type": "Bearer"}, tool.TROUBLE, ["no usable access_token"]),
    "token a number": (200, {"access_token": 1}, tool.TROUBLE, ["no usable access_token"]),
    "token empty": (200, {"access_token": ""}, tool.TROUBLE, ["no usable access_token"]),
    "token with a line break": (200, {"access_token": "a\r\nX: y"}, tool.TROUBLE,
                                ["no usable access_token"]),
    "created": (201, ANSWER, tool.TROUBLE, ["status 201"]),
}


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("mode", [[], ["--json"]], ids=["plain", "json"])
def test_error(name, mode, issuer):
    status, body, code, parts = ERRORS[name]
    issuer.answers["/v1/token"] = (status, body)
    run = get(issuer, *mode)
    assert run.status == code
    assert run.out == ""
    assert len(run.err.splitlines()) == 1
    for part in parts:
        assert part in run.err
    assert "s3cr3t" not in run.err and "eyJ" not in run.err


def test_invalid_client_by_post_proposes_basic(issuer):
    issuer.answers["/v1/token"] = (401, {"error": "invalid_client"})
    assert "--auth basic" in get(issuer, "--auth", "post").err


def test_retry_after(issuer):
    issuer.answers["/v1/token"] = (429, "", {"Retry-After": "7"})
    run = get(issuer)
    assert run.status == tool.TROUBLE
    assert "try again in 7 s" in run.err


def test_another_type_of_token(issuer):
    issuer.answers["/v1/token"] = (200, dict(ANSWER, token_type="DPoP"))
    run = get(issuer)
    assert run.status == tool.GOOD
    assert run.err == "okta-token: warning: the token's type is DPoP, not Bearer\n"


def test_a_secret_does_not_follow_a_redirect(issuer):
    with Server() as other:
        issuer.answers["/v1/token"] = (307, "", {"Location": other.token_endpoint})
        run = get(issuer)
        assert run.status == tool.TROUBLE
        assert "another host" in run.err
        assert other.requests == []


@pytest.mark.parametrize("metadata, part", [
    ((404, ""), "404"),
    ((200, {"issuer": "https://other.example", "jwks_uri": "x"}), "https://other.example"),
])
def test_no_metadata(metadata, part, issuer):
    issuer.answers["/.well-known/openid-configuration"] = metadata
    run = get(issuer)
    assert run.status == tool.TROUBLE
    assert part in run.err
    assert issuer.asked("/v1/token") == []


@pytest.mark.parametrize("endpoint", [None, "http://evil.example/token", 1])
def test_metadata_without_a_usable_token_endpoint(endpoint, issuer):
    metadata = dict(issuer.answers["/.well-known/openid-configuration"][1], token_endpoint=endpoint)
    issuer.answers["/.well-known/openid-configuration"] = (200, metadata)
    run = get(issuer)
    assert run.status == tool.TROUBLE
    assert "--token-endpoint" in run.err


ISSUER = ["--issuer", "https://a.okta.com/oauth2/default"]
MISTAKES = {
    "no issuer": (["--client-id", "c"], ["--issuer"]),
    "no client": (ISSUER, ["--client-id"]),
    "empty client": ([*ISSUER, "--client-id", ""], ["--client-id"]),
    "auth": ([*ISSUER, "--auth", "digest"], ["--auth", '"digest"', "basic or post"]),
    "issuer with a slash": (["--issuer", ISSUER[1] + "/", "--client-id", "c"], ["--issuer", "slash"]),
    "endpoint over http": (["--token-endpoint", "http://a.okta.com/x", "--client-id", "c"],
                           ["--token-endpoint", "https"]),
    "two sources": ([*ISSUER, "--client-id", "c", "--secret-file", "f", "--secret-env", "E"],
                    ["--secret-file", "--secret-env"]),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_usage(name):
    arguments, parts = MISTAKES[name]
    run = tool.run("get", *arguments, env={"OKTA_CLIENT_SECRET": "x"})
    assert run.status == tool.TROUBLE
    assert run.out == ""
    for part in parts:
        assert part in run.err
