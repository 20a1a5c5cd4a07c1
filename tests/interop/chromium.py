"""Debian's chromium with a fresh profile, driven by browser/drive.mjs (npm's playwright-core)."""

import json
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "browser"
PATIENCE = 60


class Chromium:
    """While it runs: commands are methods, named as in drive.mjs; a command that fails raises."""

    def __init__(self, profile, log):
        for needed, remedy in ((Path("/usr/bin/chromium"), "install Debian's chromium"),
                               (FOLDER / "node_modules" / "playwright-core", f"run npm ci in {FOLDER}")):
            if not needed.exists():
                raise FileNotFoundError(f"{needed} is missing: {remedy}")
        self._log_path = Path(log)
        self._log = open(log, "w", encoding="utf-8")
        self._process = subprocess.Popen(
            [shutil.which("node") or "node", str(FOLDER / "drive.mjs"), str(profile)], text=True,
            encoding="utf-8", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log)
        self.version = self._answer()

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the browser ended: " + self._log_path.read_text("utf-8"))
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def __getattr__(self, command):
        def run(**options):
            self._process.stdin.write(json.dumps({"command": command, **options}) + "\n")
            self._process.stdin.flush()
            return self._answer()
        return run

    def call(self, path, sent):
        """Press the page's button for a call of the API; gives the answer that the page shows."""
        return self.press(button=f'[data-call="{path}"][data-with="{sent}"]')

    def get_token(self, kind="good"):
        return self.press(button=f'[data-token="{kind}"]')

    def stop(self):
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()
