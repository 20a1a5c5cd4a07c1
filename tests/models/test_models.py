# SPDX-License-Identifier: Apache-2.0
"""Spin goes through every state of the models; and each ordering, re-check and rule that a model names is needed.

Each .pml says what it shows, and what it makes smaller than C has it."""

import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SRC = HERE.parents[1] / "src"
MEMORY_MAX = 2000  # MB

# a model, in the ways that are gone through to the end -> the fewest states that this takes
WHOLE = {
    ("key_slot",): 500_000,
    ("key_slot", "ANY_TIME", "ONE_READER"): 1_000_000,
    ("verdicts",): 2_000_000,
    ("verdicts", "ANY_TIME", "ONE_READER"): 1_000_000,
    ("verdicts", "ANY_TIME", "ONE_WRITER"): 1_000_000,
}

# a model without something -> what goes wrong then
BROKEN = {
    ("key_slot", "NO_RELEASE_DATA"): "no_torn_copy",
    ("key_slot", "NO_RELEASE_CURRENT"): "no_torn_copy",
    ("key_slot", "NO_ACQUIRE_CURRENT"): "no_torn_copy",
    ("key_slot", "NO_ACQUIRE_DATA"): "no_torn_copy",
    ("key_slot", "NO_RECHECK"): "no_torn_copy",
    ("key_slot", "NO_GENERATION"): "no_torn_copy",
    ("key_slot", "NO_LOCK", "COPIES_ONLY"): "no_torn_copy",
    ("key_slot", "NO_SPARE_CHECK"): "no_torn_copy",
    ("key_slot", "NO_EXCHANGE"): "turn_has_not_ended",
    ("key_slot", "NO_FENCING"): "turn_has_not_ended",
    ("key_slot", "NOT_ROBUST"): "lock_can_be_had",
    ("key_slot", "TWO_BUFFERS"): "slot_can_be_written",
    ("key_slot", "READER_WAITS"): "invalid end state",
    ("verdicts", "NO_RELEASE_META"): "no_torn_head",
    ("verdicts", "NO_RELEASE_META", "HITS_ONLY"): "no_torn_hit",
    ("verdicts", "NO_RELEASE_DATA"): "no_torn_hit",
    ("verdicts", "NO_RELEASE_PUBLISH"): "no_torn_head",
    ("verdicts", "NO_RELEASE_PUBLISH", "HITS_ONLY"): "no_torn_hit",
    ("verdicts", "NO_ACQUIRE_STATE"): "no_torn_head",
    ("verdicts", "NO_ACQUIRE_STATE", "HITS_ONLY"): "no_torn_hit",
    ("verdicts", "NO_ACQUIRE_META"): "no_torn_head",
    ("verdicts", "NO_ACQUIRE_META", "HITS_ONLY"): "no_torn_hit",
    ("verdicts", "NO_ACQUIRE_DATA"): "no_torn_hit",
    ("verdicts", "NO_FIRST_RECHECK"): "no_torn_head",
    ("verdicts", "NO_RECHECK"): "no_torn_hit",
    ("verdicts", "NO_SEQUENCE", "HITS_ONLY"): "no_torn_hit",
    ("verdicts", "NO_LOCK", "HITS_ONLY"): "no_torn_hit",
    ("verdicts", "RETIRE_VICTIM_LATE"): "no_unit_is_shared",
    ("verdicts", "RETIRE_VICTIM_LATE", "HITS_ONLY"): "no_torn_hit",
    ("verdicts", "NO_RETIRE_PLACE", "HITS_ONLY"): "no_torn_hit",
    ("verdicts", "NO_DIGEST_CHECK"): "digest_is_what_was_asked_for",
    ("verdicts", "NO_GENERATION_CHECK"): "keys_are_in_force",
    ("verdicts", "NO_UNIQUE_GENERATION"): "keys_are_in_force",
    ("verdicts", "RETIRE_KNOWN_FIRST"): "known_token_is_findable",
    ("verdicts", "EVICT_KNOWN"): "known_token_is_findable",
    ("verdicts", "NOT_ROBUST"): "lock_can_be_had",
    ("verdicts", "COUNT_DEAD"): "place_can_be_filled",
    ("verdicts", "READER_WAITS"): "invalid end state",
}

# what has to be possible, so that "it never happens" goes wrong: each publication and each new entry is read
REACHED = {
    **{("key_slot", f"NEVER_COPIED={author}"): "copy_never_happens" for author in range(1, 7)},
    **{("verdicts", f"NEVER_HIT={author}"): "hit_never_happens" for author in (1, 3, 4)},
}

# function of C -> its orderings, in their order
ORDERINGS = {
    ("core/slot.c", "fill"): ["release", "release"],
    ("core/slot.c", "copy_out"): ["acquire"],
    ("core/slot.c", "okta_slot_read"): ["acquire", "acquire", "relaxed"],
    ("core/verdict_page.h", "load"): ["acquire"],
    ("core/verdict_page.h", "store"): ["release"],
}

CONDITION = re.compile(r"^#if(?:def|ndef)? (.*)", re.M)


def run(folder, model, *macros, optimize="-O2"):
    """What the verifier says of the model with these macros."""
    def call(*command):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    call("spin", "-a", *(f"-D{macro}" for macro in macros), str(HERE / f"{model}.pml"))
    call("gcc", optimize, "-w", "-DSAFETY", "-DCOLLAPSE", f"-DMEMLIM={MEMORY_MAX}", "-o", "pan", "pan.c")
    return call("./pan", "-m10000")


def number(pattern, text):
    return int(re.search(pattern, text)[1])


@pytest.mark.parametrize("case", WHOLE, ids=" ".join)
def test_nothing_goes_wrong_in_any_state(case, tmp_path):
    said = run(tmp_path, *case)
    assert "errors: 0" in said, said
    assert "Search not completed" not in said and "max search depth too small" not in said, said
    assert number(r"(\d+) states, stored", said) >= WHOLE[case], said
    if "ANY_TIME" not in case:
        unreached = dict(re.findall(r"unreached in proctype (\w+)\n(?:\t.*\n)*?\t\((\d+) of", said))
        assert unreached["writer"] == unreached["reader"] == "0", said


@pytest.mark.parametrize("case", [*BROKEN, *REACHED], ids=" ".join)
def test_what_is_left_out_is_missed(case, tmp_path):
    wrong = {**BROKEN, **REACHED}[case]
    said = run(tmp_path, *case, optimize="-O0" if case in BROKEN else "-O2")
    assert "errors: 1" in said, said
    assert re.search(rf"pan:1: (assertion violated )?{wrong} \(at depth", said), said


@pytest.mark.parametrize("model", ["key_slot", "verdicts"])
def test_all_that_can_be_left_out_is_left_out(model):
    left_out = {macro.partition("=")[0] for case in [*WHOLE, *BROKEN, *REACHED] if case[0] == model
                for macro in case[1:]}
    conditions = CONDITION.findall((HERE / f"{model}.pml").read_text())
    assert set(re.findall(r"\b(?!defined)[A-Z_]+\b", re.sub(r"/\*.*", "", "\n".join(conditions)))) == left_out


@pytest.mark.parametrize("where", ORDERINGS, ids=" ".join)
def test_the_orderings_are_those_of_c(where):
    file, function = where
    body = re.search(rf"^\w[^\n;]*\b{function}\([^;{{]*\)\n{{\n(.*?)^}}", (SRC / file).read_text(), re.M | re.S)[1]
    assert re.findall(r"memory_order_(\w+)", body) == ORDERINGS[where]


def test_the_functions_that_the_models_name_are_there():
    for model, pattern in (("key_slot", "core/slot.c"), ("verdicts", "core/verdict*.[ch]")):
        comments = " ".join(re.findall(r"/\*.*?\*/", (HERE / f"{model}.pml").read_text(), re.S))
        named = set(re.findall(r"\bC: (\w+)", comments))
        source = "".join(file.read_text() for file in SRC.glob(pattern))
        assert len(named) >= 5
        assert [name for name in sorted(named) if not re.search(rf"^\w[^\n;]*\b{name}\(", source, re.M)] == []
