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
kind=$(basename "$0" .sh)
# shellcheck disable=SC2034 # they use it
log=$out/$kind.log
work=$(mktemp -d "${TMPDIR:-/tmp}/okta-$kind.XXXXXX")
trap 'rm -rf "$work"' EXIT
