# SPDX-License-Identifier: Apache-2.0
"""The programs of npm that the tests run: an issuer, a minter, verifiers and Postman's runner."""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import requests
from env import leaks

HERE = Path(__file__).resolve().parent
# Far above what any of them takes; only a program that hangs meets it.
PATIENCE = 300


@cache
def node():
    """The Node.js to run; what is missing is an error with its remedy, never a skip."""
    found = shutil.which("node")
    if not found:
        raise FileNotFoundError("no node on the PATH: install Node.js 20 or newer")
    version = subprocess.run([found, "--version"], check=True, capture_output=True, text=True).stdout
    if int(version.lstrip("v").partition(".")[0]) < 20:
        raise RuntimeError(f"{found} is Node.js {version.strip()}: install 20 or newer")
    if not (HERE / "node_modules" / "oidc-provider").is_dir():
        raise FileNotFoundError(f"no npm packages in {HERE}: run npm ci there")
    return found


def run(script, *arguments, given=None, check=True):
    """Run one script of this folder (or of node_modules/.bin) to its end."""
    done = subprocess.run([node(), str(HERE / script), *map(str, arguments)], input=given,
                          capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE)
    assert not check or done.returncode == 0, f"{script} ended with {done.returncode}:\n{done.stderr}"
    return done


class OidcProvider:
    """issuer.mjs while it runs: npm's oidc-provider as three issuers, see there."""

    def __init__(self, log):
        self._log = open(log, "w", encoding="utf-8")
        self._process = subprocess.Popen([node(), str(HERE / "issuer.mjs")], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=self._log, text=True)
        line = self._process.stdout.readline()
        if not line.startswith("{"):
            self.stop()
            raise RuntimeError("issuer.mjs did not start: " + Path(log).read_text("utf-8"))
        told = json.loads(line)
        self.issuers = told["issuers"]
        self.secret = leaks.register(told["secret"], "client secret")
        self.redirect_uri = told["redirect_uri"]
        self.decryption_key = told["decryption_key"]
        self.api_key = told["api_key"]

    def stop(self):
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._process.stdout.close()
        self._log.close()

    def metadata(self, which="trusted"):
        return requests.get(self.issuers[which] + "/.well-known/openid-configuration",
                            timeout=PATIENCE).json()

    def _token(self, which, client, headers=None, **form):
        answer = requests.post(self.metadata(which)["token_endpoint"], auth=(client, self.secret), headers=headers,
                               data={k: v for k, v in form.items() if v is not None},
                               timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        tokens = answer.json()
        for name in ("access_token", "id_token"):
            if name in tokens:
                leaks.register(tokens[name], name)
        return tokens

    def access_token(self, client="interop-service", which="trusted", audience="api://default",
                     scope="orders:read", certificate=None):
        """A token by client credentials; audience None gives an opaque one. certificate: PEM with percent-encoding."""
        return self._token(which, client, grant_type="client_credentials", resource=audience, scope=scope,
                           headers={"Client-Cert": certificate} if certificate else None)["access_token"]

    def revoke(self, token, client="interop-service", which="trusted"):
        answer = requests.post(self.metadata(which)["revocation_endpoint"], auth=(client, self.secret),
                               data={"token": token}, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text

    def sign_in(self, user, audience="api://default", nonce="n-0S6_WzA2Mj"):
        """The authorization code flow as a browser walks it; gives the answer of the token endpoint."""
        code = parse_qs(urlsplit(self.consent(user, self.metadata()["authorization_endpoint"], {
            "client_id": "interop-web", "response_type": "code", "scope": "openid orders:read",
            "resource": audience, "redirect_uri": self.redirect_uri, "nonce": nonce})).query)["code"][0]
        return self._token("trusted", "interop-web", grant_type="authorization_code", code=code,
                           redirect_uri=self.redirect_uri, resource=audience)

    def consent(self, user, url, parameters=None):
        """What the user does in a browser that an app sent to the URL; gives the URL that leads back to the app."""
        browser = requests.Session()
        answer = browser.get(url, timeout=PATIENCE, allow_redirects=False, params=parameters)
        forms = [{"prompt": "login", "login": user, "password": "any"}, {"prompt": "consent"}]
        for _ in range(10):
            where = urljoin(answer.url, answer.headers["Location"])
            if where.startswith(self.redirect_uri):
                return where
            if "/interaction/" in where:
                answer = browser.post(where, data=forms.pop(0), timeout=PATIENCE,
                                      allow_redirects=False)
            else:
                answer = browser.get(where, timeout=PATIENCE, allow_redirects=False)
        raise AssertionError("the sign-in did not come to its end")
