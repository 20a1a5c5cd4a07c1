# SPDX-License-Identifier: Apache-2.0
"""OktaRevocations when things go wrong: bad, missing and unreadable files, killed and stopped processes, restarts."""

import json
import os
import re
import signal

import pytest
from env.httpd import StartFailed, child_user
from env.keys import keyset
from env.revocations import BROKEN, UNREADABLE, Listing, statuses, wait_for_load, wait_for_status
from env.snippets import location, trusts
from env.status import HANDLER, STATUS, json_of, metrics_of
from env.verdicts import assert_ok, assert_unavailable
from env.waiting import wait_for

ROOT = os.geteuid() == 0


def _snippet(issuer, more=""):
    def make(s):
        s.listing = getattr(s, "listing", None) or Listing(s.root / "revoked" / "list")
        return more + trusts(issuer, f"OktaRevocations {s.listing.path}") + location("/whoami") + HANDLER
    return make


def _said(server):
    """What each view of okta-status says of the list: (JSON, page, metrics by name and labels)."""
    samples, _ = metrics_of(server)
    ours = {(name.removeprefix("mod_auth_okta_"), *(value for key, value in sorted(labels) if key != "file")): number
            for (name, labels), number in samples.items() if "_revocations" in name}
    return json_of(server), server.get(STATUS).body.decode(), ours


def _lines(server, event, mark=0):
    return server.error_log.matching(rf"OKTA-REVOCATIONS.*\[revocations_{event}\]", mark)


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    made = launch_shared(_snippet(shared_issuer))
    made.expects(BROKEN, lasting=True, optional=True)
    made.expects(UNREADABLE, lasting=True, optional=True)
    return made


def _revoked(server, issuer, jti):
    """A token that the list, and nothing else, refuses from now on."""
    token = issuer.mint.token(jti=jti)
    assert_ok(server.get("/whoami", token))
    server.listing.replace(f"jti {jti}\n")
    wait_for_status(server, token, 401)
    return token


def test_a_bad_file_leaves_the_last_good_list(server, shared_issuer):
    """Over graceful restarts too; the log has its line once, and nothing of its text."""
    token, mark = _revoked(server, shared_issuer, "AT.good"), server.error_log.mark()
    server.listing.replace("# all right\njti AT.other\nsub secret@example.com x\n")
    line = server.wait_for_log(BROKEN, mark)
    assert ": line 3: behind the value stands something else" in line and "the last good list holds" in line
    assert "secret" not in line
    assert statuses(server, token) == {401}
    server.graceful()
    assert statuses(server, token) == {401}
    other = shared_issuer.mint.token(jti="AT.other")
    assert statuses(server, other) == {200}
    # it was looked at since: the processes of after the restart do not say it again
    server.listing.replace("jti AT.other\n")
    wait_for_status(server, other, 401)
    assert len(_lines(server, "refused", mark)) == 1
    assert statuses(server, token) == {200}


def test_each_bad_state_is_told(server, shared_issuer):
    token, mark = _revoked(server, shared_issuer, "AT.again"), server.error_log.mark()
    server.listing.replace("jti\n")
    server.wait_for_log(r"line 1: there is no value", mark)
    server.listing.replace("jti AT.x\nnonsense\n")
    server.wait_for_log(r"line 2: none of jti", mark)
    assert statuses(server, token) == {401}
    mark = server.error_log.mark()
    server.listing.replace("jti AT.again\n")
    server.wait_for_log(r"1 revocations, as before", mark)


def test_what_okta_status_says(server, shared_issuer):
    """How many, of when, and what is wrong since when."""
    mark = server.error_log.mark()
    server.listing.replace("jti AT.1\njti AT.2\nsub a\ncid b\n")
    os.utime(server.listing.path, (1700000000, 1700000000))
    wait_for_load(server, 4, mark)
    document, page, metrics = _said(server)
    (entry,) = document["revocations"]
    assert entry["file"] == str(server.listing.path) and entry["loaded"] and entry["trouble"] is None
    assert (entry["lines"], entry["kinds"]) == (4, {"jti": 2, "sub": 1, "cid": 1, "sid": 0})
    assert entry["changed_at"] == 1700000000 and entry["loaded_at"] <= document["now"] and entry["bytes"] == 192
    assert document["health"] == "well"
    assert "4 (2 jti, 1 sub, 1 cid, 0 sid)" in page and "in force" in page
    assert metrics["revocations", "jti"] == 2 and metrics["revocations", "sid"] == 0
    assert metrics["revocations_trouble",] == 0
    assert metrics["revocations_changed_timestamp_seconds",] == 1700000000
    server.listing.replace("jti\n")
    wait_for(lambda: json_of(server)["health"] == "warning", "the trouble")
    document, page, metrics = _said(server)
    (trouble,) = document["troubles"]
    assert trouble["where"] == f"Revocations in {server.listing.path}" and "line 1: there is no value" in trouble["what"]
    assert 0 < trouble["since"] <= document["now"]
    assert "the last good list holds" in page and metrics["revocations_trouble",] == 1
    server.listing.path.unlink()
    wait_for(lambda: "No such file" in json_of(server)["revocations"][0]["trouble"], "the other trouble")
    assert json_of(server)["troubles"][0]["since"] == trouble["since"]
    server.listing.rewrite("")
    wait_for(lambda: json_of(server)["health"] == "well", "the end of it")
    assert json_of(server)["revocations"][0]["lines"] == 0


def test_a_file_that_goes_leaves_the_last_good_list(server, shared_issuer):
    token, mark = _revoked(server, shared_issuer, "AT.gone"), server.error_log.mark()
    server.listing.path.unlink()
    assert "the last good list holds" in server.wait_for_log(r"No such file", mark)
    assert statuses(server, token) == {401}
    server.graceful()
    assert statuses(server, token) == {401}
    server.listing.rewrite("jti AT.gone\n")
    server.wait_for_log("1 revocations, as before", mark)
    assert len(_lines(server, "lost", mark)) == 1


@pytest.mark.skipif(not ROOT, reason="children are another user only where httpd starts as root")
def test_a_file_that_children_cannot_read(server, shared_issuer):
    """Nor at a restart: root could read it then, and its children never again."""
    token, mark = _revoked(server, shared_issuer, "AT.shut"), server.error_log.mark()
    server.listing.path.chmod(0o600)
    server.wait_for_log("Permission denied", mark)
    server.graceful()
    assert statuses(server, token) == {401}
    server.listing.path.chmod(0o640)
    os.chown(server.listing.path, 0, child_user()[1])
    server.wait_for_log("1 revocations, as before", mark)
    server.listing.path.unlink()
    server.listing.rewrite("")
    wait_for_status(server, token, 200)


def test_other_kinds_of_files(server, shared_issuer):
    """A symbolic link that is exchanged counts; nobody waits at a named pipe, and none is read."""
    token, mark = _revoked(server, shared_issuer, "AT.kind"), server.error_log.mark()
    path = server.listing.path
    path.unlink()
    os.mkfifo(path)
    server.wait_for_log("no regular file", mark)
    assert statuses(server, token) == {401}
    (path.parent / "first").write_text("jti AT.kind\n")
    (path.parent / "second").write_text("jti AT.second\n")
    for name, status in (("first", 401), ("second", 200)):
        fresh = path.parent / "link"
        fresh.symlink_to(path.parent / name)
        fresh.rename(path)
        wait_for_status(server, token, status)
    second = shared_issuer.mint.token(jti="AT.second")
    assert statuses(server, second) == {401}
    path.unlink()


def test_a_half_written_line_is_no_line_yet(server, shared_issuer):
    """Somebody appends in two strokes: what the first half says is never taken for the whole."""
    server.listing.replace("# begin\n")
    mark = server.error_log.mark()
    wait_for_load(server, 0, 0)
    half, whole = shared_issuer.mint.token(sub="jane"), shared_issuer.mint.token(sub="jane@example.com")
    seen = set()
    with open(server.listing.path, "a") as out:
        for n in range(4):
            out.write(f"jti AT.half{n}\nsub jane")
            out.flush()
            seen.add(server.get("/whoami", half).status)
            out.write("@example.com\n")
            out.flush()
            seen.add(server.get("/whoami", half).status)
    wait_for_status(server, whole, 401)
    assert seen == {200}
    assert not _lines(server, "refused", mark)


def test_two_changes_within_one_tick_of_the_clock(server, shared_issuer):
    """The second has the size and the times of the first, as where a file system counts whole seconds."""
    _revoked(server, shared_issuer, "AT.tick")
    path = server.listing.path
    token = shared_issuer.mint.token(jti="AT.tock")
    before = path.stat()
    with open(path, "r+") as out:
        out.write("jti AT.tock\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    wait_for_status(server, token, 401)


def test_a_file_that_is_always_being_written(server, shared_issuer):
    """Shorter and longer in turn, five times a second: it is read all the same."""
    token = shared_issuer.mint.token(jti="AT.busy")

    def write_and_ask():
        write_and_ask.turn += 1
        server.listing.rewrite("jti AT.busy\n" + "# x\n" * (100 - write_and_ask.turn % 90))
        return server.get("/whoami", token).status == 401
    write_and_ask.turn = 0
    wait_for(write_and_ask, "a list that is never still", interval=0.1)


@pytest.mark.every_mpm
def test_the_process_that_looks_is_killed(launch, issuer):
    """At any moment, each of them; a new list still counts in all."""
    server = launch(_snippet(issuer))
    server.expects("AH1039[23]: children are killed successively", optional=True, lasting=True)
    for n in range(3):
        token = issuer.mint.token(jti=f"AT.killed{n}")
        assert_ok(server.get("/whoami", token))
        victims = server.children()
        server.listing.replace("".join(f"jti AT.{i}\n" for i in range(20000)) + f"jti AT.killed{n}\n")
        for pid in victims:
            for _ in range(20 * n):
                _status(server, token)
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: _status(server, token) == 401, "the new list")
        assert statuses(server, token) == {401}


def _status(server, token):
    try:
        return server.get("/whoami", token).status
    except OSError:  # of a child that was killed
        return None


def test_the_process_that_looks_stands_still(launch, issuer):
    """Another one goes on in its place when its lease ends, and looks again at what was wrong until then."""
    server = launch(_snippet(issuer), processes=2, threads=4)
    server.expects(r"stands still; process \d+ goes on in its place", lasting=True, optional=True)
    server.expects(UNREADABLE, lasting=True)
    mark = server.error_log.mark()
    server.listing.append("jti AT.first\n")
    server.wait_for_log("revocations_loaded", mark)
    token = issuer.mint.token(jti="AT.still")
    # the file as it was, in a folder that is away for a while
    folder, aside = server.listing.path.parent, server.root / "aside"
    folder.rename(aside)
    looks = int(re.search(r"\[pid (\d+)", server.wait_for_log("No such file", mark))[1])
    os.kill(looks, signal.SIGSTOP)
    try:
        aside.rename(folder)
        server.wait_for_log(rf'process {looks}, which looked at it, stands still')
        server.wait_for_log("1 revocations, as before", mark)
        server.listing.append("jti AT.still\n")
        wait_for_load(server, 2, mark)
    finally:
        os.kill(looks, signal.SIGCONT)
    wait_for_status(server, token, 401)


def test_restarts_keep_lists_add_lists_and_drop_lists(launch, issuer):
    """A new one that cannot be read: nobody can know, until it can. Nothing is restarted for that."""
    state = {"more": ""}

    def snippet(s):
        s.listing = getattr(s, "listing", None) or Listing(s.root / "revoked" / "list")
        return (trusts(issuer) + f"OktaRevocations {s.listing.path}\n" * (state["more"] != "none") + location("/whoami")
                + f"<VirtualHost *:{s.extra_ports[0]}>\n{state['more'] if state['more'] != 'none' else ''}\n</VirtualHost>\n")
    server = launch(snippet, extra_ports=1)

    def restart(more):
        state["more"] = more
        (server.root / "conf" / "httpd.conf").write_text(server.configuration())
        server.graceful()
    token = _revoked(server, issuer, "AT.kept")
    other, client = issuer.mint.token(jti="AT.new"), server.client(0)
    assert client.request("GET", "/whoami", token).status == 401
    missing = server.root / "revoked" / "new"
    server.expects(r'emerg.*OktaRevocations ".*/revoked/new": the file cannot be read: No such file', lasting=True)
    server.expects(r"emerg.*the restart goes on in spite of that: tokens get 503 where that list holds", lasting=True)
    server.expects(UNREADABLE, optional=True, lasting=True)
    server.expects("revocations_unavailable", lasting=True)
    restart(f"OktaRevocations {missing}")
    assert_unavailable(client.request("GET", "/whoami", other))
    assert statuses(server, token) == {401}
    missing.write_text("jti AT.new\n")
    wait_for(lambda: client.request("GET", "/whoami", other).status == 401, "the new list")
    assert client.request("GET", "/whoami", token).status == 200
    restart("none")
    assert client.request("GET", "/whoami", other).status == 200
    assert statuses(server, token) == {200}
    restart("")
    assert statuses(server, token) == {401}


@pytest.mark.parametrize("text, words", [(None, "cannot be read: No such file"),
                                         ("jti a\njti\n", "is not usable: line 2: there is no value")])
def test_a_start_needs_a_good_file(launch, issuer, text, words):
    server = launch(_snippet(issuer), start=False)
    server.listing = Listing(server.root / "revoked" / "list")
    if text is None:
        server.listing.path.unlink()
    else:
        server.listing.rewrite(text)
    said = server.configtest()
    assert not said.ok and f'OktaRevocations "{server.listing.path}": the file {words}' in said.output
    with pytest.raises(StartFailed, match=words):
        server.start()
    server.listing.rewrite("")
    server.start()
    assert_ok(server.get("/whoami", issuer.mint.token()))


def test_keys_from_a_file_alone(launch, issuer):
    """No refresher runs, and the list is watched all the same."""
    def snippet(s):
        path = s.write("conf/keys.json", json.dumps(keyset(*issuer.keys)))
        return f"OktaJwksFile {path}\n" + _snippet(issuer)(s)
    server = launch(snippet, processes=1)
    _revoked(server, issuer, "AT.file")
