# SPDX-License-Identifier: Apache-2.0
"""docs/faq.md: each message that it quotes is one of the module's, and what it recommends does what it says."""

import base64
import json
import re
import subprocess

import pytest
from env import places
from env.issuer import Issuer
from env.snippets import trusts

PAGE = places.REPO / "docs" / "faq.md"
SOURCES = places.REPO / "src"
# httpd's own messages, by their number
OF_HTTPD = re.compile(r"AH\d{5}")
# what a printf of the sources may leave open, and a message of the page too
_CONVERSION = r"%(?:[-+ 0#]*\d*(?:\.\d+|\.\*)?(?:hh|h|ll|l|z|j|t)?[a-zA-Z])"
LEAST = 15


def entries():
    """(heading, text) of each."""
    return re.findall(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", PAGE.read_text("utf-8"), re.M | re.S)


def quoted():
    for heading, text in entries():
        for block in re.findall(r"^```text\n(.*?)^```", text, re.M | re.S):
            for line in block.splitlines():
                yield pytest.param(line, id=f"{heading}: {line[:60]}")


@pytest.fixture(scope="module")
def literals():
    """Every string of the sources that has enough words of its own, as a regex."""
    found = set()
    for path in SOURCES.rglob("*.c"):
        text = path.read_text("utf-8").replace("PRId64", '"d"')
        text = re.sub(r"\b(?:OKTA_TAG_\w+|APLOGNO\(\w*\))", '""', text)
        for run in re.findall(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*', text):
            whole = "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', run)).replace('\\"', '"')
            if len(re.sub(_CONVERSION, "", whole)) >= LEAST:
                found.add(whole)
    assert len(found) > 500
    return [(".*?".join(map(re.escape, re.split(_CONVERSION, whole)))) for whole in found]


def _is_said(literals, message):
    return any(re.fullmatch(literal, message) for literal in literals)


@pytest.fixture(scope="module")
def reasons():
    """{tag: (status, error, description)} of the module's table."""
    table = (SOURCES / "core" / "reason.c").read_text("utf-8")
    macros = dict(re.findall(r"^#define (BAD_\w+) (.*)$", table, re.M))
    table = table[table.index("reasons[OKTA_REASON_COUNT]"):]
    table = re.sub(r"\bBAD_\w+", lambda found: macros[found[0]], table)
    table = re.sub(r'"\s*\n\s*"', "", table)
    rows = re.findall(r'\{\s*"(\w+)",\s*(\d+),\s*(NULL|"\w+"),\s*"([^"]*)"', table)
    assert len(rows) > 40
    return {tag: (status, error.strip('"'), description) for tag, status, error, description in rows}


@pytest.mark.parametrize("line", quoted())
def test_the_messages_are_the_modules(literals, reasons, line):
    if OF_HTTPD.fullmatch(line):
        return
    if line.startswith("{"):
        body = json.loads(line)
        errors = {error for _, error, description in reasons.values() if description == body["error_description"]}
        assert body["error"] in errors or (
            body["error"] in ("unauthorized", "temporarily_unavailable")
            and (errors == {"NULL"} or _is_said(literals, body["error_description"]))), line
        return
    refused = re.fullmatch(r'OKTA-REFUSED: reason=(\w+) status=(\d+) kid="[^"]*" iss="[^"]*" jti="[^"]*": (.*)', line)
    if refused:
        assert reasons[refused[1]][0] == refused[2]
        assert _is_said(literals, refused[3]), line
        return
    tag, _, message = line.partition(": ")
    assert tag in ("OKTA-KEYS", "OKTA-REQUEST"), line
    assert _is_said(literals, message) or (
        message.endswith("…") and any(re.match(re.escape(message[:-1]).replace("…", ".*"), sample(literal))
                                      for literal in literals)), line


def sample(literal):
    """What a literal's regex could have come from."""
    return re.sub(r"\\(.)", r"\1", literal.replace(".*?", "…"))


def test_there_are_enough_and_each_is_listed():
    text = PAGE.read_text("utf-8")
    listed = set(re.findall(r"\]\(#([^)]+)\)", text[:text.index("\n## ")]))
    assert len(entries()) >= 25 and len(listed) == len(entries())


def test_the_reasons_that_users_meet_are_there(reasons):
    text = PAGE.read_text("utf-8")
    told = {tag for tag in reasons if f"reason={tag}" in text or f"`{tag}`" in text or f"says {tag}" in text}
    assert {"audience_mismatch", "issuer_unknown", "token_from_org_server", "token_expired", "kid_unknown",
            "token_missing", "user_missing", "proof_url", "misconfigured"} <= told


def test_basic_beside_it(launch):
    """Either credential is good, and each refusal has its own challenge."""
    example = next(text for heading, text in entries() if heading == "Basic authentication beside it")
    block = re.search(r"^```apache\nOktaDomain [^\n]*\n(.*?)^```", example, re.M | re.S)[1]
    with Issuer() as issuer:
        def snippet(server):
            hashed = subprocess.check_output(["openssl", "passwd", "-apr1", "a-word"], text=True)
            users = server.write("conf/users", f"ada:{hashed}")
            return (trusts(issuer) + f'ScriptAlias /api "{server.env_script}"\n'
                    + block.replace("/etc/apache2/api.htpasswd", str(users)))
        server = launch(snippet, modules=("auth_basic", "authn_file", "cgi"))
        server.expects("AH01617", optional=True)

        def caller(response):
            assert response.status == 200
            return response.environment()["REMOTE_USER"], response.environment()["AUTH_TYPE"]

        def answer(authorization):
            return server.get("/api", authorization=authorization)
        basic = ["Basic " + base64.b64encode(pair).decode() for pair in (b"ada:a-word", b"ada:other")]
        good, bad = answer(basic[0]), answer(basic[1])
        assert caller(good) == ("ada", "Basic")
        assert bad.status == 401 and bad.challenge()[0].lower() == "basic"
        assert caller(server.get("/api", issuer.mint.token())) == ("user@example.com", "Okta")
        none = server.get("/api")
        assert none.status == 401 and none.challenge()[0].lower() == "bearer"
