# SPDX-License-Identifier: Apache-2.0
"""Poll for a state instead of sleeping a fixed time."""

import time

from env.places import PATIENCE


def wait_for(condition, what, timeout=PATIENCE, interval=0.01):
    """Call condition until it returns something true, and return that; fail naming what was waited for."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout:.0f} s for {what}")
        time.sleep(interval)
