# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Sourced by scripts/check: the suites that pytest runs.

# pytest_suite NAME FOLDER [--as-root] [--jobs N] [--mpms LIST] [--without FILE]… : every file of the folder has to
# run, under every MPM of the list, and a case skipped is a case not passed. What failed is run once more, by itself,
# and named: a test that passes only then is a fault of the test, which the sum of second runs shows. With --jobs files
# run side by side.
pytest_suite() {
    local name=$1 folder=$2 cache=$logs/$1.cache numbers code
    local -a run judged beside=() by=()
    shift 2
    if [ "${1:-}" = --as-root ]; then
        # sudo keeps little of what it is called with
        [ "$(id -u)" -eq 0 ] || by=(sudo env "PATH=$PATH" "HOME=$HOME" LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
            "OKTA_BUILD=${OKTA_BUILD:-}" "OKTA_PACKAGE_FULL=${OKTA_PACKAGE_FULL:-}" "OKTA_RELEASE=${OKTA_RELEASE:-}"
            "OKTA_PACKAGE_UNITS=${OKTA_PACKAGE_UNITS:-}" "OKTA_SOAK_SECONDS=${OKTA_SOAK_SECONDS:-}")
        shift
    fi
    if [ "${1:-}" = --jobs ]; then
        beside=(-n "$2" --dist loadfile)
        shift 2
    fi
    judged=("$python" "$top/scripts/lib/check/junit.py" --folder "$folder" "$@")
    run=("${by[@]}" env -u http_proxy -u https_proxy -u all_proxy -u HTTP_PROXY -u HTTPS_PROXY -u ALL_PROXY
        "$python" -m pytest -q -rfEs --continue-on-collection-errors -o "cache_dir=$cache" "$folder")
    while [ $# -gt 0 ]; do
        [ "$1" != --without ] || run+=("--ignore=$folder/$2")
        shift 2
    done
    rm -rf "$cache" "$logs/$name.xml" "$logs/$name-again.xml"
    "${run[@]}" "${beside[@]}" --junitxml="$logs/$name.xml" >"$logs/$name.log" 2>&1
    code=$?
    read -ra numbers < <("${judged[@]}" "$code" "$logs/$name.xml" 2>"$logs/$name.missing")
    if [ "$code" -eq 1 ] && [ "${numbers[1]}" -gt 0 ] && [ "${numbers[1]}" -le 20 ]; then
        grep -E '^(FAILED|ERROR) ' "$logs/$name.log" | sed 's/^/            second run: /'
        "${run[@]}" --lf --lfnf=none --junitxml="$logs/$name-again.xml" >"$logs/$name-again.log" 2>&1
        read -ra numbers < <("${judged[@]}" "$code" "$logs/$name.xml" "$logs/$name-again.xml" 2>"$logs/$name.missing")
        cat "$logs/$name-again.log" >>"$logs/$name.log"
    fi
    [ "${#by[@]}" -eq 0 ] || sudo chown -R "$(id -u):$(id -g)" "$logs"
    cat "$logs/$name.missing" >>"$logs/$name.log"
    second_runs=$((second_runs + ${numbers[2]:-0}))
    count "$name" "${numbers[0]:-0}" "${numbers[1]:-1}" "$logs/$name.log"
}
