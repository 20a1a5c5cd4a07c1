# SPDX-License-Identifier: Apache-2.0
"""Debian's chromium with a fresh profile, driven by browser/drive.mjs (npm's playwright-core)."""

import shutil
from pathlib import Path

from commands import Commands

FOLDER = Path(__file__).resolve().parent / "browser"


class Chromium(Commands):
    """While it runs: commands are methods, named as in drive.mjs; a command that fails raises."""

    def __init__(self, profile, log):
        for needed, remedy in ((Path("/usr/bin/chromium"), "install Debian's chromium"),
                               (FOLDER / "node_modules" / "playwright-core", f"run npm ci in {FOLDER}")):
            if not needed.exists():
                raise FileNotFoundError(f"{needed} is missing: {remedy}")
        super().__init__(log, shutil.which("node") or "node", FOLDER / "drive.mjs", profile)
        self.version = self.answer()

    def call(self, path, sent):
        """Press the page's button for a call of the API; gives the answer that the page shows."""
        return self.press(button=f'[data-call="{path}"][data-with="{sent}"]')

    def get_token(self, kind="good"):
        return self.press(button=f'[data-token="{kind}"]')
