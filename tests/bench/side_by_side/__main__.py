# SPDX-License-Identifier: Apache-2.0
"""python3 -m side_by_side: called by scripts/bench, which builds and installs first."""

import argparse
import json
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from . import callgrind, document, dpop, introspected, machine, plot, processes, revocations, rounds, targets
from . import cases as all_cases
from .encrypted import Encrypted
from .growth import Growth
from .load import measure
from .server import Server
from .tokens import Mint

REPO = Path(__file__).resolve().parents[3]
STAGES = ("verify", "parts", "instructions", "revocations", "encrypted", "introspected", "httpd", "dpop", "memory",
          "growth", "processes")

# Where a request's instructions go: (what, function), with what each calls.
_BREAKDOWN = (
    ("all", "clone"),
    ("httpd reads the request", "ap_read_request"),
    ("okta_check_authn", "okta_check_authn"),
    ("· find the token in the field", "okta_bearer_find"),
    ("· SHA-256 of the token (cache)", "okta_digest"),
    ("· okta_verify", "okta_verify"),
    ("·· split, base64url", "okta_jws_split"),
    ("·· header: JSON", "okta_jws_read_header"),
    ("·· payload: JSON", "check_payload"),
    ("·· signature", "okta_key_verify"),
    ("·· claims", "okta_claims_new"),
    ("· cache: remember", "okta_token_cache_accept"),
    ("· policy", "okta_policy_check"),
    ("claims to the environment", "okta_export_claims"),
    ("httpd sends the file", "ap_invoke_handler"),
)


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


class Bench:
    def __init__(self, options):
        self.quick = options.quick
        self.build = options.build
        self.module = options.build / "src/httpd/.libs/mod_auth_okta.so"
        self.program = options.build / "tests/bench/okta-bench"
        self.out = options.out
        self.mint = Mint(self.program, options.out / "tokens", say)
        self.rounds = 3 if options.quick else options.rounds
        self.seconds = 2 if options.quick else 6

    def _json(self, *arguments):
        done = subprocess.run(["taskset", "-c", str(machine.SERVER_CORE), self.program, *arguments], text=True,
                              capture_output=True, check=True)
        return json.loads(done.stdout)

    def verify(self):
        return self._json("verify", "0.3" if self.quick else "2")

    def parts(self):
        return self._json("parts", "0.3" if self.quick else "2")

    def instructions(self):
        tokens = self.mint.tokens()
        snippets, kir, profiles = all_cases.servers(self.module, tokens), {}, {}
        for case in all_cases.counted_cases(tokens):
            counted = callgrind.count(case, snippets[case.server], self.out)
            kir[case.name], profiles[case.name] = counted.kir, counted.profile
            say(f"{case.label:<40} {counted.kir:8.1f} kIr, {counted.kir - kir['none']:8.1f} over no auth")
        self.breakdown = self._breakdown(profiles)
        return kir

    def revocations(self):
        found = revocations.instructions(self.module, self.mint.tokens(), self.out, say)
        return {"none" if length is None else str(length): kir for length, kir in found.items()}

    def encrypted(self):
        return {"sizes": self._json("open", "0.3" if self.quick else "2"), **Encrypted(self, say).all()}

    def introspected(self):
        return introspected.all_(self, say)

    @staticmethod
    def _breakdown(profiles):
        hot, cold = (callgrind.inclusive(profiles[name]) for name in ("hot", "cold"))
        return [(label, hot.get(name), cold.get(name)) for label, name in _BREAKDOWN]

    def httpd(self):
        tokens = self.mint.tokens()
        cases = all_cases.cases(tokens)
        with ExitStack() as stack:
            servers = {name: stack.enter_context(Server(snippet))
                       for name, snippet in all_cases.servers(self.module, tokens).items()}
            samples, bares = rounds.run(cases, servers, self.rounds, self.seconds, say,
                                        lambda: rounds.bare_us(self.program))
        rows = [{"name": case.name, "label": case.label, "us": rounds.median(samples[case.name]),
                 "over_none": rounds.ratio(samples[case.name], samples["none"]),
                 "spread": rounds.spread(samples[case.name]),
                 "per_second": rounds.median(samples[case.name], "per_second"),
                 "p99_us": rounds.median(samples[case.name], "p99_us"),
                 "saturation": rounds.median(samples[case.name], "saturation"),
                 "rounds": [vars(sample) for sample in samples[case.name]]} for case in cases]
        return {"cases": rows, "bare_us": sorted(bares)[len(bares) // 2],
                "targets": targets.httpd(samples, bares), "disturbed": rounds.disturbed(samples)}

    def proofs(self):
        rows = self._json("proof", "0.3" if self.quick else "2")
        return {"algorithms": rows[:-1], **rows[-1]}

    def dpop(self):
        return {**self.proofs(), "requests": dpop.requests(self, say)}

    def memory(self):
        """A child like those of the other stages; and one by itself, so that all tokens end in one cache."""
        tokens = self.mint.tokens()
        entries = sum(1 for _ in open(tokens.good, "rb"))
        found = {"entries": entries, "token_bytes": tokens.good.stat().st_size // entries - 1}
        cold = all_cases.cases(tokens)[2]
        okta = all_cases.okta(self.module, tokens, cache=entries * 8)
        first = tokens.first("good")
        for name, snippet, token in (("none", all_cases.no_auth(), None), ("okta", okta, first),
                                     ("openidc", all_cases.openidc(tokens), first)):
            with Server(snippet) as server:
                # the threads' pools and what libraries set up belong to no cache
                measure(all_cases.Case("warm", "", token), server, 1)
                if name == "openidc":
                    measure(cold, server, 0, once=True)
                children = server.children()
                found[f"{name}_kb"] = sum(machine.pss_kb(child) for child in children) // len(children)
        with Server(okta, processes=1) as server:
            child = server.children()[0]
            measure(all_cases.Case("warm", "", first), server, 1)
            before = machine.pss_kb(child)
            measure(cold, server, 0, once=True)
            found["entry_bytes"] = (machine.pss_kb(child) - before) * 1024 // entries
        found["full_kb"] = found["okta_kb"] + found["entry_bytes"] * entries // 1024
        return found

    def processes(self):
        return processes.all_(self, say)

    def growth(self):
        return Growth(self.module, self.mint, self.rounds, self.seconds, say).all()


def _options():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--wait", type=float, default=0)
    parser.add_argument("--document", action="store_true")
    parser.add_argument("stages", nargs="*")
    options = parser.parse_args()
    unknown = set(options.stages) - set(STAGES)
    if unknown:
        parser.error(f"no stage {', '.join(sorted(unknown))}; there are: {', '.join(STAGES)}")
    return options


def _pictures(figures):
    found = {}
    if "httpd" in figures:
        rows = [(row["name"], row["label"], row["us"]) for row in figures["httpd"]["cases"]]
        found["performance.svg"] = plot.bars(rows, "CPU time of a request, all server processes", "us")
    if "processes" in figures:
        found["processes.svg"] = processes.picture(figures["processes"])
    return found


def main():
    options = _options()
    # so that servers end with us
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options.out.mkdir(parents=True, exist_ok=True)
    kept = options.out / "bench.json"
    # stages that are not run again keep the figures of the run before
    figures = json.loads(kept.read_text()) if options.stages and kept.is_file() else {}
    figures["machine"] = machine.describe()
    bench = Bench(options)
    for stage in options.stages or STAGES:
        say(f"== {stage}")
        if stage not in ("instructions", "revocations"):
            quiet = machine.wait_until_quiet(say, options.wait)
            figures.setdefault("quiet", {})[stage] = quiet
        figures[stage] = getattr(bench, stage)()
        if stage == "instructions":
            figures["breakdown"] = bench.breakdown
        kept.write_text(json.dumps(figures, indent=1))
    print("\n" + document.render(figures) + "\n")
    pictures = _pictures(figures)
    if options.document:
        document.write(REPO / "docs/performance.md", figures)
    for folder in [options.out] + [REPO / "docs"] * options.document:
        for name, picture in pictures.items():
            (folder / name).write_text(picture)
    missed = [what for what, value, limit in document.verdicts(figures) if value > limit]
    print(f"Figures: {kept}. Targets missed: {len(missed)}" + "".join(f"\n  {what}" for what in missed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
