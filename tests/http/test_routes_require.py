# SPDX-License-Identifier: Apache-2.0
"""Require okta-*: who gets in where, in every combination that httpd's containers offer."""

import pytest
from env.mint import ABSENT
from env.routes import AUTHZ_NOISE, Call, assert_verdict, locations, rows
from env.snippets import trusts

GUEST, FULL = None, {}


def anyone_in(*lines):
    return ["<RequireAny>", *lines, "</RequireAny>"]


def all_of(*lines):
    return ["<RequireAll>", *lines, "</RequireAll>"]


def none_of(*lines):
    return ["<RequireNone>", *lines, "</RequireNone>"]


READ = {"scp": ["read"]}
WRITE = {"scp": ["write"]}
BOTH = {"scp": ["read", "write"]}

SCOPES = [
    ("scope", ["Require okta-scope read"], [
        Call(GUEST, 401, "read"), Call(READ, 200), Call(BOTH, 200), Call(WRITE, 403, "read"),
        Call({"scp": []}, 403, "read"), Call({"scp": ABSENT}, 403, "read"),
        Call({"scp": "read"}, 200), Call({"scp": "write read"}, 200),
        Call({"scp": ABSENT, "scope": "write read"}, 200),
        Call({"scp": ABSENT, "scope": ["write", "read"]}, 200),
        Call({"scp": ["write"], "scope": "read"}, 403, "read"),
        # whole values only
        Call({"scp": ["rea"]}, 403, "read"), Call({"scp": ["reader"]}, 403, "read"),
        Call({"scp": ["read.all"]}, 403, "read"), Call({"scp": ["Read"]}, 403, "read"),
        Call({"scp": "xread"}, 403, "read"), Call({"scp": ["a read b"]}, 403, "read"),
        Call({"scp": ["read "]}, 403, "read"), Call({"scp": {"read": True}}, 403, "read"),
        Call({"scp": True}, 403, "read"), Call({"scp": None}, 403, "read"),
        Call({"scp": [["read"]]}, 403, "read"), Call({"scp": "read\tx"}, 403, "read"),
    ]),
    ("scope any of", ["Require okta-scope read write"], [
        Call(GUEST, 401, "read"), Call(READ, 200), Call(WRITE, 200), Call({"scp": ["x"]}, 403, "read"),
    ]),
    ("scope lines", ["Require okta-scope read", "Require okta-scope write"], [
        Call(GUEST, 401, "read"), Call(READ, 200), Call(WRITE, 200), Call({"scp": ["x"]}, 403, "read"),
    ]),
    ("scope all of", all_of("Require okta-scope read", "Require okta-scope write"), [
        Call(GUEST, 401, "read write"), Call(BOTH, 200), Call(READ, 403, "read write"),
        Call(WRITE, 403, "read write"), Call({"scp": ["x"]}, 403, "read write"),
    ]),
    ("scope all of nested", all_of("Require okta-scope read",
                                   *all_of("Require okta-scope write admin")), [
        Call(GUEST, 401, "read write"), Call(BOTH, 200), Call({"scp": ["x"]}, 403, "read write"),
        # it is the inner one that stops it
        Call(READ, 403, "read write"),
    ]),
    ("scope but not", all_of("Require okta-scope read", "Require not okta-scope frozen"), [
        Call(GUEST, 401, "read"), Call(READ, 200), Call({"scp": ["read", "frozen"]}, 403),
        # what forbids would not do
        Call(WRITE, 403, "read"),
    ]),
    ("scope but none of", all_of("Require okta-scope read", *none_of("Require okta-scope frozen")), [
        Call(GUEST, 401, "read"), Call(READ, 200), Call({"scp": ["read", "frozen"]}, 403),
        Call(WRITE, 403, "read"),
    ]),
    ("scope but no alias", all_of("Require okta-scope read", "Require not frozen"), [
        Call(GUEST, 401, "read"), Call(READ, 200), Call({"scp": ["read", "frozen"]}, 403), Call(WRITE, 403, "read"),
    ]),
    ("scope but no alias, told first", all_of("Require not frozen", "Require okta-scope read"), [
        Call(GUEST, 401, "read"), Call(READ, 200), Call({"scp": ["read", "frozen"]}, 403), Call(WRITE, 403, "read"),
    ]),
    ("scope by alias", all_of("Require valid-user", "Require readers"), [
        Call(GUEST, 401, "read"), Call(READ, 200), Call(WRITE, 403, "read"),
    ]),
    ("scope all of, one twice", all_of("Require okta-scope read", "Require okta-scope write read",
                                       *all_of(*all_of("Require okta-scope admin write"))), [
        Call(GUEST, 401, "read write admin"), Call({"scp": ["read", "write"]}, 200),
        Call({"scp": ["x"]}, 403, "read write admin"),
    ]),
    ("scope any of all", anyone_in(*all_of("Require okta-scope read", "Require okta-scope a"),
                                   *all_of("Require okta-scope read", "Require okta-scope b")), [
        Call(GUEST, 401, "read a"), Call({"scp": ["read", "b"]}, 200), Call({"scp": ["x"]}, 403, "read a"),
        # the other way would do, but what it has leads to the first
        Call({"scp": ["read"]}, 403, "read a"),
    ]),
    ("scope all of, one negated", all_of("Require not okta-scope frozen", *all_of(
        "Require okta-scope write", "Require not okta-scope locked", "Require okta-group Staff")), [
        Call(GUEST, 401, "write"), Call({"scp": ["write"], "groups": ["Staff"]}, 200), Call(WRITE, 403),
        Call(READ, 403, "write"),
    ]),
    ("not scope first", all_of("Require not okta-scope frozen", "Require okta-scope read"), [
        Call(GUEST, 401, "read"), Call(READ, 200), Call({"scp": ["read", "frozen"]}, 403),
        Call(WRITE, 403, "read"),
    ]),
    ("scope all of, with a choice within", all_of("Require okta-group Staff", *anyone_in(
        "Require okta-scope a b", *all_of("Require okta-scope c", "Require okta-scope d")), "Require okta-scope e f"), [
        Call(GUEST, 401, "a e"), Call({"groups": ["Staff"]}, 403, "a e"),
        # what it has of the choice stays; what is missing is told with it
        Call({"groups": ["Staff"], "scp": ["c", "d"]}, 403, "a e"),
        Call({"groups": ["Staff"], "scp": ["c", "d", "f"]}, 200),
        Call({"groups": ["Staff"], "scp": ["c", "e"]}, 403, "a e"),
    ]),
    ("scope choice without and with", anyone_in("Require okta-client 0oaA", *all_of(
        "Require okta-group Staff", "Require okta-scope late")), [
        Call(GUEST, 401, "late"), Call({"groups": ["Staff"]}, 403, "late"), Call(READ, 403),
    ]),
    ("scope of the client alone", all_of("Require okta-scope offline_access", "Require okta-scope read"), [
        Call(GUEST, 401, "read"), Call({"scp": ["offline_access"]}, 403, "read"), Call(READ, 403, "read"),
        Call({"scp": ["offline_access", "read"]}, 200),
    ]),
    ("quoted scope", ['Require okta-scope "https://api.example.com/read,all"'], [
        Call(GUEST, 401, "https://api.example.com/read,all"), Call({"scp": ["https://api.example.com/read,all"]}, 200),
        Call(READ, 403, "https://api.example.com/read,all"),
    ]),
]

GROUPS = [
    ("group", ["Require okta-group Staff"], [
        Call(GUEST, 401), Call({"groups": ["Staff"]}, 200), Call({"groups": "Staff"}, 200),
        Call({"groups": ["Everyone", "Staff"]}, 200), Call({"groups": ["staff"]}, 403),
        Call({"groups": ["Staff2"]}, 403), Call({"groups": "Everyone Staff"}, 403),
        Call({}, 403), Call({"groups": []}, 403), Call({"groups": {"Staff": 1}}, 403),
        Call({"groups": [["Staff"]]}, 403),
    ]),
    ("group with space", ['Require okta-group "Domain Users" Staff'], [
        Call({"groups": ["Domain Users"]}, 200), Call({"groups": ["Domain", "Users"]}, 403),
    ]),
    ("groups claim", ["OktaGroupsClaim roles", "Require okta-group admin"], [
        Call({"roles": ["admin"]}, 200), Call({"groups": ["admin"]}, 403),
    ]),
    ("nested groups claim", ["OktaGroupsClaim realm_access.roles", "Require okta-group admin"], [
        Call({"realm_access": {"roles": ["admin"]}}, 200), Call({"roles": ["admin"]}, 403),
        Call({"realm_access.roles": ["admin"]}, 200),
    ]),
    ("not group", all_of("Require valid-user", "Require not okta-group banned"), [
        Call(GUEST, 401), Call({}, 200), Call({"groups": ["banned"]}, 403),
    ]),
    ("not group all granted", all_of("Require all granted", "Require not okta-group banned"), [
        # nobody can say that a caller is not banned without knowing the caller
        Call(GUEST, 401), Call({}, 200), Call({"groups": ["banned"]}, 403),
    ]),
    ("none of groups", all_of("Require all granted",
                              *none_of("Require okta-group banned", "Require okta-group frozen")), [
        Call(GUEST, 401), Call({"groups": ["x"]}, 200), Call({"groups": ["frozen"]}, 403),
    ]),
]

CLIENTS = [
    ("client", ["Require okta-client 0oaA 0oaB"], [
        Call(GUEST, 401), Call({"cid": "0oaA"}, 200), Call({"cid": "0oaB"}, 200),
        Call({"cid": "0oaC"}, 403), Call({"cid": "0oa"}, 403),
        Call({"cid": ABSENT, "client_id": "0oaA"}, 200), Call({"cid": ABSENT, "azp": "0oaA"}, 200),
        Call({"cid": "0oaC", "client_id": "0oaA"}, 403), Call({"cid": ABSENT}, 403),
    ]),
    ("not client", all_of("Require valid-user", "Require not okta-client 0oaA"), [
        Call(GUEST, 401), Call({"cid": "0oaB"}, 200), Call({"cid": "0oaA"}, 403),
    ]),
]

CLAIMS = [
    ("claim equal", ["Require okta-claim dept = sales support"], [
        Call(GUEST, 401), Call({"dept": "sales"}, 200), Call({"dept": "support"}, 200),
        Call({"dept": "Sales"}, 403), Call({"dept": "salesman"}, 403), Call({"dept": ["x", "sales"]}, 200),
        Call({}, 403), Call({"dept": None}, 403), Call({"dept": {"sales": 1}}, 403),
        Call({"dept": "sales\n"}, 403), Call({"dept": "sales\0"}, 401),
    ]),
    ("claim unequal", ["Require okta-claim dept != sales support"], [
        Call({"dept": "hr"}, 200), Call({"dept": "sales"}, 403), Call({"dept": "support"}, 403),
        Call({"dept": ["hr", "sales"]}, 403), Call({"dept": ["hr"]}, 200), Call({}, 403),
    ]),
    ("claim regex", [r'Require okta-claim email ~ "[a-z]+@example\.com"'], [
        Call({"email": "ada@example.com"}, 200), Call({"email": "ada@example.com.evil.org"}, 403),
        Call({"email": "x ada@example.com"}, 403), Call({"email": "ada@example.com\n"}, 403),
        Call({"email": "evil\nada@example.com"}, 403), Call({"email": "ada@exampleXcom"}, 403),
        Call({"email": ["x", "ada@example.com"]}, 200), Call({}, 403), Call({"email": 5}, 403),
    ]),
    ("claim regex alternatives", ["Require okta-claim dept ~ sales|hr"], [
        Call({"dept": "sales"}, 200), Call({"dept": "hr"}, 200), Call({"dept": "salesX"}, 403),
        Call({"dept": "Xhr"}, 403),
    ]),
    ("claim regex object", ["Require okta-claim dept ~ .*"], [
        Call({"dept": {"a": "b"}}, 403), Call({"dept": [{"a": "b"}]}, 403), Call({"dept": [["x"]]}, 403),
        Call({"dept": []}, 403), Call({"dept": ""}, 200), Call({"dept": None}, 403), Call({"dept": [None]}, 403),
        Call({"dept": [{"a": "b"}, "x"]}, 200), Call({"dept": True}, 200), Call({"dept": 1.5}, 200),
    ]),
    ("claim regex control characters", [r"Require okta-claim dept ~ a\tb a%09c"], [
        # bytes as they are: what the environment would show as %09 is a tab here
        Call({"dept": "a\tb"}, 200), Call({"dept": "a%09b"}, 403), Call({"dept": "a\tc"}, 403),
        Call({"dept": "a%09c"}, 200), Call({"dept": ["a\tb"]}, 200),
    ]),
    ("claim regex several", ["Require okta-claim dept ~ sal.s h."], [
        Call({"dept": "sales"}, 200), Call({"dept": "hr"}, 200), Call({"dept": "it"}, 403),
    ]),
    ("claim regex number", ["Require okta-claim level ~ [3-5]"], [
        Call({"level": 3}, 200), Call({"level": "4"}, 200), Call({"level": 35}, 403),
        Call({"level": 2}, 403), Call({"level": [1, 5]}, 200), Call({"level": True}, 403),
    ]),
    ("claim regex backtracking", [r'Require okta-claim x ~ "(a|aa)+[bc]"'], [
        Call({"x": "aab"}, 200), Call({"x": "a" * 4000}, 403),
    ]),
    ("claim contains", ["Require okta-claim roles contains admin"], [
        Call({"roles": "user admin"}, 200), Call({"roles": ["user", "admin"]}, 200),
        Call({"roles": "administrator"}, 403), Call({"roles": "user,admin"}, 403), Call({}, 403),
        Call({"roles": ["user admin"]}, 403), Call({"roles": {"admin": True}}, 403),
    ]),
    ("claim number", ["Require okta-claim level = 3"], [
        Call({"level": 3}, 200), Call({"level": 3.0}, 200), Call({"level": "3"}, 200),
        Call({"level": 30}, 403), Call({"level": -3}, 403), Call({"level": [1, 3]}, 200),
        Call({"level": 3.5}, 403), Call({"level": True}, 403),
    ]),
    ("claim fraction", ["Require okta-claim level = 2.5"], [
        Call({"level": 2.5}, 200), Call({"level": 2}, 403), Call({"level": "2.5"}, 200),
    ]),
    ("claim nan", ["Require okta-claim level = nan"], [
        Call({"level": 2.5}, 403), Call({"level": "nan"}, 200), Call({"level": 0.0}, 403),
    ]),
    ("claim boolean", ["Require okta-claim email_verified = true"], [
        Call({"email_verified": True}, 200), Call({"email_verified": False}, 403),
        Call({"email_verified": "true"}, 200), Call({"email_verified": 1}, 403), Call({}, 403),
    ]),
    ("claim path", ["Require okta-claim address.geo.country = DE"], [
        Call({"address": {"geo": {"country": "DE"}}}, 200), Call({"address": {"geo": {"country": "FR"}}}, 403),
        Call({"address": {"geo": "DE"}}, 403), Call({"address": {"country": "DE"}}, 403),
        Call({"address.geo.country": "DE"}, 200), Call({"address": [{"geo": {"country": "DE"}}]}, 403),
        Call({"address": {"geo.country": "DE"}}, 403),
    ]),
    ("claim namespaced", ["Require okta-claim https://example.com/role = r"], [
        Call({"https://example.com/role": "r"}, 200), Call({"role": "r"}, 403),
    ]),
    ("not claim", all_of("Require valid-user", "Require not okta-claim dept = sales"), [
        Call(GUEST, 401), Call({"dept": "sales"}, 403), Call({"dept": "hr"}, 200), Call({}, 200),
    ]),
    ("not claim regex", all_of("Require valid-user", r'Require not okta-claim x ~ "(a|aa)+[bc]"'), [
        Call({"x": "c"}, 200), Call({"x": "aab"}, 403),
        # what cannot be told counts against the caller
        Call({"x": "a" * 4000}, 403),
    ]),
]

MIXES = [
    ("any with all granted", anyone_in("Require okta-scope read", "Require all granted"), [
        Call(GUEST, 200), Call(READ, 200), Call(WRITE, 200),
    ]),
    ("any with address", anyone_in("Require okta-scope read", "Require ip 127.0.0.1"), [
        Call(GUEST, 200), Call(WRITE, 200),
    ]),
    ("any with other address", anyone_in("Require okta-scope read", "Require ip 192.0.2.1"), [
        Call(GUEST, 401, "read"), Call(READ, 200), Call(WRITE, 403, "read"),
    ]),
    ("all with address", all_of("Require okta-scope read", "Require ip 127.0.0.1"), [
        Call(GUEST, 401, "read"), Call(READ, 200), Call(WRITE, 403, "read"),
    ]),
    ("any of all", anyone_in(*all_of("Require okta-scope read", "Require okta-group Staff"),
                             "Require okta-client 0oaA"), [
        Call(GUEST, 401, "read"), Call({"cid": "0oaA"}, 200), Call({**READ, "groups": ["Staff"]}, 200),
        Call({"groups": ["Staff"]}, 403, "read"), Call(READ, 403),
    ]),
    ("all of any", all_of(*anyone_in("Require okta-scope read", "Require okta-scope write"),
                          *anyone_in("Require okta-group A", "Require okta-group B")), [
        Call(GUEST, 401, "read"), Call({**READ, "groups": ["B"]}, 200), Call(READ, 403),
        Call({"scp": ["x"], "groups": ["B"]}, 403, "read"),
    ]),
    ("method", anyone_in("Require method GET", "Require okta-scope write"), [
        Call(GUEST, 200), Call(READ, 200),
    ]),
    ("valid user or scope", ["Require valid-user", "Require okta-scope read"], [
        Call(GUEST, 401, "read"), Call(WRITE, 200),
    ]),
    ("user", ["Require user ada@example.com"], [
        Call(GUEST, 401), Call({"sub": "ada@example.com"}, 200), Call({"sub": "eve@example.com"}, 403),
    ]),
    ("all denied", ["Require all denied"], [Call(GUEST, 403)]),
    ("expression", ["""Require expr "-n %{REMOTE_USER} && 'Staff' in okta_claim('groups')" """], [
        Call(GUEST, 401), Call({"groups": ["Staff"]}, 200), Call({"groups": ["Other"]}, 403), Call({}, 403),
    ]),
    ("expression text", ["""Require expr "-n %{REMOTE_USER} && %{OKTA:address.country} == 'DE'" """], [
        Call(GUEST, 401), Call({"address": {"country": "DE"}}, 200), Call({}, 403),
    ]),
    ("anonymous and scope", ["OktaAnonymous missing-or-failed", "Require okta-scope read"], [
        Call(GUEST, 401, "read"), Call(READ, 200), Call(WRITE, 403, "read"),
        Call({"iss": "https://elsewhere.example.com"}, 401),
    ]),
    ("anonymous missing", ["OktaAnonymous missing", "Require all granted"], [
        Call(GUEST, 200), Call({}, 200), Call({"exp": 5}, 401),
        Call({"iss": "https://elsewhere.example.com"}, 401), Call({"iss": ABSENT}, 401),
    ]),
    ("anonymous failed", ["OktaAnonymous missing-or-failed", "Require all granted"], [
        Call(GUEST, 200), Call({}, 200), Call({"exp": 5}, 200),
        Call({"iss": "https://elsewhere.example.com"}, 200), Call({"iss": ABSENT}, 200),
    ]),
    ("anonymous by reason", ["OktaAnonymous missing-or-failed",
                             """Require expr "reqenv('OKTA_REASON') in { '', 'token_missing' }" """], [
        # who may not pass after all is told what is wrong with the token
        Call(GUEST, 200), Call({}, 200), Call({"exp": 5}, 401),
    ]),
    ("anonymous and none of", ["OktaAnonymous missing-or-failed",
                               *all_of("Require all granted", "Require not okta-group banned")], [
        Call(GUEST, 200), Call({"groups": ["banned"]}, 403), Call({}, 200), Call({"exp": 5}, 200),
    ]),
    ("anonymous or scope", ["OktaAnonymous missing-or-failed",
                            *anyone_in("Require okta-scope read", "Require all granted")], [
        Call(GUEST, 200), Call(READ, 200), Call(WRITE, 200), Call({"exp": 5}, 200),
    ]),
    ("forbidden on failure", ["AuthzSendForbiddenOnFailure On", "Require okta-scope read"], [
        Call(GUEST, 401, "read"), Call(READ, 200), Call(WRITE, 403, "read"),
    ]),
]

ALIASES = """
<AuthzProviderAlias okta-scope frozen frozen>
</AuthzProviderAlias>
<AuthzProviderAlias okta-scope readers "read all">
</AuthzProviderAlias>
"""

TABLE = SCOPES + GROUPS + CLIENTS + CLAIMS + MIXES


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    server = launch_shared(trusts(shared_issuer) + ALIASES + locations(TABLE), modules=["authz_host"], processes=1,
                           threads=8)
    server.expects(AUTHZ_NOISE, lasting=True)
    return server


@pytest.mark.every_mpm
@pytest.mark.parametrize("path, call", rows(TABLE))
def test_verdict(server, shared_issuer, path, call):
    token = None if call.claims is None else shared_issuer.mint.token(**call.claims)
    assert_verdict(server.get(path, token), call)


def test_a_denied_caller_is_named_in_the_log(server, shared_issuer):
    assert server.get("/r/scope?denied-in-the-log", shared_issuer.mint.token(**WRITE)).status == 403
    line = server.access_line_of("?denied-in-the-log")
    assert " 403 " in line and "user=user@example.com reason=insufficient_scope" in line


def test_method_of_other_requests(server, shared_issuer):
    assert server.request("POST", "/r/method").status == 401
    assert server.request("POST", "/r/method", shared_issuer.mint.token(**READ)).status == 403
    assert server.request("POST", "/r/method", shared_issuer.mint.token(**WRITE)).status == 405


BAD = [
    ("Require okta-scope", "okta-scope", "names nothing"),
    ("Require okta-group", "okta-group", "names nothing"),
    ("Require okta-client", "okta-client", "names nothing"),
    ("Require okta-claim", "okta-claim", "too short"),
    ("Require okta-claim dept", "okta-claim", "too short"),
    ("Require okta-claim dept =", "okta-claim", "too short"),
    ("Require okta-claim dept == sales", "okta-claim", "unknown operator"),
    ("Require okta-claim dept=sales x y", "okta-claim", "unknown operator"),
    ("Require okta-claim dept matches x", "okta-claim", "unknown operator"),
    ("Require okta-claim dept ~ (", "okta-claim", "no regular expression"),
    # anchoring must not be undone by a pattern that closes our group
    ('Require okta-claim dept ~ "a)|(?:b"', "okta-claim", "no regular expression"),
    ("Require okta-scopes read", "okta-scopes", ""),
]


@pytest.mark.parametrize("line, names, says", BAD)
def test_syntax_errors(configtest, shared_issuer, line, names, says):
    result = configtest(trusts(shared_issuer)
                        + f'<Location "/x">\nAuthType Okta\nAuthName "x"\n{line}\n</Location>\n')
    assert not result.ok
    assert names in result.output and says in result.output, result.output
