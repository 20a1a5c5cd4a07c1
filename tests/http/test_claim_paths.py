# SPDX-License-Identifier: Apache-2.0
"""A claim is named in one way everywhere: a name, names with dots, or a JSON Pointer."""

import pytest
from env.routes import AUTHZ_NOISE
from env.snippets import env_directory, env_location, location, trusts

CLAIMS = {
    "https://example.com/app": {"roles": ["inner", "two words"], "level": 3, "mail": "inner@example.com", "none": None},
    "resource_access": {"my.client": {"roles": ["r2"]}, "a/b": {"~": "tilde"}},
    "address": {"country": "DE"}, "emails": ["first@example.com", "second@example.com"],
    "/odd": "slash", "odd": "plain", "dotted.name": "literal", "dotted": {"name": "nested"}, "": "empty",
}
ROLES = "/https:~1~1example.com~1app/roles"
LEVEL = "/https:~1~1example.com~1app/level"
MAIL = "/https:~1~1example.com~1app/mail"

# what Require okta-claim says, and whether the claims satisfy it
REQUIRED = [
    (f"{ROLES} = inner", True), (f"{ROLES} contains inner", True), (f"{ROLES} ~ inn.*", True), (f"{ROLES} != outer", True),
    (f'{ROLES} = "two words"', True), (f"{ROLES}/0 = inner", True), (f"{ROLES}/1 = inner", False),
    (f"{ROLES}/00 = inner", False), (f"{ROLES}/- = inner", False), (f"{ROLES}/2 != x", False), (f"{LEVEL} = 3", True),
    ("/resource_access/my.client/roles = r2", True), ("/resource_access/my/client/roles = r2", False),
    ("/resource_access/a~1b/~0 = tilde", True), ("/address/country = DE", True), ("address.country = DE", True),
    ("/address.country = DE", False), ("/odd = plain", True), ("/odd = slash", False), ("/~1odd = slash", True),
    ("dotted.name = literal", True), ("/dotted.name = literal", True), ("/dotted/name = nested", True), ("/ = empty", True),
    ("/https:~1~1example.com~1app/none != x", False), ("/nowhere != x", False), ("https://example.com/app.level = 3", False),
]


def _required(index):
    return f"/require/{index}"


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    server = launch_shared(lambda s: (
        trusts(shared_issuer) + env_directory(s)
        + "".join(location(_required(i), require=f"okta-claim {line}", handler="okta-hello")
                  for i, (line, _) in enumerate(REQUIRED))
        + location("/group", f"OktaGroupsClaim {ROLES}", require="okta-group inner", handler="okta-hello")
        + location("/group-of-one", f"OktaGroupsClaim {ROLES}/1", require='okta-group "two words"', handler="okta-hello")
        + location("/not-group", f"OktaGroupsClaim {ROLES}", require="okta-group outer", handler="okta-hello")
        + env_location(s, "/user", f"OktaRemoteUser /nowhere/x {MAIL} sub")
        + env_location(s, "/user-dots", "OktaRemoteUser address.country")
        + env_location(s, "/user-element", "OktaRemoteUser /emails/1")
        + env_location(s, "/user-null", "OktaRemoteUser /https:~1~1example.com~1app/none cid")
        + env_location(s, "/env", f"OktaClaimEnv {ROLES} /resource_access/a~1b/~0 address.country /odd /emails/0 sub nowhere")
        + env_location(s, "/env-top", "OktaClaimEnv /odd /~1odd /dotted.name sub")
        + env_location(s, "/env-same", "OktaClaimEnv odd /odd /address/country address.country")
        + env_location(s, "/env-clash", "OktaClaimEnv /dotted/name /dotted.name odd")
        + env_location(s, "/back", f"OktaClaimHeader {ROLES} X-Roles", "OktaClaimHeader /nowhere X-None")
        + location("/expr", f"Header set X-Level \"expr=%{{OKTA:{LEVEL}}}|%{{OKTA:/a~2}}|%{{OKTA:/~1odd}}\"",
                   f"Header set X-In yes \"expr='inner' in okta_claim('{ROLES}')\"", handler="okta-hello")),
        modules=["cgi", "headers"], processes=2)
    server.expects(AUTHZ_NOISE, optional=True, lasting=True)
    return server


@pytest.fixture(scope="module")
def token(shared_issuer):
    return shared_issuer.mint.token(**CLAIMS)


def _environment(server, path, token):
    answer = server.get(path, token)
    assert answer.status == 200, (answer.status, answer.body)
    return answer.environment()


def _claims(server, path, token):
    seen = [{k[len("OKTA_CLAIM_"):]: v for k, v in _environment(server, path, token).items()
             if k.startswith("OKTA_CLAIM_")} for _ in range(3)]
    assert seen[0] == seen[1] == seen[2]
    return seen[0]


@pytest.mark.parametrize("index", range(len(REQUIRED)), ids=[line for line, _ in REQUIRED])
def test_require(server, token, shared_issuer, index):
    assert server.get(_required(index), token).status == (200 if REQUIRED[index][1] else 403)
    assert server.get(_required(index), shared_issuer.mint.token()).status == 403


def test_groups(server, token):
    assert [server.get(path, token).status for path in ("/group", "/group-of-one", "/not-group")] == [200, 200, 403]


@pytest.mark.parametrize("path, user", [("/user", "inner@example.com"), ("/user-dots", "DE"),
                                        ("/user-element", "second@example.com"), ("/user-null", "0oaexampleclient0001")])
def test_remote_user(server, token, path, user):
    assert _environment(server, path, token)["REMOTE_USER"] == user


def test_remote_user_falls_through(server, shared_issuer):
    assert _environment(server, "/user", shared_issuer.mint.token())["REMOTE_USER"] == "user@example.com"
    assert server.get("/user-element", shared_issuer.mint.token(emails=["one"])).status == 401


def test_environment(server, token):
    assert _claims(server, "/env", token) == {
        "https___example_com_app_roles": "inner two%20words", "resource_access_a_b__": "tilde", "address_country": "DE",
        "odd": "plain", "emails_0": "first@example.com", "sub": "user@example.com"}
    assert _environment(server, "/env", token)["OKTA_SCOPE"] == "openid email"
    assert _claims(server, "/env-top", token) == {"odd": "plain", "_odd": "slash", "dotted_name": "literal",
                                                  "sub": "user@example.com"}


def test_two_paths_to_one_value_are_one(server, token):
    assert _claims(server, "/env-same", token) == {"odd": "plain", "address_country": "DE"}


def test_two_paths_of_one_variable_are_none(server, token, shared_issuer):
    assert _claims(server, "/env-clash", token) == {"odd": "plain"}
    assert _claims(server, "/env-clash", shared_issuer.mint.token(dotted={"name": "n"})) == {"dotted_name": "n"}


def test_headers_and_expressions(server, token):
    assert _environment(server, "/back", token)["HTTP_X_ROLES"] == "inner,two words"
    assert "HTTP_X_NONE" not in _environment(server, "/back", token)
    answer = server.get("/expr", token)
    assert (answer.header("X-Level"), answer.header("X-In")) == ("3||slash", "yes")


@pytest.mark.parametrize("line", ["OktaRemoteUser sub /a~b", "OktaClaimEnv /a~", "OktaClaimHeader /~2 X-A",
                                  "OktaGroupsClaim /x/~", "Require okta-claim /a~b = c", "Require not okta-claim /~ = c"])
def test_a_pointer_that_can_name_nothing_is_refused(configtest, issuer, line):
    result = configtest(trusts(issuer) + location("/api", line, "Require all granted"))
    assert not result.ok
    for part in (line.split()[0].replace("Require", "okta-claim"), "JSON Pointer", "~0", "~1"):
        assert part in result.output, result.output


@pytest.mark.parametrize("line", ["OktaRemoteUser a~b /~0~1", "OktaClaimEnv ~ /~01/x", "OktaClaimHeader /a~1b X-A",
                                  "OktaGroupsClaim https://x.example/a~2", "Require okta-claim ~2 = c"])
def test_tildes_elsewhere_are_letters(configtest, issuer, line):
    assert configtest(trusts(issuer) + location("/api", line)).ok
