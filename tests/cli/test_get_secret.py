# SPDX-License-Identifier: Apache-2.0
"""Where get has the client secret from, and where it never shows."""

import os
import pty
import select
import subprocess
import termios
import threading

import pytest
from cli_env import tool

SECRET = "correct-horse-battery"


@pytest.fixture
def issuer(server):
    """Answers with the secret that came, as the token: tests see which one it was."""
    def answer(request):
        return 200, {"access_token": "got:" + request.form["client_secret"][0], "token_type": "Bearer"}
    server.answers["/v1/token"] = answer
    return server


def arguments(server, *options):
    return ["get", "--insecure-http", "--issuer", server.issuer, "--client-id", "c", "--auth", "post",
            *options]


def secret_of(run):
    assert run.status == tool.GOOD, run.err
    return run.out.removeprefix("got:").removesuffix("\n")


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "secret"
    path.touch(mode=0o600)
    path.write_text(SECRET + "\n")
    return path


@pytest.mark.parametrize("text", ["{}", "{}\n", "{}\r\n", "{}\n\n"])
def test_file(text, issuer, secret_file):
    secret_file.write_text(text.format(SECRET))
    run = tool.run(*arguments(issuer, "--secret-file", secret_file))
    assert secret_of(run) == SECRET
    assert run.err == ""


def test_an_editor_s_mark_is_no_part_of_it(issuer, secret_file):
    secret_file.write_bytes(b"\xef\xbb\xbf" + SECRET.encode() + b"\r\n")
    run = tool.run(*arguments(issuer, "--secret-file", secret_file))
    assert secret_of(run) == SECRET and run.err == ""


@pytest.mark.parametrize("text, part", [
    ('{{"client_secret":"{}"}}', "JSON"), ("OKTA_CLIENT_SECRET={}", "--secret-env"), (" {}", "blanks"), ("{}\t", "blanks")])
def test_a_file_that_holds_more_than_the_secret(text, part, issuer, secret_file):
    """It may be the secret all the same: it is sent, and the warning says what was taken for it."""
    secret_file.write_text(text.format(SECRET) + "\n")
    run = tool.run(*arguments(issuer, "--secret-file", secret_file))
    (request,) = issuer.asked("/v1/token")
    assert request.form["client_secret"] == [text.format(SECRET)]
    assert "warning: --secret-file" in run.err and part in run.err
    assert SECRET not in run.err


def test_a_secret_that_only_looks_odd_is_no_matter(issuer, secret_file):
    for secret in ("a=b", "AB-CD=", "=", "A=b", "[x]"):
        secret_file.write_text(secret)
        run = tool.run(*arguments(issuer, "--secret-file", secret_file))
        assert secret_of(run) == secret and run.err == "", secret


def test_blanks_belong_to_a_secret(issuer, secret_file):
    secret_file.write_text(" a b \n")
    tool.run(*arguments(issuer, "--secret-file", secret_file))
    (request,) = issuer.asked("/v1/token")
    assert request.form["client_secret"] == [" a b "]


def test_file_that_others_can_read(issuer, secret_file):
    secret_file.chmod(0o644)
    run = tool.run(*arguments(issuer, "--secret-file", secret_file))
    assert secret_of(run) == SECRET
    assert run.err == f'okta-token: warning: --secret-file "{secret_file}": other users may read it ' \
        "(mode 0644); chmod 600 stops that\n"


@pytest.mark.parametrize("content, remedy", [
    (b"", "write the client secret into it"), (b"\n", "write the client secret into it"),
    (b"\xef\xbb\xbf\r\n", "write the client secret into it"), (b"a\0b", "one line of text"), (b"x" * 5000, "one line of text"),
    (b"s\nt\n", "one line, and nothing else"), (b"s\r\n\r\nt", "one line, and nothing else"), (b"\ns", "one line, and nothing else")])
def test_file_that_holds_no_secret(content, remedy, issuer, secret_file):
    secret_file.write_bytes(content)
    run = tool.run(*arguments(issuer, "--secret-file", secret_file))
    assert run.status == tool.TROUBLE
    assert f'--secret-file "{secret_file}": ' in run.err and remedy in run.err
    assert issuer.requests == []


def test_a_directory(issuer, tmp_path):
    run = tool.run(*arguments(issuer, "--secret-file", tmp_path))
    assert run.status == tool.TROUBLE
    assert "--secret-file: the file: it is a directory; give a file in it" in run.err


def test_no_name_of_a_file(issuer):
    run = tool.run(*arguments(issuer, "--secret-file", ""))
    assert run.status == tool.TROUBLE
    assert "shell variable" in run.err


def test_a_secret_given_as_a_file_name_is_not_repeated(issuer):
    run = tool.run(*arguments(issuer, "--secret-file", SECRET))
    assert run.status == tool.TROUBLE
    assert "--secret-file" in run.err and "No such file" in run.err
    for remedy in ("write the client secret into a file", "the path of that file"):
        assert remedy in run.err
    assert SECRET not in run.err


def test_environment(issuer):
    def get(*options, **env):
        return tool.run(*arguments(issuer, *options), env=env)
    assert secret_of(get(OKTA_CLIENT_SECRET="one", CLIENT_SECRET="two")) == "one"
    assert secret_of(get(OKTA_CLIENT_SECRET="", CLIENT_SECRET="two")) == "two"
    assert secret_of(get("--secret-env", "MINE", OKTA_CLIENT_SECRET="one", MINE="three")) == "three"


def test_options_come_before_the_environment(issuer, secret_file):
    run = tool.run(*arguments(issuer, "--secret-file", secret_file), env={"OKTA_CLIENT_SECRET": "one"})
    assert secret_of(run) == SECRET


@pytest.mark.parametrize("env", [{}, {"MINE": ""}])
def test_variable_that_is_not_there(env, issuer):
    run = tool.run(*arguments(issuer, "--secret-env", "MINE"), env={"OKTA_CLIENT_SECRET": "one", **env})
    assert run.status == tool.TROUBLE
    assert "--secret-env" in run.err and "--secret-file" in run.err
    assert issuer.requests == []


@pytest.mark.parametrize("options", [
    ["--secret", SECRET], [f"--secret={SECRET}"], ["--client-secret", SECRET],
    [f"--client-secret={SECRET}"], [f"--password={SECRET}"]])
def test_never_from_an_argument(options, issuer):
    run = tool.run(*arguments(issuer, *options), env={"OKTA_CLIENT_SECRET": "one"})
    assert run.status == tool.TROUBLE
    assert "never taken from the command line" in run.err
    assert "ps" in run.err and "--secret-file" in run.err
    assert SECRET not in run.err + run.out
    assert issuer.requests == []


@pytest.mark.parametrize("options", [[f"--secre={SECRET}"], [f"--sekret={SECRET}"], [SECRET]])
def test_a_mistyped_option_repeats_no_secret(options, issuer):
    run = tool.run(*arguments(issuer, *options), env={"OKTA_CLIENT_SECRET": "one"})
    assert run.status == tool.TROUBLE
    assert SECRET not in run.err + run.out
    assert issuer.requests == []


def test_no_terminal(issuer):
    run = tool.run(*arguments(issuer))
    assert run.status == tool.TROUBLE
    for remedy in ("--secret-file", "OKTA_CLIENT_SECRET", "terminal"):
        assert remedy in run.err


class Terminal:
    """The program with a terminal of its own; standard output is a pipe all the same."""

    def __init__(self, *words):
        self.master, slave = pty.openpty()
        self.before = termios.tcgetattr(self.master)
        name = os.ttyname(slave)

        def take_terminal():
            os.setsid()
            os.close(os.open(name, os.O_RDWR))

        self.process = subprocess.Popen(tool.command(*words), stdin=slave, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=tool.environment(),
                                        preexec_fn=take_terminal)
        os.close(slave)
        self.shown = ""

    def wait_for(self, text):
        while text not in self.shown:
            ready, _, _ = select.select([self.master], [], [], 60)
            assert ready, f"no {text!r} on the terminal: {self.shown!r}"
            self.shown += os.read(self.master, 4096).decode()

    def type(self, text):
        os.write(self.master, text.encode())

    def finish(self):
        out, err = self.process.communicate(timeout=60)
        assert termios.tcgetattr(self.master) == self.before
        while select.select([self.master], [], [], 0)[0]:
            try:
                more = os.read(self.master, 4096).decode()
            except OSError:
                break
            self.shown += more
        os.close(self.master)
        return tool.judge(self.process.returncode, out.decode(), err.decode())


def test_prompt(issuer):
    terminal = Terminal(*arguments(issuer))
    terminal.wait_for("Client secret: ")
    terminal.type(SECRET + "\n")
    assert secret_of(terminal.finish()) == SECRET
    assert SECRET not in terminal.shown


def test_the_terminal_is_left_as_it_was(issuer):
    for keys in (SECRET + "\n", "\x03"):
        terminal = Terminal(*arguments(issuer))
        terminal.wait_for("Client secret: ")
        assert not termios.tcgetattr(terminal.master)[3] & termios.ECHO
        terminal.type(keys)
        terminal.finish()


@pytest.mark.parametrize("keys", ["\n", "\x03", "\x04"], ids=["enter", "Ctrl-C", "Ctrl-D"])
def test_prompt_unanswered(keys, issuer):
    terminal = Terminal(*arguments(issuer))
    terminal.wait_for("Client secret: ")
    terminal.type(keys)
    run = terminal.finish()
    assert run.status == tool.TROUBLE
    assert "no client secret" in run.err
    assert issuer.asked("/v1/token") == []


@pytest.mark.parametrize("source", ["file", "environment"])
def test_the_list_of_processes_shows_no_secret(source, server, secret_file):
    asked, looked = threading.Event(), threading.Event()

    def answer(request):
        assert SECRET in request.body
        asked.set()
        looked.wait(60)
        return 200, {"access_token": "t", "token_type": "Bearer"}

    server.answers["/v1/token"] = answer
    options, env = (["--secret-file", secret_file], {}) if source == "file" else ([], {"CLIENT_SECRET": SECRET})
    process = subprocess.Popen(tool.command(*arguments(server, *options)), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=tool.environment(**env), start_new_session=True)
    try:
        assert asked.wait(60)
        shown = open(f"/proc/{process.pid}/cmdline", "rb").read()
    finally:
        looked.set()
        out, err = process.communicate(timeout=60)
    assert b"okta-token" in shown and SECRET.encode() not in shown
    assert tool.judge(process.returncode, out.decode(), err.decode()).out == "t\n"
