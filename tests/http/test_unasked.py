# SPDX-License-Identifier: Apache-2.0
"""AuthType Okta without a Require of its own: httpd lets everybody in by one from further out. The log says so."""

import pytest
from env.snippets import location, trusts

WARNING = r"auth_okta:warn.* OKTA-REQUEST: .* nobody asked who it was"
# What configtest says of such sections, and the start too.
CAUTION = r'OKTA-CONFIG: AuthType "Okta" in .* without a Require'
OKTA = "AuthType Okta\nAuthName api\n"
GRANTED = "Require all granted\n"


def _section(kind, path, *lines):
    inside = "".join(line if line.endswith("\n") else line + "\n" for line in lines)
    return f"<{kind} {path}>\n{inside}</{kind}>\n"


def _root(s):
    """As Debian has it for /var/www."""
    return f'<Directory "{s.root}/htdocs">\nOptions +FollowSymLinks\n{GRANTED}</Directory>\n'


# path: sections, and what the log names. Every page is open to everybody, in ways that nobody may have meant.
WARNED = {
    "/forgotten/": (_section("Location", "/forgotten", OKTA), '<Location "/forgotten">'),
    "/pattern/": (_section("LocationMatch", "^/pat+ern", OKTA), '<LocationMatch "^/pat+ern">'),
    "/only/": (_section("Location", "/only", OKTA, "<Limit POST>", "Require valid-user", "</Limit>"),
               '<Location "/only">'),
    "/if/": (_section("If", "\"%{REQUEST_URI} =~ m#^/if/#\"", OKTA), "<If>"),
    "/files/": (_section("Directory", "DOCS/files", GRANTED, _section("Files", "page.txt", OKTA)),
                '<Files "page.txt">'),
    "/merged/": (_section("Location", "/merged", OKTA) + _section("Location", "/merged/", "OktaClockSkew 5"),
                 '<Location "/merged">'),
    # its own Require stands further out than AuthType
    "/outer/inner/": (_section("Location", "/outer", GRANTED) + _section("Location", "/outer/inner", OKTA),
                      '<Location "/outer/inner">'),
}
# Open to everybody because somebody wanted that; or closed.
SILENT = {
    "/wanted/": (_section("Location", "/wanted", OKTA, GRANTED), 200),
    "/wanted-in-any/": (_section("Location", "/wanted-in-any", OKTA, "<RequireAny>", GRANTED, "Require okta-scope a",
                                 "</RequireAny>"), 200),
    "/wanted-within/hole/": (_section("Location", "/wanted-within", OKTA, "Require valid-user")
                             + _section("Location", "/wanted-within/hole", GRANTED), 200),
    "/within/hole/": (_section("Location", "/within", OKTA) + _section("Location", "/within/hole", GRANTED), 200),
    "/anonymous/": (_section("Location", "/anonymous", OKTA, "OktaAnonymous missing"), 200),
    "/method/": (_section("Location", "/method", OKTA, "Require method GET"), 200),
    "/limit/": (_section("Location", "/limit", OKTA, "<LimitExcept OPTIONS>", "Require valid-user", "</LimitExcept>"),
                401),
    "/other-type/": (_section("Location", "/other-type", OKTA)
                     + _section("Location", "/other-type/", "AuthType None"), 200),
    "/closed/": (_section("Location", "/closed", OKTA, "Require valid-user"), 401),
    "/denied/": (_section("Location", "/denied", OKTA, "Require all denied"), 403),
}


def _snippet(issuer, places):
    def snippet(s):
        for path in places:
            (s.root / "htdocs" / path.strip("/")).mkdir(parents=True)
            s.write(f"htdocs{path}page.txt", "page\n")
        return (trusts(issuer) + _root(s) + location("/whoami")
                + "".join(sections.replace("DOCS", f"{s.root}/htdocs") for sections, _ in places.values()))
    return snippet


@pytest.fixture(scope="module")
def warned(launch_shared, shared_issuer):
    server = launch_shared(_snippet(shared_issuer, WARNED), processes=2)
    server.expects(f"{WARNING}|{CAUTION}", lasting=True)
    # the keys are there
    assert server.get("/whoami", shared_issuer.mint.token()).status == 200
    return server


@pytest.mark.every_mpm
@pytest.mark.parametrize("path", WARNED)
def test_one_warning_a_section(warned, path):
    """However many processes serve it, and whatever the token."""
    mark = warned.error_log.mark()
    for _ in range(8):
        assert warned.get(path + "page.txt").status == 200
        assert warned.get(path + "page.txt", "a.b.c").status == 200
    lines = warned.error_log.matching(WARNING, mark)
    assert len(lines) == 1
    assert WARNED[path][1] in lines[0] and f"{path}page.txt passed" in lines[0] and "Require valid-user" in lines[0]


def test_a_limited_require_protects_its_methods(warned):
    assert warned.request("POST", "/only/page.txt").status == 401


def test_silence_where_it_is_wanted(launch, issuer):
    # one section that warns, so that the log is known to be watched
    places = SILENT | {"/forgotten/": (_section("Location", "/forgotten", OKTA), 200)}
    server = launch(_snippet(issuer, places), modules=["access_compat"], processes=1)
    server.expects(f"AH01630|AH01797|{CAUTION}", lasting=True)
    assert server.get("/whoami", issuer.mint.token()).status == 200
    for path, (_, status) in SILENT.items():
        assert server.get(path + "page.txt").status == status, path
    assert server.get("/closed/page.txt", issuer.mint.token()).status == 200
    assert server.request("OPTIONS", "/limit/page.txt").status == 200
    assert server.error_log.matching(WARNING) == []
    server.expects(WARNING)
    assert server.get("/forgotten/page.txt").status == 200
    assert len(server.error_log.matching(WARNING)) == 1


def test_each_configuration_warns_anew(launch, issuer):
    places = {path: WARNED[path] for path in ("/forgotten/", "/only/")}
    server = launch(_snippet(issuer, places), processes=1)
    server.expects(f"{WARNING}|{CAUTION}", lasting=True)
    assert server.get("/whoami", issuer.mint.token()).status == 200
    for _ in range(2):
        mark = server.error_log.mark()
        for path in places:
            assert server.get(path + "page.txt").status == 200
        assert len(server.error_log.matching(WARNING, mark)) == len(places)
        server.graceful()


def test_sections_of_virtual_hosts(launch, issuer):
    """The server's section holds in the host too, and is one section; the host's own is another."""
    def snippet(s):
        s.write("htdocs/page.txt", "page\n")
        return (trusts(issuer) + _root(s) + location("/whoami") + _section("Location", "/page.txt", OKTA)
                + f"<VirtualHost {s.host}:{s.extra_ports[0]}>\n" + _section("Location", "/plain.txt", OKTA)
                + "</VirtualHost>\n")
    server = launch(snippet, extra_ports=1, processes=1)
    server.expects(f"{WARNING}|{CAUTION}", lasting=True)
    assert server.get("/whoami", issuer.mint.token()).status == 200
    client = server.client(0)
    assert [client.get(path).status for path in ("/page.txt", "/page.txt", "/plain.txt")] == [200] * 3
    client.close()
    assert [server.get(path).status for path in ("/page.txt", "/plain.txt")] == [200] * 2
    lines = server.error_log.matching(WARNING)
    assert ['<Location "/page.txt">' in line for line in lines] == [True, False]


def test_a_htaccess_file_without_a_require_wants_nothing(launch, issuer):
    def snippet(s):
        (s.root / "htdocs" / "in" / "files").mkdir(parents=True)
        for name in ("page.txt", "files/page.txt"):
            s.write(f"htdocs/in/{name}", "page\n")
        s.write("htdocs/in/.htaccess", "Options -Indexes\n")
        s.write("htdocs/in/files/.htaccess", f"<Files page.txt>\n{GRANTED}</Files>\n")
        return (trusts(issuer) + location("/whoami") + _section("Directory", '"/"', GRANTED)
                + f'<Directory "{s.root}/htdocs/in">\nAllowOverride Options AuthConfig\n{OKTA}</Directory>\n')
    server = launch(snippet, processes=1)
    assert server.get("/whoami", issuer.mint.token()).status == 200
    assert server.get("/in/files/page.txt").status == 200
    assert server.error_log.matching(WARNING) == []
    server.expects(WARNING)
    assert server.get("/in/page.txt").status == 200
    assert len(server.error_log.matching(WARNING)) == 1


def test_authtype_in_a_htaccess_file(launch, issuer):
    """configtest cannot see it."""
    def snippet(s):
        for name, text in {"open": OKTA, "named": "AuthName x\n", "wanted": OKTA + GRANTED, "other": "AuthType None\n",
                           "closed": OKTA + "Require valid-user\n"}.items():
            (s.root / "htdocs" / name).mkdir()
            s.write(f"htdocs/{name}/page.txt", "page\n")
            s.write(f"htdocs/{name}/.htaccess", text)
        return (trusts(issuer) + location("/whoami") + _root(s).replace("Options", "AllowOverride AuthConfig\nOptions")
                + _section("Location", "/named", OKTA, GRANTED))
    server = launch(snippet, processes=1)
    assert server.get("/whoami", issuer.mint.token()).status == 200
    statuses = {name: server.get(f"/{name}/page.txt").status for name in ("named", "wanted", "other", "closed")}
    assert statuses == {"named": 200, "wanted": 200, "other": 200, "closed": 401}
    assert server.error_log.matching(WARNING) == []
    server.expects(WARNING)
    assert [server.get("/open/page.txt").status for _ in range(3)] == [200] * 3
    line, = server.error_log.matching(WARNING)
    assert f"the .htaccess file in {server.root}/htdocs/open" in line


def test_a_require_in_a_htaccess_file_may_want_it(launch, issuer):
    def snippet(s):
        for name in ("with", "without"):
            (s.root / "htdocs" / name).mkdir()
            s.write(f"htdocs/{name}/page.txt", "page\n")
        s.write("htdocs/with/.htaccess", GRANTED)
        return (trusts(issuer) + location("/whoami") + _section("Directory", '"/"', GRANTED)
                + f'<Directory "{s.root}/htdocs/with*">\nAllowOverride AuthConfig\n{OKTA}</Directory>\n')
    server = launch(snippet, processes=1)
    assert server.get("/whoami", issuer.mint.token()).status == 200
    assert server.get("/with/page.txt").status == 200
    assert server.error_log.matching(WARNING) == []
    server.expects(WARNING)
    assert server.get("/without/page.txt").status == 200
    assert len(server.error_log.matching(WARNING)) == 1
