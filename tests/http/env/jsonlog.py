# SPDX-License-Identifier: Apache-2.0
"""Reading OktaLogFormat json, as a shipper of logs does: httpd's prefix is cut off, the rest is one object."""

import json
import re
from urllib.parse import unquote

_PREFIX = re.compile(r'^(?:\[[^\]]*\] )*(?:[\w./]+\.c\(\d+\): )?(?:\[[^\]]*\] )*(?=\{"@timestamp")')
OURS = '"event.module":"auth_okta"'


def _no_duplicates(pairs):
    assert len({name for name, _ in pairs}) == len(pairs), pairs
    return dict(pairs)


def parse(line):
    """The object of one line. Everything behind httpd's prefix has to be it, and no name comes twice."""
    body = line[_PREFIX.match(line).end():]
    assert re.fullmatch(r"[\x20-\x5b\x5d-\x7e]+", body), body
    return json.loads(body, object_pairs_hook=_no_duplicates)


def entries(server, mark=0, action=None):
    """Those of the module, of one event id or all."""
    found = [parse(line) for line in server.error_log.since(mark) if OURS in line]
    return [one for one in found if action is None or one["event.action"] == action]


def decoded(value):
    return unquote(value, errors="surrogateescape")
