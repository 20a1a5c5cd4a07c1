# SPDX-License-Identifier: Apache-2.0
"""Programs of Node.js that take one command a line and give one answer a line, both JSON."""

import json
import subprocess
from pathlib import Path

PATIENCE = 60


class Commands:
    """While the program runs: its commands are methods; one that fails raises."""

    def __init__(self, log, *command):
        self._log_path = Path(log)
        self._log = open(log, "w", encoding="utf-8")
        self._process = subprocess.Popen(
            [str(word) for word in command], text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log)

    def told(self):
        """The next line, whatever it says."""
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the program ended: " + self._log_path.read_text("utf-8"))
        return json.loads(line)

    def answer(self):
        answer = self.told()
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def __getattr__(self, command):
        def run(**options):
            self._process.stdin.write(json.dumps({"command": command, **options}) + "\n")
            self._process.stdin.flush()
            return self.answer()
        return run

    def stop(self):
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()
