# SPDX-License-Identifier: Apache-2.0
"""The environment itself: guards that cannot fail would prove nothing."""

import json
import urllib.error
import urllib.request

import pytest
import requests
from env import answers, attacks, challenge, leaks, sanitizers
from env.client import at_once, raw_get
from env.errorlog import Guard, LogFile
from env.httpd import StartFailed
from env.keys import key
from env.mint import ABSENT, decode
from env.ports import closed_port
from jwcrypto.jwk import JWK
from jwcrypto.jwt import JWT

pytestmark = pytest.mark.without_module

PLAIN = """
<Location /open>
    Require all granted
</Location>
"""


def _fetch(url, **headers):
    request = urllib.request.Request(url, headers={k.replace("_", "-"): v for k, v in headers.items()})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=20) as answer:
        return answer.status, dict(answer.headers), answer.read()


@pytest.mark.every_mpm
def test_httpd_starts_restarts_and_stops(launch, mpm):
    server = launch(PLAIN, okta=False, processes=3)
    assert server.get("/plain.txt").body == b"plain\n"
    first = set(server.children())
    assert len(first) == 3
    server.graceful()
    assert server.get("/plain.txt").status == 200
    assert set(server.children()) - first
    assert raw_get(server.port, "/plain.txt").status == 200
    assert [r.status for r in at_once(8, lambda i: server.get("/plain.txt"))] == [200] * 8


@pytest.mark.every_mpm
def test_cgi_answers_with_its_environment(launch):
    server = launch(lambda s: f'ScriptAlias /env "{s.env_script}"', okta=False, modules=["cgi"],
                    processes=3)
    environment = server.get("/env/path?q=1", headers={"X-Probe": "1"}).environment()
    assert environment["PATH_INFO"] == "/path"
    assert environment["HTTP_X_PROBE"] == "1"
    assert len(server.children()) == 3


def test_configtest_reports_code_and_output(configtest):
    assert configtest(PLAIN, okta=False).ok
    bad = configtest("NoSuchDirective On", okta=False)
    assert bad.code != 0 and "NoSuchDirective" in bad.output


def test_a_server_that_cannot_start_says_why(launch):
    server = launch("NoSuchDirective On", okta=False, start=False)
    with pytest.raises(StartFailed, match="NoSuchDirective"):
        server.start()
    server.process = None


def test_error_log_guard(tmp_path):
    path = tmp_path / "error.log"
    log = LogFile(path)
    guard = Guard(log)
    line = "[Mon Nov 23 14:11:35 2026] [core:{}] [pid 1:tid 1] AH1: text {}\n"
    path.write_text(line.format("notice", 1) + line.format("info", 2))
    guard.check()
    with open(path, "a") as out:
        out.write(line.format("warn", 3))
    with pytest.raises(AssertionError, match="text 3"):
        guard.check()
    guard.check()  # each line is judged once
    guard.expects("text 4")
    with open(path, "a") as out:
        out.write(line.format("error", 4))
    guard.check()
    guard.expects("text 5", optional=True)
    guard.check(patience=0)
    guard.expects("text 6")
    with pytest.raises(AssertionError, match="text 6"):
        guard.check(patience=0)
    guard.expects("Segmentation")
    with open(path, "a") as out:
        out.write(line.format("notice", "child pid 7 exit signal Segmentation fault (11)"))
    with pytest.raises(AssertionError, match="exit signal"):
        guard.check(patience=0)
    with open(path, "a") as out:
        out.write("a line of no known form\n")
    with pytest.raises(AssertionError, match="no known form"):
        guard.check(patience=0)


def test_token_leak_guard(tmp_path, issuer):
    token = issuer.mint.token()
    secret = leaks.register("s3cr3t with spaces", "secret")
    header, payload, signature = token.split(".")
    (tmp_path / "a.log").write_text(f"kid {decode(token)[0]['kid']} {header} refused\n")
    leaks.check(tmp_path)
    for piece in (token, payload, signature, payload[:120], signature[40:200], f'"Bearer {token}"', secret):
        (tmp_path / "b.log").write_text(f"before {piece} after\n")
        with pytest.raises(AssertionError, match="b.log"):
            leaks.check(tmp_path)
    (tmp_path / "b.log").unlink()
    leaks.check(tmp_path)


def test_sanitizer_reports_are_told_apart():
    leak = ("=================================================================\n"
            "==7==ERROR: LeakSanitizer: detected memory leaks\n\n"
            "Direct leak of 200 byte(s) in 1 object(s) allocated from:\n"
            "    #0 0x1 in calloc asan_malloc_linux.cpp:77\n    #1 0x2 in {} ({}+0x1)\n\n"
            "SUMMARY: AddressSanitizer: 200 byte(s) leaked in 1 allocation(s).\n")
    assert sanitizers.faults_in("") == []
    assert sanitizers.faults_in(leak.format("apr_allocator_create", "/usr/lib/libapr-1.so.0")) == []
    assert len(sanitizers.faults_in(leak.format("okta_claims_new", "../../src/core/claims.c:9"))) == 1
    assert len(sanitizers.faults_in(leak.format("f", "<unknown module>"))) == 1
    error = "==8==ERROR: AddressSanitizer: heap-use-after-free on address 0x1\n    #0 0x1 in apr_x\n"
    assert len(sanitizers.faults_in(error)) == 1
    assert len(sanitizers.faults_in(leak.format("apr_x", "libapr") + error)) == 1


def test_minted_tokens_verify_elsewhere(issuer):
    for alg in ("RS256", "PS384", "ES256", "ES512", "EdDSA"):
        minted = issuer.mint_with(key(f"k-{alg}", alg)).token(email=ABSENT, x=1)
        public = JWK(**key(f"k-{alg}", alg).public())
        verified = JWT(jwt=minted, key=public, algs=[alg])
        assert json.loads(verified.claims)["x"] == 1
        assert decode(minted)[0] == {"alg": alg, "kid": f"k-{alg}"}


def test_every_attack_can_be_minted(issuer):
    made = {name: make(issuer.mint) for name, (_, make) in attacks.ATTACKS.items()}
    made.update({name: make(issuer.mint) for name, make in attacks.GOOD.items()})
    assert all(isinstance(token, str) and token for token in made.values())
    assert len(set(made.values())) == len(made)


def test_issuer_serves_its_documents(issuer):
    for name in ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"):
        status, headers, body = _fetch(issuer.url + name)
        assert status == 200 and json.loads(body)["issuer"] == issuer.url
    status, headers, body = _fetch(issuer.jwks_uri)
    assert "max-age=3600" in headers["Cache-Control"]
    assert json.loads(body)["keys"][0]["kid"] == issuer.keys[0].kid
    with pytest.raises(urllib.error.HTTPError) as not_modified:
        _fetch(issuer.jwks_uri, If_None_Match=headers["ETag"])
    assert not_modified.value.code == 304
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (2, 2)
    issuer.keys = [key("key-2"), key("key-1")]
    assert [k["kid"] for k in json.loads(_fetch(issuer.jwks_uri)[2])["keys"]] == ["key-2", "key-1"]


def test_issuer_plays_its_scripts(issuer):
    issuer.script("keys", answers.in_turn(answers.status(429, retry_after=7), answers.html()))
    with pytest.raises(urllib.error.HTTPError) as limited:
        _fetch(issuer.jwks_uri)
    assert limited.value.code == 429 and limited.value.headers["Retry-After"] == "7"
    assert b"<!DOCTYPE" in _fetch(issuer.jwks_uri)[2]
    issuer.script("keys", answers.half_body())
    with pytest.raises(Exception):
        _fetch(issuer.jwks_uri)
    issuer.script("keys", answers.huge())
    assert len(_fetch(issuer.jwks_uri)[2]) == 10 * 1024 * 1024
    issuer.script("metadata", answers.metadata_with(issuer="https://liar.example.com"))
    assert b"liar" in _fetch(issuer.url + "/.well-known/openid-configuration")[2]
    issuer.refuse()
    with pytest.raises(urllib.error.URLError, match="refused"):
        _fetch(issuer.jwks_uri)
    issuer.resume()
    issuer.honest()
    assert _fetch(issuer.jwks_uri)[0] == 200
    with closed_port() as port, pytest.raises(urllib.error.URLError, match="refused"):
        _fetch(f"http://127.0.0.1:{port}/")


def test_https_issuer_and_proxy(make_issuer, authority, proxy):
    issuer = make_issuer(tls=authority.server())
    session = requests.Session()
    session.trust_env = False
    assert session.get(issuer.jwks_uri, verify=str(authority.ca_file), timeout=20).status_code == 200
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(issuer.jwks_uri, timeout=20, proxies={"https": None})
    session.close()
    session.proxies = {"http": proxy.url, "https": proxy.url}
    assert session.get(issuer.jwks_uri, verify=str(authority.ca_file), timeout=20).status_code == 200
    plain = make_issuer()
    assert session.get(plain.jwks_uri, timeout=20).json() == {"keys": [plain.keys[0].public()]}
    assert [r[0] for r in proxy.requests] == ["CONNECT", "GET"]


def test_challenge_reader():
    assert challenge.parse('Bearer realm="a b"') == ("Bearer", {"realm": "a b"})
    assert challenge.parse('Bearer realm="x", error="invalid_token", error_description="no, \\"q\\""')[1] == {
        "realm": "x", "error": "invalid_token", "error_description": 'no, "q"'}
    for bad in ('Bearer realm="x" error="y"', 'Bearer realm="x', 'Bearer realm="x", realm="y"',
                'Bearer realm="x", Basic realm="y"', 'Bearer realm="\x07"'):
        with pytest.raises(AssertionError):
            challenge.parse(bad)
