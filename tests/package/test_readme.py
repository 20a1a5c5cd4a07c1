# SPDX-License-Identifier: Apache-2.0
"""A person with the README alone, on a bare Debian: the commands of "Install the package", word for word.

The first one ran before, where there is a network: it builds the packages of all these tests. No word is substituted,
not even the issuer's address: in this machine the name that the README has leads to an issuer of ours.
"""

import re
import shlex
import subprocess

import bases

NAME = "integrator-123456.okta.com"
FIRST = "scripts/package deb"
TREE = "/root/mod_auth_okta"


def blocks():
    """The commands of the section, block by block."""
    section = re.search(r"^## Install the package\n(.*?)^## ", (bases.TOP / "README.md").read_text(), re.M | re.S)[1]
    return re.findall(r"^```sh\n(.*?)^```", section, re.M | re.S)


def prepared(machine, debs):
    """What the person has: sudo, the tree with what its first command made, and a way to the issuer."""
    machine.shell(f"mkdir -p {TREE}/build/package /usr/local/share/ca-certificates")
    machine.copy(debs, f"{TREE}/build/package")
    machine.write("/usr/local/bin/sudo", '#!/bin/sh\nexec "$@"\n', 0o755)
    machine.write("/etc/hosts", f"127.0.0.1 localhost stock {NAME}\n")
    machine.start_issuer("--name", NAME)
    machine.copy([machine.issuer_folder / "test-ca.pem"])
    machine.shell("cp /root/test-ca.pem /usr/local/share/ca-certificates/test-ca.crt")


def test_the_way_to_a_protected_location(machine, debian, built):
    install, configure, ask = blocks()
    first, _, rest = install.partition("\n")
    assert first == FIRST
    here = machine(debian.with_downloads(built.debs()))
    prepared(here, built.files())
    for text in (rest, configure):
        here.shell(f"cd {TREE}\n{text}")
    without, with_token = (
        subprocess.run(here.beside("bash", "-euc", f"TOKEN={here.tokens()['good']}\n{line}"), check=True, text=True,
                       capture_output=True).stdout for line in ask.splitlines())
    assert without.startswith("HTTP/1.1 401 ") and 'WWW-Authenticate: Bearer realm=' in without
    assert with_token.startswith("HTTP/1.1 200 ") and "user@example.com" in with_token


def test_what_the_command_says_is_the_way_to_install(built):
    """The paths that it prints are those of the packages, each once, as a shell reads them."""
    line = next(line for line in built.said.splitlines() if line.startswith("  apt install "))
    assert [word.rpartition("/")[2] for word in shlex.split(line)[2:]] == [deb.name for deb in built.debs()]
