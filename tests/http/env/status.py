# SPDX-License-Identifier: Apache-2.0
"""What the handler okta-status says, and a strict reader of the metrics among it."""

import re

STATUS = "/okta-status"
HANDLER = f"<Location {STATUS}>\n    SetHandler okta-status\n</Location>\n"
OPEN_METRICS = "application/openmetrics-text"

_LABEL = r'(\w+)="((?:[^"\\\n]|\\[\\"n])*)"'
_SAMPLE = re.compile(rf'([a-z_]+)(?:\{{((?:{_LABEL},?)*)\}})? (\S+)$')


def json_of(server):
    answer = server.get(STATUS + "?json")
    assert answer.status == 200 and answer.media_type == "application/json"
    return answer.json()


def page_of(server):
    answer = server.get(STATUS)
    assert answer.status == 200 and answer.media_type == "text/html"
    return answer.body.decode()


def verdicts(server):
    """{reason: count}, without those that never were."""
    return {reason: count for reason, count in json_of(server)["verdicts"].items() if count}


def issuer_of(server, issuer):
    [found] = [one for one in json_of(server)["issuers"] if one["issuer"] == issuer.url]
    return found


def read_metrics(text, open_metrics=False):
    """({(name, frozenset of labels): value}, {family: type}); every line has to be what the format allows."""
    lines = text.split("\n")
    assert lines.pop() == "", "the last line has no end"
    if open_metrics:
        assert lines.pop() == "# EOF"
    samples, types, helped = {}, {}, []
    for line in lines:
        if match := re.fullmatch(r"# HELP (\w+) (\S.*\.)", line):
            assert match[1] not in helped, line
            helped.append(match[1])
        elif match := re.fullmatch(r"# TYPE (\w+) (counter|gauge|histogram)", line):
            assert match[1] == helped[-1] and match[1] not in types, line
            types[match[1]] = match[2]
        else:
            match = _SAMPLE.fullmatch(line)
            assert match, line
            family = _family(match[1], types[helped[-1]], open_metrics)
            assert family == helped[-1], line
            key = match[1], frozenset((name, value) for name, value in re.findall(_LABEL, match[2] or ""))
            assert key not in samples, line
            samples[key] = float(match[5])
    return samples, types


def _family(name, kind, open_metrics):
    if kind == "histogram":
        return re.sub("_(bucket|sum|count)$", "", name)
    if kind == "counter":
        assert name.endswith("_total"), name
        return name.removesuffix("_total") if open_metrics else name
    assert not name.endswith("_total"), name
    return name


def metrics_of(server, open_metrics=False):
    answer = server.get(STATUS + "?prometheus", headers={"Accept": OPEN_METRICS} if open_metrics else {})
    assert answer.status == 200
    assert answer.media_type == (OPEN_METRICS if open_metrics else "text/plain")
    return read_metrics(answer.body.decode(), open_metrics)


def counters(server):
    """All that may only grow: samples of counters and histograms."""
    samples, types = metrics_of(server)
    growing = {family for family, kind in types.items() if kind != "gauge"}
    return {key: value for key, value in samples.items()
            if key[0] in growing or re.sub("_(bucket|sum|count)$", "", key[0]) in growing}
