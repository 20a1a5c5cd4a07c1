# SPDX-License-Identifier: Apache-2.0
"""scripts/demo: the commands it prints, and --check with an Okta organization, for which a development issuer in
another httpd stands in."""

import contextlib
import os
import re
import shutil
import subprocess

import pytest
from demo import PATIENCE, PORT_TAKEN, Demo
from env import places
from env.devserver import dev_lines
from env.ports import free_port

SECRET = "a-secret-of-the-demo-tests-6e1b"


@pytest.fixture(scope="module")
def org(launch, tmp_path_factory):
    # Outside the ServerRoot, which is searched for secrets in the end.
    clients = tmp_path_factory.mktemp("org") / "clients.conf"
    clients.write_text(f"OktaDevClient service {SECRET} orders.read\n"
                       f"OktaDevClient dpop-service {SECRET} orders.read\nOktaDevRequireDpop dpop-service\n")
    include = f'Include "{clients}"'
    httpd = launch(dev_lines(include) + dev_lines(include, "OktaDevAccessPolicy Off", path="/oauth2/aus1bare"),
                   okta=False)
    httpd.expects("okta_devserver", lasting=True)
    return f"http://{httpd.host}:{httpd.port}"


@pytest.fixture
def demo(tmp_path):
    """demo(*lines of .okta.env) -> (exit status, what it printed)"""
    def run(*lines):
        (tmp_path / ".okta.env").write_text("".join(f"{line}\n" for line in lines))
        mine = {name: value for name, value in os.environ.items()
                if not name.startswith(("OKTA_", "CLIENT_", "ORG_")) or name == "OKTA_BUILD"}
        while True:
            done = subprocess.run([places.REPO / "scripts" / "demo", "--check", "--port", str(free_port())],
                                  cwd=tmp_path, env=mine, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, encoding="utf-8", timeout=PATIENCE, check=False)
            if PORT_TAKEN not in done.stdout:
                break
        print(done.stdout)
        assert SECRET not in done.stdout
        for kept in re.findall(r"^The logs are in (/\S+/okta-demo\.\w+)/logs\.$", done.stdout, re.M):
            shutil.rmtree(kept)
        return done.returncode, done.stdout
    return run


def credentials(client, scope="orders.read"):
    return f"CLIENT_ID={client}", f'export CLIENT_SECRET="{SECRET}"', f"OKTA_SCOPE={scope}"


def rows(output):
    """{(call, what is sent): what came} of the table"""
    return {(call.strip(), sent.strip()): got.strip() for call, sent, got in
            re.findall(r"^  (.{9}) (.{20}) .{26} (.{40}) (?:ok|WRONG)$", output, re.M)}


def test_an_application_without_dpop(org, demo):
    status, said = demo(f"export OKTA_OAUTH2_ISSUER='{org}/oauth2/default'", *credentials("service"))
    assert status == 0 and "rows are as they should be." in said
    table = rows(said)
    assert table["hello", "valid token"] == "200 by name"
    assert table["whoami", "tampered token"] == "401 invalid_token (signature_invalid)"
    assert table["/any/path", "no token"] == "401" and table["/any/path", "valid token"] == "200"


def test_an_application_that_requires_dpop(org, demo):
    status, said = demo(f"OKTA_OAUTH2_ISSUER={org}/oauth2/default", *credentials("dpop-service"))
    assert status == 0 and "The application requires DPoP" in said
    table = rows(said)
    assert table["whoami", "valid token"] == "200 and the claims"
    assert table["admin", "no scope admin"] == "403 insufficient_scope"
    assert table["/any/path", "valid token"] == "200"
    assert table["whoami", "the same proof again"] == "401 invalid_dpop_proof (proof_replayed)"
    assert table["whoami", "bound, as Bearer"] == "401 invalid_token (token_bound)"


def test_org_url_in_place_of_the_issuer(org, demo):
    status, said = demo(f"export ORG_URL={org}/", *credentials("service"))
    assert status == 0 and f"from {org}/oauth2/default\n" in said
    assert rows(said)["whoami", "valid token"] == "200 and the claims"


def test_org_url_beside_the_issuer(org, demo):
    """Okta's samples have both; the issuer counts."""
    status, said = demo("ORG_URL=https://integrator-123456.okta.com/", f"OKTA_OAUTH2_ISSUER={org}/oauth2/default",
                        *credentials("service"))
    assert status == 0 and f"from {org}/oauth2/default\n" in said


def test_a_server_without_access_policy(org, demo):
    status, said = demo(f"ORG_URL={org}", "OKTA_AUTHORIZATION_SERVER=aus1bare", "OKTA_AUDIENCE=api://default",
                        *credentials("service"))
    assert status == 1
    assert "WRONG" in said and "> Access Policies" in said


@pytest.mark.parametrize("lines, says", [
    (["ORG_URL=https://{yourOktaDomain}"], "the placeholder of a guide"),
    (["ORG_URL=integrator-123456.okta.com"], "the URL of an Okta organization like https://"),
    (["ORG_URL=https://integrator-123456.okta.com/oauth2/default"], "the URL of an Okta organization like https://"),
    (["ORG_URL=http://integrator-123456.okta.com"], "the URL of an Okta organization like https://"),
    (["ORG_URL=https://integrator-123456.okta.com", "OKTA_AUTHORIZATION_SERVER=org"], "whose tokens are opaque"),
    (["CLIENT_ID=service"], "names no issuer")])
def test_settings_refused(demo, lines, says):
    status, said = demo(*lines)
    assert status == 1 and says in said


# -- without --check

def pasted(commands, home):
    """What the commands print in one shell, as somebody would paste them."""
    environment = {**os.environ, "HOME": str(home), "XDG_STATE_HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    done = subprocess.run(["bash", "-c", "\n".join(f"{line}; echo" for line in commands)], env=environment, cwd=home,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          encoding="utf-8", timeout=PATIENCE, check=False)
    print(*commands, done.stdout, done.stderr, sep="\n")
    return done.stdout


@pytest.fixture
def running(tmp_path):
    """running(option) -> the demo"""
    with contextlib.ExitStack() as stack:
        def start(option):
            demo = Demo(tmp_path / "output", option)
            stack.callback(demo.stop)
            return demo
        yield start


def test_the_commands_it_prints(running, tmp_path):
    commands = running("--dev").commands()
    said = pasted(commands, tmp_path)
    statuses = re.findall(r"^HTTP/1\.1 (\d+)", said, re.M)
    assert len(statuses) == len([line for line in commands if line.startswith(("curl", "echo"))])
    # hello twice, whoami twice, admin; bound with proof and as Bearer; everything twice; the preflight
    assert statuses == ["200", "200", "401", "200", "403", "200", "401", "401", "200", "204"]
    assert '"message": "Hello, okta-demo!"' in said


def test_an_mcp_server_behind_it(running, tmp_path):
    demo = running("--mcp")
    print(demo.said())
    assert "WRONG" not in demo.said()
    # the bare 401, its metadata, a token and its call, the call that needs more, another token and the same call
    assert re.findall(r"^   (\d{3})  ", demo.said(), re.M) == ["401", "200", "200", "200", "403", "200", "200"]
    said = pasted(demo.commands(), tmp_path)
    assert re.findall(r"^HTTP/1\.1 (\d+)", said, re.M) == ["200", "403"]
    assert "order 1002: canceled" in said and 'scope="mcp:use orders:write"' in said
