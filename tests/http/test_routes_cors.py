# SPDX-License-Identifier: Apache-2.0
"""Cross-origin requests: who may, what every answer says, and that no back end has a second opinion."""

import pytest
from env.backends import HttpBackend
from env.client import raw_get
from env.routes import AUTHZ_NOISE
from env.snippets import env_directory, env_location, location, trusts

APP = "https://app.example.com"
CORS = f"OktaCorsOrigin {APP} http://localhost:3000 https://*.apps.example.com"
FULL = [CORS, "OktaCorsMethods PUT DELETE", "OktaCorsHeaders X-Trace x-other",
        "OktaCorsExpose X-Total Link", "OktaCorsMaxAge 600"]


@pytest.fixture(scope="module")
def backend():
    with HttpBackend() as made:
        yield made


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer, make_module_issuer, backend):
    gone = make_module_issuer

    def snippet(s):
        s.write("cgi-bin/cors", "#!/bin/sh\n" + "".join(
            f"printf '{line}\\r\\n'\n" for line in (
                "Content-Type: text/plain", "Access-Control-Allow-Origin: https://backend.example.com",
                "Access-Control-Allow-Credentials: true", "Access-Control-Expose-Headers: X-Own",
                "Vary: Origin", "")) + "echo hello\n").chmod(0o755)
        s.write("cgi-bin/jump", "#!/bin/sh\nprintf 'Location: /unsaid\\r\\n"
                "Access-Control-Allow-Origin: https://backend.example.com\\r\\n\\r\\n'\n").chmod(0o755)
        s.write("htdocs/401.txt", "please log in\n")
        s.write("htdocs/errors/403.txt", "no\n")
        return (
            trusts([shared_issuer, gone]) + "OktaKeyWait 100ms\n" + env_directory(s)
            + location("/full", *FULL)
            + location("/star", "OktaCorsOrigin *", "OktaCorsHeaders *", "OktaCorsMethods *")
            + location("/app", "OktaCorsOrigin capacitor://localhost chrome-extension://abcdefghijklmnop")
            + location("/unkept", CORS, "OktaCorsMaxAge 0")
            + location("/cookies", CORS, "OktaCorsCredentials On")
            + location("/none")
            + location("/scope", *FULL, require="okta-scope admin")
            + location("/open", *FULL, require="all granted", handler="okta-hello")
            + location("/denied", *FULL, require="all denied", handler="okta-hello")
            + env_location(s, "/cgi", *FULL)
            + f'ScriptAlias /own-cgi "{s.root}/cgi-bin/cors"\n'
            + location("/own-cgi", *FULL, handler=None)
            + f'ScriptAlias /other-cgi "{s.root}/cgi-bin/cors"\n'
            + location("/other-cgi", handler=None)
            + f'ScriptAlias /jump "{s.root}/cgi-bin/jump"\n<Location /jump>\nRequire all granted\n</Location>\n'
            + f"ProxyPass /proxied {backend.url}\n" + location("/proxied", *FULL, handler=None)
            + f"ProxyPass /override {backend.url}\n"
            + location("/override", *FULL, "ProxyErrorOverride On", handler=None)
            + f"ProxyPass /plain-proxy {backend.url}\n" + location("/plain-proxy", handler=None)
            + location("/doc", *FULL, "ErrorDocument 401 /401.txt")
            + location("/doc-scope", *FULL, "ErrorDocument 403 /errors/403.txt", require="okta-scope x")
            + "<Location /errors>\nOktaCorsOrigin https://errors.example.com\n</Location>\n"
            + "RewriteEngine On\nRewriteRule ^/forbidden/ - [F]\n" + location("/forbidden", *FULL)
            # what configtest cannot see come together
            + location("/meet", "OktaCorsOrigin *") + "<LocationMatch ^/meet>\n    OktaCorsCredentials On\n"
            "</LocationMatch>\n"
            + "Alias /to-closed-target /nowhere\n"
            + location("/moved", "OktaCorsOrigin *", require="all granted", handler=None)
            + "RewriteRule ^/x-unused - [L]\n"
            + f'Alias /moved "{s.root}/htdocs/moved"\n'
            + f'<Directory "{s.write("htdocs/moved/x", "").parent}">\nRequire all granted\nRewriteEngine On\n'
            "RewriteRule ^unsaid$ /unsaid [L]\nRewriteRule ^(.*)$ /strict/$1\n</Directory>\n"
            + "<Location /unsaid>\nRequire all granted\nSetHandler okta-hello\nHeader set X-Place unsaid\n</Location>\n"
            + location("/strict", "OktaCorsOrigin https://strict.example.com", require="all granted",
                       handler="okta-hello")
        )
    server = launch_shared(snippet, modules=["cgi", "proxy", "proxy_http", "rewrite"], processes=1,
                           threads=8)
    server.expects(AUTHZ_NOISE, lasting=True)
    server.expects(r"AH01276|OKTA-KEYS|OKTA-REFUSED: reason=keys_unavailable|AH01626", lasting=True)
    server.gone = gone
    # requests wait for a moment only
    server.wait_for_log("OKTA-KEYS: .* fresh; ")
    return server


@pytest.fixture(scope="module")
def make_module_issuer():
    """An issuer that nobody can reach."""
    from env.issuer import Issuer
    with Issuer(path="/oauth2/gone") as made:
        made.refuse()
        yield made


def cors_of(answer):
    """The CORS fields, lower-cased names without their prefix; each may be there once."""
    names = {n.lower() for n, _ in answer.headers if n.lower().startswith("access-control-")}
    return {n.removeprefix("access-control-"): answer.header(n) for n in names}


def vary_of(answer):
    return {v.strip().lower() for line in answer.all("Vary") for v in line.split(",")}


def words(field):
    return [w.strip() for w in field.split(",")]


def preflight(server, path, origin=APP, method="GET", headers=None, **more):
    sent = {"Origin": origin, "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": headers,
            **{k.replace("_", "-"): v for k, v in more.items()}}
    return server.request("OPTIONS", path, headers={k: v for k, v in sent.items() if v is not None})


ANSWERED = [
    ("/full", {}), ("/full", {"method": "POST"}), ("/full", {"method": "HEAD"}),
    ("/full", {"method": "PUT"}), ("/full", {"method": "DELETE"}),
    ("/full", {"headers": "authorization"}), ("/full", {"headers": "Authorization, CONTENT-TYPE,x-trace"}),
    ("/full", {"headers": "x-other,,x-trace"}), ("/full", {"headers": ""}),
    ("/full", {"origin": "http://localhost:3000"}), ("/full", {"origin": "https://a.apps.example.com"}),
    ("/full/no/such/file", {}), ("/scope", {}), ("/open", {}), ("/denied", {}), ("/cgi", {}),
    ("/proxied/x", {}), ("/cookies", {}), ("/doc", {}), ("/unkept", {}),
    ("/star", {"origin": "https://anybody.example.org"}), ("/star", {"origin": "null"}),
    ("/star", {"method": "PURGE", "headers": "x-any,thing"}),
]


@pytest.mark.every_mpm
@pytest.mark.parametrize("path, asked", ANSWERED)
def test_preflight(server, backend, path, asked):
    before = len(backend.seen)
    answer = preflight(server, path, **asked)
    assert answer.status == 204, (answer.status, answer.body)
    assert answer.body == b""
    said = cors_of(answer)
    origin = asked.get("origin", APP)
    assert said["allow-origin"] == ("*" if path == "/star" else origin)
    assert asked.get("method", "GET") in words(said["allow-methods"])
    if asked.get("headers"):
        allowed = [w.lower() for w in words(said["allow-headers"])]
        assert {w.strip().lower() for w in asked["headers"].split(",") if w.strip()} <= set(allowed)
        assert "*" not in allowed
    assert said.get("max-age") == {"/star": None, "/cookies": None, "/unkept": "0"}.get(path, "600")
    assert said.get("allow-credentials") == ("true" if path == "/cookies" else None)
    assert "allow-private-network" not in said
    assert answer.all("WWW-Authenticate") == []
    assert {"access-control-request-method", "access-control-request-headers"} <= vary_of(answer)
    assert ("origin" in vary_of(answer)) == (path != "/star")
    assert len(backend.seen) == before


REFUSED = [
    ("/full", {"origin": "https://evil.example.com"}), ("/full", {"origin": "null"}),
    ("/full", {"origin": "https://app.example.com.evil.org"}), ("/full", {"origin": "http://app.example.com"}),
    ("/full", {"origin": "https://app.example.com:8443"}), ("/full", {"origin": "https://APP.example.com"}),
    ("/full", {"origin": "https://app.example.com/"}), ("/full", {"origin": "https://apps.example.com"}),
    ("/full", {"origin": "https://a.b.apps.example.com"}), ("/full", {"origin": "https://.apps.example.com"}),
    ("/full", {"origin": "https://evil.org/.apps.example.com"}),
    ("/full", {"origin": "https://evil.org#.apps.example.com"}),
    ("/full", {"origin": "http://a.apps.example.com"}), ("/full", {"origin": APP + " " + APP}),
    ("/full", {"origin": "*"}), ("/full", {"origin": ""}),
    ("/full", {"method": "PATCH"}), ("/full", {"method": "put"}), ("/full", {"method": ""}),
    ("/full", {"headers": "x-unknown"}), ("/full", {"headers": "authorization,x-unknown"}),
    ("/full", {"headers": "*"}), ("/none", {}),
]


@pytest.mark.every_mpm
@pytest.mark.parametrize("path, asked", REFUSED)
def test_refused_preflight_is_like_any_request(server, path, asked):
    answer = preflight(server, path, **asked)
    assert answer.status == 401
    assert answer.challenge()[1] == {"realm": "api"}
    said = cors_of(answer)
    if path == "/none":
        assert said == {} and vary_of(answer) == set()
        return
    assert not {"allow-methods", "allow-headers", "max-age", "allow-private-network"} & set(said)
    assert ("allow-origin" in said) == ("origin" not in asked)
    assert "origin" in vary_of(answer)


@pytest.mark.parametrize("fields", [
    (), (f"Origin: {APP}",), ("Access-Control-Request-Method: GET",),
    (f"Origin: {APP}", f"Origin: {APP}", "Access-Control-Request-Method: GET"),
])
def test_other_options_requests_are_authenticated(server, shared_issuer, fields):
    assert raw_get(server.port, "/full", *fields, method="OPTIONS").status == 401
    assert raw_get(server.port, "/full", *fields, f"Authorization: Bearer {shared_issuer.mint.token()}",
                   method="OPTIONS").status == 405


def test_a_get_is_no_preflight(server):
    for method in ("GET", "POST", "HEAD", "PUT", "FOO"):
        answer = server.request(method, "/full", headers={"Origin": APP,
                                                          "Access-Control-Request-Method": "GET"})
        assert answer.status in (401, 405), method


@pytest.mark.parametrize("origin, allowed", [
    ("capacitor://localhost", True), ("chrome-extension://abcdefghijklmnop", True), ("http://localhost", False),
    ("capacitor://localhost:80", False), ("capacitor://localhost.evil.example", False), ("null", False),
    ("ionic://localhost", False), ("capacitor://localhos", False),
])
def test_origins_of_apps(server, shared_issuer, origin, allowed):
    """Their own schemes, compared whole; both for the preflight and for what follows it."""
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    preflight = server.request("OPTIONS", "/app", headers=asked)
    answer = server.get("/app", shared_issuer.mint.token(), headers={"Origin": origin})
    assert (preflight.status, answer.status) == (204 if allowed else 401, 200)
    for got in (preflight, answer):
        assert got.all("Access-Control-Allow-Origin") == ([origin] if allowed else [])


def test_private_network(server):
    answer = preflight(server, "/full", Access_Control_Request_Private_Network="true")
    assert cors_of(answer)["allow-private-network"] == "true"
    answer = preflight(server, "/full", origin="https://evil.example.com",
                       Access_Control_Request_Private_Network="true")
    assert cors_of(answer) == {}


def readable(answer, path, origin=APP):
    """The page may read the answer, the challenge included, and nobody else's word stands beside ours."""
    said = cors_of(answer)
    assert said.pop("allow-origin") == ("*" if path == "/star" else origin)
    exposed = words(said.pop("expose-headers"))
    assert exposed == (["WWW-Authenticate", "DPoP-Nonce", "X-Total", "Link"] if path not in ("/star", "/cookies")
                       else ["WWW-Authenticate", "DPoP-Nonce"])
    assert said == ({"allow-credentials": "true"} if path == "/cookies" else {})
    assert ("origin" in vary_of(answer)) == (path != "/star")


def test_every_status_is_readable(server, shared_issuer, backend):
    good = shared_issuer.mint.token()
    gone = server.gone.mint.token()
    for path, options, status in [
        ("/full", {}, 401), ("/full", {"token": good}, 200), ("/full", {"token": "x.y.z"}, 401),
        ("/full", {"authorization": "Bearer"}, 400), ("/full", {"authorization": "Basic x"}, 401),
        ("/scope", {"token": good}, 403), ("/denied", {}, 403), ("/open", {}, 200),
        ("/full", {"token": gone}, 503), ("/cookies", {"token": good}, 200), ("/star", {}, 401),
        ("/star", {"token": good}, 200), ("/doc", {}, 401), ("/doc-scope", {"token": good}, 403),
        ("/forbidden/x", {}, 403), ("/cgi", {"token": good}, 200), ("/own-cgi", {"token": good}, 200),
        ("/proxied/cors", {"token": good}, 200), ("/proxied/cors/status-404", {"token": good}, 404),
        ("/proxied/cors/status-500", {"token": good}, 500), ("/proxied/x", {}, 401),
        ("/override/cors/status-404", {"token": good}, 404), ("/proxied/plain", {"token": good}, 200),
    ]:
        answer = server.get(path, headers={"Origin": APP}, **options)
        assert answer.status == status, (path, answer.status)
        readable(answer, "/" + path.split("/")[1])


def test_other_origins_learn_nothing(server, shared_issuer, backend):
    good = shared_issuer.mint.token()
    for path in ("/full", "/cookies", "/cgi", "/own-cgi", "/proxied/cors", "/proxied/cors/status-404",
                 "/override/cors/status-404", "/scope", "/open", "/doc"):
        for headers in ({"Origin": "https://evil.example.com"}, {}):
            for token in (good, None):
                answer = server.get(path, token, headers=headers)
                assert cors_of(answer) == {}, (path, answer.headers)
                assert "origin" in vary_of(answer), path


def test_back_ends_keep_their_word_where_we_have_none(server, shared_issuer):
    for path in ("/plain-proxy/cors", "/other-cgi"):
        answer = server.get(path, shared_issuer.mint.token(), headers={"Origin": APP})
        assert cors_of(answer)["allow-origin"] == "https://backend.example.com"
    # nor is it forgotten where a program goes on to another such place
    answer = server.get("/jump", headers={"Origin": APP})
    assert (answer.header("X-Place"), cors_of(answer)) == ("unsaid", {"allow-origin": "https://backend.example.com"})


def test_what_the_back_end_varies_by_stays(server, shared_issuer):
    answer = server.get("/proxied/cors", shared_issuer.mint.token(), headers={"Origin": APP})
    assert vary_of(answer) == {"origin", "accept-encoding"}
    assert sum(v.lower().count("origin") for v in answer.all("Vary")) == 1


def test_star_never_comes_with_credentials(server, shared_issuer):
    for origin in (APP, "https://evil.example.com", "null"):
        for answer in (preflight(server, "/meet", origin=origin),
                       server.get("/meet", shared_issuer.mint.token(), headers={"Origin": origin})):
            said = cors_of(answer)
            assert said["allow-origin"] == "*" and "allow-credentials" not in said, said


def test_the_final_location_decides_after_an_internal_redirect(server):
    answer = server.get("/moved/x", headers={"Origin": APP})
    assert answer.status == 200 and answer.json()["message"] == "Hello!"
    assert cors_of(answer) == {}
    # nothing is said there, and nothing is left of what was said before
    answer = server.get("/moved/unsaid", headers={"Origin": APP})
    assert (answer.status, answer.header("X-Place"), cors_of(answer)) == (200, "unsaid", {})
    answer = server.get("/moved/x", headers={"Origin": "https://strict.example.com"})
    assert cors_of(answer)["allow-origin"] == "https://strict.example.com"


CONFIGURATIONS = [
    ("OktaCorsOrigin *\nOktaCorsCredentials On", "OktaCorsCredentials"),
    ("OktaCorsOrigin https://a.example.com *\nOktaCorsCredentials On", "OktaCorsCredentials"),
    ("OktaCorsOrigin app.example.com", '"app.example.com": no origin'),
    ("OktaCorsOrigin https://app.example.com/", "trailing slash"),
    ("OktaCorsOrigin https://app.example.com/path", "no path"),
    ("OktaCorsOrigin https://app.example.com?x", "follows"),
    ("OktaCorsOrigin https://*", "star"), ("OktaCorsOrigin https://*.com", "star"),
    ("OktaCorsOrigin https://a.*.com", "star"), ("OktaCorsOrigin https://*x.example.com", "star"),
    ("OktaCorsOrigin https://*.*.example.com", "star"), ("OktaCorsOrigin *.example.com", "no origin"),
    ("OktaCorsOrigin https://App.example.com", "lower case"), ("OktaCorsOrigin null", "no origin"),
    ("OktaCorsOrigin https://app.example.com:443", "default port"),
    ("OktaCorsOrigin http://app.example.com:80", "default port"),
    ("OktaCorsOrigin https://app.example.com, https://b.example.com", "https://app.example.com,"),
    ("OktaCorsOrigin https://{yourApp}", "placeholder"), ("OktaCorsOrigin ftp://a.example.com", "no origin"),
    ("OktaCorsOrigin", "at least one argument"), ("OktaCorsMethods PUT,DELETE", "without commas"),
    ("OktaCorsHeaders X-A,", "without commas"), ("OktaCorsExpose \"X A\"", "without commas"),
    ("OktaCorsMaxAge -1", "out of range"), ("OktaCorsMaxAge x", "out of range"),
    ("OktaCorsMaxAge 2d", "out of range"), ("OktaCorsCredentials maybe", "On or Off"),
    ("OktaCorsMaxAge 1\nOktaCorsMaxAge 2", "was set here before"),
    ("OktaCorsCredentials On\nOktaCorsCredentials Off", "was set here before"),
]


@pytest.mark.parametrize("lines, says", CONFIGURATIONS)
@pytest.mark.parametrize("place", ["server", "location", "vhost"])
def test_configtest(configtest, shared_issuer, lines, says, place):
    around = {"server": "{}\n", "location": "<Location /x>\n{}\n</Location>\n",
              "vhost": "<VirtualHost *:*>\nServerName v.example.com\n{}\n</VirtualHost>\n"}[place]
    result = configtest(trusts(shared_issuer) + around.format(lines))
    assert not result.ok
    assert lines.split()[0] in result.output and says in result.output, result.output


SPREAD = [
    "OktaCorsCredentials On\n<Location /x>\nOktaCorsOrigin *\n</Location>\n",
    "OktaCorsOrigin *\n<Location /x>\nOktaCorsCredentials On\n</Location>\n",
    "<Location /x>\nOktaCorsOrigin *\n</Location>\n<Location /x/y>\nOktaCorsCredentials On\n</Location>\n",
    "OktaCorsCredentials On\n<VirtualHost *:*>\nServerName v.example.com\nOktaCorsOrigin *\n</VirtualHost>\n",
    "OktaCorsOrigin *\n<VirtualHost *:*>\nServerName v.example.com\nOktaCorsCredentials On\n</VirtualHost>\n",
]


@pytest.mark.parametrize("lines", SPREAD)
def test_configtest_sees_what_sections_add_up_to(configtest, shared_issuer, lines):
    result = configtest(trusts(shared_issuer) + lines)
    assert not result.ok and "OktaCorsCredentials" in result.output, result.output


@pytest.mark.parametrize("lines", [
    "OktaCorsOrigin https://a.example.com\nOktaCorsCredentials On", "OktaCorsOrigin *",
    "OktaCorsOrigin http://[::1]:3000 http://localhost:3000 https://*.example.com:8443",
    "OktaCorsOrigin https://a.example.com\nOktaCorsOrigin https://b.example.com\nOktaCorsMaxAge 1h",
    "OktaCorsOrigin *\n<Location /x>\nOktaCorsOrigin https://a.example.com\nOktaCorsCredentials On\n</Location>",
    "OktaCorsOrigin capacitor://localhost ionic://localhost:8100 app://obsidian.md",
    "OktaCorsOrigin chrome-extension://abcdefghijklmnopabcdefghijklmnop safari-web-extension://E3449EA7-EC25",
])
def test_configtest_accepts(configtest, shared_issuer, lines):
    result = configtest(trusts(shared_issuer) + lines + "\n")
    assert result.ok, result.output
