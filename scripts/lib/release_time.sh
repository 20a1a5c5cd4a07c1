#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints the time that all files of a release have, in seconds of the epoch: SOURCE_DATE_EPOCH, the last commit's in a
# clone, that of the release itself in an unpacked one.
set -eu
unset CDPATH
cd "$(dirname "$0")/../.."

if [ -n "${SOURCE_DATE_EPOCH:-}" ]; then
    echo "$SOURCE_DATE_EPOCH"
elif [ -e .git ]; then
    git -c safe.directory="$PWD" log -1 --format=%ct
elif [ -f TIMESTAMP ]; then
    cat TIMESTAMP
else
    echo "Neither .git nor TIMESTAMP says which time a release has: set SOURCE_DATE_EPOCH." >&2
    exit 1
fi
