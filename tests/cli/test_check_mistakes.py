# SPDX-License-Identifier: Apache-2.0
"""Each mistake that a new administrator makes: okta-token check names it, with its remedy."""

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cli_env import doctor
from cli_env.doctor import protects
from env import answers, keys, statefiles
from env.issuer import Issuer
from env.mint import ABSENT
from env.ports import closed_port
from env.proxy import Proxy
from env.snippets import location, trusts
from env.waiting import wait_for

pytest_plugins = ["env.preload"]

DOMAIN = "integrator-123456.okta.com"


# -- what configtest refuses

REFUSED = {
    "the address of the admin console": (
        f"OktaDomain {DOMAIN.replace('.', '-admin.', 1)}", ["OktaDomain", "admin console"],
        ['leave out "-admin"', DOMAIN]),
    "a placeholder": ('OktaDomain "{yourOktaDomain}"', ["OktaDomain", "placeholder"], ["your Okta organization"]),
    "a slash at the end of the issuer": (
        f"OktaIssuer https://{DOMAIN}/oauth2/default/", ["OktaIssuer", "slash"], ["leave out the trailing slash"]),
    "the org authorization server": (
        f"OktaIssuer https://{DOMAIN}", ["org authorization server"], ['append "/oauth2/default"']),
    "an http issuer": (f"OktaIssuer http://{DOMAIN}/oauth2/default", ["OktaIssuer", "http"], ["https"]),
    "no audience for a server of one's own": (
        f"OktaDomain {DOMAIN}\nOktaAuthorizationServer aus1b2c3d4e5f6g7h8i9", ["no audience"], ["set OktaAudience"]),
    "no issuer at all": ("OktaAudience api://default", ["no issuer"], ["set OktaDomain"]),
    "a path in a CORS origin": (
        f"OktaDomain {DOMAIN}\nOktaCorsOrigin https://app.example.com/", ["OktaCorsOrigin"],
        ["https://app.example.com"]),
    "a misspelled directive": (f"OktaDomian {DOMAIN}", ["line ", "OktaDomian"], []),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_configtest_refuses(site, name):
    lines, detail, remedy = REFUSED[name]
    site.configure(lines + "\n" + location("/api")).check().names("failure", "configuration", detail, remedy)


ISSUERS = {
    f"https://{DOMAIN}/oauth2/default/": (["slash"], ["leave out"]),
    f"https://{DOMAIN}": (["org authorization server"], ["/oauth2/default"]),
    f"http://{DOMAIN}/oauth2/default": (["http"], ["https"]),
    "https://a-admin.okta.com/oauth2/default": (["admin console"], ["-admin"]),
}


@pytest.mark.parametrize("url", ISSUERS)
def test_issuers_that_cannot_be(url):
    doctor.check_issuer(url).names("failure", "issuer", *ISSUERS[url])


def test_the_module_is_not_loaded(site):
    site.configure("", okta=False).check().names("failure", "configuration", ["not loaded"], ["LoadModule"])


def test_everybody_gets_in(site, plain):
    """configtest warns of a section that asks nobody, and the running server lets in."""
    def snippet(server):
        return (protects(plain, require=None, handler=None) + f'Alias /api "{server.root}/htdocs/plain.txt"\n'
                f'<Directory "{server.root}/htdocs">\nRequire all granted\n</Directory>\n')
    site.start(snippet)
    site.server.expects("OKTA-CONFIG|OKTA-REQUEST", lasting=True)
    report = site.check("--url", site.url())
    report.names("warning", "configuration", ["/api"], ["Require valid-user"])
    report.names("failure", "access", ["200", "anybody gets in"], ["AuthType Okta and Require valid-user"])


def test_nothing_is_protected(site, plain):
    """The issuer is named, and no section says AuthType Okta."""
    site.configure(trusts(plain) + "<Location /api>\nSetHandler okta-whoami\n</Location>\n").check().names(
        "failure", "configuration", ["no section has AuthType Okta"], ["AuthType Okta", "Require valid-user"])


def test_a_state_directory_that_others_may_write_to(site, plain):
    def snippet(server):
        folder = server.root / "state"
        folder.mkdir()
        folder.chmod(0o777)
        return protects(plain, more=[f"OktaStateDir {folder}"])
    site.configure(snippet).check().names("failure", "configuration", ["OktaStateDir"],
                                          ["name a directory that only that user may write to"])


# -- the way to the issuer

def test_a_name_that_does_not_exist(site):
    site.configure(protects("https://integrator-1.okta.invalid/oauth2/default")).check().names(
        "failure", "name", ["integrator-1.okta.invalid", "has no address"], ["OktaDomain or OktaIssuer"])


def test_a_name_server_that_does_not_answer(world):
    env = {name: os.environ[name] for name in world.variables}
    doctor.check_issuer(f"https://{world.hanging_host}/oauth2/default", "--timeout", "1", env=env).names(
        "failure", "name", [world.hanging_host, "timed out"], ["/etc/resolv.conf"])


def test_a_name_that_only_the_proxy_of_the_shell_knows(site):
    site.configure(protects("https://integrator-1.okta.invalid/oauth2/default"))
    site.check(env={"https_proxy": "http://127.0.0.1:1"}).names(
        "failure", "name", ["integrator-1.okta.invalid"], ["https_proxy", "set OktaHttpProxy"])


def test_a_proxy_that_is_no_url():
    """libcurl repeats it whole."""
    report = doctor.check_issuer("https://127.0.0.1:1/oauth2/default", "--proxy", "nonsense://user:pass-word@x:1")
    report.names("failure", "proxy", ["cannot be reached"], ["--proxy"])
    assert "pass-word" not in report.run.out


def test_nobody_answers(site):
    with closed_port() as port:
        site.configure(protects(f"https://127.0.0.1:{port}/oauth2/default")).check().names(
            "failure", "connection", [f"127.0.0.1:{port}"], ["firewall", "OktaHttpProxy"])


def test_a_proxy_that_only_the_shell_knows(site, authority):
    """curl works in the shell, and httpd does not look at https_proxy."""
    with Proxy() as proxy, closed_port() as port:
        site.configure(protects(f"https://127.0.0.1:{port}/oauth2/default"))
        report = site.check(env={"https_proxy": proxy.url})
        report.names("failure", "connection", [f"127.0.0.1:{port}"], ["https_proxy", "set OktaHttpProxy"])
        assert proxy.requests == []


def test_a_proxy_that_is_not_there(site, issuer, authority):
    with closed_port() as port:
        site.configure(lambda s: protects(issuer, more=[f"OktaHttpProxy http://127.0.0.1:{port}", _ca(s, authority)]))
        site.check().names("failure", "proxy", ["cannot be reached"], ["host and port in OktaHttpProxy"])


def test_a_proxy_that_does_not_lead_there(site, authority):
    with Proxy() as proxy, closed_port() as port:
        site.configure(protects(f"https://127.0.0.1:{port}/oauth2/default", more=[f"OktaHttpProxy {proxy.url}"]))
        site.check().names("failure", "proxy", ["refuses", "502"], ["let httpd through", "OktaHttpProxy"])


def test_a_proxy_that_leads_there(site, issuer, authority):
    with Proxy() as proxy:
        site.configure(lambda s: protects(issuer, more=[f"OktaHttpProxy {proxy.url}", _ca(s, authority)]))
        site.check().healthy()
        assert len(proxy.requests) >= 3


# -- its certificate

def _ca(server, authority):
    return f"OktaCAFile {server.write('conf/ca.pem', authority.ca_file.read_bytes())}"


def _with_certificate(site, make_issuer, authority, ca=True, **options):
    issuer = make_issuer(tls=authority.server(**{"days": (-1, 60.5), **options}))
    return site.configure(lambda s: protects(issuer, more=[_ca(s, authority)] if ca else [])).check()


def test_an_expired_certificate(site, make_issuer, authority):
    _with_certificate(site, make_issuer, authority, days=(-9, -3.5)).names(
        "failure", "certificate", ["it expired 3 days ago"], ["renewed"])


def test_a_certificate_that_ends_soon(site, make_issuer, authority):
    _with_certificate(site, make_issuer, authority, days=(-9, 5.5)).names(
        "warning", "certificate", ["another 5 days"], ["renewed", "before it ends"])


def test_an_authority_that_nobody_trusts(site, make_issuer, authority):
    _with_certificate(site, make_issuer, authority, ca=False).names(
        "failure", "certificate", ["Test CA", "no authority that is trusted"], ["OktaCAFile"])


def test_a_certificate_for_another_name(site, make_issuer, authority):
    _with_certificate(site, make_issuer, authority, names=("okta.example.com",)).names(
        "failure", "certificate", ["okta.example.com", '"127.0.0.1"'], ["write the host"])


def test_no_tls_at_that_port(site, plain):
    url = plain.url.replace("http:", "https:")
    site.configure(protects(url)).check().names("failure", "tls", ["does not speak TLS"], ["correct the port"])


# -- what it says of itself

def test_the_id_of_no_authorization_server(site, plain):
    site.configure(protects(plain.origin + "/oauth2/aus1b2c3d4e5f6g7h8i9")).check().names(
        "failure", "metadata", ["404", "no such authorization server"], ["OktaAuthorizationServer", "Issuer URI"])


def _renamed(name):
    """Metadata that name another issuer."""
    def answer(issuer, request, truth):
        return answers.json_answer({**issuer.metadata(), "issuer": name(issuer)})
    return answer


def test_the_okta_domain_in_place_of_the_custom_domain(site, plain):
    plain.script("metadata", _renamed(lambda issuer: f"https://{DOMAIN}{issuer.path}"))
    site.configure(protects(plain)).check().names(
        "failure", "issuer", [f'"https://{DOMAIN}/oauth2/default"'],
        ["custom domain", f"OktaIssuer https://{DOMAIN}/oauth2/default"])


def test_a_slash_that_the_issuer_has(site, plain):
    plain.script("metadata", _renamed(lambda issuer: issuer.url + "/"))
    site.configure(protects(plain)).check().names(
        "failure", "issuer", [plain.url + "/"], [f"write the slash at the end: OktaIssuer {plain.url}/"])


def test_keys_elsewhere(site, plain):
    document = {**plain.metadata(), "jwks_uri": "https://keys.example/k"}
    plain.script("metadata", lambda *_: answers.json_answer(document))
    site.configure(protects(plain)).check().names(
        "failure", "keys", ["another host", "https://keys.example/k"], ["OktaJwksUri https://keys.example/k"])


class _Dated(BaseHTTPRequestHandler):
    """A server whose clock is wrong: Date is what http.server takes from the time it is told."""

    def log_message(self, format, *args):
        pass

    def date_time_string(self, timestamp=None):
        return super().date_time_string(timestamp=self.server.wrong_time())

    def do_GET(self):
        issuer = f"http://127.0.0.1:{self.server.server_port}/oauth2/default"
        body = json.dumps({"issuer": issuer, "jwks_uri": issuer + "/keys",
                           **keys.keyset(keys.key("key-1"))}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", self.server.cache)
        self.end_headers()
        self.wfile.write(body)


def _dated(site, seconds, cache="max-age=3600"):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Dated)
    server.wrong_time, server.cache = lambda: time.time() + seconds, cache
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        return site.configure(protects(f"http://127.0.0.1:{server.server_port}/oauth2/default")).check()
    finally:
        server.shutdown()
        server.server_close()


def test_a_clock_that_is_behind(site):
    _dated(site, 600).names("failure", "clock", ["behind"], ["NTP", "OktaClockSkew"])


def test_a_clock_that_is_a_little_ahead(site):
    _dated(site, -30).names("warning", "clock", ["ahead"], ["NTP"])


def test_keys_that_nobody_may_keep(site):
    _dated(site, 0, "no-store").names("warning", "cache", ["Cache-Control"], ["OktaKeyRefresh"])


def test_keys_for_other_algorithms(site, make_issuer):
    issuer = make_issuer(keys=[keys.key("ec", alg="ES256")])
    site.configure(protects(issuer)).check().names(
        "failure", "algorithms", ["ES256", "RS256"], ["set OktaAlgorithms ES256"])


def test_a_jwks_file_that_is_out_of_date(site, make_issuer):
    issuer = make_issuer(keys=[keys.key("new")])
    old = json.dumps(keys.keyset(keys.key("old")))
    def snippet(server):
        return protects(issuer, more=[f"OktaJwksFile {server.write('conf/keys.json', old)}"])
    site.configure(snippet).check().names(
        "failure", "jwks-file", ["out of date", '"new"'], ["replace", "apachectl graceful"])


def test_a_jwks_file_that_is_as_it_should_be(site, make_issuer):
    issuer = make_issuer(keys=[keys.key("new")])
    same = json.dumps(keys.keyset(keys.key("new")))
    site.configure(lambda s: protects(issuer, more=[f"OktaJwksFile {s.write('conf/keys.json', same)}"])
                   ).check().healthy()


def test_a_damaged_state_file(site, plain):
    site.start(protects(plain))
    assert site.server.get("/api", plain.mint.token()).status == 200
    file = statefiles.path(site.server.root / "run" / "okta", plain)
    wait_for(lambda: file.exists() and statefiles.is_fresh(file), "the state file")
    assert any("are sound" in row["detail"] for row in site.check().healthy().checks)
    file.write_bytes(file.read_bytes()[:-9])
    site.check().names("warning", "state", ["is not used"], ["remove", str(file)])


# -- the token

def _token(site, issuer, token, *inside, **options):
    return site.configure(protects(issuer, *inside, **options)).check(token=token)


def test_an_id_token(site, plain):
    token = plain.mint.token(nonce="n-1", aud="0oa1b2c3d4e5f6g7h8i9", at_hash="x")
    _token(site, plain, token).names("failure", "token", ["id_token"], ["send the access_token"])


def test_another_audience(site, plain):
    _token(site, plain, plain.mint.token(aud="api://orders")).names(
        "failure", "token", ["audience_mismatch", "api://orders", "api://default"], ["OktaAudience"])


def test_another_client(site, plain):
    _token(site, plain, plain.mint.token(), "OktaClientId 0oaother").names(
        "failure", "token", ["client_mismatch", "0oaother"], ["OktaClientId"])


def test_the_custom_domain_in_the_token(site, plain):
    token = Issuer.mint_with(plain, plain.keys[0]).token(iss=f"https://login.example.com{plain.path}")
    _token(site, plain, token).names(
        "failure", "token", ["issuer_unknown", "login.example.com"],
        ["custom domain", "OktaIssuer https://login.example.com"])


def test_a_token_of_the_org_server(site, plain):
    token = plain.mint.token(header={"typ": "application/okta-internal-at+jwt"})
    _token(site, plain, token).names("failure", "token", ["org"], ["custom authorization server"])


def test_an_expired_token(site, plain):
    _token(site, plain, plain.mint.token(iat=1, exp=2)).names("failure", "token", ["token_expired"], ["a new token"])


def test_an_opaque_token(site, plain):
    _token(site, plain, "00abcdefghijklmnopqrstuvwxyz0123456789").names(
        "failure", "token", ["token_malformed"], ["three parts"])


def test_a_token_of_another_key(site, plain):
    _token(site, plain, plain.mint_with(keys.key("gone")).token()).names(
        "failure", "token", ["kid_unknown"], ['"key-1"'])


def test_a_plain_token_where_dpop_is_required(site, plain):
    _token(site, plain, plain.mint.token(), "OktaDPoP required").names(
        "failure", "token", ["OktaDPoP required"], ["DPoP proof", "OktaDPoP optional"])


def test_a_bound_token_without_proof(site, plain):
    token = plain.mint.token(cnf={"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"})
    _token(site, plain, token).names("failure", "token", ["token_bound"], ["Require DPoP"])


def test_a_scope_that_is_missing(site, plain):
    _token(site, plain, plain.mint.token(), require="okta-scope orders.read").names(
        "failure", "require", ['lacks the scope "orders.read"', "403"], ["ask for that scope"])


def test_a_token_without_a_user(site, plain):
    _token(site, plain, plain.mint.client_credentials(), "OktaRemoteUser email").names(
        "failure", "token", ["user_missing", '"email"'], ["OktaRemoteUser email sub"])


def test_no_groups_in_the_token(site, plain):
    _token(site, plain, plain.mint.token(), require='okta-group "Domain Users"').names(
        "failure", "require", ['no claim "groups"', "Domain Users"], ["Claims", "OktaGroupsClaim"])


def test_another_group(site, plain):
    _token(site, plain, plain.mint.token(groups=["Everyone"]), require="okta-group Admins").names(
        "failure", "require", ['no group "Admins"'], ["into that group"])


REQUIRES = {
    "any of them": ("Require okta-scope nobody\nRequire okta-group Everyone", "ok"),
    "all of them": ("<RequireAll>\nRequire okta-scope nobody\nRequire okta-group Everyone\n</RequireAll>", "failure"),
    "all, and each holds": ("<RequireAll>\nRequire okta-scope email\nRequire okta-client 0oaexampleclient0001\n"
                            "</RequireAll>", "ok"),
    "none": ("<RequireAll>\nRequire valid-user\n<RequireNone>\nRequire okta-group Everyone\n</RequireNone>\n"
             "</RequireAll>", "failure"),
    "not": ("<RequireAll>\nRequire valid-user\nRequire not okta-group Guests\n</RequireAll>", "ok"),
    "a claim": ("<RequireAll>\nRequire okta-scope email\nRequire okta-claim ver = 1\n</RequireAll>", "ok"),
}


@pytest.mark.parametrize("name", REQUIRES)
def test_containers_of_require(site, plain, name):
    lines, level = REQUIRES[name]
    report = _token(site, plain, plain.mint.token(groups=["Everyone"]), *lines.split("\n"), require=None)
    assert [row["level"] for row in report.checks if row["check"] == "require"] == [level]


# -- the running server

def test_the_header_is_taken_away_in_front(site, plain):
    """A reverse proxy that drops Authorization."""
    def snippet(server):
        return (protects(plain) + "<Location /front>\nRequestHeader unset Authorization\n"
                f"ProxyPass http://127.0.0.1:{server.port}/api disablereuse=On\n</Location>\n")
    site.start(snippet, modules=("proxy", "proxy_http"), processes=2)
    report = site.check("--url", site.url("/front"), token=plain.mint.token(sub=ABSENT, uid="x"))
    report.names("failure", "answer", ["401", "An access token is required"], ["Authorization"])


_FRONT = """
<VirtualHost 127.0.0.1:{behind}>
    {location}
</VirtualHost>
<VirtualHost 127.0.0.1:{port}>
    SSLEngine on
    SSLCertificateFile {certificate}
    ProxyPreserveHost On
    ProxyPass / http://127.0.0.1:{behind}/ disablereuse=On
</VirtualHost>
"""


def _behind_tls(site, plain, authority, tmp_path, *inside):
    """mod_ssl ends TLS in front of the resource server."""
    authority.server(days=(-1, 60.5))

    def snippet(server):
        port = server.extra_ports[0]
        pem = server.write("conf/front.pem", (tmp_path / "server-1.pem").read_bytes())
        lines = [line.format(public=f"https://127.0.0.1:{port}") for line in inside]
        server.expects(r"ssl:warn.*(AH01873|AH01882)", optional=True, lasting=True)
        return trusts(plain) + _FRONT.format(port=port, certificate=pem, behind=server.port, location=location(
            "/api", "OktaResourceMetadata On", *lines))
    site.start(snippet, modules=("ssl", "proxy", "proxy_http"), extra_ports=1, processes=2)
    url = f"https://127.0.0.1:{site.server.extra_ports[0]}"
    return url, site.check("--url", url + "/api", "--ca", authority.ca_file, token=plain.mint.token())


def test_tls_that_ends_in_front(site, plain, authority, tmp_path):
    """The metadata name httpd's address, not the one that clients know."""
    url, report = _behind_tls(site, plain, authority, tmp_path)
    report.names("failure", "resource", [url.replace("https:", "http:"), "another address"],
                 [f"set OktaPublicUrl {url}"])


def test_tls_that_ends_in_front_and_is_known(site, plain, authority, tmp_path):
    url, report = _behind_tls(site, plain, authority, tmp_path, "OktaPublicUrl {public}")
    report.healthy()
    seen = {row["check"] for row in report.checks if row["subject"].startswith("server")}
    assert {"certificate", "resource", "answer"} <= seen
    site.check("--url", url + "/api").names("failure", "certificate", ["Test CA"], ["--ca"])


def test_a_page_of_an_origin_that_is_not_listed(site, plain):
    site.start(protects(plain, "OktaCorsOrigin https://app.example.com"))
    origin = "http://localhost:4200"
    site.check("--url", site.url(), "--origin", origin).names(
        "failure", "cors", [origin], [f"OktaCorsOrigin {origin}"])
    site.check("--url", site.url(), "--origin", "https://app.example.com/").names(
        "failure", "cors", ["no origin", "slash"], ["https://app.example.com"])
    site.check("--url", site.url(), "--method", "PUT").names("failure", "cors", ["PUT"], ["OktaCorsMethods PUT"])
    site.check("--url", site.url()).healthy()


def test_another_kind_of_authentication(site, plain):
    site.start(protects(plain) + "<Location /basic>\nAuthType Basic\nAuthName b\nAuthBasicProvider file\n"
               f"AuthUserFile {os.devnull}\nRequire valid-user\n</Location>\n", modules=("auth_basic", "authn_file"))
    site.check("--url", site.url("/basic")).names("failure", "access", ["401"], ["set AuthType Okta"])


def test_a_redirect(site, plain):
    site.start(protects(plain) + "Redirect /old https://api.example.com/api\n")
    site.check("--url", site.url("/old")).names(
        "failure", "access", ["redirects", "https://api.example.com/api"], ["call that address"])


def test_no_server(site, plain):
    with closed_port() as port:
        site.configure(protects(plain)).check("--url", f"http://127.0.0.1:{port}/api").names(
            "failure", "connection", [f"127.0.0.1:{port}"], ["start httpd"])


def test_a_server_without_keys(site, plain):
    """httpd cannot reach the issuer when it is asked, and says 503; the issuer is back meanwhile."""
    plain.script("keys", answers.status(500))
    site.start(protects(plain, more=["OktaKeyWait 0s"]))
    site.server.expects("OKTA-KEYS|OKTA-REFUSED", lasting=True)
    site.server.wait_for_log("OKTA-KEYS: .* missing")
    report = site.check("--url", site.url(), token=plain.mint.token())
    report.names("failure", "keys", ["status 500"], ["issuer's administrator"])
    report.names("failure", "answer", ["503"], ["OKTA-KEYS"])


def test_a_place_without_audience_that_only_a_token_finds_out(site, plain, make_issuer):
    """A pattern, which configtest leaves to requests: without a token it answers 401 like any other."""
    site.start(trusts([plain, make_issuer(path="/oauth2/aus1")], audience=None)
               + location("/api", "OktaAudience api://default")
               + '<LocationMatch "^/lost">\nAuthType Okta\nRequire valid-user\nSetHandler okta-whoami\n</LocationMatch>\n')
    site.server.expects("OKTA-CONFIG|OKTA-REFUSED|OKTA-KEYS", lasting=True, optional=True)
    doctor.check_issuer(plain, "--insecure-http", "--audience", "api://default", "--url", site.url("/lost"),
                        token=plain.mint.token()).names(
        "failure", "answer", ["500"], ["no audience", "OktaAudience"])


def test_a_back_end_that_is_down(site, plain):
    with closed_port() as port:
        site.start(protects(plain, f"ProxyPass http://127.0.0.1:{port}/", handler=None),
                   modules=("proxy", "proxy_http"))
        site.server.expects("AH00957|AH01114|AH01079", lasting=True, optional=True)
        report = site.check("--url", site.url(), token=plain.mint.token())
    report.names("failure", "answer", ["503"], ["httpd passes requests on to"])


def test_bodies_without_end(server, plain):
    """That somebody gets in is seen from the head of the answer."""
    server.answers["/api"] = lambda request: (200, {"long": "x" * (2 << 20)}, {})
    report = doctor.check_issuer(plain, "--insecure-http", "--url", server.origin + "/api")
    report.names("failure", "access", ["200", "anybody gets in"], ["Require valid-user"])
    server.answers["/api"] = lambda request: (
        (200, {"long": "x" * (2 << 20)}, {}) if "Authorization" in request.headers
        else (401, {}, {"WWW-Authenticate": 'Bearer realm="x"'}))
    doctor.check_issuer(plain, "--insecure-http", "--url", server.origin + "/api", token=plain.mint.token()).healthy()


def test_a_server_that_sends_the_token_back(server, plain):
    """Nothing of it is printed."""
    def echo(request):
        token = request.headers.get("Authorization", "")
        return 401, {"error": "x", "error_description": f"bad: {token}"}, {"WWW-Authenticate": 'Bearer realm="x"'}
    server.answers["/api"] = echo
    report = doctor.check_issuer(plain, "--insecure-http", "--url", server.origin + "/api", token=plain.mint.token())
    report.names("failure", "answer", ["401"], ["error log"])
    assert "bad: " not in report.run.out


def test_an_https_proxy_of_a_private_authority(site, issuer, authority):
    """OktaCAFile is for the proxy as well, here as in httpd."""
    with Proxy(tls=authority.server()) as proxy:
        site.configure(lambda s: protects(issuer, more=[f"OktaHttpProxy {proxy.url}", _ca(s, authority)]))
        site.check().healthy()
        assert ("CONNECT", issuer.origin.removeprefix("https://")) in proxy.requests
