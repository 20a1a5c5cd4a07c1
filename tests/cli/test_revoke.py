# SPDX-License-Identifier: Apache-2.0
"""revoke: the line by which httpd refuses a token from now on, printed and appended."""

import contextlib
import fcntl
import os
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from cli_env import minting, tool
from cli_env.minting import NOW, claims, key, sign

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def token(**more):
    return sign(claims(**more), key(), kid="one")


def revoke(made, *options):
    run = tool.run("revoke", *options, stdin=made + "\n")
    assert made not in run.out + run.err
    return run


# name: (claims, options, the line)
LINES = {
    "jti": ({"jti": "AT.1"}, [], "jti AT.1"),
    "sub, where there is no jti": ({"jti": None, "sub": "jane@example.com"}, [], f"sub jane@example.com before {TIME}"),
    "sub, where jti is empty": ({"jti": "", "sub": "jane@example.com"}, [], f"sub jane@example.com before {TIME}"),
    "by sub": ({"jti": "AT.1", "sub": "jane"}, ["--by", "sub"], f"sub jane before {TIME}"),
    "by cid": ({"cid": "0oa1"}, ["--by", "cid"], f"cid 0oa1 before {TIME}"),
    "by client_id": ({"cid": None, "client_id": "0oa2"}, ["--by", "cid"], f"cid 0oa2 before {TIME}"),
    "by sid": ({"sid": "102"}, ["--by", "sid"], f"sid 102 before {TIME}"),
    "of its issuer": ({"jti": "AT.1"}, ["--with-issuer"], f"iss {re.escape(minting.ISSUER)} jti AT.1"),
    "a space": ({"jti": "a b"}, [], 'jti "a b"'),
    "a line feed": ({"jti": "a\nsub *"}, [], r'jti "a\\nsub \*"'),
    "a quote": ({"jti": '"a'}, [], r'jti "\\"a"'),
    "a comment": ({"jti": "#a"}, [], 'jti "#a"'),
    "beyond ASCII": ({"jti": "j\tü"}, [], r'jti "j\\t\\u00[Ff][Cc]"'),
}


@pytest.mark.parametrize("name", LINES)
def test_the_line(tmp_path, name):
    """Printed, appended as it was printed, and understood by the judge of tokens."""
    members, options, expected = LINES[name]
    made, path = token(**members), tmp_path / "list"
    printed = revoke(made, *options)
    assert printed.status == tool.GOOD and printed.err == ""
    assert re.fullmatch(expected + "\n", printed.out), printed.out
    path.write_text("# mine\n")
    appended = revoke(made, *options, "--file", path)
    assert appended.status == tool.GOOD
    assert path.read_text() == "# mine\n" + appended.out
    assert re.fullmatch(expected + "\n", appended.out), appended.out


def test_a_token_of_this_very_second(tmp_path, jwks):
    """Also where the issuer's clock is ahead by some seconds; one that is issued later is good."""
    path = tmp_path / "list"
    path.write_text("")
    now = int(time.time())
    for iat, revoked in ((now - 5, True), (now, True), (now + 30, True), (now + 3000, False)):
        made = token(jti=None, iat=iat, exp=now + 9000)
        path.write_text("")
        assert revoke(made, "--file", path).status == tool.GOOD
        run = tool.run("verify", "--jwks", jwks(minting.public(key(), "one")), "--at", now + 4000, "--revocations", path,
                       "-", stdin=made)
        assert (run.status == tool.REFUSED) == revoked, run.out


def test_a_last_line_without_its_end(tmp_path):
    path = tmp_path / "list"
    path.write_text("jti AT.0")
    assert revoke(token(jti="AT.1"), "--file", path).status == tool.GOOD
    assert path.read_text() == "jti AT.0\njti AT.1\n"


def test_many_at_once(tmp_path):
    """Every line whole, and none lost."""
    path = tmp_path / "list"
    path.write_text("")
    made = [token(jti=f"AT.{n}") for n in range(40)]
    with ThreadPoolExecutor(8) as threads:
        runs = list(threads.map(lambda one: revoke(one, "--file", path), made))
    assert {run.status for run in runs} == {tool.GOOD}
    assert sorted(path.read_text().splitlines()) == sorted(f"jti AT.{n}" for n in range(40))


def _has_open(pid, path):
    for descriptor in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            if os.readlink(f"/proc/{pid}/fd/{descriptor}") == str(path):
                return True
    return False


def test_it_waits_for_the_lock(tmp_path):
    path = tmp_path / "list"
    path.write_text("")
    with open(path, "r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        process = subprocess.Popen(tool.command("revoke", "--file", path), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   env=tool.environment())
        process.stdin.write(token(jti="AT.1").encode())
        process.stdin.close()
        while not _has_open(process.pid, path):
            assert process.poll() is None
        assert path.read_text() == ""
    assert process.stdout.read() == b"jti AT.1\n" and process.wait() == 0
    assert path.read_text() == "jti AT.1\n"


def test_a_file_that_httpd_does_not_take(tmp_path):
    """The line is there, and whoever wrote it hears that it is none yet."""
    path = tmp_path / "list"
    path.write_text("jti AT.0\nJTI AT.9\n")
    run = revoke(token(jti="AT.1"), "--file", path)
    assert run.status == tool.REFUSED and run.out == "jti AT.1\n"
    assert "httpd goes by the list of before" in run.err and "line 2" in run.err and "AT.9" not in run.err
    assert path.read_text().endswith("JTI AT.9\njti AT.1\n")


TROUBLE = {
    "no file": (["--file", "{}/none"], "No such file", tool.REFUSED),
    "a directory": (["--file", "{}"], "Is a directory", tool.REFUSED),
    "a device": (["--file", "/dev/null"], "no regular file", tool.REFUSED),
    "no sid": (["--by", "sid"], "no sid", tool.REFUSED),
    "another word": (["--by", "uid"], "jti, sub, cid or sid", tool.TROUBLE),
    "no such option": (["--config", "x"], "--config", tool.TROUBLE),
}


@pytest.mark.parametrize("name", TROUBLE)
def test_trouble(tmp_path, name):
    options, words, status = TROUBLE[name]
    run = revoke(token(), *[option.format(tmp_path) for option in options])
    assert (run.status, run.out) == (status, "")
    assert words in run.err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("text, words", [
    ("", "empty"), ("opaque", "by hand"), ("a.b", "by hand"), ("a.b.c.d.e", "by hand"), ("Bearer a.b.c", "without"),
    (minting.forge({"alg": "RS256"}, "[]"), "by hand"), (minting.forge({"alg": "RS256"}, {"iss": "x"}), "no sub")])
def test_what_is_no_token(tmp_path, text, words):
    path = tmp_path / "list"
    path.write_text("")
    run = tool.run("revoke", "--file", path, stdin=text)
    assert (run.status, run.out) == (tool.REFUSED, "")
    assert words in run.err, run.err
    assert path.read_text() == ""


def test_judged_by_a_list(tmp_path, jwks):
    """verify --revocations goes by what revoke wrote, as httpd does."""
    path, keys = tmp_path / "list", jwks(minting.public(key(), "one"))
    path.write_text("")
    made = token(jti="AT.1")

    def judge(*more):
        return tool.run("verify", "--jwks", keys, "--at", NOW, "--revocations", path, *more, "-", stdin=made)
    assert judge().check("revocation") == ("ok", "not in the list")
    revoke(made, "--file", path)
    run = judge()
    assert run.status == tool.REFUSED
    assert run.check("revocation") == ("REFUSED", "token_revoked: OktaRevocations has its jti")
    assert "revoked" in run.out.splitlines()[-1]
    path.write_text("nonsense\n")
    run = judge()
    assert run.status == tool.TROUBLE and "line 1" in run.err
    path.unlink()
    assert "No such file" in judge().err
    path.write_text("")
    run = judge("--max-token-age", "59")
    assert run.status == tool.GOOD
    run = judge("--max-token-age", "59", "--skew", "0")
    assert run.check("age") == ("REFUSED", run.check("age")[1]) and "token_too_old" in run.check("age")[1]
