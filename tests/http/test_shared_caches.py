# SPDX-License-Identifier: Apache-2.0
"""mod_cache among callers: what depends on one of them is kept for no other, unless the answer itself allows it.

mod_cache keeps the header of the request beside the answer: the leak guard looks for tokens in there, too.
"""

import os

import pytest
from env.snippets import env_directory, location, trusts

# name: (Cache-Control and more of the answer, whether it may serve another caller)
ANSWERS = {
    "plain": ("Cache-Control: max-age=60", False),
    "private": ("Cache-Control: private, max-age=60", False),
    "dated": ("Last-Modified: Mon, 02 Jan 2006 15:04:05 GMT", False),
    "public": ("Cache-Control: public, max-age=60", True),
    "shared": ("Cache-Control: s-maxage=60", True),
    "checked": ('Cache-Control: max-age=60, must-revalidate\\r\\nETag: "one"', True),
    "varies": ("Cache-Control: public, max-age=60\\r\\nVary: Authorization", False),
}
WAYS = {"off": ["OktaForwardToken Off"], "unset": ["RequestHeader unset Authorization"],
        "anonymous": ["OktaForwardToken Off", "OktaAnonymous missing"],
        # the administrator's place for the cache, in front of what changes Cache-Control
        "marker": ["OktaForwardToken Off", "SetOutputFilter CACHE"],
        "changed": ["OktaForwardToken Off", 'Header set Cache-Control "max-age=60"'],
        "allowed": ["OktaForwardToken Off", 'Header set Cache-Control "public, max-age=60"']}


def _snippet(s, issuer, quick):
    (s.root / "cache").mkdir()
    os.chmod(s.root / "cache", 0o777)
    text = trusts(issuer) + env_directory(s) + (
        f'CacheRoot "{s.root}/cache"\nCacheEnable disk /\nCacheQuickHandler {quick}\nCacheIgnoreNoLastMod On\n'
        f'AddOutputFilter INCLUDES .shtml\n<Directory "{s.root}/htdocs">\nOptions +Includes\n</Directory>\n')
    for name, (fields, _) in ANSWERS.items():
        s.write(f"cgi-bin/{name}", f"#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n{fields}\\r\\n\\r\\n'\n"
                'echo "$REMOTE_USER ${HTTP_AUTHORIZATION:+Bearer}" $(cat /proc/sys/kernel/random/uuid)\n').chmod(0o755)
    for way, lines in WAYS.items():
        require = "all granted" if way == "anonymous" else "valid-user"
        text += f'ScriptAlias /{way} "{s.root}/cgi-bin"\n' + location(
            f"/{way}", *lines, "CGIPassAuth On", require=require, handler=None)
        s.write(f"htdocs/page-{way}.shtml", f'<!--#include virtual="/{way}/plain" -->')
        s.write(f"cgi-bin/jump-{way}", f"#!/bin/sh\nprintf 'Location: /{way}/plain\\r\\n\\r\\n'\n").chmod(0o755)
        text += location(f"/page-{way}.shtml", "OktaForwardToken Off", "CacheDisable on", handler=None)
        text += f'ScriptAlias /jump-{way} "{s.root}/cgi-bin/jump-{way}"\n'
        text += location(f"/jump-{way}", "OktaForwardToken Off", handler=None)
    return text


@pytest.fixture(scope="module", params=["On", "Off"])
def server(request, launch_shared, shared_issuer):
    server = launch_shared(lambda s: _snippet(s, shared_issuer, request.param),
                           modules=["cgi", "cache", "cache_disk", "filter", "include"], processes=1)
    server.expects("AH00776", lasting=True)  # the marker means nothing to the quick handler
    return server


def _fill(server, path, token):
    """mod_cache has kept the answer, or not, before the end of it is sent."""
    answer = server.get(path, token)
    assert answer.status == 200, (answer.status, answer.body)
    return answer


def _may_be_shared(way, name):
    # for a program's answers mod_cache stands in front of mod_headers
    if way == "allowed":
        return name != "varies"
    return ANSWERS[name][1]


@pytest.mark.every_mpm
@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("way", WAYS)
def test_callers_are_kept_apart(server, shared_issuer, way, name):
    path = f"/{way}/{name}?{way}"
    alice, bob = (shared_issuer.mint.token(sub=sub) for sub in ("alice", "bob"))
    first = _fill(server, path, alice)
    second = server.get(path, bob)
    assert first.body.startswith(b"alice ") and second.status == 200
    if not _may_be_shared(way, name):
        assert second.body.startswith(b"bob ")
    elif second.body != first.body:
        assert second.body.startswith(b"bob ")
    assert b"Bearer" not in first.body + second.body


@pytest.mark.every_mpm
@pytest.mark.parametrize("way", WAYS)
def test_nobody_gets_a_caller_s_answer(server, shared_issuer, way):
    """Neither directly nor behind a redirect or an include, where caches look once more."""
    for path in (f"/{way}/plain?nobody", f"/jump-{way}", f"/page-{way}.shtml"):
        first = _fill(server, path, shared_issuer.mint.token(sub="alice"))
        assert b"alice " in first.body
        for other in (path, f"/{way}/plain"):
            assert b"alice" not in server.get(other).body
            answer = server.get(other, shared_issuer.mint.token(sub="bob"))
            assert answer.status == 200 and b"bob " in answer.body


@pytest.mark.parametrize("way", ["off", "allowed"])
@pytest.mark.parametrize("name", ["public", "shared", "checked"])
def test_what_allows_it_is_kept(launch, shared_issuer, way, name):
    """Withholding the token takes nothing from what mod_cache may do."""
    server = launch(lambda s: _snippet(s, shared_issuer, "Off"), processes=1,
                    modules=["cgi", "cache", "cache_disk", "filter", "include"])
    first = _fill(server, f"/{way}/{name}", shared_issuer.mint.token(sub="alice"))
    assert server.get(f"/{way}/{name}", shared_issuer.mint.token(sub="bob")).body == first.body
    assert server.get(f"/{way}/{name}").status == 401
