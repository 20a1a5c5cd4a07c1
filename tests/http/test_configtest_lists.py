# SPDX-License-Identifier: Apache-2.0
"""configtest refuses what can never hold: commas and blanks in lists of names, AND, capitals, default ports."""

import pytest
from env.snippets import location

DOMAIN = "OktaDomain integrator-123456.okta.com\n"
A, B = "https://a.okta.com/oauth2/default", "https://b.okta.com/oauth2/default"

# directive -> (two values, further lines that it needs)
LISTS = {
    "OktaIssuer": (A, B, ""),
    "OktaAudience": ("api://default", "https://api.example.com", DOMAIN),
    "OktaClientId": ("0oa1", "0oa2", DOMAIN),
    "OktaAlgorithms": ("RS256", "ES256", DOMAIN),
    "OktaRemoteUser": ("email", "sub", DOMAIN),
    "OktaClaimEnv": ("sub", "email", DOMAIN),
    "OktaCorsOrigin": ("https://a.example.com", "https://b.example.com", DOMAIN),
    "OktaCorsMethods": ("PUT", "DELETE", DOMAIN),
    "OktaCorsHeaders": ("X-A", "X-B", DOMAIN),
    "OktaCorsExpose": ("X-A", "X-B", DOMAIN),
}
REQUIRES = {"okta-scope": ("orders.read", "orders.write"), "okta-client": ("0oa1", "0oa2")}


@pytest.mark.parametrize("name", LISTS)
def test_commas_in_lists_of_names(configtest, name):
    first, second, more = LISTS[name]
    for value in (f"{first},{second}", f"{first}, {second}", f"{first} ,{second}", f"{first} , {second}",
                  f"{first} {second},", f'"{first}, {second}"'):
        result = configtest(f"{more}{name} {value}\n" + location("/api"))
        assert not result.ok and name in result.output and "comma" in result.output, (value, result.output)
    assert configtest(f"{more}{name} {first} {second}\n" + location("/api")).ok


@pytest.mark.parametrize("name", REQUIRES)
def test_commas_in_require(configtest, name):
    first, second = REQUIRES[name]
    for value in (f"{first},{second}", f"{first}, {second}", f"{first} ,{second}", f"{first} , {second}"):
        result = configtest(DOMAIN + location("/api", require=f"{name} {value}"))
        assert not result.ok and f"Require {name}" in result.output and "comma" in result.output, (value, result.output)
    assert configtest(DOMAIN + location("/api", require=f"{name} {first} {second}")).ok


@pytest.mark.parametrize("line", ["OktaStepUp acr=phr,phrh", "OktaGroupsClaim groups,roles",
                                  "OktaClaimHeader sub,email X-User"])
def test_commas_where_one_name_is_wanted(configtest, line):
    result = configtest(DOMAIN + location("/api", line))
    assert not result.ok and line.split()[0] in result.output and "comma" in result.output, result.output


@pytest.mark.parametrize("line", [
    'OktaAudience "api://a,b" api://default', 'OktaClientId "a,b"', 'OktaRemoteUser "https://example.com/a,b" sub',
    "Require okta-group CN=Ops,OU=Groups,DC=example", 'Require okta-group "R&D, Berlin" "Sales,"',
    "Require okta-claim department = a,b", "Require okta-claim plan ~ [a-z]{2,4}", "Require okta-claim x ~ a{2,} b,",
    'Require okta-scope "a,b"', 'Require okta-group "AND" "OR" Ops', "Require okta-group Oregon or",
    "Require okta-claim state = WA OR", 'Require okta-scope and',
])
def test_commas_and_words_that_belong_to_a_value(configtest, line):
    """Quotes keep them; groups and claims of a token may hold anything."""
    result = configtest(DOMAIN + location("/api", line, require=None if "Require" in line else "valid-user"))
    assert result.ok, result.output


@pytest.mark.parametrize("line", ["okta-group Ops, Sales", "okta-group Ops ,Sales", "okta-claim x = a, b",
                                  "okta-claim x contains ,a", "okta-group Ops , Sales"])
def test_commas_between_groups_and_between_claims_values(configtest, line):
    result = configtest(DOMAIN + location("/api", require=line))
    assert not result.ok and "comma" in result.output, result.output


@pytest.mark.parametrize("line", [
    "okta-scope a AND b", "okta-scope a OR b", "okta-scope a and b", "okta-scope a && b", "okta-scope a || b",
    "okta-client a OR b", "okta-group Ops AND Sales", "okta-claim x = a OR y = b", "okta-claim x = a AND b",
])
def test_conjunctions(configtest, line):
    result = configtest(DOMAIN + location("/api", require=line))
    assert not result.ok and f"Require {line}" in result.output and "<RequireAll>" in result.output, result.output


def test_scopes_hold_no_blanks(configtest):
    for line in ('okta-scope "a b"', "okta-scope 'a b'", 'okta-scope a "b c"', 'okta-scope "a "'):
        result = configtest(DOMAIN + location("/api", require=line))
        assert not result.ok and "blank" in result.output, result.output
    # the words of an alias stand in quotes, and are words
    assert configtest(DOMAIN + '<AuthzProviderAlias okta-scope readers "a b">\n</AuthzProviderAlias>\n'
                      + location("/api", require="readers")).ok
    assert not configtest(DOMAIN + '<AuthzProviderAlias okta-scope readers "a,b">\n</AuthzProviderAlias>\n'
                          + location("/api", require="readers")).ok


@pytest.mark.parametrize("line", ['OktaAudience "api://default "', 'OktaAudience " api://default"',
                                  "OktaAudience 'api://default\t'", 'OktaClientId "0oa1 "', 'OktaRemoteUser "sub "'])
def test_blanks_at_an_end(configtest, line):
    result = configtest(DOMAIN + line + "\n" + location("/api"))
    assert not result.ok and line.split()[0] in result.output and "blank" in result.output, result.output


@pytest.mark.parametrize("line, remedy", [
    ("OktaDomain Integrator-123456.okta.com", '"integrator-123456.okta.com"'),
    ("OktaDomain integrator-123456.okta.com:443", '"integrator-123456.okta.com"'),
    ("OktaDomain your-okta-domain.okta.com", "placeholder"),
    ("OktaIssuer https://Login.example.com/oauth2/default", '"https://login.example.com/oauth2/default"'),
    ("OktaIssuer https://a.okta.com:443/oauth2/default", f'"{A}"'),
    ("OktaIssuer https://login.example.com:443/", '"https://login.example.com/"'),
    ("OktaIssuer https://a.okta.com/oauth2/default/v1/token", f'"{A}"'),
    ("OktaIssuer https://a.okta.com/oauth2/v1/token", f'"{A}"'),
    ("OktaIssuer https://your-okta-domain.okta.com/oauth2/default", "placeholder"),
    ("OktaCAFile /etc/ssl/certs", "directory"),
    ("OktaCorsOrigin null", "anybody"),
])
def test_values_that_never_hold_come_with_a_remedy(configtest, line, remedy):
    more = DOMAIN if line.split()[0] in ("OktaCAFile", "OktaCorsOrigin") else ""
    result = configtest(more + line + "\nOktaAudience x\n" + location("/api"))
    assert not result.ok and line.split()[0] in result.output and remedy in result.output, result.output


@pytest.mark.parametrize("issuer", ["https://tenant.auth0.com/", "https://tenant.b2clogin.com/tfp/0a1b/flow/v2.0/",
                                    "https://login.example.com/oauth2/default/", "https://login.microsoftonline.com/0a/v2.0"])
def test_issuers_of_others_may_end_in_a_slash(configtest, issuer):
    assert configtest(f"OktaIssuer {issuer}\nOktaAudience x\n" + location("/api")).output.strip() == "Syntax OK"
