# SPDX-License-Identifier: Apache-2.0
"""okta-token check: set-ups without a fault, what is printed, wrong usage."""

import re

import pytest
from cli_env import doctor, tool
from cli_env.doctor import protects
from env import devserver, keys


def _ca(server, authority):
    return f"OktaCAFile {server.write('conf/ca.pem', authority.ca_file.read_bytes())}"


def test_a_configuration_without_a_fault(site, issuer, authority):
    site.configure(lambda s: protects(issuer, more=[_ca(s, authority)]))
    report = site.check().healthy()
    assert {row["check"] for row in report.checks} == {
        "configuration", "name", "connection", "certificate", "metadata", "issuer", "clock", "keys", "cache",
        "algorithms", "state"}
    report.checks = [row for row in report.checks if row["check"] == "certificate"]
    assert "60 days" in report.checks[0]["detail"]


def test_the_whole_way_of_a_token(site, issuer, authority):
    """A running server, its metadata, a page of another origin, and a token: nothing is wrong."""
    site.start(lambda s: protects(issuer, "OktaCorsOrigin https://app.example.com", "OktaCorsMethods DELETE",
                                  "OktaResourceMetadata On", more=[_ca(s, authority)], require="okta-scope email"))
    token = issuer.mint.token()
    report = site.check("--url", site.url(), "--method", "DELETE", token=token).healthy()
    assert {"access", "resource", "token", "require", "answer", "cors", "state"} <= {r["check"] for r in report.checks}
    assert issuer.count("metadata") >= 1


def test_the_development_issuer(site):
    """The issuer of the demo, in the same httpd, by plain http on loopback."""
    def snippet(server):
        server.expects(devserver.WARNING, lasting=True)
        server.expects(devserver.STOPPING, lasting=True)
        url = f"http://127.0.0.1:{server.port}/oauth2/default"
        client = "OktaDevClient {} {}".format(*devserver.CLIENT)
        return devserver.dev_lines(client) + protects(url, require="okta-scope api:read")
    site.start(snippet)
    issuer = devserver.Issuer(site.server)
    token = issuer.token()
    site.check("--url", site.url(), token=token).healthy()
    doctor.check_issuer(issuer, "--insecure-http", token=token).healthy()


@pytest.mark.parametrize("path", ["/api/", "/"])
def test_an_identifier_of_ones_own(site, plain, path):
    """OktaResource, word for word, is what the metadata say."""
    site.start(lambda s: protects(plain, "OktaResourceMetadata On", f"OktaResource http://127.0.0.1:{s.port}{path}"))
    report = site.check("--url", site.url()).healthy()
    assert [r["detail"] for r in report.checks if r["check"] == "resource"] == [
        f"its metadata name {site.url(path)} and its issuers"]


def test_an_issuer_without_a_configuration(issuer, authority):
    token = issuer.mint.token()
    report = doctor.check_issuer(issuer, "--ca", authority.ca_file, token=token).healthy()
    assert "state" not in {row["check"] for row in report.checks}
    assert report.checks[-1]["detail"] == "it passes every check of the verification"


def test_debian_s_variables(site, issuer, authority):
    """envvars beside the configuration is read as apache2ctl reads it."""
    site.configure(lambda s: protects(issuer, more=[_ca(s, authority)]).replace("/api", "${API_PATH}"))
    (site.config.parent / "envvars").write_text("unset HOME\n: ${API_PATH:=/things}\nexport API_PATH\n"
                                                'test "$APACHE_CONFDIR" = "' + str(site.config.parent) + '"\n')
    report = site.check(token=issuer.mint.token()).healthy()
    assert {row["subject"] for row in report.checks if row["check"] == "token"} == {"token at <Location /things>"}


def test_names_of_files_that_are_not_english(site, issuer, authority, tmp_path):
    site.configure(lambda s: protects(issuer, more=[_ca(s, authority)]).replace("/api", "${API_PATH}"))
    folder = tmp_path / "für \u4f60"
    folder.mkdir()
    (folder / "httpd.conf").write_text(site.config.read_text())
    (folder / "envvars").write_text("API_PATH=/things\n")
    (folder / "httpd").symlink_to(site.httpd)
    doctor.examine("check", "--config", folder / "httpd.conf", "--httpd", folder / "httpd", "--server-root",
                   site.server.root).healthy()


def test_lines_for_people(site, issuer, authority):
    run = tool.run(*site.configure(lambda s: protects(issuer, more=[_ca(s, authority)])).arguments())
    assert run.status == tool.GOOD
    assert f"\nissuer {issuer.url}\nok       name " in run.out
    assert run.out.endswith("\nAll is well.\n")
    run = tool.run("check", "--issuer", issuer.url)
    assert run.status == tool.REFUSED
    assert re.search(r"\nfailure  certificate +.*\n +remedy: name the authority's .*\.\n\n1 failure, 0 warnings\.\n$",
                     run.out)


def test_every_protected_place_is_held_against_the_token(site, issuer, authority):
    site.configure(lambda s: protects(issuer, more=[_ca(s, authority)])
                   + "<Location /admin>\nAuthType Okta\nAuthName a\nRequire okta-scope admin\n</Location>\n")
    report = site.check(token=issuer.mint.token())
    assert [row["subject"] for row in report.checks if row["check"] == "require"] == [
        "token at <Location /api>", "token at <Location /admin>"]
    assert [row["level"] for row in report.checks if row["check"] == "require"] == ["ok", "failure"]


def test_a_place_of_a_url(site, issuer, authority):
    """Of several places the one that the URL is in is the one that counts."""
    site.start(lambda s: protects(issuer, more=[_ca(s, authority)])
               + "<Location /api/admin>\nRequire okta-scope admin\n</Location>\n")
    site.server.expects("AH01631", lasting=True)
    token = issuer.mint.token()
    site.check("--url", site.url("/api/orders"), token=token).healthy()
    site.check("--url", site.url("/api/admin"), token=token).names(
        "failure", "require", ["lacks the scope \"admin\""], ["have the client ask for that scope"]).names(
        "failure", "answer", ["403"], ["the scopes that the challenge names"])


def test_a_proxy_of_the_configuration_is_used_and_its_password_is_not_shown(site, issuer, authority):
    secret = "a-secret-of-the-proxy"
    site.configure(lambda s: protects(issuer, more=[_ca(s, authority),
                                                    f"OktaHttpProxy http://user:{secret}@127.0.0.1:1"]))
    report = site.check()
    assert secret not in report.run.out
    report.names("failure", "proxy", ["cannot be reached"], ["correct host and port in OktaHttpProxy"])


def test_expressions_and_other_modules_are_httpds_to_judge(site, issuer, authority):
    secret = "a-key-in-an-expression"
    site.configure(lambda s: protects(issuer, more=[_ca(s, authority)],
                                      require=f"expr \"%{{HTTP:X-Key}} == '{secret}'\""))
    run = tool.run(*site.arguments("--json"), "-", stdin=issuer.mint.token())
    assert secret not in run.out
    assert "is for httpd to say" in run.out


def test_keys_that_cannot_be_used_are_named(make_issuer):
    weak = keys.key("weak", bits=1024)
    issuer = make_issuer(keys=[keys.key("good"), weak])
    doctor.check_issuer(issuer, "--insecure-http").names(
        "warning", "keys", ['"weak"', "is left out"], ["tokens that are signed with it are refused"])
    issuer = make_issuer(keys=[weak])
    doctor.check_issuer(issuer, "--insecure-http").names("failure", "keys", ["no usable key"], ["2048 bits"])


USAGE = {
    "nothing": ([], ["--config FILE", "--issuer URL"]),
    "both": (["--config", "a", "--issuer", "https://a.okta.com/oauth2/default"], ["--config and --issuer"]),
    "audience beside a configuration": (["--config", "a", "--audience", "b"], ["--audience", "--config"]),
    "httpd beside an issuer": (["--issuer", "https://a.example/x", "--httpd", "b"], ["--httpd", "--issuer"]),
    "origin without url": (["--config", "a", "--origin", "https://b"], ["--origin", "--url"]),
    "url over http": (["--config", "a", "--url", "http://example.com/"], ["--url", "https"]),
    "a token as an argument": (["--config", "a", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"], ['"-"', "standard input"]),
    "two tokens": (["--config", "a", "--token-file", "b", "-"], ["--token-file", '"-"']),
    "no such file": (["--config", "/nonexistent/httpd.conf"], ["/nonexistent/httpd.conf", "No such file"]),
    "no such program": (["--config", "/etc/hostname", "--httpd", "/nonexistent/httpd"], ["/nonexistent/httpd"]),
    "a token without an audience": (["--issuer", "https://127.0.0.1:1/oauth2/x", "-"], ["--audience"]),
}


@pytest.mark.parametrize("name", USAGE)
def test_wrong_usage(name):
    arguments, named = USAGE[name]
    run = tool.run("check", *arguments, stdin="a.b.c")
    assert run.status == tool.TROUBLE
    assert run.out == ""
    assert run.err.count("\n") == 1
    for word in named:
        assert word in run.err
    assert "eyJ" not in run.err


def test_help():
    run = tool.run("check", "--help")
    assert run.status == tool.GOOD and "--config FILE" in run.out and "--proxy" in run.out


SOURCES = tool.REPOSITORY / "src" / "cli"
CHECK = re.compile(r'okta_found\(\s*f,[^"]*?"([a-z-]+)"', re.S)


def _checks():
    return {name for path in SOURCES.glob("*.c") for name in CHECK.findall(path.read_text())}


def test_each_check_is_in_the_man_page():
    page = (SOURCES / "okta-token.1").read_text().replace("\\-", "-")
    section = page[page.index("\n.SH CHECK\n"):]
    names = _checks()
    assert len(names) > 15
    assert [name for name in sorted(names) if not re.search(rf"^\.BR? .*\b{name}\b", section, re.M)] == []


def test_the_documents_say_what_it_says():
    """Of docs/faq.md: each line that it quotes. Of docs/operations.md: the names of its checks."""
    literals = "".join("".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', path.read_text())).replace('\\"', '"')
                       for path in sorted(SOURCES.glob("*.c")))
    said = re.findall(r"^`okta-token check` says: (.*)\.$", (tool.REPOSITORY / "docs" / "faq.md").read_text(), re.M)
    assert len(said) > 20
    for line in said:
        for quote in re.findall(r"`([^`]*)`", line):
            for part in quote.split("…"):
                words = re.sub(r"^\w+_\w+: ?", "", part).strip(' "():')
                assert words in literals or part.startswith("Okta"), quote
    table = (tool.REPOSITORY / "docs" / "operations.md").read_text()
    table = table[table.index("## What is wrong"):table.index("## The log")]
    rows = re.findall(r"^\| [^|]* \| (`[^|]*) \|", table, re.M)
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert named <= _checks() and len(named) > 12
