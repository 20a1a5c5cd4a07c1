# SPDX-License-Identifier: Apache-2.0
"""A back end in a thread, which keeps what it was sent."""

import threading

from env.ports import LOOPBACK


class RecordingBackend:
    """Serves until its `with` ends. `seen` are the requests, `url` is where mod_proxy finds it."""

    def __init__(self, scheme, server):
        self._server = server
        self._server.seen = self.seen = []
        self.url = f"{scheme}://{LOOPBACK}:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._server.shutdown()
        self._server.server_close()
