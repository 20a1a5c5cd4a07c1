# SPDX-License-Identifier: Apache-2.0
"""What docs/ shows is what httpd says: every configuration, every message of configtest, every link."""

import html
import re
from pathlib import Path

import pytest
from env import jwe, places
from env.certs import Authority
from env.httpd import Httpd
from env.keys import key

PAGES = [places.REPO / "docs" / name for name in ("directives.md", "guide.md", "migrate.md", "install.md", "faq.md",
                                                 "log.md", "mcp.md")]
SAMPLE = places.REPO / "conf" / "okta.conf"
SAMPLES = [SAMPLE, places.REPO / "conf" / "okta-mcp.conf"]
DOMAIN = "OktaDomain integrator-123456.okta.com\n"
PROTECTED = '<Location "/api">\nAuthType Okta\nAuthName "api"\nRequire valid-user\n</Location>\n'


def examples():
    """Every block of configuration in the pages."""
    for page in PAGES:
        blocks = re.findall(r"^```apache\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)
        for number, block in enumerate(blocks, 1):
            yield pytest.param(block, id=f"{page.stem}-{number}")


def refusals():
    """Every row of the tables that say what configtest makes of a mistake."""
    for page in PAGES:
        text = page.read_text("utf-8")
        for table in re.findall(r"^\| written \| configtest says \|\n\|[-|]+\n((?:\|.*\n)+)", text, re.M):
            for row in table.splitlines():
                written, message = re.fullmatch(r"\| (.+?) \| `(.+)` \|", row).groups()
                lines = re.findall(r"`([^`]+)`", written)
                yield pytest.param("\n".join(lines) + "\n", message, id=" ".join(lines))


def sample():
    """The sample configurations, uncommented piece by piece: a directive or a whole section each."""
    for path in SAMPLES:
        lines = [line[1:] for line in path.read_text("utf-8").splitlines()
                 if re.match(r"#(?! \S|#|$|LoadModule)", line)]
        text = "\n".join(lines).replace("{yourOktaDomain}", "integrator-123456.okta.com")
        text = re.sub(r"\{(\w+)\}(?!e)", r"\1-of-mine", text)
        for piece in re.finditer(r"^<(\w+) [^>]*>\n.*?^</\1>$|^[^<\s][^\n]*$", text, re.M | re.S):
            yield pytest.param(piece[0] + "\n", id=piece[0].partition("\n")[0])


def with_issuer(configuration):
    """The configuration, with an issuer for the server where it names none."""
    named = re.search(r"^Okta(Domain|Issuer) ", configuration, re.M)
    return configuration if named else DOMAIN + configuration


@pytest.fixture(scope="module")
def configtest(jose, tmp_path_factory):
    server = Httpd(mpm=places.mpms()[0], modules=("proxy", "proxy_http", "cgi", "ssl", "auth_basic", "authn_file",
                                                 "authz_host", "socache_redis", "socache_memcache"))
    folder = tmp_path_factory.mktemp("certificates")
    Authority(folder).server(("api.example.com",))
    server.write("conf/okta-keys.json", jose[0].read_bytes())
    for name, mode in (("okta-client.secret", 0o600), ("open.secret", 0o644)):
        server.write(f"conf/{name}", "not a secret of anybody\n").chmod(mode)
    server.write("conf/okta-client.pem", key("client", "RS256").jwk.export_to_pem(True, None)).chmod(0o600)
    server.write("conf/empty.json", '{"keys": []}')
    server.write("conf/okta-revocations", "# nobody\n")
    server.write("conf/bad-revocations", "jti AT.1\nJTI AT.2\n")
    server.write("conf/cut.json", '{\n  "keys": [\n    {"kty": "RSA",\n')
    for name in ("okta-decryption", "okta-decryption-next"):
        jwe.install(server, f"conf/{name}.pem", jwe.recipient(name))
    jwe.install(server, "conf/open.pem", jwe.recipient("okta-decryption")).chmod(0o644)
    server.write("conf/public.pem", jwe.recipient("okta-decryption").pem()).chmod(0o600)
    server.write("conf/okta-shared.key", "0123456789abcdef" * 4 + "\n").chmod(0o600)

    def run(text):
        """The files that the examples name have to be there."""
        text = re.sub(r"/etc/ssl/\S*/api\.example\.com\.\w+", f"{folder}/server-1.pem", text)
        return server.configtest(text.replace("/etc/okta/shared.key", f"{server.root}/conf/okta-shared.key"))

    yield run
    server.remove()


@pytest.mark.parametrize("configuration", examples())
def test_the_examples_pass(configtest, configuration):
    """Each alone, as it is pasted: nothing is missing from it, and nothing looks protected that is not."""
    said = configtest(configuration)
    assert said.ok and "OKTA-CONFIG" not in said.output, said.output


@pytest.mark.parametrize("configuration, message", refusals())
def test_the_mistakes_are_told_so(configtest, configuration, message):
    whole = configuration.startswith("<Location")
    said = configtest(configuration if whole else with_issuer(configuration) + PROTECTED)
    assert not said.ok
    # … stands for a place in a file or a folder.
    words = ".*".join(re.escape(part) for part in message.split("…"))
    assert re.search(words, said.output), said.output


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_sample_as_it_is_changes_nothing(configtest, path):
    assert configtest(path.read_text("utf-8")).ok
    assert not [line for line in path.read_text("utf-8").splitlines() if not re.match("#|$", line)]


@pytest.mark.parametrize("piece", sample())
def test_each_piece_of_the_sample_passes(configtest, piece):
    # a store needs a key: neither is of use alone
    more = "OktaSharedCacheKey file:/etc/okta/shared.key\n" if piece.startswith("OktaSharedCache ") else ""
    said = configtest(with_issuer(piece) + more + PROTECTED)
    assert said.ok, said.output


def test_a_placeholder_left_in_is_refused(configtest):
    placeholders = re.findall(r"^#(Okta\w+ .*\{\w+\}.*)$", SAMPLE.read_text("utf-8"), re.M)
    assert len(placeholders) >= 4
    for line in placeholders:
        said = configtest(with_issuer(line + "\n") + PROTECTED)
        assert not said.ok and "placeholder" in said.output, said.output


def anchors(page):
    """The fragments that a page's headings and anchors answer to, as GitHub derives them."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)
    found = set(re.findall(r'<a id="([^"]+)">', text))
    for heading in re.findall(r"^#+ (.*)$", text, re.M):
        plain = re.sub(r"[^\w\- ]", "", html.unescape(heading).lower())
        found.add(plain.replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        name, _, fragment = target.partition("#")
        assert "://" not in target, f"an address outside: {target}"
        path = page.parent / name if name else page
        assert path.is_file(), target
        assert not fragment or fragment in anchors(Path(path)), target


def test_every_error_of_the_way_has_its_row():
    """What Okta's token endpoint and httpd answer to readers of the guide is in the tables of step 10."""
    guide = (places.REPO / "docs" / "guide.md").read_text("utf-8")
    step = guide[guide.index("\n## 10. "):guide.index("\n## 11. ")]
    told = {word for row in re.findall(r"^\| (?!---).*$", step, re.M)
            for word in re.findall(r"`(\w+)`", " | ".join(row.split(" | ")[:2]))}
    reasons = (places.REPO / "src" / "core" / "reason.c").read_text("utf-8")
    proofs = set(re.findall(r'"(proof_\w+|replay_\w+|token_(?:un)?bound|binding_\w+)"', reasons))
    assert len(proofs) >= 20
    okta = {"invalid_dpop_proof", "use_dpop_nonce", "access_denied", "invalid_scope", "invalid_client"}
    assert not (proofs | okta | {"keys_unavailable", "insufficient_scope", "user_missing"}) - told
