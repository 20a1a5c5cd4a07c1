# SPDX-License-Identifier: Apache-2.0
"""conf/okta.conf and docs/directives.md hold exactly the module's command table."""

import html
import re

import pytest
from env import places

_NAME = re.compile(r"\bOkta[A-Z][A-Za-z]*\b")


@pytest.fixture(scope="module")
def command_table(launch_shared):
    """{directive: help} as the module tells httpd (mod_info prints it)."""
    server = launch_shared("<Location /info>\nSetHandler server-info\n</Location>\n", modules=["info"],
                           processes=1)
    page = server.get("/info?mod_auth_okta.c").body.decode()
    rows = re.findall(r"<dd><tt>(.*?) - <i>(.*?)</i></tt></dd>", page, re.S)
    table = {html.unescape(name).strip("<>"): html.unescape(text) for name, text in rows}
    assert "OktaIssuer" in table, page
    return table


def test_every_directive_explains_itself(command_table):
    assert all(name.startswith("Okta") for name in command_table)
    assert not [name for name, text in command_table.items() if len(text) < 10]


def test_the_directives_of_the_design_exist(command_table):
    assert {"OktaDomain", "OktaAuthorizationServer", "OktaIssuer", "OktaAudience", "OktaClientId",
            "OktaAlgorithms", "OktaTokenType", "OktaClockSkew", "OktaMaxTokenBytes", "OktaJwksUri",
            "OktaJwksFile", "OktaFetchTimeout", "OktaHttpProxy", "OktaCAFile", "OktaInsecureHttp",
            "OktaRemoteUser", "OktaClaimEnv", "OktaAnonymous"} <= set(command_table)


def test_sample_configuration(command_table):
    """Every directive stands at the beginning of a line, commented out or not; none is unknown."""
    text = (places.REPO / "conf" / "okta.conf").read_text()
    stated = set(re.findall(r"^[#\s]*<?(Okta[A-Z][A-Za-z]*)\b", text, re.M))
    assert set(command_table) - stated == set(), "missing in conf/okta.conf"
    assert set(_NAME.findall(text)) - set(command_table) == set(), "unknown in conf/okta.conf"


def test_directives_page(command_table):
    """Every directive has a heading of its own; none is unknown."""
    text = (places.REPO / "docs" / "directives.md").read_text()
    headings = set(re.findall(r"^#+\s+`?<?(Okta[A-Z][A-Za-z]*)", text, re.M))
    assert set(command_table) - headings == set(), "missing in docs/directives.md"
    assert set(_NAME.findall(text)) - set(command_table) == set(), "unknown in docs/directives.md"
