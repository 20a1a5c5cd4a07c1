# SPDX-License-Identifier: Apache-2.0
"""A real Redis and a real memcached, each with a folder and a port of its own."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from env.ports import LOOPBACK, free_port
from env.waiting import wait_for

_PREFIX = b"mod_auth_okta:"


class Store:
    """One that runs. `limit`: bytes of memory, after which it takes nothing more, rather than let go of what it has."""

    provider = module = None

    def __init__(self, limit=None):
        self.limit = limit
        self.port = free_port()
        self.root = Path(tempfile.mkdtemp(prefix="okta-store-"))
        self.process = None
        self.start()

    def start(self):
        for _ in range(5):
            self.process = subprocess.Popen(self._command(), cwd=self.root, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_for(lambda: self.process.poll() is not None or self._answers(), f"{self.provider} to answer")
            if self.process.poll() is None:
                return self
        raise AssertionError(f"{self.provider} does not start on port {self.port}")

    def _answers(self):
        with contextlib.suppress(OSError):
            return self.ask(self._hello)
        return False

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.send_signal(signal.SIGCONT)
        self.process.wait()

    def hang(self):
        """It takes connections and requests, and does not answer."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def remove(self):
        self.kill()
        shutil.rmtree(self.root, ignore_errors=True)

    def directive(self):
        return f"OktaSharedCache {self.provider}:{LOOPBACK}:{self.port}"

    def connect(self):
        return socket.create_connection((LOOPBACK, self.port), timeout=30)

    def fill(self, sizes):
        """Entries of these sizes, as many as there is room for. memcached has room for each size by itself; Redis is
        full when not even a small entry finds room."""
        number = 0
        for size in sizes:
            for _ in range(200000):
                number += 1
                try:
                    self.put(b"filler-%060d" % number, b"x" * size)
                except AssertionError:
                    break
        assert number > 2 * len(sizes)

    def ask(self, command):
        """What it answers to one command, up to the first pause."""
        with self.connect() as connection:
            connection.sendall(command)
            return connection.recv(1 << 20)


class Redis(Store):
    provider, module, _hello = "redis", "socache_redis", b"PING\r\n"
    # connections that the store has ended are soon forgotten
    short_lived = "RedisConnPoolTTL 1s"

    def _command(self):
        limit = ["--maxmemory", str(self.limit), "--maxmemory-policy", "noeviction"] if self.limit else []
        return ["redis-server", "--bind", LOOPBACK, "--port", str(self.port), "--save", "", "--appendonly", "no",
                "--dir", str(self.root), *limit]

    def _array(self, *words):
        words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)

    def command(self, *words):
        return self.ask(self._array(*words))

    def names(self):
        with self.connect() as connection:
            file = connection.makefile("rwb")
            file.write(self._array("KEYS", "*"))
            file.flush()
            count = int(file.readline()[1:])
            return [file.read(int(file.readline()[1:]) + 2)[:-2] for _ in range(count)]

    def value(self, name):
        with self.connect() as connection:
            file = connection.makefile("rwb")
            file.write(self._array("GET", name))
            file.flush()
            length = int(file.readline()[1:])
            return None if length < 0 else file.read(length)

    def put(self, name, value):
        assert self.command("SET", name, value, "KEEPTTL") == b"+OK\r\n"

    def life(self, name):
        """Seconds for which it keeps it; below 0: for ever, or not at all."""
        return int(self.command("TTL", name)[1:])

    def forget(self, name):
        self.command("DEL", name)

    def empty(self):
        assert self.command("FLUSHALL") == b"+OK\r\n"


class Memcached(Store):
    provider, module, _hello = "memcache", "socache_memcache", b"version\r\n"
    short_lived = "MemcacheConnTTL 1s"

    def _command(self):
        return ["memcached", "-l", LOOPBACK, "-p", str(self.port), "-U", "0", "-u", "nobody", "-M",
                "-m", str((self.limit or 64 << 20) >> 20)]

    def names(self):
        """By what it says of all its entries, in the order of its hash table. "metadump all" goes by age, list by list, and
        leaves out what goes from one to another meanwhile, as entries do that are looked at again and again."""
        while (names := self._listing()) is None:
            pass
        return names

    def _listing(self):
        with self.connect() as connection:
            file = connection.makefile("rwb")
            file.write(b"lru_crawler metadump hash\r\n")
            file.flush()
            names = []
            while (line := file.readline()) != b"END\r\n":
                # it walks through its entries for reasons of its own
                if line.startswith(b"BUSY"):
                    return None
                if line == b"OK\r\n":  # what newer ones begin with
                    continue
                assert line.startswith(b"key="), line
                names.append(line.split()[0].removeprefix(b"key=").replace(b"%3A", b":"))
            return names

    def value(self, name):
        with self.connect() as connection:
            file = connection.makefile("rwb")
            file.write(b"get %s\r\n" % name)
            file.flush()
            head = file.readline().split()
            return file.read(int(head[3])) if head[0] == b"VALUE" else None

    def put(self, name, value):
        assert self.ask(b"set %s 0 60 %d\r\n%s\r\n" % (name, len(value), value)) == b"STORED\r\n"

    def forget(self, name):
        self.ask(b"delete %s\r\n" % name)

    def empty(self):
        assert self.ask(b"flush_all\r\n") == b"OK\r\n"


KINDS = {"redis": Redis, "memcache": Memcached}
BEGINNING = _PREFIX + (b"mod_auth_okta beginning".ljust(32, b"\0")).hex().encode()


@contextlib.contextmanager
def running(kind, **options):
    store = KINDS[kind](**options)
    try:
        yield store
    finally:
        store.remove()
