# SPDX-License-Identifier: Apache-2.0
"""Encrypted tokens: new ones beside the bare operations that they cannot do without, a known one beside a signed one
that is as long."""

import re
import subprocess
from contextlib import ExitStack

from . import callgrind, machine, rounds
from .cases import Case, no_auth, okta
from .server import Server

KEY = "decryption.pem"
# less than a round takes, so that what comes round again is new
_CACHE = 1024
_FEW, _MANY = 32, 96  # of the bare operations that callgrind counts


def _encrypted(program, tokens, say):
    """The file, made once for these tokens; the key that opens them is beside it."""
    if not (tokens.folder / KEY).is_file():
        say("encrypting the tokens")
        subprocess.run([program, "encrypt", tokens.folder], check=True)
    return tokens.folder / "encrypted"


def _bytes(path):
    with open(path, "rb") as file:
        return len(file.readline().rstrip())


class Encrypted:
    def __init__(self, bench, say):
        self._bench, self._say = bench, say
        self._tokens = bench.mint.tokens()
        encrypted = _encrypted(bench.program, self._tokens, say)
        first = self._tokens.first("encrypted")
        self.bytes = _bytes(first)
        # by a key of its own, as whatever is minted
        self._long = bench.mint.tokens(count=1, size=self._as_long())
        self._cases = [
            Case("none", "none", None, label="no auth"),
            Case("signed-hot", "long", self._long.good, label="one signed token of that length"),
            Case("encrypted-hot", "encrypted", first, label="one encrypted token"),
            Case("signed-cold", "encrypted", self._tokens.good, label="20,000 signed tokens"),
            Case("encrypted-cold", "encrypted", encrypted, label="20,000 encrypted tokens"),
        ]
        module = bench.module
        self._snippets = {
            "none": no_auth(),
            "long": okta(module, self._long, cache=_CACHE),
            "encrypted": okta(module, self._tokens, cache=_CACHE, extra=f"OktaDecryptionKey {KEY}"),
        }
        self._files = {KEY: (self._tokens.folder / KEY).read_text()}

    def _as_long(self):
        """The size to ask for, of a token as long as an encrypted one."""
        short = self._bench.mint.tokens(count=1, size=self.bytes)
        return 2 * self.bytes - _bytes(short.good)

    def instructions(self):
        found = {}
        for case in self._cases:
            counted = callgrind.count(case, self._snippets[case.server], self._bench.out, files=self._files)
            found[case.name] = counted.kir
            self._say(f"{case.label:<40} {counted.kir:8.1f} kIr")
        found["bare"] = self._bare_kir()
        self._say(f"{'bare operation and verification':<40} {found['bare']:8.1f} kIr")
        return found

    def _bare_kir(self):
        few, many = (self._bare_instructions(count) for count in (_FEW, _MANY))
        return (many - few) / (_MANY - _FEW) / 1000

    def _bare_instructions(self, count):
        """Of the operations alone: making the keys takes as long as chance will have it."""
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=bench_bare_open",
             self._bench.program, "count-open", str(count)], text=True, capture_output=True, check=True)
        return int(re.search(r"Collected : (\d+)", done.stderr)[1])

    def _bare_us(self):
        done = subprocess.run(["taskset", "-c", str(machine.SERVER_CORE), self._bench.program, "bare-open", "0.5"],
                              text=True, capture_output=True, check=True)
        return float(done.stdout) / 1000

    def all(self):
        kir = self.instructions()
        with ExitStack() as stack:
            servers = {name: stack.enter_context(Server(snippet, files=self._files))
                       for name, snippet in self._snippets.items()}
            samples, bares = rounds.run(self._cases, servers, self._bench.rounds, self._bench.seconds, self._say,
                                        self._bare_us)
        none = [sample.us for sample in samples["none"]]
        over = [cold.us - base for cold, base in zip(samples["encrypted-cold"], none)]
        return {"cases": rounds.rows(self._cases, samples, kir), "bytes": self.bytes,
                "signed_bytes": _bytes(self._long.good), "bare_kir": kir["bare"], "bare_us": rounds.middle(bares),
                "cold_us_ratio": rounds.middle([us / bare for us, bare in zip(over, bares)]),
                "hot_us_ratio": rounds.ratio(samples["encrypted-hot"], samples["signed-hot"]),
                "disturbed": rounds.disturbed(samples)}
