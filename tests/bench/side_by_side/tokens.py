# SPDX-License-Identifier: Apache-2.0
"""Token files, minted once by okta-bench and kept in the build folder: 11 months are left of the year
that they live."""

import json
import shutil
import subprocess
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

ISSUER = "https://bench.example.com/oauth2/default"
AUDIENCE = "api://bench"
_KEPT_FOR = 30 * 24 * 3600


@dataclass(frozen=True)
class Tokens:
    folder: Path
    issuer: str

    @property
    def good(self):
        return self.folder / "good"

    @property
    def bad(self):
        return self.folder / "bad"

    @property
    def jwks(self):
        return self.folder / "jwks.json"

    @property
    def pem(self):
        return self.folder / "key.pem"

    @property
    def kid(self):
        return (self.folder / "kid").read_text()

    def first(self, name):
        """A file with the first token alone."""
        return self.some(name, 1)

    def some(self, name, count, after=0):
        """A file with that many of them, those passed over that `after` says."""
        path = self.folder / f"{name}-{after}-{count}"
        with open(self.folder / name, encoding="ascii") as file:
            path.write_text("".join(islice(file, after, after + count)))
        return path


class Mint:
    def __init__(self, program, folder, say):
        self._program, self._folder, self._say = program, folder, say

    def tokens(self, count=20000, size=1077, keys=2, issuer=ISSUER):
        wanted = {"count": count, "size": size, "keys": keys, "issuer": issuer}
        folder = self._folder / f"{count}-{size}-{keys}-{issuer.rpartition('/')[2]}"
        stamp = folder / "made.json"
        if self._is_fresh(stamp, wanted):
            return Tokens(folder, issuer)
        self._say(f"minting {count} tokens of {size} bytes")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        subprocess.run([self._program, "mint", folder, str(count), str(size), str(keys), issuer],
                       check=True)
        stamp.write_text(json.dumps(wanted))
        return Tokens(folder, issuer)

    @staticmethod
    def _is_fresh(stamp, wanted):
        return (stamp.is_file() and time.time() - stamp.stat().st_mtime < _KEPT_FOR
                and json.loads(stamp.read_text()) == wanted)
