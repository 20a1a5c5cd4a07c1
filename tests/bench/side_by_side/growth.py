# SPDX-License-Identifier: Apache-2.0
"""What the cost does as things grow: issuers, tokens, keys, the cache; and under each MPM."""

from contextlib import ExitStack
from dataclasses import replace

from . import cases as all_cases
from . import rounds
from .cases import Case
from .load import measure
from .server import Server
from .tokens import ISSUER

_ROOM = "OktaKeySetMaxBytes 1000000"
# of the growing token, so that a server's caches do not decide
_TOKENS = 20000


def _pair(name, tokens, server):
    return [Case(f"hot {name}", server, tokens.first("good")), Case(f"cold {name}", server, tokens.good)]


class Growth:
    def __init__(self, module, mint, count, seconds, say):
        self._module, self._mint, self._rounds = module, mint, count
        self._seconds, self._say = seconds, say

    def _run(self, variants, cases):
        """variants: {name: snippet or Server}. {case name: median microseconds}."""
        with ExitStack() as stack:
            servers = {name: stack.enter_context(v if isinstance(v, Server) else Server(v))
                       for name, v in variants.items()}
            samples, _ = rounds.run(cases, servers, self._rounds, self._seconds, self._say)
        return {name: rounds.median(list_) for name, list_ in samples.items()}

    def issuers(self):
        tokens, variants, cases = self._mint.tokens(), {}, []
        for count in (1, 10, 50):
            name = f"{count} issuer{'s' if count > 1 else ''}"
            urls = [f"{ISSUER}-{i}" for i in range(count - 1)]
            variants[name] = all_cases.okta(self._module, tokens, other_issuers=urls, extra=_ROOM)
            cases += _pair(name, tokens, name)
        return self._run(variants, cases)

    def keys(self):
        variants, cases = {}, []
        for count in (2, 20, 200):
            name, tokens = f"{count} keys", self._mint.tokens(keys=count)
            variants[name] = all_cases.okta(self._module, tokens, extra=_ROOM)
            cases += _pair(name, tokens, name)
        return self._run(variants, cases)

    def token_bytes(self):
        variants, cases = {}, []
        for size, label in ((1077, "1 kB"), (4096, "4 kB"), (16000, "16 kB")):
            name, tokens = f"{label} tokens", self._mint.tokens(size=size)
            variants[name] = all_cases.okta(self._module, tokens, extra=_ROOM)
            cases += _pair(name, tokens, name)
        return self._run(variants, cases)

    def cache(self):
        """Cold: one pass over tokens that the server has never seen, whatever room it has for them."""
        tokens, result = self._mint.tokens(), {}
        samples = {}
        for number in range(self._rounds):
            for size, label in ((1000, "1k"), (64000, "64k"), (1000000, "1M")):
                snippet = all_cases.okta(self._module, tokens, cache=size)
                hot, cold = _pair(f"{label} entries", tokens, "")
                with Server(snippet) as server:
                    measure(replace(hot, tokens=None, refused=True), server, 1)
                    for case, once in ((cold, True), (hot, False)):
                        sample = measure(case, server, self._seconds, once)
                        samples.setdefault(case.name, []).append(sample)
                        self._say(f"round {number + 1}/{self._rounds}  {case.name:<18} {sample.us:7.1f} us")
        result.update({name: rounds.median(list_) for name, list_ in samples.items()})
        return result

    def mpms(self):
        tokens, variants, cases = self._mint.tokens(), {}, []
        for mpm in ("event", "worker", "prefork"):
            threads = 8 if mpm == "prefork" else 32
            for name, snippet in (("none", all_cases.no_auth()), ("okta", all_cases.okta(self._module, tokens))):
                variants[f"{mpm} {name}"] = Server(snippet, mpm=mpm, threads=threads,
                                                  processes=2)
            cases.append(Case(f"none {mpm}", f"{mpm} none", None))
            cases += _pair(mpm, tokens, f"{mpm} okta")
        return self._run(variants, cases)

    def all(self):
        result = {}
        for name, run in (("issuers", self.issuers), ("keys", self.keys), ("token bytes", self.token_bytes),
                          ("cache entries", self.cache), ("MPM", self.mpms)):
            self._say(f"growth: {name}")
            result[name] = run()
        return result
