# SPDX-License-Identifier: Apache-2.0
"""Judge pytest's own report: passed, failed, and cases that were run again.

Prints `PASSED FAILED AGAIN`. Of the cases of the second run its own verdict counts. What did not run counts as failed
and is named on standard error: a test file of the folder without a case, an MPM without a case that another MPM has.
"""

import argparse
import re
import sys
import xml.etree.ElementTree as tree
from pathlib import Path

# pytest's exit codes that come with a full report: all passed, some failed
COMPLETE = (0, 1)


def cases(path):
    """{name: passed}; a case that was skipped has not passed."""
    found = {}
    for case in tree.parse(path).getroot().iter("testcase"):
        name = case.get("classname", "") + "::" + case.get("name", "")
        found[name] = found.get(name, True) and not any(
            case.find(tag) is not None for tag in ("failure", "error", "skipped"))
    return found


def files_not_run(names, folder, without):
    """The test files that gave no case; a file that could not be collected gives none either."""
    modules = {part for name in names for part in name.partition("::")[0].split(".")}
    return [f"{path} has no case" for path in sorted(Path(folder).glob("**/test_*.py"))
            if "node_modules" not in path.parts and path.name not in without and path.stem not in modules]


def mpms_not_run(names, mpms):
    """What runs under one MPM besides the first has to run under all of them."""
    by_mpm = {mpm: set() for mpm in mpms}
    for name in names:
        if match := re.search(r"(?<=[\[-])(event|worker|prefork)(?=[-\]])", name):
            by_mpm.setdefault(match[1], set()).add(name[:match.start()] + name[match.end():])
    several = set().union(*(by_mpm[mpm] for mpm in mpms[1:])) if mpms else set()
    faults = [f"{name} did not run under {mpm}" for mpm in mpms for name in sorted(several - by_mpm[mpm])]
    return faults + [f"no case ran under {mpm}" for mpm in mpms if not by_mpm[mpm]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--mpms", default="")
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("code", type=int)
    parser.add_argument("report")
    parser.add_argument("again", nargs="?")
    given = parser.parse_args()
    verdicts, again = {}, {}
    try:
        verdicts = cases(given.report)
        again = cases(given.again) if given.again else {}
    except (OSError, tree.ParseError) as fault:
        print(f"NOT RUN: no report of pytest: {fault}", file=sys.stderr)
    missing = files_not_run(verdicts, given.folder, given.without)
    missing += mpms_not_run(verdicts, [mpm for mpm in given.mpms.split(",") if mpm])
    if given.code not in COMPLETE:
        missing.append(f"pytest ended with {given.code} before its end")
    for line in missing:
        print("NOT RUN:", line, file=sys.stderr)
    second = {name for name, good in verdicts.items() if not good and name in again}
    verdicts.update({name: again[name] for name in second})
    good = sum(verdicts.values())
    print(good, len(verdicts) - good + len(missing), len(second))


if __name__ == "__main__":
    main()
