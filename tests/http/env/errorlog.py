# SPDX-License-Identifier: Apache-2.0
"""The error-log guard: every warning or error is either declared by the test or fails it."""

import re
import time

_LINE = re.compile(r"^\[[^\]]*\] \[(?P<module>[\w-]*):(?P<level>\w+)\] ")
_LOUD = {"emerg", "alert", "crit", "error", "warn"}
# httpd's word that all its workers are busy: what tests with few workers are about.
_TOLD_OF_LOAD = re.compile(r"AH00484|AH00286|AH00161: server reached MaxRequestWorkers")
# mpm_event's word of a connection that lingers while its child ends at once, as at a plain restart.
_TOLD_OF_AN_END = re.compile(r"Bad file descriptor: AH0309[23]: ")
_ALWAYS_BAD = re.compile(
    r"Segmentation|exit signal|AddressSanitizer|LeakSanitizer|runtime error|double free|"
    r"corrupted|stack smashing|Assertion|AH00046|did not exit, sending another SIG")


class Expectation:
    """A line the test says will come. `optional` ones may stay away; `lasting` ones outlive the test."""

    def __init__(self, regex, optional=False, lasting=False):
        self.regex = re.compile(regex)
        self.optional = optional
        self.lasting = lasting
        self.seen = 0

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return False


class LogFile:
    """A growing log, read as whole lines; `mark` and `since` give one test's share of a shared server."""

    def __init__(self, path):
        self.path = path
        self._guarded = 0

    def text(self):
        try:
            return self.path.read_text("utf-8", "backslashreplace")
        except FileNotFoundError:
            return ""

    def lines(self):
        text = self.text()
        return text.split("\n")[:-1]

    def mark(self):
        return len(self.lines())

    def since(self, mark):
        return self.lines()[mark:]

    def matching(self, regex, mark=0):
        found = re.compile(regex)
        return [line for line in self.since(mark) if found.search(line)]

    def restarted(self):
        """The file begins anew."""
        self._guarded = 0

    def unguarded(self):
        """The lines nobody has judged yet; each is handed out once."""
        lines = self.lines()
        fresh, self._guarded = lines[self._guarded:], len(lines)
        return fresh


class Guard:
    """Judges new lines of some logs against what was declared."""

    def __init__(self, *logs):
        self._logs = logs
        self._expectations = []

    def expects(self, regex, optional=False, lasting=False):
        expectation = Expectation(regex, optional, lasting)
        self._expectations.append(expectation)
        return expectation

    def _judge(self):
        faults = []
        for line in (line for log in self._logs for line in log.unguarded()):
            if _ALWAYS_BAD.search(line):
                faults.append(line)
                continue
            if _TOLD_OF_LOAD.search(line) or _TOLD_OF_AN_END.search(line):
                continue
            parsed = _LINE.match(line)
            declared = [e for e in self._expectations if e.regex.search(line)]
            for expectation in declared:
                expectation.seen += 1
            if not declared and line and (not parsed or parsed["level"] in _LOUD):
                faults.append(line)
        return faults

    def _missing(self):
        return [e for e in self._expectations if not e.seen and not e.optional and not e.lasting]

    def check(self, patience=2.0):
        """Judge what is new; a declared line may still be under way for a moment."""
        faults = self._judge()
        end = time.monotonic() + patience
        while self._missing() and time.monotonic() < end:
            time.sleep(0.02)
            faults += self._judge()
        missing = self._missing()
        self._expectations = [e for e in self._expectations if e.lasting]
        assert not faults, "undeclared lines in the error log:\n" + "\n".join(faults)
        assert not missing, "declared lines that never came: " + ", ".join(
            repr(e.regex.pattern) for e in missing)
