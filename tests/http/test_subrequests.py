# SPDX-License-Identifier: Apache-2.0
"""Requests within requests: includes, directory indexes, content negotiation; what each knows of the caller."""

import pytest
from env.backends import HttpBackend
from env.snippets import env_directory, env_location, location, trusts
from env.waiting import wait_for


@pytest.fixture(scope="module")
def backend():
    with HttpBackend() as made:
        yield made


def _snippet(s, issuer, backend):
    text = trusts(issuer) + env_directory(s) + (
        f'AddOutputFilter INCLUDES .shtml\nAddHandler cgi-script .cgi\nDirectoryIndex index.cgi\n'
        f'<Directory "{s.root}/htdocs">\nOptions +Includes +ExecCGI +MultiViews\nMultiviewsMatch Handlers\n'
        "Require all granted\n</Directory>\n"
        'LogFormat "main %U user=%{X-User}i mail=%{X-Mail}i" main\nCustomLog logs/main.log main\n')
    script = s.env_script.read_text()
    # places to include
    text += env_location(s, "/mail", "OktaClaimHeader email X-Mail", "OktaForwardToken Off", "CGIPassAuth On")
    text += env_location(s, "/user", "OktaClaimHeader sub X-User", "CGIPassAuth On")
    text += env_location(s, "/some", "OktaClaimEnv cid")
    for name, lines in (("plain", ""), ("silent", "AuthType None\nOktaClaimEnv Off\n")):
        text += f'ScriptAlias /{name} "{s.env_script}"\n<Location /{name}>\n{lines}Require all granted\n</Location>\n'
    for name in ("mail", "user", "some", "plain", "silent"):
        s.write(f"htdocs/page-{name}.shtml", f'<!--#include virtual="/{name}" -->')
        text += location(f"/page-{name}.shtml", "OktaClaimHeader sub X-User", handler=None)
    # a part of a part
    for name, part in (("nested", "/page-plain.shtml"), ("folder", "/index/")):
        s.write(f"htdocs/page-{name}.shtml", f'<!--#include virtual="{part}" -->')
        text += location(f"/page-{name}.shtml", "OktaClaimHeader sub X-User", handler=None)
    s.write("htdocs/page-all.shtml", '<!--#include virtual="/mail" -->|<!--#include virtual="/user" -->')
    # a proxied part in the very same folder and section
    s.write("htdocs/inside/page.shtml", '<!--#include virtual="/inside/part.away" -->')
    s.write("htdocs/inside/part.away", "")
    text += f"AddHandler proxy:{backend.url} .away\n" + location("/inside", "OktaClaimHeader sub X-User", handler=None)
    text += location("/page-all.shtml", "OktaClaimHeader sub X-User", handler=None)
    # what turns into a file with a section of its own
    for folder in ("index", "negotiated", "guarded", "opened"):
        s.write(f"htdocs/{folder}/index.cgi", script).chmod(0o755)
        s.write(f"htdocs/{folder}/page.cgi", script).chmod(0o755)
    okta = "AuthType Okta\nAuthName api\nRequire valid-user\n"
    own = f"{okta}OktaClaimHeader sub X-User\nOktaForwardToken Off\nCGIPassAuth On\n"
    for folder in ("index", "negotiated"):
        text += f'<Directory "{s.root}/htdocs/{folder}">\n<Files *.cgi>\n{own}</Files>\n</Directory>\n'
    text += (f'<Directory "{s.root}/htdocs/guarded">\n{okta}OktaClaimHeader email X-Mail\n'
             f"<Files *.cgi>\n{own}OktaRemoteUser cid\n</Files>\n</Directory>\n")
    text += (f'<Directory "{s.root}/htdocs/opened">\n{okta}OktaForwardToken Off\nCGIPassAuth On\n'
             "<Files *.cgi>\nAuthType None\nRequire all granted\nOktaClaimEnv Off\n</Files>\n</Directory>\n")
    text += env_location(s, "/quiet", "OktaClaimEnv Off")
    s.write("cgi-bin/jump", "#!/bin/sh\nprintf 'Location: /silent\\r\\n\\r\\n'\n").chmod(0o755)
    return text + f'ScriptAlias /jump "{s.root}/cgi-bin/jump"\n' + location("/jump", handler=None)


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer, backend):
    server = launch_shared(lambda s: _snippet(s, shared_issuer, backend), processes=1, threads=8,
                           modules=["cgi", "include", "filter", "negotiation", "proxy", "proxy_http"])
    server.expects("AH00687", lasting=True)  # no variant for whom may see none
    return server


@pytest.fixture
def token(shared_issuer):
    return shared_issuer.mint.token(sub="ada", email="ada@example.com", cid="c1")


def _environment(answer):
    assert answer.status == 200, (answer.status, answer.body)
    return answer.environment()


def _claims(told):
    return {name.replace("REDIRECT_", "") for name in told if "OKTA_CLAIM_" in name or "OKTA_SCOPE" in name}


@pytest.mark.every_mpm
def test_an_include_of_the_same_section_knows_the_caller(server, token):
    """httpd does not authenticate it again; the back end gets the header all the same."""
    answer = server.get("/inside/page.shtml", token)
    fields = dict(answer.json()["headers"])
    assert (fields["X-User"], fields["Authorization"]) == ("ada", f"Bearer {token}")


@pytest.mark.every_mpm
def test_an_include_has_the_headers_of_its_own_place(server, token):
    told = _environment(server.get("/page-mail.shtml", token))
    assert told["HTTP_X_MAIL"] == "ada@example.com" and "HTTP_X_USER" not in told
    assert "HTTP_AUTHORIZATION" not in told
    told = _environment(server.get("/page-user.shtml", token))
    assert told["HTTP_X_USER"] == "ada" and told["HTTP_AUTHORIZATION"] == f"Bearer {token}"


@pytest.mark.every_mpm
def test_an_include_changes_nothing_for_what_comes_after_it(server, token):
    mail, user = (part.split(b"\0") for part in server.get("/page-all.shtml", token).body.split(b"|"))
    assert b"HTTP_X_MAIL=ada@example.com" in mail and b"HTTP_X_USER=ada" not in mail
    assert b"HTTP_X_USER=ada" in user and b"HTTP_X_MAIL=ada@example.com" not in user
    assert f"HTTP_AUTHORIZATION=Bearer {token}".encode() in user
    assert not any(line.startswith(b"HTTP_AUTHORIZATION") for line in mail)
    log = server.root / "logs" / "main.log"
    wait_for(lambda: "main /page-all.shtml user=ada mail=-\n" in log.read_text(), "the main request's own headers")


@pytest.mark.every_mpm
@pytest.mark.parametrize("page, claims", [
    ("/page-silent.shtml", set()), ("/page-plain.shtml", set()), ("/page-nested.shtml", set()),
    ("/some", {"OKTA_CLAIM_cid", "OKTA_SCOPE"}),
    ("/page-some.shtml", {"OKTA_CLAIM_cid", "OKTA_SCOPE"}), ("/jump", set()), ("/quiet", set()),
    ("/opened/index.cgi", set()), ("/opened/", set()), ("/opened/page", set())])
def test_variables_are_those_of_the_place(server, token, page, claims):
    assert _claims(_environment(server.get(page, token))) == claims


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", ["/index/index.cgi", "/index/", "/index/page", "/negotiated/page", "/negotiated/index",
                                  "/index/page.cgi", "/page-folder.shtml"])
def test_a_file_that_is_found_has_its_own_section(server, token, path):
    told = _environment(server.get(path, token, headers={"X-User": "root"}))
    assert told.get("HTTP_X_USER") == "ada" and "HTTP_AUTHORIZATION" not in told
    assert (told["REMOTE_USER"], told["OKTA_CLAIM_sub"]) == ("ada", "ada")


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", ["/guarded/index.cgi", "/guarded/", "/guarded/page"])
def test_also_where_the_folder_was_judged_before(server, token, path):
    told = _environment(server.get(path, token))
    assert (told.get("HTTP_X_USER"), told["REMOTE_USER"]) == ("ada", "c1")
    assert "HTTP_X_MAIL" not in told and "HTTP_AUTHORIZATION" not in told


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", ["/index/", "/index/page", "/negotiated/page", "/guarded/", "/guarded/page"])
def test_none_of_them_saves_the_token(server, shared_issuer, path):
    for bad in (None, shared_issuer.mint.token(exp=1)):
        assert server.get(path, bad).status in (401, 404)


@pytest.mark.every_mpm
def test_what_judged_the_folder_withholds_from_the_file(server, token):
    for path in ("/opened/", "/opened/page"):
        assert "HTTP_AUTHORIZATION" not in _environment(server.get(path, token))
