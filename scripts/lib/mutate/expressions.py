# SPDX-License-Identifier: Apache-2.0
"""Faults in expressions. Each operator: (source, enumerators) -> (start, end, replacement) of its places."""

_SIGNS = {
    "comparison": {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="},
    "and-or": {"&&": "||", "||": "&&"},
    "arithmetic": {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "+=": "-=", "-=": "+="},
    "bits": {"&": "|", "|": "&", "^": "|", "<<": ">>", ">>": "<<", "&=": "|=", "|=": "&="},
}
_KEYWORDS = {"if", "while", "for", "switch", "return", "sizeof", "_Static_assert", "_Alignof"}


# It is all the same to them, mostly to "== 0" behind them, which of the first two comes first.
_SYMMETRIC = {"strcmp", "strncmp", "strcasecmp", "strncasecmp", "memcmp", "CRYPTO_memcmp"}


def _in_functions(source):
    for function in source.functions:
        for i in range(function.first + 1, function.last):
            yield i, source.tokens[i]


def _signs(kind):
    def find(source, _):
        for i, token in _in_functions(source):
            if token.kind == "sign" and token.text in _SIGNS[kind] and source.is_binary(i):
                yield token.start, token.end, _SIGNS[kind][token.text]
    return find


def _steps(source, _):
    """++ for --; not in the head of a loop, where it is a hang at once."""
    heads = [(i + 1, source.pairs[i + 1]) for i, token in _in_functions(source) if token.text == "for"]
    for i, token in _in_functions(source):
        if token.text in ("++", "--") and not any(first < i < last for first, last in heads):
            yield token.start, token.end, {"++": "--", "--": "++"}[token.text]


def _negations(source, _):
    for i, token in _in_functions(source):
        if token.text in ("if", "while") and source.is_sign(i + 1, "("):
            inside = source.text_of(i + 2, source.pairs[i + 1] - 1)
            yield source.tokens[i + 2].start, source.tokens[source.pairs[i + 1] - 1].end, f"!({inside})"
        elif token.kind == "sign" and token.text == "!":
            yield token.start, token.end, ""


def _branch_end(source, i):
    """Index of the last token of the branch after a ?: that begins at i."""
    while not source.is_sign(i, ",", ";", ")", "}", "]", ":"):
        i = source.pairs.get(i, i) + 1
    return i - 1


def _choices(source, _):
    for i, token in _in_functions(source):
        if token.text != "?" or token.kind != "sign":
            continue
        colon, open_ones = i + 1, 0
        while not source.is_sign(colon, ":") or open_ones:
            open_ones += source.is_sign(colon, "?") - source.is_sign(colon, ":")
            colon = source.pairs.get(colon, colon) + 1
        last = _branch_end(source, colon + 1)
        yes, no = source.text_of(i + 1, colon - 1), source.text_of(colon + 1, last)
        yield source.tokens[i + 1].start, source.tokens[last].end, f"{no} : {yes}"


def _arguments(source, name):
    """(first, last) tokens of each argument of the call whose name is at that index."""
    closing = source.pairs[name + 1]
    first = i = name + 2
    while i < closing:
        if source.is_sign(i, ","):
            yield first, i - 1
            first = i + 1
        i = source.pairs.get(i, i) + 1
    if first < closing:
        yield first, closing - 1


def _swaps(source, _):
    for i, token in _in_functions(source):
        if token.kind != "word" or token.text in _KEYWORDS or not source.is_sign(i + 1, "("):
            continue
        arguments = list(_arguments(source, i))[1 if token.text in _SYMMETRIC else 0:]
        for (a, b), (c, d) in zip(arguments, arguments[1:]):
            first, second = source.text_of(a, b), source.text_of(c, d)
            yield source.tokens[a].start, source.tokens[d].end, f"{second}, {first}"


def _operand_end(source, i):
    """Index of the last token of sizeof's operand that begins at i."""
    while source.is_sign(i, "*", "&"):
        i += 1
    i = source.pairs.get(i, i)
    while source.is_sign(i + 1, "[", ".", "->"):
        i = source.pairs[i + 1] if source.is_sign(i + 1, "[") else i + 2
    return i


def _lengths(source, _):
    for i, token in _in_functions(source):
        if token.text == "sizeof":
            last = _operand_end(source, i + 1)
        elif token.text == "strlen" and source.is_sign(i + 1, "("):
            last = source.pairs[i + 1]
        else:
            continue
        start, end = token.start, source.tokens[last].end
        for sign in "+-":
            yield start, end, f"({source.text[start:end]} {sign} 1)"


OPERATORS = {
    **{kind: _signs(kind) for kind in _SIGNS},
    "step": _steps,
    "negation": _negations,
    "choice": _choices,
    "arguments": _swaps,
    "length": _lengths,
}
