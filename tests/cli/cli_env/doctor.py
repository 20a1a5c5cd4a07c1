# SPDX-License-Identifier: Apache-2.0
"""okta-token check over real parts: an httpd of tests/http, its issuers, certificates and proxies."""

import contextlib
import shlex

from env import places, sanitizers
from env.httpd import Httpd
from env.ports import free_port
from env.snippets import location, trusts

from cli_env import tool


class Report:
    """What --json said. Every token of the run has to be absent from it."""

    def __init__(self, run):
        self.run = run
        self.document = run.json
        self.checks = self.document["checks"]
        assert self.document["failures"] == len(self.of("failure"))
        assert self.document["warnings"] == len(self.of("warning"))
        assert self.document["ok"] is (run.status == tool.GOOD)
        assert run.status == (tool.REFUSED if self.of("failure") else tool.GOOD)
        for row in self.checks:
            assert (row["level"] == "ok") == ("remedy" not in row), row

    def of(self, *levels):
        return [row for row in self.checks if row["level"] in levels]

    def healthy(self):
        assert self.of("warning", "failure") == []
        return self

    def names(self, level, check, detail, remedy):
        """There is such a line: `detail` and `remedy` are words in it, each one."""
        def fits(row):
            return (row["level"] == level and row["check"] == check
                    and all(word in row["detail"] for word in detail)
                    and all(word in row["remedy"] for word in remedy))
        assert [row for row in self.checks if fits(row)], self.checks
        return self


class Site:
    """One httpd and its configuration."""

    def __init__(self, stack):
        self._stack = stack
        self.server = None

    def configure(self, snippet, **options):
        self.server = Httpd(snippet, **{"mpm": places.mpms()[0], "processes": 1, **options})
        self._stack.callback(self.server.remove)
        return self

    def start(self, snippet, **options):
        self.configure(snippet, **options)
        self._stack.callback(self.server.stop)
        self.server.start()
        return self

    @property
    def config(self):
        path = self.server.root / "conf" / "httpd.conf"
        if not path.exists():
            self.server.port = free_port()
            path.write_text(self.server.configuration())
        return path

    def url(self, path="/api"):
        return f"http://127.0.0.1:{self.server.port}{path}"

    @property
    def httpd(self):
        """With the environment that it has under a sanitizer, which is none of okta-token's."""
        variables = sanitizers.environment(self.server.root)
        if not variables:
            return places.HTTPD
        path = self.server.root / "sanitized-httpd"
        words = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
        path.write_text(f'#!/bin/sh\nexec env {words} {places.HTTPD} "$@"\n')
        path.chmod(0o755)
        return path

    def arguments(self, *options):
        return ["check", "--config", self.config, "--httpd", self.httpd, "--server-root", self.server.root,
                *options]

    def check(self, *options, token=None, env=None):
        """Run it over the configuration."""
        return examine(*self.arguments(*options), token=token, env=env)


def examine(*arguments, token=None, env=None):
    more = ["-"] if token is not None else []
    run = tool.run(*arguments, "--json", *more, stdin=token or "", env=env)
    if token:
        assert token not in run.out + run.err
        assert all(part not in run.out + run.err for part in token.split(".") if len(part) > 30)
    assert run.err == "", run.err
    return Report(run)


def check_issuer(issuer, *options, token=None, env=None):
    return examine("check", "--issuer", getattr(issuer, "url", issuer), *options, token=token, env=env)


def protects(issuer, *inside, more=(), require="valid-user", handler="okta-whoami"):
    """A configuration that trusts the issuer, with /api behind it."""
    return trusts(issuer, *more) + location("/api", *inside, require=require, handler=handler)


@contextlib.contextmanager
def sites():
    with contextlib.ExitStack() as stack:
        yield lambda: Site(stack)
