# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by what scripts/matrix runs inside of a system: the last line, by which it learns what happened.

# result PASSED FAILED COMPILER
result() {
    local compiler openssl httpd
    compiler=$("$3" --version | head -n 1 | sed 's/ (.*) / /; s/.*clang version/clang/; s/^\S*gcc/gcc/; s/-.*//')
    openssl=$(pkg-config --modversion libcrypto)
    httpd=$(apxs -q HTTPD_VERSION)
    printf '{"passed": %d, "failed": %d, "versions": {"compiler": "%s", "openssl": "%s", "httpd": "%s"}}\n' \
        "$1" "$2" "$compiler" "$openssl" "$httpd"
}

# sums LOG : what automake counted in it, as two numbers; nothing at all is one failure
sums() {
    awk '/^# PASS:/ { good += $3 } /^# (FAIL|ERROR|XPASS|XFAIL|SKIP):/ { bad += $3 }
        END { print good + 0, good + bad ? bad + 0 : 1 }' "$1"
}
