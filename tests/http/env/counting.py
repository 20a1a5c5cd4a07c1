# SPDX-License-Identifier: Apache-2.0
"""An httpd under callgrind: how many instructions one request takes, the same at every run and on every machine."""

import re

from env import sanitizers
from env.client import raw
from env.httpd import Httpd
from env.waiting import wait_for

# One process serves one request at a time; the refresher's thread is counted apart.
_TOOL = ["valgrind", "--quiet", "--tool=callgrind", "--separate-threads=yes", "--dump-after=ap_process_request"]


class CountingHttpd(Httpd):
    """instructions(data): what the server spends on the request in these bytes, from reading it to having answered."""

    def __init__(self, snippet="", **options):
        super().__init__(snippet, mpm="prefork", processes=1, threads=1, **options)
        self._counts = self.root / "counts"
        self._counts.mkdir()
        self._counts.chmod(0o1777)

    def _command(self, conf, *arguments):
        plain = super()._command(conf, *arguments)
        bare = plain[len(sanitizers.prefix(self.root)):]
        return [*_TOOL, f"--callgrind-out-file={self._counts}/%p", *bare]

    def _take(self):
        """The next count of the thread that serves requests; None: not written yet."""
        for path in self._counts.glob("*.*-01"):
            text = path.read_text()
            if total := re.search(r"^totals: (\d+)", text, re.M):
                path.unlink()
                if "Trigger: --dump-after" in text:
                    return int(total[1])
        return None

    def _drain(self):
        while self._take() is not None:
            pass

    def start(self):
        started = super().start()
        wait_for(lambda: self._take() is not None, "the count of the first request")
        return started

    def instructions(self, data):
        self._drain()
        answer = raw(self.port, data, timeout=120)
        return wait_for(self._take, "the count of the request"), answer
