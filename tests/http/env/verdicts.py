# SPDX-License-Identifier: Apache-2.0
"""What an answer has to look like, by kind."""

import re
import time

# A log has at most 20 lines a second for one reason (httpd/flood.c), and somebody else's request may have one of them.
_LINES_A_SECOND = 15
_checked = {}


def assert_ok(response):
    assert response.status == 200, (response.status, response.headers, response.body)
    assert response.header("WWW-Authenticate") is None


def assert_error_body(response, error=None):
    """The JSON error body: error and error_description, nothing that was not asked for."""
    assert response.media_type == "application/json"
    body = response.json()
    assert set(body) == {"error", "error_description"}, body
    assert all(isinstance(value, str) and value for value in body.values())
    if error:
        assert body["error"] == error
    return body


def assert_challenge_bare(response, realm="api"):
    """401 for no token: RFC 6750 section 3.1 wants no error code."""
    assert response.status == 401, (response.status, response.body)
    assert response.challenge() == ("Bearer", {"realm": realm})
    assert_error_body(response)


def assert_refused(response, realm="api", status=401, error="invalid_token"):
    """A bad token, or a malformed request: the error in challenge and body alike."""
    assert response.status == status, (response.status, response.headers, response.body)
    scheme, params = response.challenge()
    assert set(params) - {"algs"} == {"realm", "error", "error_description"}, params
    assert params["realm"] == realm
    assert params["error"] == error
    assert params["error_description"]
    # whoever sends a bound token as Bearer is told how it is sent (RFC 9449 section 7.1)
    bound = params["error_description"].endswith("bound to a key and was sent without its proof")
    assert (scheme, "algs" in params) == (("DPoP", True) if bound else ("Bearer", False)), (scheme, params)
    body = assert_error_body(response, error)
    assert body["error_description"] == params["error_description"]


def assert_malformed(response, realm="api"):
    assert_refused(response, realm, 400, "invalid_request")


def assert_unavailable(response):
    """We cannot know: 503 with a whole number of seconds, and no challenge."""
    assert response.status == 503, (response.status, response.headers, response.body)
    assert re.fullmatch(r"[1-9]\d{0,4}", response.header("Retry-After") or ""), response.headers
    assert response.header("WWW-Authenticate") is None
    assert_error_body(response)


def refusal_lines(server, mark=0):
    """One for each refusal; not those that say how many others were left out."""
    return server.error_log.matching(r"OKTA-REFUSED: (?!\d+ more of )", mark)


def _leave_room(server, reason):
    """Tables of refusals for one reason must not be taken for a flood."""
    second = int(time.monotonic())
    last, count = _checked.get((server.root, reason), (0, 0))
    count = count + 1 if last == second else 1
    _checked[server.root, reason] = second, count
    if count >= _LINES_A_SECOND:
        time.sleep(max(0, second + 1 - time.monotonic()))


def assert_logged(server, mark, reasons, status=401):
    """Exactly one line for one refusal, with one of the reasons (a regex); returns it."""
    lines = refusal_lines(server, mark)
    assert len(lines) == 1, f"{len(lines)} lines for one refusal: {lines}"
    found = re.search(rf"OKTA-REFUSED: reason=({reasons}) status={status} kid=", lines[0])
    assert found, lines[0]
    _leave_room(server, found[1])
    return lines[0]
