# SPDX-License-Identifier: Apache-2.0
"""configtest merges sections as httpd does, and judges what holds in each: issuer, audience, AuthType, Require."""

import re

import pytest
from env.snippets import location

DOMAIN = "OktaDomain integrator-123456.okta.com\n"
OTHER = "OktaIssuer https://integrator-123456.okta.com/oauth2/aus1"
API = location("/api")


def section(path, *lines, name="Location"):
    return f"<{name} {path}>\n" + "".join(f"{line}\n" for line in lines) + f"</{name}>\n"


# -- an issuer and an audience, wherever AuthType Okta holds

LACKING = {
    # name: (snippet, words of the complaint)
    "another issuer further in": (DOMAIN + API + section("/api/inner", OTHER),
                                  ["no audience", "aus1", "/api/inner", "OktaIssuer"]),
    "another server further in": (DOMAIN + API + section("/api/inner", "OktaAuthorizationServer aus1"),
                                  ["no audience", "aus1", "/api/inner"]),
    "below a section with a slash": (DOMAIN + location("/api/") + section("/api/inner", OTHER), ["no audience"]),
    "below the root": (DOMAIN + location("/") + section("/api", OTHER), ["no audience", "<Location /api"]),
    "in a pattern below the root": (DOMAIN + location("/") + section("^/api", OTHER, name="LocationMatch"),
                                    ["no audience", "LocationMatch"]),
    "in a folder, AuthType at the root": (DOMAIN + location("/") + section("/srv/www", OTHER, name="Directory"),
                                          ["no audience", "<Directory /srv/www"]),
    "in <If>": (DOMAIN + location("/api", '<If "true">', OTHER, "</If>"), ["no audience", "<If"]),
    "in <If> of a pattern": (
        DOMAIN + section("^/api", "AuthType Okta", "Require valid-user", "<If true>", OTHER, "</If>",
                         name="LocationMatch"), ["no audience", "<If"]),
    "in <If> of another <If>": (
        DOMAIN + section("/api", "<If true>", "AuthType Okta", "Require valid-user", "<If false>", OTHER, "</If>",
                         "</If>"), ["no audience", "<If false"]),
    "in <Files> of a folder further in": (
        DOMAIN + section("/srv/www", "AuthType Okta", "Require valid-user", name="Directory")
        + section("/srv/www/api/", "<Files x>", OTHER, "</Files>", name="Directory"), ["no audience", "<Files x"]),
    "in <Limit>": (DOMAIN + API + section("/api/inner", "<Limit GET>", OTHER, "</Limit>"), ["no audience", "/api/inner"]),
    "an outer section that comes later": (
        DOMAIN + section("/api/inner", "AuthType Okta", "Require valid-user", "OktaAudience x", "OktaDomain b.okta.com")
        + section("/api", "OktaAuthorizationServer aus2", "OktaDomain c.okta.com")
        + section("/", "AuthType Okta", "Require valid-user"), ["no audience", "aus2"]),
    "the same path twice": (DOMAIN + API + section("/api", OTHER), ["no audience", "aus1"]),
    "a section of the main server in a virtual host that trusts another": (
        DOMAIN + API + section("*:81", "OktaAuthorizationServer aus1", name="VirtualHost"),
        ["no audience", "aus1", "virtual host", "/api"]),
    "a section of a virtual host below one of the main server": (
        DOMAIN + API + "<VirtualHost *:81>\n" + section("/api/inner", OTHER) + "</VirtualHost>\n",
        ["no audience", "/api/inner"]),
    "no issuer at all": (API + section("/api/inner", "OktaAudience x"), ["no issuer", "/api"]),
}

ENOUGH = {
    "an audience beside it": DOMAIN + API + section("/api/inner", OTHER, "OktaAudience x"),
    "an audience around it": DOMAIN + location("/api", "OktaAudience x") + section("/api/inner", OTHER),
    "a neighbor whose name goes on": DOMAIN + API + section("/apix", OTHER),
    "a neighbor folder whose name goes on":
        DOMAIN + section("/srv/www", "AuthType Okta", "Require valid-user", name="Directory")
        + section("/srv/wwwx", OTHER, name="Directory"),
    "a neighbor without the slash": DOMAIN + location("/api/") + section("/api", "OktaAudience x", OTHER),
    "AuthType None further in": DOMAIN + API + section("/api/inner", OTHER, "AuthType None", "Require all granted"),
    "another virtual host": DOMAIN + "<VirtualHost *:81>\n" + API + "</VirtualHost>\n<VirtualHost *:82>\n"
                            + section("/api/inner", OTHER) + "</VirtualHost>\n",
    "an audience in a pattern": DOMAIN + API + section("^/api", "OktaAudience x", name="LocationMatch")
                                + section("/api/inner", OTHER),
    "an issuer's URL in a pattern": section(
        "^/api", "OktaIssuer https://a.okta.com/oauth2/default", name="LocationMatch") + API,
    "an issuer in a pattern": section("^/api", "OktaDomain a.okta.com", name="LocationMatch") + API,
    "an issuer in <If>": "<If true>\nOktaDomain a.okta.com\n</If>\n" + API,
    "an outer section that comes later and replaces the issuer":
        section("/api/inner", OTHER) + location("/api", "OktaDomain integrator-123456.okta.com"),
    "an issuer in a virtual host alone": "<VirtualHost *:81>\n" + DOMAIN + API + "</VirtualHost>\n",
}


@pytest.mark.parametrize("name", LACKING)
def test_what_lacks_issuer_or_audience_is_refused(configtest, name):
    snippet, words = LACKING[name]
    result = configtest(snippet)
    assert not result.ok, result.output
    for word in words:
        assert word in result.output, result.output


@pytest.mark.parametrize("name", ENOUGH)
def test_what_has_them_is_accepted(configtest, name):
    result = configtest(ENOUGH[name])
    assert result.ok, result.output


def test_credentials_for_any_origin_are_refused_where_they_come_together(configtest):
    assert not configtest(DOMAIN + location("/api", "OktaCorsOrigin *")
                          + section("/api/inner", "OktaCorsCredentials On")).ok
    assert configtest(DOMAIN + location("/api", "OktaCorsOrigin *") + section("/apix", "OktaCorsCredentials On")).ok


# -- open by omission

BARE = section("/api", "AuthType Okta", 'AuthName "api"')


def stock(server, *lines):
    """As Debian has it, with the document root open."""
    return ("<Directory />\nRequire all denied\n</Directory>\n"
            f'<Directory "{server.root}">\nRequire all granted\n</Directory>\n' + DOMAIN + "".join(lines))


def test_a_forgotten_require_is_said(configtest):
    """The section, and where the Require stands that lets everybody in."""
    result = configtest(lambda s: stock(s, BARE))
    assert result.ok, result.output
    line = next(line for line in result.output.splitlines() if "OKTA-CONFIG" in line)
    assert "<Location /api>" in line and '"Require all granted" of <Directory "' in line
    assert "test.conf:" in line.split("<Directory", 1)[1] and "Require valid-user" in line
    assert ":warn]" in line


OPEN = {
    "an outer section lets all in": lambda s: DOMAIN + section("/", "Require all granted") + BARE,
    "a later outer section lets all in": lambda s: DOMAIN + BARE + section("/", "Require all granted"),
    "an address is enough": lambda s: DOMAIN + section("/", "Require ip 10.0.0.0/8") + BARE,
    "in a container": lambda s: DOMAIN + section("/", "<RequireAny>", "Require local", "Require all granted",
                                                 "</RequireAny>") + BARE,
    "a folder inside an open one": lambda s: stock(s, section(f'"{s.root}/htdocs/x"', "AuthType Okta", name="Directory")),
    "behind an Alias": lambda s: stock(s, f'Alias /api "{s.root}/other"\n', BARE),
    "with an Alias of its own": lambda s: stock(s, section("/api", "AuthType Okta", f'Alias "{s.root}/other"')),
    "a pattern": lambda s: stock(s, section("^/api", "AuthType Okta", name="LocationMatch")),
    "in a virtual host": lambda s: stock(s, "<VirtualHost *:81>\n", BARE, "</VirtualHost>\n"),
    "<If> alone asks": lambda s: stock(s, section("/api", "AuthType Okta", "<If true>", "Require valid-user", "</If>")),
    "<Else> lets all in": lambda s: stock(s, section(
        "/api", "AuthType Okta", "<If true>", "Require valid-user", "</If>", "<Else>", "Require all granted", "</Else>")),
    "the folder is open, with a slash": lambda s: DOMAIN + section(
        f'"{s.root}"', "Require valid-user", name="Directory") + section(
        f'"{s.root}/"', "Require all granted", name="Directory") + BARE,
    "an inner section alone asks": lambda s: stock(s, BARE, section("/api/inner", "Require valid-user")),
}

NOT_OPEN = {
    "valid-user": lambda s: stock(s, API),
    "all granted, said in the section": lambda s: stock(s, location("/api", require="all granted")),
    "OktaAnonymous": lambda s: stock(s, location("/api", "OktaAnonymous missing", require=None)),
    "an outer section asks": lambda s: stock(s, section("/", "Require valid-user"), BARE),
    "a later outer section asks": lambda s: stock(s, BARE, section("/", "Require okta-scope a")),
    "an outer section asks for more": lambda s: stock(s, section("/", "AuthType Okta", "<RequireAll>",
                                                                 "Require all granted", "Require okta-group g",
                                                                 "</RequireAll>"), BARE),
    "the folder asks": lambda s: DOMAIN + f'<Directory "{s.root}">\nRequire valid-user\n</Directory>\n' + BARE,
    "nobody gets in": lambda s: DOMAIN + "<Directory />\nRequire all denied\n</Directory>\n"
                      + f'<Directory "{s.root}">\nRequire all denied\n</Directory>\n' + BARE,
    "Require may stand in .htaccess": lambda s: stock(s, section(
        f'"{s.root}/htdocs/x"', "AuthType Okta", "AllowOverride AuthConfig", name="Directory")),
    "Require may stand in .htaccess, by a list": lambda s: stock(s, section(
        f'"{s.root}/htdocs/x"', "AuthType Okta", "AllowOverrideList Require", "AllowOverride None", name="Directory")),
    "the folder asks, with and without a slash": lambda s: DOMAIN + section(
        f'"{s.root}/"', "Require all granted", name="Directory") + "<VirtualHost *:81>\n" + section(
        f'"{s.root}"', "AuthType Okta", "Require valid-user", name="Directory") + "</VirtualHost>\n",
    "the virtual host's folder asks": lambda s: "<VirtualHost *:81>\n" + DOMAIN + BARE + section(
        f'"{s.root}"', "Require valid-user", name="Directory") + "</VirtualHost>\n" + section(
        f'"{s.root}/"', "Require all granted", name="Directory"),
    "<If> and <Else> ask": lambda s: stock(s, section(
        "/api", "AuthType Okta", "<If true>", "Require okta-scope a", "</If>", "<Else>", "Require valid-user", "</Else>")),
    "AuthMerging": lambda s: stock(s, section("/", "Require valid-user"),
                                   section("/api", "AuthType Okta", "AuthMerging And", "Require all granted")),
}


@pytest.mark.parametrize("name", OPEN)
def test_open_by_omission(configtest, name):
    result = configtest(OPEN[name], modules=["authz_host"])
    assert result.ok and result.output.count("nobody needs a token") == 1, result.output


@pytest.mark.parametrize("name", NOT_OPEN)
def test_not_open(configtest, name):
    result = configtest(NOT_OPEN[name])
    assert result.ok and "OKTA-CONFIG" not in result.output, result.output


def test_a_proxy_that_asks_is_not_open(configtest):
    snippet = '<Proxy "http://127.0.0.1:9/*">\nRequire valid-user\n</Proxy>\n'
    result = configtest(lambda s: stock(s, BARE, snippet), modules=["proxy"])
    assert result.ok and "OKTA-CONFIG" not in result.output, result.output


def test_loglevel_hides_nothing(configtest):
    assert "nobody needs a token" in configtest(lambda s: stock(s, "LogLevel crit\n", BARE)).output


def test_a_start_says_it_once(launch):
    server = launch(lambda s: stock(s, BARE, f'<Directory "{s.root}/htdocs">\nRequire all granted\n</Directory>\n'),
                    processes=1)
    server.expects("nobody needs a token", lasting=True)
    server.expects("OKTA-KEYS: .* missing", lasting=True, optional=True)
    assert (server.stderr.text() + server.error_log.text()).count("nobody needs a token") == 1


# -- Okta directives that nothing puts to use

IDLE = {
    "no AuthType": (section("/x", "OktaAudience api://x"), ["OktaAudience api://x", "<Location /x", "AuthType Okta"]),
    "a Require without AuthType": (section("/x", "Require okta-scope a"), ["Require okta-scope a", "AuthType Okta"]),
    "a Require in a container": (section("/x", "<RequireAny>", "Require okta-group a", "</RequireAny>"),
                                 ["Require okta-group a", "AuthType Okta"]),
    "another AuthType": (section("/x", "AuthType Basic", "AuthName x", "OktaAudience x", "Require valid-user"),
                         ['AuthType "Basic"', "AuthType Okta"]),
    "another AuthType further out": (section("/", "AuthType Basic", "AuthName x", "Require valid-user")
                                     + section("/x", "OktaAnonymous missing"), ['AuthType "Basic"', "/x"]),
    "metadata without AuthType": (section("/x", "OktaResourceMetadata On"), ["OktaResourceMetadata", "AuthType Okta"]),
    "an MCP server without AuthType": (section("/x", "OktaMcp On"), ["OktaMcp On", "AuthType Okta"]),
    "a folder": (section("/srv/x", "OktaForwardToken Off", name="Directory"), ["OktaForwardToken", "/srv/x"]),
    "one letter too many": (section("/x", "AuthType Oktta", "Require valid-user"), ['"Oktta"', "AuthType Okta"]),
    "one letter missing": (section("/x", "AuthType Okt", "Require valid-user"), ['"Okt"', "AuthType Okta"]),
    "letters exchanged": (section("/x", "AuthType Otka", "Require valid-user"), ['"Otka"', "AuthType Okta"]),
    "the scheme": (section("/x", "AuthType Bearer", "Require valid-user"), ['"Bearer"', "AuthType Okta"]),
    "JWT": (section("/x", "AuthType jwt", "Require okta-scope a"), ['"jwt"', "AuthType Okta"]),
}

IN_USE = {
    "AuthType around it": location("/x") + section("/x/y", "OktaAudience api://x"),
    "AuthType further in": section("/x", "OktaAudience api://x") + location("/x/y"),
    "AuthType in a pattern": section("/x", "OktaAudience api://x")
                             + section("^/x", "AuthType Okta", "Require valid-user", name="LocationMatch"),
    "AuthType may stand in .htaccess": section("/srv/x", "OktaAudience x", "AllowOverride AuthConfig", name="Directory"),
    "CORS alone": section("/x", "OktaCorsOrigin https://app.example.com"),
    "another AuthType, nothing of ours": section("/x", "AuthType Basic", "AuthName x", "Require valid-user"),
    "Okta in another case": section("/x", "AuthType okta", "Require valid-user"),
    "nobody is exported": section("/x", "AuthType None", "Require all granted", "OktaClaimEnv Off"),
}


@pytest.mark.parametrize("name", IDLE)
def test_what_has_no_effect_is_said(configtest, name):
    snippet, words = IDLE[name]
    result = configtest(DOMAIN + snippet)
    assert result.ok and "OKTA-CONFIG" in result.output, result.output
    for word in words:
        assert word in result.output, result.output


@pytest.mark.parametrize("name", IN_USE)
def test_what_is_in_use_is_not(configtest, name):
    result = configtest(DOMAIN + IN_USE[name])
    assert result.ok and result.output.strip() == "Syntax OK", result.output


def test_another_module_s_authtype_is_its_own(configtest):
    """Without a directive of ours nothing is ours to say."""
    assert "OKTA-CONFIG" not in configtest(section("/x", "AuthType Bearer", "Require valid-user")).output


# sections, and whether every line of theirs about messages is put to use
MCP = [
    (location("/x", "OktaMcp On", "OktaMcpScope * a", "OktaMcpMaxBytes 2048"), True),
    (location("/x", "OktaMcpScope * a"), False), (location("/x", "OktaMcpMaxBytes 2048"), False),
    (location("/x", "OktaMcp Off", "OktaMcpScope * a"), False),
    (location("/x", "OktaMcp On") + section("/x/y", "OktaMcpScope * a"), True),
    (location("/x", "OktaMcp On") + section("/x/y", "OktaMcp Off", "OktaMcpScope * a"), False),
    (location("/x") + section("/x/y", "OktaMcpScope * a"), False),
    (location("/x", "OktaMcp On") + section("^/x/y", "OktaMcpScope * a", name="LocationMatch"), True),
    (location("/x") + section("^/x/y", "OktaMcp Off", "OktaMcpScope * a", name="LocationMatch"), False),
]


@pytest.mark.parametrize("snippet, used", MCP)
def test_what_is_said_of_messages_needs_somebody_who_reads_them(configtest, snippet, used):
    result = configtest(DOMAIN + snippet)
    assert result.ok == used, result.output
    assert used or re.search(r"OktaMcp(Scope|MaxBytes) .* in <Location.*OktaMcp is not On there", result.output)
    assert used or 'write "OktaMcp On" beside it' in result.output


MCP_UNASKED = [
    (["OktaMcpScope * a"], "all granted", True), (["OktaMcpScope * a", "OktaAnonymous missing"], "all granted", False),
    ([], "all granted", False), (["OktaMcpScope * a"], "valid-user", False),
]


@pytest.mark.parametrize("lines, require, said", MCP_UNASKED)
def test_scopes_of_messages_where_nobody_is_asked(configtest, lines, require, said):
    result = configtest(DOMAIN + location("/x", "OktaMcp On", *lines, require=require))
    assert result.ok and ("OktaMcpScope * a in <Location /x>" in result.output) == said, result.output
    assert ('write "OktaAnonymous missing" beside it' in result.output) == said


def test_metadata_in_a_pattern_is_said(configtest):
    result = configtest(DOMAIN + section("^/x", "AuthType Okta", "Require valid-user", "OktaResourceMetadata On",
                                         name="LocationMatch"))
    assert result.ok and "OktaResourceMetadata in <LocationMatch ^/x>" in result.output, result.output
