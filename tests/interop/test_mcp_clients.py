# SPDX-License-Identifier: Apache-2.0
"""An MCP server behind httpd: the reference clients, with their own OAuth code, npm's oidc-provider as the authorization
server, and the reference server behind us. From the bare 401 to a tool call, and the step-up for another."""

import contextlib
import re
from urllib.parse import urljoin, urlsplit

import pytest
from env import places
from env.routes import AUTHZ_NOISE
from env.snippets import trusts
from mcp_parts import Agent, Agents, McpServer, told

NEWEST, OLDER, OLDEST = "2026-07-28", "2025-11-25", "2024-10-07"
# library, its options, the path, and the version that client and server come to
WAYS = {
    "client-newest": ("client", {"versionNegotiation": {"mode": {"pin": NEWEST}}}, "/mcp", NEWEST),
    "client-auto": ("client", {"versionNegotiation": {"mode": "auto"}}, "/mcp", NEWEST),
    "client-older": ("client", {}, "/mcp", OLDER),
    "client-oldest": ("client", {}, "/oldest/mcp", OLDEST),
    "sdk-newest": ("sdk", {}, "/mcp", OLDER),
    "sdk-oldest": ("sdk", {}, "/oldest/mcp", OLDEST),
}


def place(path, backend, base):
    """The section of docs/mcp.md for an MCP server at this path of ours."""
    page = (places.REPO / "docs" / "mcp.md").read_text("utf-8")
    section = re.search(r"^```apache\n.*?^(<Location.*?^</Location>\n)", page, re.M | re.S)[1]
    section = section.replace("/mcp", path).replace(f"http://127.0.0.1:3000{path}", backend)
    return section.replace("https://api.example.com", base)


@pytest.fixture(scope="module")
def backends(tmp_path_factory):
    """{path: URL of the reference server}. They end after httpd."""
    with contextlib.ExitStack() as stack:
        def start(version):
            running = McpServer(tmp_path_factory.mktemp("mcp") / "stderr.log", version)
            stack.callback(running.stop)
            return running.url
        yield {"/mcp": start(OLDER), "/oldest/mcp": start(OLDEST)}


@pytest.fixture(scope="module")
def server(backends, oidc_provider, launch):
    started = launch(lambda httpd: trusts(oidc_provider.issuers["trusted"], audience=None) + "".join(
        place(path, backend, f"http://{httpd.host}:{httpd.port}") for path, backend in backends.items()),
        modules=("proxy", "proxy_http"), threads=16)
    started.expects(AUTHZ_NOISE, lasting=True)
    return started


@pytest.fixture(scope="module")
def agents(tmp_path_factory):
    running = Agents(tmp_path_factory.mktemp("agents") / "stderr.log")
    yield running
    running.stop()


@pytest.fixture
def meet(server, agents, oidc_provider):
    """meet(way) -> a client that has no token yet, with .resource and .version as they have to be"""
    def start(way, **more):
        library, options, path, version = WAYS[way]
        resource = f"http://{server.host}:{server.port}{path}"
        agent = Agent(agents, oidc_provider, library=library, options=options, url=resource, **more)
        agent.resource, agent.version = resource, version
        stack.callback(agent.close)
        return agent
    with contextlib.ExitStack() as stack:
        yield start


def both(scopes):
    return sorted(scopes.split(" ")) == ["mcp:use", "orders:write"]


def text(outcome):
    assert "result" in outcome, outcome
    return outcome["result"]["content"][0]["text"]


@pytest.mark.parametrize("way", WAYS)
def test_from_the_bare_401_to_a_tool_and_the_step_up(meet, oidc_provider, way):
    agent = meet(way)
    assert agent.connect() == agent.version
    bare, metadata, *others = agent.exchanges()
    document = urljoin(agent.resource, "/.well-known/oauth-protected-resource" + urlsplit(agent.resource).path)
    assert (bare["method"], bare["url"], bare["status"]) == ("POST", agent.resource, 401)
    assert bare["challenge"] == f'Bearer realm="orders", scope="mcp:use", resource_metadata="{document}"'
    assert (metadata["url"], metadata["answer"]["resource"]) == (document, agent.resource)
    assert metadata["answer"]["authorization_servers"] == [oidc_provider.issuers["trusted"]]
    assert any(said["url"].endswith("/reg") and said["status"] == 201 for said in others)
    assert agent.asked["scope"] == ["mcp:use"] and agent.asked["resource"] == [agent.resource]
    assert agent.asked["code_challenge_method"] == ["S256"]

    assert agent.tools() == ["list_orders", "cancel_order", "watch_orders"]
    assert "order 1002: open" in text(agent.call("list_orders"))

    agent.exchanges()
    refused = agent.call("cancel_order", id="1001")
    assert "authorize" in refused, refused
    (denied,) = [said for said in agent.exchanges() if said.get("status") == 403]
    assert 'error="insufficient_scope"' in denied["challenge"]
    assert f'resource_metadata="{document}"' in denied["challenge"]
    assert both(re.search(r' scope="([^"]*)"', denied["challenge"])[1])
    agent.step_up(refused)
    assert both(agent.asked["scope"][0])
    assert text(agent.call("cancel_order", id="1001")) == "Order 1001 is canceled."
    assert text(agent.call("list_orders")).startswith("order 1001: canceled")


def test_the_exchange_of_the_document(server, meet, oidc_provider):
    """docs/mcp.md prints what this client sends and gets, word for word."""
    agent = meet("client-newest")
    agent.connect()
    agent.call("list_orders")
    agent.step_up(agent.call("cancel_order", id="1002"))
    agent.call("cancel_order", id="1002")
    issuer = oidc_provider.issuers["trusted"].partition("/oauth2/")[0]
    text = told(agent.exchanges(), {f"http://{server.host}:{server.port}": "https://api.example.com",
                                    issuer: "https://issuer.example.com"})
    # as they stand when nobody has canceled any
    text = re.sub(r"order 1001: \w+; order 1002: \w+", "order 1001: shipped; order 1002: open", text)
    assert text in (places.REPO / "docs" / "mcp.md").read_text("utf-8"), "docs/mcp.md should say:\n" + text


@pytest.mark.parametrize("way", WAYS)
def test_the_first_event_comes_before_the_end(meet, way):
    """The answer of watch_orders ends when an order is canceled, which nobody does before its first event is here."""
    agent = meet(way)
    agent.connect()
    assert agent.watch() == {"first": "watching", "over": False}
    agent.step_up(agent.call("cancel_order", id="1002"))
    assert text(agent.call("cancel_order", id="1002")) == "Order 1002 is canceled."
    assert text(agent.watched()) == "Order 1002 was canceled."


@pytest.mark.parametrize("way", [way for way in WAYS if WAYS[way][3] != NEWEST])
def test_sessions_of_older_versions(meet, way):
    """What the server says by itself comes on the stream of a GET, which has no end until a DELETE ends the session."""
    agent = meet(way)
    agent.connect()
    agent.listening()
    agent.step_up(agent.call("cancel_order", id="1002"))
    agent.call("cancel_order", id="1002")
    agent.changed()
    assert "failed" not in agent.close()
    calls = [(said["method"], said["status"]) for said in agent.exchanges() if said["url"] == agent.resource]
    assert ("GET", 200) in calls and calls[-1] == ("DELETE", 200)


@pytest.mark.parametrize("way", ["client-oldest", "sdk-oldest"])
def test_calls_in_one_array(meet, way):
    agent = meet(way)
    agent.connect()
    assert agent.together("list_orders", "list_orders") == {}
    assert "authorize" in agent.together("list_orders", "cancel_order")
    statuses = [said["status"] for said in agent.exchanges() if (said.get("body") or "").startswith("[")]
    assert statuses == [200, 403]


def test_a_token_that_is_bound_to_a_key(meet):
    """The client has a key of its own (DPoP), and a proof by it for each request."""
    agent = meet("client-newest", dpop=True)
    agent.connect()
    agent.step_up(agent.call("cancel_order", id="1002"))
    assert text(agent.call("cancel_order", id="1002")) == "Order 1002 is canceled."
    calls = [said for said in agent.exchanges() if "authorization" in said.get("headers", {})]
    assert [said["status"] for said in calls] == [200, 403, 200]
    assert all(said["headers"]["authorization"].startswith("DPoP ") and said["headers"]["dpop"] for said in calls)
