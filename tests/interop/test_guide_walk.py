# SPDX-License-Identifier: Apache-2.0
"""A reader's way through docs/guide.md: every block is pasted, in order, on a stock Debian and at an Okta with DPoP.

The names of the guide stay as they are: a proxy leads integrator-123456.okta.com to the development issuer.
"""

import re
import shutil
import subprocess
from pathlib import Path

import nodejs
import pytest
import requests
from env import leaks, places
from env.backends import HttpBackend
from env.certs import Authority
from env.ports import LOOPBACK, free_port
from env.proxy import Proxy
from env.waiting import wait_for
from walk.debian import Debian
from walk.pages import blocks, shows
from walk.terminal import Terminal

OKTA = "integrator-123456.okta.com"
CLIENT, WITHOUT_DPOP = "0oa1b2c3d4e5f6g7h8i9", "0oa9i8h7g6f5e4d3c2b1"
TOOL = places.BUILD / "src" / "cli" / "okta-token"
# mod_ssl's own: no session cache, and another patch level of OpenSSL than it was built with
MOD_SSL = r"ssl:warn.*(AH01873|AH01882)"
HERE = Path(__file__).resolve().parent
BLOCKS = blocks()

# Blocks that are not pasted here, by their first line, with the reason.
NOT_RUN = {
    "sudo apt-get install -y apache2 apache2-dev libjansson-dev libssl-dev libcurl4-openssl-dev":
        "changes the machine; scripts/check installs the same, but for apache2 itself",
    "autoreconf -fi": "minutes of building; the suites gcc and distcheck do it",
}
# Commands that end with another status than 0, as the guide says.
STATUS = {'echo "$TOKEN" | okta-token verify': 1}
# What the log shows after the commands before it.
LOGGED = "[auth_okta:info] …"
# What is printed elsewhere, with the place where it is held.
NOT_SHOWN = {
    "AH00526: Syntax error on line 8": "test_a_mistake_in_the_site",
    "HTTP/1.1 403 Forbidden": "test_the_snippets: insufficient_scope",
    "X-User: j%C3%BCrgen@example.com": "test_the_snippets, and tests/http/test_routes_backends.py",
    "REMOTE_USER=user@example.com": "test_the_snippets, and tests/http/test_environment.py",
}


def cleared(block):
    """Whether the block is for readers who cleared the DPoP box."""
    return (any(word in block.heading for word in ("cleared", "Bearer", "With Postman"))
            or block.name.startswith('echo "$TOKEN" | okta-token verify'))


@pytest.fixture(scope="module")
def okta(launch, tmp_path_factory):
    """(proxy, CA file, client secret): the development issuer as https://integrator-123456.okta.com."""
    folder = tmp_path_factory.mktemp("okta")
    folder.chmod(0o755)
    authority = Authority(folder)
    authority.server((OKTA,))
    secret = leaks.register("a-secret-of-the-walk-8d2f61", "client secret")
    clients = folder / "clients.conf"
    clients.write_text(f"OktaDevClient {CLIENT} {secret} orders.read\nOktaDevRequireDpop {CLIENT}\n"
                       f"OktaDevClient {WITHOUT_DPOP} {secret} orders.read\n")
    module = places.BUILD / "src" / "devserver" / ".libs" / "mod_okta_devserver.so"
    server = launch(lambda httpd: f"""
        LoadModule okta_devserver_module "{module}"
        <VirtualHost {httpd.host}:{httpd.extra_ports[0]}>
            ServerName {OKTA}
            SSLEngine on
            SSLCertificateFile "{folder}/server-1.pem"
            <Location "/oauth2/default">
                SetHandler okta-dev-issuer
                OktaDevIssuer https://{OKTA}/oauth2/default
                Include "{clients}"
            </Location>
        </VirtualHost>
        """, okta=False, modules=("ssl", "socache_shmcb"), extra_ports=1)
    server.expects("okta_devserver", lasting=True)
    server.expects(MOD_SSL, lasting=True, optional=True)
    with Proxy(leads_to={f"{OKTA}:443": f"{LOOPBACK}:{server.extra_ports[0]}"}) as proxy:
        yield proxy, authority.ca_file, secret


class Walk:
    """The machine, two readers at their terminals, and what they saw."""

    def __init__(self, okta):
        proxy, ca_file, self.secret = okta
        self.debian, self.port, self.own_port = Debian(), free_port(), free_port()
        self.way_to_okta = f"OktaHttpProxy {proxy.url}\nOktaCAFile {ca_file}\n"
        self.debian.site("way-to-okta", f"<IfModule auth_okta_module>\n{self.way_to_okta}</IfModule>\n")
        # The reader's own okta-token trusts the system's authorities.
        self.debian.program("okta-token", f'command=$1; shift\ncase $command in\n'
                            f'get | verify) exec {TOOL} "$command" --ca {ca_file} "$@" ;;\n'
                            f'*) exec {TOOL} "$command" "$@" ;;\nesac\n')
        self.debian.program("newman", f'exec {nodejs.node()} {HERE}/node_modules/newman/bin/newman.js "$@"\n')
        self.homes = {box: self._home(box, proxy.url, ca_file) for box in ("ticked", "cleared")}
        self.seen = {}

    def _home(self, box, proxy, ca_file):
        home = self.debian.root / box
        (home / "okta-api").mkdir(parents=True)
        shutil.copytree(places.REPO / "docs", home / "docs")
        # httpd's children, another user, write nothing there; the state of the keys belongs to them
        (home / "okta-api").chmod(0o777)
        values = {"HOME": str(home), "https_proxy": proxy, "CURL_CA_BUNDLE": str(ca_file), "no_proxy": LOOPBACK,
                  "NODE_EXTRA_CA_CERTS": str(ca_file)}
        return Terminal(home, self.debian.environment(**values), self.secret)

    def home(self, box):
        return self.debian.root / box

    def here(self, text, block=None):
        """The text with the paths and ports of this machine."""
        own = block and block.heading.startswith("Elsewhere")
        for there, here in (("127.0.0.1:8080", f"127.0.0.1:{self.own_port if own else self.port}"),
                            ("/usr/lib/apache2/modules/mod_auth_okta.so", str(places.MODULE)),
                            ("${MODULES}/mod_auth_okta.so", str(places.MODULE)),
                            ("Define MODULES /usr/lib/apache2/modules", f"Define MODULES {places.HTTPD_MODULES}"),
                            ("/usr/sbin/apache2", places.HTTPD), ("/etc/apache2", str(self.debian.etc))):
            text = text.replace(there, here)
        return text.replace(CLIENT, WITHOUT_DPOP) if block and cleared(block) else text

    def paste(self, block):
        terminal = self.homes["cleared" if cleared(block) else "ticked"]
        status, shown = terminal.run(self.here(block.text, block))
        self.seen[block] = (status, shown)
        for name in ("TOKEN", "PROOF"):
            if terminal.variable(name):
                leaks.register(terminal.variable(name))

    def token(self, box):
        return self.homes[box].variable("TOKEN")

    def log(self):
        return self.debian.log("api-error.log")


# What each snippet does: (path, status without a token, status with one), in the order of the guide.
SNIPPETS = {
    "TLS": [("/api/x", 401, 404)],
    "OktaPublicUrl": [],
    "Everything": [("/", 401, 200), ("/plain.txt", 401, 200)],
    "Except some routes": [("/plain.txt", 401, 200), ("/health", 404, 404), ("/api/hello", 404, 404)],
    "More on some routes": [("/api/x", 401, 404), ("/api/reports", 401, 403)],
    "Files": [("/reports/plain.txt", 401, 200)],
    "Paths that lead elsewhere": [("/plain.txt", 401, 200), ("/assets/plain.txt", 200, 200)],
    "the folder itself": [("/app/plain.txt", 401, 200)],
    "CORS": [("/api/x", 401, 404)],
    "OktaDPoP required": [("/api/x", 401, 401)],
    "ProxyPass": [("/api/orders/1", 401, 200)],
    "ScriptAlias": [("/api/report", 401, 200)],
    "FallbackResource": [("/any/path", 401, 200), ("/index.php", 401, 200)],
}


def _write_whole_file(walk, block):
    """The complete httpd.conf, with what the machine of a test needs besides."""
    more = walk.way_to_okta + ("User www-data\nGroup www-data\n" if walk.debian.needs_user else "")
    path = walk.home("ticked") / "okta-api" / "httpd.conf"
    path.write_text(walk.here(block.text, block).replace("OktaDomain ", more + "OktaDomain ", 1))
    walk.seen[block] = (0, "")


def _allow_the_origin(walk):
    """What step 6 says about OktaCorsOrigin, done to the site."""
    site = walk.debian.etc / "sites-available" / "api.conf"
    site.write_text(site.read_text().replace('<Location "/api">\n', '<Location "/api">\n'
                                             "OktaCorsOrigin https://app.example.com\n", 1))
    walk.debian.graceful()


def _write_environment(walk):
    """The reader's own values in Postman's environment."""
    text = (walk.home("cleared") / "docs" / "mod_auth_okta.postman_environment.json").read_text()
    for name, value in (("{yourOktaDomain}", OKTA), ("{clientId}", CLIENT), ("{scope}", "orders.read"),
                        ('"client_secret", "value": ""', f'"client_secret", "value": "{walk.secret}"'),
                        ("127.0.0.1:8080", f"127.0.0.1:{walk.port}")):
        assert name in text
        text = text.replace(name, value)
    (walk.home("cleared") / "my.postman_environment.json").write_text(text)


BEFORE = {"curl -i -X OPTIONS": _allow_the_origin, "newman run": _write_environment}


@pytest.fixture(scope="module")
def walk(okta):
    made = Walk(okta)
    try:
        for block in BLOCKS:
            for start, prepare in BEFORE.items():
                if block.name.startswith(start):
                    prepare(made)
            if block.kind == "apacheconf":
                _write_whole_file(made, block)
            elif block.kind == "sh" and block.name not in NOT_RUN:
                made.paste(block)
        yield made
    finally:
        subprocess.run([places.HTTPD, "-f", str(made.home("ticked") / "okta-api" / "httpd.conf"), "-k", "stop"],
                       env=made.debian.environment(HOME=str(made.home("ticked"))), timeout=60, check=False)
        # it holds the secret, as it should; what httpd wrote is searched for it
        (made.home("cleared") / "my.postman_environment.json").unlink(missing_ok=True)
        made.debian.stop()


def named(kind, but):
    """The blocks of that kind without those that `but` names, which test_nothing_is_left_out counts."""
    return [pytest.param(block, id=f"{block.line}: {block.name[:60]}") for block in BLOCKS
            if block.kind == kind and not block.name.startswith(tuple(but))]


@pytest.mark.parametrize("block", named("sh", NOT_RUN))
def test_the_commands_work(walk, block):
    status, shown = walk.seen[block]
    expected = next((code for start, code in STATUS.items() if block.name.startswith(start)), 0)
    assert status == expected, shown


def _before(block):
    """The commands whose output the block shows."""
    return [other for other in BLOCKS if other.line < block.line and other.kind == "sh"][-1]


@pytest.mark.parametrize("block", named("text", NOT_SHOWN))
def test_what_is_printed(walk, block):
    if block.name.startswith(LOGGED):
        printed = "\n".join(re.sub(r"^.*?(\[auth_okta:info\])", r"\1", line) for line in walk.log().lines())
    else:
        printed = walk.seen[_before(block)][1]
    expected = walk.here(block.text)
    if not block.name.startswith(LOGGED) and cleared(_before(block)):
        expected = expected.replace(CLIENT, WITHOUT_DPOP)
    missing = shows(expected, printed)
    assert missing is None, f"no line {missing!r} in:\n{printed}"


def test_nothing_is_left_out(walk):
    """Each block is pasted, shown, read as configuration, or named with its reason; no name is left over."""
    assert {block.kind for block in BLOCKS} == {"sh", "text", "apache", "apacheconf"}
    pasted = {block for block in BLOCKS if block.kind in ("sh", "apacheconf")}
    assert {block.name for block in pasted - set(walk.seen)} == set(NOT_RUN)
    texts = [block.name for block in BLOCKS if block.kind == "text"]
    for start in NOT_SHOWN:
        assert [text for text in texts if text.startswith(start)], start
    for start in (*STATUS, *BEFORE):
        assert [block for block in pasted if block.name.startswith(start)], start
    snippets = [block for block in BLOCKS if block.kind == "apache"]
    assert len(snippets) == len(SNIPPETS)


def test_no_prompt_stands_before_a_command():
    page = (places.REPO / "docs" / "guide.md").read_text("utf-8")
    assert "```console" not in page
    for block in BLOCKS:
        if block.kind == "sh":
            assert not re.search(r"^[#$] ", re.sub(r"<<'END'\n.*?^END$", "", block.text, flags=re.M | re.S), re.M)


def test_the_complete_file_serves(walk):
    def status(path, **headers):
        return requests.get(f"http://127.0.0.1:{walk.own_port}{path}", headers=headers, timeout=60).status_code

    wait_for(lambda: (walk.home("ticked") / "okta-api" / "httpd.pid").exists(), "httpd to start")
    bearer = {"Authorization": f"Bearer {walk.token('cleared')}"}
    assert (status("/api/hello"), status("/api/whoami"), status("/httpd.conf")) == (200, 401, 403)
    assert status("/api/whoami", **bearer) == 200


def test_a_mistake_in_the_site(walk):
    """The message that the guide shows, for the same mistake in the same site."""
    (block,) = [b for b in BLOCKS if b.name.startswith("AH00526")]
    site = walk.debian.etc / "sites-available" / "api.conf"
    good = site.read_text()
    site.write_text(good.replace(OKTA, OKTA.replace(".okta", "-admin.okta")))
    try:
        code, said = walk.debian.apachectl("configtest")
    finally:
        site.write_text(good)
    assert code == 1 and shows(walk.here(block.text), said) is None, said


@pytest.fixture(scope="module")
def backend():
    with HttpBackend() as made:
        yield made


@pytest.fixture(scope="module")
def ground(walk, backend, okta):
    """The files, programs and certificates that the snippets name; gives the function that writes their own paths."""
    debian = walk.debian
    for name in ("www/html/plain.txt", "www/html/index.php", "www/html/index.html", "www/html/assets/plain.txt",
                 "www/html/app/plain.txt", "srv/reports/plain.txt"):
        path = debian.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("served\n")
    script = debian.root / "cgi-bin" / "report"
    script.write_text("#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'\nexec env\n")
    script.chmod(0o755)
    certificate = okta[1].with_name("server-1.pem")

    def own(text):
        for there, here in (("/srv/reports", f"{debian.root}/srv/reports"), ("/var/www/app", f"{debian.www}/html/app"),
                            ("/var/www", str(debian.www)), ("/usr/lib/cgi-bin", f"{debian.root}/cgi-bin"),
                            ("127.0.0.1:3000", backend.url.removeprefix("http://")), ("*:443", f"*:{debian.tls_port}"),
                            ("/etc/ssl/certs/api.example.com.pem", str(certificate)),
                            ("/etc/ssl/private/api.example.com.key", str(certificate))):
            text = text.replace(there, here)
        return text
    return own


def _snippets():
    found = [block for block in BLOCKS if block.kind == "apache"]
    for block, (name, expected) in zip(found, SNIPPETS.items()):
        yield pytest.param(block, expected, id=name)


def _ask(walk, path, token, tls):
    scheme, port = ("https", walk.debian.tls_port) if tls else ("http", walk.debian.port)
    field = ["-H", f"Authorization: Bearer {token}"] if token else []
    return subprocess.run(["curl", "-sik", *field, f"{scheme}://127.0.0.1:{port}{path}"], text=True,
                          capture_output=True, timeout=60, check=True).stdout.replace("\r", "")


@pytest.mark.parametrize("block, expected", _snippets())
def test_the_snippets(walk, ground, backend, block, expected):
    """Each in a site of its own, with the modules that a stock Debian has on and those that the guide switched on."""
    walk.debian.site("snippet", ground(block.text))
    try:
        walk.debian.graceful()
        answers = {}
        for path, without, with_token in expected:
            for token, status in ((None, without), (walk.token("cleared"), with_token)):
                answers[path] = _ask(walk, path, token, "SSLEngine" in block.text)
                assert int(answers[path].split()[1]) == status, (path, bool(token), answers[path])
        _look_closer(block, answers, backend)
    finally:
        walk.debian.site("snippet", None)


def _look_closer(block, answers, backend):
    if "okta-scope reports.read" in block.text:
        (told,) = [b for b in BLOCKS if b.text.startswith("HTTP/1.1 403")]
        assert shows(told.text, answers["/api/reports"]) is None
    if "ProxyPass" in block.text:
        (seen,) = [dict(request["headers"]) for request in backend.seen]
        assert seen["X-User"] == WITHOUT_DPOP and not {"X-Groups", "Authorization"} & set(seen)
    if "ScriptAlias" in block.text:
        lines = answers["/api/report"].splitlines()
        assert {f"REMOTE_USER={WITHOUT_DPOP}", "AUTH_TYPE=Okta", f"OKTA_CLAIM_sub={WITHOUT_DPOP}",
                "OKTA_SCOPE=orders.read"} <= set(lines)
