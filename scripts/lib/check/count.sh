# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Sourced by scripts/check: the sums, and what is said of each part.

passed=0
failed=0
second_runs=0

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*"; }

# count NAME PASSED FAILED LOG
count() {
    passed=$((passed + $2))
    failed=$((failed + $3))
    say "$(printf '%-11s %5d passed, %d failed' "$1" "$2" "$3")"
    if [ "$3" -gt 0 ]; then
        grep -nE '^(FAILED|ERROR|NOT RUN)|^not ok|^FAIL|error:|Error [0-9]' "$4" | head -n 30
        echo "            log: $4"
    fi
}

# one NAME COMMAND… : a check that passes or fails as a whole. Returns 1 where it fails.
one() {
    local name=$1
    shift
    if "$@" >"$logs/$name.log" 2>&1; then
        count "$name" 1 0 "$logs/$name.log"
        return 0
    fi
    tail -n 15 "$logs/$name.log"
    count "$name" 0 1 "$logs/$name.log"
    return 1
}

# The sums, last of all: the closing line stands alone.
close_sums() {
    echo "second runs: $second_runs"
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}
