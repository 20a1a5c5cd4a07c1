# SPDX-License-Identifier: Apache-2.0
"""The two sides of each section of docs/migrate.md, run as they stand there but for addresses and the local CA."""

import contextlib
import json
import os
import re
import socket
import subprocess
from dataclasses import dataclass

import nodejs
from env import places
from env.httpd import Httpd
from env.template import module_line
from env.ports import LOOPBACK, free_port
from env.waiting import wait_for
from migration import page

PROXY = ("proxy", "proxy_http", "cgi")


@dataclass(frozen=True)
class World:
    """What both sides share: an issuer, its authority, a back end, a folder for programs."""

    issuer: object
    ca_file: object
    back_end: str
    folder: object

    def fill(self, text):
        return text.replace(page.ISSUER, self.issuer.url).replace(page.BACK_END, self.back_end)


PACKAGES = {"mod_auth_openidc": "libapache2-mod-auth-openidc", "mod_oauth2": "libapache2-mod-oauth2"}


def version(peer):
    """The upstream version of a peer's package."""
    said = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", PACKAGES[peer]], capture_output=True, text=True)
    if said.returncode:
        raise FileNotFoundError(f"no {peer}: install Debian's {PACKAGES[peer]}")
    return said.stdout.partition("-")[0]


def _httpd(world, text, okta):
    def snippet(server):
        # a copy that httpd's children may read: they fetch, and pytest's folders are private
        ca_file = server.write("conf/ca.pem", world.ca_file.read_bytes())
        return (text.replace("{script}", str(server.env_script)).replace("{issuer}", world.issuer.url)
                .replace("{ca}", str(ca_file)).replace("{port}", str(server.port))
                .replace("{old}", str(server.extra_ports[0])))

    server = Httpd(snippet, mpm=places.mpms()[0], processes=2, okta=okta, modules=PROXY, extra_ports=1)
    if not okta:
        # the peers' own words on bad tokens, and ours on places that are not ours
        server.expects(r"auth_openidc:|oauth2:|authz_core:error", optional=True, lasting=True)
        server.expects(r'OKTA-CONFIG: AuthType "oauth2?0?" in .*: no token is looked at', optional=True, lasting=True)
    server.expects(r"authz_core:error.*AH01631", optional=True, lasting=True)
    server.expects(r"OKTA-CONFIG: OktaEnforce Off in ", optional=True, lasting=True)
    server.expects(r"OKTA-KEYS: ", optional=True, lasting=True)
    server.expects(r"OKTA-REFUSED: reason=keys_unavailable", optional=True, lasting=True)
    return server.start()


def _section(world, peer):
    """What the page has of a peer that is a module, as it can be run here."""
    text = world.fill(page.block(f"From {peer}", "apacheconf"))
    if peer == "mod_auth_openidc":
        return f"OIDCCABundlePath {{ca}}\n{text}"
    # it has no directive for an authority of one's own
    return re.sub(r"(jwks_uri https://\S+ )", r"\1jwks_uri.ssl_verify=false&", text)


def _loaded(peer):
    return module_line(peer.removeprefix("mod_"))


def mod_auth_openidc(world, more=""):
    return _httpd(world, f"{_loaded('mod_auth_openidc')}\n{_section(world, 'mod_auth_openidc')}{more}", okta=False)


def mod_oauth2(world, more=""):
    return _httpd(world, f"{_loaded('mod_oauth2')}\n{_section(world, 'mod_oauth2')}{more}", okta=False)


def ours():
    """What loads the module where another one is tested."""
    return f'LoadModule auth_okta_module "{places.module_path()}"\nOktaCAFile {{ca}}'


def mod_auth_okta(world, heading, more=""):
    text = world.fill(page.block(heading, "apache"))
    return _httpd(world, f"OktaCAFile {{ca}}\n{text}{more}", okta=True)


@contextlib.contextmanager
def trial(world, peer):
    """The section of the page on a trial, in front of the old guard of that name: a server that runs."""
    text = world.fill(page.block("A trial that refuses nobody", "apacheconf")).replace("*:443", "*:{port}")
    with contextlib.ExitStack() as stack:
        if peer in PACKAGES:
            text = text.replace("# the old section, as it was", _section(world, peer)).replace(":3001", ":{old}")
            # httpd is told elsewhere to listen at all ports of its own
            text = f"{_loaded(peer)}\n" + text.replace("Listen 127.0.0.1:{old}\n", "")
        else:
            program = Express(world, 0)
            stack.callback(program.stop)
            text = text.partition("\nListen ")[0].replace(":3001", f":{program.port}")
        server = _httpd(world, f"{ours()}\n{text}", okta=False)
        stack.callback(server.remove)
        stack.callback(server.stop)
        yield server


def npm_version(name):
    return json.loads((nodejs.HERE / "node_modules" / name / "package.json").read_text("utf-8"))["version"]


class Express:
    """A program of the page, in a folder from where it finds npm's packages. It ends with its input."""

    def __init__(self, world, number):
        self.port = free_port()
        text = page.block("From Express", "js", number).replace("3000", str(self.port))
        (world.folder / "package.json").write_text('{"type": "module"}')
        if not (world.folder / "node_modules").exists():
            (world.folder / "node_modules").symlink_to(nodejs.HERE / "node_modules")
        program = world.folder / f"app-{number}.js"
        program.write_text(world.fill(text))
        self._log = open(world.folder / f"app-{number}.log", "wb")
        self._process = subprocess.Popen(
            [nodejs.node(), str(program)], stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
            env={**os.environ, "NODE_ENV": "production", "NODE_EXTRA_CA_CERTS": str(world.ca_file)})
        try:
            wait_for(self._is_up, "the program to listen")
        except BaseException:
            self.stop()
            raise

    def _is_up(self):
        assert self._process.poll() is None, open(self._log.name, encoding="utf-8").read()
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, self.port), timeout=5):
            return True
        return False

    def stop(self):
        self._process.terminate()
        self._process.wait(20)
        self._log.close()

    def remove(self):
        pass
