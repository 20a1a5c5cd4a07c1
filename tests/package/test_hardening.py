# SPDX-License-Identifier: Apache-2.0
"""The files as they were built: hardened, and with one door. OKTA_BUILD names the build."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from elf import Elf

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("OKTA_BUILD", TOP / "build" / "gcc"))
FILES = {"module": BUILD / "src/httpd/.libs/mod_auth_okta.so", "okta-token": BUILD / "src/cli/okta-token"}
LIBRARIES = {"libcurl.so.4", "libcrypto.so.3", "libjansson.so.4", "libc.so.6"}
# what a C library puts into each program or keeps apart from libc.so (libm before glibc 2.27, the loader on arm64)
HARMLESS = re.compile(r"^(libm\.so\.6|libpthread\.so\.0|ld-linux-[\w-]+\.so\.\d+)$")


@pytest.fixture(params=FILES)
def built(request):
    path = FILES[request.param]
    assert path.is_file(), f"{path} is not there: build first, or point OKTA_BUILD at the build directory"
    return Elf(path)


def made_with(name):
    """What configure found for this variable."""
    return re.search(rf"^{name} =(.*)$", (BUILD / "Makefile").read_text(), re.M)[1].split()


def test_relocations_are_done_at_the_start_and_then_read_only(built):
    assert "GNU_RELRO" in built.segments()
    assert "BIND_NOW" in built.dynamic()["FLAGS"][0].split()


def test_no_segment_is_written_and_run(built):
    assert built.segments()["GNU_STACK"] == "RW"
    assert "TEXTREL" not in built.dynamic() and "TEXTREL" not in built.dynamic()["FLAGS"][0]


def test_no_folder_for_libraries_of_its_own(built):
    assert not {"RPATH", "RUNPATH"} & set(built.dynamic())


def test_the_program_may_lie_anywhere():
    assert "PIE" in Elf(FILES["okta-token"]).dynamic()["FLAGS_1"][0].split()


def test_calls_of_the_c_library_are_checked(built):
    assert made_with("HARDEN_CPPFLAGS") == ["-D_FORTIFY_SOURCE=3"], "gcc 12 and glibc 2.34 know level 3"
    assert {"__memcpy_chk", "__snprintf_chk"} & built.undefined()
    assert "__stack_chk_fail" in built.undefined()


def test_jumps_land_where_they_may(built):
    """The linker keeps the note only if each file that it links has it, as the C library's do not in Debian 12."""
    flag, note = {
        "X86-64": ("-fcf-protection=full", "IBT, SHSTK"),
        "AArch64": ("-mbranch-protection=standard", "BTI, PAC"),
    }[re.search(r"X86-64|AArch64", built.machine())[0]]
    assert flag in made_with("HARDEN_CFLAGS")
    objects = [path for path in BUILD.glob("src/*/**/*.o") if "devserver" not in path.parts]
    assert len(objects) > 100
    assert [str(path) for path in objects if note not in Elf(path).notes()] == []
    asked = subprocess.run(["gcc", "-print-file-name=crti.o"], check=True, capture_output=True, text=True)
    start = asked.stdout.strip()
    assert (note in built.notes()) == (note in Elf(start).notes())


def test_warnings_that_somebody_asks_for_take_nothing_away(tmp_path):
    """configure tries each flag on code that has this warning without it as well."""
    (tmp_path / "configure.ac").write_text(
        f"m4_include([{TOP}/m4/okta_hardening.m4])\nAC_INIT([flags], [1])\nAC_PROG_CC\n"
        "enable_sanitizers=no\nOKTA_HARDENING\nAC_CONFIG_FILES([flags])\nAC_OUTPUT\n")
    (tmp_path / "flags.in").write_text("@HARDEN_CPPFLAGS@ @HARDEN_CFLAGS@ @HARDEN_LDFLAGS@ @PIE_LDFLAGS@\n")
    subprocess.run(["autoconf"], cwd=tmp_path, check=True)
    subprocess.run(["./configure", "CFLAGS=-O2 -Wunused-macros"], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    found = set((tmp_path / "flags").read_text().split())
    assert {"-D_FORTIFY_SOURCE=3", "-fstack-protector-strong", "-Wl,-z,relro", "-Wl,-z,now", "-pie"} <= found


def test_only_the_module_structure_is_exported():
    assert Elf(FILES["module"]).exported() == {"auth_okta_module"}


def test_no_other_libraries_are_needed(built):
    needed = {name for name in built.needed() if not HARMLESS.match(name)}
    assert needed == LIBRARIES
