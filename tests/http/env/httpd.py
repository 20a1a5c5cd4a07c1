# SPDX-License-Identifier: Apache-2.0
"""A real httpd in its own ServerRoot on its own ports."""

import contextlib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from env import cgi, leaks, places, sanitizers, template
from env.client import Client
from env.errorlog import Guard, LogFile
from env.ports import LOOPBACK, free_port
from env.waiting import wait_for

DEFAULT_LEVEL = "notice auth_okta:debug"
_CHILD_USER = "www-data"

# States of /proc/net/tcp: established, closing in every way but those that no process holds any more.
_LISTEN = "0A"
_OPEN_STATES = {"01", "04", "05", "08"}


class StartFailed(Exception):
    """httpd did not start; the message holds what it said."""


@dataclass(frozen=True)
class ConfigTest:
    code: int
    output: str

    @property
    def ok(self):
        # under the leak check a leak of httpd's own at exit replaces the code
        return self.code == 0 and "AH00014" not in self.output


class Httpd:
    """One server. `snippet` is text, or a function of the server that returns text."""

    def __init__(self, snippet="", *, mpm="event", processes=4, threads=4, modules=(), okta=True,
                 before="", log_level=DEFAULT_LEVEL, extra_ports=0, host=LOOPBACK, inherit=()):
        self.mpm, self.processes, self.threads = mpm, processes, threads
        self.modules, self.okta, self.before = tuple(modules), okta, before
        self.log_level, self.host = log_level, host
        self.uses_default_level = log_level == DEFAULT_LEVEL
        self.snippet = snippet
        self.inherit = {"PATH", "LANG", "TMPDIR", "HOME", *inherit}
        self.process = None
        self.port, self.extra_ports = 0, [0] * extra_ports
        self._make_root()
        self.error_log = LogFile(self.root / "logs" / "error.log")
        self.access_log = LogFile(self.root / "logs" / "access.log")
        self.stderr = LogFile(self.root / "logs" / "stderr.log")
        self.guard = Guard(self.error_log, self.stderr)

    # -- files

    def _make_root(self):
        # Not below pytest's own folder, which is private to root: the children are another user.
        self.root = Path(tempfile.mkdtemp(prefix="okta-httpd-"))
        self.root.chmod(0o755)
        for name in ("conf", "logs", "run", "htdocs"):
            (self.root / name).mkdir()
        (self.root / "htdocs" / "plain.txt").write_text("plain\n")
        self.env_script = cgi.install(self.root)
        sanitizers.prepare(self.root)

    def write(self, name, data):
        """A file in the ServerRoot that httpd can read; returns its path."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        path.chmod(0o644)
        return path

    def user_lines(self):
        if os.geteuid() != 0:
            return ""
        return f"User {_CHILD_USER}\nGroup {_CHILD_USER}"

    def configuration(self, snippet=None):
        chosen = self.snippet if snippet is None else snippet
        return template.render(self, chosen(self) if callable(chosen) else chosen)

    # -- running

    def _environment(self):
        kept = {k: v for k, v in os.environ.items() if k in self.inherit}
        return {**kept, **sanitizers.environment(self.root)}

    def _command(self, conf, *arguments):
        return [*sanitizers.prefix(self.root), places.HTTPD, "-d", str(self.root), "-f", str(conf),
                *arguments]

    def configtest(self, snippet=None, arguments=()):
        """What `apachectl configtest` says of the snippet, with more arguments. The server need not run."""
        self.port = self.port or free_port(self.host)
        self.extra_ports = [port or free_port(self.host) for port in self.extra_ports]
        conf = self.root / "conf" / "test.conf"
        conf.write_text(self.configuration(snippet))
        done = subprocess.run(self._command(conf, "-t", *arguments), env=self._environment(), text=True,
                              errors="backslashreplace", capture_output=True, timeout=120)
        return ConfigTest(done.returncode, done.stdout + done.stderr)

    def start(self):
        """Start and wait until every first child runs and the port answers."""
        for attempt in range(5):
            self.port = free_port(self.host)
            self.extra_ports = [free_port(self.host) for _ in self.extra_ports]
            conf = self.root / "conf" / "httpd.conf"
            conf.write_text(self.configuration())
            with open(self.stderr.path, "wb") as errors:
                self.process = subprocess.Popen(
                    self._command(conf, "-DFOREGROUND"), env=self._environment(),
                    stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, start_new_session=True)
            try:
                wait_for(self._is_up, "httpd to answer")
                return self
            except StartFailed:
                # Somebody else took the port between the choice and the bind.
                if "could not bind" not in self.stderr.text() or attempt == 4:
                    raise
            except AssertionError as late:
                self._kill()
                said = self.stderr.text() + self.error_log.text()
                raise StartFailed(f"{late}; it said:\n{said}") from None
            except BaseException:
                self._kill()
                raise
        raise AssertionError("not reached")

    def _is_up(self):
        if self.process.poll() is not None:
            said = self.stderr.text() + self.error_log.text()
            raise StartFailed(f"httpd ended with {self.process.returncode}:\n{said}")
        if "resuming normal operations" not in self.error_log.text():
            return False
        if len(self.children()) < self.processes:
            return False
        try:
            with socket.create_connection((self.host, self.port), timeout=5) as probe:
                probe.sendall(b"GET /plain.txt HTTP/1.0\r\n\r\n")
                return probe.recv(16).startswith(b"HTTP/")
        except OSError:
            return False

    @property
    def pid(self):
        return self.process.pid

    def _direct_children(self):
        try:
            text = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        except FileNotFoundError:
            return []
        return [int(pid) for pid in text.split()]

    def children(self):
        """Pids of the processes that hold the listening socket: all but the parent and cgid's daemon."""
        sockets = {f"socket:[{inode}]" for state, inode in self._sockets() if state == _LISTEN}
        return [pid for pid in self._direct_children() if sockets & _open_files(pid)]

    def child_with_port(self, port):
        """The child with a connection from this local port."""
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        inode, = {f[9] for f in map(str.split, lines) if int(f[1].rpartition(":")[2], 16) == port and f[3] == "01"}
        pid, = (pid for pid in self.children() if f"socket:[{inode}]" in _open_files(pid))
        return pid

    def graceful(self):
        """Graceful restart; returns when the new generation runs and the old one is gone.

        How many of the new generation run at first is the MPM's choice (worker starts them by need).
        """
        before = len(self.error_log.matching("resuming normal operations"))
        old = set(self.children())
        self.process.send_signal(signal.SIGUSR1)
        wait_for(lambda: len(self.error_log.matching("resuming normal operations")) > before,
                 "the graceful restart")
        wait_for(lambda: set(self.children()) - old, "new children", interval=0.05)
        wait_for(lambda: not any(_alive(pid) for pid in old), "the old children to end",
                 interval=0.05)

    def stop(self, how=None):
        """Stop, wait until every process is gone, then let the guards judge what was left behind.

        how: the signal; by default the fastest that suits the moment.
        """
        if self.process is None:
            return
        process, clean = self.process, False
        idle = how == signal.SIGWINCH or self._is_idle()
        children = self._direct_children()
        if process.poll() is None:
            process.send_signal(how or self._fitting_signal(idle))
            try:
                process.wait(places.PATIENCE * 2)
                wait_for(lambda: not any(_alive(pid) for pid in children), "the children to end")
                clean = True
            except (subprocess.TimeoutExpired, AssertionError):
                self._kill()
        self.process = None
        faults = self._judge(process, clean)
        assert not faults, "\n".join(faults)

    def _fitting_signal(self, idle):
        # The leak check needs every thread to have ended in an orderly way.
        return signal.SIGTERM if idle and not places.SANITIZE else signal.SIGWINCH

    def _is_idle(self):
        """Wait until no connection is left, and say whether that came true.

        On SIGTERM the event MPM closes the connections of workers that may still be busy with them, and now
        and then logs errors (AH03092) or crashes over it: its own race, without any help of ours. start() has
        made a connection too, so a test that stops at once has to wait as well. Workers that cannot be waited for
        are stopped gracefully (SIGWINCH), which takes a second or more.
        """
        quiet = 0
        end = time.monotonic() + 3
        while quiet < 4 and time.monotonic() < end:
            quiet = 0 if self._connections() else quiet + 1
            time.sleep(0.01)
        return quiet >= 4

    def _sockets(self):
        """(state, inode) of the TCP sockets at our main and extra ports."""
        ports = {self.port, *self.extra_ports}
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if int(fields[1].rpartition(":")[2], 16) in ports:
                yield fields[3], fields[9]

    def _connections(self):
        return [inode for state, inode in self._sockets() if state in _OPEN_STATES]

    def _judge(self, process, clean):
        faults = [] if clean else ["httpd did not stop by itself"]
        if process.returncode != 0:
            faults.append(f"httpd ended with {process.returncode}")
        for check in (self.guard.check, lambda: sanitizers.check(self.root),
                      lambda: leaks.check(self.root)):
            try:
                check()
            except AssertionError as fault:
                faults.append(str(fault))
        return faults

    def _kill(self):
        """The whole session of processes that start() made, by its own group id."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def remove(self):
        if os.environ.get("OKTA_KEEP"):
            print(f"kept {self.root}")
        else:
            shutil.rmtree(self.root, ignore_errors=True)

    # -- what tests ask

    def client(self, extra_port=None):
        """A client of the main port, or of the n-th extra one."""
        port = self.port if extra_port is None else self.extra_ports[extra_port]
        return Client(port, self.host)

    def get(self, path, token=None, **options):
        return self.request("GET", path, token, **options)

    def request(self, method, path, token=None, **options):
        """One request on a connection of its own."""
        client = self.client()
        try:
            return client.request(method, path, token, **options)
        finally:
            client.close()

    def expects(self, regex, optional=False, lasting=False):
        """Declare a warning or error that the test will cause."""
        return self.guard.expects(regex, optional, lasting)

    def wait_for_log(self, regex, mark=0):
        """The first line of the error log that matches; waits for it."""
        return wait_for(lambda: self.error_log.matching(regex, mark), f"a log line like {regex!r}")[0]

    def access_line_of(self, tag):
        """The access log's line for the request with the tag in its URL; it is written after the response."""
        return wait_for(lambda: self.access_log.matching(re.escape(tag)), f"{tag} in the access log")[0]


def child_user():
    """(uid, gid) that the children run as."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    entry = pwd.getpwnam(_CHILD_USER)
    return entry.pw_uid, entry.pw_gid


def _open_files(pid):
    found = set()
    try:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                found.add(os.readlink(descriptor))
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        pass
    return found


def _alive(pid):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
