# SPDX-License-Identifier: Apache-2.0
"""docs/proofs.md says how far the proofs of scripts/prove go: as far as its entries do."""

import re
import subprocess

from tree import TOP

ENTRIES = TOP / "tests" / "prove"


def test_the_document_has_each_entry_and_its_bound():
    in_entries = {path.stem: int(found[1]) for path in ENTRIES.glob("*.c")
                  if (found := re.search(r"^PROVE\((\d+)\)$", path.read_text("utf-8"), re.M))}
    rows = re.findall(r"^\| `(\w+)` \| .* \| 0–(\d+) \|$", (TOP / "docs" / "proofs.md").read_text("utf-8"), re.M)
    assert {name: int(bound) for name, bound in rows} == in_entries
    assert len(in_entries) >= 8


def test_the_script_knows_the_same_entries():
    listed = subprocess.run([TOP / "scripts" / "prove", "--list"], check=True, capture_output=True, text=True).stdout
    assert set(listed.split()) == {path.stem for path in ENTRIES.glob("*.c") if "PROVE(" in path.read_text("utf-8")}


def test_a_name_that_is_none_is_bad_usage():
    answer = subprocess.run([TOP / "scripts" / "prove", "nothing"], check=False, capture_output=True, text=True)
    assert answer.returncode == 2
    assert len(answer.stderr.splitlines()) == 1 and "nothing" in answer.stderr
