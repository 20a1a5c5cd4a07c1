# SPDX-License-Identifier: Apache-2.0
"""Runs a container in a network of its own, with an issuer beside it, and prints as JSON what it answered.

    unshare --net python3 dist_container_calls.py STAGE.pickle FOLDER
"""

import http.client
import json
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

from bases import TOP
from dist_container import Container
from machine import wait_for

sys.path.insert(0, str(TOP / "tests" / "http"))
from env.issuer import Issuer  # noqa: E402

SITE = """OktaIssuer {issuer}
OktaAudience api://default
OktaInsecureHttp On
ProxyPass "/" "http://127.0.0.1:1/"
<Location />
    AuthType Okta
    Require valid-user
</Location>
<Location /api>
    ProxyPass "!"
</Location>
<Location /api/whoami>
    AuthType Okta
    Require valid-user
    SetHandler okta-whoami
</Location>
<Location /api/hello>
    SetHandler okta-hello
    Require all granted
</Location>
"""


def ask(path, token=None):
    connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=30)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
    answer = connection.getresponse()
    return {"status": answer.status, "challenge": answer.getheader("WWW-Authenticate"), "body": answer.read().decode()}


def answers():
    try:
        return ask("/healthz")["status"] == 200
    except OSError:
        return False


def log(folder, name, user):
    """A file for a standard stream, of the container's user as engines hand them over."""
    file = open(folder / name, "wb")
    os.fchown(file.fileno(), *map(int, user.split(":")))
    return file


def in_its_mounts(pid, *command):
    return subprocess.run(["nsenter", "--mount", "--root", "--target", str(pid), *command], capture_output=True, text=True)


def outcome(container, folder, issuer):
    with log(folder, "out", container.stage.user) as out, log(folder, "err", container.stage.user) as err:
        server = subprocess.Popen(container.command(), stdin=subprocess.DEVNULL, stdout=out, stderr=err)
    try:
        wait_for(lambda: server.poll() is not None or answers(), "an answer of the container")
        assert server.poll() is None, (folder / "err").read_text()
        told = {
            "without": ask("/api/whoami"), "hello": ask("/api/hello"),
            "with": ask("/api/whoami", issuer.mint.token()),
            "bad": ask("/api/whoami", issuer.mint.token(aud="api://other")),
            "health": subprocess.run(container.healthcheck()).returncode,
            "written": in_its_mounts(server.pid, "touch", "/etc/written").stderr,
            "users": Path(f"/proc/{server.pid}/status").read_text().partition("Uid:")[2].split()[:4],
        }
        # the file is written behind the answer
        kept = "/var/lib/mod_auth_okta"
        wait_for(lambda: in_its_mounts(server.pid, "ls", kept).stdout.strip(), "the file of the keys")
        server.send_signal(getattr(signal, container.stage.said["STOPSIGNAL"]))
        told["stopped"] = server.wait(60)
    finally:
        if server.poll() is None:
            server.kill()
    return told | {"out": (folder / "out").read_text(), "err": (folder / "err").read_text()}


def main():
    with open(sys.argv[1], "rb") as file:
        container = Container(pickle.load(file))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    site = container.stage.root / "etc/mod_auth_okta/site.conf"
    with Issuer() as issuer:
        site.write_text(SITE.format(issuer=issuer.url))
        try:
            print(json.dumps(outcome(container, Path(sys.argv[2]), issuer)))
        finally:
            site.unlink()


if __name__ == "__main__":
    main()
