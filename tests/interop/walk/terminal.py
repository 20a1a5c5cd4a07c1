# SPDX-License-Identifier: Apache-2.0
"""A shell at a terminal: what a person pastes is run as it is, and questions for a secret are answered."""

import fcntl
import os
import pty
import re
import select
import subprocess
import termios
import time

from env import places

_QUESTION = re.compile(r"(?:Client secret: ?|password for user '[^']*': ?)\Z")


class Terminal:
    """Each `run` is a bash of its own; the variables of `kept` pass from one to the next."""

    def __init__(self, folder, environment, secret, kept=("TOKEN", "PROOF")):
        self._folder, self._secret, self._kept = folder, secret, kept
        self._environment = dict(environment)
        self._state = folder / "variables"

    def variable(self, name):
        return self._environment.get(name)

    def run(self, commands):
        """(exit status, all that the terminal showed)."""
        script = self._folder / "pasted"
        values = " ".join(f'"${{{name}-}}"' for name in self._kept)
        # A person's terminal stays open; a daemon that just starts is not to end with this one.
        script.write_text(f"trap '' HUP\ntrap 'printf \"%s\\0\" {values} >{self._state}' EXIT\n"
                          f"set -e -o pipefail\n{commands}")
        master, slave = pty.openpty()
        try:
            process = subprocess.Popen(
                ["bash", str(script)], stdin=slave, stdout=slave, stderr=slave, env=self._environment,
                cwd=self._folder, start_new_session=True,
                preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        finally:
            os.close(slave)
        shown = self._attend(process, master)
        os.close(master)
        self._keep()
        return process.wait(), shown

    def _keep(self):
        values = self._state.read_text().split("\0")
        self._environment.update({name: value for name, value in zip(self._kept, values) if value})
        self._state.unlink()

    def _attend(self, process, master):
        shown, end = "", time.monotonic() + 6 * places.PATIENCE
        while time.monotonic() < end:
            if select.select([master], [], [], 0.1)[0]:
                try:
                    piece = os.read(master, 65536)
                except OSError:  # nobody holds the other end any more
                    return shown
                shown += piece.decode("utf-8", "replace")
                if _QUESTION.search(shown):
                    os.write(master, self._secret.encode() + b"\n")
            elif process.poll() is not None:
                return shown
        process.kill()
        raise AssertionError(f"the commands did not end; the terminal showed:\n{shown}")
