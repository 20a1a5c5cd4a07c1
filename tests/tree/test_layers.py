"""The arrows between the layers: core <- fetch <- { httpd, cli }; devserver stands on core."""

import re
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src"
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)

# What each layer may include of the project.
ALLOWED = {
    "core": {"core"},
    "fetch": {"fetch", "core"},
    "httpd": {"httpd", "fetch", "core"},
    "cli": {"cli", "fetch", "core"},
    "devserver": {"devserver", "core"},
}

HTTPD = re.compile(r"^(httpd|http_\w+|ap_\w+|util_\w+|mod_\w+|mpm_\w+|scoreboard|unixd|heartbeat)\.h$")
CURL = re.compile(r"^curl/")


def _files(layer):
    return sorted(p for p in (SRC / layer).rglob("*") if p.suffix in (".c", ".h"))


def _includes(path):
    """(quoted or angled, header) pairs; comments do not count."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    return INCLUDE.findall(text)


def _offences(layer, forbidden):
    return [f"{path.relative_to(SRC)}: {header}" for path in _files(layer)
            for _, header in _includes(path) if forbidden.search(header)]


@pytest.mark.parametrize("layer", ["core", "fetch", "httpd"])
def test_the_layer_exists(layer):
    assert _files(layer)


def test_every_folder_is_a_layer():
    assert {p.name for p in SRC.iterdir() if p.is_dir()} <= set(ALLOWED)


def test_core_knows_neither_httpd_nor_the_network():
    assert _offences("core", HTTPD) == []
    assert _offences("core", CURL) == []
    # arpa/inet.h and netinet/in.h only read addresses (inet_pton).
    sockets = re.compile(r"^(sys/socket|netdb|apr_network_io)\.h$")
    assert _offences("core", sockets) == []


@pytest.mark.parametrize("layer", ["fetch", "cli"])
def test_no_httpd_outside_the_modules(layer):
    assert _offences(layer, HTTPD) == []


def test_the_development_issuer_needs_no_client():
    assert _offences("devserver", CURL) == []


@pytest.mark.parametrize("layer", ALLOWED)
def test_arrows_between_layers(layer):
    wrong = []
    for path in _files(layer):
        for bracket, header in _includes(path):
            folder = header.partition("/")[0]
            if bracket == '"' and folder in ALLOWED and folder not in ALLOWED[layer]:
                wrong.append(f"{path.relative_to(SRC)}: {header}")
    assert wrong == []


@pytest.mark.parametrize("layer", ALLOWED)
def test_project_headers_are_named_from_src(layer):
    """`"core/reason.h"`, never `"reason.h"` or `"../core/reason.h"`: the arrows above rely on it."""
    wrong = []
    for path in _files(layer):
        for bracket, header in _includes(path):
            local = (path.parent / header).exists() and "/" not in header
            if bracket == '"' and (header.startswith(".") or local):
                wrong.append(f"{path.relative_to(SRC)}: {header}")
            if bracket == '"' and header.partition("/")[0] in ALLOWED and not (SRC / header).exists():
                wrong.append(f"{path.relative_to(SRC)}: {header} does not exist")
    assert wrong == []


def _circle(needs):
    """A path from a file back to itself, or none."""
    done = set()

    def walk(name, path):
        if name in path:
            return path[path.index(name):] + [name]
        if name in done:
            return []
        for other in sorted(needs.get(name, ())):
            if found := walk(other, path + [name]):
                return found
        done.add(name)
        return []

    return next((found for name in sorted(needs) if (found := walk(name, []))), [])


def test_no_circle_among_files():
    """x.c and x.h are one; what x needs does not need x, by what they include. A call needs a declaration, which
    stands in a header, so that calls make no other arrows."""
    needs = {}
    for path in (p for layer in ALLOWED for p in _files(layer)):
        name = str(path.relative_to(SRC).with_suffix(""))
        headers = {header.removesuffix(".h") for bracket, header in _includes(path) if bracket == '"'}
        needs.setdefault(name, set()).update(headers - {name})
    assert _circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert _circle(needs) == []


def test_sizes(record_property):
    """Under 500 lines is a goal: larger files are shown, and do not fail."""
    for layer in ALLOWED:
        for path in _files(layer):
            lines = path.read_text().count("\n")
            if lines >= 500:
                print(f"{path.relative_to(SRC)}: {lines} lines")
                record_property(str(path.relative_to(SRC)), lines)
