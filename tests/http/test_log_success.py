# SPDX-License-Identifier: Apache-2.0
"""OktaLogSuccess: who was let in; LogLevel debug: why; and OKTA_JTI, OKTA_CLIENT, OKTA_REASON for access logs."""

import re

import pytest
from env import leaks, places
from env.attacks import ATTACKS
from env.snippets import env_directory, env_location, location, trusts
from env.verdicts import refusal_lines
from env.waiting import wait_for

ACCEPTED = re.compile(r'auth_okta:notice.*OKTA-ACCEPTED: user="(.*?)" client="(.*?)" act="(.*?)" jti="(.*?)" '
                      r'kid="(.*?)" iss="(.*?)" \[request_accepted\]$')


@pytest.fixture(scope="module")
def server(launch_shared, shared_issuer):
    """At Debian's LogLevel; the sample of conf/ is used as it is."""
    sample = (places.REPO / "conf" / "okta-log.conf").read_text()
    sample = re.sub(r"^#(LogFormat .*)$", r"\1", sample, flags=re.M)

    def snippet(s):
        s.write("htdocs/dir/index.html", "index")
        s.write("htdocs/files/index.html", "index")
        s.write("htdocs/page.shtml", '<!--#include virtual="/whoami" -->')
        return (sample + 'CustomLog logs/okta.log okta\n' + trusts(shared_issuer) + env_directory(s)
                + location("/whoami", "OktaLogSuccess On") + location("/quiet")
                + location("/open", "OktaLogSuccess On", "OktaAnonymous missing-or-failed", require="all granted",
                           handler="okta-hello")
                + location("/scope", "OktaLogSuccess On", require="okta-scope nobody:has")
                + location("/dir", "OktaLogSuccess On", handler=None)
                + f'<Directory "{s.root}/htdocs/files">\n<Files index.html>\nAuthType Okta\nAuthName x\n'
                  "Require valid-user\nOktaLogSuccess On\n</Files>\n</Directory>\n"
                + location("/page.shtml", "OktaLogSuccess On", "Options +Includes", "SetOutputFilter INCLUDES",
                           handler=None)
                + location("/behind", "ErrorDocument 403 /lax", "ErrorDocument 401 /lax",
                           require="okta-scope nobody:has")
                + location("/lax", "OktaEnforce Off", "OktaAudience lax", handler="okta-hello")
                + location("/document", "ErrorDocument 401 /hello") + "<Location /hello>\nSetHandler okta-hello\n"
                "</Location>\n" + env_location(s, "/env") + env_location(s, "/bare", "OktaClaimEnv Off")
                + env_location(s, "/some", "OktaClaimEnv sub") + env_location(s, "/off", "OktaEnforce Off"))
    made = launch_shared(snippet, modules=["cgi", "include"], processes=2, log_level="warn")
    made.expects("OktaEnforce Off|AH01631", lasting=True, optional=True)
    return made


def _accepted(server, mark):
    return [ACCEPTED.search(line).groups() for line in server.error_log.matching("OKTA-ACCEPTED", mark)]


def test_who_client_actor_and_jti_at_the_level_warn(server, shared_issuer):
    mark = server.error_log.mark()
    token = shared_issuer.mint.token(jti="AT.1", cid="0oa1", act={"sub": "agent", "act": {"sub": "before"}})
    assert server.get("/whoami", token).status == 200
    assert _accepted(server, mark) == [("user@example.com", "0oa1", "agent before", "AT.1",
                                        shared_issuer.mint.key.kid, shared_issuer.url)]


@pytest.mark.parametrize("path, count", [("/whoami", 1), ("/quiet", 0), ("/open", 1), ("/dir/", 1), ("/page.shtml", 1),
                                         ("/scope", 0), ("/files/", 1), ("/files/index.html", 1)])
def test_once_for_each_request_of_a_client(server, shared_issuer, path, count):
    mark = server.error_log.mark()
    server.get(path, shared_issuer.mint.token())
    assert len(_accepted(server, mark)) == count
    mark = server.error_log.mark()
    server.get(path)
    server.get(path, ATTACKS["expired"][1](shared_issuer.mint))
    assert _accepted(server, mark) == []


def test_no_claim_forges_a_line(server, shared_issuer):
    mark = server.error_log.mark()
    hostile = 'x" jti="forged" [request_accepted] é\\'
    server.get("/whoami", shared_issuer.mint.token(sub=hostile, cid=hostile, jti=hostile, act={"sub": hostile}))
    (user, client, actor, jti, _, _), = _accepted(server, mark)
    assert user == client == actor == jti == "x? jti=?forged? [request_accepted] ???"


def test_who_is_refused_forges_no_line(launch, shared_issuer):
    """The user and the path stand in the detail of a 403."""
    server = launch(trusts(shared_issuer) + location("/scope", require="okta-scope nobody:has"), processes=1)
    server.expects("AH01631", lasting=True)
    server.get('/scope/%22 jti=%22forged', shared_issuer.mint.token(sub='x" jti="forged" kid="'))
    line, = refusal_lines(server)
    for field in ("kid", "iss", "jti"):
        assert len(re.findall(rf' {field}="', line)) == 1, line


# -- variables

def test_variables_of_an_accepted_token(server, shared_issuer):
    token = shared_issuer.mint.token(jti="AT.2", cid="0oa2")
    for path in ("/env", "/bare", "/some"):
        for _ in range(3):   # new, seen before, and with a note
            seen = server.get(path, token).environment()
            assert (seen["OKTA_JTI"], seen["OKTA_CLIENT"]) == ("AT.2", "0oa2"), path
    assert "OKTA_CLAIM_sub" not in server.get("/bare", token).environment()


def test_a_client_cannot_set_them(server, shared_issuer):
    headers = {name: "forged" for name in ("OKTA_JTI", "OKTA-JTI", "OKTA_CLIENT", "OKTA-CLIENT", "OKTA_REASON")}
    seen = server.get("/off", headers=headers).environment()
    assert "OKTA_JTI" not in seen and "OKTA_CLIENT" not in seen and seen["OKTA_REASON"] == "token_missing"
    seen = server.get("/env", shared_issuer.mint.token(jti=None), headers=headers).environment()
    assert "OKTA_JTI" not in seen and "OKTA_REASON" not in seen


def _logged(server, path):
    log = server.root / "logs" / "okta.log"
    line = wait_for(lambda: [one for one in log.read_text().splitlines() if f'"GET {path} ' in one], path)
    return re.search(r' reason=(\S+) client="(.*)" jti="([^"]*)"$', line[0]).groups()


def test_the_access_log_of_the_sample(server, shared_issuer):
    mint = shared_issuer.mint
    server.get("/whoami?1", mint.token(jti="AT.3", cid="0oa3"))
    server.get("/scope?2", mint.token(jti="AT.4", cid="0oa4"))
    server.get("/whoami?3", mint.token(jti="AT.5", cid="0oa5", exp=1))
    server.get("/whoami?4", ATTACKS["tampered"][1](mint))
    server.get("/document?5", mint.token(jti="AT.6", cid="0oa6", aud="other"))
    server.get("/whoami?6")
    server.get("/whoami?7", mint.token(jti="AT.7", cid='x" reason=- client=forged'))
    assert _logged(server, "/whoami?1") == ("-", "0oa3", "AT.3")
    assert _logged(server, "/scope?2") == ("insufficient_scope", "0oa4", "AT.4")
    assert _logged(server, "/whoami?3") == ("token_expired", "0oa5", "AT.5")
    # who nobody vouches for has no name here
    assert _logged(server, "/whoami?4") == ("signature_invalid", "-", "-")
    assert _logged(server, "/document?5") == ("audience_mismatch", "0oa6", "AT.6")
    assert _logged(server, "/whoami?6") == ("token_missing", "-", "-")
    assert _logged(server, "/whoami?7") == ("-", r'x\" reason=- client=forged', "AT.7")


def test_the_reason_of_what_is_answered_with(server, shared_issuer):
    """Of a subrequest, and of the request that an ErrorDocument answers, whatever is thought of that one."""
    mint = shared_issuer.mint
    assert server.get("/files/?8", mint.token(exp=1)).status == 401
    assert server.get("/behind?9", mint.token()).status == 403
    assert server.get("/behind?10", mint.token(exp=1)).status == 401
    assert _logged(server, "/files/?8")[0] == "token_expired"
    assert _logged(server, "/behind?9")[0] == "insufficient_scope"
    assert _logged(server, "/behind?10")[0] == "token_expired"


# -- each step

STEPS = ["credentials", "shape", "header", "type", "algorithm", "payload", "issuer", "key", "signature", "claims",
         "kind", "binding", "audience", "client", "expiry", "not before", "issued at", "age", "revocation",
        "step-up"]


def test_each_step_of_a_decision(launch, shared_issuer):
    server = launch(trusts(shared_issuer) + location("/whoami") + location("/scope", require="okta-scope nobody:has"),
                    processes=1, log_level="notice auth_okta:debug")
    server.expects("AH01631", lasting=True)
    token = shared_issuer.mint.token(jti="AT.8")
    # no later request waits for keys
    assert server.get("/whoami", shared_issuer.mint.token()).status == 200

    def steps(path, token):
        mark = server.error_log.mark()
        server.get(path, token)
        found = (re.search(r'auth_okta:debug.*OKTA-STEP: check="(.*?)" outcome=(\w+): .* \[decision_step\]$', line)
                 for line in server.error_log.matching("OKTA-STEP", mark))
        return [match.groups() for match in found]
    passed = [(name, "pass") for name in STEPS]
    assert steps("/whoami", token) == passed + [("require", "pass")]
    # seen before: the policy is checked all the same
    again = [("credentials", "pass"), ("memory", "pass")] + passed[10:]
    assert steps("/whoami", token) == again + [("require", "pass")]
    assert steps("/scope", token) == again + [("require", "fail")]
    expired = steps("/whoami", shared_issuer.mint.token(exp=1))
    assert expired == passed[:14] + [("expiry", "fail")]
    assert steps("/whoami", None) == [("credentials", "fail")]
    assert steps("/whoami", "x.y.z")[-1] == ("shape", "fail")
    leaks.check(server.root)
