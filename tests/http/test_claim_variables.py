# SPDX-License-Identifier: Apache-2.0
"""The environment keeps apart what the token keeps apart: elements of arrays, and claims of similar names."""

import itertools
import re

import pytest
from env.mint import ABSENT
from env.snippets import env_directory, env_location, location, trusts

TOLD = "would have one variable"

# No two of them say the same, and none may look like another.
LISTS = [
    ["Admins", "Guests"], ["Admins Guests"], ["Admins", "Guests", "Ops"], ["Admins Guests", "Ops"],
    ["Admins", "Guests Ops"], ["Admins%20Guests"], ["Admins%20Guests", "Ops"], ["Admins%2520Guests"],
    [" Admins", "Guests"], ["Admins ", "Guests"], ["Admins", " ", "Guests"], ["Admins\tGuests"], ["Admins%09Guests"],
    ["100%", "Ops"], ["100%25", "Ops"], ["%"], ["%25"], [["a", "b"]], ["a", "b"], [{"n": "a b"}], [{"n": "a%20b"}],
    ["Admins,Guests"], ["Gäste 1"], ["Gäste", "1"],
]


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    return launch_shared(lambda s: (
        trusts(shared_issuer) + env_directory(s) + env_location(s, "/env")
        + env_location(s, "/said", 'Header set X-Said "expr=<%{OKTA:groups}>"')
        + env_location(s, "/one", 'RewriteEngine On', "RewriteCond expr \"'Admins Guests' in okta_claim('groups')\"",
                       "RewriteRule .* - [E=IN:yes]")
        + env_location(s, "/upper", "OktaClaimEnv Groups a-b") + env_location(s, "/two", "OktaClaimEnv a.b a-b sub")),
        modules=["cgi", "headers", "rewrite"], processes=3)


def _claims(answer):
    assert answer.status == 200, (answer.status, answer.body)
    return {k[len("OKTA_CLAIM_"):]: v for k, v in answer.environment().items() if k.startswith("OKTA_CLAIM_")}


def _twice(server, path, token):
    """What a token leads to when it is new and when it was seen before, which has to be the same."""
    first = _claims(server.get(path, token))
    assert [_claims(server.get(path, token)) for _ in range(2)] == [first] * 2
    return first


def test_no_list_looks_like_another(server, shared_issuer):
    seen = {}
    for groups in LISTS:
        token = shared_issuer.mint.token(groups=groups)
        told = (_twice(server, "/env", token)["groups"], server.get("/said", token).header("X-Said"))
        assert told not in seen, (groups, seen[told])
        assert told[1] == f"<{told[0]}>".encode().decode("latin-1") or "ä" in str(groups)
        seen[told] = groups
    for place in (0, 1):
        assert len({told[place] for told in seen}) == len(LISTS)


@pytest.mark.parametrize("groups", [g for g in LISTS if all(isinstance(e, str) for e in g)], ids=str)
def test_a_list_can_be_taken_apart_again(server, shared_issuer, groups):
    text = _twice(server, "/env", shared_issuer.mint.token(groups=groups))["groups"]
    assert [re.sub("%(..)", lambda m: chr(int(m[1], 16)), e) for e in text.split(" ")] == [
        re.sub("%(..)", lambda m: m[0], e) for e in groups]


def test_a_claim_that_is_no_list_stays_as_it_is(server, shared_issuer):
    seen = _twice(server, "/env", shared_issuer.mint.token(dept="R & D 100%", scp=ABSENT, scope="a b:c%"))
    assert (seen["dept"], seen["scope"]) == ("R & D 100%", "a b:c%")


def test_the_list_function_has_the_elements_themselves(server, shared_issuer):
    for groups, found in ((["Admins Guests"], "yes"), (["Admins", "Guests"], None), (["Admins%20Guests"], None)):
        told = server.get("/one", shared_issuer.mint.token(groups=groups)).environment()
        assert told.get("IN") == found, groups


# claims (in every order), the variables among them that are exported
SHARED = {
    "case": ({"groups": "staff", "Groups": "admin"}, {"groups": "staff"}),
    "case, thrice": ({"DEPT": "1", "Dept": "2", "dept": "3"}, {"dept": "3"}),
    "capitals only": ({"Role": "1", "ROLE": "2"}, {}),
    "a dot": ({"a.b": "2", "a_b": "1"}, {"a_b": "1"}),
    "nothing is exact": ({"c.d": "1", "c-d": "2", "c/d": "3"}, {}),
    "case and a dot": ({"E.F": "1", "e_f": "2", "e.f": "3"}, {"e_f": "2"}),
    "a slash in front": ({"/x": "1", "_x": "2"}, {"_x": "2"}),
    "not only a slash": ({"/y": "1", "y": "2"}, {"y": "2", "_y": "1"}),
    "null is absent": ({"k.l": None, "k-l": "1"}, {"k_l": "1"}),
    "the exact one is null": ({"m_n": None, "m.n": "1"}, {"m_n": "1"}),
    "two of three are null": ({"p_q": None, "p.q": None, "P-q": "1"}, {"P_q": "1"}),
    "lists": ({"r.s": ["a"], "r_s": ["b"]}, {"r_s": "b"}),
    "no variables of ours": ({"SCOPE": "1", "scope.": "2"}, {"SCOPE": "1", "scope_": "2"}),
}


@pytest.mark.parametrize("name", SHARED)
def test_a_variable_is_one_claim_s(server, shared_issuer, name):
    claims, exported = SHARED[name]
    base = _claims(server.get("/env", shared_issuer.mint.token()))
    for order in itertools.permutations(claims.items()):
        for token in (shared_issuer.mint.token(**dict(order)),
                      shared_issuer.mint.raw(payload={**dict(order), **shared_issuer.mint.claims()})):
            seen = _twice(server, "/env", token)
            assert {n: v for n, v in seen.items() if n not in base} == exported, order


def test_the_list_of_the_configuration_says_which_is_meant(server, shared_issuer):
    token = shared_issuer.mint.token(**{"groups": "staff", "Groups": "admin", "a-b": "1", "a_b": "2", "a.b": "3"})
    assert _twice(server, "/upper", token) == {"Groups": "admin", "a_b": "1"}
    assert _twice(server, "/two", token) == {"sub": "user@example.com"}
    assert _twice(server, "/two", shared_issuer.mint.token(**{"a.b": "3", "a_b": "2"})) == {
        "sub": "user@example.com", "a_b": "3"}


def test_variables_that_somebody_else_set_are_replaced(launch, issuer):
    """Not added beside theirs either: httpd takes the first of one name, and merges them for programs alone."""
    server = launch(lambda s: trusts(issuer) + env_directory(s) + env_location(s, "/env")
                    + f'Alias /lower.txt "{s.root}/htdocs/plain.txt"\n'
                    + location("/plain.txt", "Header set X-Seen %{OKTA_CLAIM_groups}e", handler=None)
                    + location("/lower.txt", "Header set X-Seen %{OKTA_CLAIM_groups}e", handler=None)
                    + "SetEnvIf Request_URI ^/(env|plain) OKTA_CLAIM_groups=root OKTA_CLAIM_GROUPS=root\n"
                    # httpd takes it for the same name
                    + "SetEnvIf Request_URI ^/lower okta_claim_groups=root\n",
                    modules=["cgi", "headers", "setenvif"])
    token = issuer.mint.token(groups="staff", Groups="admin")
    for _ in range(3):
        assert "root" not in _claims(server.get("/env", token)).values()
        assert _claims(server.get("/env", token))["groups"] == "staff"
        for path in ("/plain.txt", "/lower.txt"):
            assert server.get(path, token).header("X-Seen") == "staff"


@pytest.mark.every_mpm
def test_the_log_says_it_once_for_all_processes(launch, issuer):
    server = launch(lambda s: trusts(issuer) + env_directory(s) + env_location(s, "/env"), modules=["cgi"], processes=3)
    for round_ in range(12):
        for client in (server.client(), server.client()):
            assert client.get("/env", issuer.mint.token(**{"a.b": 1, "a-b": round_, "A_B": "x"})).status == 200
            assert client.get("/env", issuer.mint.token(**{"groups": "x", "Groups": ["y"]})).status == 200
            assert client.get("/env", issuer.mint.token(groups="x")).status == 200
            client.close()
    lines = server.error_log.matching(TOLD)
    assert len(lines) == 2, lines
    none, one = sorted(lines, key=lambda line: "groups" in line)
    assert "none of them is exported" in none and "OktaClaimEnv" in none and "OKTA_CLAIM_" in none
    assert '"groups"' in one and '"Groups"' in one and "only the claim that is spelled like it" in one


def test_names_cannot_flood_or_forge_the_log(launch, issuer):
    """A line for each of many names would be a flood; a line feed in a name would forge one."""
    server = launch(lambda s: trusts(issuer) + env_directory(s) + env_location(s, "/env"), modules=["cgi"], processes=1)
    forged = {"n\n[x:error] AH1: forged": 1, "n\r[x:error] AH1: forged": 2}
    assert server.get("/env", issuer.mint.token(**forged)).status == 200
    for i in range(4):
        many = {f"c{i}.{n}{mark}": 1 for n in range(60) for mark in ".-"}
        assert server.get("/env", issuer.mint.token(**many)).status == 200
    lines = server.error_log.matching(TOLD)
    assert 1 < len(lines) <= 64
    assert server.error_log.matching("^.?x:error") == []


def test_a_restart_says_it_again(launch, issuer):
    server = launch(lambda s: trusts(issuer) + env_directory(s) + env_location(s, "/env"), modules=["cgi"], processes=2)
    token = issuer.mint.token(**{"a.b": 1, "a-b": 2})
    for turn in (1, 2):
        assert [server.get("/env", token).status for _ in range(6)] == [200] * 6
        assert len(server.error_log.matching(TOLD)) == turn
        server.graceful()
