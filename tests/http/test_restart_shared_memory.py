# SPDX-License-Identifier: Apache-2.0
"""A restart that gets no shared memory. Its limit of address space is none for a sanitizer, hence a file of its own."""

import re
import struct
import subprocess
from pathlib import Path

import pytest
from env.revocations import Listing
from env.snippets import location, trusts
from env.verdicts import assert_ok, assert_unavailable
from env.waiting import wait_for


def _restart(server):
    (server.root / "conf" / "httpd.conf").write_text(server.configuration())
    server.graceful()


def _limit(server, size):
    subprocess.run(["prlimit", f"--pid={server.pid}", f"--as={size}:"], check=True)


def test_no_shared_memory_to_be_had(launch, make_issuer):
    """Issuers that were there go on with what they have, refreshes included; new ones get 503; later all is well."""
    issuer, other = make_issuer(), make_issuer()
    huge = f"OktaKeySetMaxBytes {1 << 22}\n" + "".join(
        f"<Location /n{n}>\nOktaIssuer https://127.0.0.9/oauth2/n{n}\n</Location>\n" for n in range(400))
    also = []

    def snippet(_):
        return ("OktaKeyRefresh 1s 1s\nOktaKeyWait 300ms\n" + trusts([issuer, *also[:1]])
                + location("/whoami") + "".join(also[1:]))
    server = launch(snippet)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    also.extend([other, huge])
    _limit(server, 3 << 30)
    server.expects("emerg.*no shared memory to be had", lasting=True)
    server.expects("OKTA-KEYS|OKTA-REFUSED", optional=True, lasting=True)
    _restart(server)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    fetched = issuer.key_fetches()
    wait_for(lambda: issuer.key_fetches() > fetched, "a refresh after the restart")
    also.pop()
    _restart(server)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    wait_for(lambda: server.get("/whoami", other.mint.token()).status == 200, "the new issuer")


@pytest.mark.skipif(struct.calcsize("P") < 8, reason="with 32 bits a list is no larger than what the threads need")
def test_no_shared_memory_for_a_list_of_revocations(launch, issuer, monkeypatch):
    """503 where the new list holds, and nothing else anywhere; later all is well."""
    directive = []

    def snippet(s):
        return (trusts(issuer) + location("/whoami")
                + f"<VirtualHost {s.host}:{s.port}>\nServerName first.example.com\n</VirtualHost>\n"
                + f"<VirtualHost {s.host}:{s.port}>\nServerName second.example.com\n"
                + "".join(directive) + "</VirtualHost>\n")
    # a list takes 300 MB of addresses at once. That is room enough for threads, without malloc's reserves for each
    monkeypatch.setenv("MALLOC_ARENA_MAX", "1")
    server = launch(snippet, processes=1, threads=4, inherit=["MALLOC_ARENA_MAX"])
    token = issuer.mint.token()

    def of(host):
        return server.get("/whoami", token, headers={"Host": f"{host}.example.com"})
    assert_ok(of("second"))
    listing = Listing(server.root / "revoked" / "list")
    directive.append(f"OktaRevocations {listing.path}\n")
    size = int(re.search(r"VmSize:\s+(\d+) kB", Path(f"/proc/{server.pid}/status").read_text())[1]) << 10
    _limit(server, size + (280 << 20))
    server.expects(f"emerg.*OktaRevocations \"{listing.path}\": no shared memory to be had for [1-9][0-9]+ bytes; give"
                   " httpd more memory", lasting=True)
    server.expects("the restart goes on in spite of that: tokens get 503 where that list holds", lasting=True)
    server.expects("OKTA-REFUSED", lasting=True)
    _restart(server)
    assert_ok(of("first"))
    assert_unavailable(of("second"))
    _limit(server, "unlimited")
    _restart(server)
    assert_ok(of("second"))
