# SPDX-License-Identifier: Apache-2.0
"""An httpd of its own, pinned to a core."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from . import machine

HTTPD = os.environ.get("OKTA_HTTPD", "/usr/sbin/apache2")
MODULES = Path(os.environ.get("OKTA_HTTPD_MODULES", "/usr/lib/apache2/modules"))
USER = "www-data"

_FRAME = """\
ServerRoot "{root}"
DefaultRuntimeDir "{root}/run"
PidFile "{root}/run/httpd.pid"
Listen 127.0.0.1:{port}
ServerName localhost
{modules}
{user}
{workers}
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 30
LimitRequestFieldSize 65536
DocumentRoot "{root}/htdocs"
ErrorLog "{root}/logs/error.log"
LogLevel warn
TypesConfig /dev/null
{snippet}
"""


def _workers(mpm, processes, threads):
    if mpm == "prefork":
        count = processes * threads
        return (f"ServerLimit {count}\nStartServers {count}\nMinSpareServers {count}\n"
                f"MaxSpareServers {count}\nMaxRequestWorkers {count}")
    return (f"ServerLimit {processes}\nStartServers {processes}\nThreadLimit {threads}\n"
            f"ThreadsPerChild {threads}\nMaxRequestWorkers {processes * threads}\n"
            f"MinSpareThreads 1\nMaxSpareThreads {processes * threads}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`snippet` is what differs between servers; `wrapper` a command to run httpd by; `variables` go to its
    environment; `files` {name: text} to its root, for nobody but whoever starts it to read."""

    def __init__(self, snippet, *, mpm="event", processes=2, threads=32, wrapper=(), single=False, variables=None,
                 files=None):
        self.snippet, self.mpm = snippet, mpm
        self.files = files or {}
        self.processes, self.threads = processes, threads
        self.wrapper, self.single = list(wrapper), single
        self.variables = variables or {}
        self.process, self.port = None, 0
        self._prepare = lambda port: None

    def port_first(self, prepare):
        """Have prepare(port) called when the port is chosen and before httpd starts."""
        self._prepare = prepare

    def __enter__(self):
        self.root = Path(tempfile.mkdtemp(prefix="okta-bench-"))
        self.root.chmod(0o755)
        for name in ("run", "logs", "htdocs", "state"):
            (self.root / name).mkdir()
        (self.root / "htdocs" / "index.html").write_text("hello, world")
        if os.geteuid() == 0:
            for path in (self.root, *self.root.iterdir()):
                shutil.chown(path, USER)
        for name, text in self.files.items():
            self._write_private(name, text)
        self.port = free_port()
        self._prepare(self.port)
        self._start()
        return self

    def _write_private(self, name, text):
        path = self.root / name
        path.touch(0o600)
        path.write_text(text)
        if os.geteuid() == 0 and self.wrapper:
            shutil.chown(path, USER)

    def _start(self):
        modules = [f"mpm_{self.mpm}", "authn_core", "authz_core", "authz_user", "mime"]
        lines = (f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in modules)
        # a wrapper changes the user itself
        change = os.geteuid() == 0 and not self.wrapper
        conf = self.root / "httpd.conf"
        conf.write_text(_FRAME.format(
            root=self.root, port=self.port, modules="\n".join(lines),
            user=f"User {USER}\nGroup {pwd.getpwnam(USER).pw_name}" if change else "",
            workers=_workers(self.mpm, self.processes, self.threads), snippet=self.snippet))
        command = [*self.wrapper, HTTPD, "-X" if self.single else "-DFOREGROUND", "-f", str(conf)]
        with open(self.root / "logs" / "output", "wb") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, cwd=self.root,
                                            stderr=output, start_new_session=True,
                                            env={**os.environ, **self.variables})
        if not self.wrapper:
            os.sched_setaffinity(self.process.pid, {machine.SERVER_CORE})
        try:
            self._wait_until_up()
        except BaseException:
            self.stop()
            shutil.rmtree(self.root, ignore_errors=True)
            raise

    def _wait_until_up(self):
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
            except OSError:
                time.sleep(0.05)
                continue
            if self.single or len(self.children()) >= self.processes:
                for pid in self.pids() if not self.wrapper else ():
                    _pin(pid)
                return
            time.sleep(0.05)
        said = (self.root / "logs" / "output").read_text() + self._errors()
        raise RuntimeError(f"httpd did not start:\n{said}")

    def _errors(self):
        path = self.root / "logs" / "error.log"
        return path.read_text() if path.is_file() else ""

    def children(self):
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def pids(self):
        return [self.process.pid, *self.children()]

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def __exit__(self, *failure):
        if self.process and self.process.poll() is not None and not self.single:
            raise RuntimeError(f"httpd ended by itself:\n{self._errors()}")
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)


def _pin(pid):
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            os.sched_setaffinity(int(task.name), {machine.SERVER_CORE})
        except ProcessLookupError:
            pass
