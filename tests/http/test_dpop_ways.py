# SPDX-License-Identifier: Apache-2.0
"""Where proofs go, and where they must not: back ends, programs, trailers, pages of other origins, WebSocket."""

import asyncio
import json

import pytest
from env import websocket
from env.backends import HttpBackend, WebSocketBackend
from env.client import raw_get
from env.dpop import Prover, assert_refused, call, fields
from env.snippets import env_directory, env_location, location, trusts
from env.verdicts import assert_ok

pytestmark = pytest.mark.every_mpm

APP = "https://app.example.com"


@pytest.fixture(scope="module")
def backends():
    with HttpBackend() as http, WebSocketBackend() as ws:
        yield {"http": http, "ws": ws}


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer, backends):
    http, ws = backends["http"].url, backends["ws"].port

    def snippet(s):
        copies = 'SetEnvIf DPoP "(.+)" COPY=$1\nSetEnvIf DPoP "(.+)" WITHIN=proof:$1;\nCGIPassAuth On'
        text = trusts(shared_issuer) + env_directory(s) + "MergeTrailers On\n"
        for state in "On", "Off":
            text += env_location(s, f"/cgi-{state}", f"OktaForwardToken {state}", copies)
            text += f"ProxyPass /http-{state} {http}\n" + location(f"/http-{state}", f"OktaForwardToken {state}",
                                                                 handler=None)
            text += f"ProxyPass /ws-{state} ws://127.0.0.1:{ws}\n" + location(
                f"/ws-{state}", f"OktaForwardToken {state}", handler=None)
        text += f"ProxyPass /after {http}\n<Location /after>\nRequire all granted\n</Location>\n"
        text += location("/moves", "OktaForwardToken Off", "ErrorDocument 403 /after/status-403", require="okta-scope nobody")
        text += location("/cors", f"OktaCorsOrigin {APP}") + location("/cors-off", f"OktaCorsOrigin {APP}",
                                                                      "OktaDPoP off")
        return text
    server = launch_shared(snippet, processes=1, modules=["cgi", "setenvif", "proxy", "proxy_http", "proxy_wstunnel"])
    server.expects("AH01631", optional=True, lasting=True)
    return server


@pytest.fixture(scope="module")
def prover(server):
    return Prover.of(server)


@pytest.fixture(scope="module")
def token(prover, shared_issuer):
    return prover.token(shared_issuer)


def test_programs_get_the_proof_or_they_do_not(server, prover, token):
    proof = prover.proof(token, path="/cgi-On")
    env = call(server, token, proof, path="/cgi-On").environment()
    assert env["HTTP_DPOP"] == proof and env["COPY"] == proof and env["HTTP_AUTHORIZATION"] == f"DPoP {token}"
    proof = prover.proof(token, path="/cgi-Off")
    answer = call(server, token, proof, path="/cgi-Off")
    assert_ok(answer)
    assert proof.encode() not in answer.body and token.encode() not in answer.body
    assert "HTTP_DPOP" not in answer.environment()


def test_back_ends_get_the_proof_or_they_do_not(server, prover, token):
    proof = prover.proof(token, path="/http-On/x")
    answer = call(server, token, proof, path="/http-On/x")
    assert_ok(answer)
    assert proof.encode() in answer.body and token.encode() in answer.body
    proof = prover.proof(token, path="/http-Off/x")
    answer = call(server, token, proof, path="/http-Off/x")
    assert_ok(answer)
    assert proof.encode() not in answer.body and token.encode() not in answer.body


def test_nor_does_what_follows_a_refusal(server, prover, token):
    proof = prover.proof(token, path="/moves")
    answer = call(server, token, proof, path="/moves")
    assert answer.status == 403
    assert proof.encode() not in answer.body and token.encode() not in answer.body


def test_a_proof_in_a_trailer_is_none(server, prover, token):
    proof = prover.proof(token, path="/http-On/x", method="POST")
    answer = raw_get(server.port, "/http-On/x", *fields(token), "Transfer-Encoding: chunked",
                     f"Trailer: DPoP\r\n\r\n3\r\nabc\r\n0\r\nDPoP: {proof}", method="POST")
    assert_refused(answer)
    good = prover.proof(token, path="/http-On/x", method="POST")
    answer = raw_get(server.port, "/http-On/x", *fields(token, good), "Transfer-Encoding: chunked",
                     f"Trailer: DPoP\r\n\r\n3\r\nabc\r\n0\r\nDPoP: {proof}", method="POST")
    assert_ok(answer)
    assert proof.encode() not in answer.body


async def _chat(server, path, headers):
    async with websocket.connect(f"ws://127.0.0.1:{server.port}{path}", headers, open_timeout=30) as connection:
        seen = json.loads(await connection.recv())
        await connection.send("hello")
        return {name.lower() for name, _ in seen}, await connection.recv()


def test_websocket(server, prover, token):
    for state in "On", "Off":
        path = f"/ws-{state}/chat"
        proof = prover.proof(token, path=path)
        seen, echoed = asyncio.run(_chat(server, path, [("Authorization", f"DPoP {token}"), ("DPoP", proof)]))
        assert echoed == "hello"
        assert ("dpop" in seen) == (state == "On") and ("authorization" in seen) == (state == "On")
        answer = raw_get(server.port, path, "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", *fields(token, proof))
        assert_refused(answer)


@pytest.mark.parametrize("path, allowed", [("/cors", True), ("/cors-off", False)])
def test_pages_of_other_origins_may_send_proofs(server, path, allowed):
    answer = raw_get(server.port, path, f"Origin: {APP}", "Access-Control-Request-Method: GET",
                     "Access-Control-Request-Headers: authorization,dpop", method="OPTIONS")
    if allowed:
        assert answer.status == 204 and "dpop" in answer.header("Access-Control-Allow-Headers")
        assert answer.header("Access-Control-Expose-Headers") == "WWW-Authenticate, DPoP-Nonce"
    else:
        assert answer.status == 401
        assert answer.header("Access-Control-Expose-Headers") == "WWW-Authenticate"
