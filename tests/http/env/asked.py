# SPDX-License-Identifier: Apache-2.0
"""A scripted authorization server that is asked about its tokens (RFC 7662), and counts how often."""

import atexit
import base64
import secrets
import shutil
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qs, unquote_plus

import pytest
from env import answers, leaks
from env.issuer import Issuer
from env.mint import ABSENT, without_absent
from env.snippets import trusts

CLIENT = "0oaresourceserver001"
SECRET = leaks.register("s3cret-of-the-resource-server+/%", "secret")


class AskedIssuer(Issuer):
    """Endpoint `introspect`. An opaque token is known until it is revoked; so is any JWT that was told."""

    def __init__(self, **options):
        super().__init__(**options)
        self.known = {}
        self.client = (CLIENT, SECRET)  # None: anybody may ask
        self.log = []  # of questions: the form, and by whom

    def endpoint(self, path):
        return "introspect" if path.partition("?")[0] == self.path + "/v1/introspect" else super().endpoint(path)

    def answer_for(self, **changes):
        """What an honest answer says of a user's token; ABSENT takes a member out."""
        now = int(time.time())
        return without_absent({
            "active": True, "token_type": "Bearer", "scope": "openid email", "client_id": "0oaexampleclient0001",
            "username": "user@example.com", "exp": now + 3600, "iat": now, "sub": "user@example.com",
            "aud": self.audience, "iss": self.url, "jti": "AT." + secrets.token_urlsafe(8),
            "uid": "00uexampleuser000001", **changes})

    def opaque(self, token=None, **changes):
        """A token that only this issuer can read."""
        token = leaks.register(token or secrets.token_urlsafe(32))
        self.known[token] = self.answer_for(**changes)
        return token

    def jwt(self, **claims):
        """A signed token that this issuer knows as well."""
        token = self.mint.token(**claims)
        self.known[token] = self.answer_for()
        return token

    def revoke(self, token):
        del self.known[token]

    def asked(self, token=None):
        """How often, of all tokens or of one."""
        return len([form for form, _ in self.log if token in (None, form.get("token"))])

    def _truth(self, request):
        return self._introspect(request) if request.endpoint == "introspect" else super()._truth(request)

    def _introspect(self, request):
        form = {k: v[0] for k, v in parse_qs(request.body.decode(), strict_parsing=True).items()}
        who = self._client_of(request, form)
        self.log.append((form, who))
        if self.client and who != self.client:
            return answers.json_answer({"error": "invalid_client"}, status=401)
        return answers.json_answer(self.known.get(form["token"], {"active": False}))

    @staticmethod
    def _client_of(request, form):
        field = request.headers.get("authorization", "")
        if field.startswith("Basic "):
            name, _, secret = base64.b64decode(field[6:]).decode().partition(":")
            return unquote_plus(name), unquote_plus(secret)
        return form.get("client_id"), form.get("client_secret")


_folder = Path(tempfile.mkdtemp(prefix="okta-secrets-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)


def secret_file(text=SECRET + "\n", name="client", mode=0o600):
    """Outside of any ServerRoot, which is searched for secrets in the end."""
    path = _folder / name
    path.write_text(text)
    path.chmod(mode)
    return path


def asks(issuer, *more, mode="opaque", **options):
    """Server-level lines for an issuer that is asked."""
    return trusts(issuer, f"OktaIntrospection {mode}", f"OktaIntrospectionClient {CLIENT}",
                  f"OktaIntrospectionSecret file:{secret_file()}", *more, **options)


__all__ = ["ABSENT", "AskedIssuer", "CLIENT", "SECRET", "asks", "secret_file"]


@pytest.fixture
def asked():
    with AskedIssuer() as made:
        yield made


@pytest.fixture(scope="module")
def shared():
    with AskedIssuer() as made:
        yield made
