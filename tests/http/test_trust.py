# SPDX-License-Identifier: Apache-2.0
"""Whom the fetching of keys trusts: what is configured, wholly and from the first request after a change of it."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from env import places, statefiles
from env.certs import Authority
from env.keyservers import api, cut_off
from env.ports import closed_port
from env.proxy import Proxy
from env.snippets import location, trusts
from env.verdicts import assert_ok, assert_unavailable
from env.waiting import wait_for

NO_KEYS = r"OKTA-KEYS: .* (missing|failing): |OKTA-REFUSED: reason=keys_unavailable"
KEY_WAIT = "OktaKeyWait 10s" if places.SANITIZE or places.VALGRIND else "OktaKeyWait 1s"

# The system's authorities, for this httpd alone.
_WRAPPER = """#!/bin/sh
exec unshare -m sh -c 'mount --bind "$SYSTEM_CERTS" /etc/ssl/certs && exec {httpd} "$@"' sh "$@"
"""


@pytest.fixture
def system(monkeypatch, tmp_path):
    """An authority that is the whole of the system's trust, as a directory and as a bundle."""
    if os.geteuid() != 0:
        pytest.skip("mounts over /etc/ssl/certs")
    made = Authority(tmp_path, "System CA")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for name in ("system.pem", "ca-certificates.crt"):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(made.ca_file.read_bytes())
        subprocess.run(["openssl", "rehash", folder], check=True, capture_output=True)
        wrapper = tmp_path / "httpd"
        wrapper.write_text(_WRAPPER.format(httpd=places.HTTPD))
        wrapper.chmod(0o755)
        monkeypatch.setattr(places, "HTTPD", str(wrapper))
        monkeypatch.setenv("SYSTEM_CERTS", folder)
        yield made


def _ca(server, authority, name="ca.pem"):
    return f"OktaCAFile {server.write('conf/' + name, authority.ca_file.read_bytes())}"


def test_a_ca_file_stands_in_place_of_the_system_s_authorities(launch, make_issuer, system, authority):
    """libcurl keeps a directory of authorities beside the file that it is given."""
    theirs, ours = make_issuer(tls=system.server()), make_issuer(tls=authority.server())
    server = launch(lambda s: f"<OktaIssuer {ours.url}>\n{_ca(s, authority)}\n</OktaIssuer>\n"
                    + trusts([theirs, ours], KEY_WAIT) + location("/whoami"), inherit=("SYSTEM_CERTS",))
    assert_ok(server.get("/whoami", theirs.mint.token()))
    assert_ok(server.get("/whoami", ours.mint.token()))
    server.stop()
    other = make_issuer(tls=system.server())
    server = launch(lambda s: trusts(other, _ca(s, authority), KEY_WAIT) + location("/whoami"),
                    inherit=("SYSTEM_CERTS",))
    server.expects(NO_KEYS, lasting=True)
    assert_unavailable(server.get("/whoami", other.mint.token()))
    assert other.requests == []


@pytest.mark.parametrize("proxy_by", ["private", "system"])
def test_an_https_proxy_is_checked_by_the_same_authorities(launch, make_issuer, system, authority, proxy_by):
    issuer = make_issuer(tls=authority.server())
    with Proxy(tls=(authority if proxy_by == "private" else system).server()) as proxy:
        server = launch(lambda s: trusts(issuer, _ca(s, authority), f"OktaHttpProxy {proxy.url}", KEY_WAIT)
                        + location("/whoami"), inherit=("SYSTEM_CERTS",))
        if proxy_by == "private":
            assert_ok(server.get("/whoami", issuer.mint.token()))
            assert {method for method, _ in proxy.requests} == {"CONNECT"}
        else:
            server.expects(NO_KEYS, lasting=True)
            assert_unavailable(server.get("/whoami", issuer.mint.token()))
            assert proxy.requests == []


def test_the_proxy_s_name_is_checked(launch, make_issuer, authority):
    issuer = make_issuer(tls=authority.server())
    with Proxy(tls=authority.server(names=("other.example.com", "127.0.0.9"))) as proxy:
        server = launch(lambda s: trusts(issuer, _ca(s, authority), f"OktaHttpProxy {proxy.url}", KEY_WAIT)
                        + location("/whoami"))
        server.expects(NO_KEYS, lasting=True)
        assert_unavailable(server.get("/whoami", issuer.mint.token()))
        assert proxy.requests == []


@pytest.fixture
def home():
    """Of the user that httpd's children are: pytest's own folders are closed to them."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        Path(folder, ".netrc").write_text("default login somebody password netrc-password\n")
        yield folder


def test_the_environment_decides_nothing(launch, make_issuer, authority, tmp_path, home, monkeypatch):
    """Proxies, exceptions from them, files of authorities and of passwords."""
    other = Authority(tmp_path, "Other CA")
    issuer = make_issuer(tls=authority.server())
    with closed_port() as port, Proxy() as proxy:
        away = f"http://127.0.0.1:{port}"
        world = {**dict.fromkeys(("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"), away),
                 "no_proxy": "*", "NO_PROXY": "*", "HOME": home, "SSL_CERT_FILE": str(other.ca_file),
                 "SSL_CERT_DIR": str(tmp_path), "CURL_CA_BUNDLE": str(other.ca_file)}
        for name, value in world.items():
            monkeypatch.setenv(name, value)
        server = launch(lambda s: trusts(issuer, _ca(s, authority), f"OktaHttpProxy {proxy.url}", KEY_WAIT)
                        + location("/whoami"), inherit=tuple(world))
        assert_ok(server.get("/whoami", issuer.mint.token()))
        assert {method for method, _ in proxy.requests} == {"CONNECT"}
    assert not [r for r in issuer.requests if "authorization" in r.headers]


def _changes(authority, other, proxy):
    """name: (settings before, settings after, whether the trust is the same)"""
    with_ca = lambda a: lambda s: [_ca(s, a)]  # noqa: E731
    return {
        "another CA in the same file": (with_ca(authority), with_ca(other), False),
        "the same CA in another file": (with_ca(authority), lambda s: [_ca(s, authority, "moved.pem")], True),
        "no CA file": (with_ca(authority), lambda s: [], False),
        "a proxy": (with_ca(authority), lambda s: [_ca(s, authority), f"OktaHttpProxy {proxy}"], False),
        "plain http allowed": (with_ca(authority), lambda s: [_ca(s, authority), "OktaInsecureHttp On"], False),
        "another password of the proxy": (lambda s: [_ca(s, authority), f"OktaHttpProxy {proxy}"],
                                          lambda s: [_ca(s, authority), f"OktaHttpProxy {proxy}".replace(
                                              "://", "://user:a-proxy-password@")], True),
    }


CHANGES = list(_changes(None, None, ""))


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("way", ["restart", "cold start"])
def test_keys_of_another_trust_are_not_taken_over(launch, make_issuer, authority, tmp_path, proxy, name, way):
    """Not from memory by a restart, not from a file by a start; not even for one request."""
    before, after, same = _changes(authority, Authority(tmp_path, "Other CA"), proxy.url)[name]
    issuer = make_issuer(tls=authority.server())
    settings = [before]

    def snippet(s):
        return api(issuer, *settings[0](s), f'OktaStateDir "{s.root}/state"', "OktaKeyWait 2s")
    server = launch(snippet)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    wait_for(statefiles.path(server.root / "state", issuer).exists, "the state file")
    cut_off(issuer)
    settings[0] = after
    server.expects(NO_KEYS + "|OKTA-KEYS: .* not used: its keys were fetched under other settings",
                   optional=True, lasting=True)
    if way == "restart":
        (server.root / "conf" / "httpd.conf").write_text(server.configuration())
        server.graceful()
    else:
        server.stop()
        server.start()
    answer = server.get("/whoami", issuer.mint.token())
    assert answer.status == (200 if same else 503)
    assert bool(server.error_log.matching("its keys were fetched under other settings")) != same
    for text in (server.error_log.text(), statefiles.path(server.root / "state", issuer).read_text()):
        assert "a-proxy-password" not in text


def test_what_was_fetched_by_the_file_of_the_start_stays_so(launch, make_issuer, authority, tmp_path):
    """OktaCAFile is read at a start or restart, and only then."""
    issuer = make_issuer(tls=authority.server())
    server = launch(lambda s: trusts(issuer, _ca(s, authority), "OktaKeyRefresh 1s 1s") + location("/whoami"))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    fetched = issuer.key_fetches()
    server.write("conf/ca.pem", Authority(tmp_path, "Other CA").ca_file.read_bytes())
    wait_for(lambda: issuer.key_fetches() >= fetched + 2, "refreshes")
    assert_ok(server.get("/whoami", issuer.mint.token()))
