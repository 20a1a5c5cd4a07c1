# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by what makes a kind of package, with the folder where it goes as $1: where the tree is ($top), a folder to work
# in that goes at the end ($work), and a log ($log). The tree is not written to.
set -euo pipefail
unset CDPATH DESTDIR MAKEFLAGS MAKELEVEL
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
out=$1
for part in places packages package/release; do
    # shellcheck source=/dev/null
    . "$top/scripts/lib/$part.sh"
done
place_is_writable "$out"
place_suits_make "${TMPDIR:-/tmp}" "set TMPDIR to a plainer one, as in TMPDIR=/var/tmp"
kind=$(basename "$0" .sh)
# shellcheck disable=SC2034 # they use it
log=$out/$kind.log
work=$(mktemp -d "${TMPDIR:-/tmp}/okta-$kind.XXXXXX")
trap 'rm -rf "$work"' EXIT

# logged WHAT FUNCTION… : the function, a subshell with `set -e` of its own, with what it says in the log; if it fails, the
# end of that, and the end of this. It is no condition of an `if`: bash would then go on behind each failure.
logged() {
    local what=$1 code
    shift
    set +e
    "$@" >"$log" 2>&1
    code=$?
    set -e
    [ "$code" -ne 0 ] || return 0
    tail -n 25 "$log" >&2
    echo "$what could not be made: the lines above are the end of $log." >&2
    exit 1
}

# publish PATTERN FILE… : moves the files to where they go, and prints their names there. What a build of another version
# left under a name of the pattern (an extended glob) goes to a folder beside them: so `apt install ./….deb` takes one
# version, and whoever goes back has the other.
publish() {
    local pattern=$1 file
    local -a left
    shift
    shopt -s extglob nullglob
    # shellcheck disable=SC2206 # a glob, with what may stand in the name of a folder
    left=("$out"/$pattern)
    shopt -u extglob nullglob
    for file in "$@"; do
        mv -f "$file" "$out/"
        echo "$out/${file##*/}"
    done
    for file in "${left[@]}"; do
        [[ " ${*##*/} " == *" ${file##*/} "* ]] || {
            mkdir -p "$out/older"
            mv -f "$file" "$out/older/"
        }
    done
}
