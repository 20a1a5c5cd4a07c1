# SPDX-License-Identifier: Apache-2.0
"""apachectl configtest judges the configuration: each refusal names directive, value and remedy."""

import json
import os
import re

import pytest
from env import places
from env.httpd import StartFailed
from env.keys import key, keyset
from env.snippets import location

DOMAIN = "integrator-123456.okta.com"
ISSUER = f"https://{DOMAIN}/oauth2/default"
LOOPBACK = "http://127.0.0.1:8000/oauth2/default"
API = location("/api")


def _issuer(url, *more, audience="api://default"):
    lines = [f"OktaIssuer {url}", *more]
    if audience:
        lines.append(f"OktaAudience {audience}")
    return "\n".join(lines) + "\n" + API


def _domain(host, *more):
    return "\n".join([f"OktaDomain {host}", *more]) + "\n" + API


ADMIN = [f"dev-1-admin.{suffix}" for suffix in ("okta.com", "oktapreview.com", "okta-emea.com",
                                                "okta-gov.com")]

REFUSED = [
    # (name, snippet, words that the message holds: directive, value, remedy)
    ("no issuer", "OktaAudience api://default\n" + API, ["OktaIssuer|OktaDomain", "/api"]),
    ("no issuer, only an audience inside", location("/api", "OktaAudience a"), ["OktaIssuer|OktaDomain"]),
    ("http", _issuer("http://okta.example.com/oauth2/default"),
     ["OktaIssuer", "http://okta.example.com/oauth2/default", "https"]),
    ("http in spite of OktaInsecureHttp",
     "OktaInsecureHttp On\n" + _issuer("http://okta.example.com/oauth2/default"),
     ["OktaIssuer", "http://okta.example.com", "https"]),
    ("http on a host that only begins like loopback",
     "OktaInsecureHttp On\n" + _issuer("http://127.0.0.1.example.com/oauth2/default"),
     ["OktaIssuer", "https"]),
    ("http on loopback, not permitted", _issuer(LOOPBACK), ["OktaIssuer", LOOPBACK, "OktaInsecureHttp"]),
    ("no scheme", _issuer(f"{DOMAIN}/oauth2/default"), ["OktaIssuer", "https"]),
    ("another scheme", _issuer("ftp://okta.example.com/oauth2/default"), ["OktaIssuer", "https"]),
    ("issuer without host", _issuer("https:///oauth2/default"), ["OktaIssuer", "host"]),
    ("issuer with a query", _issuer(ISSUER + "?x=1"), ["OktaIssuer", "query|[?]"]),
    ("issuer with a fragment", _issuer('"' + ISSUER + '#x"'), ["OktaIssuer", "fragment|#"]),
    ("issuer with a user", _issuer("https://u:p@okta.example.com/oauth2/default"), ["OktaIssuer", "user"]),
    ("a trailing slash", _issuer(ISSUER + "/"), ["OktaIssuer", ISSUER + "/", "trailing slash"]),
    ("metadata's address as issuer", _issuer(ISSUER + "/.well-known/openid-configuration"),
     ["OktaIssuer", "well-known"]),
    ("the second issuer is wrong", _issuer(f"{ISSUER} {ISSUER}x/"), ["OktaIssuer", ISSUER + "x/"]),
    ("an issuer in a location is wrong", location("/api", f"OktaIssuer {ISSUER}/", "OktaAudience a"),
     ["OktaIssuer", "slash"]),
    ("the org server as issuer", _issuer(f"https://{DOMAIN}"), ["OktaIssuer", "org", "/oauth2/"]),
    ("placeholder in braces", _issuer('"https://{yourOktaDomain}/oauth2/default"'),
     ["OktaIssuer", "{yourOktaDomain}", "placeholder"]),
    ("placeholder with a dollar", _domain('"${yourOktaDomain}"'),
     ["OktaDomain", "{yourOktaDomain}", "placeholder"]),
    ("placeholder domain", _domain('"{yourOktaDomain}"'), ["OktaDomain", "placeholder"]),
    ("placeholder client", _issuer(ISSUER, 'OktaClientId "{clientId}"'),
     ["OktaClientId", "{clientId}", "placeholder"]),
    ("placeholder audience", _issuer(ISSUER, audience='"{yourAudience}"'),
     ["OktaAudience", "{yourAudience}", "placeholder"]),
    ("placeholder authorization server", _domain(DOMAIN, 'OktaAuthorizationServer "{authorizationServerId}"',
                                                 "OktaAudience a"),
     ["OktaAuthorizationServer", "{authorizationServerId}", "placeholder"]),
    *((f"admin domain {host}", _domain(host), ["OktaDomain", host, host.replace("-admin", "")])
      for host in ADMIN),
    *((f"admin issuer {host}", _issuer(f"https://{host}/oauth2/default"),
       ["OktaIssuer", host, "admin"]) for host in ADMIN),
    ("admin domain in other case", _domain("Dev-1-Admin.Okta.Com"), ["OktaDomain", "admin"]),
    ("doubled .com", _domain("dev-1.okta.com.com"), ["OktaDomain", "dev-1.okta.com.com", r"\.com"]),
    ("doubled .com in an issuer", _issuer("https://dev-1.okta.com.com/oauth2/default"),
     ["OktaIssuer", r"\.com\.com"]),
    ("domain as URL", _domain(f"https://{DOMAIN}"), ["OktaDomain", f"https://{DOMAIN}", "host name"]),
    ("domain as URL with a path", _domain(f"https://{DOMAIN}/oauth2/default"),
     ["OktaDomain", DOMAIN, "host name|OktaIssuer"]),
    ("domain with a path", _domain(f"{DOMAIN}/oauth2/default"), ["OktaDomain", DOMAIN]),
    ("domain with a port or spaces", _domain(f'"{DOMAIN} x"'), ["OktaDomain"]),
    ("empty domain", _domain('""'), ["OktaDomain"]),
    ("authorization server as URL", _domain(DOMAIN, f"OktaAuthorizationServer {ISSUER}", "OktaAudience a"),
     ["OktaAuthorizationServer", "default|id"]),
    ("the org server, which needs introspection", _domain(DOMAIN, "OktaAuthorizationServer org",
                                                          "OktaAudience a"),
     ["OktaAuthorizationServer", "org", "introspection|custom|default"]),
    ("no audience for a custom server", _domain(DOMAIN, "OktaAuthorizationServer aus123"),
     ["OktaAudience", "/api|aus123"]),
    ("no audience for an issuer", _issuer(f"https://{DOMAIN}/oauth2/aus123", audience=None),
     ["OktaAudience"]),
    ("unknown algorithm", _issuer(ISSUER, "OktaAlgorithms RS256 RS257"), ["OktaAlgorithms", "RS257", "RS256"]),
    ("algorithm in lower case", _issuer(ISSUER, "OktaAlgorithms rs256"), ["OktaAlgorithms", "rs256", "RS256"]),
    *((f"HMAC {alg}", _issuer(ISSUER, f"OktaAlgorithms {alg}"),
       ["OktaAlgorithms", alg, "HMAC|symmetric|secret|RS256"]) for alg in ("HS256", "HS384", "HS512")),
    ("none", _issuer(ISSUER, "OktaAlgorithms none"), ["OktaAlgorithms", "none"]),
    ("None", _issuer(ISSUER, "OktaAlgorithms RS256 None"), ["OktaAlgorithms", "None"]),
    *((f"skew {skew}", _issuer(ISSUER, f"OktaClockSkew {skew}"), ["OktaClockSkew", skew, "600"])
      for skew in ("-1", "601", "abc", "1.5", "99999999999999999999", '60x')),
    ("skew in a location", _issuer(ISSUER) + location("/b", "OktaClockSkew 1000"),
     ["OktaClockSkew", "1000", "600"]),
    *((f"token age {age}", _issuer(ISSUER, f"OktaMaxTokenAge {age}"), ["OktaMaxTokenAge", age, "30d"])
      for age in ("0", "-1", "500ms", "1500ms", "31d", "long", "none")),
    ("no list of revocations", _issuer(ISSUER, "OktaRevocations conf/none"),
     ["OktaRevocations", "conf/none", "No such file"]),
    ("a directory as a list of revocations", _issuer(ISSUER, "OktaRevocations conf"),
     ["OktaRevocations", "no regular file"]),
    ("a bad list of revocations", _issuer(ISSUER, "OktaRevocations @bad list@"),
     ["OktaRevocations", "line 3", "jti, sub, cid, sid"]),
    ("a list of revocations that the children cannot read", _issuer(ISSUER, "OktaRevocations @shut list@"),
     ["OktaRevocations", "Permission denied"]),
    *((f"token bytes {n}", _issuer(ISSUER, f"OktaMaxTokenBytes {n}"), ["OktaMaxTokenBytes", n])
      for n in ("0", "-5", "many", "99999999999999999999")),
    ("token type", _issuer(ISSUER, "OktaTokenType jwt"), ["OktaTokenType", r"at\+jwt"]),
    ("anonymous", _issuer(ISSUER) + location("/b", "OktaAnonymous yes"),
     ["OktaAnonymous", "missing-or-failed"]),
    *((f"fetch timeout {t}", _issuer(ISSUER, f"OktaFetchTimeout {t}"), ["OktaFetchTimeout", t])
      for t in ("0", "-1", "soon")),
    ("insecure http", "OktaInsecureHttp Perhaps\n" + _issuer(ISSUER), ["OktaInsecureHttp"]),
    ("jwks uri not https", _issuer(ISSUER, "OktaJwksUri http://keys.example.com/v1/keys"),
     ["OktaJwksUri", "http://keys.example.com/v1/keys", "https"]),
    ("jwks uri with a placeholder", _issuer(ISSUER, 'OktaJwksUri "https://{domain}/v1/keys"'),
     ["OktaJwksUri", "placeholder"]),
    ("proxy without scheme or host", _issuer(ISSUER, "OktaHttpProxy ://"), ["OktaHttpProxy"]),
    ("proxy of no known kind", _issuer(ISSUER, "OktaHttpProxy gopher://127.0.0.1:70"),
     ["OktaHttpProxy", "gopher", "http"]),
    ("no CA file", _issuer(ISSUER, "OktaCAFile /nonexistent/ca.pem"),
     ["OktaCAFile", "/nonexistent/ca.pem"]),
    ("remote user without a claim", _issuer(ISSUER, "OktaRemoteUser"), ["OktaRemoteUser"]),
    ("no key file", _issuer(ISSUER, "OktaJwksFile /nonexistent/keys.json"),
     ["OktaJwksFile", "/nonexistent/keys.json", "No such file|exist|read"]),
    ("key file and key uri contradict",
     _issuer(ISSUER, "OktaJwksFile @good.json@", f"OktaJwksUri {ISSUER}/v1/keys"),
     ["OktaJwksFile", "OktaJwksUri"]),
    ("domain and issuer contradict", f"OktaDomain {DOMAIN}\n" + _issuer(ISSUER.replace("default", "x")),
     ["OktaDomain", "OktaIssuer"]),
    ("domain and issuer contradict in a location",
     location("/api", f"OktaDomain {DOMAIN}", f"OktaIssuer https://{DOMAIN}/oauth2/x", "OktaAudience a"),
     ["OktaDomain", "OktaIssuer"]),
    ("two skews", _issuer(ISSUER, "OktaClockSkew 10", "OktaClockSkew 20"), ["OktaClockSkew", "10|20"]),
    ("two times", _issuer(ISSUER, "OktaFetchTimeout 1s", "OktaFetchTimeout 2s"), ["OktaFetchTimeout"]),
    ("two sections for one issuer", f"<OktaIssuer {ISSUER}>\n</OktaIssuer>\n" * 2 + _issuer(ISSUER),
     ["OktaIssuer", ISSUER]),
    ("a section with what does not belong there",
     f"<OktaIssuer {ISSUER}>\nOktaAudience a\n</OktaIssuer>\n" + _issuer(ISSUER), ["OktaAudience"]),
    ("a section whose issuer is wrong", f"<OktaIssuer {ISSUER}/>\n</OktaIssuer>\n" + _issuer(ISSUER),
     ["OktaIssuer", "slash"]),
    ("a section for an issuer that nobody uses",
     f"<OktaIssuer {ISSUER}x>\nOktaFetchTimeout 1s\n</OktaIssuer>\n" + _issuer(ISSUER),
     ["OktaIssuer", ISSUER + "x"]),
    ("refresh the wrong way round", "OktaKeyRefresh 1h 1m\n" + _issuer(ISSUER), ["OktaKeyRefresh", "1m"]),
    ("two domains", _domain(DOMAIN, "OktaDomain other.okta.com"), ["OktaDomain", "other.okta.com"]),
]

BAD_FILES = {
    # name: (content, words)
    "not JSON": ("{\n  \"keys\": [\n    nonsense\n  ]\n}\n", ["line 3"]),
    "cut": ('{\n"keys": [\n{"kty":"RSA",\n', ["line [34]"]),
    "duplicate member": ('{"keys": [],\n "keys": []}', ["line [12]|duplicate"]),
    "empty": ("", ["line|empty|JSON"]),
    "an array": ("[]", ["keys|object"]),
    "without keys": ('{"key": 1}', ["keys"]),
    "empty set": ('{"keys": []}', ["key"]),
    "only an HMAC key": ('{"keys": [{"kty":"oct","k":"c2VjcmV0","kid":"h"}]}', ["usable|oct|symmetric"]),
    "only a weak key": (json.dumps(keyset(key("weak", bits=1024))), ["usable|2048|bits"]),
    "bad UTF-8": (b'{"keys": [\n"\xff"]}', ["UTF-8|line"]),
}

# The ways of tokens.
REFUSED += [
    *((f"no way: {way}", _issuer(ISSUER, f"OktaTokenFrom {way}"), ["OktaTokenFrom", "no way", "cookie:NAME"])
      for way in ("query", "body", "Authorization", "cookie", "header,", '"header cookie:a"', "none", "cookie=a")),
    *((f"no name: {way}", _issuer(ISSUER, f"OktaTokenFrom {way}"), ["OktaTokenFrom", "no name"])
      for way in ("header:", "cookie:", "cookie:a=b", '"cookie:a b"', "header:X:Y", "cookie:a;b", "cookie:a,b")),
    ("the usual header by its name", _issuer(ISSUER, "OktaTokenFrom header:authorization"), ["OktaTokenFrom", 'write "header"']),
    ("all cookies", _issuer(ISSUER, "OktaTokenFrom header:Cookie"), ["OktaTokenFrom", "cookie:__Host-token"]),
    *((f"no token's header: {name}", _issuer(ISSUER, f"OktaTokenFrom header:{name}"), ["OktaTokenFrom", "no header for a token"])
      for name in ("Host", "DPoP", "Sec-WebSocket-Protocol", "Proxy-Authorization", "X-Okta-Would-Refuse", "content_length")),
    ("a header for a claim and a token", _issuer(ISSUER, "OktaTokenFrom header:X-User", "OktaClaimHeader sub x_user"),
     ["OktaTokenFrom", "header:X-User", "OktaClaimHeader", "another"]),
    ("a header for a certificate and a token",
     _issuer(ISSUER, "OktaTokenFrom header:X-Cert", "OktaClientCertHeader X_Cert", "OktaTrustedProxy ::1"),
     ["OktaTokenFrom", "header:X-Cert", "OktaClientCertHeader", "another"]),
    ("proofs that nothing brings", _issuer(ISSUER, "OktaTokenFrom cookie:a websocket", "OktaDPoP required"),
     ["OktaDPoP required", "OktaTokenFrom", "add header"]),
    ("proofs that nothing brings, by merging",
     _issuer(ISSUER, "OktaDPoP required") + location("/b", "OktaTokenFrom websocket"), ["/b", "OktaTokenFrom", "websocket"]),
]

# A certificate that a proxy hands on.
REFUSED += [
    ("proxies of no header's", _issuer(ISSUER, "OktaClientCertHeader Client-Cert"),
     ["OktaClientCertHeader", "Client-Cert", "OktaTrustedProxy"]),
    ("in a virtual host, too", _issuer(ISSUER) + "<VirtualHost *:1>\nOktaClientCertHeader X-Cert\n</VirtualHost>\n",
     ["OktaClientCertHeader", "X-Cert", "OktaTrustedProxy"]),
    ("one name for a claim and a certificate",
     _issuer(ISSUER, "OktaClaimHeader sub x_client_cert", "OktaClientCertHeader X-Client-Cert", "OktaTrustedProxy ::1"),
     ["OktaClientCertHeader", "X-Client-Cert", "OktaClaimHeader", "another"]),
    *((f"certificate's header {name}", _issuer(ISSUER, f"OktaClientCertHeader {name}", "OktaTrustedProxy ::1"),
       ["OktaClientCertHeader", "Client-Cert"])
      for name in ("Authorization", "cookie", "X:Y", "X-Okta-Would-Refuse", '"a b"', "Host")),
    *((f"proxy {address}", _issuer(ISSUER, "OktaClientCertHeader X-Cert", f"OktaTrustedProxy {address}"),
       ["OktaTrustedProxy", "no address"])
      for address in ("proxy.example.com", "10.1", "10.1.2.3/33", "10.1.2.256", "10.1.2.3,", "all", "fe80::/129",
                      "127.0.0.1:80", "10.1.2.3/x")),
]

GOOD = {
    "the guide's": _domain(DOMAIN),
    "domain, server and audience": _domain(DOMAIN, "OktaAuthorizationServer aus123", "OktaAudience api://x"),
    "an issuer": _issuer(ISSUER),
    "several issuers": _issuer(f"{ISSUER} https://login.example.com/oauth2/aus1"),
    "an issuer that is not Okta's": _issuer("https://id.example.com"),
    "a custom domain that has admin in it": _issuer("https://id-admin.example.com/oauth2/default"),
    "http on loopback": "OktaInsecureHttp On\n" + _issuer(LOOPBACK),
    "http on localhost": "OktaInsecureHttp On\n" + _issuer("http://localhost:8000/oauth2/default"),
    "http on ::1": "OktaInsecureHttp On\n" + _issuer("http://[::1]:8000/oauth2/default"),
    "https on loopback": _issuer("https://127.0.0.1:8443/oauth2/default"),
    "insecure after the issuer": _issuer(LOOPBACK) + "OktaInsecureHttp On\n",
    "in the location": location("/api", f"OktaDomain {DOMAIN}"),
    "issuer at the server, domain in a location": _issuer(ISSUER) + location("/b", "OktaDomain b.okta.com"),
    "domain at the server, issuer in a location": (
        _domain(DOMAIN) + location("/b", f"OktaIssuer https://{DOMAIN}/oauth2/b", "OktaAudience b")),
    "every directive": "OktaInsecureHttp Off\n" + _issuer(
        ISSUER, "OktaClientId 0oa1 0oa2", "OktaAlgorithms RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 "
        "ES512 EdDSA", "OktaTokenType at+jwt", "OktaClockSkew 120", "OktaMaxTokenBytes 8192",
        "OktaFetchTimeout 3s", "OktaHttpProxy http://127.0.0.1:3128", f"OktaJwksUri {ISSUER}/v1/keys",
        "OktaRemoteUser email sub", "OktaClaimEnv sub groups") + location("/b", "OktaAnonymous missing"),
    "a section for one issuer": (
        f"<OktaIssuer {ISSUER}>\nOktaFetchTimeout 1s\nOktaJwksUri {ISSUER}/v1/keys\n</OktaIssuer>\n"
        + _issuer(ISSUER)),
    "insecure http in a section": (
        f"<OktaIssuer {LOOPBACK}>\nOktaInsecureHttp On\n</OktaIssuer>\n" + _issuer(LOOPBACK)),
    "the key store's settings": "OktaKeyRefresh 1m 2h\nOktaKeyMaxStale 1d\nOktaKeyCooldown 10s\n"
                                "OktaKeyWait 500ms\nOktaKeySetMaxBytes 100000\n" + _issuer(ISSUER),
    "token age at its ends": _issuer(ISSUER, "OktaMaxTokenAge 1s") + location("/b", "OktaMaxTokenAge 30d")
                             + location("/c", "OktaMaxTokenAge OFF"),
    "an empty list of revocations": _issuer(ISSUER, "OktaRevocations @empty list@"),
    "skew at its ends": _issuer(ISSUER, "OktaClockSkew 0") + location("/b", "OktaClockSkew 600"),
    "no AuthType, nothing else": "",
    "directives that nobody uses yet": f"OktaIssuer {ISSUER}\n",
    "unprotected beside protected": _domain(DOMAIN) + location("/open", require="all granted",
                                                               handler="okta-hello"),
    "every way of tokens": _issuer(ISSUER, "OktaTokenFrom header header:X-Access-Token cookie:__Host-token websocket",
                                   "OktaTokenFrom HEADER cookie:other") + location("/b", "OktaTokenFrom header"),
    "a way that brings proofs": _issuer(ISSUER, "OktaDPoP required", "OktaTokenFrom cookie:a header"),
    "a certificate by a proxy": _issuer(ISSUER, "OktaClientCertHeader Client-Cert", "OktaClientCertHeader Client-Cert",
                                        "OktaTrustedProxy 10.1.2.3 10.1.0.0/16 fd00::/8 ::1 10.2.0.0/255.255.0.0",
                                        "OktaTrustedProxy 192.0.2.1"),
    "the proxies at the server, the header in a virtual host": _issuer(ISSUER, "OktaTrustedProxy 10.1.2.3") + (
        "<VirtualHost *:1>\nOktaClientCertHeader Client-Cert\n</VirtualHost>\n"),
    "a good key file": _issuer(ISSUER, "OktaJwksFile @good.json@"),
}

SERVER_ONLY = {
    "OktaMaxTokenBytes": "8192", "OktaRevocations": "list", "OktaJwksUri": f"{ISSUER}/v1/keys", "OktaJwksFile": "keys.json",
    "OktaFetchTimeout": "3s", "OktaHttpProxy": "http://127.0.0.1:3128", "OktaCAFile": "ca.pem",
    "OktaInsecureHttp": "On", "OktaDecryptionKey": "key.pem", "OktaClientCertHeader": "Client-Cert", "OktaTrustedProxy": "10.0.0.1", "OktaKeyWait": "1s", "OktaKeyCooldown": "5s", "OktaKeyMaxStale": "1h",
    "OktaKeyRefresh": "1m 1h", "OktaKeySetMaxBytes": "65536", "OktaStateDir": "run/okta",
}

WHOLE_SERVER_ONLY = ["OktaKeyWait", "OktaKeyCooldown", "OktaKeyMaxStale", "OktaKeyRefresh",
                     "OktaKeySetMaxBytes"]

DIRECTORY_ONLY = {"OktaAnonymous": "missing"}


def _with_files(snippet):
    def make(server):
        good = server.write("conf/good.json", json.dumps(keyset(key("file-key")), indent=1))
        lists = {"bad": server.write("conf/bad", "# comment\n\nJTI a\n"), "empty": server.write("conf/empty", ""),
                 "shut": server.write("conf/shut", "")}
        lists["shut"].chmod(0o600 if os.geteuid() == 0 else 0)
        text = snippet.replace("@good.json@", str(good))
        for name, path in lists.items():
            text = text.replace(f"@{name} list@", str(path))
        return text
    return make


def _assert_refused(result, words):
    assert not result.ok, result.output
    assert "Syntax OK" not in result.output
    for word in words:
        pattern = word if set(word) & set("|[\\") else re.escape(word)
        assert re.search(pattern, result.output), f"no {word!r} in: {result.output}"


@pytest.mark.parametrize("snippet, words", [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED])
def test_refused(configtest, snippet, words):
    _assert_refused(configtest(_with_files(snippet)), words)


# Directives that may be said once: the second line, and what its message says of the first.
TWICE = {
    "certificate's header": ("OktaClientCertHeader Client-Cert", "OktaClientCertHeader X-Cert", '"Client-Cert"'),
    "text": ("OktaDomain a.okta.com", "OktaDomain b.okta.com", '"a.okta.com"'),
    "another directive": (f"OktaDomain {DOMAIN}", f"OktaIssuer {ISSUER}", f"OktaDomain {DOMAIN}"),
    "word": ("OktaTokenType any", "OktaTokenType at+jwt", "another value"),
    "age": ("OktaMaxTokenAge 5m", "OktaMaxTokenAge off", "another value"),
    "file": ("OktaRevocations /dev/a", "OktaRevocations /dev/b", '"/dev/a"'),
    "number": ("OktaClockSkew 10", "OktaClockSkew 20", "another value"),
    "flag": ("OktaForwardToken On", "OktaForwardToken Off", "another value"),
    "mode": ("OktaClaimEnv On", "OktaClaimEnv sub", "another value"),
    "claim": ("OktaGroupsClaim groups", "OktaGroupsClaim roles", '"groups"'),
    "header": ("OktaClaimHeader email X-User", "OktaClaimHeader sub X_User", 'claim "email" for header X-User'),
    "seconds": ("OktaCorsMaxAge 10", "OktaCorsMaxAge 20", "another value"),
    "of issuers": ("OktaFetchTimeout 1s", "OktaFetchTimeout 2s", "another value"),
    "flag of issuers": ("OktaInsecureHttp On", "OktaInsecureHttp Off", "another value"),
    "file beside URL": (f"OktaJwksUri {ISSUER}/v1/keys", "OktaJwksFile conf/keys.json", "OktaJwksUri"),
    "proxy": ("OktaHttpProxy http://me:secret@a:1", "OktaHttpProxy http://b:1", "another value"),
    "of the whole httpd": ("OktaKeyWait 1s", "OktaKeyWait 2s", "another value"),
    "folder": ("OktaStateDir /var/a", "OktaStateDir /var/b", '"/var/a"'),
}


@pytest.mark.parametrize("name", TWICE)
def test_what_is_said_twice(configtest, name):
    """In one place: refused, by the same sentence whatever it is; the same again is taken."""
    first, second, earlier = TWICE[name]
    result = configtest(f"{first}\n{first}\n{second}\n")
    directive, _, value = second.partition(" ")
    _assert_refused(result, [f'{directive} "{value.split()[0]}": {earlier} was set here before; keep one of the two'])
    assert "secret" not in result.output


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_key_files(configtest, name):
    content, words = BAD_FILES[name]
    result = configtest(lambda s: _issuer(ISSUER, f"OktaJwksFile {s.write('conf/bad.json', content)}"))
    _assert_refused(result, ["OktaJwksFile", "bad.json", *words])


@pytest.mark.parametrize("content", ["", "no PEM\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                                     "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_files_without_certificates(configtest, authority, content):
    """Found out now, and not when the first fetch fails."""
    result = configtest(lambda s: _issuer(ISSUER, f"OktaCAFile {s.write('conf/bad.pem', content)}"))
    _assert_refused(result, ["OktaCAFile", "bad.pem", "no certificates in it"])
    good = authority.ca_file.read_text()
    assert configtest(lambda s: _issuer(ISSUER, f"OktaCAFile {s.write('conf/good.pem', good)}")).ok


@pytest.mark.parametrize("name", GOOD)
def test_accepted(configtest, name):
    result = configtest(_with_files(GOOD[name]))
    assert result.ok, result.output
    assert result.output.strip() == "Syntax OK"


@pytest.mark.parametrize("name", SERVER_ONLY)
def test_server_directives_are_refused_in_a_location(configtest, name):
    result = configtest(f"OktaDomain {DOMAIN}\n" + location("/api", f"{name} {SERVER_ONLY[name]}"))
    _assert_refused(result, [name])


@pytest.mark.parametrize("name", WHOLE_SERVER_ONLY)
def test_settings_of_the_key_store_are_refused_in_a_virtual_host(configtest, name):
    result = configtest(f"<VirtualHost 127.0.0.1:1>\n{name} {SERVER_ONLY[name]}\n</VirtualHost>\n"
                        + _domain(DOMAIN))
    _assert_refused(result, [name, "VirtualHost"])


@pytest.mark.parametrize("name", DIRECTORY_ONLY)
def test_location_directives_are_refused_in_the_server(configtest, name):
    _assert_refused(configtest(f"{name} {DIRECTORY_ONLY[name]}\n" + _domain(DOMAIN)), [name])


def test_not_in_htaccess(launch):
    """Who may write files into the document root must not choose the issuer."""
    def snippet(s):
        s.write("htdocs/sub/.htaccess", "OktaIssuer https://evil.example.com/oauth2/default\n")
        s.write("htdocs/sub/file.txt", "x")
        return f'<Directory "{s.root}/htdocs">\nAllowOverride All\nRequire all granted\n</Directory>\n'
    server = launch(snippet, processes=1)
    server.expects(r"OktaIssuer not allowed here")
    assert server.get("/sub/file.txt").status == 500


@pytest.mark.parametrize("line", ["OktaEnforce Off", "OktaIssuer https://evil.example.com/oauth2/default",
                                  "OktaClaimHeader sub X-User", '<If "true">\nOktaEnforce Off\n</If>'])
def test_not_in_htaccess_by_a_list_either(launch, line):
    """httpd lets AllowOverrideList name directives that no .htaccess file may have."""
    name = re.search(r"Okta\w+", line)[0]

    def snippet(s):
        s.write("htdocs/sub/.htaccess", f"{line}\n")
        s.write("htdocs/sub/file.txt", "x")
        s.write("htdocs/file.txt", "x")
        return (f'<Directory "{s.root}/htdocs">\nAllowOverride None\nAllowOverrideList {name} <If\n'
                "Require all granted\n</Directory>\n")
    server = launch(snippet, processes=1)
    server.expects(rf"auth_okta:error.* OKTA-REQUEST: closed: {name} does not work in a .htaccess file "
                   rf"\(\S+/sub/.htaccess:\d\).* \[place_closed\]$", lasting=True)
    for _ in range(3):
        assert server.get("/sub/file.txt").status == 500
    assert len(server.error_log.matching("does not work in a .htaccess file")) == 3
    assert server.get("/file.txt").status == 200


def test_the_message_names_file_and_line(configtest):
    result = configtest(_issuer(ISSUER, "OktaAlgorithms HS256"))
    assert "test.conf" in result.output


def test_a_broken_configuration_does_not_start(launch):
    server = launch(_issuer(ISSUER + "/"), start=False)
    with pytest.raises(StartFailed, match="slash"):
        server.start()
    server.process = None


def test_the_sample_configuration_passes(configtest):
    """conf/okta.conf as it is shipped can be included and changes nothing."""
    sample = places.REPO / "conf" / "okta.conf"
    result = configtest(sample.read_text())
    assert result.ok, result.output


def test_every_commented_line_of_the_sample_is_understood(configtest):
    """Uncommented, each directive of the sample is known to the module and takes its sample value."""
    sample = (places.REPO / "conf" / "okta.conf").read_text()
    names = {line.lstrip("# ").split()[0] for line in sample.splitlines()
             if line.lstrip("# ").startswith("Okta")}
    assert names
    assert "Invalid command" not in configtest(sample).output
