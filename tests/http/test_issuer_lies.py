# SPDX-License-Identifier: Apache-2.0
"""An issuer that answers wrongly: 503 with Retry-After, the cause in the log, and never its keys."""

import re

import pytest
from env import answers
from env.issuer import Issuer
from env.keys import key, keyset
from env.mint import Mint
from env.snippets import location, trusts
from env.verdicts import assert_ok, assert_unavailable
from env.waiting import wait_for

MEGABYTES = 12 * 1024 * 1024
EVIL = "127.0.0.2"


def _everywhere(behavior):
    return {"metadata": behavior, "oauth": behavior, "rfc8414": behavior}


def _keys(behavior):
    return {"keys": behavior}


LIES = {
    # name: (endpoint -> behavior, regex of the cause in the log)
    "metadata of another issuer": (_everywhere(answers.metadata_with(
        issuer="https://liar.example.com/oauth2/default")), r"liar\.example\.com|issuer"),
    "metadata whose issuer has a slash more": (
        _everywhere(lambda i, r, t: answers.json_answer({**i.metadata(), "issuer": i.url + "/"})),
        "issuer"),
    "metadata without issuer": (_everywhere(answers.metadata_with(issuer=None)), "issuer"),
    "metadata without jwks_uri": (_everywhere(answers.metadata_with(jwks_uri=None)), "jwks_uri"),
    "jwks_uri a number": (_everywhere(answers.metadata_with(jwks_uri=7)), "jwks_uri"),
    "jwks_uri not http": (_everywhere(answers.metadata_with(jwks_uri="file:///etc/passwd")),
                          "jwks_uri|https"),
    "jwks_uri plain http elsewhere": (_everywhere(answers.metadata_with(
        jwks_uri="http://keys.example.com/v1/keys")), "jwks_uri|https"),
    "metadata as HTML": (_everywhere(answers.html()), "JSON|html|line 1"),
    "metadata an array": (_everywhere(answers.document([])), "JSON|object"),
    "metadata 404": (_everywhere(answers.status(404)), "404"),
    "metadata 500": (_everywhere(answers.status(500)), "500"),
    "metadata huge": (_everywhere(answers.huge(MEGABYTES)), "large|big|bytes|size"),
    "metadata cut": (_everywhere(answers.half_body()), "bytes|transfer|partial|outstanding|closed"),
    "keys as HTML": (_keys(answers.html()), "JSON|html|line 1"),
    "keys empty": (_keys(answers.empty_set()), "usable|empty|no key"),
    "keys empty text": (_keys(answers.text("")), "JSON|empty|end of file"),
    "keys not an array": (_keys(answers.document({"keys": {"kid": "x"}})), "array|keys"),
    "keys without the member": (_keys(answers.document({"jwks": []})), "keys"),
    "keys none usable": (_keys(answers.document(
        {"keys": [{"kty": "oct", "kid": "h", "k": "c2VjcmV0"}]})), "usable|can be used"),
    "keys 500": (_keys(answers.status(500)), "500"),
    "the right keys with 500": (_keys(answers.keys_with_status(500)), "500"),
    "the right keys with 203": (_keys(answers.keys_with_status(203)), "203"),
    "keys 429": (_keys(answers.status(429, retry_after=30)), "429"),
    "keys 304 unasked": (_keys(lambda i, r, t: answers.Answer(status=304)), "304"),
    "keys huge": (_keys(answers.huge(MEGABYTES)), "large|big|bytes|size"),
    "keys cut": (_keys(answers.half_body()), "bytes|transfer|partial|outstanding|closed"),
    "keys dropped": (_keys(answers.dropped()), "empty|closed|reply|response|connection|[Rr]ecv|nothing"),
    "keys gzipped unasked": (_keys(answers.gzipped()), "JSON|gzip|encod|compress"),
    "keys twice the same member": (_keys(answers.text('{"keys":[],"keys":[]}')), "duplicate|JSON|twice"),
}


@pytest.fixture(scope="module")
def liars():
    made = {}
    try:
        for name, (scripts, _) in LIES.items():
            made[name] = Issuer()
            for endpoint, behavior in scripts.items():
                made[name].script(endpoint, behavior)
        yield made
    finally:
        for issuer in made.values():
            issuer.stop()


@pytest.fixture(scope="module")
def server(launch_shared, liars):
    """One server that knows them all, each behind its own location."""
    places = {name: f"/liar-{n}" for n, name in enumerate(LIES)}
    text = "OktaKeyWait 300ms\nOktaInsecureHttp On\nOktaAudience api://default\n" + "".join(
        location(places[name], f"OktaIssuer {issuer.url}") for name, issuer in liars.items())
    server = launch_shared(text, processes=2)
    server.expects(r"OKTA-KEYS|OKTA-REFUSED: reason=keys_unavailable", lasting=True)
    server.places = places
    return server


@pytest.mark.parametrize("name", LIES)
def test_lie(server, liars, name):
    issuer, (_, cause) = liars[name], LIES[name]
    line = server.wait_for_log(rf"auth_okta:(warn|error)\].*OKTA-KEYS.*:{issuer.port}/")
    told = line.partition("OKTA-KEYS")[2].replace(issuer.url, "")
    assert re.search(cause, told), line
    assert_unavailable(server.get(server.places[name], issuer.mint.token()))
    # The issuer's own key does not get in by the back door.
    assert_unavailable(server.get(server.places[name], issuer.mint.token(sub="again")))


def test_pauses_differ(server, liars):
    """Issuers that fail together are not all asked again at the same time."""
    lines = [server.wait_for_log(rf":{issuer.port}/.*: try 1 failed: .*; next in \d+ ms") for issuer in liars.values()]
    pauses = {int(re.search(r"next in (\d+) ms", line)[1]) for line in lines}
    assert len(pauses) > 5, pauses


def test_redirect_to_another_host_is_not_followed(launch, issuer, make_issuer):
    evil = make_issuer(host=EVIL, keys=[key("key-1", material="evil")])
    issuer.script("keys", answers.redirect(evil.jwks_uri))
    server = launch(trusts(issuer) + location("/whoami"))
    server.expects(r"OKTA-KEYS.*(redirect|30\d|host)")
    server.expects(r"OKTA-REFUSED: reason=keys_unavailable")
    assert_unavailable(server.get("/whoami", Mint(issuer.url, evil.keys[0]).token()))
    assert evil.requests == []


def test_redirect_of_the_metadata_to_another_host(launch, issuer, make_issuer):
    evil = make_issuer(host=EVIL)
    for endpoint in ("metadata", "oauth", "rfc8414"):
        issuer.script(endpoint, answers.redirect(evil.url + "/.well-known/openid-configuration"))
    server = launch(trusts(issuer) + location("/whoami"))
    server.expects(r"OKTA-KEYS.*(redirect|30\d|host)")
    server.expects(r"OKTA-REFUSED: reason=keys_unavailable")
    assert_unavailable(server.get("/whoami", issuer.mint.token()))
    assert evil.requests == []


def test_metadata_that_points_to_another_host_for_keys(launch, issuer, make_issuer):
    evil = make_issuer(host=EVIL, keys=[key("key-1", material="evil")])
    for endpoint in ("metadata", "oauth", "rfc8414"):
        issuer.script(endpoint, answers.metadata_with(jwks_uri=evil.jwks_uri))
    server = launch(trusts(issuer) + location("/whoami"))
    server.expects(r"OKTA-KEYS.*(jwks_uri|host)")
    server.expects(r"OKTA-REFUSED: reason=keys_unavailable")
    assert_unavailable(server.get("/whoami", Mint(issuer.url, evil.keys[0]).token()))
    assert evil.requests == []


def test_an_issuer_that_hangs(launch, issuer):
    issuer.script("all", answers.hanging())
    server = launch(trusts(issuer, "OktaFetchTimeout 1s") + location("/whoami"))
    server.expects(r"OKTA-REFUSED: reason=keys_unavailable")
    server.expects(r"OKTA-KEYS.*([Tt]im(e|ed)[ -]?out|1000|1 s)")
    assert_unavailable(server.get("/whoami", issuer.mint.token()))
    server.guard.check(patience=10)
    server.expects("OKTA-", optional=True, lasting=True)


def test_a_bad_answer_never_replaces_good_keys(launch, issuer):
    """A forced refresh that brings nonsense leaves the keys as they were."""
    issuer.max_age = 1
    server = launch(trusts(issuer) + location("/whoami"), processes=2)
    assert_ok(server.get("/whoami", issuer.mint.token()))
    server.expects("OKTA-", optional=True, lasting=True)
    unknown = key("stranger")
    for lie in (answers.empty_set(), answers.html(), answers.keys_with_status(500),
                answers.document(keyset(key("key-1", material="replaced").with_members(n="AQAB")))):
        issuer.script("keys", lie)
        server.get("/whoami", issuer.mint.token(header={"kid": "unknown"}, key=unknown))
        for _ in range(4):
            assert_ok(server.get("/whoami", issuer.mint.token()))


def test_the_truth_is_found_in_the_end(launch, issuer):
    issuer.script("keys", answers.in_turn(answers.status(500), answers.honest))
    server = launch(trusts(issuer) + location("/whoami"))
    server.expects("OKTA-KEYS.*500")
    server.expects("OKTA-REFUSED: reason=keys_unavailable", optional=True, lasting=True)
    token = issuer.mint.token()
    wait_for(lambda: server.get("/whoami", token).status == 200, "the second try", timeout=90,
             interval=0.2)
