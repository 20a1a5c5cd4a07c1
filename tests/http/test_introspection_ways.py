# SPDX-License-Identifier: Apache-2.0
"""Introspection of JWTs (always), of the org server's tokens, by every kind of client, and how long answers count."""

import json
import os
import time

import pytest
from env import answers, leaks
from env.asked import (ABSENT, CLIENT, SECRET, AskedIssuer, asked, asks, secret_file,  # noqa: F401  pytest takes
                       shared)  # fixtures from here
from env.dpop import Prover, call
from env.dpop import assert_refused as assert_proof_refused
from env.httpd import StartFailed
from env.keys import key
from env.mint import decode
from env.snippets import location, trusts
from env.verdicts import assert_logged, assert_ok, assert_refused
from env.waiting import wait_for
from jwcrypto.jwt import JWT


@pytest.fixture(scope="module")
def always(launch_shared, shared):
    return launch_shared(asks(shared, "OktaIntrospectionCache 1s", mode="always") + location("/api")
                         + location("/admin", "OktaAudience api://admin"), processes=2)


def test_a_jwt_is_judged_here_and_asked_about(always, shared):
    token = shared.jwt(groups=["a"])
    answer = always.get("/api", token)
    assert_ok(answer)
    assert answer.json() == decode(token)[1]
    assert shared.asked(token) == 1


def test_an_opaque_token_is_asked_about_once(always, shared):
    """Its claims are of the answer that would confirm them."""
    token = shared.opaque()
    assert_ok(always.get("/api", token))
    assert shared.asked(token) == 1


def test_a_revocation_is_seen(always, shared):
    token, opaque = shared.jwt(), shared.opaque()
    for one in (token, opaque):
        assert_ok(always.get("/api", one))
        shared.revoke(one)
    for one in (token, opaque):
        wait_for(lambda: always.get("/api", one).status == 401, "the revocation to be seen")
        mark = always.error_log.mark()
        assert_refused(always.get("/api", one))
        assert_logged(always, mark, "token_inactive")


def test_what_is_refused_here_is_not_asked_about(always, shared):
    stranger = shared.mint_with(key("stranger", "RS256")).token()
    for token in (stranger, shared.jwt(exp=int(time.time()) - 1000), shared.jwt(aud="api://other"),
                  shared.jwt(iat=int(time.time()) + 1000), shared.jwt(nonce="n")):
        assert_refused(always.get("/api", token))
        assert shared.asked(token) == 0
    token = shared.jwt()
    assert_refused(always.get("/admin", token))
    assert shared.asked(token) == 0


def test_another_type_is_refused(always, shared):
    token = shared.jwt()
    shared.known[token]["token_type"] = "refresh_token"
    mark = always.error_log.mark()
    assert_refused(always.get("/api", token))
    assert_logged(always, mark, "type_refused")


def test_it_may_end_earlier(always, shared):
    """By its own exp the token is good for an hour; the issuer says that it ends in a second."""
    token = shared.jwt()
    shared.known[token]["exp"] = int(time.time()) + 1
    assert_ok(always.get("/api", token))
    shared.revoke(token)
    wait_for(lambda: always.get("/api", token).status == 401, "the end")


def test_it_ended_earlier(always, shared):
    """The issuer calls it active and says that it has ended: it has, each time that is asked."""
    token = shared.jwt()
    shared.known[token]["exp"] = int(time.time()) - 100
    for _ in range(3):
        mark = always.error_log.mark()
        assert_refused(always.get("/api", token))
        assert_logged(always, mark, "token_expired")


def test_an_opaque_token_that_is_bound_to_a_key(asked, launch):
    """cnf comes with the answer."""
    server = launch(asks(asked) + location("/whoami"), processes=2)
    prover, other = Prover.of(server), Prover.of(server, name="another")
    token = asked.opaque(cnf={"jkt": prover.jkt}, token_type="DPoP")
    proof = prover.proof(token)
    assert_ok(call(server, token, proof))
    assert_proof_refused(call(server, token, proof))
    assert_proof_refused(call(server, token, other.proof(token)))
    assert_refused(server.get("/whoami", token))
    assert asked.asked(token) == 1


@pytest.fixture
def org():
    with AskedIssuer(path="") as made:
        yield made


def test_the_org_server(org, launch):
    """Its tokens look like JWTs, and nobody else can check them."""
    server = launch(asks(org, audience=org.url) + location("/api"), processes=2)
    internal = {"typ": "application/okta-internal-at+jwt", "kid": "not-published"}
    signer = key("of the org server", "RS256")
    token = org.mint_with(signer).token(internal, aud=org.url)
    org.known[token] = org.answer_for(aud=org.url)
    answer = server.get("/api", token)
    assert_ok(answer)
    assert answer.json()["cid"] == org.known[token]["client_id"]
    for _ in range(5):
        assert_ok(server.get("/api", token))
    assert org.asked(token) == 1
    elsewhere = org.mint_with(signer).token(internal, iss="https://other.okta.com")
    assert_refused(server.get("/api", elsewhere))
    assert org.asked(elsewhere) == 0
    unknown = org.mint_with(signer).token(internal, aud=org.url, jti="unknown")
    assert_refused(server.get("/api", unknown))
    custom = org.mint.token(aud=org.url)
    assert_ok(server.get("/api", custom))
    assert org.asked(custom) == 0


def test_client_secret_post(asked, launch):
    server = launch(asks(asked).replace(CLIENT, CLIENT + " client_secret_post") + location("/api"), processes=1)
    token = asked.opaque()
    assert_ok(server.get("/api", token))
    form, who = asked.log[-1]
    assert who == (CLIENT, SECRET)
    assert set(form) == {"token", "token_type_hint", "client_id", "client_secret"}


def test_no_client(asked, launch):
    asked.client = None
    server = launch(trusts(asked, "OktaIntrospection opaque", "OktaIntrospectionClient none") + location("/api"),
                    processes=1)
    assert_ok(server.get("/api", asked.opaque()))
    assert set(asked.log[-1][0]) == {"token", "token_type_hint"}


def _as_pem(own):
    return own.jwk.export_to_pem(True, None).decode()


def _as_jwk(own):
    """As Okta's console gives it, one of several keys of the client."""
    return json.dumps({**own.private(), "kid": "second-of-two", "use": "sig", "status": "ACTIVE"})


@pytest.mark.parametrize("alg,written,kid", [("RS256", _as_pem, None), ("ES256", _as_pem, None),
                                             ("RS256", _as_jwk, "second-of-two"), ("ES256", _as_jwk, "second-of-two")])
def test_private_key_jwt(asked, launch, alg, written, kid):
    asked.client = None
    own = key("client " + alg, alg)
    file = secret_file(written(own), f"{alg}{written.__name__}")
    server = launch(trusts(asked, "OktaIntrospection opaque", f"OktaIntrospectionClient {CLIENT} private_key_jwt",
                           f"OktaIntrospectionKey {file}") + location("/api"), processes=1)
    for _ in range(2):
        assert_ok(server.get("/api", asked.opaque()))
    seen = []
    for form, _ in asked.log[-2:]:
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        assertion = JWT(jwt=leaks.register(form["client_assertion"]), key=own.jwk, algs=[alg])
        header = json.loads(assertion.header)
        assert (header["alg"], header.get("kid")) == (alg, kid)
        claims = json.loads(assertion.claims)
        assert (claims["iss"], claims["sub"], claims["aud"]) == (CLIENT, CLIENT, asked.url + "/v1/introspect")
        assert 0 < claims["exp"] - time.time() <= 61
        assert len(claims["jti"]) >= 20
        seen.append(claims["jti"])
    assert seen[0] != seen[1]


@pytest.mark.parametrize("program", [False, True])
def test_secrets_from_files_and_programs(asked, launch, program):
    """One line feed at the end is nobody's; root alone may read the file, and the children may not."""
    source = f"file:{secret_file()}"
    if program:
        source = f"exec:{secret_file(f'''#!/bin/sh{chr(10)}printf '%s{chr(92)}n' '{SECRET}'{chr(10)}''', 'say-it', 0o700)}"
    server = launch(asks(asked).replace(f"file:{secret_file()}", source) + location("/api"), processes=1)
    assert_ok(server.get("/api", asked.opaque()))
    dumped = server.configtest(arguments=("-D", "DUMP_OKTA"))
    assert dumped.ok and SECRET not in dumped.output


# name: (file or program, what is done to it, what configtest says of it)
OPEN_SECRETS = {
    "everybody reads it": ("file", lambda f: f.chmod(0o604), "it may be read by everybody"),
    "its group writes it": ("file", lambda f: f.chmod(0o620), "it may be written by others"),
    "everybody writes it": ("file", lambda f: f.chmod(0o602), "it may be written by others"),
    "another user's": ("file", lambda f: os.chown(f, 4711, 4711), "it belongs to user 4711"),
    "a folder": ("file", lambda f: (f.unlink(), f.mkdir()), "it is no regular file"),
    "a pipe": ("file", lambda f: (f.unlink(), os.mkfifo(f)), "it is no regular file"),
    "a program that others write": ("exec", lambda f: f.chmod(0o722), "it may be written by others"),
    "another user's program": ("exec", lambda f: (f.chmod(0o700), os.chown(f, 4711, 4711)), "it belongs to user 4711"),
}


@pytest.mark.parametrize("name", OPEN_SECRETS)
def test_secrets_that_others_can_get_at(asked, configtest, name):
    how, spoil, said = OPEN_SECRETS[name]
    path = secret_file(f"{SECRET}\n", name.replace(" ", "-"))
    spoil(path)
    result = configtest(asks(asked).replace(f"file:{secret_file()}", f'"{how}:{path}"') + location("/api"))
    assert not result.ok and said in result.output, result.output
    assert SECRET not in result.output


def test_an_answer_that_counts_for_no_time(asked, launch):
    server = launch(asks(asked, "OktaIntrospectionCache 0") + location("/api"), processes=2)
    token = asked.opaque()
    for _ in range(5):
        assert_ok(server.get("/api", token))
    assert asked.asked(token) == 5
    asked.revoke(token)
    assert_refused(server.get("/api", token))


def test_an_answer_counts_for_its_time_and_no_longer(asked, launch):
    server = launch(asks(asked, "OktaIntrospectionCache 2s") + location("/api"), processes=2)
    lasting, ending, unending = asked.opaque(), asked.opaque(exp=int(time.time()) + 1), asked.opaque(exp=ABSENT)
    began = time.monotonic()
    for token in (lasting, ending, unending):
        assert_ok(server.get("/api", token))
        asked.revoke(token)
    wait_for(lambda: server.get("/api", ending).status == 401, "its exp")
    while time.monotonic() < began + 1.5:
        assert asked.asked(lasting) == 1 and asked.asked(unending) == 1
        assert_ok(server.get("/api", lasting))
        assert_ok(server.get("/api", unending))
    for token in (lasting, unending):
        wait_for(lambda: server.get("/api", token).status == 401, "the answer to get old")
        assert asked.asked(token) == 2


def test_answers_outlast_a_restart(asked, launch):
    server = launch(asks(asked, "OktaIntrospectionCache 10m") + location("/api"), processes=2)
    tokens = [asked.opaque() for _ in range(3)]
    for token in tokens:
        assert_ok(server.get("/api", token))
    server.graceful()
    for token in tokens:
        assert_ok(server.get("/api", token))
    assert asked.asked() == 3


def test_connections_are_kept(asked, launch):
    server = launch(asks(asked) + location("/api"), processes=1, threads=2)
    for _ in range(20):
        assert_ok(server.get("/api", asked.opaque()))
    ports = {request.port for request in asked.requests if request.endpoint == "introspect"}
    assert len(ports) <= 2


# a program of this server's, which says what it was left beside its own files
DESCRIPTORS = """#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n'
for one in /proc/self/fd/*; do readlink "$one"; done
"""


def test_kept_connections_are_nobody_elses(asked, launch):
    """mod_cgi runs programs as children of the process that has the connection; they do not get it."""
    def snippet(server):
        server.write("cgi-bin/descriptors", DESCRIPTORS).chmod(0o755)
        return asks(asked) + location("/api") + f'ScriptAlias /descriptors "{server.root}/cgi-bin/descriptors"\n'

    server = launch(snippet, processes=1, threads=1, mpm="prefork", modules=("cgi",))
    assert_ok(server.get("/api", asked.opaque()))
    port = next(request.port for request in asked.requests if request.endpoint == "introspect")
    rows = [line.split() for line in open("/proc/net/tcp", encoding="ascii").read().splitlines()[1:]]
    kept = {f"socket:[{row[9]}]" for row in rows if int(row[1].rpartition(":")[2], 16) == port}
    server.child_with_port(port)
    answer = server.get("/descriptors")
    assert answer.status == 200 and "pipe:[" in answer.body.decode()
    assert not kept & set(answer.body.decode().split())


def test_the_endpoint_of_the_metadata_is_on_the_issuers_host(asked, launch):
    """Secret and tokens go where the metadata say only if that is the issuer's own host."""
    with AskedIssuer() as elsewhere:
        asked.script("metadata", answers.metadata_with(introspection_endpoint=elsewhere.url + "/v1/introspect"))
        server = launch(asks(asked) + location("/api"), processes=1)
        server.expects(r"OktaIntrospectionUri.*\[request_unjudged\]", lasting=True)
        assert server.get("/api", asked.opaque()).status == 503
        assert elsewhere.asked() == asked.asked() == 0


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_leads_nowhere(asked, launch, code):
    """Who follows it hands the token on, with 307 and 308 the secret too, and takes a stranger's answer."""
    with AskedIssuer() as elsewhere:
        token = asked.opaque()
        elsewhere.script("introspect", answers.document({"active": True, "sub": "u", "aud": "api://default"}))
        asked.script("introspect", answers.redirect(elsewhere.url + "/v1/introspect", code))
        server = launch(asks(asked) + location("/api"), processes=1)
        server.expects(r"\[request_unjudged\]|\[introspection_fails\]", lasting=True)
        assert server.get("/api", token).status == 503
        assert asked.asked() == 1 and elsewhere.requests == []


def test_the_endpoint_is_configured(asked, launch):
    asked.script("metadata", answers.metadata_with(introspection_endpoint=None))
    server = launch(asks(asked, f"OktaIntrospectionUri {asked.url}/v1/introspect") + location("/api"), processes=1)
    assert_ok(server.get("/api", asked.opaque()))


def test_a_section_of_its_own(asked, launch, shared):
    """Settings of one issuer; the other one is not asked, and its tokens are as ever."""
    section = "\n".join([f"<OktaIssuer {asked.url}>", "OktaIntrospection opaque", f"OktaIntrospectionClient {CLIENT}",
                         f"OktaIntrospectionSecret file:{secret_file()}", "</OktaIssuer>\n"])
    server = launch(trusts([shared, asked]) + section + location("/api"), processes=1)
    assert_ok(server.get("/api", asked.opaque()))
    assert_ok(server.get("/api", shared.mint.token()))
    assert_ok(server.get("/api", asked.mint.token()))
    assert_refused(server.get("/api", shared.opaque()))


@pytest.mark.parametrize("what", ["Secret", "Key"])
def test_a_secret_that_is_lost_at_a_restart(asked, launch, what):
    """httpd goes on with what it had; with none it asks nobody, and other places are served."""
    secret = secret_file(name="lost")
    lines = asks(asked).replace(str(secret_file()), str(secret))
    if what == "Key":
        asked.client = None
        secret = secret_file(_as_pem(key("client ES256", "ES256")), "lost")
        lines = trusts(asked, "OktaIntrospection opaque", f"OktaIntrospectionClient {CLIENT} private_key_jwt",
                       f"OktaIntrospectionKey {secret}")
    server = launch(lines + location("/api"), processes=1)
    server.expects(rf"OktaIntrospection{what} .*cannot be read|goes on in spite", lasting=True)
    assert_ok(server.get("/api", asked.opaque()))
    secret.rename(secret.with_suffix(".moved"))
    server.graceful()
    assert server.error_log.matching("the one of before serves on")
    assert_ok(server.get("/api", asked.opaque()))
    conf = server.root / "conf" / "httpd.conf"
    conf.write_text(conf.read_text().replace(str(secret), str(secret) + ".other"))
    server.expects(r"introspection_unavailable.*no secret or key", lasting=True)
    server.graceful()
    assert server.get("/api", asked.opaque()).status == 503
    assert_ok(server.get("/api", asked.mint.token()))


BAD_FILES = {"empty": ("", "empty"), "a line end alone": ("\n", "empty"), "two line ends": ("x\n\n", "one line"),
             "the line end of another system": ("x\r\n", "one line"), "too long": ("x" * 5000, "no secret")}


@pytest.mark.parametrize("name", BAD_FILES)
def test_configtest_reads_the_secret(configtest, name):
    """What it lets pass must not end the start."""
    text, words = BAD_FILES[name]
    secret = secret_file(text, "bad")
    said = configtest(trusts("https://a.okta.com/oauth2/default", "OktaIntrospection opaque", f"OktaIntrospectionClient {CLIENT}",
                             f"OktaIntrospectionSecret file:{secret}") + location("/api"))
    assert not said.ok and f'OktaIntrospectionSecret "file:{secret}": it' in said.output and words in said.output
    assert "xxxx" not in said.output


@pytest.mark.parametrize("text, words", [
    (None, 'OktaIntrospectionClient "{client}" private_key_jwt: no key for it; set OktaIntrospectionKey'),
    ("secret", 'OktaIntrospectionKey "{file}": it is of no use: no private key is in it'),
])
def test_configtest_reads_the_key(configtest, text, words):
    file = secret_file(text or "", "bad-key")
    line = f"OktaIntrospectionKey {file}" if text else ""
    said = configtest(trusts("https://a.okta.com/oauth2/default", "OktaIntrospection opaque",
                             f"OktaIntrospectionClient {CLIENT} private_key_jwt", line) + location("/api"))
    assert not said.ok and words.format(client=CLIENT, file=file) in said.output, said.output


FAULTS = {
    "a program that fails": ("#!/bin/sh\nexit 3\n", 0o700, "ended with 3"),
    "a program that says nothing": ("#!/bin/sh\n", 0o700, "empty"),
    "a program that says two lines": ("#!/bin/sh\nprintf 'a\\nb\\n'\n", 0o700, "one line"),
    "a program that says too much": ("#!/bin/sh\nhead -c 9000 /dev/zero | tr '\\0' x\n", 0o700, "no secret"),
    "a program that others may write": ("#!/bin/sh\necho x\n", 0o722, "written by others"),
    "a program that is no program": ("\0\1\2", 0o700, "ended with 255"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_programs_that_say_no_secret(asked, launch, name):
    text, mode, words = FAULTS[name]
    program = secret_file(text, "faulty", mode)
    lines = asks(asked).replace(f"file:{secret_file()}", f"exec:{program}")
    server = launch(lines + location("/api"), start=False)
    with pytest.raises(StartFailed, match=f"OktaIntrospectionSecret.*{words}"):
        server.start()
    server.process = None  # it ended by itself, as it should


def test_two_issuers_of_a_section_that_requires_nothing_itself(configtest, asked, shared):
    """It has its Require from the section around it."""
    said = configtest(asks(shared) + location("/api")
                      + f"<Location /api/inner>\nOktaIssuer {shared.url} {asked.url}\n</Location>\n")
    assert not said.ok and "OktaIntrospection in <Location /api/inner>" in said.output, said.output
    assert "two issuers there are asked about tokens" in said.output


def test_of_two_issuers_one_is_asked(asked, shared, launch):
    """What configtest says to do about two of them."""
    both = asks([shared, asked])
    server = launch(both + location("/api"), start=False)
    said = server.configtest()
    assert not said.ok and "two issuers there are asked about tokens" in said.output
    server = launch(both + f"<OktaIssuer {asked.url}>\nOktaIntrospection off\n</OktaIssuer>\n" + location("/api"),
                    processes=1)
    assert_ok(server.get("/api", shared.opaque()))
    assert_ok(server.get("/api", asked.mint.token()))
    assert_refused(server.get("/api", asked.opaque()))
    assert asked.asked() == 0
