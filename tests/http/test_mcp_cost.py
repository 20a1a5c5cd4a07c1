# SPDX-License-Identifier: Apache-2.0
"""What reading a message costs over handing it on unread: instructions are counted, no clock read."""

import json

import pytest
from env.backends import HttpBackend
from env.counting import CountingHttpd
from env.issuer import Issuer
from env.mcp import JSON, chunked, head, message, text
from env.snippets import location, trusts

MOST = 60_000
RULES = ("OktaMcpScope tools/call tools", "OktaMcpScope tools/call:delete_* tools delete",
         "OktaMcpScope resources/*:file:///private/* private", "OktaMcpScope prompts/* prompts")


@pytest.fixture(scope="module")
def site():
    with Issuer() as issuer, HttpBackend() as backend:
        def place(path, *lines):
            return location(path, *lines, f"ProxyPass {backend.url}{path}", handler=None, require="okta-scope base")
        made = CountingHttpd(trusts(issuer) + place("/unread") + place("/read", "OktaMcp On", *RULES),
                             modules=("proxy", "proxy_http"), log_level="notice")
        try:
            yield made.start(), issuer.mint.token(scp=["base", "tools", "prompts"]), backend
        finally:
            made.stop()
            made.remove()


def cost(site, body, chunks=None):
    """Instructions at the place that reads it, over those at the other one; the token is known at both."""
    server, token, backend = site
    counts = []
    for path in ("/unread", "/read"):
        for _ in range(2):
            if chunks:
                data = head(path, token, (JSON, "Transfer-Encoding: chunked")) + chunked(body, chunks)
            else:
                data = head(path, token, (JSON,), length=len(body)) + body
            instructions, answer = server.instructions(data)
            assert answer.status == 200, answer
            assert backend.seen[-1]["body"].encode("latin-1") == body
            backend.seen.clear()
        counts.append(instructions)
    return counts[1] - counts[0]


def call(size):
    """A tool call as clients write it: some names, numbers and texts, of about that many bytes."""
    arguments, i = {"query": "name = \"value\"\n", "limit": 50, "deep": {"list": [1, 2.5, True, None]}}, 0
    while len(text(message(name="search", params={"name": "search", "arguments": arguments}))) < size - 60:
        arguments[f"argument_{i}"] = "some words of a text that somebody wrote, " * max(1, size // 4000)
        i += 1
    return text(message(name="search", params={"name": "search", "arguments": arguments}))


SHAPES = {
    "a usual call": call,
    "one text": lambda size: text(message("ping", params={"a": "x" * size})),
    "escapes": lambda size: text(message("ping", params={"a": "\n\u00e9\U0001f600" * (size // 20)})),
    "numbers": lambda size: text(message("ping", params={"a": [7] * (size // 2)})).replace(b" ", b""),
    "members": lambda size: text(message("ping", params={f"{i:07}": 1 for i in range(size // 12)})).replace(b" ", b""),
    "names alike": lambda size: text(message("ping", params={"a" * 500 + f"{i:07}": 1 for i in range(size // 512)})),
    "nested": lambda size: text(message("ping", params={"a": [json.loads("[" * 120 + "]" * 120)] * (size // 240)})),
    "messages": lambda size: text([{"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "x"}}] * (size // 75)),
    "a long name": lambda size: text(message("prompts/get", "delete_" * (size // 7))),
}


def test_a_call_of_a_kilobyte_costs_little(site, figure):
    for chunks in (None, 100):
        counted = cost(site, call(1000), chunks)
        figure("instructions of a tool call of 1 kB over the same unread", chunks=chunks, more=counted)
        assert counted < MOST


@pytest.mark.parametrize("shape", SHAPES)
def test_the_cost_grows_with_the_size_and_not_faster(site, figure, shape):
    made = SHAPES[shape]
    small, large = (cost(site, made(size)) for size in (64_000, 1_000_000))
    figure("instructions of reading a message", shape=shape, of_64_kB=small, of_1_MB=large)
    # by 15.6 where it is linear, by some 20 where it sorts, by 244 where it is a square
    assert large < small * 24, (small, large)

