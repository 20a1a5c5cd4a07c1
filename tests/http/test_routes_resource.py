# SPDX-License-Identifier: Apache-2.0
"""RFC 9728: what a client learns of a protected resource; RFC 9470: a stronger or a fresher login."""

import time

import pytest
from env.client import raw_get
from env.mint import ABSENT
from env.routes import AUTHZ_NOISE
from env.snippets import location, trusts

WELL_KNOWN = "/.well-known/oauth-protected-resource"
PROOF_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
PHRH = "urn:okta:loa:2fa:any phrh"


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    def snippet(s):
        return (
            trusts(shared_issuer)
            + location("/", handler=None)
            + location("/api", "OktaResourceMetadata On", require="okta-scope read write")
            + "<Location /api/inner>\nRequire okta-scope admin\n</Location>\n"
            + location("/api/own", "OktaAudience api://own", require="valid-user")
            + location("/slash/", "OktaResourceMetadata On")
            + location("/all", "OktaResourceMetadata On", "<RequireAll>\nRequire okta-scope a\n"
                       "Require not okta-scope never\n"
                       "<RequireNone>\nRequire okta-group g\n</RequireNone>\n</RequireAll>",
                       require=None)
            + location("/off", "OktaResourceMetadata Off")
            + location('"/with space"', "OktaResourceMetadata On")
            + "<LocationMatch ^/match/>\nAuthType Okta\nAuthName api\nRequire valid-user\nSetHandler okta-whoami\n"
            "OktaResourceMetadata On\n</LocationMatch>\n"
            + location("/known", "OktaResourceMetadata On", "OktaPublicUrl https://api.example.com")
            + location("/before", "OktaResourceMetadata On", "OktaPublicUrl https://api.example.com:8443/v1/")
            + location("/acr", f'OktaStepUp "acr={PHRH}"')
            + location("/fresh", "OktaStepUp max-age=300")
            + location("/now", "OktaStepUp max-age=0")
            + location("/both", "OktaStepUp acr=phr acr=phrh max-age=5m")
            + location("/both/inner", "OktaStepUp max-age=60")
            + location("/step-anonymous", "OktaStepUp acr=phr", "OktaAnonymous missing", require="all granted",
                       handler="okta-hello")
            + location("/step-failed", "OktaStepUp acr=phr", "OktaAnonymous missing-or-failed",
                       require="all granted", handler="okta-hello")
            + location("/step-scope", "OktaStepUp acr=phr", require="okta-scope admin")
            + f"<VirtualHost *:{s.extra_ports[0]}>\nServerName other.example.com\n"
            "OktaIssuer https://other.example.com/oauth2/default\n"
            + location("/api", "OktaResourceMetadata On", require="okta-scope other") + "</VirtualHost>\n"
            + f"<VirtualHost *:{s.extra_ports[1]}>\nServerName https://api.example.com\nUseCanonicalName On\n"
            "</VirtualHost>\n")
    server = launch_shared(snippet, processes=1, threads=8, extra_ports=2)
    server.expects(AUTHZ_NOISE, lasting=True)
    server.expects(r'OKTA-KEYS: issuer "https://other', lasting=True)
    return server


def base(server, port=None):
    return f"http://127.0.0.1:{port or server.port}"


@pytest.mark.every_mpm
def test_document(server, shared_issuer):
    answer = server.get(WELL_KNOWN + "/api")
    assert answer.status == 200 and answer.media_type == "application/json"
    document = answer.json()
    assert document == {"scopes_supported": ["read", "write"], "resource": base(server) + "/api",
                        "authorization_servers": [shared_issuer.url],
                        "bearer_methods_supported": ["header"], "dpop_signing_alg_values_supported": PROOF_ALGORITHMS}
    assert answer.header("Cache-Control") == "max-age=300"
    assert answer.header("Access-Control-Allow-Origin") == "*"
    assert answer.all("WWW-Authenticate") == []


def test_scopes(server):
    assert server.get(WELL_KNOWN + "/api").json()["scopes_supported"] == ["read", "write"]
    assert server.get(WELL_KNOWN + "/all").json()["scopes_supported"] == ["a"]
    assert "scopes_supported" not in server.get(WELL_KNOWN + "/slash").json()


@pytest.mark.parametrize("path, status", [
    ("/api", 200), ("/api?x=1", 200), ("/slash", 200), ("/with%20space", 200), ("/all", 200),
    # below the protected root, like anything that does not exist
    ("", 401), ("/", 401), ("/off", 401), ("/acr", 401), ("/api/inner", 401), ("/apix", 401), ("/API", 401),
    ("/../api", 401), ("x/api", 401),
])
def test_where_documents_are(server, path, status):
    assert raw_get(server.port, WELL_KNOWN + path).status == status


@pytest.mark.every_mpm
@pytest.mark.parametrize("method, status", [("GET", 200), ("HEAD", 200), ("POST", 405),
                                            ("DELETE", 405), ("OPTIONS", 405)])
def test_methods(server, method, status):
    answer = server.request(method, WELL_KNOWN + "/api")
    assert answer.status == status
    assert answer.body == b"" or method != "HEAD"


def test_pages_of_any_origin_may_read_it(server):
    """MCP clients in browsers send a header of their own with the request, so browsers ask first."""
    answer = server.request("OPTIONS", WELL_KNOWN + "/api", headers={
        "Origin": "https://inspector.example.com", "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "mcp-protocol-version"})
    assert answer.status == 204
    assert answer.header("Access-Control-Allow-Origin") == "*"
    assert answer.header("Access-Control-Allow-Headers") == "mcp-protocol-version"
    answer = server.request("OPTIONS", WELL_KNOWN + "/api", headers={
        "Origin": "https://inspector.example.com", "Access-Control-Request-Method": "DELETE"})
    assert answer.status == 405


@pytest.mark.every_mpm
def test_challenges_name_the_document(server, shared_issuer):
    url = base(server) + WELL_KNOWN + "/api"
    for path, token, status in (("/api", None, 401), ("/api", "x.y.z", 401), ("/api/x/y", None, 401),
                                ("/api/inner", None, 401), ("/api", shared_issuer.mint.token(scp=["x"]), 403)):
        answer = server.get(path, token)
        assert answer.status == status
        assert answer.challenge()[1]["resource_metadata"] == url
        assert server.get(answer.challenge()[1]["resource_metadata"].removeprefix(base(server))).status == 200
    assert server.get("/api", shared_issuer.mint.token(scp=["read"])).all("WWW-Authenticate") == []
    for path in ("/off", "/acr", "/nothing", "/apix"):
        assert "resource_metadata" not in server.get(path).challenge()[1]
    # no document, no promise of one
    assert "resource_metadata" not in server.get("/match/x").challenge()[1]


def test_a_location_of_its_own_inside(server):
    assert server.get("/api/own").challenge()[1]["resource_metadata"] == base(server) + WELL_KNOWN + "/api/own"
    assert server.get(WELL_KNOWN + "/api/own").json()["resource"] == base(server) + "/api/own"


@pytest.mark.parametrize("path, identifier, document, asked", [
    ("/known", "https://api.example.com/known", "https://api.example.com" + WELL_KNOWN + "/known", [WELL_KNOWN + "/known"]),
    ("/before", "https://api.example.com:8443/v1/before", "https://api.example.com:8443" + WELL_KNOWN + "/v1/before",
     [WELL_KNOWN + "/v1/before", WELL_KNOWN + "/before"])])
def test_the_public_url(server, path, identifier, document, asked):
    """The document names what the challenge names, at the address that RFC 9728 derives from it."""
    assert server.get(path).challenge()[1]["resource_metadata"] == document
    for address in asked:
        assert server.get(address).json()["resource"] == identifier
    for address in "/v1" + WELL_KNOWN + path, WELL_KNOWN + "/v2" + path, WELL_KNOWN + "/v1x" + path:
        assert server.get(address).status in (401, 404)


def test_space_in_the_path(server):
    url = server.get("/with%20space").challenge()[1]["resource_metadata"]
    assert url == base(server) + WELL_KNOWN + "/with%20space"
    assert server.get(url.removeprefix(base(server))).json()["resource"] == base(server) + "/with%20space"


def test_virtual_hosts(server, shared_issuer):
    port = server.extra_ports[0]
    document = raw_get(port, WELL_KNOWN + "/api").json()
    assert document["authorization_servers"] == ["https://other.example.com/oauth2/default"]
    assert document["scopes_supported"] == ["other"]
    assert raw_get(server.port, WELL_KNOWN + "/api").json()["authorization_servers"] == [shared_issuer.url]
    # what the main server says holds there too
    assert raw_get(port, WELL_KNOWN + "/slash").status == 200


def test_the_name_is_the_administrator_s_where_canonical(server):
    port = server.extra_ports[1]
    answer = raw_get(port, WELL_KNOWN + "/api", "X-Forwarded-Host: evil.example.com")
    assert answer.json()["resource"].startswith("https://api.example.com")
    assert raw_get(port, "/api").challenge()[1]["resource_metadata"].startswith("https://api.example.com")


# -- step-up

class Ago(int):
    """Seconds before the request, not before the run."""


STEPS = [
    ("/acr", {"acr": "urn:okta:loa:2fa:any"}, None), ("/acr", {"acr": "phrh"}, None),
    ("/acr", {"acr": "phr"}, {"acr_values": PHRH}), ("/acr", {"acr": ABSENT}, {"acr_values": PHRH}),
    ("/acr", {"acr": ["phrh"]}, {"acr_values": PHRH}), ("/acr", {"acr": "phrh "}, {"acr_values": PHRH}),
    ("/acr", {"acr": PHRH}, {"acr_values": PHRH}), ("/acr", {"acr": "PHRH"}, {"acr_values": PHRH}),
    ("/fresh", {"auth_time": Ago(100)}, None), ("/fresh", {"auth_time": Ago(3600)}, {"max_age": "300"}),
    ("/fresh", {"auth_time": ABSENT}, {"max_age": "300"}), ("/fresh", {"auth_time": "x"}, {"max_age": "300"}),
    ("/fresh", {"auth_time": str(int(time.time()))}, {"max_age": "300"}), ("/fresh", {"auth_time": None}, {"max_age": "300"}),
    ("/fresh", {"auth_time": -1}, {"max_age": "300"}), ("/fresh", {"auth_time": 1e300}, {"max_age": "300"}),
    ("/both", {"acr": "phr", "auth_time": Ago(0)}, None),
    ("/now", {"auth_time": Ago(0)}, None), ("/now", {"auth_time": Ago(3600)}, {"max_age": "0"}),
    ("/now", {"auth_time": ABSENT}, {"max_age": "0"}),
    ("/both", {"acr": "phr", "auth_time": Ago(9999)}, {"acr_values": "phr phrh", "max_age": "300"}),
    ("/both", {"acr": "x", "auth_time": Ago(0)}, {"acr_values": "phr phrh", "max_age": "300"}),
    ("/both/inner", {"auth_time": Ago(0)}, None), ("/both/inner", {"auth_time": Ago(200)}, {"max_age": "60"}),
    ("/step-anonymous", {"acr": "phr"}, None), ("/step-anonymous", {}, {"acr_values": "phr"}),
    ("/step-failed", {}, None),
    # first who, then what
    ("/step-scope", {}, {"acr_values": "phr"}),
]


@pytest.mark.every_mpm
@pytest.mark.parametrize("path, claims, asked", STEPS)
def test_step_up(server, shared_issuer, path, claims, asked):
    claims = {name: int(time.time()) - value if isinstance(value, Ago) else value
              for name, value in claims.items()}
    answer = server.get(path, shared_issuer.mint.token(**claims))
    if asked is None:
        assert answer.status == 200 and answer.all("WWW-Authenticate") == []
        return
    assert answer.status == 401
    scheme, params = answer.challenge()
    assert params.pop("error_description")
    assert (scheme, params) == ("Bearer", {"realm": "api", "error": "insufficient_user_authentication", **asked})
    assert answer.json()["error"] == "insufficient_user_authentication"


def test_step_up_and_scope(server, shared_issuer):
    assert server.get("/step-scope", shared_issuer.mint.token(acr="phr")).status == 403
    assert server.get("/step-scope", shared_issuer.mint.token(acr="phr", scp=["admin"])).status == 200
    # nobody: nothing of the step
    assert server.get("/step-scope").challenge()[1] == {"realm": "api", "scope": "admin"}
    assert server.get("/step-anonymous").json()["caller"] is None
    assert server.get("/step-failed", shared_issuer.mint.token()).json()["caller"] is None


@pytest.mark.parametrize("lines, says", [
    ("OktaStepUp", "at least one argument"), ("OktaStepUp phrh", "unknown"), ("OktaStepUp acr=", "unknown"),
    ("OktaStepUp max-age=", "unknown"), ("OktaStepUp max-age=-1", "unknown"), ("OktaStepUp max-age=x", "unknown"),
    ("OktaStepUp max-age=1 max-age=2", "was set here before"), ('OktaStepUp "acr= "', "unknown"),
    ("OktaResourceMetadata maybe", "On or Off"), ("OktaResourceMetadata On\nOktaResourceMetadata Off", "was set here before"),
])
def test_configtest(configtest, shared_issuer, lines, says):
    result = configtest(trusts(shared_issuer) + f"<Location /x>\n{lines}\n</Location>\n")
    assert not result.ok and lines.split()[0] in result.output and says in result.output, result.output
