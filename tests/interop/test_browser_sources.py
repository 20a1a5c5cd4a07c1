# SPDX-License-Identifier: Apache-2.0
"""What a page in Chromium can bring no header with: EventSource by cookie, WebSocket by subprotocol; and a foreign page."""

import functools
import http.server
import json
import threading

import pytest
from env import leaks
from env.backends import WebSocketBackend
from env.snippets import env_directory, location, trusts

PAGE = "<!doctype html><title>Sources</title><p id=api>here</p>"
# the end of each is a text, whatever comes of it
EVENTS = """new Promise((done) => {
  const source = new EventSource(%s, { withCredentials: true });
  source.onmessage = (event) => { source.close(); done(event.data); };
  source.onerror = () => { source.close(); done("refused"); };
})"""
SOCKET = """new Promise((done) => {
  const socket = new WebSocket(%s, %s);
  socket.onmessage = (event) => { socket.close(); done(JSON.stringify([socket.protocol, event.data])); };
  socket.onerror = () => done("refused");
})"""


class _Quiet(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def foreign():
    """A page of another origin on the same site: browsers send it the cookie along, whatever SameSite says."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def backend():
    with WebSocketBackend() as running:
        yield running


@pytest.fixture(scope="module")
def server(launch, oidc_provider, backend):
    def snippet(s):
        s.write("htdocs/index.html", PAGE)
        s.write("cgi-bin/events", "#!/bin/sh\nprintf 'Content-Type: text/event-stream\\r\\n\\r\\ndata: %s\\n\\n' \"$REMOTE_USER\"\n"
                ).chmod(0o755)
        return (trusts(oidc_provider.issuers["trusted"]) + env_directory(s)
                + "OktaTokenFrom header cookie:token websocket\n"
                + f'ScriptAlias /events "{s.root}/cgi-bin/events"\n' + location("/events", handler=None)
                + location("/whoami")
                + f"ProxyPass /ws ws://127.0.0.1:{backend.port}\n" + location("/ws", handler=None))
    return launch(snippet, modules=("cgi", "proxy", "proxy_http", "proxy_wstunnel"))


@pytest.fixture(scope="module")
def token(oidc_provider):
    return leaks.register(oidc_provider.access_token())


@pytest.fixture
def run(browser, server, token):
    """run(script, url=…) -> what it evaluates to, in a page of that origin, with the cookie of the server's own."""
    own = f"http://{server.host}:{server.port}/"

    def evaluate(script, url=own, cookie=True):
        assert browser.open(url=own) == "Sources"
        browser.evaluate(script=f"document.cookie = 'token={token if cookie else ''}; path=/; SameSite=Strict'")
        if url != own:
            assert browser.open(url=url) == "Sources"
        return browser.evaluate(script=script)
    return evaluate


def _url(server, path, scheme="http"):
    return json.dumps(f"{scheme}://{server.host}:{server.port}{path}")


def test_an_event_source_sends_the_cookie(run, server):
    assert run(EVENTS % _url(server, "/events")) == "interop-service"
    assert run(EVENTS % _url(server, "/events"), cookie=False) == "refused"


@pytest.mark.parametrize("others", [[], ["v2"]])
def test_a_socket_offers_the_token(run, server, token, others):
    """Chromium ends a connection to which no subprotocol was chosen of those that it offered."""
    told = run(SOCKET % (_url(server, "/ws/x", "ws"), json.dumps(["okta.bearer", token, *others])), cookie=False)
    if others:
        # the test's back end speaks none of them, which is for the browser to see
        assert told == "refused"
        return
    protocol, fields = json.loads(told)
    assert protocol == "okta.bearer"
    assert token not in fields and "interop" not in fields


def test_a_socket_sends_the_cookie(run, server):
    _, fields = json.loads(run(SOCKET % (_url(server, "/ws/x", "ws"), "[]")))
    assert "sec-websocket-protocol" not in fields.lower()


def test_a_page_of_another_origin_uses_no_cookie(run, server, foreign, backend):
    """Its requests come with the cookie, and are nobody's."""
    assert run(EVENTS % _url(server, "/events"), foreign) == "refused"
    shaken = len(backend.handshakes)
    assert run(SOCKET % (_url(server, "/ws/x", "ws"), "[]"), foreign) == "refused"
    assert len(backend.handshakes) == shaken
    for method in ("GET", "POST"):
        script = f"fetch({_url(server, f'/whoami?foreign-{method}.')}, {{method: '{method}', mode: 'no-cors', credentials: 'include'}})"
        run(script + ".then(() => 'sent')", foreign)
        assert " 401 " in server.access_line_of(f"foreign-{method}.")
    # the page that opens it is what counts, not the address
    run(f"fetch({_url(server, '/whoami?own.')}).then(() => 'sent')")
    assert " 200 " in server.access_line_of("own.")
