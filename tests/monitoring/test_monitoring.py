# SPDX-License-Identifier: Apache-2.0
"""docs/monitoring against a real Prometheus and a real httpd."""

import json
import re

from conftest import MINUTE, MONITORING
from env import places
from env.status import metrics_of
from prometheus import promtool
from shorten import shorten

RULES = (MONITORING / "alerts.yml").read_text()
NAMES = set(re.findall(r"^ +- alert: (\w+)$", RULES, re.M))
DASHBOARD = json.loads((MONITORING / "dashboard.json").read_text())


def test_rules_are_clean(tmp_path):
    code, said = promtool("check", "rules", MONITORING / "alerts.yml")
    assert code == 0 and f"{len(NAMES)} rules found" in said, said
    (tmp_path / "alerts.yml").write_text(shorten(RULES, 1))
    code, said = promtool("check", "rules", tmp_path / "alerts.yml")
    assert code == 0, said


def test_the_scrape_configuration_is_clean():
    code, said = promtool("check", "config", MONITORING / "prometheus.yml")
    assert code == 0, said


def test_metrics_are_clean(server):
    text = server.get("/okta-status?prometheus").body.decode()
    assert promtool("check", "metrics", text=text) == (0, "")


def test_shortening_changes_durations_only():
    short = shorten(RULES, 60)
    back = re.sub(r"(for: |\[)(\d+)s", lambda match: f"{match[1]}{int(match[2]) // 60}m", short)
    assert back == RULES
    assert "for: 900s" in short and "[300s]" in short and "for: 15m" not in short


def test_prometheus_takes_openmetrics_and_the_rules(prometheus, story):
    assert prometheus.target() == ("up", "")
    rules = [one for group in prometheus.ask("rules")["groups"] for one in group["rules"]]
    assert {one["name"] for one in rules} == NAMES
    assert [one["lastError"] for one in rules if one.get("lastError")] == []


def test_nothing_fires_while_all_is_well(story):
    assert story.calm == set()


def test_every_alert_fires(story):
    assert story.fired == NAMES


def test_every_alert_clears(story):
    assert story.left == set()


def test_alerts_name_the_issuer_that_ails(story):
    of_issuers = {(name, issuer) for name, issuer in story.fired_for if issuer}
    assert of_issuers == {("OktaTokensCannotBeChecked", story.ailing.url), ("OktaKeysEndSoon", story.ailing.url),
                          ("OktaKeysNotRefreshed", story.ailing.url), ("OktaUnknownKeyIds", story.well.url)}


def test_no_counter_goes_back(story, server):
    """Over a rotation, an outage, three graceful restarts and a killed child."""
    _, types = metrics_of(server)
    expected = {name for name, kind in types.items() if kind == "counter"}
    expected |= {f"{name}_{part}" for name, kind in types.items() if kind == "histogram"
                 for part in ("bucket", "count", "sum")}
    assert set(story.counters) == expected
    seen = [(name, labels, resets, samples) for name, rows in story.counters.items()
            for labels, (resets, samples) in rows.items()]
    assert [row for row in seen if row[2] != 0] == []
    # they were looked at all the while
    assert min(samples for *_, samples in seen) > 30 * MINUTE


def test_every_query_of_the_dashboard_gives_data(story):
    assert [title for title, count in story.shown if count == 0] == []


def test_the_dashboard_is_whole():
    """What Grafana goes by; no two panels lie upon each other."""
    assert DASHBOARD["schemaVersion"] >= 36 and DASHBOARD["uid"] and "id" not in DASHBOARD
    variables = {one["name"] for one in DASHBOARD["templating"]["list"]}
    assert variables == {"datasource", "job", "instance", "issuer"}
    taken, ids = set(), set()
    for panel in DASHBOARD["panels"]:
        assert panel["title"] and panel["fieldConfig"]["defaults"]["unit"] and panel["targets"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken and place["x"] + place["w"] <= 24, panel["title"]
        taken |= cells
        ids.add(panel["id"])
        for target in panel["targets"]:
            assert set(re.findall(r"\$(\w+)", target["expr"])) <= {*variables, "__rate_interval"}
    assert len(ids) == len(DASHBOARD["panels"])


def test_metrics_that_are_named_exist():
    documented = set(re.findall(r"^\| `(mod_auth_okta_\w+)`", (places.REPO / "docs" / "metrics.md").read_text(), re.M))
    named = set(re.findall(r"mod_auth_okta_\w+", RULES + json.dumps(DASHBOARD["panels"])))
    assert {re.sub("_(bucket|sum|count)$", "", name) for name in named} <= documented


def test_each_alert_is_explained():
    page = (MONITORING / "README.md").read_text()
    rows = dict(re.findall(r"^\| `(Okta\w+)` \| (at once|\d+ min) \|", page, re.M))
    waits = {name: "at once" for name in NAMES}
    for name, rule in re.findall(r"- alert: (\w+)\n(.*?)(?=- alert|\Z)", RULES, re.S):
        if found := re.search(r"^ +for: (\d+)m$", rule, re.M):
            waits[name] = f"{found[1]} min"
        assert re.search(r"severity: (critical|warning)\n", rule) and "summary: " in rule and "description: " in rule
    assert rows == waits
