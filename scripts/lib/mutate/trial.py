# SPDX-License-Identifier: Apache-2.0
"""Puts one fault into a worker's copy of the tree, and finds out which test notices it."""

from dataclasses import dataclass, field

from mutate import running
from mutate.build import make_known

# Unit programs that take longer are left out: hours of rounds of stress are for scripts/check.
_LONGEST_UNIT = 40.0


class BrokenTest(Exception):
    """A test fails without any fault, so what it says of faults is worth nothing."""


@dataclass
class Tests:
    """What every worker of a run shares."""

    map: object
    budget: float  # seconds of test files of pytest for one fault
    good: set = field(default_factory=set)  # those that passed without a fault

    def seconds(self, test):
        return self.map.tests[test]["seconds"]

    def limit(self, test):
        return 60 + 5 * self.seconds(test) if test.endswith(".py") else 10 + 10 * self.seconds(test)

    def of(self, fault, text):
        """Unit programs and test files that execute the place of a fault, the best first."""
        found = self.map.executing(fault.file, self._lines(fault, text))
        units = [t for t in found if not t.endswith(".py") and self.seconds(t) <= _LONGEST_UNIT]
        return units, [t for t in found if t.endswith(".py") and self.budget]

    def _lines(self, fault, text):
        """Its lines that the map can know: gcov counts a statement in several lines at some of them."""
        known = set(self.map.instrumented.get(fault.file, ()))
        last = fault.line + text.count("\n", fault.start, fault.end)
        lines = set(range(fault.line, last + 1)) & known
        if lines or not fault.function:
            return lines or known
        return {max((line for line in known if line < fault.line), default=fault.line)}


class Worker:
    def __init__(self, build, tests, served):
        self.build, self.tests, self.served = build, tests, served
        self.objects = {}  # of the sources without a fault

    def judge(self, fault):
        """{"verdict", …}: noticed, missed, "same code" or "no code" (it does not compile)."""
        path = self.build.tree / fault.file
        text = path.read_text()
        if fault.file not in self.build.compiles:
            path.touch()
            make_known(self.build, "all")
        if fault.file not in self.objects:
            self.objects[fault.file] = self.build.compile(fault.file)
        try:
            path.write_text(fault.applied(text))
            made = self.build.compile(fault.file)
            if made is None:
                return {"verdict": "no code"}
            if made == self.objects[fault.file]:
                return {"verdict": "same code"}
            return self._try(fault, text)
        finally:
            path.write_text(text)
            self.build.put(fault.file, self.objects[fault.file])

    def _try(self, fault, text):
        units, files = self.tests.of(fault, text)
        if not units and not files:
            return {"verdict": "missed", "why": f"no {'test' if self.tests.budget else 'unit program'} executes it"}
        for unit in units:
            if not self.build.link(fault.file, unit):
                return {"verdict": "no code"}
            outcome = running.run_unit(self.build, unit, self.tests.limit(unit))
            if not outcome.passed and self._counts(unit, outcome, fault, text):
                return _noticed(unit, outcome)
        return self._try_files(fault, text, len(units), files)

    def _try_files(self, fault, text, units, files):
        left, ran = self.tests.budget, 0
        if files and not self.build.make(*self.served):
            return {"verdict": "no code"}
        for name in files:
            if ran and self.tests.seconds(name) > left:
                continue
            outcome = running.run_pytest(self.build, name, self.tests.limit(name))
            left, ran = left - outcome.seconds, ran + 1
            if not outcome.passed and self._again(name, outcome) and self._counts(name, outcome, fault, text):
                return _noticed(name, outcome)
        return {"verdict": "missed", "why": f"passed: {units} unit programs, {ran} of {len(files)} test files"}

    def _again(self, name, outcome):
        """Whether it fails a second time: one failure may be the machine's."""
        target = outcome.what if "::" in outcome.what else name
        return not running.run_pytest(self.build, target, self.tests.limit(name)).passed

    def _counts(self, test, outcome, fault, text):
        """Whether it passes without the fault, which is gone then; asked the first time, and whenever the machine may
        be to blame."""
        if (test, outcome.what) in self.tests.good and not outcome.timed_out and "\nERROR " not in outcome.text:
            return True
        (self.build.tree / fault.file).write_text(text)
        self.build.put(fault.file, self.objects[fault.file])
        if not self._passes(test, outcome, fault):
            raise BrokenTest(f"{test} fails without any fault: {outcome.what}")
        self.tests.good.add((test, outcome.what))
        return True

    def _passes(self, test, outcome, fault):
        if not test.endswith(".py"):
            return self.build.link(fault.file, test) and \
                running.run_unit(self.build, test, self.tests.limit(test)).passed
        target = outcome.what if "::" in outcome.what else test
        return self.build.make(*self.served) and \
            running.run_pytest(self.build, target, self.tests.limit(test)).passed


def _noticed(test, outcome):
    return {"verdict": "noticed", "by": test, "case": outcome.what, "how": "timeout" if outcome.timed_out else "failed"}
