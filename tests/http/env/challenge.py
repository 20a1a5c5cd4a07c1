# SPDX-License-Identifier: Apache-2.0
"""Strict reading of WWW-Authenticate (RFC 9110 section 11.6.1, RFC 6750 section 3)."""

import re

_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
# RFC 6750 narrows the quoted strings of error, error_description and scope.
_QUOTED = r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"'
_SCHEME = re.compile(rf"({_TOKEN})(?: +|$)")
_PARAM = re.compile(rf"({_TOKEN})=(?:{_QUOTED}|({_TOKEN}))(?:, *|$)")


def parse(field):
    """One challenge as (scheme, {parameter: value}); anything that is not exactly one is an error."""
    scheme = _SCHEME.match(field)
    assert scheme, f"no scheme in {field!r}"
    position, params = scheme.end(), {}
    while position < len(field):
        param = _PARAM.match(field, position)
        assert param, f"unreadable challenge at {field[position:]!r}"
        name = param[1].lower()
        assert name not in params, f"{name} twice in {field!r}"
        value = param[2] if param[2] is not None else param[3]
        params[name] = re.sub(r"\\(.)", r"\1", value)
        position = param.end()
    return scheme[1], params
