# SPDX-License-Identifier: Apache-2.0
"""httpd reads its configuration twice at a start and loads its modules anew: they may stand elsewhere then."""

import subprocess
from pathlib import Path

import pytest
from env import places
from env.snippets import location, trusts
from env.verdicts import assert_challenge_bare, assert_ok


@pytest.fixture
def moving(monkeypatch, tmp_path):
    """What is loaded ahead of libc does not go with a sanitizer."""
    if places.SANITIZE or places.VALGRIND:
        return
    tmp_path.chmod(0o755)
    library = tmp_path / "moved.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, Path(places.__file__).with_name("moved.c"), "-ldl"],
                   check=True)
    monkeypatch.setenv("LD_PRELOAD", str(library))


@pytest.mark.every_mpm
def test_modules_that_moved(launch, issuer, moving):
    """Sections with and without a Require, so that both are looked into before httpd serves anything."""
    server = launch(trusts(issuer) + location("/whoami")
                    + location("/open", require=None, handler="okta-hello", realm="api")
                    + '<Directory "/nowhere">\nAuthType Okta\nAuthName "files"\nRequire valid-user\n</Directory>\n',
                    inherit=("LD_PRELOAD",), start=False)
    server.expects("OKTA-CONFIG|OKTA-UNASKED|unasked", optional=True, lasting=True)
    server.start()
    assert_challenge_bare(server.get("/whoami"))
    assert_ok(server.get("/whoami", issuer.mint.token()))
    server.graceful()
    assert_ok(server.get("/whoami", issuer.mint.token()))
