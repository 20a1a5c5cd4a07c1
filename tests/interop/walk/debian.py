# SPDX-License-Identifier: Apache-2.0
"""What the package apache2 of a stock Debian adds to apache2-bin: its layout of /etc/apache2, a2enmod and the like.

The machines that test have apache2-bin alone, so that no web server starts on them. The modules that are on, the
access rules and the order of the files are those of Debian 12.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from env import leaks, places
from env.errorlog import LogFile
from env.ports import LOOPBACK, free_port
from env.waiting import wait_for

# Built into Debian's httpd.
_INSIDE = {"core", "so", "http", "watchdog", "log_config", "logio", "version", "unixd"}
# On after apt-get install apache2.
STOCK = ("access_compat", "alias", "auth_basic", "authn_core", "authn_file", "authz_core", "authz_host", "authz_user",
         "autoindex", "deflate", "dir", "env", "filter", "mime", "mpm_event", "negotiation", "reqtimeout", "setenvif",
         "status")
_NEEDS = {"proxy_http": ("proxy",), "proxy_fcgi": ("proxy",), "ssl": ("mime", "setenvif", "socache_shmcb")}

_APACHE2_CONF = """\
DefaultRuntimeDir {root}/run
PidFile {root}/run/apache2.pid
Timeout 300
KeepAlive On
{user}
ServerName stock.example.com
DocumentRoot {www}/html
ErrorLog {root}/log/error.log
LogLevel warn
TypesConfig /dev/null
IncludeOptional mods-enabled/*.load
IncludeOptional mods-enabled/*.conf
Include ports.conf
<Directory />
    Options FollowSymLinks
    AllowOverride None
    Require all denied
</Directory>
<Directory /usr/share>
    AllowOverride None
    Require all granted
</Directory>
<Directory {root}/cgi-bin>
    AllowOverride None
    Options +ExecCGI -MultiViews +SymLinksIfOwnerMatch
    Require all granted
</Directory>
<Directory {www}/>
    Options Indexes FollowSymLinks
    AllowOverride None
    Require all granted
</Directory>
IncludeOptional conf-enabled/*.conf
IncludeOptional sites-enabled/*.conf
"""

_PORTS_CONF = """\
Listen {host}:{port}
<IfModule ssl_module>
    Listen {host}:{tls_port}
</IfModule>
"""

_PROGRAMS = {
    "sudo": 'exec "$@"\n',
    "a2enmod": """\
for module; do
    [ "$module" != cgi ] || module=cgid
    cd {etc}/mods-available
    [ -f "$module.load" ] || {{ echo "ERROR: Module $module does not exist!" >&2; exit 1; }}
    for needed in $(sed -n 's/^# Depends: //p' "$module.load"); do "$0" "$needed"; done
    ln -sf "../mods-available/$module.load" {etc}/mods-enabled/
done
""",
    "a2ensite": """\
for site; do
    [ -f "{etc}/sites-available/$site.conf" ] || {{ echo "ERROR: Site $site does not exist!" >&2; exit 1; }}
    ln -sf "../sites-available/$site.conf" {etc}/sites-enabled/
done
""",
    "apachectl": """\
case $1 in
configtest) exec {httpd} -d {etc} -f {etc}/apache2.conf -t ;;
*) exec {httpd} -d {etc} -f {etc}/apache2.conf -k "$1" ;;
esac
""",
}


class Debian:
    """One such machine's httpd, below a folder of its own. `programs` belongs at the head of the PATH."""

    def __init__(self):
        self.root = Path(tempfile.mkdtemp(prefix="okta-debian-"))
        self.root.chmod(0o755)
        self.etc, self.www, self.programs = self.root / "etc", self.root / "www", self.root / "bin"
        self.port, self.tls_port = free_port(), free_port()
        for name in ("etc/mods-available", "etc/mods-enabled", "etc/conf-enabled", "etc/sites-available",
                     "etc/sites-enabled", "www/html", "cgi-bin", "log", "run", "bin"):
            (self.root / name).mkdir(parents=True)
        self._write_modules()
        self._write_programs()
        # httpd refuses to run its children as root
        self.needs_user = os.geteuid() == 0
        user = "User www-data\nGroup www-data" if self.needs_user else ""
        (self.etc / "apache2.conf").write_text(_APACHE2_CONF.format(
            root=self.root, www=self.www, user=user))
        (self.etc / "ports.conf").write_text(_PORTS_CONF.format(
            host=LOOPBACK, port=self.port, tls_port=self.tls_port))

    def _write_modules(self):
        for module in sorted(places.HTTPD_MODULES.glob("mod_*.so")):
            name = module.stem.removeprefix("mod_")
            needs = "".join(f"# Depends: {needed}\n" for needed in _NEEDS.get(name, ()))
            more = f"ScriptSock {self.root}/run/cgisock\n" if name == "cgid" else ""
            (self.etc / "mods-available" / f"{name}.load").write_text(
                f"{needs}LoadModule {name}_module {module}\n{more}")
        for name in STOCK:
            (self.etc / "mods-enabled" / f"{name}.load").symlink_to(f"../mods-available/{name}.load")

    def _write_programs(self):
        for name, text in _PROGRAMS.items():
            self.program(name, text.format(etc=self.etc, httpd=places.HTTPD))

    def program(self, name, text):
        path = self.programs / name
        path.write_text(f"#!/bin/sh\nset -e\n{text}")
        path.chmod(0o755)

    def environment(self, **more):
        """The environment of a person at this machine; APACHE_LOG_DIR is httpd's own, from /etc/apache2/envvars."""
        return {"PATH": f"{self.programs}:{os.environ['PATH']}", "LANG": "C.UTF-8", "HOME": str(self.root / "home"),
                "APACHE_LOG_DIR": str(self.root / "log"), "TERM": "dumb", **more}

    def log(self, name="error.log"):
        return LogFile(self.root / "log" / name)

    def apachectl(self, verb):
        done = subprocess.run([str(self.programs / "apachectl"), verb], env=self.environment(), text=True,
                              capture_output=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def site(self, name, text):
        """A site that is on; None takes it away."""
        path = self.etc / "sites-enabled" / f"{name}.conf"
        if text is None:
            path.unlink()
        else:
            path.write_text(text)

    def _pid(self):
        try:
            return int((self.root / "run" / "apache2.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def graceful(self):
        """As a person does it; returns when the new configuration is served."""
        log = self.log()
        mark = log.mark()
        code, said = self.apachectl("graceful")
        assert code == 0, said
        try:
            wait_for(lambda: log.matching("resuming normal operations", mark), "the graceful restart")
        except AssertionError as late:
            raise AssertionError(f"{late}; {said}\nits log:\n{log.text()}") from None

    def stop(self):
        pid = self._pid()
        if pid:
            os.kill(pid, signal.SIGTERM)
            end = time.monotonic() + places.PATIENCE
            while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
                time.sleep(0.02)
        try:
            leaks.check(self.root)
        finally:
            if not os.environ.get("OKTA_KEEP"):
                shutil.rmtree(self.root, ignore_errors=True)
