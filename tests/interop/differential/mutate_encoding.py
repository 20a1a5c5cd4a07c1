# SPDX-License-Identifier: Apache-2.0
"""Mutations of the compact form: base64url bent before signing, and what may happen to a token on its way.

A field of HTTP holds neither CR, LF nor NUL, and no white space at its ends: those are not made here.
"""

import json

from differential.draft import mutation

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _stray_bits(segment):
    """Another spelling of the same bytes, where the last character has bits to spare."""
    if len(segment) % 4 < 2 or segment[-1] not in _ALPHABET:
        return segment
    return segment[:-1] + _ALPHABET[_ALPHABET.index(segment[-1]) ^ 1]


def _put_in(text, at, what):
    return text[:at] + what + text[at:]


_SPELLINGS = {
    # what: segment -> segment that lenient decoders take for the same bytes
    "padded": lambda s: s + "=" * (-len(s) % 4),
    "padded too much": lambda s: s + "===",
    "with an = inside": lambda s: _put_in(s, 4, "="),
    "with stray bits": _stray_bits,
    "in the plain alphabet": lambda s: s.replace("-", "+").replace("_", "/"),
    "with a space inside": lambda s: _put_in(s, 8, " "),
    "with a tab inside": lambda s: _put_in(s, 8, "\t"),
    "with a character outside the alphabet": lambda s: _put_in(s, 8, "!"),
    "with a comma inside": lambda s: _put_in(s, 8, ","),
    "with a character above ASCII": lambda s: _put_in(s, 8, "\xe9"),
    "one character longer": lambda s: s + "A",
    "one character shorter": lambda s: s[:-1],
}
for _index, _part in ((0, "header"), (1, "payload")):
    for _what, _respell in _SPELLINGS.items():
        @mutation(f"encoding: {_part} {_what}, signed so")
        def _signed_so(draft, rng, index=_index, respell=_respell):
            draft.segment_edits[index].append(respell)

        @mutation(f"encoding: {_part} {_what}, afterwards")
        def _afterwards(draft, rng, index=_index, respell=_respell):
            draft.compact_edits.append(lambda token: _respelled(token, index, respell))


def _respelled(token, index, respell):
    parts = token.split(".")
    if index < len(parts) and parts[index]:
        parts[index] = respell(parts[index])
    return ".".join(parts)


for _what, _respell in _SPELLINGS.items():
    @mutation(f"encoding: signature {_what}")
    def _signature(draft, rng, respell=_respell):
        draft.compact_edits.append(lambda token: _respelled(token, 2, respell))


def _whole(what, edit):
    """edit: (token, rng) -> token."""
    @mutation(f"token: {what}")
    def change(draft, rng):
        draft.compact_edits.append(lambda token: edit(token, rng) if len(token) > 1 else token)


def _flattened(token):
    header, payload, signature = token.split(".")
    return json.dumps({"protected": header, "payload": payload, "signature": signature},
                      separators=(",", ":"))


def _general(token):
    header, payload, signature = token.split(".")
    return json.dumps({"payload": payload, "signatures": [{"protected": header, "signature": signature}]},
                      separators=(",", ":"))


def _three(edit):
    """Only where the token still has its three parts."""
    return lambda token, rng: edit(token) if token.count(".") == 2 else token


_whole("a dot behind it", lambda t, r: t + ".")
_whole("a dot before it", lambda t, r: "." + t)
_whole("a fourth part", lambda t, r: t + ".AAAA")
_whole("two more parts", lambda t, r: t + ".AAAA.AAAA")
_whole("a dot inside", lambda t, r: _put_in(t, r.randrange(len(t)), "."))
_whole("the last part missing", _three(lambda t: t.rpartition(".")[0]))
_whole("the first part missing", _three(lambda t: t.partition(".")[2]))
_whole("the header empty", _three(lambda t: "." + t.partition(".")[2]))
_whole("the payload empty", _three(lambda t: t.partition(".")[0] + ".." + t.rpartition(".")[2]))
_whole("header and payload swapped", _three(lambda t: ".".join([t.split(".")[i] for i in (1, 0, 2)])))
_whole("without dots", lambda t, r: t.replace(".", ""))
_whole("dots alone", lambda t, r: "..")
_whole("2,000 dots", lambda t, r: "." * 2000)
_whole("opaque", lambda t, r: "00Mx-opaque_token~of+the/org.server==")
_whole("twice, a comma between", lambda t, r: f"{t},{t}")
_whole("twice, a comma and Bearer between", lambda t, r: f"{t}, Bearer {t}")
_whole("twice, a space between", lambda t, r: f"{t} {t}")
_whole("Bearer before it", lambda t, r: "Bearer " + t)
_whole("in quotes", lambda t, r: f'"{t}"')
_whole("in angle brackets", lambda t, r: f"<{t}>")
_whole("a semicolon behind it", lambda t, r: t + ";")
_whole("a parameter behind it", lambda t, r: t + ', realm="x"')
_whole("an = behind it", lambda t, r: t + "=")
_whole("its dots as %2E", lambda t, r: t.replace(".", "%2E"))
_whole("its dots as middle dots", lambda t, r: t.replace(".", "\xb7"))
_whole("in upper case", lambda t, r: t.upper())
_whole("in lower case", lambda t, r: t.lower())
_whole("JSON, flattened", _three(_flattened))
_whole("JSON, general", _three(_general))
_whole("cut anywhere", lambda t, r: t[:r.randrange(1, max(2, len(t)))])
_whole("a character changed", lambda t, r: (lambda i: t[:i] + r.choice(_ALPHABET) + t[i + 1:])(r.randrange(len(t))))
_whole("a character taken out", lambda t, r: (lambda i: t[:i] + t[i + 1:])(r.randrange(len(t))))
_whole("a character put in", lambda t, r: _put_in(t, r.randrange(1, len(t)), r.choice(_ALPHABET)))
_whole("two characters swapped", lambda t, r: (lambda i: t[:i] + t[i + 1] + t[i] + t[i + 2:])(r.randrange(len(t) - 1)))
_whole("of 17,000 bytes", lambda t, r: t + "A" * max(0, 17000 - len(t)))
