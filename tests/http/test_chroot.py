# SPDX-License-Identifier: Apache-2.0
"""ChrootDir: the children's root is another one than the parent's."""

import os

import pytest
from env import answers, statefiles
from env.keyservers import api, cut_off
from env.revocations import Listing, wait_for_status
from env.snippets import location, trusts
from env.verdicts import assert_ok
from env.waiting import wait_for

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change its root")

# How the directory may be written, and where it is below the new root.
DIRECTORIES = {
    "the default": ("", "run/okta"),
    "as the parent sees it": ('OktaStateDir "{root}/keys"', "keys"),
    "as the children see it": ("OktaStateDir /keys", "keys"),
}


@pytest.mark.parametrize("name", DIRECTORIES)
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_state_directory_is_the_children_s(launch, issuer, name, slash):
    """Written by them and read by the parent, as by the same name."""
    directive, place = DIRECTORIES[name]

    def snippet(s):
        return f'ChrootDir "{s.root}{slash}"\n' + api(issuer, directive.format(root=s.root), "OktaKeyWait 1s")
    server = launch(snippet, mpm="prefork")
    assert server.configtest().ok
    assert_ok(server.get("/whoami", issuer.mint.token()))
    wait_for(statefiles.path(server.root / place, issuer).exists, "the state file")
    server.graceful()
    assert_ok(server.get("/whoami", issuer.mint.token()))
    server.stop()
    cut_off(issuer)
    server.start()
    assert_ok(server.get("/whoami", issuer.mint.token()))
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)


def test_configtest_looks_inside(launch, issuer):
    server = launch(lambda s: f'ChrootDir "{s.root}"\n' + api(issuer, "OktaStateDir /var/lib/okta"), start=False)
    judged = server.configtest()
    assert not judged.ok
    assert f'OktaStateDir "/var/lib/okta" ("{server.root}/var/lib/okta", in ChrootDir): the directory above it' \
        in judged.output


def test_certificate_authorities_may_stay_outside(launch, make_issuer, authority):
    issuer = make_issuer(tls=authority.server())

    def snippet(s):
        (s.root / "jail" / "tmp").mkdir(parents=True, exist_ok=True)
        ca = s.write("conf/ca.pem", authority.ca_file.read_bytes())
        ca.chmod(0o600)
        return (f'ChrootDir "{s.root}/jail"\n'
                + trusts(issuer, f"OktaCAFile {ca}", "OktaKeyWait 2s") + location("/whoami"))
    server = launch(snippet, mpm="prefork", log_level="notice auth_okta:info")
    assert_ok(server.get("/whoami", issuer.mint.token()))


def test_the_refresher_s_lock_may_stay_outside(launch, issuer):
    """Children that cannot open its file do not take each other's turns: fetches come to their end."""
    issuer.script("keys", answers.delayed(0.5))
    server = launch(lambda s: f'ChrootDir "{s.root}"\nMutex "flock:{s.root}/run" default\n' + api(issuer),
                    log_level="notice auth_okta:info")
    assert_ok(server.get("/whoami", issuer.mint.token()))
    assert server.error_log.matching("OKTA-KEYS: the lock of the refresher cannot be used here")
    assert (issuer.metadata_fetches(), issuer.key_fetches()) == (1, 1)


@pytest.mark.parametrize("path", ["/revoked/list", "{root}/revoked/list"])
def test_a_list_of_revocations_is_within(launch, issuer, path):
    """By the name that it has inside or outside. The parent reads it first, and children what changes."""
    def snippet(s):
        s.listing = getattr(s, "listing", None) or Listing(s.root / "revoked" / "list")
        return f'ChrootDir "{s.root}"\n' + api(issuer, f"OktaRevocations {path.format(root=s.root)}")
    server = launch(snippet, mpm="prefork")
    assert server.configtest().ok
    token = issuer.mint.token(jti="AT.jail")
    assert_ok(server.get("/whoami", token))
    server.listing.append("jti AT.jail\n")
    wait_for_status(server, token, 401)
