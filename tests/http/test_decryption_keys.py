# SPDX-License-Identifier: Apache-2.0
"""The files of OktaDecryptionKey: who may read them, what configtest says of them, and what restarts make of them."""

import json
import mmap
import os

import pytest
from env import jwe
from env.client import at_once
from env.httpd import StartFailed
from env.keys import key
from env.keyservers import fleet
from env.snippets import location, trusts
from env.verdicts import assert_logged, assert_ok, assert_refused, assert_unavailable

FIRST, SECOND = jwe.recipient("first"), jwe.recipient("second")
LIVES_ON = "the restart goes on in spite of that"
HANDLER = "<Location /keys>\n    SetHandler okta-encryption-keys\n</Location>\n"


def _said(configtest, prepare):
    return configtest(lambda s: trusts("https://a.okta.com/oauth2/default", f'OktaDecryptionKey "{prepare(s)}"')
                      + location("/api"))


def _with_mode(mode):
    def prepare(server):
        path = jwe.install(server, "conf/key.pem", FIRST)
        path.chmod(mode)
        return path
    return prepare


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o644, 0o777])
def test_files_that_are_not_private(configtest, mode):
    said = _said(configtest, _with_mode(mode))
    assert not said.ok
    assert f'key.pem": it can be used by others than its owner (mode 0{mode:o}); run: chmod 600 "' in said.output


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_files_that_are(configtest, mode):
    assert _said(configtest, _with_mode(mode)).ok


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_somebody_else(configtest):
    def prepare(server):
        path = jwe.install(server, "conf/key.pem", FIRST)
        os.chown(path, 65533, 65533)
        return path
    said = _said(configtest, prepare)
    assert not said.ok and "belongs to the user with the id 65533" in said.output and "chown root" in said.output


WEAK = key("weak", bits=1024)
CURVE = key("curve", "ES256")
BAD = {
    "missing": (None, "cannot be read: No such file"),
    "a folder": ("folder", "is no regular file"),
    "a pipe": ("pipe", "is no regular file"),
    "empty": ("", "neither PEM nor a JWK set"),
    "words": ("hello", "neither PEM nor a JWK set"),
    "cut": ('{"keys": [', "JSON, line 1"),
    "no set": ('{"key": 1}', "no array \"keys\""),
    "an empty set": ('{"keys": []}', "no private key"),
    "a public key": (FIRST.pem().decode(), "no private key"),
    "a public JWK": (json.dumps(FIRST.public() | {"use": "enc"}), 'no "d": it is no private key'),
    "a signing key": (json.dumps(jwe.private_jwk(FIRST, use="sig")), '"use" is not "enc"'),
    "a weak key": (WEAK.jwk.export_to_pem(private_key=True, password=None).decode(), "1024 bits"),
    "another kind": (CURVE.jwk.export_to_pem(private_key=True, password=None).decode(), "only RSA keys decrypt"),
    "a passphrase": (FIRST.jwk.export_to_pem(private_key=True, password=b"secret").decode(), "passphrase"),
    "numbers of two keys": (json.dumps(jwe.private_jwk(FIRST, n=SECOND.private()["n"])), "decrypts: "),
    "huge": (" " * (1 << 20) + "x", "larger than 1048576 bytes"),
}


@pytest.mark.parametrize("name", BAD)
def test_configtest_names_the_fault(configtest, name):
    content, words = BAD[name]

    def prepare(server):
        path = server.root / "conf" / "key"
        if content == "folder":
            path.mkdir(mode=0o700)
        elif content == "pipe":
            os.mkfifo(path, 0o600)
        elif content is not None:
            server.write("conf/key", content).chmod(0o600)
        return path
    said = _said(configtest, prepare)
    assert not said.ok and 'OktaDecryptionKey "' in said.output and words in said.output, said.output
    assert "put a private RSA key there" in said.output
    assert "secret" not in said.output


def test_a_key_that_is_no_use_beside_one_that_is(configtest):
    said = _said(configtest, lambda s: jwe.install(s, "conf/key.json", FIRST, jwe.private_jwk(SECOND, use="sig"),
                                                   jwks=True))
    assert said.ok and f'key "{SECOND.kid}" is left out: its "use" is not "enc"' in said.output


def test_where_it_may_stand(configtest):
    assert "not allowed" in configtest(location("/api", "OktaDecryptionKey conf/key.pem")).output
    assert "a placeholder was left in" in configtest('OktaDecryptionKey "{path}"\n').output


def test_without_a_key(issuer, launch):
    server = launch(trusts(issuer) + location("/whoami") + HANDLER, processes=1)
    assert server.get("/keys").status == 404
    assert server.request("POST", "/keys").status == 405
    sent = jwe.encrypt(issuer.mint.token(), FIRST)
    for _ in range(2):
        mark = server.error_log.mark()
        answer = server.get("/whoami", sent)
        assert_refused(answer)
        assert answer.json()["error_description"] == "Encrypted tokens are not accepted"
        assert "OktaDecryptionKey" in assert_logged(server, mark, "token_encrypted")


def test_other_keys_at_a_graceful_restart(issuer, launch):
    """What was remembered of encrypted tokens, good or bad, ends with the keys; of others it does not."""
    named = []

    def snippet(s):
        paths = [jwe.install(s, f"conf/{one.kid}.pem", one) for one in (FIRST, SECOND)]
        lines = [f'OktaDecryptionKey "{paths[i]}"' for i in named]
        return trusts(issuer, *lines) + location("/whoami") + HANDLER
    server = launch(snippet, processes=1)
    signed = issuer.mint.token()
    to = [jwe.encrypt(signed, one) for one in (FIRST, SECOND)]

    def restart(*keys):
        named[:] = keys
        (server.root / "conf" / "httpd.conf").write_text(server.configuration())
        server.graceful()
        for _ in range(2):
            assert_ok(server.get("/whoami", signed))
            for i, sent in enumerate(to):
                if i in keys:
                    assert_ok(server.get("/whoami", sent))
                else:
                    assert_refused(server.get("/whoami", sent))
        assert server.get("/keys").status == (200 if keys else 404)
    for keys in ((0,), (0, 1), (1,), (), (1, 0)):
        restart(*keys)
    assert [one["kid"] for one in server.get("/keys").json()["keys"]] == [SECOND.kid, FIRST.kid]


def test_the_keys_of_virtual_hosts_are_everybodys(issuer, launch):
    """An issuer is one for the whole httpd, and so are the keys that its tokens may be encrypted to."""
    def snippet(s):
        first, second = (jwe.install(s, f"conf/{one.kid}.pem", one) for one in (FIRST, SECOND))
        return (trusts(issuer, f'OktaDecryptionKey "{first}"') + location("/whoami") + HANDLER
                + f'<VirtualHost *:{s.extra_ports[0]}>\nOktaDecryptionKey "{second}"\n'
                  "</VirtualHost>\n")
    server = launch(snippet, processes=1, extra_ports=1)
    for one in (FIRST, SECOND):
        sent = jwe.encrypt(issuer.mint.token(), one)
        assert_ok(server.get("/whoami", sent))
        assert_ok(server.client(0).get("/whoami", sent))
    assert [one["kid"] for one in server.get("/keys").json()["keys"]] == [FIRST.kid, SECOND.kid]


def test_a_file_that_went_bad(issuer, launch):
    """What it held before serves on, over further restarts too; mended, it counts from the next one."""
    server = launch(lambda s: trusts(issuer, f'OktaDecryptionKey "{jwe.install(s, "conf/key.pem", FIRST)}"')
                    + location("/whoami"), processes=1)
    path = server.root / "conf" / "key.pem"
    assert_ok(server.get("/whoami", jwe.encrypt(issuer.mint.token(), FIRST)))
    server.expects("emerg.*OktaDecryptionKey|AH00014|" + LIVES_ON, lasting=True)
    for spoil in (lambda: path.chmod(0o644), lambda: path.write_text("nothing"), path.unlink):
        spoil()
        mark = server.error_log.mark()
        server.graceful()
        assert_ok(server.get("/whoami", jwe.encrypt(issuer.mint.token(), FIRST)))
        assert server.error_log.matching("key.pem.*the keys that it had before serve on; mend it and restart", mark)
    jwe.install(server, "conf/key.pem", SECOND)
    server.graceful()
    assert_refused(server.get("/whoami", jwe.encrypt(issuer.mint.token(), FIRST)))
    assert_ok(server.get("/whoami", jwe.encrypt(issuer.mint.token(), SECOND)))
    server.stop()
    path.chmod(0o644)
    server.snippet = trusts(issuer, f'OktaDecryptionKey "{path}"') + location("/whoami")
    with pytest.raises(StartFailed, match="chmod 600"):
        server.start()
    server.process = None  # it ended by itself, as it should


def test_a_flood_holds_a_share_of_the_threads(issuer, launch, mpm):
    """Some of those that open nothing are told to come again; who is known, and who sends no such token, is served."""
    large = jwe.recipient("large", 4096)
    server = launch(lambda s: trusts(issuer, f'OktaDecryptionKey "{jwe.install(s, "conf/key.pem", large)}"')
                    + location("/whoami"), **fleet(mpm, 8))
    known, signed = jwe.encrypt(issuer.mint.token(), large), issuer.mint.token()
    assert_ok(server.get("/whoami", known))
    stranger = jwe.recipient("stranger, large", 4096)
    bad = [[jwe.to_another(f"x.y.{i}z{k}", stranger, large) for k in range(16)] for i in range(12)]
    server.expects("OKTA-REFUSED: .*decryption_busy", optional=True, lasting=True)

    def flood(i):
        answers = [server.get("/whoami", sent) for sent in bad[i]]
        return answers, [server.get("/whoami", one).status for one in (known, signed)]
    results = at_once(len(bad), flood)
    answers = [answer for some, _ in results for answer in some]
    assert {answer.status for answer in answers} == {401, 503}
    for answer in answers:
        if answer.status == 503:
            assert_unavailable(answer)
        else:
            assert answer.json()["error_description"] == "The access token cannot be decrypted"
    assert all(statuses == [200, 200] for _, statuses in results)
    assert_ok(server.get("/whoami", jwe.encrypt(issuer.mint.token(), large)))


def _read(memory, begin, end):
    """All of it that can be read. Newer systems have guards of stacks within the mapping: a read ends before one, or fails."""
    parts = []
    while begin < end:
        memory.seek(begin)
        try:
            part = memory.read(end - begin)
        except OSError:
            part = bytes(mmap.PAGESIZE)
        parts.append(part)
        begin += len(part)
    return b"".join(parts)


def _memory_of(pid):
    """All that the process may read of its own memory, but for what a sanitizer keeps of its own: terabytes, untouched."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            begin, end = (int(text, 16) for text in span.split("-"))
            if rights.startswith("rw") and "[v" not in line and end - begin < 1 << 32:
                yield _read(memory, begin, end)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root reads the memory of others")
def test_children_have_no_text_of_a_key(issuer, launch):
    """What the parent keeps of the files, for a restart that cannot read them, is wiped in its children."""
    server = launch(lambda s: trusts(issuer, 'OktaDecryptionKey "{}" "{}"'.format(
        jwe.install(s, "conf/key.pem", FIRST), jwe.install(s, "conf/key.json", SECOND, jwks=True))) + location("/whoami"),
        processes=1)
    for one in (FIRST, SECOND):
        assert_ok(server.get("/whoami", jwe.encrypt(issuer.mint.token(), one)))
    lines = (server.root / "conf" / "key.pem").read_bytes().split(b"\n")[2:-2]
    texts = [*lines[::5], *(SECOND.private()[name].encode() for name in ("d", "p", "q", "dp", "dq", "qi"))]
    [child] = server.children()
    found = [text for part in _memory_of(child) for text in texts if text[:48] in part]
    assert found == []
    kept = [text for part in _memory_of(server.pid) for text in texts if text[:48] in part]
    assert len(set(kept)) == len(texts), "the search finds what is there"
