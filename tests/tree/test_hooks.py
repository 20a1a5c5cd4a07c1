# SPDX-License-Identifier: Apache-2.0
"""One file says what httpd calls: who reads it has seen all hooks and providers of the module."""

import re

from tree import SRC

REGISTER = re.compile(r"\b(ap_hook_\w+|ap_register_auth_provider)\s*\(")


def test_all_hooks_stand_in_one_file():
    found = {path.name for path in (SRC / "httpd").glob("*.c") if REGISTER.search(path.read_text())}
    assert found == {"mod_auth_okta.c"}
