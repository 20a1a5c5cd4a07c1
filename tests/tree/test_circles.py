# SPDX-License-Identifier: Apache-2.0
"""No circle among files: who includes a header or calls a function depends on the file that has it."""

import graphlib
import re

from tree import LAYERS, code_of, files, includes, unit_of

# A definition begins its line; a call names the function anywhere else.
DEFINITION = re.compile(r"^(?!static\b|typedef\b|return\b)[A-Za-z_][\w \t*]*?\b(okta_\w+)\((?:[^;{}()]|\([^()]*\))*\)\s*\{", re.M)
NAME = re.compile(r"\bokta_\w+\b")


def _units():
    return sorted({unit_of(path) for layer in LAYERS for path in files(layer)})


def _homes():
    """(layer, function) -> the file that defines it. The command and the module are programs of their own."""
    homes = {}
    for layer in LAYERS:
        for path in files(layer, ".c"):
            for name in DEFINITION.findall(code_of(path)):
                assert homes.setdefault((layer, name), unit_of(path)) == unit_of(path), f"{name} is defined twice"
    return homes


def dependencies():
    """File -> the files that it needs, of the project."""
    homes, units, needs = _homes(), set(_units()), {}
    for layer in LAYERS:
        seen_from = {name: home for below in ("core", "fetch", layer) for (where, name), home in homes.items()
                     if where == below}
        for path in files(layer):
            needed = needs.setdefault(unit_of(path), set())
            needed |= {header.removesuffix(".h") for bracket, header in includes(path) if bracket == '"'} & units
            if path.suffix == ".c":
                needed |= {seen_from[name] for name in NAME.findall(code_of(path)) if name in seen_from}
            needed.discard(unit_of(path))
    return needs


def test_definitions_and_calls_are_found():
    homes, needs = _homes(), dependencies()
    assert homes["core", "okta_verify"] == "core/verify"
    assert homes["httpd", "okta_refresher_register"] == "httpd/refresher"
    assert "httpd/refresher" in needs["httpd/mod_auth_okta"]
    assert len(homes) > 250 and sum(map(len, needs.values())) > 300, (len(homes), sum(map(len, needs.values())))


def test_no_circle_among_files():
    try:
        graphlib.TopologicalSorter(dependencies()).prepare()
    except graphlib.CycleError as circle:
        raise AssertionError("a circle: " + " <- ".join(circle.args[1])) from None
