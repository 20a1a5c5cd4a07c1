# SPDX-License-Identifier: Apache-2.0
"""Whose word counts: the issuer that is configured for the place, the token of this request, and nobody's before it."""

import json

import pytest
from env import keys
from env.mint import Mint
from env.snippets import location, trusts

DOMAIN = "dev.example.com"


def _issuer_url(server_id):
    return f"https://{DOMAIN}/oauth2/{server_id}"


@pytest.mark.parametrize("ids", [["aus12", "aus1", "aus"], ["aus", "aus1", "aus12"], ["xaus1", "aus1", "us1"],
                                 ["org1", "aus1"]])
def test_a_domain_and_an_id_of_different_sections_are_one_issuer(launch, signing_key, ids):
    """Of ids that begin or end alike none stands for another."""
    made = {server_id: signing_key(f"key of {server_id}", "RS256") for server_id in ids}

    def snippet(s):
        text = f"OktaDomain {DOMAIN}\nOktaAudience api://default\n"
        for number, server_id in enumerate(ids):
            path = s.write(f"conf/keys{number}.json", json.dumps(keys.keyset(made[server_id])))
            text += (f"<OktaIssuer {_issuer_url(server_id)}>\nOktaJwksFile {path}\n</OktaIssuer>\n"
                     + location(f"/{server_id}", f"OktaAuthorizationServer {server_id}"))
        return text
    server = launch(snippet, processes=1)
    for path in ids:
        accepted = [server_id for server_id in ids if server.get(
            f"/{path}", Mint(_issuer_url(server_id), made[server_id]).token()).status == 200]
        assert accepted == [path]


LUA = """
require "apache2"
function early(r)
    r.user = "early@example.com"
    return apache2.OK
end
function undecided(r)
    r.user = "early@example.com"
    return apache2.DECLINED
end
"""


@pytest.fixture(scope="module")
def early(launch_shared, shared_issuer):
    """Another module names a user before authentication, as SSLUserName does, and once more on the way to it."""
    def snippet(s):
        script = s.write("conf/early.lua", LUA)
        places = [location(path, *lines, require=require, handler="okta-hello") for path, require, lines in (
            ("/user", "valid-user", []), ("/named", "user early@example.com", []), ("/scope", "okta-scope read", []),
            ("/failed", "all granted", ["OktaAnonymous missing-or-failed"]), ("/open", "all granted", []),
            ("/unusable", "valid-user", ["OktaRemoteUser nickname"]),
            ("/expr", """expr "%{REMOTE_USER} == 'early@example.com'" """, []))]
        return trusts(shared_issuer) + (
            f"LuaHookAccessChecker {script} early\nLuaHookCheckUserID {script} undecided early\n" + "".join(places))
    server = launch_shared(snippet, modules=["lua"], processes=1)
    server.expects("AH01629|AH01630|AH01631", lasting=True)
    assert server.get("/user", shared_issuer.mint.token()).status == 200
    return server


@pytest.mark.parametrize("path", ["/user", "/named", "/scope", "/expr"])
def test_a_user_from_elsewhere_opens_nothing(early, shared_issuer, path):
    assert early.get(path).status == 401
    assert early.get(path, "a.b.c").status == 401


@pytest.mark.parametrize("path, token", [("/user", None), ("/user", "a.b.c"), ("/failed", None), ("/failed", "a.b.c"),
                                         ("/unusable", {}), ("/unusable", {"nickname": ["a"]})])
def test_a_user_from_elsewhere_is_not_the_caller(early, shared_issuer, path, token):
    """Not in the answer, and not in the log."""
    token = shared_issuer.mint.token(**token) if isinstance(token, dict) else token
    tag = f"?{path[1:]}-{token}"[:40]
    answer = early.get(path + tag, token)
    assert answer.status == (200 if path == "/failed" else 401)
    assert b"early@" not in answer.body
    assert "user=early" not in early.access_line_of(tag)


def test_the_token_s_user_replaces_it(early, shared_issuer):
    assert early.get("/user", shared_issuer.mint.token(sub="ada@example.com")).json()["caller"] == "ada@example.com"
    assert early.get("/named", shared_issuer.mint.token(sub="early@example.com")).status == 200
    assert early.get("/named", shared_issuer.mint.token(sub="ada@example.com")).status == 403


@pytest.mark.parametrize("path", ["/open", "/failed"])
def test_nobody_is_known_where_no_token_is_looked_at(early, path):
    assert early.get(path).json()["caller"] is None
