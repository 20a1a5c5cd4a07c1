# SPDX-License-Identifier: Apache-2.0
"""The suite of sanitized builds leaves out what runs httpd under valgrind: the two exclude each other."""

import re

from tree import TOP


def test_what_counts_instructions_is_left_out():
    suites = (TOP / "scripts" / "lib" / "check" / "suites.sh").read_text()
    command = re.search(r"pytest_suite http-asan ((?:.*\\\n)*.*)", suites)[1]
    left_out = set(re.findall(r"--without (\S+)", command))
    counting = {path.name for path in (TOP / "tests" / "http").glob("test_*.py") if "CountingHttpd" in path.read_text()}
    assert counting, "nothing counts instructions any more?"
    assert not counting - left_out, f"http-asan needs --without: {sorted(counting - left_out)}"
