# SPDX-License-Identifier: Apache-2.0
"""What is wrong at a start stops it; what is wrong at a restart is logged, and httpd goes on with what it had."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest
from env import places, statefiles
from env.httpd import StartFailed, child_user
from env.keys import key, keyset
from env.keyservers import api
from env.snippets import location, trusts
from env.verdicts import assert_ok, assert_unavailable
from env.waiting import wait_for

LIVES_ON = r"emerg.*OKTA-CONFIG: the restart goes on in spite of that: "
CLOSED = r"error.*OKTA-REQUEST: closed since the last restart; "
SIGNALS = pytest.mark.parametrize("how", [signal.SIGUSR1, signal.SIGHUP], ids=["graceful", "plain"])
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="gives files away, mounts, or runs programs as other users")


def _restart(server, how=signal.SIGUSR1):
    """With the snippet as it is by now; returns when the new generation serves."""
    (server.root / "conf" / "httpd.conf").write_text(server.configuration())
    if how == signal.SIGUSR1:
        server.graceful()
        return
    # The event MPM's own trouble with connections that its workers are still closing.
    server.expects("AH03093", optional=True, lasting=True)
    resumed = len(server.error_log.matching("resuming normal operations"))
    server.process.send_signal(how)
    wait_for(lambda: len(server.error_log.matching("resuming normal operations")) > resumed, "the restart")
    wait_for(lambda: server.children(), "new children")


def _refuses_to_start(server):
    server.expects("emerg", lasting=True)
    server.stop()
    with pytest.raises(StartFailed):
        server.start()
    server.process = None  # it ended by itself, as it should


def _in_the_way(folder):
    shutil.rmtree(folder)
    folder.write_text("x")


STATE_FAULTS = {
    "open to all": (lambda f: f.chmod(0o777), "others may write"),
    "root's": (lambda f: os.chown(f, 0, 0), "another user"),
    "a file": (_in_the_way, "no directory"),
    "gone with the folder above": (lambda f: shutil.rmtree(f.parent), "above it does not exist"),
}


@AS_ROOT
@pytest.mark.parametrize("name", STATE_FAULTS)
def test_a_state_directory_that_went_bad(launch, issuer, name):
    """configtest, a start and a restart agree on what is wrong."""
    spoil, fault = STATE_FAULTS[name]

    def snippet(s):
        return api(issuer, f'OktaStateDir "{s.root}/keep/state"')
    server = launch(lambda s: ((s.root / "keep").mkdir(), snippet(s))[1])
    server.snippet = snippet
    assert_ok(server.get("/whoami", issuer.mint.token()))
    wait_for(statefiles.path(server.root / "keep" / "state", issuer).exists, "the state file")
    spoil(server.root / "keep" / "state")
    judged = server.configtest()
    assert not judged.ok and f'OktaStateDir "{server.root}/keep/state": ' in judged.output and fault in judged.output
    server.expects(rf"OKTA-CONFIG: OktaStateDir .*({fault})")
    server.expects(LIVES_ON + "no key set is kept over a cold start")
    _restart(server)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    assert issuer.key_fetches() == 1
    _refuses_to_start(server)


@AS_ROOT
def test_configtest_refuses_nothing_that_it_cannot_judge(launch, issuer, monkeypatch):
    """Who is neither root nor the children's user cannot tell; and nobody's configtest makes a directory."""
    server = launch(lambda s: api(issuer, f'OktaStateDir "{s.root}/state"'), start=False)
    # others may not read a clone in root's home
    module = server.write("conf/mod_auth_okta.so", Path(places.module_path()).read_bytes())
    monkeypatch.setattr(places, "module_path", lambda: module)
    assert server.configtest().ok
    assert not (server.root / "state").exists()
    server.start()
    assert_ok(server.get("/whoami", issuer.mint.token()))
    command = server._command(server.root / "conf" / "test.conf", "-t")

    def told(uid):
        server.configtest()
        return subprocess.run(["setpriv", f"--reuid={uid}", "--clear-groups", *command], text=True,
                              capture_output=True, check=False, env=server._environment()).stderr
    assert "OktaStateDir" not in told(child_user()[0])
    assert "OktaStateDir" not in told(65533)
    (server.root / "state").chmod(0o770)
    assert "others may write" in told(child_user()[0])


@SIGNALS
def test_a_key_file_that_went_bad(launch, make_issuer, how):
    """Its keys of before serve on, over further restarts too; an issuer that never had any gets 503."""
    issuer, other = make_issuer(), make_issuer()
    also = []

    def snippet(s):
        return (f"<OktaIssuer {issuer.url}>\nOktaJwksFile {s.root}/conf/keys.json\n</OktaIssuer>\n"
                + "".join(f"<OktaIssuer {o.url}>\nOktaJwksFile {s.root}/conf/none.json\n</OktaIssuer>\n" for o in also)
                + trusts([issuer, *also]) + location("/whoami"))
    server = launch(lambda s: (s.write("conf/keys.json", json.dumps(keyset(*issuer.keys))), snippet(s))[1])
    server.snippet = snippet
    assert_ok(server.get("/whoami", issuer.mint.token()))
    server.write("conf/keys.json", '{"keys":[')
    also.append(other)
    server.expects("emerg.*OktaJwksFile|" + LIVES_ON, lasting=True)
    for _ in range(2):
        _restart(server, how)
        assert_ok(server.get("/whoami", issuer.mint.token()))
        server.expects("OKTA-REFUSED: reason=keys_unavailable")
        assert_unavailable(server.get("/whoami", other.mint.token()))
    assert server.error_log.matching(r"OKTA-KEYS: OktaJwksFile .*keys\.json.* the keys that it had before serve on")
    server.write("conf/keys.json", json.dumps(keyset(key("key-2"))))
    _restart(server, how)
    assert server.get("/whoami", issuer.mint.token()).status == 401
    assert_ok(server.get("/whoami", issuer.mint_with(key("key-2")).token()))
    server.write("conf/keys.json", '{"keys":[')
    _refuses_to_start(server)


def test_authorities_that_went_bad(launch, make_issuer, authority):
    """Keys that are there serve on. What is mended counts from the next restart: by whom keys were fetched is known."""
    issuer = make_issuer(tls=authority.server())
    good = authority.ca_file.read_bytes()

    def snippet(s):
        return (trusts(issuer, f"OktaCAFile {s.root}/conf/ca.pem", "OktaKeyCooldown 10ms", "OktaKeyWait 1s")
                + location("/whoami"))
    server = launch(lambda s: (s.write("conf/ca.pem", good), snippet(s))[1])
    server.snippet = snippet
    assert_ok(server.get("/whoami", issuer.mint.token()))
    server.write("conf/ca.pem", "-----BEGIN CERTIFICATE-----\n")
    server.expects("OktaCAFile|" + LIVES_ON, lasting=True)
    _restart(server)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    server.write("conf/ca.pem", good)
    issuer.keys = [key("key-2"), *issuer.keys]
    server.expects(r"OKTA-KEYS: .* failing: .*no certificate authorities could be read from ")
    assert server.get("/whoami", issuer.mint.token()).status == 401
    server.wait_for_log("no certificate authorities could be read from ")
    assert issuer.key_fetches() == 1
    _restart(server)
    wait_for(lambda: server.get("/whoami", issuer.mint.token()).status == 200, "the new key", interval=0.2)


CORS_FAULT = "OktaCorsOrigin *\nOktaCorsCredentials On"
SECTION_FAULTS = {
    # name: (what a section has, the reason)
    "no audience": (["OktaIssuer https://127.0.0.9/oauth2/custom"], "no audience"),
    "an inner section that needs a domain": (["OktaAuthorizationServer aus1"], "no OktaDomain"),
    "cookies for all origins": (CORS_FAULT.split("\n"), "OktaCorsCredentials"),
}


@pytest.mark.parametrize("name", SECTION_FAULTS)
def test_a_section_at_fault_is_closed_and_others_serve(launch, issuer, name):
    lines, reason = SECTION_FAULTS[name]
    fault = []

    def snippet(_):
        return (trusts(issuer, audience=None) + location("/whoami", "OktaAudience api://default")
                + location("/broken", *(fault or ["OktaAudience api://default"]))
                + "<Location /broken/inner>\nOktaCorsMaxAge 5\n</Location>\n")
    server = launch(snippet)
    token = issuer.mint.token()
    for path in ("/whoami", "/broken", "/broken/inner"):
        assert_ok(server.get(path, token))
    fault.extend(lines)
    server.expects(f"emerg.*OKTA-CONFIG: .*{reason}|" + LIVES_ON, lasting=True)
    server.expects(CLOSED + "|OKTA-REFUSED: reason=misconfigured|OKTA-KEYS: .* missing", optional=True, lasting=True)
    _restart(server)
    assert_ok(server.get("/whoami", token))
    for path in ("/broken", "/broken/inner"):
        assert server.get(path, token).status == 500
        assert server.get(path).status in (401, 500)
    fault.clear()
    _restart(server)
    for path in ("/whoami", "/broken", "/broken/inner"):
        assert_ok(server.get(path, token))
    fault.extend(lines)
    _refuses_to_start(server)


def test_a_virtual_host_at_fault_is_closed_and_others_serve(launch, issuer):
    fault = []

    def snippet(s):
        return (trusts(issuer) + location("/whoami")
                + f"<VirtualHost {s.host}:{s.port}>\nServerName first.example.com\n</VirtualHost>\n"
                + f"<VirtualHost {s.host}:{s.port}>\nServerName second.example.com\n"
                + "\n".join(fault) + "\n</VirtualHost>\n")
    server = launch(snippet)
    token = issuer.mint.token()

    def status(host, path="/whoami"):
        return server.get(path, token, headers={"Host": host}).status
    assert (status("first.example.com"), status("second.example.com")) == (200, 200)
    fault.append(CORS_FAULT)
    server.expects("emerg.*OktaCorsCredentials|" + LIVES_ON, lasting=True)
    server.expects(CLOSED + ".*OktaCorsCredentials", lasting=True)
    _restart(server)
    assert (status("first.example.com"), status("second.example.com")) == (200, 500)
    assert (status("first.example.com", "/plain.txt"), status("second.example.com", "/plain.txt")) == (200, 500)


@AS_ROOT
def test_no_lock_to_be_had(launch, issuer):
    """The keys that are there serve, and nothing renews them: httpd says so."""
    folder = Path(tempfile.mkdtemp(prefix="okta-locks-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "none", folder], capture_output=True, text=True, check=False)
    if mounted.returncode:
        folder.rmdir()
        pytest.skip(f"no file system to be had here: {mounted.stderr.strip()}")
    try:
        server = launch(f"Mutex flock:{folder} okta-keys\n" + api(issuer))
        assert_ok(server.get("/whoami", issuer.mint.token()))
        subprocess.run(["mount", "--bind", folder, folder], check=True)
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        server.expects("emerg|AH00020|AH00023", lasting=True)
        _restart(server)
        assert server.error_log.matching(LIVES_ON + "no key set is fetched until")
        assert_ok(server.get("/whoami", issuer.mint.token()))
        assert issuer.key_fetches() == 1
        server.stop()
    finally:
        while subprocess.run(["umount", "-l", folder], check=False, capture_output=True).returncode == 0:
            pass
        folder.rmdir()
