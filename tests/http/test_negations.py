# SPDX-License-Identifier: Apache-2.0
"""Negations, however they are written: nobody gets in because it is not known who it is."""

import pytest
from env.attacks import ATTACKS
from env.routes import AUTHZ_NOISE, path_of
from env.snippets import trusts

ALIASES = r'''
<AuthzProviderAlias okta-group banned Banned>
</AuthzProviderAlias>
<AuthzProviderAlias okta-claim banned-claim "groups = Banned">
    OktaGroupsClaim groups
</AuthzProviderAlias>
<AuthzProviderAlias expr banned-expr "'Banned' in okta_claim('groups')">
</AuthzProviderAlias>
<AuthzProviderAlias user banned-user banned@example.com>
</AuthzProviderAlias>
<AuthzProviderAlias okta-group both Banned>
</AuthzProviderAlias>
<AuthzProviderAlias okta-claim gives-up "x ~ (a|aa)+[bc]">
</AuthzProviderAlias>
<AuthzProviderAlias okta-claim gives-up-both "x ~ (a|aa)+[bc]">
</AuthzProviderAlias>
'''

# Lines that keep those of the group Banned (who are banned@example.com, too) out.
FORMS = {
    "not": ["Require not okta-group Banned"],
    "quoted not": ['Require "not" okta-group Banned'],
    "NOT": ["require NOT okta-group Banned"],
    "none": ["<RequireNone>", "Require okta-group Banned", "</RequireNone>"],
    "any in none": ["<RequireNone>", "<RequireAny>", "Require okta-group Banned", "Require okta-group Frozen",
                    "</RequireAny>", "</RequireNone>"],
    "all in none": ["<RequireNone>", "<RequireAll>", "Require okta-group Banned", "Require method GET POST",
                    "</RequireAll>", "</RequireNone>"],
    "alias": ["Require not banned"],
    "alias of claim": ["Require not banned-claim"],
    "alias of user": ["Require not banned-user"],
    "alias in none": ["<RequireNone>", "Require banned", "</RequireNone>"],
    "alias of expr": ["Require not banned-expr"],
    "alias of two senses": ["Require not both"],
    "expr": ["""Require not expr "'Banned' in okta_claim('groups')" """],
    "expr in none": ["<RequireNone>", """Require expr "'Banned' in okta_claim('groups')" """, "</RequireNone>"],
    "expr with user": ["""Require not expr "-n %{REMOTE_USER} && 'Banned' in okta_claim('groups')" """],
    "expr of user": ["""Require not expr "%{REMOTE_USER} == 'banned@example.com'" """],
    "expr text": ["""Require not expr "%{OKTA:sub} == 'banned@example.com'" """],
    "expr turned round": ["""Require expr "! ('Banned' in okta_claim('groups'))" """],
    "user": ["Require not user banned@example.com"],
    "unequal": ["Require okta-claim groups != Banned"],
}
# Lines that hold for everybody who asks from here.
COMPANIONS = {"granted": "Require all granted", "method": "Require method GET POST", "ip": "Require ip 127.0.0.1",
              "expr": """Require expr "%{REQUEST_METHOD} == 'GET'" """}
BANNED = {"groups": ["Banned"], "sub": "banned@example.com"}
USER = {"groups": ["Users"], "sub": "user@example.com"}


def _place(name, *lines, path=None):
    inside = "\n".join(lines)
    return (f"<Location {path or path_of(name)}>\nAuthType Okta\nAuthName api\nSetHandler okta-hello\n{inside}\n"
            "</Location>\n")


def _all_of(*lines):
    return ["<RequireAll>", *lines, "</RequireAll>"]


CLOSED = {f"{form} beside {companion}": _all_of(line, *lines) for form, lines in FORMS.items()
          for companion, line in COMPANIONS.items()}
CLOSED |= {f"{form} first": _all_of(*lines, "Require all granted") for form, lines in FORMS.items()}
OPEN = {f"{form} or granted": ["<RequireAny>", *_all_of(*lines, "Require method POST"), "Require all granted",
                               "</RequireAny>"]
        for form, lines in FORMS.items()}
OPEN |= {f"{form} or ip": ["<RequireAny>", *_all_of("Require method POST", *lines), "Require ip 127.0.0.1",
                           "</RequireAny>"] for form, lines in FORMS.items()}
OPEN |= {"alias of two senses lets in, or ip": [
             "<RequireAny>", "Require both", "Require ip 127.0.0.1", "</RequireAny>"],
         "alias of two senses in both, or ip": [
             "<RequireAny>", "Require both", *_all_of("Require not both", "Require method POST"),
             "Require ip 127.0.0.1", "</RequireAny>"]}
# Two aliases of two senses could answer in four ways, so they ask who it is.
EITHER = {"either way": (["<RequireAny>", "Require both", *_all_of("Require not both", "Require all granted"),
                          "</RequireAny>"], [200, 200, 200, 200]),
          "neither way": (_all_of("Require both", "Require not both", "Require all granted"), [401, 401, 403, 403]),
          "two of two senses": (_all_of("Require not both", "Require not gives-up-both", "Require all granted"),
                                [401, 401, 403, 200]),
          "the second of two": (_all_of("<RequireAny>", "Require both", "Require all granted", "</RequireAny>",
                                        "Require not gives-up-both", "Require all granted"), [401, 401, 200, 200]),
          "and a negation": (_all_of("Require not both", "Require not okta-group Frozen", "Require all granted"),
                             [401, 401, 403, 200])}
# Two negations: members only.
MEMBERS = {"member " + name: _all_of("Require all granted", "<RequireNone>", "<RequireAll>", "Require method GET", line,
                                     "</RequireAll>", "</RequireNone>")
           for name, line in {"group": "Require not okta-group Users",
                              "expr": """Require not expr "'Users' in okta_claim('groups')" """,
                              "user": "Require not user user@example.com"}.items()}


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    def snippet(s):
        (s.root / "htdocs" / "files").mkdir()
        s.write("htdocs/files/page.txt", "page\n")
        s.write("htdocs/files/.htaccess", "<RequireAll>\nRequire all granted\nRequire not banned\n</RequireAll>\n")
        text = trusts(shared_issuer) + ALIASES
        for name, lines in (CLOSED | OPEN | MEMBERS).items():
            text += _place(name, *lines)
        for name, (lines, _) in EITHER.items():
            text += _place(name, *lines)
        (s.root / "htdocs" / "any").mkdir()
        s.write("htdocs/any/page.txt", "page\n")
        s.write("htdocs/any/.htaccess", "Options -Indexes\n")
        text += _place("gives up", "Require gives-up-both")
        text += _place("any", "SetHandler none", "<RequireAny>", "Require banned", "Require ip 127.0.0.1",
                       "</RequireAny>", path="/any")
        text += _place("both lets in", "Require both")
        text += _place("merged", "Require not okta-group Nobody", "Require all granted",
                       path="/merged").replace("Require not okta-group Nobody\n", "")
        text += ("<Location /merged/and>\nAuthMerging And\n<RequireAll>\nRequire all granted\nRequire not banned\n"
                 "</RequireAll>\n</Location>\n")
        return text + (f'<Directory "{s.root}/htdocs/files">\nAuthType Okta\nAuthName api\nAllowOverride AuthConfig\n'
                       f'</Directory>\n<Directory "{s.root}/htdocs/any">\nAllowOverride Options\n</Directory>\n')
    server = launch_shared(snippet, modules=["authz_host"], processes=1, threads=8)
    server.expects(AUTHZ_NOISE, lasting=True)
    return server


def _statuses(server, issuer, path):
    """Of a stranger, a bad token, a banned caller and another one."""
    tokens = [None, ATTACKS["tampered"][1](issuer.mint), issuer.mint.token(**BANNED), issuer.mint.token(**USER)]
    return [server.get(path, token).status for token in tokens]


@pytest.mark.every_mpm
@pytest.mark.parametrize("name", CLOSED)
def test_strangers_and_banned_callers_stay_outside(server, shared_issuer, name):
    assert _statuses(server, shared_issuer, path_of(name)) == [401, 401, 403, 200]


@pytest.mark.parametrize("name", OPEN)
def test_what_nobody_can_tell_does_not_matter_where_another_way_is_open(server, shared_issuer, name):
    assert _statuses(server, shared_issuer, path_of(name)) == [200, 200, 200, 200]


@pytest.mark.parametrize("name", MEMBERS)
def test_two_negations_are_none(server, shared_issuer, name):
    """httpd says 403 as long as nobody is known, and yet members get in."""
    assert _statuses(server, shared_issuer, path_of(name)) == [401, 401, 403, 200]


def test_an_alias_of_two_senses_lets_in_where_it_is_not_negated(server, shared_issuer):
    assert _statuses(server, shared_issuer, path_of("both lets in")) == [401, 401, 200, 403]


@pytest.mark.parametrize("name", EITHER)
def test_both_answers_of_an_alias_of_two_senses_are_tried(server, shared_issuer, name):
    assert _statuses(server, shared_issuer, path_of(name)) == EITHER[name][1]


def test_a_htaccess_file_without_a_require_leaves_aliases_as_they_are(server, shared_issuer):
    assert _statuses(server, shared_issuer, "/any/page.txt") == [200, 200, 200, 200]


def test_merged_requirements(server, shared_issuer):
    assert _statuses(server, shared_issuer, "/merged/and") == [401, 401, 403, 200]
    assert _statuses(server, shared_issuer, "/merged") == [200, 200, 200, 200]


def test_a_negated_alias_in_a_htaccess_file(server, shared_issuer):
    assert _statuses(server, shared_issuer, "/files/page.txt") == [401, 401, 403, 200]


def test_httpd_reports_no_denial_of_a_caller_whom_it_lets_in(server, shared_issuer):
    """What is only tried out leaves no trace."""
    mark = server.error_log.mark()
    assert server.get(path_of("not beside granted"), shared_issuer.mint.token(**USER)).status == 200
    assert server.error_log.matching("AH01630", mark) == []


def test_a_negation_of_another_provider_that_looks_at_the_user(launch, issuer):
    def snippet(s):
        page = s.root / "htdocs" / "page.txt"
        s.write("htdocs/page.txt", "page\n")
        s.write("groups", f"{page.group()}: banned@example.com\n")
        return trusts(issuer) + _place("owned", "SetHandler none", f'AuthGroupFile "{s.root}/groups"',
                                       *_all_of("Require all granted", "Require not file-group"), path="/page.txt")
    server = launch(snippet, modules=["authz_owner", "authz_groupfile"], processes=1)
    server.expects(AUTHZ_NOISE + "|AH01670", lasting=True)
    assert _statuses(server, issuer, "/page.txt") == [401, 401, 403, 200]


def test_restarts(launch, issuer):
    """A restart reads all Require lines anew, with the modules loaded anew."""
    names = ["alias", "expr", "user", "none"]
    server = launch(trusts(issuer) + ALIASES + "".join(
        _place(name, *_all_of("Require all granted", *FORMS[name])) for name in names), processes=1)
    server.expects(AUTHZ_NOISE, lasting=True)
    for _ in range(3):
        for name in names:
            assert _statuses(server, issuer, path_of(name)) == [401, 401, 403, 200]
        server.graceful()


EXPRESSIONS = {
    # the claim is not asked for: the answer is httpd's own
    "method decides": ("""Require expr "%{REQUEST_METHOD} == 'GET' || 'Users' in okta_claim('groups')" """,
                       [200, 200, 200, 200]),
    "claim decides": ("""Require expr "%{REQUEST_METHOD} == 'PUT' || %{OKTA:sub} == 'user@example.com'" """,
                      [401, 401, 403, 200]),
    "no user mentioned": ("""Require expr "'Banned' in okta_claim('groups')" """, [401, 401, 200, 403]),
    "nobody's claim": ("""Require expr "-z %{OKTA:nickname}" """, [401, 401, 200, 200]),
    "two claims": ("""Require expr "%{OKTA:sub} =~ /^user/ && ! ('Banned' in okta_claim('groups'))" """,
                   [401, 401, 403, 200]),
}


@pytest.fixture(scope="module")
def expressions(launch_shared, shared_issuer):
    text = "".join(_place(name, line) for name, (line, _) in EXPRESSIONS.items())
    server = launch_shared(trusts(shared_issuer) + text, processes=1)
    server.expects(AUTHZ_NOISE, lasting=True)
    return server


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_expressions_that_ask_for_claims(expressions, shared_issuer, name):
    assert _statuses(expressions, shared_issuer, path_of(name)) == EXPRESSIONS[name][1]


GIVES_UP = {"x": "a" * 4000}


@pytest.fixture(scope="module")
def giving_up(launch_shared, shared_issuer):
    forms = {"plain": [r'Require not okta-claim x ~ "(a|aa)+[bc]"'], "alias": ["Require not gives-up"],
             "alias in none": ["<RequireNone>", "Require gives-up", "</RequireNone>"],
             "both": ["Require not gives-up-both"]}
    text = "".join(_place("gives up " + name, *_all_of("Require valid-user", *lines)) for name, lines in forms.items())
    text += _place("gives up twice", *_all_of(
        "Require valid-user", "<RequireNone>", "<RequireAll>", "Require method GET",
        r'Require not okta-claim x ~ "(a|aa)+[bc]"', "</RequireAll>", "</RequireNone>"))
    text += _place("gives up and lets in", "Require gives-up-both")
    text += _place("gives up or granted", "<RequireAny>", r'Require okta-claim x ~ "(a|aa)+[bc]"', "Require valid-user",
                   "</RequireAny>")
    server = launch_shared(trusts(shared_issuer) + ALIASES + text, processes=1)
    server.expects(AUTHZ_NOISE, lasting=True)
    return server


@pytest.mark.parametrize("name", ["plain", "alias", "alias in none", "both"])
def test_a_pattern_that_gives_up_counts_against_the_caller(giving_up, shared_issuer, name):
    def status(x):
        return giving_up.get(path_of("gives up " + name), shared_issuer.mint.token(x=x)).status

    assert [status(x) for x in ("a" * 4000, "aab", "d")] == [403, 403, 200]


def test_a_pattern_that_gives_up_elsewhere(giving_up, shared_issuer):
    def statuses(name):
        return [giving_up.get(path_of(name), shared_issuer.mint.token(x=x)).status for x in ("a" * 4000, "aab", "d")]

    assert statuses("gives up twice") == [403, 200, 403]
    assert statuses("gives up and lets in") == [403, 200, 403]
    # another line lets everybody in
    assert statuses("gives up or granted") == [200, 200, 200]


REFUSED = {
    "not": ["Require not okta-group Banned"], "scope": ["Require not okta-scope frozen"],
    "client": ["Require not okta-client 0oa"], "claim": ["Require not okta-claim a = b"],
    "none": ["<RequireNone>", "Require okta-group Banned", "</RequireNone>"],
    "alias": ["Require not banned"], "alias in none": ["<RequireNone>", "Require banned", "</RequireNone>"],
    "expr": ["""Require not expr "'Banned' in okta_claim('groups')" """],
    "alias of expr": ["Require not banned-expr"],
    "text": ["""Require not expr "%{OKTA:sub} == 'x'" """],
    "limited": ["<Limit GET>", *_all_of("Require all granted", "Require not okta-group Banned"), "</Limit>"],
}


@pytest.mark.parametrize("auth_type", ["", "AuthType Basic\nAuthName x\nAuthBasicProvider file\n", "AuthType None\n"])
@pytest.mark.parametrize("form", REFUSED)
def test_a_negation_that_can_keep_nobody_out_is_refused(configtest, shared_issuer, form, auth_type):
    lines = "\n".join(_all_of("Require all granted", *REFUSED[form]))
    result = configtest(trusts(shared_issuer) + ALIASES + f"<Location /x>\n{auth_type}{lines}\n</Location>\n"
                        + _place("y", "Require valid-user"), modules=["auth_basic", "authn_file"])
    assert not result.ok
    assert "no AuthType Okta holds here" in result.output and "write AuthType Okta" in result.output, result.output


NEGATION = "<RequireAll>\nRequire all granted\nRequire not banned\n</RequireAll>\n"
OKTA = "AuthType Okta\nAuthName api\n"
GUARDED = f"{OKTA}Require valid-user\n"


def _section(opening, *lines):
    kind = opening.split()[0]
    return f"<{opening}>\n" + "".join(lines) + f"</{kind}>\n"


ACCEPTED = {
    "around": _section("Location /", GUARDED) + _section("Location /x", NEGATION),
    "whole host": _section("VirtualHost *:81", _section("Location /", GUARDED)) + _section("Location /x", NEGATION),
    "pattern": _section("LocationMatch ^/x", GUARDED) + _section("Location /x", NEGATION),
    "directory": _section("Directory /srv", GUARDED) + _section("Directory /srv/x", NEGATION),
    "if": _section("Location /x", GUARDED, _section("If \"%{REQUEST_METHOD} == 'GET'\"", NEGATION)),
    "not negated": _section("Location /x", "Require all granted\nRequire okta-group Staff\n"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_negation_where_authtype_holds_is_accepted(configtest, shared_issuer, name):
    result = configtest(trusts(shared_issuer) + ALIASES + ACCEPTED[name])
    assert result.ok, result.output


SIBLINGS = {
    "elsewhere": _section("Location /y", GUARDED) + _section("Location /x", NEGATION),
    "alike": _section("Location /x", GUARDED) + _section("Location /xy", NEGATION),
    "below": _section("Directory /srv/x/y", GUARDED) + _section("Directory /srv/x", NEGATION),
    "other host": (_section("VirtualHost *:81", _section("Location /", GUARDED))
                   + _section("VirtualHost *:82", _section("Location /x", NEGATION))),
}


@pytest.mark.parametrize("name", SIBLINGS)
def test_an_authtype_elsewhere_does_not_help(configtest, shared_issuer, name):
    result = configtest(trusts(shared_issuer) + ALIASES + SIBLINGS[name])
    assert not result.ok and "no AuthType Okta holds here" in result.output, result.output


def test_what_only_httpd_can_match_refuses_at_run_time(launch, issuer):
    """configtest gives the benefit of the doubt; nobody gets in by it."""
    negations = {"/not": "okta-group Banned", "/alias": "banned", "/expr": "banned-expr"}
    text = _section("If \"%{REQUEST_METHOD} == 'PUT'\"", OKTA)
    for path, line in negations.items():
        text += _section(f"Location {path}", "SetHandler okta-hello\n<RequireAll>\nRequire all granted\n",
                         f"Require not {line}\n</RequireAll>\n")
    text += _section("Location /okta", GUARDED, "SetHandler okta-hello\n")
    server = launch(trusts(issuer) + ALIASES + text, processes=1)
    server.expects(r"AH01630|OKTA-CONFIG: a negated Require .* where no AuthType Okta holds", lasting=True)
    server.expects('OKTA-CONFIG: AuthType "Okta" in <If .* without a Require')
    # the keys are there
    assert server.get("/okta", issuer.mint.token()).status == 200
    for path in negations:
        assert server.get(path).status == 403
        assert server.get(path, issuer.mint.token(groups=["Banned"])).status == 403


TOO_EARLY = [
    """<If "'Banned' in okta_claim('groups')">\nRequire all denied\n</If>""",
    """<If "-n %{REQUEST_URI}">\n</If>\n<ElseIf "%{OKTA:sub} == 'x'">\nRequire all denied\n</ElseIf>""",
    """SetEnvIfExpr "'Banned' in okta_claim('groups')" banned""",
    """RewriteEngine On\nRewriteCond expr "'Banned' in okta_claim('groups')"\nRewriteRule .* - [F]""",
]


@pytest.mark.parametrize("lines", TOO_EARLY)
def test_claims_asked_for_before_anybody_can_be_known(configtest, shared_issuer, lines):
    result = configtest(trusts(shared_issuer) + lines + "\n", modules=["setenvif", "rewrite"])
    assert not result.ok and "before anybody is known" in result.output, result.output


@pytest.mark.parametrize("line", [
    # a look ahead authenticates
    'RewriteCond "%{LA-U:ENV:OKTA_CLAIM_tenant}" "^a$"', 'RewriteCond "%{REQUEST_URI}" "^/okta_claims/"',
    'RewriteCond "%{ENV:REDIRECT_OKTA_CLAIM_sub}" "^a$"'])
def test_names_that_begin_like_our_function_are_not_it(configtest, shared_issuer, line):
    result = configtest(trusts(shared_issuer) + f"RewriteEngine On\n{line}\nRewriteRule .* - [F]\n"
                        '<If "%{REQUEST_URI} =~ m#^/okta_claims/#">\nRequire all denied\n</If>\n', modules=["rewrite"])
    assert result.ok, result.output


def test_claims_asked_for_after_authentication(configtest, shared_issuer):
    lines = ["RewriteEngine On", """RewriteCond expr "'Banned' in okta_claim('groups')" """, "RewriteRule .* - [F]",
             "Header set X-Sub expr=%{OKTA:sub}", "Require valid-user"]
    result = configtest(trusts(shared_issuer) + _place("x", *lines), modules=["rewrite"])
    assert result.ok, result.output
