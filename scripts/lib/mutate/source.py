# SPDX-License-Identifier: Apache-2.0
"""A C source as tokens: which brackets belong together, and which function a place is in."""

import bisect
import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)
    |(?P<directive>^[ \t]*\#(?:\\\n|/\*.*?\*/|[^\n])*)
    |(?P<string>"(?:\\.|[^"\\\n])*")
    |(?P<character>'(?:\\.|[^'\\\n])*')
    |(?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<sign><<=|>>=|\.\.\.|->|\+\+|--|&&|\|\||[<>=!+\-*/%&|^]=|<<|>>|[^\s\w])""",
    re.S | re.M | re.X)
_OPEN = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Function:
    name: str
    type: tuple  # the words and signs before the name
    first: int  # tokens: its opening brace
    last: int  # and its closing one


def tokens_of(text):
    """Without comments and preprocessor lines."""
    return [Token(m.lastgroup, m[0], m.start(), m.end()) for m in _TOKEN.finditer(text)
            if m.lastgroup not in ("comment", "directive")]


class Source:
    def __init__(self, name, text):
        self.name, self.text = name, text
        self.tokens = tokens_of(text)
        self.pairs = self._pairs()
        self.functions = list(self._functions())
        self.tables = list(self._tables())
        self._line_starts = [0] + [m.end() for m in re.finditer("\n", text)]

    def _pairs(self):
        """Index of each bracket -> index of its partner."""
        pairs, open_ones = {}, []
        for i, token in enumerate(self.tokens):
            if token.kind != "sign":
                continue
            if token.text in _OPEN:
                open_ones.append(i)
            elif token.text in _OPEN.values():
                partner = open_ones.pop()
                pairs[partner], pairs[i] = i, partner
        return pairs

    def _functions(self):
        i = start = 0
        while i < len(self.tokens):
            if self.is_sign(i, "{"):
                if self.is_sign(i - 1, ")"):
                    name = self.pairs[i - 1] - 1
                    words = tuple(t.text for t in self.tokens[start:name])
                    yield Function(self.tokens[name].text, words, i, self.pairs[i])
                    start = self.pairs[i] + 1
                i = self.pairs[i]
            elif self.is_sign(i, ";"):
                start = i + 1
            i += 1

    def _tables(self):
        """(first, last) tokens of each initializer outside functions."""
        ends = {f.first: f.last for f in self.functions}
        i = 0
        while i < len(self.tokens):
            if i in ends:
                i = ends[i]
            elif self.is_sign(i, "=") and self.is_sign(i + 1, "{"):
                yield i + 1, self.pairs[i + 1]
                i = self.pairs[i + 1]
            i += 1

    def is_sign(self, index, *signs):
        return 0 <= index < len(self.tokens) and self.tokens[index].kind == "sign" and \
            self.tokens[index].text in signs

    def text_of(self, first, last):
        """The text from one token to another, both included."""
        return self.text[self.tokens[first].start:self.tokens[last].end]

    def is_binary(self, index):
        """clang-format sets blanks at both sides of a binary sign, and not of a unary one."""
        token = self.tokens[index]
        return self.text[token.start - 1].isspace() and self.text[token.end].isspace()

    def line_of(self, offset):
        return bisect.bisect_right(self._line_starts, offset)

    def function_at(self, offset):
        """Its name, or "" in a table."""
        for function in self.functions:
            if self.tokens[function.first].start <= offset <= self.tokens[function.last].end:
                return function.name
        return ""

    def lines_around(self, start, end):
        """Offsets of the whole lines that a place lies in."""
        first = self.text.rfind("\n", 0, start) + 1
        last = self.text.find("\n", end)
        return first, len(self.text) if last < 0 else last
