# SPDX-License-Identifier: Apache-2.0
"""A restart with another build of the module, that lays out otherwise what it keeps: it takes nothing over."""

import re
from pathlib import Path

import pytest
from env import jwe, places
from env.asked import asks, shared  # noqa: F401  pytest takes fixtures from here
from env.revocations import Listing
from env.snippets import location
from env.status import HANDLER, verdicts
from env.verdicts import assert_ok, assert_refused, assert_unavailable

# The names of layouts, as the module has them in its texts.
LAYOUTS = re.compile(rb"(mod_auth_okta (counters|issuers|verdicts|dpop|introspection|revocations|shared key|decryption keys)"
                     rb" )(\d+) ")
RECIPIENT = jwe.recipient("recipient")


@pytest.fixture
def other_build(launch):
    """The module with other names for all layouts, as a file."""
    def make(server):
        changed, times = LAYOUTS.subn(lambda m: m[1] + b"0" * len(m[3]) + b" ", Path(places.module_path()).read_bytes())
        assert times == 8
        return server.write("conf/mod_auth_okta.so", changed)
    return make


def test_another_layout_takes_nothing_over(launch, shared, other_build, monkeypatch):
    """What is kept is shown by files that went bad: the same build goes on with what it had of them."""
    def snippet(s):
        s.listing = getattr(s, "listing", None) or Listing(s.root / "revoked" / "list")
        s.key = getattr(s, "key", None) or jwe.install(s, "conf/key.pem", RECIPIENT)
        return (asks(shared, f'OktaDecryptionKey "{s.key}"') + location("/whoami") + HANDLER
                + f"<VirtualHost {s.host}:{s.port}>\nServerName first.example.com\n</VirtualHost>\n"
                + f"<VirtualHost {s.host}:{s.port}>\nServerName second.example.com\n"
                + f"OktaRevocations {s.listing.path}\n</VirtualHost>\n")
    server = launch(snippet, processes=1)
    server.expects("OktaDecryptionKey|OktaRevocations|goes on in spite|OKTA-REVOCATIONS|OKTA-REFUSED|AH0", lasting=True)
    opaque, signed = shared.opaque(), shared.mint.token()
    encrypted = jwe.encrypt(signed, RECIPIENT)

    def listed():
        return server.get("/whoami", signed, headers={"Host": "second.example.com"})

    def restart():
        (server.root / "conf" / "httpd.conf").write_text(server.configuration())
        server.graceful()
    for token in (opaque, encrypted):
        assert_ok(server.get("/whoami", token))
    assert_ok(listed())
    server.key.write_text("nothing")
    server.listing.replace("nonsense\n")
    restart()
    for token in (opaque, encrypted):
        assert_ok(server.get("/whoami", token))
    assert_ok(listed())
    assert shared.asked(opaque) == 1 and verdicts(server)["ok"] >= 6
    module = other_build(server)
    monkeypatch.setattr(places, "module_path", lambda: module)
    restart()
    assert verdicts(server).get("ok", 0) == 0
    assert_ok(server.get("/whoami", opaque))
    assert shared.asked(opaque) == 2
    assert_refused(server.get("/whoami", encrypted))
    assert_unavailable(listed())
