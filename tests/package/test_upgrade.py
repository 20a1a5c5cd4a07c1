# SPDX-License-Identifier: Apache-2.0
"""Another version of the package while requests come: each gets the answer that it would have got without."""

import json
import subprocess
import sys

import pytest
from builds import BEFORE
from machine import HERE, wait_for

MODULE = "libapache2-mod-auth-okta"
CONF = "/etc/apache2/mods-available/auth_okta.conf"
# less would not show that a restart fell into the load
LEAST = 100


class Load:
    """load.py in the machine's network."""

    def __init__(self, machine):
        self._process = subprocess.Popen(
            machine.beside(sys.executable, HERE / "load.py", 80, machine.issuer_folder), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def end(self):
        out, _ = self._process.communicate(timeout=120)
        return json.loads(out)


def version(machine):
    return machine.run("dpkg-query", "-W", "-f", "${Version}", MODULE)


def restarts(machine):
    return machine.error_log().count("resuming normal operations")


@pytest.mark.parametrize("way", ("upgrade", "downgrade"))
def test_under_load(server, built, previous, way):
    first, second = (previous, built) if way == "upgrade" else (built, previous)
    server.install(first.debs())
    server.protect(server.start_issuer())
    server.service("restart")
    assert "WRONG" not in server.guide()
    parent, was, begun = server.apache(), version(server), restarts(server)
    old = server.modules_in_use()
    load = Load(server)
    try:
        server.install(second.debs(), "--allow-downgrades")
        wait_for(lambda: restarts(server) > begun, "the graceful restart")
        wait_for(lambda: old.isdisjoint(server.modules_in_use()) and server.modules_in_use(), "the new module")
    finally:
        seen = load.end()
    assert version(server) != was
    assert server.apache() == parent
    assert seen["wrong"] == [] and seen["answers"] > LEAST, seen
    assert "WRONG" not in server.guide()
    print(f"{way}: {seen['answers']} answers, {seen['reopened']} kept connections reopened, none wrong")


def test_a_module_that_is_off_stays_off(server, built, previous):
    server.install(previous.debs())
    server.run("a2enmod", "auth_okta")
    server.run("a2dismod", "auth_okta")
    begun = restarts(server)
    server.install(built.debs())
    assert version(server) == "1.0.0-1"
    assert "auth_okta" not in server.run("ls", "/etc/apache2/mods-enabled")
    assert restarts(server) == begun


def test_an_upgrade_leaves_a_broken_configuration_alone(server, built, previous):
    """Apache runs on with what it has; the upgrade succeeds and says why nothing was reloaded."""
    server.install(previous.debs())
    server.protect(server.start_issuer())
    server.service("restart")
    server.write("/etc/apache2/conf-enabled/broken.conf", "OktaClockSkew soon\n")
    said = server.install(built.debs())
    assert "Your configuration is broken" in said and "OktaClockSkew" in said
    assert "WRONG" not in server.guide()


def test_a_new_auth_okta_conf_comes_with_its_release(server, built, previous):
    server.install(previous.debs())
    assert BEFORE in server.run("cat", CONF)
    server.install(built.debs())
    assert BEFORE not in server.run("cat", CONF)


@pytest.mark.parametrize("answer, kept", (("N", True), ("Y", False)))
def test_a_changed_auth_okta_conf_is_the_administrators(server, built, previous, answer, kept):
    """dpkg asks, as the release has another one, and keeps the one that was not chosen beside it."""
    server.install(previous.debs())
    server.shell(f"echo 'OktaClockSkew 30' >>{CONF}")
    said = server.run("apt-get", "-q", "install", "-y", *server.copy(built.debs()), input=f"{answer}\n")
    assert f"Configuration file '{CONF}'" in said
    assert ("OktaClockSkew 30" in server.run("cat", CONF)) == kept
    other = server.run("cat", f"{CONF}.dpkg-{'dist' if kept else 'old'}")
    assert ("OktaClockSkew 30" in other) != kept
    server.run("apt-get", "-q", "purge", "-y", MODULE)
    assert "auth_okta" not in server.run("ls", "/etc/apache2/mods-available")
