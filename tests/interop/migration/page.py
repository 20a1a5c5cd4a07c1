# SPDX-License-Identifier: Apache-2.0
"""What docs/migrate.md shows: the blocks of each section, and its tables as {first cell: {column: cell}}."""

import re

from env.places import REPO

PAGE = REPO / "docs" / "migrate.md"
# What the page writes, and the tests put their own addresses in its place.
ISSUER = "https://integrator-123456.okta.com/oauth2/default"
BACK_END = "http://127.0.0.1:3000"


def of_version(cell, installed):
    """A cell may say what another version does, in parentheses: `401 (2.4.17: 200)`."""
    other = re.fullmatch(r"(.*) \(([\d.]+): (.*)\)", cell)
    if not other:
        return cell
    return other[3] if installed.startswith(other[2]) else other[1]


def section(heading):
    """The text below a heading of the second level."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGE.read_text("utf-8"), re.M | re.S)
    assert found, f"docs/migrate.md has no section {heading!r}"
    return found[1]


def block(heading, language, number=0):
    """The n-th block of that language in a section."""
    return re.findall(rf"^```{language}\n(.*?)^```", section(heading), re.M | re.S)[number]


def table(heading):
    """The first table of a section."""
    rows = [[cell.strip() for cell in row.strip("|").split(" | ")]
            for row in re.search(r"(?:^\|.*\n)+", section(heading), re.M)[0].splitlines()]
    names = rows[0][1:]
    for row in rows[2:]:
        assert len(row) == len(rows[0]), f"a row of another length: {row}"
    return {row[0]: dict(zip(names, row[1:])) for row in rows[2:]}
