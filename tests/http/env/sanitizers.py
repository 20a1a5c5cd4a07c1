# SPDX-License-Identifier: Apache-2.0
"""Run httpd under AddressSanitizer (OKTA_SANITIZE=asan) or valgrind (OKTA_VALGRIND=1)."""

import re
import subprocess
from functools import lru_cache
from pathlib import Path

from env import places

# httpd and APR leave a little behind at exit. Suppressions match any frame of a stack, and every stack has
# frames of httpd; so leaks are told apart here: ours are those with a frame of ours, or of nobody we know.
_OURS = re.compile(r"mod_auth_okta|mod_okta_devserver|\bsrc/(core|fetch|httpd|devserver)/|\bokta_|"
                   r"<unknown module>")
# Regular expressions of the configuration belong to its pool. Children exit without destroying that, and
# LeakSanitizer does not look into APR's memory for the pointers. Nor are pools destroyed that a thread still uses
# which is stuck in a store when its process ends.
_POOLED = re.compile(r" in (ap_p?regcomp|apr_allocator_create|apr_pool_create_unmanaged_ex) ")
_VALGRIND_SUPPRESSIONS = Path(__file__).with_name("valgrind.supp")


@lru_cache
def _gcc_file(name):
    return subprocess.run(["gcc", f"-print-file-name={name}"], check=True, capture_output=True,
                          text=True).stdout.strip()


def reports_dir(root):
    return Path(root) / "sanitizer"


def prepare(root):
    """Children run as another user and write their own reports."""
    folder = reports_dir(root)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o1777)


def environment(root):
    """What to add to httpd's environment."""
    if places.SANITIZE != "asan":
        return {}
    log = reports_dir(root) / "report"
    # libstdc++ first would hide throw from asan's interceptors; nothing here is C++, libasan alone is enough.
    return {
        "LD_PRELOAD": _gcc_file("libasan.so"),
        "ASAN_OPTIONS": f"log_path={log}:halt_on_error=1:abort_on_error=0:exitcode=99:"
                        "detect_leaks=1:fast_unwind_on_malloc=0:malloc_context_size=20:"
                        "check_initialization_order=1:intercept_tls_get_addr=0:detect_stack_use_after_return=1",
        "LSAN_OPTIONS": "exitcode=0:max_leaks=0",
        "UBSAN_OPTIONS": f"log_path={log}:halt_on_error=1:print_stacktrace=1",
    }


def prefix(root):
    """What to put before httpd's command line."""
    if not places.VALGRIND:
        return []
    return ["valgrind", "--quiet", "--leak-check=no", "--num-callers=30", "--trace-children=no",
            f"--suppressions={_VALGRIND_SUPPRESSIONS}",
            f"--log-file={reports_dir(root)}/valgrind.%p"]


def configuration():
    """httpd.conf lines a sanitized run needs."""
    if places.SANITIZE != "asan":
        return ""
    # A process that changed its user is not dumpable, and the leak check cannot look into it;
    # httpd makes it dumpable again where a core directory is configured.
    return "CoreDumpDirectory /tmp\n"


# The leak check's own tracer may trip over a thread that is just ending: it says so, and found out nothing.
_TRACER_FAILED = re.compile(r"Tracer caught signal \d+.*\n(==\d+==(LeakSanitizer has encountered a fatal error"
                            r"|HINT: ).*\n*)+")


def faults_in(report):
    """The parts of a report that count: every error, but of leaks only ours."""
    faults = []
    report = _TRACER_FAILED.sub("", report)
    for part in re.split(r"(?m)^(?==+$)|(?===\d+==ERROR)", report):
        if "LeakSanitizer: detected memory leaks" in part:
            leaks = [leak for leak in part.split("\n\n") if "leak of" in leak]
            faults.extend(leak for leak in leaks if _OURS.search(leak) and not _POOLED.search(leak))
        elif part.strip("=\n "):
            faults.append(part)
    return faults


def check(root):
    """Fail when a report of a fault was written."""
    found = []
    folder = reports_dir(root)
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            for fault in faults_in(path.read_text("utf-8", "backslashreplace")):
                found.append(f"{path.name}:\n{fault[:6000]}")
    assert not found, "sanitizer reports:\n" + "\n".join(found)
