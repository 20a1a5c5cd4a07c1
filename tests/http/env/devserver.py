# SPDX-License-Identifier: Apache-2.0
"""mod_okta_devserver in one httpd: its configuration, its endpoints and what it issues."""

import json

import requests
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from env import leaks, places
from env.mint import decode

MODULE = places.BUILD / "src" / "devserver" / ".libs" / "mod_okta_devserver.so"
CLIENT = ("demo", "a-secret-of-the-devserver-tests")
WARNING = r"okta_devserver:warn.*OKTA-DEV: DEVELOPMENT ONLY"
# httpd's own: a child that is told to stop just when one of its workers parks a connection.
STOPPING = r"mpm_event:error.*AH03093: process_socket: apr_pollset_add failure for keep alive"


def dev_lines(*inside, path="/oauth2/default"):
    assert MODULE.is_file(), f"no module at {MODULE}: build first"
    body = "\n".join(f"    {line}" for line in ("SetHandler okta-dev-issuer", *inside))
    return (f'<IfModule !okta_devserver_module>\n    LoadModule okta_devserver_module "{MODULE}"\n'
            f"    LogLevel okta_devserver:info\n</IfModule>\n<Location {path}>\n{body}\n</Location>\n")


def start(server):
    server.expects(WARNING, lasting=True)
    server.expects(STOPPING, lasting=True)
    return server.start()


class Issuer:
    """The devserver's endpoints in one httpd."""

    def __init__(self, server, path="/oauth2/default"):
        self.server, self.path = server, path
        self.base = f"http://{server.host}:{server.port}"
        self.url = self.base + path

    def call(self, method, endpoint, **options):
        return requests.request(method, self.url + endpoint, timeout=60, **options)

    def ask(self, auth=CLIENT, headers=None, **fields):
        """A token request; None takes a field out."""
        form = {"grant_type": "client_credentials", "scope": "api:read", **fields}
        form = {name: value for name, value in form.items() if value is not None}
        return self.call("POST", "/v1/token", auth=auth, headers=headers, data=form)

    def token(self, **fields):
        answer = self.ask(**fields)
        assert answer.status_code == 200, answer.text
        return leaks.register(answer.json()["access_token"])

    def keys(self):
        answer = self.call("GET", "/v1/keys")
        assert answer.status_code == 200
        return answer.json()["keys"]

    def kids(self):
        return [key["kid"] for key in self.keys()]

    def rotate(self, **headers):
        return self.call("POST", "/v1/rotate", headers=headers)

    def signer(self):
        return header(self.token())["kid"]


def header(token):
    return decode(token)[0]


def verified(token, keys):
    """The claims, by python3-jwcrypto and the key the kid names."""
    (jwk,) = [key for key in keys if key["kid"] == header(token)["kid"]]
    signed = JWS()
    signed.deserialize(token)
    signed.verify(JWK(**jwk), alg="RS256")
    return json.loads(signed.payload)
