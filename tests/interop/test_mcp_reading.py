# SPDX-License-Identifier: Apache-2.0
"""What we read in a message is what Node's JSON.parse reads, as reference servers do: over the fuzz corpus."""

import json
import subprocess

import nodejs
import pytest
from env import places
from env.issuer import Issuer
from env.mcp import JSON, VERSION, exchange, head
from env.snippets import env_directory, env_location, trusts

CORPUS = places.REPO / "tests" / "fuzz" / "corpus" / "message"


def files(kind):
    found = sorted((CORPUS / kind).iterdir())
    assert len(found) > 10
    return found


def by_node(paths):
    script = nodejs.HERE / "parse.mjs"
    done = subprocess.run([nodejs.node(), script, *paths], check=True, capture_output=True, text=True,
                          timeout=nodejs.PATIENCE)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def site(launch):
    with Issuer() as issuer:
        server = launch(lambda s: trusts(issuer) + env_directory(s) + env_location(s, "/mcp", "OktaMcp On"),
                        modules=("cgi",), log_level="notice")
        yield server, issuer.mint.token()


def send(site, path):
    server, token = site
    body, fields = path.read_bytes(), [JSON]
    if path.name == "version":
        fields += [VERSION, "Mcp-Method: ping"]
    return exchange(server.port, head("/mcp", token, fields, length=len(body)) + body)


def test_what_passes_is_what_node_reads(site):
    paths = files("valid")
    for path, read in zip(paths, by_node(paths), strict=True):
        answer = send(site, path)
        assert answer.status == 200, path.name
        assert read is not None, path.name
        told = answer.environment()
        assert told.get("OKTA_MCP_METHOD", "") == " ".join(method for method, _ in read), path.name
        name = " ".join(name for _, name in read if name is not None)
        # for people: a control character is none there
        assert told.get("OKTA_MCP_NAME", "") == name.replace("\u0085", "??"), path.name


def test_what_node_takes_for_a_message_and_two_could_read_in_two_ways_is_refused(site):
    paths = files("invalid")
    taken = 0
    for path, read in zip(paths, by_node(paths), strict=True):
        answer = send(site, path)
        assert answer.status == 400, path.name
        code = answer.json()["error"]["code"]
        assert code in (-32700, -32600), path.name
        if read is None:
            assert code == -32700, path.name
        taken += read is not None
    assert taken > 20
