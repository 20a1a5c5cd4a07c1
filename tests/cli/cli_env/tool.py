# SPDX-License-Identifier: Apache-2.0
"""Runs okta-token, and watches what no run may do: leak a sanitizer report, a token or a secret."""

import json
import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("OKTA_BUILD") or REPOSITORY / "build" / "gcc").resolve()
PROGRAM = BUILD / "src" / "cli" / "okta-token"

# OKTA_TOKEN_WRAPPER="valgrind -q --error-exitcode=99 --leak-check=full" runs everything below it
WRAPPER = shlex.split(os.environ.get("OKTA_TOKEN_WRAPPER", ""))

GOOD, REFUSED, TROUBLE = 0, 1, 2


def environment(**more):
    """Only what the program may see: no secret and no proxy of whoever runs the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    # other exit codes than those of the program, so that no report hides behind "refused"
    kept["ASAN_OPTIONS"] = "exitcode=98:detect_leaks=1"
    kept["UBSAN_OPTIONS"] = "print_stacktrace=1:exitcode=98"
    return {**kept, **more}


@dataclass
class Run:
    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    def check(self, name):
        """The row of one check in a text report: (state, detail)."""
        for line in self.out.splitlines():
            if line[:12].strip() == name and line[12:13] == " ":
                return line[13:25].strip(), line[26:]
        raise AssertionError(f"no check {name!r} in:\n{self.out}")


def command(*arguments):
    assert PROGRAM.exists(), f"{PROGRAM} is not built; OKTA_BUILD names the build folder"
    return [*WRAPPER, str(PROGRAM), *(str(a) for a in arguments)]


def judge(status, out, err):
    """What holds for every run."""
    assert status in (GOOD, REFUSED, TROUBLE), f"exit status {status}\n{out}{err}"
    for mark in ("Sanitizer", "runtime error", "==ERROR"):
        assert mark not in err, err
    for line in err.splitlines():
        assert line.startswith("okta-token: "), err
    return Run(status, out, err)


def run(*arguments, stdin="", env=None, **options):
    """Run it without a terminal; stdin is text or bytes."""
    done = subprocess.run(
        command(*arguments),
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True, env=environment(**(env or {})), timeout=120, start_new_session=True,
        check=False, **options)
    return judge(done.returncode, done.stdout.decode("ascii"), done.stderr.decode("ascii"))
