# SPDX-License-Identifier: Apache-2.0
"""Keys that are damaged in shared memory: nobody is judged by them, and they are fetched in full."""

import re

from env.keyservers import api, fetch_lines
from env.verdicts import assert_ok
from env.waiting import wait_for


def _spoil(pid, text, replacement):
    """Write over text wherever it stands in the memory that a server's processes share; how often it did."""
    count = 0
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory:
        for line in maps:
            area = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw-s ", line)
            if not area:
                continue
            start, end = (int(address, 16) for address in area.groups())
            memory.seek(start)
            content = memory.read(end - start)
            for found in re.finditer(re.escape(text), content):
                memory.seek(start + found.start())
                memory.write(replacement)
                count += 1
    return count


def test_keys_of_no_use_are_fetched_in_full(issuer, launch):
    """What is damaged may be JSON still, with an ETag that the issuer would answer with 304 for ever."""
    server = launch(api(issuer, "OktaKeyRefresh 1h 1h", "OktaKeyCooldown 1s"), processes=1)
    wait_for(lambda: fetch_lines(server), "the keys")
    # No process has parsed them yet. A modulus of "!…" is no base64url.
    modulus = issuer.keys[0].public()["n"].encode()
    assert _spoil(server.pid, modulus, b"!" + modulus[1:]) > 0
    server.expects("OKTA-KEYS: the key set of issuer .* in shared memory is damaged: no usable key")
    server.expects("OKTA-REFUSED: reason=keys_unavailable status=503", optional=True, lasting=True)
    token = issuer.mint.token()
    wait_for(lambda: server.get("/whoami", token).status == 200, "sound keys", interval=0.1)
    asked = [r for r in issuer.requests if r.endpoint == "keys"]
    assert len(asked) == 2 and "if-none-match" not in asked[1].headers
    assert_ok(server.get("/whoami", token))
