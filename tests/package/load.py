#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A load of a few requests at a time, over kept and new connections, until standard input ends.

  load.py PORT FOLDER     prints {"answers": N, "reopened": N, "wrong": […]}

A kept connection that the server closed between two requests is opened again, as RFC 9112 section 9.3.1 asks of
clients, and counted; a new one that gets no answer is a fault.
"""

import http.client
import json
import sys
import threading
import time
from pathlib import Path

HOST = "127.0.0.1"
PAUSE = 0.01
CLOSED = (ConnectionError, http.client.RemoteDisconnected, http.client.BadStatusLine)


class Client(threading.Thread):
    """One connection after another, or one for as long as the server keeps it."""

    def __init__(self, port, token, keep, ended):
        super().__init__()
        self.port, self.keep, self.ended = port, keep, ended
        self.requests = ((200, {"Authorization": f"Bearer {token}"}), (401, {}))
        self.answers, self.reopened, self.wrong = 0, 0, []

    def _status(self, connection, fields):
        connection.request("GET", "/api/whoami", headers=fields if self.keep else {**fields, "Connection": "close"})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def _asked(self, connection, fields, used):
        try:
            return self._status(connection, fields)
        except CLOSED:
            connection.close()
            if not used:
                raise
        self.reopened += 1
        return self._status(connection, fields)

    def run(self):
        connection, used = http.client.HTTPConnection(HOST, self.port, timeout=30), False
        while not self.ended.is_set():
            for expected, fields in self.requests:
                try:
                    status = self._asked(connection, fields, used)
                except (OSError, http.client.HTTPException) as fault:
                    status = repr(fault)
                self.answers += 1
                if status != expected:
                    self.wrong.append(f"{status} for {expected}")
                used = self.keep and connection.sock is not None
                if not self.keep:
                    connection.close()
                time.sleep(PAUSE)
        connection.close()


def main():
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    token = json.loads((folder / "issuer.json").read_text())["tokens"]["good"]
    ended = threading.Event()
    clients = [Client(port, token, keep, ended) for keep in (True, True, False, False)]
    for client in clients:
        client.start()
    sys.stdin.read()
    ended.set()
    for client in clients:
        client.join()
    print(json.dumps({"answers": sum(c.answers for c in clients), "reopened": sum(c.reopened for c in clients),
                      "wrong": [w for c in clients for w in c.wrong]}))


if __name__ == "__main__":
    main()
