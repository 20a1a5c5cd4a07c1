# SPDX-License-Identifier: Apache-2.0
"""Server, virtual host, location, nested location: the nearest setting wins, the rest is inherited."""

import time

import pytest
from env.snippets import env_directory, env_location, location, trusts
from env.verdicts import assert_ok, assert_refused


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    def snippet(s):
        second, third = s.extra_ports
        return (
            trusts(shared_issuer, "OktaClockSkew 0", audience="api://server") + env_directory(s)
            + location("/api")
            + location("/api/inner", "OktaAudience api://inner")
            + location("/api/inner/most", "OktaClientId 0oainner")
            + location("/api/inner/loose", "OktaAudience api://loose", "OktaClockSkew 300")
            + env_location(s, "/env", "OktaRemoteUser cid", "OktaClaimEnv sub cid")
            + location("/env/inner", "OktaRemoteUser sub", handler=None)
            + f"<VirtualHost {s.host}:{second}>\n"
            "OktaAudience api://vhost\nOktaClockSkew 300\n"
            + location("/api") + location("/api/inner", "OktaAudience api://inner-vhost")
            + "</VirtualHost>\n"
            f"<VirtualHost {s.host}:{third}>\n" + location("/api") + "</VirtualHost>\n")
    return launch_shared(snippet, modules=["cgi"], extra_ports=2, processes=2)


def _verdicts(client, mint, path, audiences, **claims):
    return [a for a in audiences if client.get(path, mint.token(aud=a, **claims)).status == 200]


ALL = ["api://server", "api://vhost", "api://inner", "api://inner-vhost", "api://loose", "api://default"]


@pytest.mark.parametrize("vhost, path, accepted", [
    (None, "/api", ["api://server"]),
    (None, "/api/inner", ["api://inner"]),
    (None, "/api/inner/loose", ["api://loose"]),
    (0, "/api", ["api://vhost"]),
    (0, "/api/inner", ["api://inner-vhost"]),
    (1, "/api", ["api://server"]),
])
def test_audience(server, shared_issuer, vhost, path, accepted):
    client = server.client(vhost)
    assert _verdicts(client, shared_issuer.mint, path, ALL) == accepted
    client.close()


@pytest.mark.parametrize("vhost, path, audience, skew", [
    (None, "/api", "api://server", 0), (None, "/api/inner", "api://inner", 0),
    (None, "/api/inner/loose", "api://loose", 300), (0, "/api", "api://vhost", 300),
    (0, "/api/inner", "api://inner-vhost", 300), (1, "/api", "api://server", 0),
])
def test_skew(server, shared_issuer, vhost, path, audience, skew):
    client = server.client(vhost)
    expired = shared_issuer.mint.token(aud=audience, exp=int(time.time()) - 100)
    assert client.get(path, expired).status == (200 if skew else 401)
    client.close()


def test_client_in_the_innermost_location(server, shared_issuer):
    mint = shared_issuer.mint
    assert_ok(server.get("/api/inner/most", mint.token(aud="api://inner", cid="0oainner")))
    assert_refused(server.get("/api/inner/most", mint.token(aud="api://inner")))
    assert_refused(server.get("/api/inner/most", mint.token(aud="api://server", cid="0oainner")))
    assert_ok(server.get("/api/inner", mint.token(aud="api://inner")))


def test_remote_user_and_claim_env(server, shared_issuer):
    token = shared_issuer.mint.token(aud="api://server", cid="0oac", sub="s")
    outer, inner = server.get("/env", token).environment(), server.get("/env/inner", token).environment()
    assert (outer["REMOTE_USER"], inner["REMOTE_USER"]) == ("0oac", "s")
    for seen in (outer, inner):
        assert {n for n in seen if n.startswith("OKTA_CLAIM_")} == {"OKTA_CLAIM_sub", "OKTA_CLAIM_cid"}


def test_a_verdict_is_not_carried_across_locations(server, shared_issuer):
    """One token, one connection, locations that disagree about it."""
    client = server.client()
    token = shared_issuer.mint.token(aud="api://server")
    for _ in range(3):
        assert client.get("/api", token).status == 200
        assert client.get("/api/inner", token).status == 401
        assert client.get("/api/inner/loose", token).status == 401
    client.close()


def test_location_overrides_the_issuer(launch, make_issuer):
    server_issuer, vhost_issuer, place_issuer = make_issuer(), make_issuer(), make_issuer()
    for made, kid in ((server_issuer, "s"), (vhost_issuer, "v"), (place_issuer, "p")):
        assert made.keys[0].kid == "key-1", kid

    server = launch(lambda s: (
        trusts(server_issuer) + location("/api")
        + f"<VirtualHost {s.host}:{s.extra_ports[0]}>\nOktaIssuer {vhost_issuer.url}\n"
        + location("/api") + location("/place", f"OktaIssuer {place_issuer.url}")
        + "</VirtualHost>\n"), extra_ports=1, processes=2)
    outer, inner = server.client(), server.client(0)
    table = [(outer, "/api", server_issuer), (inner, "/api", vhost_issuer), (inner, "/place", place_issuer)]
    for client, path, trusted in table:
        for made in (server_issuer, vhost_issuer, place_issuer):
            answer = client.get(path, made.mint.token())
            assert answer.status == (200 if made is trusted else 401), (path, answer.body)
    for made in (server_issuer, vhost_issuer, place_issuer):
        assert (made.metadata_fetches(), made.key_fetches()) == (1, 1)


def test_a_virtual_host_of_its_own(launch, issuer):
    """Everything inside the virtual host, nothing at the server."""
    server = launch(lambda s: (
        "OktaInsecureHttp On\n"
        f"<VirtualHost {s.host}:{s.extra_ports[0]}>\nOktaIssuer {issuer.url}\nOktaAudience api://v\n"
        + location("/api") + "</VirtualHost>\n"), extra_ports=1, processes=1)
    client = server.client(0)
    assert_ok(client.get("/api", issuer.mint.token(aud="api://v")))
    assert_refused(client.get("/api", issuer.mint.token()))
    assert server.get("/api").status == 404


def test_everything_inside_the_location(launch, issuer):
    server = launch("OktaInsecureHttp On\n" + location(
        "/api", f"OktaIssuer {issuer.url}", "OktaAudience api://v"), processes=1)
    assert_ok(server.get("/api", issuer.mint.token(aud="api://v")))
    assert_refused(server.get("/api", issuer.mint.token()))


def test_auth_type_at_the_server_s_root(launch, issuer):
    """AuthType in <Location />, Require deeper down, and a hole in it."""
    server = launch(trusts(issuer) + location("/", handler=None)
                    + location("/api") + location("/open", require="all granted", handler="okta-hello")
                    + "<Location /basic>\nAuthType None\nRequire all granted\n"
                    "SetHandler okta-hello\n</Location>\n", processes=1)
    assert_refused(server.get("/plain.txt", "a.b.c"))
    assert server.get("/plain.txt").status == 401
    assert server.get("/plain.txt", issuer.mint.token()).body == b"plain\n"
    assert server.get("/open").status == 200
    assert server.get("/basic", "a.b.c").status == 200
