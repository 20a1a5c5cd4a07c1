# SPDX-License-Identifier: Apache-2.0
"""The judges: each gives one verdict for every case, knowing of the others nothing."""

import base64
import http.client
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import nodejs
from env import places
from env.leaks import PIECE

HERE = Path(__file__).resolve().parent
JUDGE = places.BUILD / "tests" / "interop" / "differential" / "judge"
OKTA_TOKEN = places.BUILD / "src" / "cli" / "okta-token"


@dataclass(frozen=True)
class Verdict:
    accepts: bool
    says: str
    crashed: bool = False


@dataclass(frozen=True)
class Core:
    """What src/core says: of the token alone, and of the request that carries it."""

    field: str
    token: str
    reason: str
    status: int
    detail: str

    @property
    def accepts(self):
        return self.status == 200


class Setup:
    """What all judges are told: the time, the key sets and the policies."""

    def __init__(self, now, issuers, policies, folder):
        urls = {name: issuer.url for name, issuer in issuers.items()}
        self.now = now
        self.issuers = issuers
        self.policies = {name: policy.told(urls) for name, policy in policies.items()}
        self.keysets = {issuer.url: issuer.jwks for issuer in issuers.values()}
        self.folder = Path(folder)
        self.file = self.folder / "setup.json"
        self.file.write_text(json.dumps(self.told()))
        self.jwks = {}
        for name, issuer in issuers.items():
            self.jwks[issuer.url] = self.folder / f"{name}.json"
            self.jwks[issuer.url].write_text(json.dumps(issuer.jwks))

    def told(self):
        return {"at": self.now, "policies": self.policies, "keysets": self.keysets}


def _hex(token):
    return token.encode("latin-1").hex()


def _lines(pairs):
    return "".join(f"{policy} {_hex(token)}\n" for policy, token in pairs)


def mint_by_jose(drafts):
    """Their tokens, signed by npm's jose."""
    keys, wanted = {}, []
    for draft in drafts:
        name = draft.signer.jwk.thumbprint()
        if name not in keys:
            keys[name] = json.loads(draft.signer.jwk.export_private())
        payload = base64.b64encode(draft.payload_bytes()).decode()
        wanted.append({"key": name, "header": draft.header, "payload": payload})
    done = nodejs.run("differential/mint.mjs", given=json.dumps({"keys": keys, "drafts": wanted}))
    return json.loads(done.stdout)


def core(setup, pairs):
    """src/core, by judge.c. pairs: (name of a policy, token)."""
    if not JUDGE.is_file():
        subprocess.run(["make", "-C", str(places.BUILD), str(JUDGE.relative_to(places.BUILD))],
                       check=True, capture_output=True, timeout=nodejs.PATIENCE)
    done = subprocess.run([str(JUDGE), str(setup.file)], input=_lines(pairs), capture_output=True,
                          text=True, timeout=nodejs.PATIENCE)
    assert done.returncode == 0, done.stderr
    verdicts = [Core(**json.loads(line)) for line in done.stdout.splitlines()]
    assert len(verdicts) == len(pairs)
    return verdicts


def command_line(setup, policy, token):
    """okta-token verify on one token: its reason."""
    expected = setup.policies[policy]
    # One key set at a time: that of the issuer which the token names, as the module would choose it.
    issuer = next((url for url in expected["issuers"] if _names(token, url)), expected["issuers"][0])
    arguments = ["--jwks", setup.jwks[issuer], "--at", setup.now, "--skew", expected["skew"],
                 "--algorithms", ",".join(expected["algorithms"]), "--json"]
    for option, name in (("--issuer", "issuers"), ("--audience", "audiences"), ("--client-id", "clients")):
        for value in expected[name]:
            arguments += [option, value]
    if expected["at_jwt"]:
        arguments += ["--type", "at+jwt"]
    done = subprocess.run([str(OKTA_TOKEN), "verify", *map(str, arguments)], input=token.encode("latin-1"),
                          capture_output=True, timeout=nodejs.PATIENCE)
    assert done.returncode in (0, 1, 2), done.stderr
    said = json.loads(done.stdout)
    assert said["valid"] == (done.returncode == 0) == (said["reason"] == "ok")
    return said["reason"]


def _names(token, url):
    """Whether the payload says that it is from this issuer."""
    parts = token.split(".")
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        return json.loads(payload).get("iss") == url
    except (ValueError, IndexError, AttributeError, RecursionError):
        return False


def configuration(setup, httpd):
    """A <Location> for each policy, keys from files."""
    lines = ["OktaMaxTokenBytes 16384"]
    for name, issuer in setup.issuers.items():
        path = httpd.write(f"conf/{name}.json", json.dumps(issuer.jwks))
        lines.append(f'<OktaIssuer {issuer.url}>\n    OktaJwksFile "{path}"\n</OktaIssuer>')
    for name, policy in setup.policies.items():
        lines.append(f"""
            <Location "/{name}">
                AuthType Okta
                AuthName "{name}"
                Require valid-user
                SetHandler okta-whoami
                OktaIssuer {" ".join(policy["issuers"])}
                OktaAudience {" ".join(policy["audiences"])}
                {"OktaClientId " + " ".join(policy["clients"]) if policy["clients"] else ""}
                OktaAlgorithms {" ".join(policy["algorithms"])}
                OktaTokenType {"at+jwt" if policy["at_jwt"] else "any"}
                OktaClockSkew {policy["skew"]}
            </Location>""")
    return "\n".join(lines)


def httpd(server, pairs):
    """Statuses of real requests, over connections that are kept."""
    statuses = []
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    for policy, token in pairs:
        for attempt in (1, 2):
            try:
                connection.request("GET", f"/{policy}/x", headers={
                    "Authorization": b"Bearer " + token.encode("latin-1")})
                answer = connection.getresponse()
                answer.read()
                break
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                # httpd closes a kept connection after 5 s; a server that is gone fails the second time too.
                connection.close()
                if attempt == 2:
                    raise
        statuses.append(answer.status)
    connection.close()
    return statuses


def leaked(server, tokens):
    """Log files that hold a piece of a token's payload or signature."""
    pieces = set()
    for token in tokens:
        for part in re.split(r"[^A-Za-z0-9_\-]", token)[1:]:
            pieces.update(part[i:i + PIECE] for i in range(0, len(part) - PIECE + 1, PIECE))
    pieces = {piece for piece in pieces if len(set(piece)) > 4}
    found = set()
    for path in (server.root / "logs").iterdir():
        runs = set(re.findall(rf"[A-Za-z0-9_\-]{{{PIECE},}}", path.read_text("utf-8", "replace")))
        if any(run[i:i + PIECE] in pieces for run in runs for i in range(len(run) - PIECE + 1)):
            found.add(str(path))
    return found


def jose(setup, pairs):
    """npm's jose."""
    cases = [{"policy": policy, "token": _hex(token)} for policy, token in pairs]
    done = nodejs.run("differential/judge-jose.mjs", given=json.dumps({**setup.told(), "cases": cases}))
    said = json.loads(done.stdout)
    assert len(said) == len(pairs)
    return [Verdict(text == "ok", text) for text in said]


def okta(setup, pairs):
    """@okta/jwt-verifier, in a process of its own, and in a new one after each token that ended it."""
    verdicts = []
    while len(verdicts) < len(pairs):
        done = subprocess.run([nodejs.node(), str(HERE / "judge-okta.mjs"), str(setup.file)],
                              input=_lines(pairs[len(verdicts):]), capture_output=True, text=True,
                              encoding="utf-8", timeout=nodejs.PATIENCE)
        said = [json.loads(line) for line in done.stdout.splitlines()]
        verdicts += [Verdict(text == "ok", text) for text in said]
        if len(verdicts) < len(pairs):
            assert done.returncode != 0, "it ended without a fault and left tokens unjudged"
            cause = [line for line in done.stderr.splitlines() if re.match(r"\w*Error\b", line)]
            assert cause and (said or len(verdicts)), done.stderr
            verdicts.append(Verdict(False, f"crash: {cause[0]}", True))
    return verdicts
