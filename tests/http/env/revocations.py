# SPDX-License-Identifier: Apache-2.0
"""The file of OktaRevocations as administrators and programs write it."""

import os
import re
import time

from env.waiting import wait_for

BROKEN = r'OKTA-REVOCATIONS: ".*": line \d+: '
UNREADABLE = r'OKTA-REVOCATIONS: ".*": (No such file|Permission denied|it is no regular file)'


class Listing:
    """One file that children may read."""

    def __init__(self, path):
        self.path = path
        path.parent.mkdir(exist_ok=True)
        self.rewrite("")

    def rewrite(self, text):
        """In place, as an editor or a shell's > does."""
        self.path.write_bytes(text.encode() if isinstance(text, str) else text)
        self.path.chmod(0o644)

    def replace(self, text):
        """By another file that takes its name."""
        fresh = self.path.with_suffix(".new")
        fresh.write_text(text)
        fresh.chmod(0o644)
        fresh.rename(self.path)

    def append(self, text):
        with open(self.path, "a") as out:
            out.write(text)


def statuses(server, token, path="/whoami", asks=12):
    """What as many connections, and so several processes, get."""
    return {server.get(path, token).status for _ in range(asks)}


def wait_for_status(server, token, status, path="/whoami"):
    """Until everybody says so; gives the seconds that it took."""
    begin = time.monotonic()
    wait_for(lambda: server.get(path, token).status == status, f"{status} at {path}", interval=0.05)
    took = time.monotonic() - begin
    assert statuses(server, token, path) == {status}
    return round(took, 2)


def loads(server, mark=0):
    """How many revocations each list had that was taken since."""
    lines = server.error_log.matching(r"OKTA-REVOCATIONS.*revocations_loaded", mark)
    return [int(re.search(r'": (\d+) revocations', line)[1]) for line in lines]


def wait_for_load(server, count, mark):
    wait_for(lambda: count in loads(server, mark), f"a list of {count}")


def watcher(server, path):
    """The child that looks at the file: it opens it five times a second. Asks the shared turn by the log alone."""
    lines = server.error_log.matching(re.escape(str(path)) + r".*\[revocations_")
    pids = [int(re.search(r"\[pid (\d+)", line)[1]) for line in lines]
    return pids[-1] if pids and os.path.exists(f"/proc/{pids[-1]}") else None
