# SPDX-License-Identifier: Apache-2.0
"""Who copies one file learns its license from it; .reuse/dep5 speaks for what can hold no comment."""

import subprocess

from tree import TOP

TAG = "SPDX-License-Identifier: Apache-2.0"
WITH_COMMENTS = {".c", ".h", ".py", ".sh", ".mjs", ".js", ".css", ".html", ".mk", ".ac", ".am", ".m4", ".pml", ".lua", ".1"}
OTHERS = ("tests/fuzz/corpus/", "tests/vectors/")


def test_each_source_names_its_license():
    names = subprocess.run([TOP / "scripts/lib/files.sh", "--guess"], check=True, capture_output=True, text=True).stdout
    read, without = 0, []
    for name in names.split("\n"):
        path = TOP / name
        if name.startswith(OTHERS) or not path.is_file() or path.suffix not in WITH_COMMENTS:
            continue
        read += 1
        if TAG not in path.read_text("utf-8")[:400]:
            without.append(name)
    assert without == []
    assert read > 600
