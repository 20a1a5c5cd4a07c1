# SPDX-License-Identifier: Apache-2.0
"""The reference MCP server and clients (npm), which we did not write: see mcp-server.mjs and mcp-client.mjs."""

import json
import secrets
from urllib.parse import parse_qs, urlsplit

import nodejs
from commands import Commands
from env import leaks


class McpServer(Commands):
    """With the third tool, watch_orders, and sessions in one of these versions for older clients."""

    def __init__(self, log, *versions):
        super().__init__(log, nodejs.node(), nodejs.HERE / "mcp-server.mjs", "--sessions", ",".join(versions))
        self.url = self.told()["url"]


class Agent:
    """One client of an MCP server, and the person who consents for it."""

    def __init__(self, program, oidc_provider, user="alice@example.com", **options):
        self._program, self._name = program, secrets.token_hex(8)
        self._oidc, self._user = oidc_provider, user
        self.asked = {}  # of the authorization server, the last time
        self._run("open", redirect_uri=oidc_provider.redirect_uri, **options)

    def _run(self, command, **options):
        return getattr(self._program, command)(name=self._name, **options)

    def _consent(self, url):
        """As a browser: sign in, consent, and hand the code to the client. Gives the token's answer."""
        self.asked = parse_qs(urlsplit(url).query)
        tokens = self._run("finish", url=self._oidc.consent(self._user, url))
        leaks.register(tokens["access_token"], "access_token")
        return tokens

    def connect(self):
        """The protocol's version. The first connection asks for consent, the second has a token."""
        first = self._run("connect")
        assert "authorize" in first, first
        self._consent(first["authorize"])
        return self._run("connect")["result"]

    def call(self, tool, **arguments):
        return self._run("call", tool=tool, arguments=arguments)

    def step_up(self, refused):
        return self._consent(refused["authorize"])

    def tools(self):
        return [tool["name"] for tool in self._run("tools")["result"]["tools"]]

    def watch(self):
        return self._run("watch")

    def watched(self):
        return self._run("watched")

    def together(self, *tools):
        """Calls in one array; what they answer is not waited for."""
        return self._run("together", tools=tools)

    def listening(self):
        """Waits until the stream of the GET is open."""
        return self._run("listening")

    def changed(self):
        """Waits until the server says on the stream of the GET that its tools changed."""
        return self._run("changed")

    def exchanges(self):
        """What went over the wire since the last time."""
        return self._run("exchanges")

    def close(self):
        return self._run("close")


class Agents(Commands):
    def __init__(self, log):
        super().__init__(log, nodejs.node(), nodejs.HERE / "mcp-client.mjs")


def _parameters(text):
    """What a form or a query says, but for what is another value each time."""
    shown = ("grant_type", "response_type", "scope", "resource", "code_challenge_method")
    values = parse_qs(text)
    return "&".join([f"{name}={values[name][0]}" for name in shown if name in values] + ["…"])


def _asked(exchange):
    url, _, query = exchange["url"].partition("?")
    if exchange["method"] == "BROWSER":
        return f"(browser) GET {url}?{_parameters(query)}"
    first = f"{exchange['method']} {url}"
    body = exchange.get("body") or ""
    if body.startswith("{"):
        message = json.loads(body)
        if "method" in message:
            first += f"  {message['method']} {message.get('params', {}).get('name', '')}".rstrip()
        else:
            first += f'  "client_name":"{message["client_name"]}","scope":"{message["scope"]}",…'
    elif body:
        first += f"  {_parameters(body)}"
    return first + (", with the token" if "authorization" in exchange["headers"] else "")


def _answered(exchange):
    said = f"  {exchange['status']}"
    if exchange["challenge"]:
        return f"{said} WWW-Authenticate: {exchange['challenge']}"
    answer = exchange.get("answer", {})
    if "resource" in answer:
        return said + " " + json.dumps({name: answer[name] for name in (
            "resource", "authorization_servers", "scopes_supported")}, separators=(",", ":"))[:-1] + ",…}"
    if "access_token" in answer:
        return f'{said} {{"access_token":"…","scope":"{answer["scope"]}",…}}'
    if "content" in answer.get("result", {}):
        return f"{said} {answer['result']['content'][0]['text']}".replace("\n", "; ")
    return said


def told(exchanges, names):
    """The exchanges for people: a line for what was asked, one for what came. names: {here: in the text}."""
    text = "".join(_asked(said) + "\n" + (_answered(said) + "\n" if said["method"] != "BROWSER" else "")
                   for said in exchanges)
    for here, there in names.items():
        text = text.replace(here, there)
    return text
