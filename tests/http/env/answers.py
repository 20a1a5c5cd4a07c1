# SPDX-License-Identifier: Apache-2.0
"""What a scripted issuer may answer, other than the truth.

A behavior is a function (issuer, request, truth) -> Answer, where truth is what an honest issuer would
have said. Behaviors are set for one endpoint with Issuer.script.
"""

import gzip as gzip_module
import json
import threading
from dataclasses import dataclass, field, replace

HANG_LIMIT = 600


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `claimed_length` lies about the body's length; `after` runs before it is sent,
    `midway` when half of the body is out."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple = ()
    claimed_length: int = None
    close: bool = False
    after: object = field(default=None, repr=False)
    midway: object = field(default=None, repr=False)
    drop: bool = False


def json_answer(document, **options):
    return Answer(body=json.dumps(document).encode(), **options)


def with_headers(answer, **headers):
    """Keyword names use _ for -."""
    added = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    names = {name.lower() for name, _ in added}
    kept = tuple(h for h in answer.headers if h[0].lower() not in names)
    return replace(answer, headers=kept + added)


def honest(issuer, request, truth):
    return truth


def delayed(seconds, behavior=honest):
    """The answer after a time; ends at once when the issuer is stopped."""
    def behave(issuer, request, truth):
        answer = behavior(issuer, request, truth)
        return replace(answer, after=lambda: issuer.stopping.wait(seconds))
    return behave


def gated(gate, behavior=honest):
    """The answer once the threading.Event is set."""
    def behave(issuer, request, truth):
        def wait():
            while not gate.wait(0.02) and not issuer.stopping.is_set():
                pass
        return replace(behavior(issuer, request, truth), after=wait)
    return behave


def hanging():
    """Accepts the request and never answers it."""
    return delayed(HANG_LIMIT, lambda i, r, t: Answer(drop=True))


def dropped():
    """Closes the connection without an answer."""
    return lambda i, r, t: Answer(drop=True)


def status(code, retry_after=None, rate_limit_reset=None, body=b'{"errorCode":"E0000009"}'):
    """An error; Okta's 429 carries X-Rate-Limit-Reset in epoch seconds."""
    headers = []
    if retry_after is not None:
        headers.append(("Retry-After", str(retry_after)))
    if rate_limit_reset is not None:
        headers.append(("X-Rate-Limit-Reset", str(rate_limit_reset)))
    return lambda i, r, t: Answer(status=code, body=body, headers=tuple(headers))


def keys_with_status(code):
    """The right body under a wrong status."""
    return lambda i, r, t: replace(t, status=code)


def html():
    """A captive portal: HTML, and 200."""
    return lambda i, r, t: Answer(body=b"<!DOCTYPE html><title>Welcome</title>",
                                  content_type="text/html")


def text(body, content_type="application/json"):
    return lambda i, r, t: Answer(body=body if isinstance(body, bytes) else body.encode(),
                                  content_type=content_type)


def document(value):
    """Any JSON document instead."""
    return lambda i, r, t: json_answer(value)


def empty_set():
    return document({"keys": []})


def huge(size=10 * 1024 * 1024):
    """The true document with whitespace up to the size."""
    return lambda i, r, t: replace(t, body=t.body + b" " * max(0, size - len(t.body)))


def half_body():
    """Half of the promised bytes, then the connection closes."""
    return lambda i, r, t: replace(t, body=t.body[:len(t.body) // 2], claimed_length=len(t.body),
                                   close=True)


def redirect(location, code=302):
    return lambda i, r, t: Answer(status=code, headers=(("Location", location),))


def metadata_with(**members):
    """The metadata with members replaced; None removes one."""
    def behave(issuer, request, truth):
        merged = {**json.loads(truth.body), **members}
        return json_answer({k: v for k, v in merged.items() if v is not None}, headers=truth.headers)
    return behave


def gzipped():
    """Compressed, whether that was asked for or not."""
    return lambda i, r, t: with_headers(replace(t, body=gzip_module.compress(t.body)),
                                        Content_Encoding="gzip")


def cache_control(value):
    return lambda i, r, t: with_headers(t, Cache_Control=value)


def in_turn(*behaviors):
    """Each once, and the last for ever after."""
    lock, left = threading.Lock(), list(behaviors)

    def behave(issuer, request, truth):
        with lock:
            behavior = left.pop(0) if len(left) > 1 else left[0]
        return behavior(issuer, request, truth)
    return behave
