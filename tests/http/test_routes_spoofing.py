"""A client's own copies of the headers that carry claims, in every spelling and on every path: none arrives."""

import itertools
import json

import pytest
from env.backends import HttpBackend, PhpFpm
from env.client import bearer, raw_get
from env.snippets import env_directory, env_location, location, trusts

HEADERS = {"X-User": "sub", "X-Okta-Groups": "groups", "Caller": "email"}
SPOOF = "spoofed-by-the-client"
MARK = SPOOF.encode()


def spellings(name, count=200):
    """Letter cases and separators by which a back end could take a field for this one, evenly mixed."""
    parts = name.split("-")
    letters = len("".join(parts))
    found = []
    for separator, case in itertools.product("-_.!~*'|^`#$%&+", range(2 ** letters)):
        bits = iter(f"{case:0{letters}b}")
        found.append(separator.join("".join(c.upper() if next(bits) == "1" else c.lower() for c in part)
                                    for part in parts))
    found = list(dict.fromkeys([name, name.replace("-", "_"), *found]))
    return found[::max(1, len(found) // count)][:count] if len(found) > count else found


@pytest.fixture(scope="module")
def backends():
    with HttpBackend() as http, PhpFpm() as php:
        yield {"http": http, "php": php}


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer, backends):
    mapped = [f"OktaClaimHeader {claim} {header}" for header, claim in HEADERS.items()]

    def snippet(s):
        text = trusts(shared_issuer) + env_directory(s) + "MergeTrailers On\n"
        places = {"valid": (mapped, "valid-user"), "open": (mapped, "all granted"),
                  "maybe": ([*mapped, "OktaAnonymous missing-or-failed"], "all granted"),
                  # the mapping stands elsewhere
                  "bare": ([], "valid-user"), "bare-open": ([], "all granted")}
        for name, (lines, require) in places.items():
            text += env_location(s, f"/cgi/{name}", *lines, require=require)
            text += f"ProxyPass /http/{name} {backends['http'].url}\n"
            text += f"ProxyPass /php/{name} {backends['php'].proxy_url()}\n"
            for way in ("http", "php"):
                text += location(f"/{way}/{name}", *lines, require=require, handler=None)
        # no AuthType at all, and another module's
        text += f"ProxyPass /http/none {backends['http'].url}\n"
        text += f'ScriptAlias /cgi/none "{s.env_script}"\n<Location /cgi/none>\nRequire all granted\n</Location>\n'
        text += f"ProxyPass /php/none {backends['php'].proxy_url()}\n"
        return text
    server = launch_shared(snippet, modules=["cgi", "proxy", "proxy_http", "proxy_fcgi"], processes=1,
                           threads=8)
    # the CGI program does not read bodies
    server.expects("AH00574|AH02651|AH01215|AH01220", lasting=True)
    return server


PATHS = [f"/{way}/{place}" for way in ("http", "cgi", "php")
         for place in ("valid", "open", "maybe", "bare", "bare-open", "none")]


def test_there_are_200_spellings_of_each():
    for name in HEADERS:
        found = spellings(name)
        assert len(set(found)) == len(found) >= (200 if "-" in name else 64)


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("header", HEADERS)
def test_no_spelling_arrives(server, shared_issuer, path, header):
    """Forty at a time, because httpd takes 100 fields; those of other names arrive."""
    names = spellings(header)
    token = "Authorization: " + bearer(shared_issuer.mint.token())
    for start in range(0, len(names), 40):
        fields = [f"{name}: {SPOOF}" for name in names[start:start + 40]]
        answer = raw_get(server.port, path + "/x", token, "X-Userx: harmless", *fields)
        assert answer.status == 200, (answer.status, answer.body)
        assert MARK not in answer.body, answer.body
        if not path.startswith("/cgi"):
            assert b"harmless" in answer.body


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", PATHS)
def test_nor_without_or_with_a_bad_token(server, shared_issuer, path):
    fields = [f"{name}: {SPOOF}" for header in HEADERS for name in spellings(header, 20)]
    for more in ([], ["Authorization: " + bearer(shared_issuer.mint.token(exp=1))]):
        answer = raw_get(server.port, path + "/x", *fields, *more)
        assert answer.status == (401 if "/valid" in path or path.endswith("/bare") else 200)
        assert MARK not in answer.body


def _fields(answer, path):
    if path.startswith("/http"):
        return {k.lower().replace("-", "_"): v for k, v in answer.json()["headers"]}
    told = answer.json() if path.startswith("/php") else answer.environment()
    return {k[5:].lower(): v for k, v in told.items() if k.startswith("HTTP_")}


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", ["/http/valid", "/cgi/valid", "/php/valid"])
@pytest.mark.parametrize("connection", ["X-User", "close, X-User, x-okta-groups", "x-user,keep-alive",
                                        "X_User", "Keep-Alive, X-USER\t,Upgrade-Insecure"])
def test_a_client_cannot_take_claims_away(server, shared_issuer, path, connection):
    """A proxy drops the fields that Connection names (RFC 9110 section 7.6.1)."""
    answer = server.get(path + "/x", shared_issuer.mint.token(groups=["g"]),
                        headers={"Connection": connection})
    fields = _fields(answer, path)
    assert fields["x_user"] == "user@example.com" and fields["x_okta_groups"] == "g"


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", PATHS)
def test_trailers(server, shared_issuer, path):
    """MergeTrailers makes header fields of a chunked body's trailers, late."""
    answer = raw_get(server.port, path + "/x", "Authorization: " + bearer(shared_issuer.mint.token()),
                     "Transfer-Encoding: chunked", "Trailer: X-User\r\n\r\n3\r\nabc\r\n0\r\n"
                     f"X-User: {SPOOF}\r\nx_okta_groups: {SPOOF}\r\nCALLER: {SPOOF}", method="POST")
    assert answer.status == 200
    assert MARK not in answer.body, answer.body


def test_folded_and_repeated_fields(server, shared_issuer):
    token = "Authorization: " + bearer(shared_issuer.mint.token())
    answer = raw_get(server.port, "/http/valid/x", token, f"X-User: {SPOOF}", f"X-User: {SPOOF}", f"X-User:{SPOOF}",
                     "X-User:", f"x-user:\t{SPOOF}")
    assert json.loads(answer.body)["headers"].count(["X-User", "user@example.com"]) == 1
    assert MARK not in answer.body
