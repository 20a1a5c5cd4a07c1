# SPDX-License-Identifier: Apache-2.0
"""Tables of routes: one location each, and what every kind of caller gets there."""

import re
from dataclasses import dataclass

import pytest

# httpd's own lines when a Require fails; it writes them at level error.
AUTHZ_NOISE = r"AH01629|AH01630|AH01631|AH01618|AH01617"


@dataclass(frozen=True)
class Call:
    """A caller and the verdict. `claims`: None is nobody, a dict is a token with these claims changed."""

    claims: object
    status: int
    scope: object = None  # of the challenge to nobody, or of a 403's
    error: object = None


def rows(table):
    """[(name, lines, calls)] -> parameters (path, call), one per call, with readable ids."""
    return [pytest.param(path_of(name), call, id=f"{name}-{i}")
            for name, _, calls in table for i, call in enumerate(calls)]


def path_of(name):
    return "/r/" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def locations(table, handler="okta-hello"):
    """A location for every row of the table."""
    text = ""
    names = [path_of(name) for name, _, _ in table]
    assert len(set(names)) == len(names), "two rows of one name"
    for name, lines, _ in table:
        body = "\n".join(f"    {line}" for line in lines)
        text += (f'<Location "{path_of(name)}">\n    AuthType Okta\n    AuthName "api"\n'
                 f"    SetHandler {handler}\n{body}\n</Location>\n")
    return text


def assert_verdict(answer, call):
    """The status, and a challenge exactly where one belongs."""
    assert answer.status == call.status, (answer.status, answer.headers, answer.body[:500])
    if call.status < 400:
        assert answer.all("WWW-Authenticate") == []
        return
    if call.status == 401 and call.claims is None:
        scope = {"scope": call.scope} if call.scope else {}
        assert answer.challenge() == ("Bearer", {"realm": "api", **scope})
    elif call.status == 403 and call.claims is not None:
        scheme, params = answer.challenge()
        assert (scheme, params.pop("realm"), params.pop("error")) == ("Bearer", "api",
                                                                     "insufficient_scope")
        assert params.pop("error_description")
        assert params == ({"scope": call.scope} if call.scope else {})
        assert answer.json()["error"] == "insufficient_scope"
    elif call.status == 401:
        assert answer.challenge()[1]["error"] == (call.error or "invalid_token")
