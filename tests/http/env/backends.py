# SPDX-License-Identifier: Apache-2.0
"""Real back ends for a proxying httpd: an HTTP server, a WebSocket server, php-fpm. Each says what it was sent."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from env import websocket
from env.issuer import _Server
from env.ports import LOOPBACK, free_port
from env.recording import RecordingBackend
from env.waiting import wait_for

# A back end's own opinion on CORS, which must not stand beside ours.
OWN_CORS = (
    ("Access-Control-Allow-Origin", "https://backend.example.com"),
    ("Access-Control-Allow-Credentials", "true"), ("Access-Control-Expose-Headers", "X-Own"),
    ("Access-Control-Allow-Methods", "DELETE"), ("Access-Control-Allow-Headers", "X-Own"),
    ("Access-Control-Max-Age", "1"), ("Access-Control-Allow-Private-Network", "true"),
    ("Vary", "Origin, Accept-Encoding"),
)


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    # head and body are two writes, and would wait 40 ms for each other
    disable_nagle_algorithm = True

    def log_message(self, format, *args):
        pass

    def _answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        if self.headers.get("Transfer-Encoding"):
            body = self._chunks()
        seen = {"method": self.command, "path": self.path, "headers": list(self.headers.items()),
                "body": body.decode("latin-1")}
        self.server.seen.append(seen)
        text = json.dumps(seen).encode()
        status = int(self.path.rpartition("/status-")[2][:3]) if "/status-" in self.path else 200
        self.send_response(status)
        if "/cors" in self.path:
            for name, value in OWN_CORS:
                self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def _chunks(self):
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    do_GET = do_HEAD = do_POST = do_PUT = do_OPTIONS = do_DELETE = do_PATCH = _answer


class HttpBackend(RecordingBackend):
    """Answers with what it was sent, as JSON; below /cors with CORS headers of its own. `seen` is all of it."""

    def __init__(self):
        super().__init__("http", _Server((LOOPBACK, 0), _Echo))


class WebSocketBackend:
    """Says what fields the handshake had, as its first message, and then echoes."""

    def __init__(self):
        self._loop = asyncio.new_event_loop()
        self.handshakes = []
        started = threading.Event()
        threading.Thread(target=self._run, args=(started,), daemon=True).start()
        assert started.wait(20)

    def _run(self, started):
        async def talk(connection, path=None):
            fields = list(websocket.handshake_of(connection).raw_items())
            self.handshakes.append(fields)
            await connection.send(json.dumps(fields))
            async for message in connection:
                await connection.send(message)

        async def serve():
            server = await websocket.serve(talk, LOOPBACK, 0)
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            await self._stop.wait()
            server.close()
            await server.wait_closed()

        asyncio.set_event_loop(self._loop)
        self._stop = asyncio.Event()
        self._loop.run_until_complete(serve())

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._loop.call_soon_threadsafe(self._stop.set)


_PHP = """<?php
if (str_contains($_SERVER['REQUEST_URI'], '/cors')) {
    header('Access-Control-Allow-Origin: https://backend.example.com');
    header('Access-Control-Expose-Headers: X-Own');
    header('Access-Control-Allow-Credentials: true');
    header('Vary: Origin', false);
}
if (preg_match('/status-(\\d+)/', $_SERVER['REQUEST_URI'], $m)) http_response_code((int) $m[1]);
header('Content-Type: application/json');
file_get_contents('php://input');
echo json_encode($_SERVER, JSON_INVALID_UTF8_SUBSTITUTE);
"""

_FPM = """[global]
error_log = {root}/fpm.log
daemonize = no
[www]
{user}
listen = {host}:{port}
pm = static
pm.max_children = 4
clear_env = yes
"""


def _fpm_program():
    found = sorted(path for folder in ("/usr/sbin", "/usr/bin") for path in Path(folder).glob("php-fpm*")
                   if re.fullmatch(r"php-fpm[0-9.]*", path.name))
    if found:
        return str(found[-1])
    raise FileNotFoundError("no php-fpm: install Debian's php-fpm")


class PhpFpm:
    """php-fpm with one script, which answers with $_SERVER as JSON."""

    def __init__(self):
        # not below pytest's own folder, which is private to root
        self.root = root = Path(tempfile.mkdtemp(prefix="okta-fpm-"))
        root.chmod(0o755)
        self.script = root / "env.php"
        self.script.write_text(_PHP)
        self.port = free_port()
        user = "user = www-data\ngroup = www-data" if os.geteuid() == 0 else ""
        conf = root / "fpm.conf"
        conf.write_text(_FPM.format(root=root, user=user, host=LOOPBACK, port=self.port))
        self._process = subprocess.Popen([_fpm_program(), "-n", "-F", "-y", str(conf)],
                                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            wait_for(self._is_up, "php-fpm to listen")
        except BaseException:
            self._end()
            raise

    def _is_up(self):
        assert self._process.poll() is None, (self.root / "fpm.log").read_text()
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, self.port), timeout=5):
            return True
        return False

    def proxy_url(self):
        return f"fcgi://{LOOPBACK}:{self.port}{self.script}"

    def _end(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(20)
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._end()
