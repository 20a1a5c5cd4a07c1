# SPDX-License-Identifier: Apache-2.0
"""scripts/demo while it runs."""

import re
import signal
import subprocess
from pathlib import Path

import requests
from env import places
from env.ports import free_port
from env.waiting import wait_for

# The first run builds the module, where nobody has.
PATIENCE = 600
PORT_TAKEN = "is taken by another program"


class Demo:
    """With one option: --dev, or --mcp."""

    def __init__(self, log, option="--dev"):
        self._option = option
        self._log = open(log, "a+", encoding="utf-8")  # so that truncating it leaves no gap
        while not self._starts():
            self._log.truncate(0)
        said = self.said()
        self._logs = Path(re.search(r"^  logs +(\S+)/error_log", said, re.M)[1])
        if option == "--mcp":
            return
        self.app = re.search(r"^  page +(\S+)/$", said, re.M)[1]
        self.issuer = re.search(r"^  issuer +(\S+)$", said, re.M)[1]
        self.settings = requests.get(f"{self.app}/demo.json", timeout=PATIENCE).json()

    def _starts(self):
        """False where another process took the port before the demo did."""
        # OKTA_BUILD is in the environment, or both take the same default
        self._process = subprocess.Popen(
            [places.REPO / "scripts" / "demo", self._option, "--port", str(free_port())],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT)
        try:
            return wait_for(self._state, "scripts/demo to be ready", timeout=PATIENCE, interval=0.1) == "up"
        except BaseException:
            self.stop()
            raise

    def said(self):
        return Path(self._log.name).read_text("utf-8")

    def _state(self):
        ended = self._process.poll() is not None
        said = self.said()
        if ended and PORT_TAKEN in said:
            return "port taken"
        assert not ended, f"scripts/demo ended:\n{said}"
        return "up" if "Ctrl-C stops everything." in said else None

    def commands(self):
        """The lines to paste into a shell, in their order."""
        return re.findall(r"^  ((?:TOKEN=|BOUND=|echo |curl ).*)$", self.said(), re.M)

    def access_log(self):
        return (self._logs / "access_log").read_text("utf-8")

    def calls_from_now_on(self, path):
        """A function that gives (method, status) of each call of that path since."""
        before = len(self.access_log())
        line = re.compile(rf'"([A-Z]+) {re.escape(path)} [^"]*" (\d+)')
        return lambda: line.findall(self.access_log()[before:])

    def logs(self):
        return "".join(path.read_text("utf-8") for path in self._logs.iterdir())

    def token(self):
        answer = requests.post(f"{self.issuer}/v1/token", timeout=PATIENCE, data={
            "grant_type": "client_credentials", "scope": "api:read",
            "client_id": self.settings["client_id"], "client_secret": self.settings["client_secret"]})
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    def stop(self):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE)
        self._log.close()
