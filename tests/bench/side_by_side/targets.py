# SPDX-License-Identifier: Apache-2.0
"""What is asked for, held against the figures of one run."""

from . import rounds


def httpd(samples, bares):
    """[(what, measured, limit)] from the rounds."""
    none = [sample.us for sample in samples["none"]]
    with_bare = [a + v for a, v in zip(none, bares)]
    return [
        ("one token / no auth", rounds.ratio(samples["hot"], none), 1.10),
        ("20,000 tokens / (no auth + V)", rounds.ratio(samples["cold"], with_bare), 1.35),
        ("20,000 tokens, cache on / off", rounds.ratio(samples["cold"], samples["cold-uncached"]), 1.03),
        ("20,000 badly signed / (no auth + V)", rounds.ratio(samples["bad"], with_bare), 1.10),
        ("one badly signed / no auth", rounds.ratio(samples["bad-one"], none), 1.15),
    ]


def instructions(kir):
    return [("one token, kIr over no auth", kir["hot"] - kir["none"], 45),
            ("20,000 tokens, kIr over no auth", kir["cold"] - kir["none"], 480)]


def verify(rows):
    found = []
    for row in rows:
        bare_us = row["bare_ns"] / 1000
        if row["algorithm"] == "RS256" and row["bits"] == 2048:
            found.append(("okta_verify / bare, RS256", row["ratio"], 1.6))
        elif bare_us > 40:
            found.append((f"okta_verify / bare, {row['algorithm']}-{row['bits']}", row["ratio"], 1.15))
    return found


def dpop(figures):
    return [(f"a {row['algorithm']} proof over Bearer / bare verification", row["ratio"], 1.15)
            for row in figures["requests"]]


def memory(figures):
    return [("PSS over no auth, cache empty, MB", (figures["okta_kb"] - figures["none_kb"]) / 1024, 2),
            ("memory of an entry / its token", figures["entry_bytes"] / figures["token_bytes"], 3)]


def processes(figures):
    found = []
    for shape in figures["shapes"]:
        name, tokens = shape["name"], f"{shape['tokens']:,} tokens in turn"
        grown = (shape["memory_after_kb"] - shape["memory_before_kb"]) / 1024
        found += [(f"{tokens} / one token: {name}", shape["ratio"], 1.10),
                  (f"signatures verified / tokens: {name}", shape["verified"] / shape["tokens"], 1.02),
                  (f"memory grown, MB: {name}", grown, round(shape["table_kb"] / 1024 + 0.2 * shape["processes"], 1))]
    return found


def growth(figures):
    found = []
    for subject in ("issuers", "keys", "cache entries"):
        for path in ("hot", "cold"):
            values = [us for name, us in figures[subject].items() if name.startswith(path)]
            found.append((f"{path}: dearest / cheapest over {subject}", max(values) / min(values), 1.10))
    mpm = figures["MPM"]
    for path in ("hot", "cold"):
        base = mpm[f"{path} event"] / mpm["none event"]
        for other in ("worker", "prefork"):
            ratio = mpm[f"{path} {other}"] / mpm[f"none {other}"] / base
            found.append((f"{path} / no auth: {other} / event", ratio, 1.15))
    return found


def revocations(kir):
    return [(f"one token, {int(lines):,} revocations / none", value / kir["0"], 1.02)
            for lines, value in kir.items() if lines not in ("none", "0")]


def _kir(figures):
    return {row["name"]: row["kir"] for row in figures["cases"]}


def encrypted(figures):
    kir = _kir(figures)
    bare = "(a bare private-key operation + V)"
    return [(f"new encrypted tokens, kIr over no auth / {bare}",
             (kir["encrypted-cold"] - kir["none"]) / figures["bare_kir"], 1.15),
            (f"new encrypted tokens, CPU over no auth / {bare}", figures["cold_us_ratio"], 1.15),
            ("one encrypted token / a signed one of that length, kIr", kir["encrypted-hot"] / kir["signed-hot"], 1.02),
            ("one encrypted token / a signed one of that length, CPU", figures["hot_us_ratio"], 1.10)]


def introspected(figures):
    kir = _kir(figures)
    names = {"beside": "one token where opaque ones are asked about", "opaque": "one opaque token",
             "always": "one token with `always`"}
    return [row for name, label in names.items() for row in (
        (f"{label} / nobody is asked, kIr", kir[name] / kir["bearer"], 1.05),
        (f"{label} / nobody is asked, CPU", figures["us_ratios"][name], 1.10))]
