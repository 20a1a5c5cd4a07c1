# SPDX-License-Identifier: Apache-2.0
"""check: the files of OktaRevocations, and tokens that they have."""

import time

from cli_env import doctor


def _protects(issuer, text, *inside, mode=0o644):
    def snippet(server):
        path = server.write("conf/revoked", text)
        path.chmod(mode)
        return doctor.protects(issuer, *inside, more=[f"OktaRevocations {path}"])
    return snippet


def test_a_list_that_is_well(site, plain):
    site.configure(_protects(plain, "jti a\nsub b\n# c\n"))
    report = site.check().healthy()
    (row,) = [row for row in report.checks if row["check"] == "revocations"]
    assert row["detail"] == "2 lines (1 jti, 1 sub, 0 cid, 0 sid)"


def test_a_list_that_anybody_may_write_to(site, plain):
    site.configure(_protects(plain, "jti a\n", mode=0o666)).check().names(
        "warning", "revocations", ["anybody on this machine may write"], ["chmod o-w", "conf/revoked"])


def test_a_list_with_a_fault(site, plain):
    """configtest says so already, and nothing is looked at behind it."""
    site.configure(_protects(plain, "jti a\nJTI secret\n"))
    report = site.check().names("failure", "configuration", ["OktaRevocations", "line 2"], ["mend that"])
    assert all("secret" not in str(row) for row in report.checks)


def test_a_token_that_was_revoked(site, plain):
    site.configure(_protects(plain, "jti AT.gone\n"))
    site.check(token=plain.mint.token(jti="AT.gone")).names(
        "failure", "token", ["token_revoked", "its jti"], ["take its line out of the file"])
    report = site.check(token=plain.mint.token(jti="AT.here"))
    assert [row for row in report.checks if row["check"] == "token" and row["level"] == "ok"]


def test_a_token_that_is_too_old(site, plain):
    now = int(time.time())
    site.configure(_protects(plain, "", "OktaMaxTokenAge 5m"))
    site.check(token=plain.mint.token(iat=now - 900)).names(
        "failure", "token", ["token_too_old", "at most 300 s"], ["raise OktaMaxTokenAge"])
