# SPDX-License-Identifier: Apache-2.0
"""https issuers: certificates are always checked; a private CA and a proxy by directive."""

import re

import pytest
from env import answers, leaks, places
from env.certs import Authority
from env.keyservers import unknown_kids
from env.ports import closed_port
from env.proxy import Proxy
from env.snippets import location, trusts
from env.verdicts import assert_ok, assert_refused, assert_unavailable

KEYS_MISSING = r"OKTA-REFUSED: reason=keys_unavailable"

# Reading the system's certificates takes long under a sanitizer.
KEY_WAIT = "OktaKeyWait 10s" if places.SANITIZE or places.VALGRIND else "OktaKeyWait 1s"


def _assert_no_keys(server, issuer, cause, url=None):
    """The cause is in the log, and the token cannot be judged."""
    server.expects(KEYS_MISSING)
    server.expects(rf"OKTA-KEYS.*({cause})")
    server.wait_for_log(rf"auth_okta:error\].*OKTA-KEYS.*({cause})")
    assert_unavailable(server.get("/whoami", issuer.mint.token(iss=url or issuer.url)))


def _with_ca(server, authority, issuer, *more):
    ca = server.write("conf/ca.pem", authority.ca_file.read_bytes())
    return trusts(issuer, f"OktaCAFile {ca}", KEY_WAIT, *more) + location("/whoami")


@pytest.mark.every_mpm
def test_private_ca(launch, make_issuer, authority):
    issuer = make_issuer(tls=authority.server())
    server = launch(lambda s: _with_ca(s, authority, issuer))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)


def test_private_ca_unknown(launch, make_issuer, authority):
    issuer = make_issuer(tls=authority.server())
    server = launch(trusts(issuer, KEY_WAIT) + location("/whoami"))
    _assert_no_keys(server, issuer, "certificate")
    assert issuer.requests == []


def test_a_ca_for_one_issuer_only(launch, make_issuer, authority, tmp_path):
    """<OktaIssuer> holds what belongs to one issuer; the other is not trusted by it."""
    other_authority = Authority(tmp_path, "Other CA")
    first, second = make_issuer(tls=authority.server()), make_issuer(tls=other_authority.server())

    def snippet(s):
        ca = s.write("conf/ca.pem", authority.ca_file.read_bytes())
        return (f"<OktaIssuer {first.url}>\nOktaCAFile {ca}\n</OktaIssuer>\n"
                + trusts([first, second], KEY_WAIT) + location("/whoami"))
    server = launch(snippet)
    server.expects(r"OKTA-KEYS.*certificate", lasting=True)
    server.expects(KEYS_MISSING)
    assert_ok(server.get("/whoami", first.mint.token()))
    assert_unavailable(server.get("/whoami", second.mint.token()))


def test_the_proxy_s_password_stays_out_of_the_log(launch, issuer):
    password = leaks.register("hunter2-proxy-password", "proxy password")
    with closed_port() as port:
        server = launch(trusts(issuer, f"OktaHttpProxy http://user:{password}@127.0.0.1:{port}")
                        + location("/whoami"), log_level="debug auth_okta:trace8")
        server.expects(KEYS_MISSING)
        server.expects("OKTA-KEYS", lasting=True)
        assert_unavailable(server.get("/whoami", issuer.mint.token()))
        server.wait_for_log("OKTA-KEYS")
        for log in (server.error_log, server.stderr):
            assert password not in log.text()
    (server.root / "conf" / "httpd.conf").unlink()  # the one file that has to hold it


@pytest.mark.parametrize("problem, cause", [
    ("expired", r"certificate.*expired|expired.*certificate"),
    ("not yet valid", r"certificate.*not yet valid|not yet valid.*certificate"),
    ("of another host", r"(certificate|subject|host|name).*(match|mismatch)"),
    ("of another CA", r"certificate"),
])
def test_bad_certificates(launch, make_issuer, authority, tmp_path, problem, cause):
    context = {
        "expired": lambda: authority.server(days=(-10, -1)),
        "not yet valid": lambda: authority.server(days=(1, 10)),
        "of another host": lambda: authority.server(names=("other.example.com", "127.0.0.9")),
        "of another CA": lambda: Authority(tmp_path, "Other CA").server(),
    }[problem]()
    issuer = make_issuer(tls=context)
    server = launch(lambda s: _with_ca(s, authority, issuer))
    _assert_no_keys(server, issuer, cause)
    assert issuer.requests == []


def test_insecure_http_does_not_loosen_https(launch, make_issuer, authority):
    issuer = make_issuer(tls=authority.server())
    server = launch("OktaInsecureHttp On\n" + trusts(issuer, KEY_WAIT) + location("/whoami"))
    _assert_no_keys(server, issuer, "certificate")


def test_plain_http_where_https_is_expected(launch, make_issuer, authority):
    issuer = make_issuer()
    url = issuer.url.replace("http:", "https:")
    server = launch(lambda s: _with_ca(s, authority, url))
    _assert_no_keys(server, issuer, "SSL|TLS", url)
    assert issuer.requests == []


def test_proxy_for_http(launch, issuer, proxy):
    server = launch(trusts(issuer, f"OktaHttpProxy {proxy.url}") + location("/whoami"))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    assert [method for method, _ in proxy.requests] == ["GET", "GET"]
    assert proxy.requests[1][1] == issuer.jwks_uri


def test_proxy_for_https(launch, make_issuer, authority, proxy):
    issuer = make_issuer(tls=authority.server())
    server = launch(lambda s: _with_ca(s, authority, issuer, f"OktaHttpProxy {proxy.url}"))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    assert {method for method, _ in proxy.requests} == {"CONNECT"}
    assert {target for _, target in proxy.requests} == {f"127.0.0.1:{issuer.port}"}


def test_what_the_proxy_says_is_not_the_issuer_s_word(launch, make_issuer, authority):
    """The answer to CONNECT has fields of its own, which say nothing of what comes through the tunnel."""
    issuer = make_issuer(tls=authority.server())
    issuer.script("keys", lambda i, r, t: answers.Answer(body=t.body))
    welcome = (("Content-Encoding", "gzip"), ("Cache-Control", "no-store"), ("ETag", '"of-the-proxy"'))
    with Proxy(welcome=welcome) as proxy:
        server = launch(lambda s: _with_ca(s, authority, issuer, f"OktaHttpProxy {proxy.url}"))
        assert_ok(server.get("/whoami", issuer.mint.token()))
        # an hour is taken where nothing is said of an age
        line = server.wait_for_log("fresh; next refresh in")
        assert 2600 < int(re.search(r"next refresh in (\d+) s", line)[1]) <= 3060
        fetches = issuer.key_fetches()
        assert_refused(server.get("/whoami", unknown_kids(issuer, 1)[0]))
        assert issuer.key_fetches() == fetches + 1
        assert not [r for r in issuer.requests if "if-none-match" in r.headers]


def test_a_dead_proxy_is_named(launch, issuer):
    with closed_port() as port:
        server = launch(trusts(issuer, f"OktaHttpProxy http://127.0.0.1:{port}") + location("/whoami"))
        _assert_no_keys(server, issuer, rf"proxy|127\.0\.0\.1 port {port}|127\.0\.0\.1:{port}")
    assert issuer.requests == []


def test_the_environment_s_proxy_is_not_used(launch, issuer, monkeypatch):
    """Requests of the client cannot set it (httpoxy), and the administrator has a directive."""
    with closed_port() as port:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        server = launch(trusts(issuer) + location("/whoami"), inherit=["http_proxy", "HTTP_PROXY",
                                                                       "ALL_PROXY", "all_proxy"])
        assert_ok(server.get("/whoami", issuer.mint.token()))


def test_the_client_asks_for_json_without_compression(launch, issuer):
    server = launch(trusts(issuer) + location("/whoami"))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    for request in issuer.requests:
        assert "authorization" not in request.headers
        assert "cookie" not in request.headers
        assert re.search("okta", request.headers.get("user-agent", ""), re.I), request.headers
        assert request.headers.get("accept-encoding") in (None, "identity")
