# SPDX-License-Identifier: Apache-2.0
"""OktaMcp: what a message needs, what is no message, and what its sender is told. A back end records what arrives."""

import base64
import json

import pytest
from env.backends import HttpBackend
from env.client import raw_get
from env.errorlog import LogFile
from env.mcp import JSON, VERSION, chunked, exchange, fresh_id, head, message, post, text
from env.routes import AUTHZ_NOISE
from env.snippets import location, trusts
from env.waiting import wait_for

RULES = ("OktaMcpScope tools/call tools", "OktaMcpScope tools/call:delete_* tools delete",
         "OktaMcpScope tools/call:*_all all", "OktaMcpScope tools/call:delete_all tools delete all",
         'OktaMcpScope "resources/*:file:///secret*" secret', "OktaMcpScope prompts/* prompts",
         "OktaMcpScope tools/call:twin one", "OktaMcpScope tools/call:twin two")


def mcp(path, backend, *lines, require="okta-scope base", **options):
    return location(path, "OktaMcp On", *lines, f"ProxyPass {backend.url}{path}", require=require, handler=None,
                    **options)


@pytest.fixture(scope="module")
def backend():
    with HttpBackend() as started:
        yield started


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer, backend):
    server = launch_shared(
        trusts(shared_issuer) + mcp("/mcp", backend, *RULES, "OktaResourceMetadata On")
        + mcp("/plain", backend, require="valid-user")
        + mcp("/small", backend, "OktaMcpMaxBytes 1024")
        + mcp("/open", backend, *RULES, require="all granted")
        + mcp("/anonymous", backend, *RULES, "OktaAnonymous missing-or-failed", require="all granted")
        + 'LogFormat "\\"%r\\" method=%{OKTA_MCP_METHOD}e name=%{OKTA_MCP_NAME}e >" mcp\nCustomLog logs/mcp.log mcp\n'
        + mcp("/told", backend, *RULES, "ErrorDocument 403 /plain.txt") + "<Location /plain.txt>\nRequire all granted\n</Location>\n"
        + mcp("/any", backend, *RULES, require="okta-scope other base")
        + mcp("/all", backend, "<RequireAll>", "Require okta-scope base", "Require okta-scope more", "</RequireAll>",
              "OktaMcpScope * rule base", require=None)
        + mcp("/either", backend, "<RequireAny>", "Require okta-scope first", "Require okta-scope base", "</RequireAny>",
              "OktaMcpScope * rule", require=None)
        + mcp("/group", backend, "OktaMcpScope * rule", require="okta-group staff")
        + mcp("/not", backend, "<RequireAll>", "Require valid-user", "Require not okta-scope banned", "</RequireAll>",
              "OktaMcpScope * rule", require=None)
        + mcp("/quiet", backend, *RULES, "OktaEnforce Off", "OktaMcpMaxBytes 1024")
        + mcp("/mcp/inner", backend, "OktaMcpScope tools/call:inner inner")
        + mcp("/mcp/off", backend).replace("OktaMcp On", "OktaMcp Off"),
        modules=("proxy", "proxy_http"), processes=1, threads=8)
    server.expects(AUTHZ_NOISE, lasting=True)
    server.expects(r"OKTA-\w+: .*", optional=True, lasting=True)
    server.expects(r"AH\d+: .*", optional=True, lasting=True)
    return server


@pytest.fixture
def token(shared_issuer):
    return lambda *scopes: shared_issuer.mint.token(scp=["base", *scopes])


def arrived(backend, body):
    return [seen for seen in backend.seen if seen["body"] == text(body).decode("latin-1")]


def rpc_error(answer):
    body = answer.json()
    assert body["jsonrpc"] == "2.0"
    assert answer.media_type == "application/json"
    assert answer.header("WWW-Authenticate") is None
    return body["error"]["code"], body["id"]


def denied(answer):
    """The id in a 403: an error of JSON-RPC that has what the challenge has."""
    body, said = answer.json(), answer.challenge()[1]
    assert answer.media_type == "application/json"
    assert (body["jsonrpc"], body["error"]["code"]) == ("2.0", -32000)
    assert body["error"]["message"] == said["error_description"]
    assert body["error"]["data"] == {name: said[name] for name in ("error", "error_description", "scope")}
    assert said["error"] == "insufficient_scope"
    return body["id"]


# method, name, the scopes that it needs beside that of Require
NEEDS = [
    ("tools/call", "echo", ["tools"]),
    ("tools/call", "delete_one", ["tools", "delete"]),
    ("tools/call", "delete_all", ["tools", "delete", "all"]),
    ("tools/call", "drop_all", ["tools"]),          # "tools/call" has as many letters as ":*_all" adds
    ("tools/call", "twin", ["one", "two"]),
    ("tools/list", None, []),
    ("initialize", None, []),
    ("resources/read", "file:///secret/1", ["secret"]),
    ("resources/subscribe", "file:///secret", ["secret"]),
    ("resources/read", "file:///other", []),
    ("prompts/get", "hello", ["prompts"]),
    ("prompts/list", None, ["prompts"]),
    ("Tools/Call", "delete_all", []),
]


@pytest.mark.every_mpm
@pytest.mark.parametrize("method, name, needed", [case for case in NEEDS if case[1] != "drop_all"])
def test_a_message_arrives_with_the_scopes_that_it_needs_and_not_with_one_less(server, backend, token, method, name,
                                                                              needed):
    sent = message(method, name)
    answer = post(server, "/mcp", sent, token(*needed))
    assert answer.status == 200
    assert arrived(backend, sent)
    for i in range(len(needed)):
        sent = message(method, name)
        answer = post(server, "/mcp", sent, token(*needed[:i], *needed[i + 1:]))
        assert answer.status == 403
        scheme, challenge = answer.challenge()
        assert challenge["error"] == "insufficient_scope"
        assert challenge["scope"].split(" ") == ["base", *needed]
        assert challenge["resource_metadata"].endswith("/.well-known/oauth-protected-resource/mcp")
        assert denied(answer) == sent["id"]
        assert not arrived(backend, sent)


def test_of_two_rules_the_one_with_more_literal_characters_counts(server, backend, token):
    assert post(server, "/mcp", message(name="drop_all"), token("tools")).status == 403
    assert post(server, "/mcp", message(name="drop_all"), token("all")).status == 200


def test_one_403_names_what_require_asks_and_what_the_message_needs(server, shared_issuer, token):
    answer = post(server, "/mcp", message(name="delete_one"), shared_issuer.mint.token(scp=["other"]))
    assert answer.status == 403
    assert answer.challenge()[1]["scope"] == "base tools delete"
    assert denied(answer) is not None
    answer = post(server, "/any", message(name="delete_one"), token())
    assert answer.challenge()[1]["scope"] == "other tools delete"


# the place, claims, the status and the scopes that are named
NAMED = [
    ("/all", {"scp": ["base", "more"]}, "base more rule"), ("/all", {"scp": ["base", "rule"]}, "base more rule"),
    ("/all", {"scp": ["x"]}, "base more rule"), ("/either", {"scp": ["base"]}, "first rule"),
    ("/either", {"scp": ["first"]}, "first rule"), ("/either", {"scp": ["rule"]}, "first rule"),
    ("/group", {"scp": ["x"], "groups": ["staff"]}, "rule"), ("/group", {"scp": ["rule"], "groups": ["x"]}, None),
    ("/not", {"scp": ["x"]}, "rule"), ("/not", {"scp": ["rule", "banned"]}, None),
]


@pytest.mark.parametrize("path, claims, scopes", NAMED)
def test_a_403_names_what_would_let_in(server, backend, shared_issuer, path, claims, scopes):
    sent = message("ping")
    answer = post(server, path, sent, shared_issuer.mint.token(**claims))
    assert answer.status == 403 and not arrived(backend, sent)
    assert answer.challenge()[1].get("scope") == scopes
    if scopes:
        assert denied(answer) == sent["id"]
    else:
        # no scope would let this caller in, so the message was not read
        assert answer.json()["error"] == "insufficient_scope"
    more = {**claims, "scp": (scopes or "rule").split(), "groups": ["staff"]}
    assert post(server, path, sent, shared_issuer.mint.token(**more)).status == 200
    assert arrived(backend, sent)


def test_without_a_token_nothing_is_read(server, backend):
    answer = post(server, "/mcp", b"no message at all")
    assert answer.status == 401
    assert answer.challenge()[1]["scope"] == "base"
    answer = raw_get(server.port, "/mcp", method="PUT")
    assert answer.status == 401


REQUEST = '{"jsonrpc":"2.0","id":"%s","method":"tools/list"%s}'
NOT_JSON = ["", " ", "{", "nonsense", "\ufeff" + REQUEST % ("x", ""), REQUEST % ("x", "") + "x", REQUEST % ("x", ",}"),
            REQUEST % ("x", "") + "\0", REQUEST % ("x", "") + REQUEST % ("x", ""), "{'jsonrpc':'2.0'}",
            REQUEST % ("x", ',"params":{"a":NaN}'), REQUEST % ("x", ',"params":{"a":01}'), '"text', "-", "1.", "NaN", "nul",
            REQUEST % ("x", ',/**/"params":{}'), REQUEST % ("\t", ""), REQUEST % ("\\x41", ""),
            (REQUEST % ("x", "")).encode("utf-16-le"), (REQUEST % ("x", "")).encode("utf-16"),
            b'{"jsonrpc":"2.0","id":"\xff","method":"tools/list"}',
            b'{"jsonrpc":"2.0","id":"\xc0\xae","method":"tools/list"}',
            b'{"jsonrpc":"2.0","id":"\xed\xa0\x80","method":"tools/list"}']


@pytest.mark.parametrize("body", NOT_JSON)
def test_what_is_no_json_is_a_parse_error(server, backend, token, body):
    before = len(backend.seen)
    answer = post(server, "/mcp", body, token())
    assert (answer.status, *rpc_error(answer)) == (400, -32700, None)
    assert len(backend.seen) == before


def deep(levels):
    return REQUEST % ("x", ',"params":{"a":%s0%s}' % ("[" * (levels - 2), "]" * (levels - 2)))


# body, the id that is repeated
INVALID = [
    (REQUEST % ("x", ',"id":"y"'), None), (REQUEST % ("x", ',"method":"tools/call"'), "x"),
    (REQUEST % ("x", ',"m\\u0065thod":"tools/call"'), "x"),
    (REQUEST % ("x", ',"Method":"tools/call"'), "x"), (REQUEST % ("x", ',"JSONRPC":"2.0"'), "x"),
    (REQUEST % ("x", ',"ID":1'), "x"), (REQUEST % ("x", ',"Params":{}'), "x"),
    (REQUEST % ("x", ',"param\\u017f":{"name":"delete_all"}'), "x"), (REQUEST % ("x", ',"j\u017fonrpc":"2.0"'), "x"),
    (REQUEST % ("x", ',"params":{"Name":"a"}'), "x"), (REQUEST % ("x", ',"params":{"URI":"a"}'), "x"),
    (REQUEST % ("x", ',"params":{"a":{"b":1,"b":2}}'), "x"), (REQUEST % ("x", ',"params":{"a":"\\ud800"}'), "x"),
    (REQUEST % ("x", ',"params":{"a":"\\udc00\\ud800"}'), "x"), (REQUEST % ("x", ',"params":{"a":"\\u0000"}'), "x"),
    (REQUEST % ("x", ',"params":{"method\\u0000":"x"}'), "x"), (REQUEST % ("\\ud800", ""), None),
    (REQUEST % ("x", ',"params":{"a":1e999}'), "x"), (REQUEST % ("x", ',"params":[]'), "x"),
    (REQUEST % ("x", ',"params":null'), "x"), (REQUEST % ("x", ',"params":"a"'), "x"),
    (REQUEST % ("x", ',"__proto__":{"params":{"name":"delete_all"}}'), "x"),
    ('{"jsonrpc":"2.0","id":1,"result":{},"__proto__":{"method":"tools/call"}}', 1),
    (REQUEST % ("x", ',"result":{}'), "x"), (REQUEST % ("x", ',"error":{}'), "x"),
    ('{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":7}}', 7),
    ('{"jsonrpc":"2.0","id":1.5,"method":"tools/call","params":{"name":null}}', 1.5),
    ('{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}', 7),
    ('{"jsonrpc":"2.0","id":7,"method":"tools/call"}', 7),
    ('{"jsonrpc":"2.0","id":7,"method":"resources/read","params":{"uri":{}}}', 7),
    ('{"jsonrpc":"2.0","id":7,"method":7}', 7), ('{"jsonrpc":"2.0","id":7,"method":null}', 7),
    ('{"jsonrpc":"2.0","id":null,"method":"tools/list"}', None), ('{"jsonrpc":"2.0","id":{},"method":"a"}', None),
    ('{"jsonrpc":"2.0","id":true,"method":"a"}', None), ('{"jsonrpc":"1.0","id":7,"method":"a"}', 7),
    ('{"jsonrpc":2.0,"id":7,"method":"a"}', 7), ('{"id":7,"method":"a"}', 7), ('{"jsonrpc":"2.0","id":7}', 7),
    ('{"jsonrpc":"2.0","id":7,"result":{},"error":{}}', 7), ('{"jsonrpc":"2.0","result":{}}', None), ("{}", None),
    ("7", None), ("-1.5e3", None), (" null\n", None), ("true", None), ('"text"', None),
    ("[]", None), ("[1]", None), ("[[]]", None), ('[{"jsonrpc":"2.0","method":"a"},{}]', None),
    (deep(129), "x"), (deep(2000), "x"),
    ('{"jsonrpc":"2.0","id":"\u00e9\\"<","method":7}', '\u00e9"<'),
]


@pytest.mark.parametrize("body, repeated", INVALID)
def test_what_two_readers_could_take_for_two_messages_is_invalid(server, backend, token, body, repeated):
    before = len(backend.seen)
    answer = post(server, "/mcp", body, token())
    assert (answer.status, *rpc_error(answer)) == (400, -32600, repeated)
    assert len(backend.seen) == before


GOOD = [
    deep(128), REQUEST % ("x", ',"params":{"arguments":{"Name":1,"ID":2,"Method":3,"\\u00e9":"\\ud83d\\ude00"}}'),
    REQUEST % ("x", ',"params":{"a":123456789012345678901234567890,"b":-0.0,"c":1e-400}'),
    " \r\n\t" + REQUEST % ("x", "") + "\n", '{"jsonrpc":"2.0","method":"notifications/initialized"}',
    '{"jsonrpc":"2.0","id":7,"result":{"name":7}}', '{"jsonrpc":"2.0","id":"a","error":{"code":1,"message":""}}',
    '{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}', '{"jsonrpc":"2.0","id":-9,"method":"ping"}',
    '[{"jsonrpc":"2.0","method":"a"},{"jsonrpc":"2.0","id":1,"result":{}}]',
    REQUEST % ("x", ',"other":1,"_meta":{}'),
]


@pytest.mark.parametrize("body", GOOD)
def test_what_is_a_message_arrives_byte_for_byte(server, backend, token, body):
    before = len(backend.seen)
    assert post(server, "/mcp", body, token()).status == 200
    assert backend.seen[-1]["body"].encode("latin-1") == text(body)
    assert len(backend.seen) == before + 1


def encoded(name):
    return "=?base64?" + base64.b64encode(name.encode()).decode() + "?="


SIZE = "gr\u00f6\u00dfe"
# header fields beside the body, the body's method and name, and whether they agree
FIELDS = [
    (["Mcp-Method: tools/call", "Mcp-Name: a"], "tools/call", "a", True),
    (["Mcp-Method: tools/call"], "tools/call", "a", True), (["Mcp-Name: a"], "tools/call", "a", True),
    (["Mcp-Method: tools/list"], "tools/call", "a", False), (["Mcp-Name: b"], "tools/call", "a", False),
    (["Mcp-Method: Tools/call"], "tools/call", "a", False), (["Mcp-Name: A"], "tools/call", "a", False),
    (["Mcp-Method: tools/call", "Mcp-Method: tools/call"], "tools/call", "a", False),
    (["Mcp-Name: a", "Mcp-Name: a"], "tools/call", "a", False), (["Mcp-Name:"], "tools/call", "a", False),
    (["Mcp-Name: a"], "tools/list", None, False), (["Mcp-Method:"], "tools/list", None, False),
    (["Mcp_Method: tools/list"], "tools/call", "a", False), (["Mcp_Name: b", "Mcp-Name: a"], "tools/call", "a", False),
    (["mcp-method: tools/call", "MCP-NAME:  a "], "tools/call", "a", True),
    ([f"Mcp-Name: {encoded(SIZE)}"], "tools/call", SIZE, True),
    ([f"Mcp-Name: {encoded('a')}"], "tools/call", "a", True), ([f"Mcp-Name: {encoded(' a ')}"], "tools/call", " a ", True),
    ([f"Mcp-Name: {encoded('b')}"], "tools/call", "a", False),
    ([f"Mcp-Name: {encoded('a').rstrip('?=')}?="], "tools/call", "a", False),
    ([f"Mcp-Name: {encoded('a').replace('base64', 'BASE64')}"], "tools/call", "a", False),
    ([f"Mcp-Name: {encoded('a')}"], "tools/call", encoded("a"), False),
    ([f"Mcp-Name: {encoded(encoded('a'))}"], "tools/call", encoded("a"), True),
    (["Mcp-Name: =?base64??="], "tools/call", "", True), (["Mcp-Name: =?base64?="], "tools/call", "=?base64?=", True),
    ([f"Mcp-Name: {SIZE}".encode()], "tools/call", SIZE, False),
    ([f"Mcp-Name: {SIZE}".encode("latin-1")], "tools/call", SIZE, False),
    (["Mcp-Name: a, b"], "tools/call", "a, b", True),
    ([VERSION, "Mcp-Method: tools/call", "Mcp-Name: a"], "tools/call", "a", True),
    ([VERSION, "Mcp-Method: tools/call"], "tools/call", "a", False), ([VERSION, "Mcp-Name: a"], "tools/call", "a", False),
    ([VERSION], "tools/list", None, False), ([VERSION, "Mcp-Method: tools/list"], "tools/list", None, True),
    ([VERSION, "Mcp-Method: prompts/get"], "prompts/get", "a", False),
    ([VERSION, "Mcp-Method: resources/read"], "resources/read", "a", False),
    ([VERSION, "Mcp-Method: resources/list"], "resources/list", None, True),
    ([VERSION, VERSION, "Mcp-Method: tools/list"], "tools/list", None, False),
    (["MCP-Protocol-Version: 2025-11-25"], "tools/call", "a", True),
    (["MCP-Protocol-Version: 2099-01-01"], "tools/call", "a", False),
    (["MCP-Protocol-Version: draft"], "tools/call", "a", False), (["MCP-Protocol-Version:"], "tools/call", "a", False),
    (["MCP-Protocol-Version: 2025-11-25, 2026-07-28"], "tools/list", None, False),
]


@pytest.mark.parametrize("fields, method, name, agree", FIELDS)
def test_the_header_says_what_the_body_says(server, backend, token, fields, method, name, agree):
    sent = message(method, name)
    answer = post(server, "/plain", sent, token(), fields)
    if agree:
        assert answer.status == 200
        assert arrived(backend, sent)
    else:
        assert (answer.status, *rpc_error(answer)) == (400, -32020, sent["id"])
        assert not arrived(backend, sent)


def meta(version):
    return {"params": {"_meta": {"io.modelcontextprotocol/protocolVersion": version}}}


# what the header and the body say of the version; the status
VERSIONS = [(None, "2026-07-28", 400), ("2026-07-28", "2026-07-28", 200), ("2025-11-25", "2026-07-28", 400),
            ("2026-07-28", "2025-11-25", 400), (None, "2025-11-25", 200), ("2026-07-28", None, 200), (None, "x", 400)]


@pytest.mark.parametrize("in_header, in_body, status", VERSIONS)
def test_the_version_of_the_body_is_that_of_the_header(server, token, in_header, in_body, status):
    sent = message("tools/list", **(meta(in_body) if in_body else {}))
    fields = ["Mcp-Method: tools/list", *([f"MCP-Protocol-Version: {in_header}"] if in_header else [])]
    answer = post(server, "/plain", sent, token(), fields)
    assert answer.status == status
    if status == 400:
        assert rpc_error(answer) == (-32020, sent["id"])


def test_a_version_that_is_no_string_is_invalid(server, token):
    assert rpc_error(post(server, "/plain", message("tools/list", **meta(7)), token()))[0] == -32600


CALL, LIST = message("tools/call", "echo", id="c"), message("tools/list", id="l")
# version, array, fields, scopes; status and code
ARRAYS = [
    (None, [LIST], [], [], 200, None), (None, [CALL, LIST], [], ["tools"], 200, None),
    (None, [LIST, CALL], [], [], 403, None), ("2025-03-26", [LIST], [], [], 200, None),
    ("2024-11-05", [LIST, CALL], [], ["tools"], 200, None), ("2025-06-18", [LIST], [], [], 400, -32600),
    ("2025-11-25", [LIST], [], [], 400, -32600), ("2026-07-28", [LIST], [], [], 400, -32600),
    ("other", [LIST], [], [], 400, -32600), (None, [LIST], ["Mcp-Method: tools/list"], [], 400, -32020),
    (None, [CALL], ["Mcp-Name: echo"], ["tools"], 400, -32020),
    (None, [message("tools/list", **meta("2026-07-28"))], [], [], 400, -32600),
    (None, [CALL, message("prompts/get", "p"), message("tools/call", "delete_one")], [], ["tools"], 403, None),
]


@pytest.mark.parametrize("version, array, fields, scopes, status, code", ARRAYS)
def test_an_array_passes_where_its_version_has_arrays_and_every_message_may(server, backend, token, version, array,
                                                                           fields, scopes, status, code):
    sent = [{**one, "id": fresh_id()} for one in array]
    if version:
        fields = [*fields, f"MCP-Protocol-Version: {version}"]
    answer = post(server, "/mcp", sent, token(*scopes), fields)
    assert answer.status == status
    assert bool(arrived(backend, sent)) == (status == 200)
    if code:
        assert rpc_error(answer) == (code, None)


def test_a_403_for_an_array_names_the_scopes_of_all_of_it(server, token):
    array = [message(name="echo"), message("prompts/list"), message(name="delete_one")]
    answer = post(server, "/mcp", array, token("tools"))
    assert answer.challenge()[1]["scope"] == "base tools prompts delete"
    assert denied(answer) is None


# as it stands in the message; whether the answer repeats it
IDS = [(id, True) for id in (
    "0", "-0", "7", "-7", "0.1", "1.0", "1e2", "1E+2", "-1.50", "1e-400", "9007199254740993", "9223372036854775808",
    "-9223372036854775809", "12345678901234567890123456789012345678901234567890", "0." + "1" * 5000)]
IDS += [(json.dumps(id), True) for id in ("", "0", "null", "a b", 'a"b\\c/', "\n\x7f", SIZE, "\U0001f600", "\ufffd", "</script>",
                                          "x" * 5000)]
IDS += [(id, False) for id in ("null", "true", "[1]", "{}", "1e999", '"\\ud800"', '"\\u0000"')]


@pytest.mark.parametrize("id, repeated", IDS)
def test_an_error_repeats_the_id_as_it_was(server, shared_issuer, token, id, repeated):
    wrong = '{"params":{"name":"delete_one"},"jsonrpc":"2.0","id" : %s ,"method":%s}'
    for answer in (post(server, "/mcp", wrong % (id, "7"), token()),
                   post(server, "/plain", wrong % (id, '"tools/call"'), token(), ["Mcp-Name: x"]),
                   post(server, "/mcp", wrong % (id, '"tools/call"'), token()),
                   post(server, "/mcp", wrong % (id, '"tools/call"'), shared_issuer.mint.token(scp=["none"]))):
        assert answer.status in (400, 403)
        if answer.status == 403 and not repeated:
            # what is no message says no scopes either
            assert answer.json()["error"] == "insufficient_scope"
            continue
        told = json.loads(answer.body, parse_float=str, parse_int=str)["id"]
        if not repeated:
            assert told is None
        else:
            assert told == json.loads(id, parse_float=str, parse_int=str)


def test_a_denied_notification_has_no_id_to_repeat(server, token):
    sent = message(name="delete_one")
    del sent["id"]
    answer = post(server, "/mcp", sent, token())
    assert answer.status == 403 and denied(answer) is None


def test_a_403_about_no_message_is_no_answer_to_one(server, shared_issuer):
    other = shared_issuer.mint.token(scp=["other"])
    for method, body in (("GET", None), ("DELETE", None), ("POST", b"{"), ("POST", b"{}")):
        sent = head("/mcp", other, (JSON,), method, len(body) if body else None) + (body or b"")
        answer = exchange(server.port, sent)
        assert answer.status == 403
        assert answer.json()["error"] == answer.challenge()[1]["error"] == "insufficient_scope"


@pytest.mark.parametrize("field", ["Mcp-Method: ping", "Mcp-Name: a"])
def test_a_response_has_neither_method_nor_name(server, token, field):
    answer = post(server, "/plain", {"jsonrpc": "2.0", "id": "r", "result": {}}, token(), [field])
    assert (answer.status, *rpc_error(answer)) == (400, -32020, "r")


# the method, fields, body; status
WAYS = [
    ("GET", [], None, 200), ("DELETE", [], None, 200), ("OPTIONS", [], None, 200), ("HEAD", [], None, 405),
    ("PUT", [], b"{}", 405), ("PATCH", [], b"{}", 405), ("TRACE", [], None, 405), ("PROPFIND", [], None, 405),
    ("post", [], b"{}", 405), ("QUERY", [], b"{}", 405), ("GET", [], b"{}", 400), ("DELETE", [], b"{}", 400),
    ("OPTIONS", [], b"{}", 400), ("GET", ["Content-Length: 0"], None, 200), ("DELETE", ["Content-Length: 000"], None, 200),
    ("GET", ["Upgrade: websocket", "Connection: Upgrade"], None, 400), ("GET", ["Upgrade: h2c"], None, 200),
    ("GET", ["Transfer-Encoding: chunked"], chunked(b"{}"), 400), ("POST", ["Content-Length: 0", JSON], None, 400),
    ("POST", ["Upgrade: foo, websocket", JSON], b"{}", 400),
]


@pytest.mark.parametrize("method, fields, body, status", WAYS)
def test_messages_come_by_post_alone(server, backend, token, method, fields, body, status):
    before = len(backend.seen)
    chunks = any("chunked" in field for field in fields)
    sent = head("/plain", token(), fields, method, len(body) if body and not chunks else None) + (body or b"")
    answer = exchange(server.port, sent)
    assert answer.status == status
    assert len(backend.seen) == before + (status == 200)
    if status == 405:
        assert {"POST", "GET", "DELETE", "OPTIONS"} <= set(answer.header("Allow").split(","))
    if status in (400, 405) and method != "HEAD":
        assert rpc_error(answer)[1] is None


# Content-Type and other fields, and whether such a body is read
TYPES = [
    (JSON, [], True), (JSON + "; charset=utf-8", [], True), (JSON + ';charset="UTF-8" ; x=y', [], True), (None, [], True),
    ("Content-Type: application/vnd.x+json", [], True), ("Content-Type: APPLICATION/JSON;", [], True),
    (JSON + "; charset=utf-16", [], False), (JSON + "; charset=iso-8859-1", [], False),
    (JSON + "; charset=utf-8; charset=utf-7", [], False), (JSON + '; charset="utf-8', [], False),
    (JSON + "; Charset=UTF-7", [], False), (JSON + "; charset*=us-ascii''utf-7", [], False), (JSON + "; Charset*0=utf-7", [], False),
    (JSON + "; char=utf-7", [], True), (JSON + '; x="; charset=utf-8"; charset=utf-7', [], False),
    (JSON, [JSON], False), ("Content-Type: text/plain", [], False), ("Content-Type:", [], False),
    ("Content-Type: application/x-www-form-urlencoded", [], False),
    ("Content-Type: multipart/form-data; boundary=x", [], False), ("Content-Type: application/jsonp", [], False),
    (JSON, ["Content-Encoding: gzip"], False), (JSON, ["Content-Encoding: identity"], False),
    (JSON, ["Content_Encoding: br"], False),
]


@pytest.mark.parametrize("type, fields, taken", TYPES)
def test_a_body_is_json_in_utf_8_as_it_is(server, backend, token, type, fields, taken):
    sent = message("tools/list")
    answer = post(server, "/plain", sent, token(), fields, type=type)
    assert answer.status == (200 if taken else 415)
    assert bool(arrived(backend, sent)) == taken
    if not taken:
        assert rpc_error(answer) == (-32000, None)


def padded(size):
    empty = text(message("tools/list", id="p", params={"x": ""}))
    return empty.replace(b'""', b'"' + b"x" * (size - len(empty)) + b'"')


@pytest.mark.parametrize("size, status", [(1023, 200), (1024, 200), (1025, 413), (20000, 413), (200000, 413)])
@pytest.mark.parametrize("chunks", [None, 1, 100, 8192])
def test_a_body_has_at_most_so_many_bytes(server, backend, token, size, status, chunks):
    before, body = len(backend.seen), padded(size)
    if chunks == 1 and size > 20000:
        chunks = 7
    if chunks:
        sent = head("/small", token(), (JSON, "Transfer-Encoding: chunked")) + chunked(body, chunks)
    else:
        sent = head("/small", token(), (JSON,), length=size) + body
    answer = exchange(server.port, sent)
    assert answer.status == status
    assert len(backend.seen) == before + (status == 200)
    if status == 413:
        assert rpc_error(answer) == (-32000, None)
        assert answer.header("Connection") == "close"
    else:
        assert backend.seen[-1]["body"].encode() == body


def test_where_everybody_may_come_a_message_that_needs_scopes_needs_somebody(server, backend, token):
    for path in ("/open", "/anonymous"):
        sent = message("tools/list")
        assert post(server, path, sent).status == 200
        assert arrived(backend, sent)
        sent = message(name="delete_one")
        answer = post(server, path, sent)
        assert answer.status == 401
        assert answer.challenge()[1]["scope"] == "tools delete"
        assert not arrived(backend, sent)
        assert post(server, path, b"{").status == 400
        assert exchange(server.port, head(path, method="PUT")).status == 405
    assert post(server, "/anonymous", message(name="delete_one"), token("tools", "delete")).status == 200
    assert post(server, "/anonymous", message(name="delete_one"), token("tools")).status == 403
    assert post(server, "/anonymous", message(name="delete_one"), "no.token.atall").status == 401


def test_a_section_within_has_its_own_rules_or_none(server, backend, token):
    assert post(server, "/mcp/inner", message(name="delete_all"), token()).status == 200
    assert post(server, "/mcp/inner", message(name="inner"), token()).status == 403
    assert post(server, "/mcp/inner", b"{", token()).status == 400
    assert post(server, "/mcp/off", b"{", token()).status == 200
    assert post(server, "/mcp/deeper", message(name="delete_all"), token()).status == 403


@pytest.mark.parametrize("body, fields, method", [
    (message(name="delete_all"), [], "POST"), (b"{", [], "POST"), (message(), ["Mcp-Method: x"], "POST"),
    (b"x" * 5000, [], "POST"), (padded(30000), [], "POST"), (b"{}", [], "PUT"), (b"{}", [], "GET"),
    (message("tools/list"), ["Content-Encoding: gzip"], "POST")])
def test_what_is_not_enforced_arrives_as_it_came(server, backend, token, body, fields, method):
    for form in (True, False):
        before, sent = len(backend.seen), text(body)
        data = head("/quiet", token(), (JSON, *fields), method, len(sent)) + sent
        if not form:
            data = head("/quiet", token(), (JSON, *fields, "Transfer-Encoding: chunked"), method) + chunked(sent, 100)
        assert exchange(server.port, data).status == 200
        assert len(backend.seen) == before + 1
        assert backend.seen[-1]["body"].encode("latin-1") == sent
        assert dict(backend.seen[-1]["headers"])["X-Okta-Would-Refuse"]


def test_the_log_says_what_was_wanted_and_why_it_was_refused(launch, shared_issuer, backend, token):
    # one of its own: of many refusals within a second the log has some
    server = launch(trusts(shared_issuer) + mcp("/mcp", backend, *RULES), modules=("proxy", "proxy_http"), processes=1)
    post(server, "/mcp", message(name="delete_one"), token("tools"))
    said = server.error_log.text()
    assert "reason=insufficient_scope" in said
    assert 'tools/call of "delete_one" needs the scope "delete" by OktaMcpScope' in said


def test_the_access_log_names_method_and_name_without_control_characters(server, token):
    log = LogFile(server.root / "logs" / "mcp.log")
    for name, told in (("echo", "echo"), ("a\nb\x1b[2J\x7f", "a?b?[2J?"), ("\x9b1m", "??1m"), ("x" * 5000, "x" * 1023)):
        tag = fresh_id()
        for path, scopes, status in (("/told", [], 403), ("/told", ["tools"], 200)):
            sent = message(name=name)
            assert post(server, f"{path}?{tag}-{status}", sent, token(*scopes)).status == status
            line, = wait_for(lambda tag=f"{tag}-{status}": log.matching(tag), "the line of the access log")
            assert f"method=tools/call name={told} " in line, line


def test_an_answer_repeats_no_more_than_the_id(server, token):
    answer = post(server, "/mcp", {"jsonrpc": "2.0", "id": "<script>", "method": "x", "params": "</script>"}, token())
    assert json.loads(answer.body) == {"jsonrpc": "2.0", "id": "<script>", "error": {
        "code": -32600, "message": "Invalid request: its params are no object"}}
