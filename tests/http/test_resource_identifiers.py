# SPDX-License-Identifier: Apache-2.0
"""OktaResource: an identifier word for word, its document where RFC 9728 has it, and what else a document tells."""

import pytest
from env.client import raw_get
from env.routes import AUTHZ_NOISE
from env.snippets import location, trusts

WELL_KNOWN = "/.well-known/oauth-protected-resource"
HOST = "https://api.example.com"


def section(kind, path, *lines, require="valid-user"):
    return location(path, *lines, require=require).replace("Location", kind)


def _snippet(issuer):
    def made(s):
        own, only = s.extra_ports
        return (trusts(issuer)
                + "ServerName api.example.com\n"
                + location("/mcp", f"OktaResource {HOST}/v1/mcp", require="okta-scope tools.read")
                + location("/mcp/inner", "OktaAudience api://inner")
                + location("/slash", f"OktaResource {HOST}/slash/")
                + location("/query", f'OktaResource "{HOST}/q?tenant=a&x=%20"')
                + location("/word", "OktaResource HTTPS://API.example.com:443/Word%2Fone")
                + section("LocationMatch", '"^/tenants/[a-z]+/"', f"OktaResource {HOST}/tenants")
                + location("/off", f"OktaResource {HOST}/off", "OktaResourceMetadata Off")
                + location("/told", f"OktaResource {HOST}/told", 'OktaResourceName "Orders \\"and\\" more"',
                           "OktaResourceDocumentation https://example.com/docs?for=orders#start",
                           "OktaScopesSupported orders.read orders.write", "OktaDPoP required",
                           "OktaDPoPAlgorithms ES256 EdDSA", require="okta-scope orders.read")
                + location("/no-proofs", f"OktaResource {HOST}/no-proofs", "OktaDPoP off")
                + location("/derived", "OktaResourceMetadata On", "OktaScopesSupported other")
                + f"<VirtualHost *:{own}>\nServerName {HOST}\n"
                + location("/mcp", f"OktaResource {HOST}/v1/mcp", require="okta-scope of.vhost")
                + location("/root", f"OktaResource {HOST}/") + "</VirtualHost>\n"
                + f"<VirtualHost *:{only}>\nServerName {HOST}\nOktaAudience api://other\n</VirtualHost>\n")
    return made


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    server = launch_shared(_snippet(shared_issuer), processes=1, threads=8, extra_ports=2)
    server.expects(AUTHZ_NOISE, lasting=True)
    # a path of a port is judged by the main server's name as well
    server.expects("OKTA-CONFIG: .*on another host", optional=True, lasting=True)
    return server


# location, identifier, address of the document
NAMED = [
    ("/mcp", HOST + "/v1/mcp", HOST + WELL_KNOWN + "/v1/mcp"),
    ("/slash", HOST + "/slash/", HOST + WELL_KNOWN + "/slash/"),
    ("/query", HOST + "/q?tenant=a&x=%20", HOST + WELL_KNOWN + "/q?tenant=a&x=%20"),
    ("/word", "HTTPS://API.example.com:443/Word%2Fone", "HTTPS://API.example.com:443" + WELL_KNOWN + "/Word%2Fone"),
    ("/tenants/a/b", HOST + "/tenants", HOST + WELL_KNOWN + "/tenants"),
    ("/mcp/inner", HOST + "/v1/mcp", HOST + WELL_KNOWN + "/v1/mcp"),
    ("/mcp/deep/er", HOST + "/v1/mcp", HOST + WELL_KNOWN + "/v1/mcp"),
    ("/told", HOST + "/told", HOST + WELL_KNOWN + "/told"),
]


def _path_of(address):
    return "/" + address.split("/", 3)[3]


@pytest.mark.every_mpm
@pytest.mark.parametrize("path, identifier, address", NAMED)
def test_the_challenge_leads_to_the_document_that_names_what_was_meant(server, shared_issuer, path, identifier, address):
    assert server.get(path).challenge()[1]["resource_metadata"] == address
    answer = raw_get(server.port, _path_of(address))
    assert answer.status == 200
    document = answer.json()
    assert document["resource"] == identifier
    assert document["authorization_servers"] == [shared_issuer.url]


def test_a_403_leads_there_too(server, shared_issuer):
    answer = server.get("/mcp", shared_issuer.mint.token(scp=["other"]))
    assert answer.status == 403
    assert answer.challenge()[1]["resource_metadata"] == HOST + WELL_KNOWN + "/v1/mcp"
    assert answer.challenge()[1]["scope"] == "tools.read"
    answer = server.get("/mcp", shared_issuer.mint.token(exp=1))
    assert answer.challenge()[1]["resource_metadata"] == HOST + WELL_KNOWN + "/v1/mcp"


@pytest.mark.parametrize("address", [
    # where the location alone would have it
    "/mcp", "/query", "/word", "/tenants/a", "/mcp/inner",
    # almost the identifier's
    "/slash", "/v1/mcp/", "/V1/mcp", "/v1%2Fmcp", "/q", "/q?tenant=a", "/q?tenant=a&x=%20&y", "/Word/one", "/word%2Fone",
    "/off", "", "/",
])
def test_where_no_document_is(server, address):
    assert raw_get(server.port, WELL_KNOWN + address).status == 404


def test_off_is_off(server):
    assert "resource_metadata" not in server.get("/off").challenge()[1]


def test_what_a_document_tells(server):
    told = server.get(WELL_KNOWN + "/told").json()
    assert told["resource_name"] == 'Orders "and" more'
    assert told["resource_documentation"] == "https://example.com/docs?for=orders#start"
    assert told["scopes_supported"] == ["orders.read", "orders.write"]
    assert told["dpop_signing_alg_values_supported"] == ["ES256", "EdDSA"]
    assert told["dpop_bound_access_tokens_required"] is True
    silent = server.get(WELL_KNOWN + "/no-proofs").json()
    assert sorted(silent) == ["authorization_servers", "bearer_methods_supported", "resource"]
    assert server.get(WELL_KNOWN + "/derived").json()["scopes_supported"] == ["other"]
    assert server.get(WELL_KNOWN + "/v1/mcp").json()["scopes_supported"] == ["tools.read"]


def test_a_virtual_host_speaks_for_itself(server):
    own = server.extra_ports[0]
    assert raw_get(own, WELL_KNOWN + "/v1/mcp").json()["scopes_supported"] == ["of.vhost"]
    assert raw_get(own, WELL_KNOWN).json()["resource"] == HOST + "/"
    assert raw_get(own, "/root").challenge()[1]["resource_metadata"] == HOST + WELL_KNOWN
    other = server.extra_ports[1]
    assert raw_get(other, "/mcp").challenge()[1]["resource_metadata"] == HOST + WELL_KNOWN + "/v1/mcp"
    assert raw_get(other, WELL_KNOWN + "/v1/mcp").json()["resource"] == HOST + "/v1/mcp"


@pytest.mark.parametrize("lines, identifier", [
    (["OktaResourceMetadata On"], "http://127.0.0.1:{port}/mcp"), (["OktaResource https://one.example.com/mcp"], None)])
def test_the_only_resource_has_its_document_at_the_root_too(launch, issuer, lines, identifier):
    server = launch(lambda s: trusts(issuer) + "ServerName one.example.com\n" + location("/mcp", *lines)
                    + location("/other") + f"<VirtualHost *:{s.extra_ports[0]}>\nOktaClockSkew 5\n</VirtualHost>\n",
                    processes=1, extra_ports=1)
    server.expects("OKTA-CONFIG: .*on another host", optional=True)
    expected = (identifier or "https://one.example.com/mcp").format(port=server.port)
    assert server.get("/mcp", issuer.mint.token()).status == 200
    for path in ("", "/"):
        answer = server.get(WELL_KNOWN + path)
        assert answer.status == 200
        assert answer.json()["resource"] == expected
    assert raw_get(server.extra_ports[0], WELL_KNOWN).json()["resource"].endswith("/mcp")
    assert server.get(WELL_KNOWN + "/other").status == 404


BAD = [
    ("OktaResource /mcp", "no identifier of a resource"), ("OktaResource https://api.example.com/a#b", "no identifier"),
    ("OktaResource ftp://api.example.com", "no identifier"), ("OktaResource https://user@api.example.com/", "no identifier"),
    ('OktaResource "https://api.example.com/a b"', "no identifier"), ("OktaResource https://", "no identifier"),
    ("OktaResource https://api.example.com/?a^b", "no identifier"), ("OktaResource https://{yourDomain}/mcp", "placeholder"),
    ("OktaResourceDocumentation docs/orders", "no address of a page"),
    ('OktaScopesSupported "a b"', "no scope does"), ("OktaScopesSupported a,b", "comma"),
]


@pytest.mark.parametrize("line, words", BAD)
def test_bad_values(configtest, line, words):
    result = configtest("OktaIssuer https://acme.okta.com/oauth2/default\n" + location("/a", line))
    assert not result.ok and line.split()[0] in result.output and words in result.output


def _judged(configtest, *lines, server=""):
    result = configtest("OktaIssuer https://acme.okta.com/oauth2/one\n" + server + location("/mcp", *lines))
    assert result.ok, result.output
    return result.output


@pytest.mark.parametrize("audience, resource, told", [
    ("https://api.example.com/mcp", "https://api.example.com/mcp", False),
    ("https://api.example.com/mcp/", "https://api.example.com/mcp", True),
    ("https://api.example.com/mcp", "https://api.example.com/mcp/", True),
    ("https://API.example.com/mcp", "https://api.example.com/mcp", True),
    ("https://api.example.com/MCP", "https://api.example.com/mcp", True),
    ("https://api.example.com/", "https://api.example.com", True),
    ("https://api.example.com/other", "https://api.example.com/mcp", False),
    ("api://mcp", "https://api.example.com/mcp", False),
])
def test_an_audience_that_is_the_resource_but_for_a_slash_or_case(configtest, audience, resource, told):
    alias = "ServerName api.example.com\n"
    output = _judged(configtest, f"OktaAudience {audience}", f"OktaResource {resource}", server=alias)
    assert ("differ by a slash" in output) is told
    assert "on another host" not in output


@pytest.mark.parametrize("audience, told", [("https://pub.example.com/gw/mcp", False), ("https://pub.example.com/gw/mcp/", True)])
def test_the_same_of_a_resource_that_follows_from_the_path(configtest, audience, told):
    output = _judged(configtest, f"OktaAudience {audience}", "OktaResourceMetadata On",
                     "OktaPublicUrl https://pub.example.com/gw")
    assert ("differ by a slash" in output) is told


@pytest.mark.parametrize("lines, server, told", [
    (["OktaResource https://elsewhere.example.com/mcp"], "", True),
    (["OktaResource https://elsewhere.example.com/mcp"], "ServerName elsewhere.example.com\n", False),
    (["OktaResource https://elsewhere.example.com/mcp", "OktaPublicUrl https://elsewhere.example.com"], "", False),
    (["OktaResource https://elsewhere.example.com/mcp", "OktaPublicUrl https://api.example.com"],
     "ServerName elsewhere.example.com\n", True),
])
def test_an_identifier_on_another_host(configtest, lines, server, told):
    output = _judged(configtest, "OktaAudience api://mcp", *lines, server=server)
    assert ("on another host" in output) is told
