# SPDX-License-Identifier: Apache-2.0
"""A run: faults in the order of the draw, tried by workers until enough were."""

import contextlib
import fcntl
import threading

from mutate import results
from mutate.build import SERVED, built
from mutate.trial import Worker


class Campaign:
    """faults: in their order. known: {key: record} of an earlier run. count: how many are to be tried."""

    def __init__(self, faults, known, listed, count, path, say):
        self.faults, self.listed, self.count, self.path, self.say = iter(faults), listed, count, path, say
        self.known, self.records = known, []
        self.under_way, self.fault = 0, None
        self.changed = threading.Condition()

    def _tried(self):
        return sum(record["verdict"] in ("noticed", "missed") for record in self.records)

    def _next(self):
        """The next fault to try, or None when enough are tried. Waits while those under way may be enough."""
        with self.changed:
            while not self.fault:
                if self._tried() >= self.count:
                    return None
                if self._tried() + self.under_way < self.count:
                    fault = self._draw()
                    self.under_way += fault is not None
                    return fault
                self.changed.wait()
            return None

    def _draw(self):
        """The next one that no earlier run and no list has a verdict on."""
        for fault in self.faults:
            if any(entry.covers(fault) for entry in self.listed):
                self._add(results.record_of(fault, {"verdict": "equivalent"}), fault.key not in self.known)
            elif fault.key in self.known:
                self._add({**self.known[fault.key], "line": fault.line}, False)
            else:
                return fault
            if self._tried() + self.under_way >= self.count:
                return None
        return None

    def _add(self, record, fresh=True):
        self.records.append(record)
        if fresh:
            results.append(self.path, record)
            if record["verdict"] != "no code":
                self.say(results.said(record))

    def work(self, worker):
        """What a worker's thread does."""
        while fault := self._next():
            try:
                record = results.record_of(fault, worker.judge(fault))
            except BaseException as broken:  # pylint: disable=broad-except
                with self.changed:
                    self.fault = self.fault or broken
                    self.changed.notify_all()
                return
            with self.changed:
                self.under_way -= 1
                self._add(record)
                self.changed.notify_all()

    def run(self, workers):
        threads = [threading.Thread(target=self.work, args=(worker,), daemon=True) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.fault:
            raise self.fault
        return self.records


@contextlib.contextmanager
def place_of(folder, name):
    """A folder below build/mutate that no other run uses meanwhile."""
    for number in range(1, 1000):
        place = folder / f"{name}-{number}"
        place.mkdir(parents=True, exist_ok=True)
        with open(place / "lock", "w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield place
            return


def workers_of(top, folder, number, tests, stack):
    for _ in range(number):
        place = stack.enter_context(place_of(folder, "worker"))
        yield Worker(built(top, place), tests, SERVED)
