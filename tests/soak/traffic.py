# SPDX-License-Identifier: Apache-2.0
"""Mixed traffic, each request with the status that it has to get: good tokens, bad ones, proofs, opaque ones, none."""

import http.client
import secrets
import threading
import time
from collections import Counter

from env import leaks
from env.keys import key
from env.ports import LOOPBACK
from env.proofs import proof, thumbprint

_CLIENT_LIMIT = 60
# what a restart or a kill does to a connection, which says nothing of a request
_CUT = (http.client.RemoteDisconnected, ConnectionError, http.client.BadStatusLine, http.client.IncompleteRead)
PROOF_KEY = key("proof-key", "ES256")


class Kinds:
    """Each kind makes (path, fields, statuses that are right). Tokens are made anew now and then: minting is slow."""

    def __init__(self, issuer, origin):
        self._issuer, self._origin = issuer, origin
        self._lock = threading.Lock()
        self._tokens = {}
        self.names = ["good", "good", "good", "fresh", "expired", "audience", "signature", "kid", "opaque", "none",
                      "garbage", "proof", "replay", "scope", "two fields"]

    def renew(self):
        """After a rotation."""
        mint = self._issuer.mint
        header, payload, signature = mint.token().split(".")
        with self._lock:
            self._tokens = {
                "good": [mint.token(sub=f"user-{n}", email="x" * 40 * (n % 8)) for n in range(24)],
                "expired": [mint.token(exp=int(time.time()) - 4000)],
                "audience": [mint.token(aud="api://another")],
                "signature": [leaks.register(f"{header}.{payload}.{signature[::-1]}")],
                "kid": [mint.raw(header={"alg": "RS256", "kid": "nobody-has-it", "typ": "at+jwt"})],
                "scope": [mint.token(scp=["another"])],
                "bound": [mint.token(cnf={"jkt": thumbprint(PROOF_KEY)})],
            }

    def _token(self, kind, number):
        with self._lock:
            tokens = self._tokens[kind]
        return tokens[number % len(tokens)]

    def make(self, kind, number):
        bearer = lambda token, path="/whoami": (path, {"Authorization": "Bearer " + token})  # noqa: E731
        if kind == "good":
            return *bearer(self._token("good", number), "/static.txt" if number % 2 else "/whoami"), {200}
        if kind == "fresh":
            return *bearer(self._issuer.mint.token(n=number)), {200}
        if kind in ("expired", "audience", "signature", "kid"):
            return *bearer(self._token(kind, number)), {401}
        if kind == "opaque":
            return *bearer(leaks.register(secrets.token_urlsafe(32))), {401}
        if kind == "scope":
            return *bearer(self._token("scope", number), "/scope"), {403}
        if kind == "none":
            return "/whoami", {}, {401}
        if kind == "two fields":
            token = self._token("good", number)
            return "/whoami", {"Authorization": f"Bearer {token}, Bearer {token}"}, {400}
        if kind == "garbage":
            return *bearer(leaks.register("eyJ" + secrets.token_hex(200) + ".e30.e30")), {401}
        return self._with_proof(kind, number)

    def _with_proof(self, kind, number):
        token = self._token("bound", number)
        made = proof(self._origin + "/whoami", "GET", PROOF_KEY, token)
        fields = {"Authorization": "DPoP " + token, "DPoP": made}
        # a replay is the second of two; the first one is sent by whoever asks for it
        return "/whoami", fields, {200} if kind == "proof" else "replayed"


class Traffic:
    """Connections that send all kinds in turn, until stop(). Pauses where the measuring asks for it."""

    def __init__(self, server, issuer, connections):
        self.kinds = Kinds(issuer, f"http://{LOOPBACK}:{server.port}")
        self.kinds.renew()
        self._server = server
        self.counts, self.faults, self.cut = Counter(), [], 0
        self._lock = threading.Lock()
        self._over, self._quiet = threading.Event(), threading.Event()
        self._gate = threading.Condition()
        self._busy = 0
        self._threads = [threading.Thread(target=self._client, args=(n,), daemon=True) for n in range(connections)]
        for thread in self._threads:
            thread.start()

    def pause(self):
        """Returns when no request is under way and no connection open."""
        self._quiet.set()
        with self._gate:
            assert self._gate.wait_for(lambda: self._busy == 0, _CLIENT_LIMIT), "a request does not end"

    def go_on(self):
        with self._gate:
            self._quiet.clear()
            self._gate.notify_all()

    def stop(self):
        self._over.set()
        self.go_on()
        for thread in self._threads:
            thread.join(_CLIENT_LIMIT)
            assert not thread.is_alive(), "a client does not end"

    def _client(self, first):
        number, connection = first, None
        while not self._over.is_set():
            with self._gate:
                if self._quiet.is_set():
                    if connection:
                        connection.close()
                        connection = None
                    self._gate.wait_for(lambda: not self._quiet.is_set() or self._over.is_set())
                    continue
                self._busy += 1
            try:
                connection = self._one(connection, number)
            except Exception as fault:  # a thread that ends by it would go unseen
                self._note_fault(f"{type(fault).__name__}: {fault}")
                connection = None
            finally:
                with self._gate:
                    self._busy -= 1
                    self._gate.notify_all()
            number += 1

    def _note_fault(self, text):
        with self._lock:
            self.faults.append(text)

    def _send(self, connection, path, fields):
        """(connection, status). Once more where the connection was cut: by a restart, a kill, or its age."""
        for _ in range(5):
            try:
                if connection is None:
                    connection = http.client.HTTPConnection(LOOPBACK, self._server.port, timeout=_CLIENT_LIMIT)
                connection.request("GET", path, headers=fields)
                answer = connection.getresponse()
                answer.read()
                return connection, answer.status
            except _CUT:
                connection = connection.close()
                with self._lock:
                    self.cut += 1
        raise AssertionError("cut five times")

    def _one(self, connection, number):
        kind = self.kinds.names[number % len(self.kinds.names)]
        path, fields, right = self.kinds.make(kind, number)
        cut = self.cut
        connection, status = self._send(connection, path, fields)
        if right == "replayed":
            # where a connection was cut the proof may have been taken
            right = {200} if cut == self.cut else {200, 401}
            self._judge(kind, status, right)
            connection, status = self._send(connection, path, fields)
            right = {401}
        elif kind == "proof" and cut != self.cut:
            right = {200, 401}
        self._judge(kind, status, right)
        return connection

    def _judge(self, kind, status, right):
        with self._lock:
            self.counts[f"{kind} {status}"] += 1
        if status not in right:
            self._note_fault(f"{kind}: {status}, not {sorted(right)}")
