# SPDX-License-Identifier: Apache-2.0
"""The packages on Debian's Apache: installed, switched on, over a reboot, removed, purged."""

import pytest
from machine import Machine, wait_for

STATE = "/var/lib/mod_auth_okta"
MODULE = "libapache2-mod-auth-okta"


@pytest.fixture
def protected(server, built):
    """A machine with the packages and the sites of site.conf, while its issuer is there."""
    server.install(built.debs())
    server.protect(server.start_issuer())
    server.service("restart")
    return server


@pytest.fixture(scope="module")
def protected_once(debian, built, tmp_path_factory):
    """One machine for many calls that change nothing."""
    with Machine(debian.server(built.debs()), tmp_path_factory.mktemp("machine")) as here:
        here.install(built.debs())
        here.protect(here.start_issuer())
        here.service("start")
        wait_for(lambda: here.status("/api/whoami", here.tokens()["good"]) == 200, "the keys")
        wait_for(lambda: len(state(here)) == 2, "the file of the keys")
        yield here


def state(machine):
    """[mode and owner of the folder, and of the files in it]."""
    return machine.run("find", STATE, "-printf", "%M %u:%g\n").splitlines()


def test_installed_it_changes_nothing(server, built):
    """The module is there and off; Apache goes on as it was."""
    running = server.apache()
    server.install(built.debs())
    assert server.apache() == running
    assert server.modules_in_use() == set()
    assert "auth_okta" not in server.run("ls", "/etc/apache2/mods-enabled")
    assert state(server) == ["drwx------ www-data:www-data"]
    assert server.status("/") == 200


def test_switched_on_it_changes_nothing(server, built):
    """auth_okta.conf is safe as it is: configtest has nothing to say of it, and every location is as before."""
    server.install(built.debs())
    before = server.run("apache2ctl", "configtest")
    server.run("a2enmod", "auth_okta")
    assert server.run("apache2ctl", "configtest") == before
    assert "Syntax OK" in before
    server.service("restart")
    assert len(server.modules_in_use()) == 1
    assert [server.status(path) for path in ("/", "/api/whoami", "/manual")] == [200, 404, 404]
    assert "auth_okta:" not in server.error_log()


def test_the_modules_that_it_needs_are_switched_on_with_it(server, built):
    server.install(built.debs())
    server.run("a2dismod", "-f", "authz_user")
    server.run("a2enmod", "auth_okta")
    assert "authz_user.load" in server.run("ls", "/etc/apache2/mods-enabled")


def test_the_table_of_the_guide(protected):
    assert "WRONG" not in protected.guide()
    log = protected.error_log()
    assert log.count("OKTA-REFUSED") >= 4 and "auth_okta:error" not in log


def test_the_tool(protected):
    """okta-token judges a token by the same issuer."""
    token = protected.tokens()["good"]
    said = protected.run("okta-token", "verify", "--issuer", protected.issuer, "--insecure-http", token)
    assert said.endswith("\nValid.\n")


def test_a_reboot_while_the_issuer_is_down(protected):
    """Tokens are judged by the keys that the state folder kept."""
    wait_for(lambda: len(state(protected)) == 2, "the file of the keys")
    assert state(protected) == ["drwx------ www-data:www-data", "-rw------- www-data:www-data"]
    protected.stop_issuer()
    protected.reboot()
    assert "WRONG" not in protected.guide()


def test_without_the_folder_a_reboot_would_not_do(protected):
    """The counter-proof: no keys, and nobody to ask for them."""
    wait_for(lambda: len(state(protected)) == 2, "the file of the keys")
    protected.stop_issuer()
    protected.shell(f"rm {STATE}/*")
    protected.reboot()
    assert protected.status("/api/whoami", protected.tokens()["good"]) == 503


def test_the_state_folder_belongs_to_the_user_that_apache_runs_as(server, built):
    server.shell("useradd --system api; sed -i 's/^export APACHE_RUN_USER=.*/export APACHE_RUN_USER=api/' "
                 "/etc/apache2/envvars")
    server.install(built.debs())
    assert state(server) == ["drwx------ api:www-data"]
    server.run("a2enmod", "auth_okta")
    assert "Syntax OK" in server.run("apache2ctl", "configtest")


def test_a_state_folder_that_is_there_stays_as_it_is(server, built):
    server.shell(f"install -d -m 0750 -o daemon -g daemon {STATE}")
    server.install(built.debs())
    assert state(server) == ["drwxr-x--- daemon:daemon"]


def test_a_state_folder_that_leads_elsewhere_stays_as_it_is(server, built):
    """A link, whether something is there or not; purge takes the link and leaves what is not ours."""
    server.shell(f"ln -s /srv/keys {STATE}")
    server.install(built.debs())
    assert server.run("readlink", STATE) == "/srv/keys\n" and not server.there("/srv/keys")
    server.shell("install -d -m 0700 -o www-data -g www-data /srv/keys; touch /srv/keys/kept")
    server.run("apt-get", "-q", "purge", "-y", MODULE)
    assert not server.there(STATE) and server.there("/srv/keys/kept")


@pytest.mark.parametrize("fault", ("if then", "exit 3", "false"))
def test_settings_that_the_shell_cannot_read_are_not_in_the_way(server, built, fault):
    """They are apache2ctl's to tell of."""
    server.shell(f"echo '{fault}' >>/etc/apache2/envvars")
    server.install(built.debs())
    assert state(server) == ["drwx------ www-data:www-data"]


def test_removed_the_module_is_off(server, built):
    """Apache starts again without it, the configuration stays, and so does the decision to have it on: installed again,
    it serves again."""
    server.install(built.debs())
    server.run("a2enmod", "auth_okta")
    server.service("restart")
    assert len(server.modules_in_use()) == 1
    server.run("apt-get", "-q", "remove", "-y", MODULE)
    assert server.modules_in_use() == set() and server.status("/") == 200
    server.reboot()
    assert server.status("/") == 200
    assert "auth_okta" not in server.run("ls", "/etc/apache2/mods-enabled")
    assert "auth_okta.conf" in server.run("ls", "/etc/apache2/mods-available")
    assert state(server)[0] == "drwx------ www-data:www-data"
    parent = server.apache()
    server.install(built.debs())
    wait_for(server.modules_in_use, "the module")
    assert server.apache() == parent


def test_a_removal_that_is_called_off_leaves_the_module_on(protected):
    """As dpkg does it where something fails on the way."""
    protected.shell("""export DPKG_MAINTSCRIPT_PACKAGE=libapache2-mod-auth-okta
        cd /var/lib/dpkg/info
        DPKG_MAINTSCRIPT_NAME=prerm ./$DPKG_MAINTSCRIPT_PACKAGE.prerm remove
        ! a2query -q -m auth_okta
        DPKG_MAINTSCRIPT_NAME=postinst ./$DPKG_MAINTSCRIPT_PACKAGE.postinst abort-remove""")
    assert "auth_okta.load" in protected.run("ls", "/etc/apache2/mods-enabled")
    wait_for(protected.modules_in_use, "the module")
    assert "WRONG" not in protected.guide()


def test_what_the_administrator_switched_off_stays_off(server, built):
    server.install(built.debs())
    server.run("a2enmod", "auth_okta")
    server.run("a2dismod", "auth_okta")
    server.run("apt-get", "-q", "remove", "-y", MODULE)
    server.install(built.debs())
    assert "auth_okta" not in server.run("ls", "/etc/apache2/mods-enabled")


@pytest.mark.parametrize("call", (
    "prerm upgrade 2", "prerm failed-upgrade 0.9", "prerm deconfigure", "postinst abort-upgrade 2",
    "postinst abort-deconfigure", "postrm upgrade 2", "postrm failed-upgrade 0.9",
    "postrm abort-install", "postrm abort-install 0.9", "postrm abort-upgrade 0.9", "postrm disappear other 1"))
def test_scripts_let_all_else_be(protected_once, call):
    """Whatever dpkg calls them with: Apache, the module and its folder are as they were."""
    machine, name = protected_once, call.split()[0]
    before = machine.files(), machine.apache(), machine.modules_in_use(), machine.error_log().count("resuming")
    machine.shell(f"DPKG_MAINTSCRIPT_NAME={name} DPKG_MAINTSCRIPT_PACKAGE={MODULE} /var/lib/dpkg/info/{MODULE}.{call}")
    assert (machine.files(), machine.apache(), machine.modules_in_use(),
            machine.error_log().count("resuming")) == before


def test_without_debians_scripts_for_apache(machine, debian, built):
    """Only apache2-bin, as in a container: nothing to switch, and nothing is left."""
    here = machine(debian.with_downloads(built.debs()))
    before = here.run("find", "/etc", "/var/lib", "-maxdepth", "2")
    here.install([built.deb(MODULE)], "--no-install-recommends")
    assert state(here) == ["drwx------ www-data:www-data"] and not here.there("/usr/sbin/a2enmod")
    here.run("apt-get", "-q", "purge", "-y", MODULE)
    left = set(here.run("find", "/etc", "/var/lib", "-maxdepth", "2").split()) - set(before.split())
    assert [path for path in left if "okta" in path] == []


def test_the_unit_of_systemd_opens_what_the_module_needs(server):
    """Nothing in it narrows where Apache may write; otherwise the package would need a drop-in."""
    unit = server.run("cat", "/lib/systemd/system/apache2.service")
    assert "\nExecReload=/usr/sbin/apachectl graceful\n" in unit
    confined = [line for line in unit.splitlines()
                if line.startswith(("Protect", "Private", "ReadOnly", "Inaccessible", "Dynamic", "Root", "Memory",
                                    "Restrict", "SystemCall", "Temporary", "NoNew", "Capability", "User", "Limit"))]
    assert confined == ["PrivateTmp=true"]


def test_removed_under_a_site_that_needs_it(protected):
    """What was protected is never open: Apache goes on with the module in memory, and does not start without the
    site's directives being taken out."""
    said = protected.run("apt-get", "-q", "remove", "-y", MODULE)
    assert "Your configuration is broken" in said
    assert protected.status("/api/whoami") == 401
    protected.run("a2disconf", "api")
    protected.reboot()
    assert protected.status("/") == 200 and protected.status("/api/whoami") == 404


def test_purge_leaves_nothing(server, built):
    """Not even what a run with keys and tokens has written."""
    server.service("stop")
    before = server.files()
    server.install(built.debs())
    server.protect(server.start_issuer())
    server.service("start")
    wait_for(lambda: len(state(server)) == 2, "the file of the keys")
    assert "WRONG" not in server.guide()
    server.service("stop")
    server.shell("a2disconf -p api; rm /etc/apache2/conf-available/api.conf")
    server.run("apt-get", "-q", "purge", "-y", MODULE, "okta-token")
    server.service("stop")
    left = server.files()
    assert sorted(left - before) == []
    assert sorted(before - left) == []


def test_purge_of_a_folder_that_is_mounted(server, built):
    """A volume of its own for the keys: it is emptied, and told of, and the package is gone."""
    server.shell(f"mkdir {STATE}; mount -t tmpfs none {STATE}; touch {STATE}/keys")
    server.install(built.debs())
    said = server.run("apt-get", "-q", "purge", "-y", MODULE)
    assert f"{STATE} is left: remove it by hand." in said
    assert server.run("ls", STATE) == "" and not server.there(f"/var/lib/dpkg/info/{MODULE}.list")


def test_purge_after_a_removal_leaves_nothing(server, built):
    server.service("stop")
    before = server.files()
    server.install(built.debs())
    server.run("a2enmod", "auth_okta")
    server.run("apt-get", "-q", "remove", "-y", MODULE, "okta-token")
    server.run("apt-get", "-q", "purge", "-y", MODULE, "okta-token")
    server.service("stop")
    assert sorted(server.files() ^ before) == []
