# SPDX-License-Identifier: Apache-2.0
"""Mutations of the JSON text of header and payload before it is encoded and signed."""

import json

from differential.draft import mutation


def _both(what, edit):
    """The same edit (text, rng) -> text, once for the header and once for the payload."""
    for part in ("header", "payload"):
        @mutation(f"{part}: {what}")
        def change(draft, rng, part=part):
            edits = draft.header_edits if part == "header" else draft.payload_edits
            # Another mutation may have left nothing of it.
            edits.append(lambda text: edit(text, rng) if text else text)


def _fixed(what, text):
    _both(what, lambda _, rng: text)


def _added(what, text):
    """One more member, under a name of its own."""
    for part in ("header", "payload"):
        @mutation(f"{part}: {what}")
        def change(draft, rng, part=part):
            edits = draft.header_edits if part == "header" else draft.payload_edits
            more = text.replace(b'"x"', b'"x%d"' % len(edits))
            edits.append(lambda old: old[:-1] + b"," + more + b"}")


def _pretty(text, rng):
    try:
        return json.dumps(json.loads(text), indent=2).encode()
    except (ValueError, RecursionError):
        return text


_both("indented", _pretty)
_both("with white space around it", lambda text, rng: b" \t\r\n" + text + b"\n ")
_both("with a form feed before it", lambda text, rng: b"\f" + text)
_both("with a no-break space before it", lambda text, rng: b"\xc2\xa0" + text)
_both("with a BOM", lambda text, rng: b"\xef\xbb\xbf" + text)
_both("in UTF-16", lambda text, rng: text.decode("utf-8", "replace").encode("utf-16"))
_both("with a trailing comma", lambda text, rng: text[:-1] + b",}")
_both("with text behind it", lambda text, rng: text + b"x")
_both("with NUL behind it", lambda text, rng: text + b"\0")
_both("with a comment", lambda text, rng: b"/* */" + text)
_both("in single quotes", lambda text, rng: text.replace(b'"', b"'"))
_both("with a name unquoted", lambda text, rng: b"{x:1," + text[1:])
_both("twice", lambda text, rng: text + text)
_both("cut short", lambda text, rng: text[:rng.randrange(1, max(2, len(text)))])
_both("without its brace", lambda text, rng: text[:-1])
_both("one byte changed", lambda text, rng: _changed(text, rng))
_both("one byte taken out", lambda text, rng: (lambda i: text[:i] + text[i + 1:])(rng.randrange(len(text))))
_both("one byte put in", lambda text, rng: (lambda i: text[:i] + bytes([rng.randrange(256)]) + text[i:])(
    rng.randrange(len(text))))


def _changed(text, rng):
    at = rng.randrange(len(text))
    return text[:at] + bytes([text[at] ^ 1 << rng.randrange(8)]) + text[at + 1:]


for _what, _text in (("empty", b""), ("white space", b" "), ("{}", b"{}"), ("null", b"null"), ("an array", b"[]"),
                     ("an array of itself", b'[{"alg":"RS256","exp":9999999999}]'), ("a string", b'"token"'),
                     ("a number", b"1"), ("true", b"true"), ("no JSON", b"token"), ("a brace", b"{")):
    _fixed(_what, _text)

_added("an unknown member twice", b'"x":1,"x":2')
_added("an unknown member twice, the same value", b'"x":1,"x":1')
_added("a member twice, one escaped", b'"x":{"a":1,"\\u0061":2}')
_added("a member twice in a nested object", b'"x":{"a":1,"a":2}')
_added("an escaped NUL", b'"x":"\\u0000"')
_added("a raw NUL", b'"x":"\0"')
_added("a raw tab in a string", b'"x":"a\tb"')
_added("a raw line end in a string", b'"x":"a\nb"')
_added("a lone surrogate, escaped", b'"x":"\\ud800"')
_added("surrogates in the wrong order", b'"x":"\\udc00\\ud800"')
_added("a pair of surrogates, escaped", b'"x":"\\ud83d\\ude00"')
_added("a bad escape", b'"x":"\\x41"')
_added("a byte that is not UTF-8", b'"x":"\xff"')
_added("a sequence cut short", b'"x":"\xc3("')
_added("an overlong sequence", b'"x":"\xc0\x80"')
_added("a surrogate in UTF-8", b'"x":"\xed\xa0\x80"')
_added("a code point beyond Unicode", b'"x":"\xf4\x90\x80\x80"')
_added("a noncharacter", b'"x":"\xef\xbf\xbf"')
_added("NaN", b'"x":NaN')
_added("Infinity", b'"x":Infinity')
_added("undefined", b'"x":undefined')
_added("a number with a leading zero", b'"x":01')
_added("a number ending in a point", b'"x":1.')
_added("a number without its zero", b'"x":.5')
_added("a number beyond double", b'"x":1e400')
_added("a number below double", b'"x":1e-400')
_added("an integer of 400 digits", b'"x":' + b"7" * 400)
_added("TRUE", b'"x":TRUE')
_added("30 levels", b'"x":' + b"[" * 30 + b"]" * 30)
_added("40 levels", b'"x":' + b"[" * 40 + b"]" * 40)
_added("1,000 levels", b'"x":' + b"[" * 1000 + b"]" * 1000)


def _twice(part, name, value, at_end):
    where = "last" if at_end else "first"

    @mutation(f"{part}: {name} twice, the other one {where}")
    def change(draft, rng):
        text = json.dumps({name: value(draft) if callable(value) else value})[1:-1].encode()
        edits = draft.header_edits if part == "header" else draft.payload_edits
        edits.append((lambda old: old[:-1] + b"," + text + b"}") if at_end
                     else (lambda old: b"{" + text + b"," + old[1:]))


for _end in (True, False):
    _twice("payload", "iss", "https://attacker.example.com", _end)
    _twice("payload", "aud", "api://other", _end)
    _twice("payload", "exp", lambda draft: draft.now + 7200, _end)
    _twice("payload", "sub", "root@example.com", _end)
    _twice("header", "alg", "none", _end)
    _twice("header", "kid", "other", _end)
    _twice("header", "typ", "JWT", _end)


def _escaped(part, name):
    @mutation(f"{part}: {name} spelled with an escape")
    def change(draft, rng):
        old, new = f'"{name}":'.encode(), f'"\\u{ord(name[0]):04x}{name[1:]}":'.encode()
        edits = draft.header_edits if part == "header" else draft.payload_edits
        edits.append(lambda text: text.replace(old, new))


for _name in ("exp", "iss", "aud", "cnf"):
    _escaped("payload", _name)
for _name in ("alg", "kid", "crit"):
    _escaped("header", _name)
