# SPDX-License-Identifier: Apache-2.0
"""What scripts/package deb makes: the same bytes each time, by Debian's policy, and only what belongs to it."""

import hashlib
import os
import re
import subprocess

import bases
import builds
import dist_release
import pytest
from documents import leading_nowhere

DOCS = "usr/share/doc/libapache2-mod-auth-okta"
MODULE_PACKAGE = {
    "etc/apache2/mods-available/auth_okta.conf": "-rw-r--r--",
    "etc/apache2/mods-available/auth_okta.load": "-rw-r--r--",
    "usr/lib/apache2/modules/mod_auth_okta.so": "-rw-r--r--",
    f"{DOCS}/NOTICE": "-rw-r--r--",
    f"{DOCS}/README.md": "-rw-r--r--",
    f"{DOCS}/SECURITY.md": "-rw-r--r--",
    f"{DOCS}/changelog.Debian.gz": "-rw-r--r--",
    f"{DOCS}/changelog.gz": "-rw-r--r--",
    f"{DOCS}/conf -> examples": "lrwxrwxrwx",
    f"{DOCS}/copyright": "-rw-r--r--",
    f"{DOCS}/examples/okta-log.conf": "-rw-r--r--",
    f"{DOCS}/examples/okta-mcp.conf": "-rw-r--r--",
    f"{DOCS}/examples/okta.conf": "-rw-r--r--",
    "usr/share/lintian/overrides/libapache2-mod-auth-okta": "-rw-r--r--",
}
TOOL_PACKAGE = {
    "usr/bin/okta-token": "-rwxr-xr-x",
    "usr/share/man/man1/okta-token.1.gz": "-rw-r--r--",
    "usr/share/doc/okta-token/NOTICE": "-rw-r--r--",
    "usr/share/doc/okta-token/changelog.Debian.gz": "-rw-r--r--",
    "usr/share/doc/okta-token/changelog.gz": "-rw-r--r--",
    "usr/share/doc/okta-token/copyright": "-rw-r--r--",
    "usr/share/lintian/overrides/okta-token": "-rw-r--r--",
}


def content(deb):
    """{path: mode} of the files; what is not root's, and a folder of another mode than 0755, is a fault."""
    found = {}
    for line in bases.run(["dpkg-deb", "--contents", deb]).splitlines():
        mode, owner, _, _, _, path = line.split(None, 5)
        assert owner == "root/root", line
        if mode[0] == "d":
            assert mode == "drwxr-xr-x", line
        else:
            found[path.removeprefix("./")] = mode
    return found


def sums(build):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in build.files()
            if path.suffix not in (".buildinfo", ".changes")}


@pytest.mark.full
def test_two_builds_are_the_same_bytes(built, made, release, tmp_path):
    """Another folder, time, umask, time zone and locale, one process, no tests; the release from another run."""
    temporary = tmp_path / "a-folder-with-a-longer-name"
    temporary.mkdir()
    other = builds.build(release, tmp_path / "again", umask="077", TMPDIR=str(temporary), TZ="Pacific/Kiritimati",
                         LC_ALL="C", DEB_BUILD_OPTIONS="nocheck parallel=1", DEB_BUILD_PROFILES="nocheck",
                         OKTA_RELEASE_TARBALL=str(dist_release.tarball(made)))
    first, second = sums(built), sums(other)
    assert first == second
    kinds = sorted(re.sub(r"_.*?(?=\.(orig|debian|dsc|deb))", "", name.replace("_amd64", "")) for name in first)
    assert len(kinds) == 7 and sum(name.endswith(".deb") for name in first) == 4, first
    assert list(temporary.iterdir()) == []


def test_packages_of_another_version_are_put_aside(built):
    """So that a name with a star is one version; what is not ours stays where it is."""
    assert [path.name for path in (built.folder / "older").iterdir()] == [builds.OLDER]
    assert (built.folder / builds.NOTE).is_file()


@pytest.mark.units
def test_the_build_ran_the_unit_tests(built):
    """As whoever calls dpkg-buildpackage gets it; a fault there ends it."""
    log = (built.folder / "deb.log").read_text()
    assert int(re.search(r"^# PASS: +(\d+)$", log, re.M)[1]) > 500
    assert re.search(r"^# FAIL: +0$", log, re.M)


def test_lintian_has_nothing_to_say(built):
    # the standards are those of the oldest Debian that the packages are for: its lintian knows no newer ones
    done = subprocess.run(built.lintian("-i", "-I", "--pedantic", "--no-tag-display-limit",
                                        "--suppress-tags=out-of-date-standards-version"),
                          text=True, capture_output=True)
    assert (done.stdout, done.returncode) == ("", 0), done.stdout + done.stderr


def test_each_override_has_its_reason():
    read = 0
    for path in sorted((bases.TOP / "debian").rglob("*lintian-overrides")):
        lines = path.read_text().splitlines()
        for before, line in zip(["", *lines], lines):
            if line and not line.startswith("#"):
                read += 1
                assert before.startswith("# "), f"{path.name}: {line}"
    assert read > 0


def test_the_module_package(built):
    found = content(built.deb("libapache2-mod-auth-okta"))
    documents = {path: mode for path, mode in found.items() if path.startswith(f"{DOCS}/docs/")}
    # under their own names: they link to each other, and Prometheus reads them where they are
    expected = {f"{DOCS}/{path.relative_to(bases.TOP)}": "-rw-r--r--"
                for path in (bases.TOP / "docs").rglob("*") if path.is_file()}
    assert documents == expected
    assert {path: mode for path, mode in found.items() if path not in documents} == MODULE_PACKAGE


def test_links_of_its_documents_lead_somewhere(built, tmp_path):
    bases.run(["dpkg-deb", "--extract", built.deb("libapache2-mod-auth-okta"), tmp_path])
    assert leading_nowhere(tmp_path / DOCS) == []


def test_the_tool_package(built):
    assert content(built.deb("okta-token")) == TOOL_PACKAGE


@pytest.mark.parametrize("name", ("libapache2-mod-auth-okta", "okta-token"))
def test_debug_symbols_belong_to_the_files(built, name):
    """Each by the build id of what it is for."""
    debug = next(path for path in built.files() if path.name.startswith(f"{name}-dbgsym_"))
    found = [path for path in content(debug) if path.endswith(".debug")]
    assert len(found) == 1
    ids = bases.run(["dpkg-deb", "--field", debug, "Build-Ids"]).split()
    assert ids == [found[0].removeprefix("usr/lib/debug/.build-id/").removesuffix(".debug").replace("/", "")]


def test_nothing_of_the_development_issuer(built, tmp_path):
    for deb in built.debs():
        bases.run(["dpkg-deb", "--extract", deb, tmp_path / deb.name])
    modules = sorted(path.name for path in tmp_path.rglob("*.so*"))
    assert modules == ["mod_auth_okta.so"]
    holds = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix not in (".md", ".gz")
             and b"okta-dev-issuer" in path.read_bytes()]
    assert holds == []


def test_the_conffiles(built, tmp_path):
    bases.run(["dpkg-deb", "--control", built.deb("libapache2-mod-auth-okta"), tmp_path / "control"])
    names = (tmp_path / "control/conffiles").read_text().split()
    assert names == ["/etc/apache2/mods-available/auth_okta.conf", "/etc/apache2/mods-available/auth_okta.load"]


def test_the_placeholder_for_an_address_is_named_where_it_is():
    """Whoever publishes the packages finds each place in README.source."""
    note = "debian/README.source"
    listed = re.findall(r"^  (\S+)  ", (bases.TOP / note).read_text(), re.M)
    files = bases.run(["scripts/lib/files.sh"], cwd=bases.TOP).split()
    placeholder = re.search(r"^Maintainer: .*@(.*)>", (bases.TOP / "debian/control").read_text(), re.M)[1]
    holding = [name for name in files if placeholder in (bases.TOP / name).read_text("utf-8", "replace")]
    assert sorted(holding) == sorted([note, *listed])


@pytest.mark.parametrize("arguments, said", (
    ((), "no kind is given"),
    (("rmp",), 'there is no kind "rmp"'),
    (("deb", "--out"), "--out needs a folder"),
    (("deb", "--outdir", "x"), '"--outdir" is not known'),
))
def test_bad_usage(arguments, said):
    done = subprocess.run([bases.TOP / "scripts/package", *arguments], text=True, capture_output=True)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith(f"scripts/package: {said}; usage: ") and done.stderr.count("\n") == 1


def package_fails(tmp_path, **environment):
    """What it says; --out is from where it is called, whatever the default is called."""
    done = subprocess.run([bases.TOP / "scripts/package", "tarball", "--out", "build/package"], text=True,
                          capture_output=True, cwd=tmp_path, env={**os.environ, **environment})
    assert done.returncode == 1
    return done.stderr


def test_a_temporary_folder_that_make_cannot_handle_is_named(tmp_path):
    folder = tmp_path / "a folder"
    folder.mkdir()
    assert package_fails(tmp_path, TMPDIR=str(folder)) == (
        f"The path {folder} contains a space, a quote or another character that make cannot handle: set TMPDIR to a "
        "plainer one, as in TMPDIR=/var/tmp.\n")


def test_what_fails_is_the_last_that_is_told(tmp_path):
    """Nothing is made of what a step before left undone."""
    said = package_fails(tmp_path, CC="false")
    assert "C compiler cannot create executables" in said and "make: ***" not in said
    log = tmp_path / "build/package/tarball.log"
    assert said.endswith(f"The release could not be made: the lines above are the end of {log}.\n") and log.is_file()
