# SPDX-License-Identifier: Apache-2.0
"""mod_okta_devserver: introspection (RFC 7662) and revocation (RFC 7009), and the module beside it."""

import time

import pytest
from env.asked import secret_file
from env.client import at_once
from env.devserver import CLIENT, Issuer, dev_lines, start, verified
from env.mint import b64url
from env.snippets import location, trusts
from env.waiting import wait_for

OTHER = ("other", "other-secret")
AGENT = ("agent", "agent-secret")
LINES = (f"OktaDevClient {CLIENT[0]} {CLIENT[1]} api:read api:write", f"OktaDevClient {OTHER[0]} {OTHER[1]} api:read",
         f"OktaDevClient {AGENT[0]} {AGENT[1]} api:read", f"OktaDevActor {AGENT[0]} wlp1")


@pytest.fixture(scope="module")
def shared(launch_shared):
    return start(launch_shared(dev_lines(*LINES) + dev_lines(*LINES, path="/oauth2/second"), okta=False, start=False,
                               processes=3))


@pytest.fixture
def dev(shared):
    return Issuer(shared)


def _asked(dev, endpoint, token, auth=OTHER, **fields):
    return dev.call("POST", endpoint, auth=auth, data={"token": token, "token_type_hint": "access_token", **fields})


def _said(dev, token, **options):
    answer = _asked(dev, "/v1/introspect", token, **options)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json()


def _revoke(dev, token, auth=CLIENT):
    answer = _asked(dev, "/v1/revoke", token, auth)
    assert (answer.status_code, answer.content) == (200, b"")


def test_the_metadata_name_both(dev):
    document = dev.call("GET", "/.well-known/oauth-authorization-server").json()
    for what, path in (("introspection", "/v1/introspect"), ("revocation", "/v1/revoke")):
        assert document[f"{what}_endpoint"] == dev.url + path
        assert document[f"{what}_endpoint_auth_methods_supported"] == ["client_secret_basic", "client_secret_post"]
        assert dev.call("GET", path).headers["Allow"] == "POST"


def test_what_is_said_of_a_token(dev):
    token = dev.token(scope="api:read api:write")
    claims = verified(token, dev.keys())
    assert _said(dev, token) == {
        "active": True, "token_type": "Bearer", "scope": "api:read api:write", "client_id": CLIENT[0],
        "username": CLIENT[0], **{name: claims[name] for name in ("sub", "jti", "iss", "aud", "iat", "exp")}}


def test_of_an_agent_and_of_a_bound_token(dev):
    said = _said(dev, dev.token(auth=AGENT))
    assert (said["client_id"], said["scope"], said["act"]["sub"]) == (AGENT[0], "api:read", "wlp1")
    said = _said(dev, dev.token(dev_claims='{"cnf":{"jkt":"x"},"active":false,"token_type":"x"}'))
    assert (said["active"], said["token_type"], said["cnf"]) == (True, "DPoP", {"jkt": "x"})


def _broken(token):
    header, payload, signature = token.split(".")
    return {"another signature": f"{header}.{payload}.{b64url(b'x' * 256)}", "another header": f"e30.{payload}.{signature}",
            "another payload": f"{header}.e30.{signature}", "two parts": f"{header}.{payload}", "one more": token + ".x",
            "no signature": f"{header}.{payload}.", "padding": token + "==", "opaque": "no-token-of-anybody"}


def test_what_is_not_active(dev, shared):
    token = dev.token()
    tokens = {**_broken(token), "another issuer's": Issuer(shared, "/oauth2/second").token(),
              "unpublished": dev.token(dev_key="unpublished"),
              "expired": dev.token(dev_claims=f'{{"exp":{int(time.time())}}}'),
              "without an end": dev.token(dev_claims='{"exp":null}'), "an end in words": dev.token(dev_claims='{"exp":"never"}'),
              "not yet": dev.token(dev_claims=f'{{"nbf":{int(time.time()) + 100}}}')}
    assert {name: _said(dev, one) for name, one in tokens.items()} == {name: {"active": False} for name in tokens}
    assert _said(dev, token)["active"] is True


def test_a_token_of_the_next_and_the_previous_key(dev):
    tokens = [dev.token(), dev.token(dev_key="next")]
    dev.rotate().raise_for_status()
    assert [_said(dev, token)["active"] for token in tokens] == [True, True]
    dev.rotate().raise_for_status()
    assert [_said(dev, token)["active"] for token in tokens] == [False, True]


@pytest.mark.parametrize("endpoint", ["/v1/introspect", "/v1/revoke"])
def test_who_may_ask(dev, endpoint):
    token = dev.token()
    form = {"client_id": OTHER[0], "client_secret": OTHER[1]}
    assert _asked(dev, "/v1/introspect", token, None, **form).json()["active"]
    for auth, fields in ((None, {}), (None, {"client_id": OTHER[0]}), ((OTHER[0], "wrong"), {}), (("nobody", "x"), {})):
        answer = _asked(dev, endpoint, token, auth, **fields)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    for answer in (dev.call("POST", endpoint, auth=OTHER, data={"x": "y"}), dev.call("POST", endpoint, auth=OTHER, json={}),
                   dev.call("POST", endpoint + "?token=x", auth=OTHER)):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert _said(dev, token)["active"]


def test_a_revoked_token(dev):
    token, same_client = dev.token(), dev.token()
    refused = _asked(dev, "/v1/revoke", token, OTHER)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert _said(dev, token)["active"]
    for _ in range(2):
        _revoke(dev, token)
    assert [one.json() for one in at_once(24, lambda i: _asked(dev, "/v1/introspect", token))] == [{"active": False}] * 24
    assert _said(dev, same_client)["active"]
    for one in _broken(token).values():
        _revoke(dev, one)


def test_revocations_outlast_graceful_restarts(launch):
    server = start(launch(dev_lines(*LINES), okta=False, start=False))
    dev = Issuer(server)
    token, other = dev.token(), dev.token()
    _revoke(dev, token)
    server.graceful()
    assert (_said(dev, token), _said(dev, other)["active"]) == ({"active": False}, True)


def test_room_for_so_many_until_they_expire(launch):
    """A token that cannot be remembered as revoked is not said to be."""
    server = start(launch(dev_lines(*LINES), okta=False, start=False))
    server.expects("revoked tokens is full", lasting=True)
    dev = Issuer(server)
    for seconds in (3, 6, 12, 24, 48):  # on a slow machine the first ones have expired before they are revoked
        _revoke(dev, dev.token(dev_claims=f'{{"exp":{int(time.time()) + seconds}}}'))
    rounds = at_once(16, lambda i: [_asked(dev, "/v1/revoke", dev.token(), CLIENT).status_code for _ in range(18)])
    assert {status for statuses in rounds for status in statuses} == {200, 503}
    last = dev.token()

    def revoked():
        status = _asked(dev, "/v1/revoke", last, CLIENT).status_code
        assert _said(dev, last)["active"] == (status == 503)
        return status == 200

    wait_for(revoked, "a place to get free")


def test_the_module_asks_it(launch):
    """OktaIntrospection always, as one would try it with the demo."""
    secret = secret_file(OTHER[1] + "\n", "devserver")
    server = start(launch(
        lambda s: dev_lines(*LINES) + trusts(f"http://{s.host}:{s.port}/oauth2/default", "OktaIntrospection always",
                                             f"OktaIntrospectionClient {OTHER[0]}", f"OktaIntrospectionSecret file:{secret}",
                                             "OktaIntrospectionCache 1s")
        + location("/api/whoami"), start=False))
    dev = Issuer(server)
    token, other = dev.token(), dev.token()
    assert [server.get("/api/whoami", one).status for one in (token, other)] == [200, 200]
    _revoke(dev, token)
    wait_for(lambda: server.get("/api/whoami", token).status == 401, "the revocation to be seen")
    assert server.get("/api/whoami", other).status == 200
