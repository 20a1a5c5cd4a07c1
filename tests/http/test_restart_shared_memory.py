# SPDX-License-Identifier: Apache-2.0
"""A restart that gets no shared memory. Its limit of address space is none for a sanitizer, hence a file of its own."""

import subprocess

from env.snippets import location, trusts
from env.verdicts import assert_ok
from env.waiting import wait_for


def _restart(server):
    (server.root / "conf" / "httpd.conf").write_text(server.configuration())
    server.graceful()


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
    subprocess.run(["prlimit", f"--pid={server.pid}", f"--as={3 << 30}"], check=True)
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
