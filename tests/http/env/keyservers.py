# SPDX-License-Identifier: Apache-2.0
"""Servers as the tests of the key handling want them, and what they look at in them."""

import re

from env import answers
from env.mint import b64url
from env.snippets import location, trusts

# Kids that no issuer has need no signature that is worth its time.
_NO_SIGNATURE = b64url(bytes(range(256)))


def fleet(mpm, requests=96):
    """Options of launch for several processes that can hold that many requests at a time."""
    if mpm == "prefork":
        return {"processes": max(requests, 3), "threads": 1}
    return {"processes": 4, "threads": max(requests // 4, 2)}


def api(issuer, *settings, path="/whoami"):
    return trusts(issuer, *settings) + location(path)


def unknown_kids(issuer, count, prefix="nobody"):
    """Tokens of the issuer with as many kids that it does not have."""
    mint = issuer.mint
    payload = mint.token().split(".")[1]
    return [f'{b64url(f"""{{"alg":"RS256","kid":"{prefix}-{i}"}}""")}.{payload}.{_NO_SIGNATURE}'
            for i in range(count)]


def cut_off(issuer):
    """Nothing comes from the issuer any more, not on connections that are open either."""
    issuer.script("all", answers.dropped())
    issuer.refuse()


def restore(issuer):
    issuer.honest()
    issuer.resume()


def key_lines(server, issuer, mark=0):
    """The log lines on changes of an issuer's state: (phase, line)."""
    found = []
    for line in server.error_log.matching(rf'OKTA-KEYS: issuer "{re.escape(issuer.url)}" \w+[:;]', mark):
        found.append((re.search(r'" (\w+)[:;]', line)[1], line))
    return found


def phases(server, issuer, mark=0):
    return [phase for phase, _ in key_lines(server, issuer, mark)]


def fetch_lines(server, mark=0):
    """Debug lines about fetches that ended: (pid, line)."""
    lines = server.error_log.matching(
        r"OKTA-KEYS.*(: keys from http|: the same keys from http|: try \d+ failed)", mark)
    return [(int(re.search(r"\[pid (\d+)", line)[1]), line) for line in lines]


def refresher(server):
    """The pid that fetched last."""
    lines = fetch_lines(server)
    return lines[-1][0] if lines else None
