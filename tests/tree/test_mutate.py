# SPDX-License-Identifier: Apache-2.0
"""scripts/mutate: which faults it makes, how it draws them, and how it tells a noticed one from another."""

import json
import subprocess
import sys

import pytest
from tree import SRC, TOP

sys.path.insert(0, str(TOP / "scripts" / "lib"))

from mutate import equivalents, results, running, trial  # noqa: E402
from mutate.build import Build  # noqa: E402
from mutate.campaign import Campaign  # noqa: E402
from mutate.coverage import Map, NoTest, chosen, moved  # noqa: E402
from mutate.faults import drawn, faults_of  # noqa: E402
from mutate.values import enumerators_of  # noqa: E402

SAMPLE = """\
#include "less.h" /* a < b */
_Static_assert(2 + 2 == 4, "no place");
enum color { RED, GREEN };
static const int sizes[2] = {7, 9};

static bool small(int a, const char *s, struct box *b)
{
    char text[8];

    /* a && b */
    if (a < 3 && !b)
        return false;
    a += b->n & 4;
    copy(text, s, sizeof(text));
    log_it("two words", "word");
    while (a--) {
        break;
    }
    return strlen(s) ? a == GREEN : a != 'x';
}

static const char *last(const char *s)
{
    return s + 1;
}
"""


def changes(text=SAMPLE):
    """{(line, operator, what stands there, what takes its place)}"""
    enumerators = enumerators_of([text])
    return {(f.line, f.operator, text[f.start:f.end], f.replacement) for f in faults_of("a.c", text, enumerators)}


@pytest.mark.parametrize("change", [
    (4, "number", "7", "8"), (4, "number", "9", "8"),
    (11, "comparison", "<", "<="), (11, "and-or", "&&", "||"), (11, "negation", "a < 3 && !b", "!(a < 3 && !b)"),
    (11, "negation", "!", ""), (11, "number", "3", "2"),
    (12, "returned", "false", "true"), (12, "dropped", "return false;", ";"),
    (13, "arithmetic", "+=", "-="), (13, "bits", "&", "|"), (13, "dropped", "a += b->n & 4;", ";"),
    (14, "arguments", "text, s", "s, text"), (14, "length", "sizeof(text)", "(sizeof(text) - 1)"),
    (14, "dropped", "copy(text, s, sizeof(text));", ";"),
    (15, "string", '"word"', '"wosd"'),
    (16, "step", "--", "++"), (17, "dropped", "break;", ";"),
    (19, "choice", "a == GREEN : a != 'x'", "a != 'x' : a == GREEN"), (19, "constant", "GREEN", "RED"),
    (19, "character", "'x'", "'y'"), (19, "length", "strlen(s)", "(strlen(s) + 1)"),
    (19, "returned", "strlen(s) ? a == GREEN : a != 'x'", "!(strlen(s) ? a == GREEN : a != 'x')"),
    (24, "arithmetic", "+", "-"), (24, "returned", "s + 1", "NULL"),
])
def test_each_operator_finds_its_place(change):
    assert change in changes()


def test_what_is_no_behavior_is_left_alone():
    found = changes()
    # comments, directives, assertions, the size of a table, a declaration, a sentence for people, the last return
    assert not {line for line, *_ in found} & {1, 2, 3, 8, 10}
    assert not [c for c in found if c[0] == 4 and c[2] == "2"]
    assert not [c for c in found if "two words" in c[2] and c[1] == "string"]
    assert not [c for c in found if c[0] in (19, 24) and c[1] == "dropped"]


def test_lines_stay_where_they_are():
    text = "void f(void)\n{\n    call(1,\n         2);\n    other();\n}\n"
    for fault in faults_of("a.c", text, {}):
        assert fault.applied(text).count("\n") == text.count("\n"), fault


def test_every_source_of_the_tree_can_be_read():
    enumerators = enumerators_of(p.read_text() for p in SRC.rglob("*.h"))
    for path in sorted(SRC.rglob("*.c")):
        text = path.read_text()
        for fault in faults_of(str(path.relative_to(TOP)), text, enumerators):
            assert fault.applied(text) != text


def draw(seed, count, texts):
    faults = [fault for name, text in texts.items() for fault in faults_of(name, text, {})]
    return [fault.key for fault in drawn(faults, seed)][:count]


def test_a_seed_gives_the_same_draw_and_another_seed_another():
    texts = {"src/core/a.c": SAMPLE, "src/core/b.c": SAMPLE}
    assert draw(1, 30, texts) == draw(1, 30, texts)
    assert draw(1, 30, texts) != draw(2, 30, texts)


def test_each_file_has_its_share_of_the_draw():
    texts = {"src/core/a.c": SAMPLE, "src/core/b.c": SAMPLE + SAMPLE.replace("small", "big").replace("last", "first")}
    got = [file for file, *_ in draw(1, 30, texts)]
    assert got.count("src/core/a.c") == 10 and got.count("src/core/b.c") == 20


def test_an_edit_elsewhere_does_not_change_the_order_of_a_file():
    before = [k for k in draw(1, 1000, {"a.c": SAMPLE}) if k[1] == "last"]
    after = [k for k in draw(1, 1000, {"a.c": SAMPLE.replace("a < 3", "a < 1000")}) if k[1] == "last"]
    assert before == after


LISTED = """\
# a remark

a.c last
- return s + 1;
+ return s - 1;
why: nobody calls it,
  and nobody will.
"""


def test_a_listed_fault_is_found_by_its_text():
    entry, = equivalents.read(LISTED)
    assert entry.reason == "nobody calls it, and nobody will."
    faults = list(faults_of("a.c", "\n\n" + SAMPLE, {}))
    assert [f.line for f in faults if entry.covers(f)] == [26]
    assert equivalents.stale([entry], faults) == []
    assert equivalents.stale([entry], list(faults_of("a.c", SAMPLE.replace("s + 1", "s + 2"), {}))) == [entry]


@pytest.mark.parametrize("broken", [LISTED.replace(part, "") for part in ("why: ", "- ", "a.c last")])
def test_a_malformed_list_is_refused(broken):
    with pytest.raises(equivalents.Malformed, match="line"):
        equivalents.read(broken)


def test_the_list_of_the_tree_matches_the_tree():
    entries = equivalents.read((TOP / "tests" / "mutate" / "equivalent.txt").read_text())
    enumerators = enumerators_of(p.read_text() for p in sorted(SRC.rglob("*.[ch]")))
    faults = [f for name in {e.file for e in entries}
              for f in faults_of(name, (TOP / name).read_text(), enumerators)]
    assert equivalents.stale(entries, faults) == []


def test_a_map_may_be_of_some_tests_alone():
    tests = ["tests/unit/test_a", "tests/unit/test_ab", "tests/http/test_a.py"]
    assert chosen(tests, []) == tests
    assert chosen(tests, ["tests/unit"]) == chosen(tests, ["tests/unit/"]) == tests[:2]
    assert chosen(tests, ["tests/http/test_a.py", "tests/unit/test_a.c"]) == [tests[0], tests[2]]
    with pytest.raises(NoTest, match="tests/http/test_b.py is no test or folder of tests"):
        chosen(tests, ["tests/unit", "tests/http/test_b.py"])


def test_lines_of_a_map_follow_an_edit():
    assert moved("a\nb\nc\n", "new\na\nc\n") == {1: 2, 3: 3}


# A project of one source and one unit program: whether a number is one that a table has room for.
ROOM = """\
int room(int n);
int room(int n)
{
    if (n < 10)
        return 1;
    return 0;
}
"""
ROOM_TEST = """\
#include <stdio.h>
int room(int n);
int main(void)
{
    int good = room(%s) == 1 && room(50) == 0;

    puts(good ? "ok 1 - test_room" : "not ok 1 - test_room");
    return !good;
}
"""


@pytest.fixture
def project(tmp_path):
    """project(number) -> a worker of a project whose test asks for that number."""
    def make(asked):
        tree, folder = tmp_path / "tree", tmp_path / "build"
        for path, text in (("src/core/room.c", ROOM), ("tests/unit/test_room.c", ROOM_TEST % asked)):
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_text(text)
        (folder / "tests/unit").mkdir(parents=True, exist_ok=True)
        (folder / "core").mkdir(exist_ok=True)
        compiles = {"src/core/room.c": [f"gcc -O1 -c {tree}/src/core/room.c -o core/room.o", "core/room.o"]}
        links = {"tests/unit/test_room": f"gcc {tree}/tests/unit/test_room.c core/libcore.a -o tests/unit/test_room"}
        build = Build(tree, folder, compiles, links)
        assert build.compile("src/core/room.c")
        subprocess.run(["ar", "rc", "core/libcore.a", "core/room.o"], cwd=folder, check=True)
        known = Map(tmp_path / "none.json")
        known.tests = {"tests/unit/test_room": {"seconds": 0, "lines": {"src/core/room.c": [2, 4, 5, 6]}}}
        known.instrumented = {"src/core/room.c": [2, 4, 5, 6]}
        return trial.Worker(build, trial.Tests(known, 10), ())
    return make


def verdict(worker, *change):
    """On one fault of the project, which leaves nothing behind: neither in the source nor in what others link."""
    fault, = (f for f in faults_of("src/core/room.c", ROOM, {}) if (f.before, f.after) == change)
    found = worker.judge(fault)
    assert (worker.build.tree / "src/core/room.c").read_text() == ROOM
    archived = subprocess.run(["ar", "p", worker.build.folder / "core/libcore.a", "room.o"], capture_output=True,
                              check=True).stdout
    assert archived == worker.objects["src/core/room.c"]
    return found


BORDER = ("if (n < 10)", "if (n <= 10)")


def test_a_fault_that_a_test_asks_for_is_noticed(project):
    worker = project(9)
    assert verdict(worker, "return 1;", ";") == {
        "verdict": "noticed", "by": "tests/unit/test_room", "case": "test_room", "how": "failed"}
    assert verdict(worker, *BORDER) == {"verdict": "missed", "why": "passed: 1 unit programs, 0 of 0 test files"}


def test_the_missing_test_makes_the_difference(project):
    assert verdict(project("9) == 1 && room(10) == 0 && room(8"), *BORDER)["verdict"] == "noticed"


def test_a_test_that_fails_without_a_fault_ends_the_run(project):
    with pytest.raises(trial.BrokenTest, match="test_room fails without any fault"):
        verdict(project(11), "if (n < 10)", "if (n < 9)")


def test_what_no_test_executes_is_not_noticed(project):
    worker = project(9)
    worker.tests.map.tests = {}
    assert verdict(worker, *BORDER) == {"verdict": "missed", "why": "no test executes it"}


def test_the_same_code_is_no_fault(project):
    worker = project(9)
    text = ROOM.replace("n < 10", "10 > n + 0")
    (worker.build.tree / "src/core/room.c").write_text(text)
    same, = (f for f in faults_of("src/core/room.c", text, {}) if f.after == "if (10 > n - 0)")
    assert worker.judge(same) == {"verdict": "same code"}


def test_what_no_compiler_lets_pass_is_no_fault(project):
    worker = project(9)
    text = ROOM + "int spaces(const char *name, int n)\n{\n    return n ? spaces(name, n - 1) : *name;\n}\n"
    (worker.build.tree / "src/core/room.c").write_text(text)
    swapped, = (f for f in faults_of("src/core/room.c", text, {}) if "spaces(n - 1, name)" in f.after)
    assert worker.judge(swapped) == {"verdict": "no code"}


def test_a_run_goes_on_where_it_ended(project, tmp_path):
    worker, path = project(9), tmp_path / "results.jsonl"
    order = drawn(list(faults_of("src/core/room.c", ROOM, {})), 1)

    def run(count):
        said = []
        records = Campaign(order, results.read(path), [], count, path, said.append).run([worker])
        return [r for r in records if r["verdict"] in ("noticed", "missed")], said

    first, first_said = run(1)
    more, said = run(2)
    assert [results.key_of(r) for r in more[:1]] == [results.key_of(r) for r in first]
    assert len(more) == 2 and not set(said) & set(first_said)
    assert len(path.read_text().splitlines()) == len(results.read(path))


def test_a_listed_fault_is_not_tried(project, tmp_path):
    listed = [equivalents.Equivalent("src/core/room.c", "room", *BORDER, "because")]
    order = [f for f in faults_of("src/core/room.c", ROOM, {}) if (f.before, f.after) == BORDER]
    records = Campaign(order, {}, listed, 1, tmp_path / "results", lambda _: None).run([project(9)])
    assert [r["verdict"] for r in records] == ["equivalent"]


@pytest.mark.parametrize("noticed, good", [(95, True), (94, False)])
def test_the_table_says_whether_the_promise_holds(noticed, good):
    records = [{"file": "src/core/a.c", "verdict": "noticed" if i < noticed else "missed"} for i in range(100)]
    lines, holds = results.table(records)
    assert holds == good and f"core: {noticed}.0 % of 100" in lines[-1]


def test_a_test_that_hangs_is_ended_with_what_it_started(tmp_path):
    late = tmp_path / "late"
    status, _, _ = running.run(["sh", "-c", f"setsid sh -c 'sleep 2; touch {late}' & sleep 60"], tmp_path,
                               {"PATH": "/usr/bin:/bin"}, 1)
    assert status is None
    subprocess.run(["sleep", "2"], check=True)
    assert not late.exists()


@pytest.mark.parametrize("arguments", [["--count", "none"], ["--again"], ["README.md"], ["--unknown"]])
def test_bad_usage_is_one_line(arguments):
    done = subprocess.run([TOP / "scripts" / "mutate", *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_results_are_lines_of_json(tmp_path):
    fault = next(faults_of("a.c", SAMPLE, {}))
    results.append(tmp_path / "r", results.record_of(fault, {"verdict": "same code"}))
    assert json.loads((tmp_path / "r").read_text())["verdict"] == "same code"
    assert fault.key in results.read(tmp_path / "r")
