# SPDX-License-Identifier: Apache-2.0
"""Both sides of docs/migrate.md, run as they stand there, answer as its tables say."""

import contextlib
import re

import pytest
from env.backends import HttpBackend
from env.certs import Authority
from env.issuer import Issuer
from env.verdicts import refusal_lines
from migration import asked, page, peers, views

OURS = "mod_auth_okta"
ANSWERS, BACK_END, KEYS = ("What behaves differently", "What the back end gets",
                           "When keys change or cannot be fetched")
MOVES = ("From mod_auth_openidc", "From mod_oauth2", "From Express")
# name: (column of the tables, how to start it)
SIDES = {
    "mod_auth_openidc": ("mod_auth_openidc", peers.mod_auth_openidc),
    "mod_oauth2": ("mod_oauth2", peers.mod_oauth2),
    "Express": ("Express", lambda world: peers.Express(world, 0)),
    **{f"after {heading[5:]}": (OURS, lambda world, heading=heading: peers.mod_auth_okta(world, heading))
       for heading in MOVES},
}
HTTPDS = {
    "mod_auth_openidc": ("mod_auth_openidc", lambda world, more: peers.mod_auth_openidc(world, more), "oauth20"),
    "mod_oauth2": ("mod_oauth2", lambda world, more: peers.mod_oauth2(world, more), "oauth2"),
    OURS: (OURS, lambda world, more: peers.mod_auth_okta(world, MOVES[0], more), "Okta"),
}
# httpd makes one field of two before it hands them on
JOINED = {"mod_auth_openidc": {}, "mod_oauth2": {}, "Express": {"two `Authorization` fields": "400"}}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    folder = tmp_path_factory.mktemp("migrate")
    return Authority(folder)


@contextlib.contextmanager
def around(authority, folder, down=False):
    """An issuer and a back end, for one side."""
    with Issuer(tls=authority.server()) as issuer, HttpBackend() as back_end:
        if down:
            issuer.refuse()
        yield peers.World(issuer, authority.ca_file, back_end.url, folder), back_end.seen


@contextlib.contextmanager
def running(side):
    try:
        yield side
    finally:
        try:
            side.stop()
        finally:
            side.remove()


def column(heading, name):
    """What the page says of a peer, of the version that is installed."""
    installed = peers.version(name) if name in peers.PACKAGES else ""
    return {row: page.of_version(cells[name], installed) for row, cells in page.table(heading).items()}


@pytest.mark.parametrize("side", SIDES)
def test_answers(authority, tmp_path, side):
    name, start = SIDES[side]
    with around(authority, tmp_path) as (world, _), running(start(world)) as server:
        got = {row: asked.cell(make(world.issuer.mint).to(server.port)) for row, make in asked.REQUESTS.items()}
    assert got == column(ANSWERS, name)


@pytest.mark.parametrize("side", HTTPDS)
def test_what_the_back_end_gets(authority, tmp_path, side):
    name, start, kind = HTTPDS[side]
    cgi = (f'ScriptAlias /env "{{script}}"\n<Location "/env">\nAuthType {kind}\nAuthName "api"\n'
           + ("OAuth2TokenVerify jwks_uri {issuer}/v1/keys jwks_uri.ssl_verify=false\n" if kind == "oauth2" else "")
           + "Require valid-user\n</Location>\n")
    with around(authority, tmp_path) as (world, seen), running(start(world, cgi)) as server:
        got = {**views.back_end(server.port, world.issuer.mint, seen),
               **views.variables(server.port, world.issuer.mint)}
    assert got == column(BACK_END, name)


# one of ours: the others differ in the headers alone
@pytest.mark.parametrize("side", ["mod_auth_openidc", "mod_oauth2", "Express", "after mod_auth_openidc"])
def test_keys(authority, tmp_path, side):
    name, start = SIDES[side]
    with around(authority, tmp_path) as (world, _), running(start(world)) as server:
        def settled():
            return name != OURS or list(server.root.glob("run/okta/*"))
        got = views.keys(server.port, world.issuer, settled)
    with around(authority, tmp_path, down=True) as (world, _), running(start(world)) as server:
        got |= views.cold(server.port, world.issuer)
    assert got == column(KEYS, name)


def test_the_program_says_the_same_before_and_after(authority, tmp_path):
    with around(authority, tmp_path) as (world, _):
        token = asked.token(world.issuer.mint, sub="jürgen@example.com")
        with running(peers.Express(world, 0)) as before:
            said = {path: asked.by(token, path=path).to(before.port).json() for path in (asked.ORDERS, asked.ME)}
        with running(peers.Express(world, 1)) as program:
            behind = peers.World(world.issuer, world.ca_file, f"http://127.0.0.1:{program.port}", tmp_path)
            with running(peers.mod_auth_okta(behind, "From Express")) as server:
                for path, body in said.items():
                    assert asked.by(token, path=path).to(server.port).json() == body
                assert asked.Sent().to(server.port).status == 401
    assert said[asked.ORDERS] == {"user": "jürgen@example.com", "orders": []}


@pytest.mark.parametrize("peer", MOVES)
def test_a_trial_in_front_of_the_old_guard(authority, tmp_path, peer):
    """Clients get what the old guard answers; the log has a line for each request that the new side refuses."""
    name = peer.removeprefix("From ")
    with around(authority, tmp_path) as (world, _), peers.trial(world, name) as server:
        got, told = {}, {}
        for row, make in asked.REQUESTS.items():
            mark = server.error_log.mark()
            got[row] = asked.cell(make(world.issuer.mint).to(server.port))
            told[row] = [line.split(" would_refuse=")[1][:3] for line in refusal_lines(server, mark)]
    assert got == {**column(ANSWERS, name), **JOINED[name]}
    ours = column(ANSWERS, OURS) | {"CORS preflight": "401"}
    assert told == {row: [] if cell == "200" else [cell[:3]] for row, cell in ours.items()}


@pytest.mark.parametrize("peer", MOVES[:2])
def test_both_in_one_httpd(authority, tmp_path, peer):
    """As long as both are tried: the new one at a place of its own, in front of the same back end."""
    with around(authority, tmp_path) as (world, seen):
        ours = world.fill(page.block(peer, "apache")).replace('"/api', '"/next')
        both = f"{peers.ours()}\n{ours}"
        start = {MOVES[0]: peers.mod_auth_openidc, MOVES[1]: peers.mod_oauth2}[peer]
        with running(start(world, both)) as server:
            good = asked.token(world.issuer.mint)
            bad = asked.token(world.issuer.mint, aud="api://other")
            for place in ("/api/orders", "/next/orders"):
                assert asked.by(good, path=place).to(server.port).status == 200
                assert asked.by(bad, path=place).to(server.port).status == 401
            assert asked.by(bad, path="/api/me").to(server.port).status == 200
            assert asked.by(bad, path="/next/me").to(server.port).status == 401
        assert len(seen) == 3


def test_the_examples_for_peers_that_are_not_run(authority, tmp_path):
    """Their right sides: a good token passes with its claim, a bad one does not."""
    for heading in ("From nginx", "From Spring Security"):
        with around(authority, tmp_path) as (world, seen), running(peers.mod_auth_okta(world, heading)) as server:
            assert asked.by(asked.token(world.issuer.mint), path=asked.ORDERS).to(server.port).status == 200
            assert ("X-User", views.LOGIN) in [(name, value) for name, value in seen[-1]["headers"]]
            assert asked.Sent().to(server.port).status == 401


def test_the_versions_on_the_page_are_those_that_are_run():
    """With another one the tables have to be measured anew."""
    rows = re.findall(r"^\| .*? \| (.*?) \| yes, both sides \|", page.PAGE.read_text("utf-8"), re.M)
    for peer, row in zip(peers.PACKAGES, rows):
        assert re.match(r"\d+\.\d+\.\d+", peers.version(peer))[0] in row.split(), f"{peer} {peers.version(peer)}"
    express = {name: peers.npm_version(name) for name in ("express", "express-oauth2-jwt-bearer")}
    assert rows[2].split(", ") == [express["express-oauth2-jwt-bearer"], f"Express {express['express']}"]
