# SPDX-License-Identifier: Apache-2.0
"""docs/log.md lists each kind of line that the module writes while it serves; each has an id, and none goes past it."""

import re

from tree import SRC

HTTPD = SRC / "httpd"
ROW = re.compile(r'\[(OKTA_EVENT_\w+)\] = \{"(\w+)", APLOG_(\w+), (OKTA_TAG_\w+)\}')
LEVELS = {"ERR": "error", "WARNING": "warn", "NOTICE": "notice", "INFO": "info", "DEBUG": "debug"}
# What speaks while a configuration is judged or put in force, of the configuration.
AT_A_START = {"check_config.c", "counters.c", "decryption_keys.c", "dpop_memory.c", "initial_keys.c",
              "introspection_client.c", "introspection_memory.c", "issuer_counters.c", "judge.c",
              "refresher.c", "restart.c", "revocation_lists.c", "revocation_watch.c", "shared.c", "shared_cache.c",
              "shared_key.c", "statedir.c",
              "trust.c", "verdict_memory.c"}


def _table():
    return {name: (ident, LEVELS[level]) for name, ident, level, _ in ROW.findall((HTTPD / "event.c").read_text())}


def _page():
    """{id: (level, meaning, what to do)}"""
    text = (SRC.parent / "docs" / "log.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+?) \| (.+?) \|$", text, re.M)
    assert len(rows) == len({row[0] for row in rows})
    return {ident: (level, meaning, remedy) for ident, level, meaning, remedy in rows}


def test_the_table_has_each_event_once():
    names = re.findall(r"^    (OKTA_EVENT_\w+),?$", (HTTPD / "event.h").read_text(), re.M)
    table = _table()
    assert [*table] == [name for name in names if name != "OKTA_EVENT_COUNT"]
    assert len({ident for ident, _ in table.values()}) == len(table) > 20


def test_the_page_says_the_same():
    page = _page()
    assert {ident: level for ident, level in _table().values()} == {ident: row[0] for ident, row in page.items()}
    assert not [ident for ident, (_, meaning, remedy) in page.items() if len(meaning) < 15 or len(remedy) < 7]


def test_each_event_is_written_somewhere():
    sources = "".join(path.read_text() for path in HTTPD.glob("*.c") if path.name != "event.c")
    assert [name for name in _table() if not re.search(rf"\b{name}\b", sources)] == []


def test_nothing_is_written_past_the_table():
    direct = {path.name for path in HTTPD.glob("*.c") if re.search(r"\bap_log_\w*error\s*\(", path.read_text())}
    assert direct - {"event.c"} <= AT_A_START
    for name in AT_A_START:
        for call in re.findall(r"\bap_log_\w*error\s*\(APLOG_MARK,(.*?);", (HTTPD / name).read_text(), re.S):
            assert "rerror" not in call
    requests = [path.name for path in HTTPD.glob("*.c") if re.search(r"\bap_log_rerror\s*\(", path.read_text())]
    assert requests == ["event.c"]


def test_the_members_of_json_lines_are_listed():
    text = (SRC.parent / "docs" / "log.md").read_text()
    used = set()
    for path in HTTPD.glob("*.c"):
        used |= set(re.findall(r'"((?:okta|event|http|user|client|url|log|error|ecs)\.[\w.]+)"', path.read_text()))
    assert len(used) > 15
    assert {name for name in used if f"`{name}`" not in text} == set()
