# SPDX-License-Identifier: Apache-2.0
"""The suite of sanitized builds leaves out what does not go with a sanitizer: valgrind, and what is loaded ahead of libc."""

import ast
import re

from tree import TOP


def _files():
    return {path.name: path.read_text() for path in (TOP / "tests" / "http").glob("test_*.py")}


def _left_out():
    suites = (TOP / "scripts" / "lib" / "check" / "suites.sh").read_text()
    command = re.search(r"pytest_suite http-asan ((?:.*\\\n)*.*)", suites)[1]
    return set(re.findall(r"--without (\S+)", command))


def _takes(source):
    """{function: the names of what it takes}, and those that are fixtures."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return ({node.name: {argument.arg for argument in node.args.args} for node in functions},
            {node.name for node in functions if "fixture" in "".join(ast.unparse(d) for d in node.decorator_list)})


def all_in_a_world(source):
    """Whether each case takes env.preload's world, itself or by a fixture: then the sanitized run has none of that file."""
    takes, fixtures = _takes(source)
    worlds = {"world"}
    while more := {name for name in fixtures - worlds if takes[name] & worlds}:
        worlds |= more
    cases = [taken for name, taken in takes.items() if name.startswith("test_")]
    return bool(cases) and all(taken & worlds for taken in cases)


def test_what_counts_instructions_is_left_out():
    counting = {name for name, source in _files().items() if "CountingHttpd" in source}
    assert counting, "nothing counts instructions any more?"
    assert not counting - _left_out(), f"http-asan needs --without: {sorted(counting - _left_out())}"


def test_files_of_which_no_case_is_left_are_left_out():
    whole = {name for name, source in _files().items() if all_in_a_world(source)}
    assert "test_keys_clock.py" in whole, "nothing sets a clock any more?"
    assert not whole - _left_out(), f"http-asan needs --without: {sorted(whole - _left_out())}"


def test_a_world_behind_a_fixture_is_seen_and_a_case_without_one_too():
    case = "def test_a(launch, world): pass\n"
    behind = "@pytest.fixture\ndef site(world): pass\n@pytest.fixture\ndef two(site): pass\ndef test_b(two): pass\n"
    assert all_in_a_world(case) and all_in_a_world(behind) and all_in_a_world(case + behind)
    assert not all_in_a_world(case + "def test_c(launch): pass\n")
    assert not all_in_a_world(behind + "def test_c(launch): pass\n")
