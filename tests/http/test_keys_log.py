# SPDX-License-Identifier: Apache-2.0
"""One log line for each change of an issuer's state, with the real cause, and none for each request or try."""

import re

from env import answers
from env.certs import Authority
from env.keyservers import cut_off, key_lines, phases, restore
from env.ports import closed_port
from env.snippets import location
from env.verdicts import assert_ok
from env.waiting import wait_for


def test_causes(make_issuer, launch, authority, tmp_path, figure):
    """Every kind of failure from the start: one error line each, however often it is tried and asked for."""
    nowhere = "https://keys.nowhere.invalid/oauth2/default"
    stranger = Authority(tmp_path, "Stranger CA")
    with closed_port() as closed, closed_port() as dead:
        refusing = f"http://127.0.0.1:{closed}/oauth2/default"
        causes = {
            "name": (nowhere, r"[Cc]ould ?n.t resolve host.*keys\.nowhere\.invalid"),
            "refused": (refusing, rf"Failed to connect to 127\.0\.0\.1( port |:){closed}"),
            "expired certificate": (make_issuer(tls=authority.server(days=(-10, -1))), r"certificate has expired"),
            "unknown authority": (make_issuer(tls=stranger.server()), r"unable to get local issuer certificate"),
            "another name": (make_issuer(tls=authority.server(names=("other.example.com",))),
                             r"(no alternative certificate subject name matches|does not match)"),
            "proxy": (make_issuer(), rf"127\.0\.0\.1( port |:){dead}"),
            "status": (make_issuer(), r"status 500"),
            "JSON": (make_issuer(), r"metadata: .*JSON, line 1"),
            "another issuer": (make_issuer(), r'its issuer is "https://liar\.example\.com", not "http://127'),
            "time": (make_issuer(), r"[Tt]imed? ?out"),
            "compressed": (make_issuer(), r"compressed, which was not asked for"),
            "empty set": (make_issuer(), r"/v1/keys: an empty key set"),
            "half": (make_issuer(), r"/v1/keys: .*(transfer closed|bytes)"),
            "elsewhere": (make_issuer(), r"redirect to another host \(http://127\.0\.0\.2:80\) refused"),
        }
        issuers = {name: issuer for name, (issuer, _) in causes.items()}
        issuers["status"].script("all", answers.status(500))
        issuers["JSON"].script("all", answers.html())
        issuers["another issuer"].script("all", answers.metadata_with(issuer="https://liar.example.com"))
        issuers["time"].script("all", answers.hanging())
        issuers["compressed"].script("keys", answers.gzipped())
        issuers["empty set"].script("keys", answers.empty_set())
        issuers["half"].script("keys", answers.half_body())
        issuers["elsewhere"].script("keys", answers.redirect("http://127.0.0.2:80/keys"))
        urls = {name: getattr(i, "url", i) for name, i in issuers.items()}

        def snippet(s):
            ca = s.write("conf/ca.pem", authority.ca_file.read_bytes())
            return (f"OktaInsecureHttp On\nOktaAudience api://default\nOktaFetchTimeout 2s\nOktaCAFile {ca}\n"
                    "OktaKeyWait 0s\n"
                    f"<OktaIssuer {urls['proxy']}>\nOktaHttpProxy http://127.0.0.1:{dead}\n</OktaIssuer>\n"
                    + "".join(location(f"/n{n}", f"OktaIssuer {url}") for n, url in enumerate(urls.values())))
        server = launch(snippet)
        server.expects("OKTA-KEYS: .* missing: ", lasting=True)
        server.expects("OKTA-REFUSED: reason=keys_unavailable", lasting=True, optional=True)
        for name, url in urls.items():
            wait_for(lambda: server.error_log.matching(rf'"{re.escape(url)}": try 2 failed'),
                     f"two tries: {name}", timeout=60, interval=0.1)
        for n, (name, (issuer, cause)) in enumerate(causes.items()):
            url = urls[name]
            lines = server.error_log.matching(rf'auth_okta:(warn|error|notice)\].*"{re.escape(url)}"')
            assert len(lines) == 1, (name, lines)
            assert re.search(rf"auth_okta:error\].*missing: .*{cause}.*; requests get 503 until a fetch "
                             r"succeeds; next try in \d+ s", lines[0]), (name, lines[0])
        figure("causes", kinds=len(causes), lines=len(causes))
        # Repair what can be repaired: one more line each.
        for name in ("status", "JSON", "time", "empty set"):
            issuers[name].honest()
        for name in ("status", "JSON", "time", "empty set"):
            wait_for(lambda: phases(server, issuers[name]) == ["missing", "recovered"], name, timeout=60,
                     interval=0.1)
            n = list(causes).index(name)
            assert_ok(server.get(f"/n{n}", issuers[name].mint.token()))


def test_the_life_of_an_issuer(issuer, launch, figure):
    """fresh, failing, stale, expired, recovered: each once, at its level, under steady requests."""
    server = launch("OktaInsecureHttp On\nOktaAudience api://default\nOktaKeyRefresh 3s 3s\n"
                    "OktaKeyMaxStale 1s\nOktaKeyWait 100ms\n" + location("/whoami", f"OktaIssuer {issuer.url}"))
    wait_for(lambda: phases(server, issuer), "the keys")
    server.expects("OKTA-KEYS: .* (failing|stale|expired): ", lasting=True)
    server.expects("OKTA-REFUSED: reason=keys_unavailable", lasting=True)
    cut_off(issuer)
    token = issuer.mint.token()

    def ask_until(phase):
        def look():
            server.get("/whoami", token)
            return phase in phases(server, issuer)
        wait_for(look, phase, timeout=60, interval=0.05)

    ask_until("expired")
    restore(issuer)
    ask_until("recovered")
    lines = key_lines(server, issuer)
    figure("phases", seen=[phase for phase, _ in lines])
    assert [phase for phase, _ in lines] == ["fresh", "failing", "stale", "expired", "recovered"]
    levels = [re.search(r"auth_okta:(\w+)\]", line)[1] for _, line in lines]
    assert levels == ["info", "warn", "warn", "error", "notice"]
    assert all(re.search("connect|closed|empty|reply|Recv", line, re.I) for _, line in lines[1:4])
