# SPDX-License-Identifier: Apache-2.0
"""The parts of httpd.conf that every test server shares."""

from env import places, sanitizers

# What every server loads; the rest is asked for by name.
BASE_MODULES = ("authn_core", "authz_core", "authz_user", "alias", "env", "mime", "dir", "headers")

_STATIC = ("watchdog", "unixd", "logio", "version", "log_config", "so", "core")

_WORKERS = """\
ServerLimit {limit}
StartServers {processes}
ThreadsPerChild {threads}
ThreadLimit {threads}
MaxRequestWorkers {workers}
MinSpareThreads 1
MaxSpareThreads {workers}
"""

# More processes than asked for may start under load; none is taken away.
_PREFORK = """\
ServerLimit {workers}
StartServers {processes}
MaxRequestWorkers {workers}
MinSpareServers 1
MaxSpareServers {spare}
"""

_SERVER = """\
ServerRoot "{root}"
DefaultRuntimeDir "{root}/run"
PidFile "{root}/run/httpd.pid"
{listen}
ServerName {host}:{port}
{modules}
{user}
{sanitizer}
{mpm}
Timeout {timeout}
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 5
EnableSendfile Off
LimitRequestFieldSize 65536
DocumentRoot "{root}/htdocs"
ErrorLog "{root}/logs/error.log"
LogLevel {log_level}
LogFormat "%P %>s \\"%r\\" user=%u reason=%{{OKTA_REASON}}e" test
CustomLog "{root}/logs/access.log" test
TypesConfig /dev/null
"""

_OKTA = """\
LoadModule auth_okta_module "{module}"
{extra}
"""


def module_line(name):
    return f'LoadModule {name}_module "{places.HTTPD_MODULES}/mod_{name}.so"'


def mpm_block(mpm, processes, threads):
    if mpm == "prefork":
        workers = processes * threads
        return _PREFORK.format(processes=processes, workers=workers, spare=workers + 1)
    # Twice the slots: a graceful restart starts new processes while the old ones finish.
    return _WORKERS.format(limit=processes * 2, processes=processes, threads=threads,
                           workers=processes * threads)


def modules_for(mpm, extra):
    """LoadModule lines: the MPM, the base and what the test asked for; `cgi` is the MPM's own kind."""
    wanted = [f"mpm_{mpm}", *BASE_MODULES]
    for name in extra:
        name = ("cgi" if mpm == "prefork" else "cgid") if name == "cgi" else name
        if name not in wanted and name not in _STATIC:
            wanted.append(name)
    lines = [module_line(name) for name in wanted]
    if "cgid" in wanted:
        lines.append("ScriptSock cgid.sock")
    return "\n".join(lines)


def render(server, snippet):
    """httpd.conf of a server (env.httpd.Httpd) around the test's own snippet."""
    ports = (server.port, *server.extra_ports)
    okta = ""
    if server.okta:
        okta = _OKTA.format(module=places.module_path(), extra=server.before)
    conf = _SERVER.format(
        root=server.root, host=server.host, port=server.port,
        listen="\n".join(f"Listen {server.host}:{port}" for port in ports),
        modules=modules_for(server.mpm, server.modules), user=server.user_lines(),
        sanitizer=sanitizers.configuration(), mpm=mpm_block(server.mpm, server.processes, server.threads),
        timeout=60, log_level="notice")
    # Only now: LogLevel for a module that is not loaded yet would be an error.
    levels = f"LogLevel {server.log_level}\n" if server.okta or not server.uses_default_level else ""
    return f"{conf}\n{okta}\n{levels}\n{snippet}\n"
