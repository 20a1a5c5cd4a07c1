# SPDX-License-Identifier: Apache-2.0
"""Faults in statements. Each operator: (source, enumerators) -> (start, end, replacement) of its places."""

_ASSIGNS = {"=", "+=", "-=", "|=", "&=", "^=", "<<=", ">>=", "*=", "/=", "%=", "++", "--"}
_NO_EXPRESSIONS = {"if", "for", "while", "switch", "return", "else", "do", "case", "default", "goto", "break",
                   "continue", "typedef", "struct", "enum", "union", "const", "static", "_Static_assert"}


def _starts(source, function):
    """Indexes of the tokens that statements begin with."""
    tokens = source.tokens
    for i in range(function.first + 1, function.last):
        if source.is_sign(i, ";", "{", "}"):
            continue
        if source.is_sign(i - 1, ";", "{", "}") or tokens[i - 1].text in ("else", "do"):
            yield i
        elif source.is_sign(i - 1, ")"):
            if tokens[source.pairs[i - 1] - 1].text in ("if", "for", "while", "switch"):
                yield i
        elif source.is_sign(i - 1, ":") and (tokens[i - 3].text == "case" or tokens[i - 2].text == "default"):
            yield i


def _end(source, i):
    """Index of the semicolon that ends a statement; None: a bracket closes around it first."""
    while not source.is_sign(i, ";"):
        if source.is_sign(i, "}", ")", "]"):
            return None
        i = source.pairs.get(i, i) + 1
    return i


def _is_expression(source, i):
    token = source.tokens[i]
    if token.kind == "sign":
        return True
    return token.kind == "word" and token.text not in _NO_EXPRESSIONS and \
        source.is_sign(i + 1, "(", "[", ".", "->", *_ASSIGNS)


def _is_last_word(source, function, i):
    """Whether a return stands in the function's own block, under no condition."""
    in_a_block = any(first < i < source.pairs[first] for first in range(function.first + 1, i)
                     if source.is_sign(first, "{"))
    return not in_a_block and not source.is_sign(i - 1, ")") and source.tokens[i - 1].text != "else"


def _dropped(source, _):
    for function in source.functions:
        for i in _starts(source, function):
            token, end = source.tokens[i], _end(source, i)
            if end is None:
                continue
            early = token.text in ("return", "goto") and not _is_last_word(source, function, i)
            if token.text in ("break", "continue") or early or _is_expression(source, i):
                yield token.start, source.tokens[end].end, ";"


def _returned(source, _):
    """Another value: the opposite, NULL, or 0."""
    for function in source.functions:
        for i in range(function.first + 1, function.last):
            if source.tokens[i].text != "return" or source.is_sign(i + 1, ";"):
                continue
            end = _end(source, i)
            value = source.text_of(i + 1, end - 1)
            if "*" in function.type:
                other = "NULL"
            elif "bool" in function.type:
                other = {"true": "false", "false": "true"}.get(value, f"!({value})")
            else:
                other = "0"
            yield source.tokens[i + 1].start, source.tokens[end - 1].end, other


OPERATORS = {"dropped": _dropped, "returned": _returned}
