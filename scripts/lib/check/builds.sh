# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Sourced by scripts/check: its builds, one for each compiler or sanitizer. scripts/demo has another.

declare -A built=()

# What a build depends on besides the tree: where one of these differs, it starts afresh.
build_identity() {
    local argument compiler=gcc
    for argument in "$@"; do
        case $argument in CC=*) compiler=${argument#CC=} ;; esac
    done
    printf '%s\n' "$@" "$("$compiler" --version | head -n 1)" "$(apxs -q HTTPD_VERSION)"
}

# build DIRECTORY CONFIGURE-ARGUMENT…
build() {
    local directory=$1 identity
    shift
    set -- --enable-werror --enable-unit-tests "$@"
    identity=$(build_identity "$@")
    # somebody may have built here by hand: configured.txt says what this script did, config.status what holds
    if [ ! -f "$directory/Makefile" ] ||
        [ "$(cat "$directory/configured.txt" 2>/dev/null)" != "$identity
$("$directory/config.status" --config)" ]; then
        rm -rf "$directory"
    fi
    if [ ! -x configure ] || [ configure -ot configure.ac ]; then
        autoreconf -fi || return 1
    fi
    mkdir -p "$directory" || return 1
    (
        cd "$directory" || exit 1
        [ -f configured.txt ] || {
            "$top/configure" "$@" && printf '%s\n' "$identity" "$(./config.status --config)" >configured.txt
        } || exit 1
        make -j"$jobs"
    )
}

# need NAME ARGUMENT… : build/NAME, once a run; a build that fails is counted. Returns 1 then.
need() {
    local name=$1
    shift
    [ -z "${built[$name]:-}" ] || [ "${built[$name]}" = good ] || return 1
    [ -z "${built[$name]:-}" ] || return 0
    if ! build "build/$name" "$@" >"$logs/build-$name.log" 2>&1; then
        built[$name]=bad
        tail -n 25 "$logs/build-$name.log"
        count "build-$name" 0 1 "$logs/build-$name.log"
        return 1
    fi
    built[$name]=good
}
need_gcc() { need gcc CC=gcc; }
need_clang() { need clang CC=clang; }
need_asan() { need asan CC=gcc CFLAGS='-g -O1' --enable-sanitizers=address,undefined; }
need_tsan() { need tsan CC=gcc CFLAGS='-g -O1' --enable-sanitizers=thread; }
