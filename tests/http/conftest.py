# SPDX-License-Identifier: Apache-2.0
"""Fixtures: servers, issuers, and the guards that watch every test."""

import contextlib

import pytest
from env import keys as signing
from env import places, sanitizers
from env.certs import Authority
from env.figures import figure, show  # noqa: F401  pytest takes fixtures from here
from env.httpd import Httpd
from env.issuer import Issuer
from env.proxy import Proxy
from env.turns import turn  # noqa: F401


def pytest_configure(config):
    config.addinivalue_line("markers", "every_mpm: run under every MPM of OKTA_MPMS, not just the first")
    config.addinivalue_line("markers", "alone: not beside others (see env/turns.py)")
    config.addinivalue_line("markers", "without_module: needs no build of mod_auth_okta")


def pytest_terminal_summary(terminalreporter):
    show(terminalreporter)


def pytest_generate_tests(metafunc):
    if "mpm" in metafunc.fixturenames:
        every = places.all_mpms_always() or metafunc.definition.get_closest_marker("every_mpm")
        metafunc.parametrize("mpm", places.mpms() if every else places.mpms()[:1], indirect=True,
                             scope="module")


def pytest_collection_modifyitems(items):
    """Servers end before the issuers that they ask, in whatever order a test names them."""
    for item in items:
        item.fixturenames.sort(key="launch".__eq__)


@pytest.fixture(scope="module")
def mpm(request):
    """The MPM of this test. Indirect, so that pytest groups tests by it and a module shares its servers."""
    return request.param


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure shows the end of the error log of every server that runs."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for server in _launcher.servers:
            report.sections.append((f"error log of {server.root}",
                                    "\n".join(server.error_log.lines()[-6:])))


class _Launcher:
    """Starts servers for a scope, and knows those whose logs are to be watched after each test."""

    def __init__(self):
        self.servers = []

    @contextlib.contextmanager
    def scope(self, mpm):
        started = []

        def launch(snippet="", start=True, **options):
            server = Httpd(snippet, **{"mpm": mpm, **options})
            started.append(server)
            self.servers.append(server)
            return server.start() if start else server

        try:
            yield launch
        finally:
            faults = []
            for server in reversed(started):
                try:
                    server.stop()
                except AssertionError as fault:
                    faults.append(str(fault))
                finally:
                    self.servers.remove(server)
                    server.remove()
            assert not faults, "\n".join(faults)

    def check(self):
        for server in self.servers:
            server.guard.check()


_launcher = _Launcher()


@pytest.fixture(autouse=True)
def log_guard():
    """No undeclared warning or error in any running server's log after a test."""
    yield
    _launcher.check()


@pytest.fixture
def launch(mpm, log_guard):
    """launch(snippet, **options) -> a running Httpd, stopped and judged after the test."""
    with _launcher.scope(mpm) as start:
        yield start


@pytest.fixture(scope="module")
def launch_shared(mpm, shared_issuer):
    """The same for servers that a module's tests share. The shared issuer outlives them."""
    with _launcher.scope(mpm) as start:
        yield start


@pytest.fixture
def configtest(log_guard):
    """configtest(snippet, **options) -> ConfigTest under the first MPM."""
    with contextlib.ExitStack() as stack:
        def run(snippet, **options):
            server = Httpd(snippet, **{"mpm": places.mpms()[0], **options})
            stack.callback(server.remove)
            result = server.configtest()
            sanitizers.check(server.root)
            return result
        yield run


@pytest.fixture
def issuer():
    """An honest issuer with one RS256 key of its own."""
    with Issuer() as made:
        yield made


@pytest.fixture(scope="module")
def shared_issuer():
    with Issuer() as made:
        yield made


@pytest.fixture
def make_issuer():
    """make_issuer(**options) -> more issuers, stopped after the test."""
    with contextlib.ExitStack() as stack:
        yield lambda **options: stack.enter_context(Issuer(**options))


@pytest.fixture
def proxy():
    with Proxy() as made:
        yield made


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """A private CA; the folder is opened to httpd's child user by the server that is given the file."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="session")
def signing_key():
    """signing_key(kid, alg, …) -> a key made once per session."""
    return signing.key
