# SPDX-License-Identifier: Apache-2.0
"""Faults in constants. Each operator: (source, enumerators) -> (start, end, replacement) of its places."""

import re

# httpd's and C's own, which no enumeration of the project has
_OTHERS = {
    "true": "false", "false": "true", "OK": "DECLINED", "DECLINED": "OK", "DONE": "OK",
    "HTTP_UNAUTHORIZED": "HTTP_FORBIDDEN", "HTTP_FORBIDDEN": "HTTP_UNAUTHORIZED",
    "HTTP_BAD_REQUEST": "HTTP_UNAUTHORIZED", "HTTP_SERVICE_UNAVAILABLE": "HTTP_UNAUTHORIZED",
    "HTTP_INTERNAL_SERVER_ERROR": "HTTP_UNAUTHORIZED", "AUTHZ_GRANTED": "AUTHZ_DENIED",
    "AUTHZ_DENIED": "AUTHZ_GRANTED", "AUTHZ_DENIED_NO_USER": "AUTHZ_DENIED", "AUTHZ_NEUTRAL": "AUTHZ_GRANTED",
    "APR_SUCCESS": "APR_EGENERAL", "APLOG_ERR": "APLOG_INFO", "APLOG_WARNING": "APLOG_INFO",
    "APLOG_NOTICE": "APLOG_INFO", "APLOG_INFO": "APLOG_ERR", "APLOG_DEBUG": "APLOG_ERR",
}
_ENUM = re.compile(r"\benum\b\s*\w*\s*\{(.*?)\}", re.S)
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_INTEGER = re.compile(r"(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)")


def enumerators_of(texts):
    """{enumerator: the next one of its enumeration, the first after the last} of the sources."""
    others = dict(_OTHERS)
    for text in texts:
        for match in _ENUM.finditer(_COMMENT.sub("", text)):
            names = [part.split("=")[0].strip() for part in match[1].split(",") if part.strip()]
            if len(names) > 1:
                others.update(zip(names, names[1:] + names[:1]))
    return others


def _places(source):
    for first, last in [(f.first, f.last) for f in source.functions] + source.tables:
        for i in range(first + 1, last):
            yield i, source.tokens[i]


def _is_declared_size(source, i):
    """A buffer that is larger than its contents need is no fault, and nobody sees a smaller one but by its use."""
    before = source.tokens[i - 3]
    return source.is_sign(i - 1, "[") and source.is_sign(i + 1, "]") and before.kind == "word" and \
        before.text != "return"


def _numbers(source, _):
    for i, token in _places(source):
        is_place = token.kind == "number" and not _is_declared_size(source, i)
        match = _INTEGER.fullmatch(token.text) if is_place else None
        if match:
            value = int(match[1], 0 if match[1][:2] in ("0x", "0X") else 8 if match[1][0] == "0" else 10)
            for other in (value + 1, value - 1):
                if other >= 0:
                    yield token.start, token.end, f"{other}{match[2]}"


def _characters(source, _):
    for _, token in _places(source):
        if token.kind == "character" and len(token.text) == 3:
            yield token.start, token.end, f"'{_next(token.text[1])}'"


def _next(character):
    other = chr(ord(character) + 1)
    return "!" if other in "\\'\"" or not other.isprintable() or not other.isascii() else other


def _words(source, _):
    """Names and marks of a protocol: text without blanks. Sentences for people are no behavior."""
    for _, token in _places(source):
        inside = token.text[1:-1]
        if token.kind == "string" and inside and not re.search(r"[ \\%]", inside):
            middle = len(inside) // 2
            yield (token.start, token.end,
                   f'"{inside[:middle]}{_next(inside[middle])}{inside[middle + 1:]}"')


def _constants(source, enumerators):
    for i, token in _places(source):
        if token.kind == "word" and token.text in enumerators and not source.is_sign(i + 1, "("):
            yield token.start, token.end, enumerators[token.text]


OPERATORS = {"number": _numbers, "character": _characters, "string": _words, "constant": _constants}
