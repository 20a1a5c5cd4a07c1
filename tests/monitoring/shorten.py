# SPDX-License-Identifier: Apache-2.0
"""Alert rules as they are, but with short minutes: for tests that cannot wait half an hour.

Changed are the durations of `for:` and of ranges in brackets, both in whole minutes. Nothing else is: expressions,
thresholds and labels stay what they are in the file.
"""

import re

_FOR = re.compile(r"^( +for: )(\d+)m$", re.M)
_RANGE = re.compile(r"\[(\d+)m\]")


def shorten(rules, minute):
    """The text of the rules, where a minute lasts so many seconds."""
    assert len(_FOR.findall(rules)) == rules.count(" for: "), "a duration that is not in whole minutes"
    assert len(_RANGE.findall(rules)) == rules.count("["), "a range that is not in whole minutes"
    rules = _FOR.sub(lambda match: f"{match[1]}{int(match[2]) * minute}s", rules)
    return _RANGE.sub(lambda match: f"[{int(match[1]) * minute}s]", rules)
