#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An issuer in a process of its own, for a machine whose network is not ours; it serves until it is killed.

  issuer.py FOLDER [--name HOST]

Leaves FOLDER/issuer.json: the issuer's URL and tokens of every kind that the guide's table sends. With --name it is
https://HOST, at port 443, with a certificate that FOLDER/test-ca.pem has signed.
"""

import argparse
import json
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "http"))

from env.certs import Authority  # noqa: E402
from env.issuer import Issuer  # noqa: E402
from env.mint import tampered  # noqa: E402


class Named(Issuer):
    """At the port of https, which its address does not name."""

    def _listen(self):
        self.port = 443
        super()._listen()

    @property
    def origin(self):
        return f"https://{self.name}"


def tokens(mint):
    good = mint.token(scp=["openid", "api.read"])
    past = int(time.time()) - 7200
    return {
        "good": good,
        "tampered": tampered(good, sub="admin@example.com"),
        "expired": mint.token(iat=past, exp=past + 3600),
        "other audience": mint.token(aud="https://other.example.com"),
        "without scope": mint.token(scp=["openid"]),
    }


def serve(folder, name):
    if name:
        made = Named(name=name, tls=Authority(folder).server((name,)))
    else:
        made = Issuer()
    with made as issuer:
        ready = {"url": issuer.url, "tokens": tokens(issuer.mint)}
        (folder / "issuer.new").write_text(json.dumps(ready))
        (folder / "issuer.new").rename(folder / "issuer.json")
        signal.pause()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name")
    given = parser.parse_args()
    serve(given.folder, given.name)


if __name__ == "__main__":
    main()
