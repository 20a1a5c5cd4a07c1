# SPDX-License-Identifier: Apache-2.0
"""Methods x rules x tokens x header shapes x body shapes: no message arrives that the token's scopes do not allow.

A model in Python says what may arrive: it reads bodies as lenient back ends do, each in its own way, and a message
may arrive only where it may by every reading."""

import json
import re
import unicodedata

import pytest
from env.backends import HttpBackend
from env.mcp import JSON, VERSION, chunked, exchange, fresh_id, head, text
from env.routes import AUTHZ_NOISE
from env.snippets import location, trusts

# name of the place: (what Require asks, [(pattern, scopes)])
PLACES = {
    "plain": ("base", []),
    "tools": ("base", [("tools/call", "tools")]),
    "names": ("base", [("tools/call", "tools"), ("tools/call:delete_*", "tools delete"), ("tools/call:*_all", "all")]),
    "every": ("base", [("*", "some"), ("*/list", "list"), ("tools/*", "tools"), ("notifications/*", "tell")]),
    "uris": ("base", [("resources/read:file:///*", "files"), ("resources/*:*secret*", "secret"), ("prompts/get:*", "p")]),
    "ties": ("base", [("tools/call:aa*", "one"), ("tools/call:*aa", "two"), ("tools/*:*aaa*", "three")]),
    "open": (None, [("tools/call", "tools"), ("tools/call:delete_*", "delete")]),
}
# method, name
MESSAGES = [("tools/call", "echo"), ("tools/call", "delete_one"), ("tools/call", "delete_all"), ("tools/call", "aaa"),
            ("tools/list", None), ("resources/read", "file:///a"), ("resources/read", "file:///secret"),
            ("resources/subscribe", "secret"), ("prompts/get", "x"), ("prompts/list", None), ("ping", None),
            ("notifications/progress", None), ("initialize", None)]
SCOPES = ["base", "base tools", "base tools delete all", "base some list tell", "base files p", "base secret one two",
          "base tools delete all some list tell files secret p one two three", "tools delete", None]
# what the header says: of this method and name, of another one, of none
HEADERS = {
    "none": lambda method, name: [],
    "same": lambda method, name: [f"Mcp-Method: {method}", *([f"Mcp-Name: {name}"] if name else [])],
    "new": lambda method, name: [VERSION, f"Mcp-Method: {method}", *([f"Mcp-Name: {name}"] if name else [])],
    "other": lambda method, name: ["Mcp-Method: tools/list"],
    "named": lambda method, name: ["Mcp-Name: echo"],
}


def _member(method):
    return "uri" if method.startswith("resources/") else "name"


def _plain(method, name, id):
    made = {"jsonrpc": "2.0", "method": method}
    if not method.startswith("notifications/"):
        made["id"] = id
    if name is not None:
        made["params"] = {_member(method): name, "arguments": {"a": "\u00e9\U0001f600"}}
    return made


def _json(*arguments):
    return json.dumps(_plain(*arguments))


def _twice(method, name, id, more):
    return _json(method, name, id)[:-1] + more + "}"


# bodies; the message of the row is in each of them by some reading
BODIES = {
    "plain": _json,
    "escaped": lambda m, n, i: re.sub(r"[a-z](?=/|_)", lambda c: f"\\u{ord(c[0]):04x}", _json(m, n, i)),
    "array": lambda m, n, i: "[" + _json(m, n, i) + "]",
    "second": lambda m, n, i: '[{"jsonrpc":"2.0","id":"%s-","method":"ping"},%s]' % (i, _json(m, n, i)),
    "last wins": lambda m, n, i: '{"jsonrpc":"2.0","id":"%s","method":"ping","method":"%s","params":{"%s":%s}}' % (
        i, m, _member(m), json.dumps(n)),
    "first wins": lambda m, n, i: _twice(m, n, i, ',"method":"ping"'),
    "by case": lambda m, n, i: '{"jsonrpc":"2.0","id":"%s","Method":"%s","method":"ping","params":{"%s":%s}}' % (
        i, m, _member(m), json.dumps(n)),
    "folded": lambda m, n, i: _twice(m, "echo" if n else None, i, ',"param\\u017f":{"%s":%s}' % (_member(m), json.dumps(n))),
    "names": lambda m, n, i: '{"jsonrpc":"2.0","id":"%s","method":"%s","params":{"%s":"echo","%s":%s}}' % (
        i, m, _member(m), _member(m).title(), json.dumps(n)),
    "hidden": lambda m, n, i: '{"jsonrpc":"2.0","id":"%s","method":"ping","result":{},"params":{}}' % i,
    "mark": lambda m, n, i: "\ufeff" + _json(m, n, i),
    "wide": lambda m, n, i: _json(m, n, i).encode("utf-16-le"),
    "trailing": lambda m, n, i: '{"jsonrpc":"2.0","id":"%s","method":"ping"}' % i + "\n" + _json(m, n, i),
    "cut": lambda m, n, i: _json(m, n, i)[:-1],
    "comment": lambda m, n, i: '{"jsonrpc":"2.0","id":"%s","method":"ping",/*"method":"%s",*/"params":{}}' % (i, m),
    "nul": lambda m, n, i: _twice(m, n, i, ',"a":"\\u0000"'),
    "half": lambda m, n, i: _twice(m, n, i, ',"a":"\\ud800"'),
    "response": lambda m, n, i: '{"jsonrpc":"2.0","id":"%s","result":{"method":"%s"}}' % (i, m),
    "batch in params": lambda m, n, i: _twice(m, n, i, ',"more":[%s]' % _json("tools/call", "delete_all", i)),
}


def _pattern(text):
    return re.compile(".*".join(re.escape(part) for part in text.split("*")), re.S)


def needed(rules, method, name):
    """Independent of the module: every rule, its letters, the highest."""
    best, scopes = -1, set()
    for pattern, words in rules:
        of_method, colon, of_name = pattern.partition(":")
        if not _pattern(of_method).fullmatch(method) or (colon and not _pattern(of_name).fullmatch(name or "")):
            continue
        letters = len((of_method + of_name).replace("*", ""))
        if letters > best:
            best, scopes = letters, set()
        if letters == best:
            scopes |= set(words.split())
    return scopes


def _fold(name):
    return unicodedata.normalize("NFKC", name).casefold()


def readings(body):
    """What back ends could make of it: first or last of two members, as it is or whatever the case, also of the text
    behind or in comments, in every encoding that somebody looks for."""
    texts = []
    for encoding in ("utf-8", "utf-8-sig", "utf-16-le", "utf-16", "latin-1"):
        try:
            texts.append(body.decode(encoding, "surrogatepass"))
        except UnicodeError:
            continue
    texts += [re.sub(r"/\*.*?\*/", "", one) for one in texts]
    for one in texts:
        for first in (False, True):
            for fold in (False, True):
                def pairs(found, first=first, fold=fold):
                    made = {}
                    for name, value in found:
                        name = _fold(name) if fold else name
                        if not (first and name in made):
                            made[name] = value
                    return made
                decoder, at = json.JSONDecoder(object_pairs_hook=pairs, strict=False), 0
                while at < len(one):
                    try:
                        value, at = decoder.raw_decode(one, at)
                    except ValueError:
                        break
                    yield from (value if isinstance(value, list) else [value])
                    at += len(one[at:]) - len(one[at:].lstrip())


def allowed(place, scopes, body):
    require, rules = PLACES[place]
    has = set((scopes or "").split())
    if require and require not in has:
        return False
    for read in readings(body):
        if not isinstance(read, dict) or not isinstance(read.get("method"), str):
            continue
        params = read.get("params") if isinstance(read.get("params"), dict) else {}
        if not needed(rules, read["method"], params.get(_member(read["method"]))) <= has:
            return False
    return True


def rows():
    """Every body and header shape with every place; the rest goes round, each pair of neighbors often."""
    made, count = [], 0
    for place in PLACES:
        for body in BODIES:
            for header in HEADERS:
                for _ in range(2 if body == "plain" else 1):
                    method, name = MESSAGES[count % len(MESSAGES)]
                    made.append((place, body, header, method, name, SCOPES[count * 5 % len(SCOPES)]))
                    count += 1
        for method, name in MESSAGES:
            for scopes in SCOPES:
                made.append((place, "plain", "same", method, name, scopes))
    return made


@pytest.fixture(scope="module")
def backend():
    with HttpBackend() as started:
        yield started


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer, backend):
    def place(name, require, rules):
        return location(f"/{name}", "OktaMcp On", f"ProxyPass {backend.url}/{name}",
                        *(f'OktaMcpScope "{pattern}" {scopes}' for pattern, scopes in rules), handler=None,
                        require=f"okta-scope {require}" if require else "all granted")
    server = launch_shared(trusts(shared_issuer) + "".join(place(name, *value) for name, value in PLACES.items()),
                           modules=("proxy", "proxy_http"), processes=1, threads=8, log_level="notice")
    server.expects(f"{AUTHZ_NOISE}|OKTA-CONFIG", optional=True, lasting=True)
    return server


@pytest.fixture(scope="module")
def token_of(shared_issuer):
    made = {}
    return lambda scopes: scopes and made.setdefault(scopes, shared_issuer.mint.token(scp=scopes.split()))


@pytest.mark.every_mpm
def test_no_message_arrives_that_the_scopes_do_not_allow(server, backend, token_of):
    table, passed, refused = rows(), 0, {}
    assert len(table) > 1000
    for i, (place, shape, header, method, name, scopes) in enumerate(table):
        body = text(BODIES[shape](method, name, fresh_id()))
        fields = [JSON, *HEADERS[header](method, name)]
        mark = len(backend.seen)
        if i % 3:
            data = head(f"/{place}", token_of(scopes), fields, length=len(body)) + body
        else:
            data = head(f"/{place}", token_of(scopes), [*fields, "Transfer-Encoding: chunked"]) + chunked(body, 7)
        answer = exchange(server.port, data)
        row = (place, shape, header, method, name, scopes, answer.status)
        assert (answer.status == 200) == (len(backend.seen) == mark + 1), row
        if answer.status == 200:
            passed += 1
            # without a token at an open place: nobody's scopes are none
            assert allowed(place, scopes if PLACES[place][0] else None, body), row
            assert backend.seen[-1]["body"].encode("latin-1") == body, row
        else:
            refused[answer.status] = refused.get(answer.status, 0) + 1
            assert answer.status in (400, 401, 403), row
            # what is in order is refused for its scopes alone
            if shape in ("plain", "escaped") and header in ("none", "same"):
                assert answer.status != 400, row
                assert not allowed(place, scopes if PLACES[place][0] else None, body), row
    assert passed > 200 and all(refused[status] > 50 for status in (400, 401, 403)), (passed, refused)
