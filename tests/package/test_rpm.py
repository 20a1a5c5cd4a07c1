# SPDX-License-Identifier: Apache-2.0
"""scripts/package rpm, with no autotools, git or network: configure, make, make check and make install of the release;
then what the packages have, and Debian's httpd with it. Not tried here: Fedora's own rpm macros, httpd and SELinux."""

import re
import subprocess
from pathlib import Path

import dist_bare
import dist_release
import pytest
from bases import TOP
from builds import FULL
from dist_release import output
from documents import leading_nowhere
from elf import Elf

OURS = {"/etc/httpd/conf.d/auth_okta.conf", "/etc/httpd/conf.modules.d/10-auth_okta.conf", "/var/lib/mod_auth_okta"}


@pytest.fixture(scope="module")
def folder(able, made, tmp_path_factory):
    out = tmp_path_factory.mktemp("rpm")
    environment = dist_bare.environment(tmp_path_factory.mktemp("bare")) | {
        "OKTA_RELEASE_TARBALL": str(dist_release.tarball(made)),
        "SOURCE_DATE_EPOCH": dist_release.seconds()} | ({} if FULL else {"OKTA_RPMBUILD": "--without check"})
    said = dist_bare.run(TOP / "scripts/package", "rpm", "--out", out, env=environment)
    assert "no httpd-devel" in said and "--nodeps" in said
    return out


@pytest.fixture(scope="module")
def module(folder):
    return named(folder, "mod_auth_okta")


def named(folder, name):
    found = [path for path in folder.glob(f"{name}-{dist_release.version()}-1.*.rpm") if ".src." not in path.name]
    assert len(found) == 1, list(folder.iterdir())
    return found[0]


def rpm(*arguments):
    return output("rpm", "-q", *map(str, arguments))


def unpacked(package, folder):
    """Its files below the folder; the folders by their names alone."""
    folder.mkdir()
    archive = subprocess.run(["rpm2cpio", package], check=True, capture_output=True).stdout
    subprocess.run(["cpio", "-idm", "--quiet", "--no-preserve-owner"], input=archive, cwd=folder, check=True)
    return folder


@pytest.mark.full
def test_the_unit_tests_of_the_release_passed(folder):
    """As they ran in %check."""
    log = (folder / "rpm.log").read_text()
    passed, failed = (int(re.search(rf"^# {name}: +(\d+)$", log, re.M)[1]) for name in ("PASS", "FAIL"))
    assert passed > 500 and failed == 0


def test_files(module):
    # the last word of a link is what it leads to; rpm makes those below .build-id
    listed = {line.split()[8]: line.split() for line in rpm("-lvp", module).splitlines() if ".build-id" not in line}
    documents = {name for name in listed if name.startswith(("/usr/share/doc/", "/usr/share/licenses/"))}
    assert set(listed) - documents == OURS | {"/usr/lib64/httpd/modules/mod_auth_okta.so"}
    assert {"/usr/share/doc/mod_auth_okta/docs/directives.md", "/usr/share/doc/mod_auth_okta/docs/guide.md",
            "/usr/share/doc/mod_auth_okta/conf/okta.conf"} < documents
    assert any(name.startswith("/usr/share/licenses/") and name.endswith("/LICENSE") for name in documents)
    state = listed["/var/lib/mod_auth_okta"]
    assert (state[0], state[2], state[3]) == ("drwx------", "apache", "apache")
    assert {line[2] for name, line in listed.items() if name != "/var/lib/mod_auth_okta"} == {"root"}
    assert set(rpm("-cp", module).split()) == OURS - {"/var/lib/mod_auth_okta"}


def test_links_of_its_documents_lead_somewhere(module, tmp_path):
    assert leading_nowhere(unpacked(module, tmp_path / "root") / "usr/share/doc/mod_auth_okta") == []


def test_command_is_a_package_of_its_own(folder):
    names = rpm("-lp", named(folder, "okta-token")).split()
    assert "/usr/bin/okta-token" in names and any("man1/okta-token.1" in name for name in names)
    assert not any("httpd" in name for name in names)
    assert not any("httpd" in line for line in rpm("-p", "--requires", named(folder, "okta-token")).splitlines())


def test_requirements(module):
    required = rpm("-p", "--requires", module)
    header = Path(output("apxs", "-q", "INCLUDEDIR").strip()) / "ap_mmn.h"
    major = re.search(r"^#define MODULE_MAGIC_NUMBER_MAJOR (\d+)", header.read_text(), re.M)[1]
    assert re.search(rf"^httpd-mmn = {major}\w+$", required, re.M) and "httpd-filesystem" in required
    for library in ("libcrypto.so.3", "libcurl.so.4", "libjansson.so.4"):
        assert library in required
    # not a recommendation, which a system may leave out: then there would be no label
    assert "(policycoreutils-python-utils if selinux-policy)" in required.splitlines()


def test_scripts_set_the_label_of_the_state_directory_and_leave_nothing(module):
    scripts = rpm("-p", "--scripts", module)
    assert "semanage fcontext -a -t httpd_var_lib_t '/var/lib/mod_auth_okta(/.*)?'" in scripts
    assert "restorecon -R /var/lib/mod_auth_okta" in scripts
    assert "rm -f /var/lib/mod_auth_okta/*" in scripts


def test_httpd_loads_the_module_with_its_files(module, tmp_path):
    root = unpacked(module, tmp_path / "root")
    server = root / "etc/httpd"
    (server / "modules").symlink_to(root / "usr/lib64/httpd/modules")
    (tmp_path / "state").mkdir()
    # two names of another system: where Debian's httpd has its modules, and a state directory of this test
    local = server / "conf.d/auth_okta.conf"
    text = local.read_text()
    assert "\nOktaStateDir /var/lib/mod_auth_okta\n" in text
    local.write_text(text.replace("/var/lib/mod_auth_okta\n", f"{tmp_path}/state/okta\n"))
    base = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
                   for name in ("mpm_event", "authn_core", "authz_core", "authz_user"))
    (server / "httpd.conf").write_text(
        f"ServerRoot {server}\nServerName localhost\nListen 127.0.0.1:8080\nErrorLog {tmp_path}/error\n"
        f"PidFile {tmp_path}/pid\nDefaultRuntimeDir {tmp_path}\nUser www-data\nGroup www-data\n{base}"
        "Include conf.modules.d/*.conf\nIncludeOptional conf.d/*.conf\n")
    httpd = ["/usr/sbin/apache2", "-f", server / "httpd.conf", "-t"]
    done = subprocess.run([*httpd, "-D", "DUMP_MODULES"], capture_output=True, text=True)
    assert done.returncode == 0 and "auth_okta_module (shared)" in done.stdout, done.stderr
    done = subprocess.run(httpd, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "Syntax OK\n")


def test_module_is_hardened_in_the_package_too(module, tmp_path):
    built = Elf(unpacked(module, tmp_path / "root") / "usr/lib64/httpd/modules/mod_auth_okta.so")
    assert built.exported() == {"auth_okta_module"}
    assert "GNU_RELRO" in built.segments() and "BIND_NOW" in built.dynamic()["FLAGS"][0]


def test_nothing_of_the_build_is_in_the_packages(folder):
    for package in folder.glob("*.rpm"):
        assert "reproducible" in rpm("-p", "--qf", "%{BUILDHOST}", package)
        content = subprocess.run(["rpm2cpio", package], check=True, capture_output=True).stdout
        assert b"okta-rpm." not in content, package
