# SPDX-License-Identifier: Apache-2.0
"""RFC 9728 where AuthType, OktaResourceMetadata and Require stand in different sections, and by which name we go."""

import pytest
from env.client import raw
from env.routes import AUTHZ_NOISE
from env.snippets import location, trusts

WELL_KNOWN = "/.well-known/oauth-protected-resource"
OTHER = "https://other.example.com/oauth2/default"


def section(path, *lines):
    return f"<Location {path}>\n" + "".join(f"{line}\n" for line in lines) + "</Location>\n"


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    def snippet(s):
        named, metadata, hiding = s.extra_ports
        return (
            trusts(shared_issuer)
            + location("/", require="okta-scope base")
            # AuthType at the root only
            + section("/mcp", "Require okta-scope mcp.use", "OktaResourceMetadata On")
            + section("/mcp/deep", "Require okta-scope mcp.deep")
            + section("/plain", "OktaResourceMetadata On")
            + section("/both", "Require okta-scope own", "AuthMerging And", "OktaResourceMetadata On")
            + section("/either", "<RequireAll>", "Require okta-scope a", "<RequireNone>", "Require okta-scope banned",
                      "</RequireNone>", "</RequireAll>", "OktaResourceMetadata On")
            + section("/limited", "<Limit GET>", "OktaResourceMetadata On", "</Limit>")
            + section("/trusting", "OktaResourceMetadata On") + section("/trusting/other", f"OktaIssuer {OTHER}",
                                                                       "OktaAudience api://other")
            + section("/open", "AuthType None", "Require all granted", "OktaResourceMetadata On")
            # by the order in the configuration, not by length
            + section("/turned/inner", "OktaResourceMetadata On") + section("/turned", "OktaResourceMetadata Off")
            + section("/twice", "OktaResourceMetadata On") + section("/twice", "Require okta-scope second")
            # slashes
            + section("/dir/", "OktaResourceMetadata On")
            + section("/tools", "OktaResourceMetadata On")
            + section("/two", "OktaResourceMetadata On") + section("/two/", "Require okta-scope two",
                                                                   "OktaResourceMetadata On")
            + f"<VirtualHost *:{named}>\nServerName api.example.com\nServerAlias www.example.com *.apps.example.com\n"
            "</VirtualHost>\n"
            f"<VirtualHost *:{metadata}>\nServerName https://meta.example.com\nOktaResourceMetadata On\n"
            + section("/scoped", "Require okta-scope scoped") + section("/unscoped", "OktaRemoteUser sub")
            + "</VirtualHost>\n"
            f"<VirtualHost *:{hiding}>\nServerName hiding.example.com\n"
            + section("/mcp", "OktaResourceMetadata Off") + section("/tools", "Require okta-scope of.vhost")
            + f"{section('/plain', f'OktaIssuer {OTHER}', 'OktaAudience x')}</VirtualHost>\n")
    server = launch_shared(snippet, processes=1, threads=8, extra_ports=3)
    server.expects(AUTHZ_NOISE, lasting=True)
    server.expects(r'OKTA-KEYS: issuer "https://other', lasting=True, optional=True)
    return server


def ask(port, path, host=None):
    host = f"127.0.0.1:{port}" if host is None else host
    return raw(port, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())


def pointed_at(server, path, port=None, host=None):
    return ask(port or server.port, path, host).challenge()[1].get("resource_metadata")


def base(server):
    return f"http://127.0.0.1:{server.port}"


@pytest.mark.every_mpm
@pytest.mark.parametrize("path, scopes", [
    ("/mcp", ["mcp.use"]), ("/plain", ["base"]), ("/both", ["base", "own"]), ("/either", ["a"]),
    ("/limited", ["base"]), ("/trusting", ["base"]), ("/turned/inner", None), ("/twice", ["second"]),
    ("/dir/", ["base"]), ("/two", ["base"]), ("/two/", ["two"]), ("/trusting/other", ["base"]),
])
def test_a_document_where_the_settings_come_together(server, path, scopes):
    """The challenge names it, it names what was asked for, and its scopes are those that httpd would ask for."""
    if scopes is None:
        assert pointed_at(server, path) is None and server.get(WELL_KNOWN + path).status == 401
        return
    assert pointed_at(server, path) == base(server) + WELL_KNOWN + path
    document = server.get(WELL_KNOWN + path)
    assert document.status == 200 and document.json()["resource"] == base(server) + path
    assert document.json()["scopes_supported"] == scopes


def test_what_is_further_in_belongs_to_it(server):
    assert pointed_at(server, "/mcp/x") == pointed_at(server, "/mcp/deep") == base(server) + WELL_KNOWN + "/mcp"
    assert server.get(WELL_KNOWN + "/mcp/deep").status == 401


def test_another_issuer_further_in_is_another_resource(server, shared_issuer):
    assert server.get(WELL_KNOWN + "/trusting").json()["authorization_servers"] == [shared_issuer.url]
    assert server.get(WELL_KNOWN + "/trusting/other").json()["authorization_servers"] == [OTHER]
    assert pointed_at(server, "/trusting/other/x") == base(server) + WELL_KNOWN + "/trusting/other"


def test_no_document_without_authtype(server):
    assert server.get(WELL_KNOWN + "/open").status == 401  # of the root: there is nothing


@pytest.mark.parametrize("asked, resource", [
    ("/tools", "/tools"), ("/tools/", "/tools/"), ("/dir/", "/dir/"), ("/dir", "/dir/"), ("/two", "/two"),
    ("/two/", "/two/"),
])
def test_slashes(server, asked, resource):
    """At either address; a client that derived the address gets the identifier that it has (section 3.3)."""
    assert server.get(WELL_KNOWN + asked).json()["resource"] == base(server) + resource


@pytest.mark.parametrize("path, document", [
    ("/tools", "/tools"), ("/tools/", "/tools/"), ("/tools/x", "/tools"), ("/dir/", "/dir/"), ("/dir/x", "/dir/"),
    ("/two/x", "/two/"),
])
def test_the_challenge_is_for_the_url_that_was_asked(server, path, document):
    assert pointed_at(server, path) == base(server) + WELL_KNOWN + document
    assert server.get(WELL_KNOWN + document).json()["resource"] == base(server) + document


def test_what_is_beside_a_section_with_a_slash_is_no_part_of_it(server):
    assert pointed_at(server, "/dir") is None and pointed_at(server, "/dirx") is None
    assert server.get(WELL_KNOWN + "/tools//").status == 401


def test_metadata_for_a_whole_virtual_host(server):
    port = server.extra_ports[1]
    here = "https://meta.example.com"
    for path, scopes in (("/scoped", ["scoped"]), ("/mcp", ["mcp.use"])):
        assert pointed_at(server, path, port, "meta.example.com") == here + WELL_KNOWN + path
        document = ask(port, WELL_KNOWN + path, "meta.example.com").json()
        assert (document["resource"], document["scopes_supported"]) == (here + path, scopes)
    # no resource of its own: the root is
    assert pointed_at(server, "/unscoped", port, "meta.example.com") == here + WELL_KNOWN
    assert ask(port, WELL_KNOWN, "meta.example.com").json()["scopes_supported"] == ["base"]


def test_a_virtual_host_s_own_settings_count(server):
    port = server.extra_ports[2]
    assert ask(port, WELL_KNOWN + "/mcp").status == 401 and pointed_at(server, "/mcp", port) is None
    assert ask(port, WELL_KNOWN + "/tools").json()["scopes_supported"] == ["of.vhost"]
    assert ask(port, WELL_KNOWN + "/plain").json()["authorization_servers"] == [OTHER]
    assert server.get(WELL_KNOWN + "/tools").json()["scopes_supported"] == ["base"]


# -- by which name

@pytest.mark.every_mpm
@pytest.mark.parametrize("host, name", [
    ("api.example.com", "api.example.com"), ("API.Example.com", "api.example.com"),
    ("www.example.com", "www.example.com"), ("www.example.com:8443", "www.example.com:8443"),
    ("one.apps.example.com", "one.apps.example.com"),
    ("127.0.0.1", "127.0.0.1"), ("localhost:8080", "localhost:8080"),
    # none of ours
    ("evil.example", None), ("evil.example:80", None), ("api.example.com.evil.example", None),
    ("xapi.example.com", None), ("apps.example.com", None), ("example.com", None), ("127.0.0.2", None),
    ("meta.example.com", None), ("hiding.example.com", None),
])
def test_names_that_are_not_ours_are_in_no_answer(server, host, name):
    port = server.extra_ports[0]
    name = name or f"api.example.com:{port}"
    challenge = ask(port, "/mcp", host)
    assert challenge.status == 401
    assert challenge.challenge()[1]["resource_metadata"] == f"http://{name}{WELL_KNOWN}/mcp"
    assert ask(port, WELL_KNOWN + "/mcp", host).json()["resource"] == f"http://{name}/mcp"
    if "evil" in host:
        assert b"evil" not in repr(challenge.headers).encode() + challenge.body


def test_an_absolute_request_line_counts_as_the_host(server):
    port = server.extra_ports[0]
    for line, name in (("http://evil.example/mcp", f"api.example.com:{port}"), ("http://www.example.com/mcp", "www.example.com")):
        answer = raw(port, f"GET {line} HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n".encode())
        assert answer.challenge()[1]["resource_metadata"] == f"http://{name}{WELL_KNOWN}/mcp"


def test_no_host_at_all(server):
    port = server.extra_ports[0]
    answer = raw(port, b"GET /mcp HTTP/1.0\r\n\r\n")
    assert answer.challenge()[1]["resource_metadata"].startswith("http://api.example.com")
