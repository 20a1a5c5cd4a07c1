# SPDX-License-Identifier: Apache-2.0
"""Containerfile, step by step in bare chroots: no engine is needed. Its first run fetches packages of Debian."""

import json
import pickle
import shutil
import subprocess
import sys

import pytest
from bases import TOP
from dist_container import Container, build


@pytest.fixture(scope="module")
def stage(able):
    work = TOP / "build" / "package-base" / "container"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    # beside the bases: as large as they are
    yield build(TOP / "Containerfile", work)
    shutil.rmtree(work)


@pytest.fixture(scope="module")
def told(stage, tmp_path_factory):
    folder = tmp_path_factory.mktemp("container")
    (folder / "stage").write_bytes(pickle.dumps(stage))
    calls = TOP / "tests/package/dist_container_calls.py"
    done = subprocess.run(["unshare", "--net", sys.executable, calls, folder / "stage", folder],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def configtest(stage, **variables):
    return subprocess.run(Container(stage).command("-t", **variables), capture_output=True, text=True)


def test_image_has_neither_a_compiler_nor_the_development_issuer(stage):
    assert not (stage.root / "usr/bin/gcc").exists() and not (stage.root / "src").exists()
    assert (stage.root / "usr/bin/okta-token").is_file()
    assert [path.name for path in (stage.root / "usr/lib/apache2/modules").glob("*okta*")] == ["mod_auth_okta.so"]


def test_variables_configure_it(stage):
    done = configtest(stage, OKTA_DOMAIN="integrator-123456.okta.com")
    assert (done.returncode, done.stderr) == (0, "Syntax OK\n")


def test_what_is_not_set_is_named(stage):
    done = configtest(stage)
    assert done.returncode != 0 and "OktaDomain" in done.stderr and "{yourOktaDomain}" in done.stderr


def test_answers_of_the_two_endpoints(told):
    assert told["without"]["status"] == 401 and told["without"]["challenge"].startswith("Bearer ")
    assert told["hello"]["status"] == 200
    assert told["with"]["status"] == 200 and "user@example.com" in told["with"]["body"]
    assert told["bad"]["status"] == 401 and 'error="invalid_token"' in told["bad"]["challenge"]


def test_runs_as_an_unprivileged_user_on_a_root_that_nobody_writes(told):
    assert told["users"] == ["33", "33", "33", "33"]
    assert "Read-only file system" in told["written"]


def test_is_healthy_and_stops_gracefully(told):
    assert told["health"] == 0
    assert told["stopped"] == 0
    assert "caught SIGWINCH, shutting down gracefully" in told["err"]


def test_logs_go_to_the_standard_streams(told):
    assert '"GET /api/whoami HTTP/1.1" 401' in told["out"] and '"GET /api/whoami HTTP/1.1" 200' in told["out"]
    assert "OKTA-REFUSED" in told["err"]
