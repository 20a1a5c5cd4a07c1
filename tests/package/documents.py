# SPDX-License-Identifier: Apache-2.0
"""Links of the documents in a package."""

import os.path
import re

# what is read in the source alone, or is a man page
SOURCE = ("CONTRIBUTING.md", "src/", "tests/")
_LINK = re.compile(r"\]\(([^)#\s:]+)(?:#[^)]*)?\)")


def leading_nowhere(folder):
    """What the documents below the folder link to, and is not in it, as "document: target", both from the folder."""
    links = [(document, link) for document in sorted(folder.rglob("*.md"))
             for link in _LINK.findall(document.read_text())]
    assert len(links) > 50, folder
    missing = [(document, os.path.relpath(document.parent / link, folder)) for document, link in links
               if not (document.parent / link).exists()]
    return [f"{document.relative_to(folder)}: {name}" for document, name in missing if not name.startswith(SOURCE)]
