# SPDX-License-Identifier: Apache-2.0
"""The files that keep key sets over a cold start."""

import hashlib
import json
import time


def path(folder, issuer):
    """Where the module keeps the keys of an issuer (an Issuer or its URL)."""
    url = getattr(issuer, "url", issuer)
    return folder / f"keys-{hashlib.sha256(url.encode()).hexdigest()[:32]}.json"


def load(folder, issuer):
    return json.loads(path(folder, issuer).read_bytes())


def rewrite(folder, issuer, **members):
    """Change members of the file's document in place: owner and mode stay."""
    file = path(folder, issuer)
    document = {**json.loads(file.read_bytes()), **members}
    with open(file, "r+b") as out:
        out.truncate(out.write(json.dumps(document).encode()))


def is_fresh(file):
    """Whether the file itself is sound and was written in the last minute."""
    if file.is_symlink():
        return False
    try:
        document = json.loads(file.read_bytes())
    except ValueError:
        return False
    return bool(document["keys"]) and abs(document["fetched_at"] - time.time()) < 60
