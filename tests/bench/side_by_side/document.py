# SPDX-License-Identifier: Apache-2.0
"""The figures, as tables for the terminal and for docs/performance.md."""

import re

from . import processes, targets

_BEGIN = "<!-- figures: scripts/bench --document writes from here -->"
_END = "<!-- to here -->"


def _table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def _machine(figures):
    m = figures["machine"]
    lines = [f"{m['cpu']}, {m['cores']} cores, {m['memory_mb']} MB; {m['system']}, kernel {m['kernel']}; httpd "
             f"{m['httpd']}, {m['openssl']}, mod_auth_openidc {m['mod_auth_openidc']}; {m['date']}."]
    noises = [figures[stage]["disturbed"] for stage in ("encrypted", "introspected", "httpd") if stage in figures]
    noise = [sum(numbers) for numbers in zip(*noises)]
    loud = [stage for stage, quiet in figures.get("quiet", {}).items() if not quiet]
    if loud or (noise and noise[0]):
        lines.append("\n**The machine was not at rest** (" + "; ".join(
            [f"before: {', '.join(loud)}"] * bool(loud)
            + ([f"during {noise[0]} of {noise[1]} measurements of requests"] if noise and noise[0] else []))
            + "). Instruction counts do not suffer from that, times do: take these for rough ones.")
    return "\n".join(lines)


def _httpd(figures):
    kir = figures.get("instructions", {})
    rows = []
    for row in figures["httpd"]["cases"]:
        count = kir.get(row["name"])
        rows.append((row["label"], f"{row['us']:.1f}", f"{row['over_none']:.2f}", f"{row['spread']:.0%}",
                     f"{row['per_second']:.0f}", f"{row['p99_us'] / 1000:.1f}",
                     f"{count:.1f}" if count else ""))
    head = ("", "CPU us", "/ no auth", "spread ±", "requests/s", "p99 ms", "kIr")
    return _table(head, rows) + f"\n\nV, one bare RS256 verification in the same rounds: {figures['httpd']['bare_us']:.1f} us."


def _instructions(figures):
    kir = figures["instructions"]
    none = kir["none"]
    return _table(("", "kIr", "over no auth"),
                  [(name, f"{value:.1f}", f"{value - none:.1f}") for name, value in kir.items()])


def _revocations(figures):
    kir = figures["revocations"]
    return _table(("lines", "kIr", "over no list"),
                  [("no list" if lines == "none" else f"{int(lines):,}", f"{value:.1f}",
                    f"{value / kir['none'] - 1:.1%}") for lines, value in kir.items()])


def _asked_rows(figures):
    return _table(("", "CPU us", "/ no auth", "spread ±", "kIr"),
                  [(row["label"], f"{row['us']:.1f}", f"{row['over_none']:.2f}", f"{row['spread']:.0%}",
                    f"{row['kir']:.1f}") for row in figures["cases"]])


def _encrypted(figures):
    f = figures["encrypted"]
    sizes = _table(("bits", "opened and verified, us", "bare private-key operation, us", "V, us", "ratio"),
                   [(row["bits"], *(f"{row[name] / 1000:.1f}" for name in ("okta_ns", "private_ns", "verify_ns")),
                     f"{row['ratio']:.2f}") for row in f["sizes"]])
    return (f"{_asked_rows(f)}\n\nEncrypted tokens have {f['bytes']:,} bytes, the signed one {f['signed_bytes']:,}. One bare "
            f"private-key operation (RSA-OAEP-256, 2048 bits) and V: {f['bare_us']:.1f} us, {f['bare_kir']:.1f} kIr.\n\n{sizes}")


def _introspected(figures):
    f = figures["introspected"]
    return f"{_asked_rows(f)}\n\nAll tokens have {f['bytes']:,} bytes and say the same."


def _breakdown(figures):
    rows = [(label, f"{hot:.1f}" if hot else "", f"{cold:.1f}" if cold else "")
            for label, hot, cold in figures["breakdown"]]
    return _table(("thousands of instructions", "one token", "20,000 tokens"), rows)


def _verify(figures):
    return _table(("algorithm", "bits", "okta_verify + policy, us", "bare, us", "ratio", "verdicts/s"),
                  [(r["algorithm"], r["bits"], f"{r['okta_ns'] / 1000:.1f}", f"{r['bare_ns'] / 1000:.1f}",
                    f"{r['ratio']:.2f}", r["per_second"]) for r in figures["verify"]])


def _parts(figures):
    return _table(("part", "ns"), [(row["part"], row["ns"]) for row in figures["parts"]])


def _dpop(figures):
    d = figures["dpop"]
    proofs = _table(("proof", "bits", "its key known, us", "new, us", "bare, us", "known / bare"),
                    [(r["algorithm"], r["bits"], f"{r['known_ns'] / 1000:.1f}", f"{r['new_ns'] / 1000:.1f}",
                      f"{r['bare_ns'] / 1000:.1f}", f"{r['ratio']:.2f}") for r in d["algorithms"]])
    requests = _table(("request", "CPU us", "Bearer, us", "over Bearer, us", "in bare verifications"),
                      [(f"one bound token, {r['algorithm']} proofs", f"{r['us']:.1f}", f"{r['bearer_us']:.1f}",
                        f"{r['over_us']:.1f}", f"{r['ratio']:.2f}") for r in d["requests"]])
    memory = _table(("memory of proofs", "ns"), [(name, f"{ns:.0f}") for name, ns in d["replay_ns"].items()])
    return "\n\n".join((proofs, requests, memory))


def _memory(figures):
    m = figures["memory"]
    return _table(("", "kB"), [("PSS of a child, no auth", m["none_kb"]), ("ours, cache empty", m["okta_kb"]),
                               (f"ours, {m['entries']} tokens of {m['token_bytes']} bytes kept", m["full_kb"]),
                               ("mod_auth_openidc, after the same load", m["openidc_kb"]),
                               ("one entry, bytes", m["entry_bytes"])])


def _growth(figures):
    rows = []
    for values in figures["growth"].values():
        names = dict.fromkeys(name.partition(" ")[2] for name in values)
        rows += [(name, *(f"{values[k]:.1f}" if (k := f"{path} {name}") in values else ""
                          for path in ("none", "hot", "cold"))) for name in names]
    return _table(("CPU us", "no auth", "one token", "20,000 tokens"), rows)


def _shapes(rows, label=""):
    return [(row["name"] + label, f"{row['none_us']:.1f}", f"{row['one_us']:.1f}", f"{row['turn_us']:.1f}",
             f"{row['ratio']:.2f}", f"{row['spread']:.0%}", f"{row['requests']:,}", f"{row['verified']:,}",
             f"{row['memory_before_kb'] / 1024:.1f}", f"{row['memory_after_kb'] / 1024:.1f}") for row in rows]


def _windows(rows):
    return [(f"{row['from']:,} to {row['to']:,}",
             f"{row['none_us']:.1f}", f"{row['one_us']:.1f}", f"{row['turn_us']:.1f}",
             f"{row['turn_us'] / row['one_us']:.2f}", f"{row['verified']:,}", f"{row['memory_kb'] / 1024:.1f}")
            for row in rows]


def _processes(figures):
    f, own = figures["processes"], processes.a_cache_each()
    names = {row["name"] for row in f["shapes"]}
    costs = ("no auth, us", "one token, us", "in turn, us", "in turn / one")
    shapes = _table(("", *costs, "spread ±", "requests", "verified", "MB before", "MB after"),
                    _shapes(f["shapes"])
                    + _shapes((row for row in own["shapes"] if row["name"] in names), ", a cache each"))
    most = max(f["shapes"], key=lambda row: row["processes"])
    windows = _table((f"{most['name']}, requests", *costs, "verified", "MB"), _windows(most["windows"]))
    kept = f["sizes"][0]["kept"]
    sizes = _table(("bytes of a token", "`OktaTokenCache`", "bytes kept for it",
                    *(f"found again of {k['tokens']:,}" for k in kept)),
                   [(row["token_bytes"], row["entries"], row["entry_bytes"],
                     *(f"{k['found_again']:.0%}" for k in row["kept"])) for row in f["sizes"]])
    return (f"![Cost and memory over processes](processes.svg)\n\n{shapes}\n\n"
            f"*A cache each*: commit {own['commit']}, where each process remembered for itself.\n\n{windows}\n\n"
            f"{sizes}")


def verdicts(figures):
    """[(what, measured, limit)] for all that was measured."""
    found = []
    if "instructions" in figures:
        found += targets.instructions(figures["instructions"])
    if "httpd" in figures:
        found += [tuple(row) for row in figures["httpd"]["targets"]]
    for name, judge in (("verify", targets.verify), ("dpop", targets.dpop), ("memory", targets.memory),
                        ("growth", targets.growth), ("revocations", targets.revocations),
                        ("encrypted", targets.encrypted), ("introspected", targets.introspected),
                        ("processes", targets.processes)):
        if name in figures:
            found += judge(figures[name])
    return found


def _targets(figures):
    return _table(("target", "measured", "limit", ""),
                  [(what, f"{value:.2f}", limit, "" if value <= limit else "missed")
                   for what, value, limit in verdicts(figures)])


_SECTIONS = (("httpd", "Requests", _httpd), ("instructions", "Instructions of a request", _instructions),
             ("breakdown", "Where they go", _breakdown),
             ("revocations", "Revocations", _revocations), ("encrypted", "Encrypted tokens", _encrypted),
             ("introspected", "Tokens that the issuer was asked about", _introspected), ("verify", "Algorithms", _verify),
             ("parts", "Parts of a verdict", _parts), ("dpop", "Bound tokens", _dpop), ("memory", "Memory", _memory),
             ("growth", "Growth", _growth), ("processes", "Many processes", _processes))


def render(figures):
    parts = [_machine(figures)]
    if "httpd" in figures:
        parts.append("![CPU time of a request](performance.svg)")
    parts += [f"### {title}\n\n{make(figures)}" for name, title, make in _SECTIONS if name in figures]
    parts.append(f"### Targets\n\n{_targets(figures)}")
    return "\n\n".join(parts)


def write(path, figures):
    text = path.read_text()
    pattern = re.compile(re.escape(_BEGIN) + ".*?" + re.escape(_END), re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"{path} has lost the lines between which the figures go:\n{_BEGIN}\n{_END}")
    body = f"{_BEGIN}\n\n{render(figures)}\n\n{_END}"
    path.write_text(pattern.sub(lambda _: body, text))
