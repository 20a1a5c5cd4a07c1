# SPDX-License-Identifier: Apache-2.0
"""okta-token check asks the issuer about a token that nobody issued, as httpd's client will."""

import pytest
from env import answers
from env.asked import CLIENT, SECRET, AskedIssuer, asks, secret_file
from env.keys import key
from env.snippets import location


@pytest.fixture
def asked():
    with AskedIssuer() as made:
        yield made


def _detail(report):
    row, = (row for row in report.checks if row["check"] == "introspection")
    return row["detail"]


def test_the_issuer_answers(site, asked):
    report = site.configure(asks(asked) + location("/api")).check().healthy()
    assert "not active" in _detail(report) and CLIENT in _detail(report)
    assert asked.asked() == 1 and asked.log[0][1] == (CLIENT, SECRET)
    assert SECRET not in report.run.out


def test_private_key_jwt(site, asked):
    asked.client = None
    pem = secret_file(key("checked", "ES256").jwk.export_to_pem(True, None).decode(), "checked.pem")
    lines = asks(asked).replace(CLIENT, CLIENT + " private_key_jwt") + f"OktaIntrospectionKey {pem}\n"
    site.configure(lines + location("/api")).check().healthy()
    assert asked.log[0][0]["client_assertion"].count(".") == 2


def test_a_client_that_it_does_not_know(site, asked):
    asked.client = (CLIENT, "another")
    site.configure(asks(asked) + location("/api")).check().names(
        "failure", "introspection", ["401", "client"], ["OktaIntrospectionClient", "OktaIntrospectionSecret"])


MISTAKES = {
    "no such endpoint": (answers.status(404), ["404"], ["OktaIntrospectionUri"]),
    "too many requests": (answers.status(429), ["429"], ["OktaIntrospectionCache"]),
    "everything is active": (answers.document({"active": True, "aud": "x"}), ["active"], ["administrator"]),
    "a login page": (answers.html(), ["JSON"], ["OktaIntrospectionUri"]),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_else_may_be_wrong(site, asked, name):
    behavior, detail, remedy = MISTAKES[name]
    asked.script("introspect", behavior)
    site.configure(asks(asked) + location("/api")).check().names("failure", "introspection", detail, remedy)


def test_metadata_without_an_endpoint(site, asked):
    asked.script("metadata", answers.metadata_with(introspection_endpoint=None))
    site.configure(asks(asked) + location("/api")).check().names(
        "failure", "introspection", ["introspection_endpoint"], ["OktaIntrospectionUri"])


def test_a_secret_of_a_program_is_left_to_httpd(site, asked):
    program = secret_file("#!/bin/sh\nexit 1\n", "program", 0o700)
    lines = asks(asked).replace(f"file:{secret_file()}", f"exec:{program}")
    report = site.configure(lines + location("/api")).check().healthy()
    assert "not tried" in _detail(report) and asked.asked() == 0


def test_an_opaque_token(site, asked):
    """It is held against the place by what its issuer says of it."""
    site.configure(asks(asked) + location("/api", require="okta-scope email"))
    report = site.check(token=asked.opaque()).healthy()
    assert {"token", "require"} <= {row["check"] for row in report.checks}
    site.check(token="never-issued-by-anybody").names("failure", "token", ["token_inactive"], ["another token"])
    site.check(token=asked.opaque(aud="api://other")).names("failure", "token", ["audience_mismatch"], ["OktaAudience"])
    site.check(token=asked.opaque(scope="x")).names("failure", "require", ["lacks the scope"], ["ask for that scope"])
