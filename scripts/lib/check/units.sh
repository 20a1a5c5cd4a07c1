# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Sourced by scripts/check: the unit tests, which automake runs.

# whether the tests find a fault in the table of verdicts: once is enough, whatever the compiler
# shellcheck disable=SC2034 # of suites.sh
about_tests=test_verdicts_broken

# units_but DIRECTORY NAME : automake's tests but that one
units_but() {
    # shellcheck disable=SC2016 # make expands it
    make -s -C "$1" -f Makefile -f - print <<<'print: ; @echo $(TESTS)' | sed -E "s,(^| )tests/unit/$2( |\$), ,"
}

# units_missing DIRECTORY [NAME] : but that one, each program of tests/unit and each fuzz target must have run, with a result for every
# rule and every file of its corpus.
units_missing() {
    local source name target expected
    while read -r source; do
        name=$(basename "$source" .c)
        [ "$name" != "${2:-}" ] || continue
        units_ran "$1/tests/unit/$name" "$(grep -c '^rule(' "$source")"
    done < <(grep -E '^tests/unit/test_.*\.c$' "$logs/files")
    while read -r source; do
        target=$(sed -n 's/^FUZZ_TARGET("\(.*\)")$/\1/p' "$source")
        [ -n "$target" ] || continue
        expected=$(grep -c "^tests/fuzz/corpus/$target/" "$logs/files")
        units_ran "$1/tests/fuzz/replay_$target" "$expected"
    done < <(grep -E '^tests/fuzz/[^/]*\.c$' "$logs/files")
}

# units_ran PROGRAM EXPECTED : says so where the program did not give that many results
units_ran() {
    local results=0
    [ ! -f "$1.trs" ] || results=$(grep -cE '^:test-result: (PASS|FAIL|SKIP|XFAIL|XPASS)' "$1.trs")
    [ "$results" -eq "$2" ] || echo "NOT RUN: $1: $results results, and the source has $2"
}

# unit_suite NAME DIRECTORY [WITHOUT] : automake's own sums
unit_suite() {
    local log=$logs/$1.log good bad missing
    local -a tests=()
    [ -z "${3:-}" ] || tests=("TESTS=$(units_but "$2" "$3")")
    find "$2/tests" -name '*.trs' -delete
    make -C "$2" check -j"$jobs" "${tests[@]}" >"$log" 2>&1
    good=$(awk '/^# PASS:/ { n += $3 } END { print n + 0 }' "$log")
    bad=$(awk '/^# (FAIL|ERROR|XPASS|XFAIL|SKIP):/ { n += $3 } END { print n + 0 }' "$log")
    missing=$(units_missing "$2" "${3:-}")
    if [ -n "$missing" ]; then
        printf '%s\n' "$missing" >>"$log"
        bad=$((bad + $(wc -l <<<"$missing")))
    fi
    [ $((good + bad)) -gt 0 ] || bad=1
    count "$1" "$good" "$bad" "$log"
}

# what threads and processes share: publication, keys, the token cache
check_tsan() {
    local test
    for test in test_slot_stress test_tally test_threads test_tickets test_token_cache test_verdicts_threads; do
        make -C build/tsan "tests/unit/$test" &&
            OKTA_SOURCE=$top TSAN_OPTIONS=halt_on_error=1 "build/tsan/tests/unit/$test" || return 1
    done
}
