# SPDX-License-Identifier: Apache-2.0
"""Tokens that are bound to a client certificate (RFC 8705), by mod_ssl and by what a proxy says."""

import itertools
import json
import re
import socket
import ssl

import pytest
from env import h2
from env.backends import HttpBackend
from env.certs import ClientCertificate
from env.client import bearer, parse, raw, raw_get
from env.dpop import Prover
from env.routes import AUTHZ_NOISE
from env.snippets import env_directory, env_location, location, trusts
from env.verdicts import assert_ok, assert_refused

pytestmark = pytest.mark.every_mpm

PROXY, CLIENT = "127.0.0.2", "127.0.0.1"
# by one's own hand, as `SSLVerifyClient optional_no_ca` lets them be
TLS = ("optional", "none", "required", "late")


_asked = itertools.count()


def _tagged(path):
    """The path, with a query by which the access log's line is found."""
    return f"{path}?asked-{next(_asked)}."


def assert_reason(server, path, reason):
    """In the access log, which unlike the error log leaves nothing out when there is much."""
    line = server.access_line_of(path.partition("?")[2])
    assert re.search(rf" reason=({reason})$", line), line


@pytest.fixture(scope="module")
def certificates(tmp_path_factory, authority):
    folder = tmp_path_factory.mktemp("clients")
    return {"own": ClientCertificate.self_signed(folder, "own"), "other": ClientCertificate.self_signed(folder, "other"),
            "signed": authority.client("signed")}


@pytest.fixture(scope="module")
def backend():
    with HttpBackend() as http:
        yield http


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer, authority, backend, mpm):
    def snippet(s):
        key = s.write("conf/server.pem", authority.server_file().read_bytes())
        ca = s.write("conf/ca.pem", authority.ca_file.read_bytes())
        text = trusts(shared_issuer) + env_directory(s) + "MergeTrailers On\nRemoteIPHeader X-Forwarded-For\n"
        text += f"RemoteIPInternalProxy {PROXY} {CLIENT}\n"
        text += f"OktaClientCertHeader Client-Cert\nOktaTrustedProxy {PROXY}\nSSLSessionCache shmcb:{s.root}/run/tls\n"
        text += location("/whoami") + location("/required", "OktaDPoP required") + location(
            "/hello", "OktaAnonymous missing-or-failed", require="all granted", handler="okta-hello")
        text += location("/counting", "OktaEnforce Off", handler="okta-hello")
        text += env_location(s, "/env") + f"ProxyPass /http {backend.url}\n" + location("/http", handler=None)
        text += f"ProxyPass /open {backend.url}\n<Location /open>\nRequire all granted\n</Location>\n"
        # ways round
        text += location("/rewritten", "RewriteEngine On", "RewriteOptions AllowAnyURI",
                         "RequestHeader unset Client-Cert", "RewriteRule .* /whoami", handler=None)
        s.write("cgi-bin/jump", "#!/bin/sh\nprintf 'Location: /whoami\\r\\n\\r\\n'\n").chmod(0o755)
        text += f'ScriptAlias /jump "{s.root}/cgi-bin/jump"\n'
        text += location("/jump", "RequestHeader unset Client-Cert", handler=None)
        s.write("htdocs/page.shtml", '<!--#include virtual="/hello" -->')
        text += "AddOutputFilter INCLUDES .shtml\n" + location("/page.shtml", "Options +Includes", handler=None)
        text += location("/refused", "ErrorDocument 401 /open/status-401")
        if "http2" in s.modules:
            text += "Protocols h2 h2c http/1.1\n"
        verify = {"optional": "SSLVerifyClient optional_no_ca", "none": "SSLVerifyClient none",
                  "required": f"SSLVerifyClient require\nSSLCACertificateFile {ca}",
                  "late": "SSLVerifyClient none\nSSLProtocol TLSv1.2\n<Location /whoami>\n"
                          "SSLVerifyClient optional_no_ca\n</Location>\nProtocols http/1.1"}
        for port, name in zip(s.extra_ports, TLS):
            text += (f"<VirtualHost *:{port}>\nServerName 127.0.0.1:{port}\nSSLEngine on\nSSLCertificateFile {key}\n"
                     f"{verify[name]}\n</VirtualHost>\n")
        text += f"<VirtualHost *:{s.extra_ports[-2]}>\nRemoteIPProxyProtocol On\n</VirtualHost>\n"
        # a virtual host that has a field of its own, and trusts nobody else's
        text += (f"<VirtualHost *:{s.extra_ports[-1]}>\nServerName own.example\nOktaClientCertHeader X-Cert\n"
                 f"OktaTrustedProxy 10.0.0.0/8 ::1 127.0.0.3\n</VirtualHost>\n")
        return text
    modules = ["ssl", "socache_shmcb", "remoteip", "cgi", "proxy", "proxy_http", "rewrite", "include", "filter"]
    if mpm != "prefork":
        modules.append("http2")
    server = launch_shared(snippet, processes=1, threads=8, extra_ports=len(TLS) + 2, modules=modules)
    server.expects(AUTHZ_NOISE, lasting=True)
    server.expects("OktaEnforce Off in <Location /counting>", lasting=True)
    return server


@pytest.fixture(scope="module")
def token(shared_issuer, certificates):
    """By the certificate that it is bound to."""
    return {"plain": shared_issuer.mint.token(),
            **{name: shared_issuer.mint.token(cnf={"x5t#S256": one.thumbprint}) for name, one in certificates.items()}}


def _tls_context(certificate):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if certificate:
        context.load_cert_chain(certificate.file)
    return context


def _tls(server, name, path, token, certificate=None, *fields, source=CLIENT):
    """A request over TLS, with a client's certificate."""
    port = server.extra_ports[TLS.index(name)]
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close",
             f"Authorization: {bearer(token)}", *fields]
    plain = socket.create_connection(("127.0.0.1", port), 30, (source, 0))
    with _tls_context(certificate).wrap_socket(plain) as tls:
        tls.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        received = b""
        while chunk := tls.recv(65536):
            received += chunk
    return parse(received)


def _proxied(server, path, token, *certs, name="Client-Cert", source=PROXY, scheme="Bearer", more=()):
    return raw_get(server.port, path, f"Authorization: {bearer(token, scheme)}",
                   *(f"{name}: {cert}" for cert in certs), *more, source=source)


# -- by mod_ssl

@pytest.mark.parametrize("place", ["optional", "late"])
def test_the_certificate_of_the_connection(server, token, certificates, place):
    """Nobody but the token has to know it: one that signed itself is as good."""
    for _ in range(2):
        assert_ok(_tls(server, place, "/whoami", token["own"], certificates["own"]))
    for certificate, reason in ((certificates["other"], "certificate_mismatch"), (None, "certificate_missing")):
        path = _tagged("/whoami")
        assert_refused(_tls(server, place, path, token["own"], certificate))
        assert_reason(server, path, reason)
    server.wait_for_log("no certificate in the TLS handshake")


def test_a_certificate_that_an_authority_signed(server, token, certificates):
    assert_ok(_tls(server, "required", "/whoami", token["signed"], certificates["signed"]))
    path = _tagged("/whoami")
    assert_refused(_tls(server, "required", path, token["own"], certificates["signed"]))
    assert_reason(server, path, "certificate_mismatch")


def test_a_server_that_asks_for_none(server, token, certificates):
    path = _tagged("/whoami")
    assert_refused(_tls(server, "none", path, token["own"], certificates["own"]))
    assert_reason(server, path, "certificate_missing")


def test_no_tls(server, token):
    path = _tagged("/whoami")
    assert_refused(server.get(path, token["own"]))
    assert_reason(server, path, "certificate_missing")


def test_a_remembered_token_is_held_against_each_connection(server, token, certificates):
    """The verdict on the signature is remembered; the binding is looked at each time."""
    assert_ok(_tls(server, "optional", "/whoami", token["own"], certificates["own"]))
    for certificate in (certificates["other"], None):
        assert_refused(_tls(server, "optional", "/whoami", token["own"], certificate))
    assert_ok(_tls(server, "optional", "/whoami", token["own"], certificates["own"]))


def test_over_http2(server, token, certificates, mpm):
    if mpm == "prefork":
        # mod_http2 does not serve there: the same by HTTP/1.1
        return assert_ok(_tls(server, "optional", "/whoami", token["own"], certificates["own"]))
    port = server.extra_ports[TLS.index("optional")]
    for answer in h2.fetch(port, "/whoami", "/whoami?2", token=token["own"], tls=certificates["own"].file):
        assert answer.status == 200
    for certificate in (certificates["other"].file, ""):
        [answer] = h2.fetch(port, "/whoami", token=token["own"], tls=certificate)
        assert answer.status == 401
    # names of fields are in lower case there
    [answer] = h2.fetch(port, "/whoami", token=token["own"], tls="",
                        headers=[("client-cert", certificates["own"].rfc9440)])
    assert answer.status == 401


@pytest.mark.parametrize("path", ["/rewritten", "/jump", "/page.shtml"])
def test_ways_round(server, token, certificates, path):
    """Redirected requests and subrequests come by the same connection, and had the same header."""
    good = _tls(server, "optional", path, token["own"], certificates["own"])
    assert_ok(good)
    assert b"user@example.com" in good.body
    assert_refused(_tls(server, "optional", path, token["own"], certificates["other"]))
    good = _proxied(server, path, token["own"], certificates["own"].rfc9440)
    assert_ok(good)
    assert b"user@example.com" in good.body
    assert_refused(_proxied(server, path, token["own"], certificates["other"].rfc9440))


# -- what a proxy says

def _pem_with_blanks(certificate):
    """As mod_headers writes %{SSL_CLIENT_CERT}s."""
    return certificate.pem.replace("\n", " ").strip()


FORMS = {"RFC 9440": lambda c: c.rfc9440, "nginx": lambda c: c.escaped, "mod_headers": _pem_with_blanks}


@pytest.mark.parametrize("form", FORMS)
def test_the_certificate_in_a_header(server, token, certificates, form):
    assert_ok(_proxied(server, "/whoami", token["own"], FORMS[form](certificates["own"])))
    assert_ok(_proxied(server, "/whoami", token["own"], FORMS[form](certificates["own"]), name="cLIENT-cERT"))
    path = _tagged("/whoami")
    assert_refused(_proxied(server, path, token["own"], FORMS[form](certificates["other"])))
    assert_reason(server, path, "certificate_mismatch")
    # who is no proxy cannot say it
    path = _tagged("/whoami")
    assert_refused(_proxied(server, path, token["own"], FORMS[form](certificates["own"]), source=CLIENT))
    assert_reason(server, path, "certificate_missing")


def _bad(own, other):
    return {
        "none": [], "empty": [""], "blank": [" "], "null": ["(null)"], "garbage": ["garbage"],
        "cut off": [own.rfc9440[:-9] + ":"], "no colon": [own.rfc9440[:-1]], "bare base64": [own.rfc9440.strip(":")],
        "twice": [own.rfc9440, own.rfc9440], "two": [own.rfc9440, other.rfc9440], "two, the other way":
        [other.rfc9440, own.rfc9440], "a list": [f"{own.rfc9440}, {other.rfc9440}"],
        "two of PEM": [_pem_with_blanks(own), _pem_with_blanks(other)],
        "a chain": [_pem_with_blanks(own) + " " + _pem_with_blanks(other)],
        "appended": [f"{own.escaped},{other.escaped}"], "parameters": [own.rfc9440 + ";a=1"],
        "the thumbprint": [own.thumbprint], "Envoy": [f'Hash=00;Cert="{own.escaped}"'],
    }


def test_bad_headers_of_the_proxy(server, token, certificates):
    for name, fields in _bad(certificates["own"], certificates["other"]).items():
        path = _tagged("/whoami")
        answer = _proxied(server, path, token["own"], *fields)
        assert answer.status == 401, name
        assert_refused(answer)
        assert_reason(server, path, "certificate_missing")
    log = server.error_log.text()
    assert certificates["own"].rfc9440[:40] not in log and "BEGIN" not in log
    # of no concern to tokens that are not bound to one
    assert_ok(_proxied(server, "/whoami", token["plain"], "garbage"))


def test_the_proxy_s_own_certificate_is_not_the_client_s(server, token, certificates):
    """Between the proxy and httpd there may be TLS with certificates too."""
    for fields, status in (([], 401), ([f"Client-Cert: {certificates['other'].rfc9440}"], 401),
                           ([f"Client-Cert: {certificates['own'].rfc9440}"], 200)):
        answer = _tls(server, "optional", "/whoami", token["own"], certificates["own"], *fields, source=PROXY)
        assert answer.status == status, fields


def test_the_peer_counts_and_not_whom_it_names(server, token, certificates):
    """mod_remoteip makes another client of whom X-Forwarded-For names."""
    field = certificates["own"].rfc9440
    assert_ok(_proxied(server, "/whoami", token["own"], field, more=["X-Forwarded-For: 203.0.113.9"]))
    for named in (PROXY, f"{PROXY}, 203.0.113.9", f"203.0.113.9, {PROXY}"):
        assert_refused(_proxied(server, "/whoami", token["own"], field, source=CLIENT,
                                more=[f"X-Forwarded-For: {named}"]))
    assert _proxied(server, "/env", token["plain"], source=CLIENT, more=[f"X-Forwarded-For: {PROXY}"]).environment()[
        "REMOTE_ADDR"] == PROXY


def test_nor_whom_the_proxy_protocol_names(server, token, certificates):
    port = server.extra_ports[-2]
    for source, named, status in ((CLIENT, PROXY, 401), (PROXY, CLIENT, 200), (PROXY, "203.0.113.9", 200)):
        request = (f"PROXY TCP4 {named} 127.0.0.1 40000 {port}\r\nGET /whoami HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                   f"Connection: close\r\nAuthorization: Bearer {token['own']}\r\n"
                   f"Client-Cert: {certificates['own'].rfc9440}\r\n\r\n")
        assert raw(port, request.encode(), source=source).status == status, (source, named)


SPELLINGS = ["Client-Cert", "client-cert", "CLIENT-CERT", "Client_Cert", "client_cert", "Client.Cert", "Client~Cert",
             "Client!Cert", "Client*Cert", "Client'Cert", "Client|Cert", "Client^Cert", "Client`Cert", "Client#Cert",
             "Client$Cert", "Client%Cert", "Client&Cert", "Client+Cert", "X-Cert", "x_cert"]


@pytest.mark.parametrize("path", ["/env", "/http", "/open"])
def test_no_spelling_arrives(server, token, path):
    """Neither where tokens are asked for, nor elsewhere; nor from the proxy, but by the very name."""
    for source in (CLIENT, PROXY):
        for spelling in SPELLINGS:
            answer = _proxied(server, path, token["plain"], "spoofed", name=spelling, source=source)
            assert_ok(answer)
            assert (b"spoofed" in answer.body) == (source == PROXY and spelling.lower() == "client-cert"), spelling


def test_other_spellings_do_not_help_a_client_of_the_proxy(server, token, certificates):
    """A proxy that sets its own field lets others of a client pass."""
    for spelling in SPELLINGS[3:]:
        assert_refused(_proxied(server, "/whoami", token["own"], more=[f"{spelling}: {certificates['own'].rfc9440}"]))
        assert_refused(_proxied(server, "/whoami", token["own"], certificates["other"].rfc9440,
                                more=[f"{spelling}: {certificates['own'].rfc9440}"]))


def test_trailers_and_connection(server, token, certificates):
    field = f"Client-Cert: {certificates['own'].rfc9440}"
    for source, path in ((CLIENT, "/http"), (PROXY, "/http"), (CLIENT, "/whoami"), (PROXY, "/whoami")):
        head = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Connection: close",
                f"Authorization: Bearer {token['own'] if path == '/whoami' else token['plain']}",
                "Transfer-Encoding: chunked", "Trailer: Client-Cert", ""]
        body = "\r\n".join([*head, "1", "x", "0", field, "", ""])
        answer = raw(server.port, body.encode(), source=source)
        if path == "/http":
            assert_ok(answer)
            assert certificates["own"].rfc9440.encode() not in answer.body
        else:
            assert answer.status == 401
    # nobody takes the field away from the back end by naming it there
    for named in ("Client-Cert", "client_cert", "x, Client-Cert;y", '"Client-Cert"'):
        answer = raw_get(server.port, "/http", f"Authorization: Bearer {token['own']}", field,
                         f"Connection: {named}", source=PROXY)
        assert_ok(answer)
        assert certificates["own"].rfc9440 in dict(answer.json()["headers"]).values()


def test_each_virtual_host_has_its_own_proxies(server, token, certificates):
    port, field = server.extra_ports[-1], certificates["own"].rfc9440
    authorization = f"Authorization: Bearer {token['own']}"
    assert_ok(raw_get(port, "/whoami", authorization, f"X-Cert: {field}", source="127.0.0.3"))
    for name, source in (("X-Cert", PROXY), ("Client-Cert", "127.0.0.3"), ("Client-Cert", PROXY), ("X-Cert", CLIENT)):
        assert raw_get(port, "/whoami", authorization, f"{name}: {field}", source=source).status == 401, (name, source)


# -- with a key as well, and where little is refused

def test_a_key_beside_the_certificate(server, shared_issuer, certificates):
    """Both have to hold."""
    prover = Prover.of(server)
    own, other = certificates["own"], certificates["other"]
    token = prover.token(shared_issuer, cnf={"jkt": prover.jkt, "x5t#S256": own.thumbprint})

    def ask(scheme, cert, proof, path="/whoami"):
        more = [f"DPoP: {prover.proof(token)}"] if proof else []
        return _proxied(server, path, token, *([cert.rfc9440] if cert else []), scheme=scheme, more=more)
    assert_ok(ask("DPoP", own, True))
    for scheme, cert, proof, reason in (("DPoP", None, True, "certificate_missing"),
                                        ("DPoP", other, True, "certificate_mismatch"),
                                        ("DPoP", own, False, "proof_missing"), ("Bearer", own, True, "token_bound"),
                                        ("Bearer", own, False, "token_bound")):
        path = _tagged("/whoami")
        assert ask(scheme, cert, proof, path).status == 401
        assert_reason(server, path, reason)


def test_other_bindings_are_refused(server, shared_issuer, certificates):
    own = certificates["own"]
    for cnf in ({"x5t#S256": own.thumbprint, "kid": "a"}, {"x5t#S256": own.thumbprint + "="}, {"x5t#S256": ""},
                {"x5t#S256": None, "x5t": own.thumbprint}, {"x5t#S512": own.thumbprint}, {"X5T#S256": own.thumbprint},
                {"x5t#S256": [own.thumbprint]}, own.thumbprint, {}):
        answer = _proxied(server, "/whoami", shared_issuer.mint.token(cnf=cnf), own.rfc9440)
        assert answer.status == 401, cnf
    assert_ok(_proxied(server, "/whoami", shared_issuer.mint.token(
        cnf={"x5t#S256": own.thumbprint, "jkt": None, "kid": None}), own.rfc9440))
    path = _tagged("/required")
    answer = _proxied(server, path, shared_issuer.mint.token(cnf={"x5t#S256": own.thumbprint}), own.rfc9440)
    assert answer.status == 401
    assert_reason(server, path, "token_unbound")


def test_nobody_is_who_he_says_without_the_certificate(server, token, certificates):
    """Where bad tokens pass, their bearer is nobody."""
    for path in ("/hello", "/counting"):
        assert _proxied(server, path, token["own"], certificates["own"].rfc9440).json()["caller"] == "user@example.com"
        answer = _proxied(server, path, token["own"], certificates["other"].rfc9440)
        assert_ok(answer)
        assert answer.json()["caller"] is None
    # and the document of an error gets no field of a stranger
    answer = _proxied(server, "/refused", token["own"], certificates["own"].rfc9440, source=CLIENT)
    assert answer.status == 401 and "client-cert" not in json.dumps(answer.json()).lower()
