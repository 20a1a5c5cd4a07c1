#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints the project's files, one a line: what git tracks in a clone, what MANIFEST lists in an unpacked release.
# Where there is neither (an archive of a web page, a copy), --guess prints what lies in the source folders;
# without it that is an error, because a release made from a guess would lose files, or gain some.
set -eu
unset CDPATH
cd "$(dirname "$0")/../.."

if [ -e .git ]; then
    if ! command -v git >/dev/null; then
        echo "This is a clone, and there is no git to list its files: install git." >&2
        exit 1
    fi
    # a clone of somebody else's is read all the same: its scripts run already
    git -c safe.directory="$PWD" -c core.quotePath=off ls-files
elif [ -f MANIFEST ]; then
    cat MANIFEST
elif [ "${1:-}" = --guess ]; then
    find .ci conf docs packaging scripts src tests \( -name node_modules -o -name __pycache__ \) -prune -o -type f -print
else
    echo "Neither .git nor MANIFEST says which files belong to the project: use a clone, or a release made by" \
        "\`make dist\`." >&2
    exit 1
fi
