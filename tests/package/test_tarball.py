# SPDX-License-Identifier: Apache-2.0
"""The release: the same bytes from whoever makes it, where and whenever; its checksums and its list of components."""

import json
import os
import re
import subprocess
import tarfile
from pathlib import Path

import bases
import dist_bare
import dist_release
import dist_schema
import jsonschema
import pytest
from bases import TOP
from dist_release import output


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".log"}


@pytest.fixture(scope="module")
def text(made):
    return json.loads((made / f"mod_auth_okta-{dist_release.version()}.cdx.json").read_text())


@pytest.fixture
def elsewhere(able):
    """A folder of user nobody, who can reach it."""
    folder = output("mktemp", "-d", "/var/tmp/okta-other.XXXXXX").strip()
    yield folder
    subprocess.run(["rm", "-rf", folder], check=True)


def as_nobody(folder, script, **settings):
    subprocess.run(["chown", "-hR", "65534:65534", folder], check=True)
    # another mask, user, home, folder, language and time zone
    bases.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
         "sh", "-euc", f"umask 077; cd {folder}; {script}"],
        env={"PATH": os.environ["PATH"], "HOME": folder, "TMPDIR": folder, "TZ": "Pacific/Kiritimati",
             "LC_ALL": "C", "USER": "nobody", "XZ_OPT": "-0 -T0", "TAR_OPTIONS": "--mtime=@1", **settings})


def test_another_user_makes_the_same_bytes_elsewhere(made, elsewhere, tmp_path):
    bases.tree(elsewhere)
    as_nobody(elsewhere, "scripts/package tarball --out out", SOURCE_DATE_EPOCH=dist_release.seconds())
    assert bytes_of(Path(elsewhere) / "out") == bytes_of(made)


# the suite distcheck does it with autotools, and the RPM's build makes the module without
@pytest.mark.full
def test_a_release_makes_itself_again_without_autotools_and_git(made, elsewhere, tmp_path):
    subprocess.run(["tar", "-C", elsewhere, "--strip-components=1", "-xf", dist_release.tarball(made)], check=True)
    programs = dist_bare.path_without(tmp_path / "programs")
    os.chmod(tmp_path, 0o755)
    subprocess.run(["cp", "-a", programs, f"{elsewhere}/programs"], check=True)
    subprocess.run(["mkdir", f"{elsewhere}/build"], check=True)
    as_nobody(elsewhere, "cd build; ../configure --disable-unit-tests; make dist", PATH=f"{elsewhere}/programs")
    again = f"{elsewhere}/build/{dist_release.tarball(made).name}"
    with open(again, "rb") as file:
        assert file.read() == dist_release.tarball(made).read_bytes()


def test_entries_say_nothing_of_who_made_them(made):
    seconds = int(dist_release.seconds())
    with tarfile.open(dist_release.tarball(made)) as archive:
        entries = archive.getmembers()
        wanted = set(output(TOP / "scripts/lib/files.sh").splitlines())
        names = [entry.name for entry in entries]
        configure = archive.extractfile(f"{names[0]}/configure").read().decode()
    assert names == sorted(names, key=lambda name: name.split("/"))
    assert wanted < {name.partition("/")[2] for name in names}
    makers = {(entry.uid, entry.gid, entry.uname, entry.gname, entry.mtime) for entry in entries}
    assert makers == {(0, 0, "", "", seconds)}
    assert {oct(entry.mode) for entry in entries} == {"0o755", "0o644"}
    assert {entry.type for entry in entries} == {tarfile.DIRTYPE, tarfile.REGTYPE}
    assert str(TOP) not in configure and "okta-tarball." not in configure


def test_checksums(made):
    said = output("sha256sum", "-c", "SHA256SUMS", cwd=made)
    assert set(said.splitlines()) == {f"{name}: OK" for name in dist_release.names() - {"SHA256SUMS"}}


def test_list_of_components_suits_the_schema(text):
    validator = jsonschema.Draft7Validator(dist_schema.cyclonedx(), resolver=dist_schema.resolver())
    assert list(validator.iter_errors(text)) == []
    assert len(list(validator.iter_errors(text | {"serialNumber": "1"}))) == 1


def test_list_of_components_names_what_configure_asks_for(text):
    configure = (TOP / "configure.ac").read_text()
    asked = dict(re.findall(r"^OKTA_NEEDS\(\[\w+\], \[([\w-]+) >= ([\d.]+)\]", configure, re.M))
    here = {name: output("pkg-config", "--modversion", name).strip() for name in asked}
    told = {component["version"]: component["properties"][0]["value"] for component in text["components"]}
    assert len(asked) == 5 and len(text["components"]) == 6
    assert {here[name]: f">= {required}" for name, required in asked.items()}.items() <= told.items()
    assert text["metadata"]["component"]["version"] == dist_release.version()
