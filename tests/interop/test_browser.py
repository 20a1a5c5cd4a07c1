# SPDX-License-Identifier: Apache-2.0
"""A real browser on the demo's page: a web app of one origin that calls the API of another."""

import functools
import http.server
import json
import threading
from urllib.parse import urlsplit

import pytest
import requests
from demo import PATIENCE, Demo
from env import places
from env.mint import decode
from env.waiting import wait_for
from jwcrypto.jwk import JWK

ARTIFACTS = places.REPO / "build" / "artifacts"
PAGE = places.REPO / "conf" / "demo" / "page"
BLOCKED = "has been blocked by CORS policy"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    running = Demo(tmp_path_factory.mktemp("demo") / "output")
    yield running
    running.stop()


@pytest.fixture
def page(demo, browser):
    """The app on its own origin, just opened."""
    assert browser.open(url=f"{demo.app}/") == "mod_auth_okta demo"
    yield browser
    assert browser.noises()["faults"] == []


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def foreign(demo, tmp_path):
    """The origin of a server that has the very same page, on a port that the API does not know."""
    for file in PAGE.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "demo.json").write_text(json.dumps(demo.settings))
    handler = functools.partial(_Quiet, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def port(origin):
    return urlsplit(origin).port


def test_the_page_is_of_another_origin(demo, page):
    assert page.evaluate(script="location.origin") == demo.app != demo.settings["api"]
    assert not page.visible(element="#foreign")


def test_without_token(page):
    answer = page.call("/api/hello", "none")
    assert answer["status"] == "200 OK" and "Hello" in answer["body"]
    answer = page.call("/api/whoami", "none")
    assert answer["status"] == "401 Unauthorized"
    # The page has it from the answer's header, so the browser let it read that.
    assert answer["challenge"] == 'WWW-Authenticate: Bearer realm="demo"'
    assert page.call("/api/admin", "none")["challenge"].startswith("WWW-Authenticate: Bearer")


def test_with_token(demo, page):
    assert page.get_token()["status"] == "200 OK"
    assert page.value(field="#token").count(".") == 2
    answer = page.call("/api/whoami", "token")
    assert (answer["status"], answer["challenge"]) == ("200 OK", "")
    claims = json.loads(answer["body"])
    assert (claims["iss"], claims["scp"]) == (demo.issuer, ["api:read"])
    assert page.call("/api/hello", "token")["status"] == "200 OK"
    assert not [line for line in page.noises()["said"] if BLOCKED in line]


def test_the_browser_asked_first(demo, page):
    calls = demo.calls_from_now_on("/api/admin")
    page.get_token()
    page.call("/api/admin", "token")
    assert wait_for(lambda: len(calls()) > 1 and calls(), "two lines in the access log") == [
        ("OPTIONS", "204"), ("GET", "403")]


def test_a_scope_that_the_token_lacks(page):
    page.get_token()
    answer = page.call("/api/admin", "token")
    assert answer["status"] == "403 Forbidden"
    assert 'error="insufficient_scope"' in answer["challenge"]
    assert 'scope="admin"' in answer["challenge"]
    assert answer["meaning"] == "The token is good, but lacks the scope admin."

    page.get_token("admin")
    assert page.call("/api/admin", "token")["status"] == "200 OK"


@pytest.mark.parametrize("kind", ["expired", "audience", "issuer", "kid"])
def test_wrong_tokens(page, kind):
    assert page.get_token(kind)["status"] == "200 OK"
    answer = page.call("/api/whoami", "token")
    assert answer["status"] == "401 Unauthorized"
    assert 'error="invalid_token"' in answer["challenge"] and answer["meaning"]
    assert page.call("/api/hello", "token")["status"] == "200 OK"


def test_a_tampered_token(page):
    page.get_token()
    answer = page.call("/api/admin", "tampered")
    assert answer["status"] == "401 Unauthorized"
    assert 'error="invalid_token"' in answer["challenge"]


def test_a_token_bound_to_a_key(demo, page):
    """DPoP by WebCrypto: a key that nobody can read, and a second proof with the nonce that the issuer asked for."""
    calls = demo.calls_from_now_on("/oauth2/default/v1/token")
    answer = page.get_token("bound")
    assert answer["status"] == "200 OK" and "asked for a nonce first" in answer["meaning"]
    assert json.loads(answer["body"])["token_type"] == "DPoP"
    posts = wait_for(lambda: len(found := [call for call in calls() if call[0] == "POST"]) > 1 and found,
                     "two requests in the access log")
    assert posts == [("POST", "400"), ("POST", "200")]
    assert ("OPTIONS", "204") in calls()  # a page may not send a proof unasked
    assert page.evaluate(script="proofKey.privateKey.extractable") is False
    key = JWK(**page.evaluate(script="proofKey.jwk"))
    assert decode(page.value(field="#token"))[1]["cnf"] == {"jkt": key.thumbprint()}
    assert not [line for line in page.noises()["said"] if BLOCKED in line]


def test_calls_with_proofs(demo, page):
    page.get_token("bound")
    answer = page.call("/api/whoami", "proof")
    assert (answer["status"], answer["challenge"]) == ("200 OK", "")
    claims = json.loads(answer["body"])
    assert claims["iss"] == demo.issuer and claims["cnf"]["jkt"]
    assert page.call("/api/whoami", "proof")["status"] == "200 OK"  # each call has a new one
    for refused in ("replay", "unproven"):
        answer = page.call("/api/whoami", refused)
        assert answer["status"] == "401 Unauthorized" and answer["meaning"]
        assert answer["challenge"].startswith("WWW-Authenticate: DPoP ")
        assert 'error="invalid_dpop_proof"' in answer["challenge"]
    answer = page.call("/api/whoami", "token")  # as Bearer
    assert answer["status"] == "401 Unauthorized" and 'error="invalid_token"' in answer["challenge"]
    assert not [line for line in page.noises()["said"] if BLOCKED in line]


def test_no_proof_without_a_key(page):
    page.get_token()
    assert "get a token that is bound" in page.call("/api/whoami", "proof")["meaning"]


def test_new_keys(page):
    page.get_token()
    assert page.press(button="[data-rotate]")["status"] == "200 OK"
    assert page.call("/api/whoami", "token")["status"] == "200 OK"
    page.get_token()
    assert page.call("/api/whoami", "token")["status"] == "200 OK"


def blocked(answer):
    return (answer["status"], answer["challenge"], answer["body"]) == ("no answer", "", "")


def test_a_foreign_origin_is_blocked(demo, browser, foreign):
    """The same page from a third port, with a token that is good."""
    browser.open(url=f"{foreign}/")
    assert browser.visible(element="#foreign")
    calls = demo.calls_from_now_on("/api/whoami")
    assert blocked(browser.call("/api/hello", "none"))
    assert blocked(browser.call("/api/whoami", "none"))
    assert blocked(browser.get_token())
    browser.fill(field="#token", text=demo.token())
    answer = browser.call("/api/whoami", "token")
    assert blocked(answer) and "does not allow" in answer["meaning"]
    noises = browser.noises()
    assert len([line for line in noises["said"] if BLOCKED in line]) == 4, noises
    assert noises["faults"] == []
    # The token never left the browser: the question before it was refused.
    assert wait_for(lambda: len(calls()) > 1 and calls(), "two lines in the access log") == [
        ("GET", "401"), ("OPTIONS", "401")]


def test_another_name_is_another_origin(demo, page):
    """The page links to itself under a name that the API does not allow."""
    link = page.href(link="#elsewhere")
    assert link == f"http://localhost:{port(demo.app)}/"
    page.open(url=link)
    assert page.visible(element="#foreign") and not page.visible(element="#elsewhere")
    assert blocked(page.call("/api/whoami", "none"))
    assert page.href(link="#home") == f"{demo.app}/"


def test_pages_of_this_machine_only(demo, browser, foreign):
    """Not even a simple request, which needs no preflight, gets the development server to rotate its keys
    for a page of another site."""
    keys = requests.get(f"{demo.issuer}/v1/keys", timeout=PATIENCE).json()
    browser.open(url=foreign.replace("127.0.0.1", "localhost") + "/")
    assert blocked(browser.press(button="[data-rotate]"))
    assert requests.get(f"{demo.issuer}/v1/keys", timeout=PATIENCE).json() == keys


@pytest.fixture
def artifacts():
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for old in ARTIFACTS.glob("demo*.png"):
        old.unlink()
    return ARTIFACTS


def test_the_page_as_it_looks(page, artifacts):
    shown = [page.call("/api/whoami", "none"), page.get_token(), page.call("/api/whoami", "token"),
             page.call("/api/admin", "token")]
    assert [answer["status"][:3] for answer in shown] == ["401", "200", "200", "403"]
    assert page.evaluate(script="document.documentElement.scrollWidth <= innerWidth")
    for name, scheme in (("demo.png", "light"), ("demo-dark.png", "dark")):
        page.screenshot(path=str(artifacts / name), colorScheme=scheme)
        assert (artifacts / name).read_bytes().startswith(b"\x89PNG")


def test_no_token_in_the_logs(demo, page):
    page.get_token()
    token = page.value(field="#token")
    page.call("/api/whoami", "token")
    page.call("/api/whoami", "tampered")
    wait_for(lambda: "reason=signature_invalid" in demo.access_log(), "the refusal in the log")
    logs = demo.logs()
    for part in token.split("."):
        assert part not in logs
    assert demo.settings["client_secret"] not in logs
