# SPDX-License-Identifier: Apache-2.0
"""Where things are: the build under test, httpd's programs, and the limits of a slow (sanitized) run."""

import os
from functools import lru_cache
from pathlib import Path

REPO = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("OKTA_BUILD", REPO / "build" / "gcc"))
MODULE = BUILD / "src" / "httpd" / ".libs" / "mod_auth_okta.so"
HTTPD = os.environ.get("OKTA_HTTPD", "/usr/sbin/apache2")
HTTPD_MODULES = Path(os.environ.get("OKTA_HTTPD_MODULES", "/usr/lib/apache2/modules"))

SANITIZE = os.environ.get("OKTA_SANITIZE", "")
VALGRIND = os.environ.get("OKTA_VALGRIND", "") not in ("", "0")

# Upper bounds for polling, never asserted on: generous, because they only matter when something is broken.
PATIENCE = 120.0 if VALGRIND else 60.0 if SANITIZE else 20.0


@lru_cache
def mpms():
    """The MPMs to test, in the order asked for. Always the same objects: pytest compares by identity."""
    return tuple(m for m in os.environ.get("OKTA_MPMS", "event,worker,prefork").split(",") if m)


def all_mpms_always():
    return os.environ.get("OKTA_ALL_MPMS", "") not in ("", "0")


def module_path():
    """The module under test; its absence is an error, never a skip."""
    if not MODULE.is_file():
        raise FileNotFoundError(
            f"no module at {MODULE}: build first, or point OKTA_BUILD at the build directory")
    return MODULE
