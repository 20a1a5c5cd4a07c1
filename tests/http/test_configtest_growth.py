# SPDX-License-Identifier: Apache-2.0
"""The check of a configuration does not grow much faster than its sections: instructions are counted, no clock read."""

import re

from env import sanitizers
from env.httpd import Httpd
from env.snippets import location

SIZES = (20, 80, 320)
# (16 - 1) / (4 - 1) is 5 for what is linear, 17 for a square, 65 for a cube
FASTEST = 12


class CountingConfigtest(Httpd):
    def _command(self, conf, *arguments):
        bare = super()._command(conf, *arguments)[len(sanitizers.prefix(self.root)):]
        return ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={self.root}/count", *bare]


def _instructions(count):
    server = CountingConfigtest("".join(
        location(f"/p{i}", "OktaDomain integrator-123456.okta.com", f"OktaAuthorizationServer aus{i}",
                 "OktaAudience api://x") for i in range(count)), mpm="event")
    try:
        result = server.configtest()
        assert result.ok, result.output
        return int(re.search(r"^totals: (\d+)", (server.root / "count").read_text(), re.M)[1])
    finally:
        server.remove()


def test_sections_with_an_issuer_each():
    small, medium, large = map(_instructions, SIZES)
    assert large - small < FASTEST * (medium - small), (small, medium, large)
