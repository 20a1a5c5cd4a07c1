# SPDX-License-Identifier: Apache-2.0
"""OAuth clients that do DPoP, which we did not write: npm's openid-client and oauth4webapi, see clients.mjs."""

import secrets
from dataclasses import dataclass

import nodejs
from commands import Commands
from env import leaks

LIBRARIES = ("openid-client", "oauth4webapi")


@dataclass(frozen=True)
class Answer:
    """What a library made of an answer, and the requests that it sent for it."""

    status: int
    body: str
    challenges: list
    exchanges: list

    @property
    def statuses(self):
        return [exchange["status"] for exchange in self.exchanges]

    @property
    def challenge(self):
        """(scheme, parameters) of the only one."""
        assert len(self.challenges) == 1, self.challenges
        return self.challenges[0]["scheme"], self.challenges[0]["parameters"]


class Client:
    """One client of an issuer, with a key of its own."""

    def __init__(self, program, **options):
        self._program, self._name = program, secrets.token_hex(8)
        self.jkt = program.open(name=self._name, **options)

    def _run(self, command, **options):
        said = getattr(self._program, command)(name=self._name, **options)
        for exchange in said["exchanges"]:
            if exchange["proof"]:
                leaks.register(exchange["proof"], "DPoP proof")
        return said["value"], said["exchanges"]

    def grant(self, audience="api://default", scope="orders:read"):
        """(answer of the token endpoint, requests): client credentials."""
        told, exchanges = self._run("grant", parameters={"resource": audience, "scope": scope})
        leaks.register(told["access_token"], "access_token")
        return told, exchanges

    def token(self, **options):
        return self.grant(**options)[0]["access_token"]

    def authorize(self, **parameters):
        return self._run("authorize", parameters=parameters)[0]

    def redeem(self, url, verifier, audience="api://default"):
        """The answer of the token endpoint for a code."""
        told, _ = self._run("redeem", url=url, checks={"pkceCodeVerifier": verifier},
                            parameters={"resource": audience})
        for name in ("access_token", "id_token"):
            leaks.register(told[name], name)
        return told

    def call(self, token, url, **options):
        """Options: method, body, headers; bound=False sends it as Bearer."""
        said, exchanges = self._run("call", token=token, url=url, **options)
        return Answer(said["status"], said["body"], said.get("challenges", []), exchanges)

    def prove(self, token, url, **options):
        """A request that the library made, and did not send."""
        (exchange,) = self._run("call", token=token, url=url, withhold=True, **options)[1]
        return exchange


class Clients(Commands):
    def __init__(self, log):
        super().__init__(log, nodejs.node(), nodejs.HERE / "clients.mjs")

    def client(self, library, issuer, client_id, secret=None, alg="ES256"):
        return Client(self, library=library, issuer=issuer, id=client_id, secret=secret, alg=alg)
