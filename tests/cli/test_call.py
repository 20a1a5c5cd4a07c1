# SPDX-License-Identifier: Apache-2.0
"""call: whole requests with a bound token, to a server that checks each proof."""

import pytest
from cli_env import dpop, minting, tool
from cli_env.server import Server


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "key.pem"
    path.touch(mode=0o600)
    path.write_bytes(minting.key("dpop ES256", "ES256").export_to_pem(private_key=True, password=None))
    return path


@pytest.fixture
def token():
    return dpop.token_for(minting.key("dpop ES256", "ES256").thumbprint())


@pytest.fixture
def api(server):
    """api(…) -> an Api at /api."""
    def make(*arguments, **more):
        made = dpop.Api(*arguments, **more)
        server.answers["/api"] = made
        return made
    return make


@pytest.fixture
def call(server, key_file, token):
    """call(options…) -> Run, of /api with a query."""
    def run(*options, target="/api?page=2", stdin=None, **more):
        return tool.run("call", "--insecure-http", "--dpop-key", key_file, *options, server.origin + target,
                        stdin=token if stdin is None else stdin, **more)
    return run


def test_a_call(call, api, token):
    made = api()
    run = call()
    assert (run.status, run.err) == (tool.GOOD, "")
    assert run.out == 'HTTP/1.1 200 OK\n\n{"message": "Hello!"}\n'
    (request,) = made.requests
    assert (request.method, request.target, request.body) == ("GET", "/api?page=2", "")
    assert request.headers["Accept"] == "*/*"
    assert "Content-Type" not in request.headers


@pytest.mark.parametrize("option", ["-i", "--include"])
def test_header_lines(option, call, api):
    api(headers={"X-Wild": "\x1b[2J"})
    lines = call(option).out.split("\n")
    assert lines[0] == "HTTP/1.1 200 OK" and "Content-Type: application/json" in lines
    assert "X-Wild: ?[2J" in lines
    assert lines[-3:] == ["", '{"message": "Hello!"}', ""]


def test_the_body_alone(call, api):
    api(body="\x00one\ntwo")
    assert call("--body").out == "\x00one\ntwo"


@pytest.mark.parametrize("option", ["-X", "--method"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "POST"])
def test_methods(option, method, call, api):
    made = api()
    run = call(option, method)
    assert run.status == tool.GOOD, run.err
    assert made.requests[0].method == method
    assert ("Hello" in run.out) == (method != "HEAD")


@pytest.mark.parametrize("content", [b'{"a":1}', b"", b"a\x00b\xff", b"x" * 2_000_000])
def test_data(content, call, api, tmp_path):
    made = api()
    path = tmp_path / "data"
    path.write_bytes(content)
    run = call("--data", path)
    assert run.status == tool.GOOD, run.err
    (request,) = made.requests
    assert request.method == "POST" and request.body.encode("latin-1") == content
    assert request.headers.get_all("Content-Type") == ["application/json"]


def test_data_from_standard_input(call, api, token, tmp_path):
    made = api()
    (tmp_path / "token").write_text(token)
    run = call("-d", "-", "-X", "PUT", "--token-file", tmp_path / "token", stdin="body")
    assert run.status == tool.GOOD, run.err
    assert (made.requests[0].method, made.requests[0].body) == ("PUT", "body")


def test_headers(call, api, tmp_path):
    made = api()
    (tmp_path / "data").write_text("a")
    call("-H", "Accept: text/plain", "--header", "content-type: text/csv", "-H", "X-A: 1", "-H", "X-A: 2", "-d",
         tmp_path / "data")
    headers = made.requests[0].headers
    assert headers.get_all("Accept") == ["text/plain"] and headers.get_all("Content-Type") == ["text/csv"]
    assert headers.get_all("X-A") == ["1", "2"]


def test_a_nonce(call, api, tmp_path):
    made = api(["n1"])
    (tmp_path / "data").write_text("a")
    run = call("-d", tmp_path / "data")
    assert (run.status, run.err) == (tool.GOOD, "")
    assert run.out.startswith("HTTP/1.1 200 OK\n") and "use_dpop_nonce" not in run.out
    assert [p.claims.get("nonce") for p in made.proofs] == [None, "n1"]
    assert [r.body for r in made.requests] == ["a", "a"]
    for request in made.requests:
        for name in ("Accept", "Authorization", "Content-Type"):
            assert len(request.headers.get_all(name)) == 1


def test_one_nonce_and_no_more(call, api):
    made = api(["n1", "n2"])
    run = call()
    assert run.status == tool.REFUSED and len(made.requests) == 2
    assert run.out.startswith("HTTP/1.1 401 ") and "nonce" in run.err


@pytest.mark.parametrize("headers", [
    {"DPoP-Nonce": "n"},
    {"WWW-Authenticate": 'DPoP error="invalid_dpop_proof"', "DPoP-Nonce": "n"},
    {"WWW-Authenticate": 'DPoP error="use_dpop_nonce"'},
    {"WWW-Authenticate": 'DPoP error="use_dpop_nonce"', "DPoP-Nonce": 'a"b'}])
def test_answers_that_are_final(headers, call, api):
    made = api(status=401, headers=headers)
    assert call().status == tool.REFUSED and len(made.requests) == 1


# what the challenge says, what helps
REFUSALS = {
    "invalid_dpop_proof": ["clock", "OktaPublicUrl"], "invalid_token": ["okta-token verify"],
    "insufficient_scope": ["--scope"], "use_dpop_nonce": ["try again"]}


@pytest.mark.parametrize("error", REFUSALS)
def test_refusals_are_explained(error, call, api):
    api(status=401, headers={"WWW-Authenticate": f'DPoP realm="x", error="{error}"'})
    run = call()
    assert run.status == tool.REFUSED
    for part in REFUSALS[error]:
        assert part in run.err


@pytest.mark.parametrize("status, code", [
    (200, tool.GOOD), (204, tool.GOOD), (299, tool.GOOD), (304, tool.TROUBLE), (400, tool.REFUSED), (401, tool.REFUSED),
    (403, tool.REFUSED), (404, tool.REFUSED), (429, tool.TROUBLE), (500, tool.TROUBLE), (503, tool.TROUBLE)])
def test_exit_status(status, code, call, api):
    api(status=status, body="")
    run = call()
    assert run.status == code
    assert run.out.startswith(f"HTTP/1.1 {status} ")


def test_retry_after(call, api):
    api(status=503, headers={"Retry-After": "7"})
    assert "try again in 7 s" in call().err


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(status, call, api, server):
    with Server() as other:
        made = api(status=status, headers={"Location": f"{other.origin}/api"})
        run = call()
        assert run.status == tool.TROUBLE and len(made.requests) == 1
        assert f'redirects to "{other.origin}/api"' in run.err and "not followed" in run.err
        assert other.requests == []
    made = api(status=status, headers={"Location": "/api/"})
    assert call().status == tool.TROUBLE and len(made.requests) == 1
    assert server.asked("/api/") == []


def test_interim_answers_are_not_printed(call, api, tmp_path):
    """Of a large body curl asks first (Expect: 100-continue)."""
    api()
    (tmp_path / "data").write_bytes(b"x" * 2_000_000)
    run = call("-i", "-d", tmp_path / "data", "-H", "Expect: 100-continue")
    assert run.status == tool.GOOD and run.out.startswith("HTTP/1.1 200 OK\n") and run.out.count("HTTP/1") == 1


def test_an_answer_of_several_mib(call, api):
    api(body="x" * 3_000_000)
    assert len(call("--body").out) == 3_000_000


def test_nobody_answers(key_file, token):
    run = tool.run("call", "--insecure-http", "--dpop-key", key_file, "http://127.0.0.1:1/x", stdin=token)
    assert (run.status, run.out) == (tool.TROUBLE, "")
    assert "http://127.0.0.1:1/x" in run.err


@pytest.mark.parametrize("cnf, part", [(None, "bound to no key"), ({"jkt": "x" * 43}, "bound to another key")])
def test_a_token_of_another_key_is_sent_all_the_same(cnf, part, call, api):
    made = api(status=401)
    run = call(stdin=dpop.token_for("", cnf=cnf))
    assert run.status == tool.REFUSED and len(made.requests) == 1
    assert part in run.err


URL = "https://api.example.com/x"
# arguments, what standard error names
MISTAKES = {
    "no URL": ([], ["no address"]),
    "two URLs": ([URL, URL], ["2 arguments", "--token-file"]),
    "http": (["http://api.example.com/x"], ["https"]),
    "http to loopback": (["http://127.0.0.1/x"], ["say --insecure-http"]),
    "http elsewhere": (["--insecure-http", "http://api.example.com/x"], ["https"]),
    "no URL but a token": (["eyJhbGciOiJ"], ["not shown"]),
    "fragment": ([URL + "#a"], ["fragment"]),
    "user": (["https://u:p@api.example.com/x"], ["user name"]),
    "small letters": (["-X", "delete", URL], ["--method", "case", "DELETE"]),
    "Authorization": (["-H", "authorization: Bearer eyJ", URL], ["--header", "--token-file"]),
    "DPoP": (["-H", "dpop: eyJ", URL], ["--header", "made by this program"]),
    "line break": (["-H", "X: a\r\nY: b", URL], ["--header", "line break"]),
    "no colon": (["-H", "Accept", URL], ["--header", "colon"]),
    "no value": (["-H", "Accept:", URL], ["--header", "value"]),
    "no name": (["-H", ": x", URL], ["--header", "name"]),
    "blank before the colon": (["-H", "X : x", URL], ["--header"]),
    "data and token": (["-d", "-", URL], ["--token-file"]),
    "HEAD with data": (["-X", "HEAD", "-d", "/dev/null", URL], ["HEAD", "--data"]),
    "data as with curl": (["-d", '{"a":1}', URL], ["--data", "name of a file"]),
    "letter without value": ([URL, "-X"], ["--method", "value"]),
    "unknown letter": (["-k", URL], ["-k"]),
    "unknown option": (["--location", URL], ["--location"]),
    "token": (["--token", "eyJ", URL], []),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake(name, key_file, token):
    arguments, parts = MISTAKES[name]
    run = tool.run("call", "--dpop-key", key_file, *arguments, stdin=token)
    assert run.status == tool.TROUBLE and run.out == ""
    assert len(run.err.splitlines()) == 1
    for part in parts:
        assert part in run.err
    assert "eyJ" not in run.err


def test_help():
    run = tool.run("call", "--help")
    assert run.status == tool.GOOD and "--dpop-key" in run.out and "--insecure-http" in run.out
