# SPDX-License-Identifier: Apache-2.0
"""What binutils say of a built file."""

import re
import subprocess
from functools import lru_cache


@lru_cache
def _ask(*command):
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


class Elf:
    def __init__(self, path):
        self.path = str(path)

    def header(self):
        return _ask("readelf", "-hW", self.path)

    def dynamic(self):
        """Tag -> its values."""
        tags = {}
        for tag, value in re.findall(r"^ 0x[0-9a-f]+ \((\w+)\)\s+(.*)$", _ask("readelf", "-dW", self.path), re.M):
            tags.setdefault(tag, []).append(value.strip())
        return tags

    def needed(self):
        return {re.search(r"\[(.*)\]", value)[1] for value in self.dynamic().get("NEEDED", [])}

    def segments(self):
        """Type -> flags, as in {"GNU_STACK": "RW"}."""
        line = re.compile(r"^  (\w+) +(?:0x[0-9a-f]+ ){5}([RWE ]{3})", re.M)
        return {kind: flags.replace(" ", "") for kind, flags in line.findall(_ask("readelf", "-lW", self.path))}

    def machine(self):
        return re.search(r"Machine:\s+(.*)", self.header())[1]

    def notes(self):
        return _ask("readelf", "-nW", self.path)

    def exported(self):
        return {line.split()[-1] for line in _ask("nm", "-D", "--defined-only", self.path).splitlines()}

    def undefined(self):
        lines = _ask("nm", "-D", "--undefined-only", self.path).splitlines()
        return {line.split()[-1].partition("@")[0] for line in lines}
