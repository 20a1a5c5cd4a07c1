# SPDX-License-Identifier: Apache-2.0
"""httpd -t -D DUMP_OKTA: the configuration as it holds in each protected place, without a secret."""

import json
import os

import pytest
from env import places
from env.httpd import Httpd, child_user
from env.snippets import location

ISSUER = "https://integrator-123456.okta.com/oauth2/default"
SECRET = "a-secret-of-the-configuration"


@pytest.fixture
def dump():
    """dump(snippet, **options) -> {kind: [line, …]}; the snippet passes configtest."""
    made = []

    def run(snippet, arguments=("-D", "DUMP_OKTA"), **options):
        server = Httpd(snippet, mpm=places.mpms()[0], **options)
        made.append(server)
        result = server.configtest(arguments=arguments)
        assert result.ok, result.output
        assert SECRET not in result.output
        lines = [json.loads(line) for line in result.output.splitlines() if line.startswith('{"okta":')]
        return {kind: [line for line in lines if line["okta"] == kind] for kind in ("server", "issuer", "place")}
    yield run
    for server in made:
        server.remove()


def test_nothing_unless_it_is_asked_for(dump):
    snippet = f"OktaIssuer {ISSUER}\n" + location("/api")
    assert not any(dump(snippet, arguments=()).values())
    assert not any(dump(snippet, arguments=("-D", "DUMP_OKT")).values())


def test_one_line_for_each(dump):
    lines = dump(f"OktaIssuer {ISSUER}\n" + location("/api"))
    (server,), (issuer,), (place,) = lines["server"], lines["issuer"], lines["place"]
    assert server["uid"] == child_user()[0] and not server["state_dir_configured"]
    assert server["state_dir"].endswith("/run/okta")
    assert issuer["url"] == ISSUER and issuer["proxy"] == "" and issuer["timeout_ms"] == 10000
    assert issuer["state_file"].startswith(server["state_dir"] + "/keys-")
    assert place["section"] == "<Location /api>" and place["path"] == "/api"
    assert place["issuers"] == [ISSUER] and place["audiences"] == ["api://default"]
    assert place["algorithms"] == ["RS256"] and place["dpop"] == "optional" and place["skew"] == 60
    assert place["require"] == [["valid-user"]]
    assert place["at"].endswith(f":{place['at'].rpartition(':')[2]}") and "test.conf:" in place["at"]


def test_what_holds_is_merged(dump):
    lines = dump(f"OktaIssuer {ISSUER}\nOktaAlgorithms ES256\nOktaClientId 0oa1\n"
                 + location("/api", "OktaDPoP required")
                 + "<Location /api/admin>\nOktaClockSkew 5\nRequire okta-group \"Domain Users\" Admins\n</Location>\n")
    api, admin = lines["place"]
    assert admin["clients"] == api["clients"] == ["0oa1"] and admin["algorithms"] == ["ES256"]
    assert (api["dpop"], admin["dpop"]) == ("required", "required")
    assert (api["skew"], admin["skew"]) == (60, 5)
    assert admin["require"] == [["okta-group", "Domain Users", "Admins"]]


def test_lists_of_revocations(dump):
    """Of each place the one that holds, in a virtual host that has another too; and the age that tokens may have."""
    def snippet(s):
        first, second = s.write("conf/first", ""), s.write("conf/second", "")
        return (f"OktaIssuer {ISSUER}\nOktaRevocations {first}\n" + location("/api", "OktaMaxTokenAge 10m")
                + f"<VirtualHost 127.0.0.1:{s.port}>\nServerName other.example\nOktaRevocations {second}\n"
                "</VirtualHost>\n")
    ours, other = dump(snippet)["place"]
    assert ours["revocations"].endswith("/conf/first") and other["revocations"].endswith("/conf/second")
    assert ours["revocations_inside"] == ours["revocations"]
    assert ours["max_token_age"] == other["max_token_age"] == 600
    (none,) = dump(f"OktaIssuer {ISSUER}\n" + location("/api"))["place"]
    assert "revocations" not in none and "max_token_age" not in none


def test_what_messages_to_an_mcp_server_need(dump):
    lines = dump(f"OktaIssuer {ISSUER}\n" + location("/api") + location(
        "/mcp", "OktaMcp On", "OktaMcpScope tools/call:a:* one two", "OktaMcpScope * three", "OktaMcpMaxBytes 2048")
        + "<Location /mcp/inner>\nOktaMcpScope x y\n</Location>\n")
    api, mcp, inner = lines["place"]
    assert (api["mcp"], api["mcp_scopes"], api["mcp_max_bytes"]) == (False, [], 1048576)
    assert (mcp["mcp"], mcp["mcp_max_bytes"]) == (True, 2048)
    assert mcp["mcp_scopes"] == [{"method": "tools/call", "name": "a:*", "scopes": ["one", "two"]},
                                 {"method": "*", "scopes": ["three"]}]
    assert (inner["mcp"], inner["mcp_max_bytes"]) == (True, 2048)
    assert inner["mcp_scopes"] == [{"method": "x", "scopes": ["y"]}]


def test_a_virtual_host_has_lines_of_its_own(dump):
    lines = dump(lambda s: f"OktaIssuer {ISSUER}\n" + location("/api")
                 + f"<VirtualHost 127.0.0.1:{s.port}>\nServerName other.example\n"
                 f"OktaIssuer {ISSUER}x\nOktaAudience a\n</VirtualHost>\n")
    assert [(p["server"] == "other.example", p["issuers"]) for p in lines["place"]] == [
        (False, [ISSUER]), (True, [ISSUER + "x"])]


def test_places_that_are_not_protected_have_no_line(dump):
    assert dump(f"OktaIssuer {ISSUER}\n" + location("/api") + "<Location /open>\nRequire all granted\n</Location>\n"
                )["place"][0]["path"] == "/api"


def test_the_require_tree(dump):
    lines = ("<RequireAll>\nRequire okta-scope a b\nRequire not okta-group g\n<RequireNone>\nRequire all denied\n"
             "</RequireNone>\n</RequireAll>")
    place = dump(f"OktaIssuer {ISSUER}\n" + location("/api", *lines.split("\n"), require=None))["place"][0]
    assert place["require"] == [{"all": [["okta-scope", "a", "b"], ["not", "okta-group", "g"],
                                         {"none": [["all", "denied"]]}]}]


def test_no_secret_is_in_it(dump):
    """Passwords of proxies, and words of Require lines of other modules."""
    lines = dump(f"OktaIssuer {ISSUER}\nOktaHttpProxy http://user:{SECRET}@proxy.example:3128\n"
                 + location("/api", require=f"expr \"%{{HTTP:X-Key}} == '{SECRET}'\""))
    assert lines["issuer"][0]["proxy"] == "http://proxy.example:3128" and lines["issuer"][0]["proxy_credentials"]
    assert "proxy=http://proxy.example:3128" in lines["issuer"][0]["trust"]
    assert lines["place"][0]["require"] == [["expr"]]


def test_a_configured_state_directory(dump):
    def snippet(server):
        folder = server.root / "state"
        folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(folder, *child_user())
        return f"OktaStateDir {folder}\nOktaIssuer {ISSUER}\n" + location("/api")
    (server,) = dump(snippet)["server"]
    assert server["state_dir_configured"] and server["state_dir"].endswith("/state")


def test_how_tokens_and_certificates_come(dump):
    [a, b] = dump(f"OktaIssuer {ISSUER}\nOktaClientCertHeader Client-Cert\nOktaTrustedProxy 10.1.2.3 fd00::/8\n"
                  + location("/a") + location("/b", "OktaTokenFrom header cookie:__Host-token websocket"))["place"]
    for place in a, b:
        assert (place["client_cert_header"], place["trusted_proxies"]) == ("Client-Cert", ["10.1.2.3", "fd00::/8"])
    assert (a["token_from"], b["token_from"]) == (["header"], ["header", "cookie:__Host-token", "websocket"])
