# SPDX-License-Identifier: Apache-2.0
"""docs/mcp.md: its other sections do what the page says, each before a server that tells what it got."""

import itertools
import re

import pytest
from env import places
from env.backends import HttpBackend
from env.issuer import Issuer
from env.mcp import message, post
from env.mint import ABSENT
from env.routes import AUTHZ_NOISE
from env.snippets import trusts

PAGE = places.REPO / "docs" / "mcp.md"
RESOURCE = "https://api.example.com/mcp"


@pytest.fixture(scope="module")
def issuer():
    with Issuer(audience=RESOURCE) as started:
        yield started


@pytest.fixture(scope="module")
def backend():
    with HttpBackend() as started:
        yield started


@pytest.fixture(scope="module")
def section(issuer, backend, launch):
    """section(heading) -> the httpd of the block of configuration under that heading"""
    page = PAGE.read_text("utf-8")

    def start(heading):
        part = page[page.index(f"\n## {heading}\n"):].partition("\n```apache\n")[2].partition("\n```\n")[0]
        part = re.sub(r"^Okta(Domain|AuthorizationServer) .*\n", "", part, flags=re.M)
        part = part.replace("http://127.0.0.1:3000/mcp", backend.url + "/mcp")
        server = launch(trusts(issuer, audience=None) + part, modules=("proxy", "proxy_http"))
        server.expects(AUTHZ_NOISE, lasting=True)
        return server
    return start


def call(server, issuer, sent, **claims):
    return post(server, "/mcp", sent, issuer.mint.token(**claims))


def test_an_agent_that_acts_for_somebody(section, issuer):
    server = section("2. Okta's side")
    by = {"scope": "mcp:use", "scp": ABSENT, "cid": ABSENT, "sub": "ada"}
    assert call(server, issuer, message("tools/list"), **by, act={"sub": "wlp1a2b3c4d5e6f7g8h9"}).status == 200
    assert call(server, issuer, message("tools/list"), **by, act={"sub": "wlp0000000000000000"}).status == 403
    assert call(server, issuer, message("tools/list"), scp=["mcp:use"]).status == 403


def test_scopes_by_tool(section, issuer):
    server = section("4. Scopes by tool")
    needed = {("tools/list", None): "", ("initialize", None): "",
              ("tools/call", "drop_everything"): "orders:write", ("tools/call", "list_orders"): "orders:read",
              ("tools/call", "get_order"): "orders:read", ("tools/call", "refund_order"): "orders:write payments:write",
              ("resources/read", "file:///invoices/7"): "invoices:read", ("resources/read", "file:///other"): ""}
    scopes = sorted({scope for value in needed.values() for scope in value.split()})
    for ((method, name), value), count in itertools.product(needed.items(), range(len(scopes) + 1)):
        for had in itertools.combinations(scopes, count):
            answer = call(server, issuer, message(method, name), scp=["mcp:use", *had])
            if set(value.split()) <= set(had):
                assert answer.status == 200, (method, name, had)
            else:
                _, parameters = answer.challenge()
                assert answer.status == 403
                assert set(parameters["scope"].split()) == {"mcp:use", *value.split()}, (method, name, had)


def test_what_a_client_is_told_whose_token_has_too_few_scopes(section, issuer):
    server = section("1. Apache's side")
    answer = call(server, issuer, message("tools/call", "cancel_order", id=7), scp=["mcp:use"])
    assert answer.status == 403
    assert f"\n```json\n{answer.body.decode()}```\n" in PAGE.read_text("utf-8")


def test_who_calls(section, issuer):
    server = section("8. Who calls")
    seen = call(server, issuer, message("tools/call", "list_orders"), sub="ada", scp=["mcp:use"],
                act={"sub": "wlp1a2b3c4d5e6f7g8h9"}).json()
    headers = {name.lower(): value for name, value in seen["headers"]}
    assert (headers["x-user"], headers["x-agent"]) == ("ada", "wlp1a2b3c4d5e6f7g8h9")
    assert "authorization" not in headers
    (line,) = re.findall(r'.*"POST /mcp .*', (server.root / "logs" / "mcp.log").read_text())
    assert 'mcp="tools/call list_orders" agent="wlp1a2b3c4d5e6f7g8h9" reason=-' in line
