# SPDX-License-Identifier: Apache-2.0
"""How nonces change: the next one comes with good answers, once, and the previous one stays good for a while."""

import time

import pytest
from env.dpop import Prover, assert_refused, call
from env.snippets import location, trusts
from env.verdicts import assert_ok

pytest_plugins = ["env.preload"]
PERIOD = 300


def _snippet(issuer):
    def write(server):
        server.write("folder/index.txt", "index\n")
        server.write("folder/page.html.en", "page\n")
        server.write("folder/other.txt", "other\n")
        return (trusts(issuer) + "OktaDPoPNonce On\nOktaDPoPWindow 30s\n" + location("/whoami")
                + f"""
Alias /folder {server.root}/folder
AddLanguage en .en
AddType text/html .html
<Directory {server.root}/folder>
    Options +MultiViews
    DirectoryIndex index.txt
    FallbackResource /folder/other.txt
    AuthType Okta
    AuthName api
    Require valid-user
    <Files "*.*">
        OktaClockSkew 30
    </Files>
</Directory>
""")
    return write


class _Client:
    """Calls by the server's clock, which it sets by seconds from the start of a period on."""

    def __init__(self, world, server, issuer, start):
        self.world, self.server, self.start = world, server, start
        self.prover = Prover.of(server)
        self.token = self.prover.token(issuer, iat=start, auth_time=start, exp=start + 3600)

    def at(self, second):
        self.now = self.start + second
        self.world.set_clock(self.now - int(time.time()))

    def get(self, path="/whoami", **claims):
        proof = self.prover.proof(self.token, path=path, iat=self.now, **claims)
        return call(self.server, self.token, proof, path=path)


@pytest.fixture
def client(world, launch, shared_issuer):
    start = (int(time.time()) // PERIOD + 2) * PERIOD
    world.set_clock(start - int(time.time()))
    server = launch(_snippet(shared_issuer), inherit=world.variables, processes=1,
                    modules=["dir", "negotiation", "mime"])
    world.started()
    client = _Client(world, server, shared_issuer, start)
    client.at(20)
    return client


def _nonce(client):
    answer = client.get()
    assert_refused(answer, "use_dpop_nonce")
    return answer.header("DPoP-Nonce")


def test_good_answers_carry_the_next_nonce_when_it_is_about_to_change(client):
    first = _nonce(client)
    client.at(PERIOD - 100)
    answer = client.get(nonce=first)
    assert_ok(answer)
    assert answer.all("DPoP-Nonce") == []
    client.at(PERIOD - 20)
    answer = client.get(nonce=first)
    assert_ok(answer)
    (second,) = answer.all("DPoP-Nonce")
    assert second != first and "no-store" in answer.all("Cache-Control")
    for when in PERIOD - 19, PERIOD + 100:
        client.at(when)
        answer = client.get(nonce=second)
        assert_ok(answer)
        assert answer.all("DPoP-Nonce") == []
        answer = client.get(nonce=first)
        assert_ok(answer)
        assert answer.all("DPoP-Nonce") == [second]
    client.at(2 * PERIOD + 20)
    assert_refused(client.get(nonce=first), "use_dpop_nonce")
    assert_ok(client.get(nonce=second))


@pytest.mark.parametrize("path", ["/folder/", "/folder/page", "/folder/other.txt", "/folder/none"])
def test_whatever_file_serves_the_request_there_is_one_nonce(client, path):
    first = _nonce(client)
    client.at(PERIOD - 20)
    answer = client.get(path, nonce=first)
    assert answer.status == 200, (answer.status, answer.body)
    assert len(answer.all("DPoP-Nonce")) == 1, answer.headers
    assert answer.all("Cache-Control") == ["no-store"]
