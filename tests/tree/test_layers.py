# SPDX-License-Identifier: Apache-2.0
"""The arrows between the layers: core <- fetch <- { httpd, cli }; devserver stands on core."""

import re

import pytest
from tree import SRC, code_of, files, includes

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


def _offenses(layer, forbidden):
    return [f"{path.relative_to(SRC)}: {header}" for path in files(layer)
            for _, header in includes(path) if forbidden.search(header)]


@pytest.mark.parametrize("layer", ["core", "fetch", "httpd"])
def test_the_layer_exists(layer):
    assert files(layer)


def test_every_folder_is_a_layer():
    assert {p.name for p in SRC.iterdir() if p.is_dir()} <= set(ALLOWED)


def test_core_knows_neither_httpd_nor_the_network():
    assert _offenses("core", HTTPD) == []
    assert _offenses("core", CURL) == []
    # arpa/inet.h and netinet/in.h only read addresses (inet_pton).
    sockets = re.compile(r"^(sys/socket|netdb|apr_network_io)\.h$")
    assert _offenses("core", sockets) == []


@pytest.mark.parametrize("layer", ["fetch", "cli"])
def test_no_httpd_outside_the_modules(layer):
    assert _offenses(layer, HTTPD) == []


def test_the_development_issuer_needs_no_client():
    assert _offenses("devserver", CURL) == []


@pytest.mark.parametrize("layer", ALLOWED)
def test_arrows_between_layers(layer):
    wrong = []
    for path in files(layer):
        for bracket, header in includes(path):
            folder = header.partition("/")[0]
            if bracket == '"' and folder in ALLOWED and folder not in ALLOWED[layer]:
                wrong.append(f"{path.relative_to(SRC)}: {header}")
    assert wrong == []


@pytest.mark.parametrize("layer", ALLOWED)
def test_project_headers_are_named_from_src(layer):
    """`"core/reason.h"`, never `"reason.h"` or `"../core/reason.h"`: the arrows above rely on it."""
    wrong = []
    for path in files(layer):
        for bracket, header in includes(path):
            local = (path.parent / header).exists() and "/" not in header
            if bracket == '"' and (header.startswith(".") or local):
                wrong.append(f"{path.relative_to(SRC)}: {header}")
            if bracket == '"' and header.partition("/")[0] in ALLOWED and not (SRC / header).exists():
                wrong.append(f"{path.relative_to(SRC)}: {header} does not exist")
    assert wrong == []


@pytest.mark.parametrize("layer", ["core", "fetch", "httpd", "cli"])
def test_json_is_written_whole(layer):
    """By okta_json_text: what jansson writes into a buffer that has to grow may lack a part, unnoticed."""
    assert [str(path.relative_to(SRC)) for path in files(layer) if "json_dump" in code_of(path)] == [
        "core/value.c"] * (layer == "core")
