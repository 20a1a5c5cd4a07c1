# SPDX-License-Identifier: Apache-2.0
"""Bound tokens with proofs, beside Bearer tokens: each proof is used once, so every round has its own."""

import statistics
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from . import cases as all_cases
from .load import measure
from .server import Server
from .tokens import ISSUER

COUNT = 20000
ALGORITHMS = ("ES256", "RS256")


@dataclass(frozen=True)
class _Keys:
    """What a server with bound tokens trusts."""

    folder: Path
    issuer: str = ISSUER

    @property
    def jwks(self):
        return self.folder / "jwks.json"


def _mint(program, folder, count, algorithm, port):
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([program, "mint-proofs", folder, str(count), algorithm, f"http://127.0.0.1:{port}/index.html",
                    ISSUER], check=True)
    return folder / "proofs"


def requests(bench, say):
    """Microseconds of CPU over the Bearer hot path, in bare verifications of the proof's algorithm."""
    count = COUNT // 4 if bench.quick else COUNT
    tokens = bench.mint.tokens()
    hot = all_cases.Case("hot", "okta", tokens.first("good"))
    bare = {row["algorithm"]: row["bare_ns"] / 1000 for row in bench.proofs()["algorithms"]}
    rows = []
    for algorithm in ALGORITHMS:
        # room for all, and not much more: the first use of each page of the memory costs more than a proof
        extra, samples = f"OktaDPoPWindow 10m\nOktaReplayEntries {max(1024, count * 2)}", []
        for number in range(bench.rounds):
            with ExitStack() as stack:
                bearer = stack.enter_context(Server(all_cases.okta(bench.module, tokens)))
                keys = _Keys(bench.out / f"proofs-{algorithm}")
                _mint(bench.program, keys.folder, 1, algorithm, 1)
                server = Server(all_cases.okta(bench.module, keys, extra=extra))
                # the key of the tokens is new with each minting, and the port has to be known for it
                server.port_first(lambda port, k=keys, a=algorithm: _mint(bench.program, k.folder, count, a, port))
                bound = stack.enter_context(server)
                case = all_cases.Case(algorithm, "okta", keys.folder / "proofs")
                samples.append((measure(hot, bearer, bench.seconds).us, measure(case, bound, 0, once=True).us))
            say(f"round {number + 1}/{bench.rounds}  {algorithm}: {samples[-1][1]:.1f} us, Bearer {samples[-1][0]:.1f} us")
        over = statistics.median(us - hot_us for hot_us, us in samples)
        rows.append({"algorithm": algorithm, "us": statistics.median(us for _, us in samples),
                     "bearer_us": statistics.median(us for us, _ in samples), "over_us": over,
                     "bare_us": bare[algorithm], "ratio": over / bare[algorithm]})
    return rows
