# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by scripts/demo and scripts/check: folders that would make the work fail later, and less clearly. Each
# function returns 1, with the remedy on standard error.

# $1: the clone, or another folder, and then $2: the remedy.
place_suits_make() {
    case $1 in
    *[[:space:]\"\'\\\$\#\&\`\~]*)
        echo "The path $1 contains a space, a quote or another character that make cannot" \
            "handle: ${2:-move the clone to a plainer path}." >&2
        return 1
        ;;
    esac
}

# $1: a folder of the build, made where it is missing.
place_is_writable() {
    if ! mkdir -p "$1" 2>/dev/null || [ ! -w "$1" ]; then
        echo "$1 is not writable for $(id -un): work in a clone of your own." >&2
        return 1
    fi
}

# Programs that httpd starts lie in the temporary folder, and where root runs httpd its children are www-data.
temporary_folder_suits() {
    local folder=${TMPDIR:-/tmp} script fault=
    if ! script=$(mktemp "$folder/okta-check.XXXXXX" 2>/dev/null); then
        fault="cannot be written to"
    else
        printf '#!/bin/sh\n' >"$script"
        chmod 755 "$script"
        "$script" 2>/dev/null || fault="does not let programs run (it is mounted noexec)"
        rm -f "$script"
        ! temporary_folder_is_private || fault="is closed to www-data, the user of httpd's children"
    fi
    [ -z "$fault" ] || {
        echo "The temporary folder $folder $fault: set TMPDIR to another one, as in TMPDIR=/var/tmp." >&2
        return 1
    }
}

# Whether root runs here, and httpd's children cannot reach what lies in the temporary folder.
temporary_folder_is_private() {
    [ "$(id -u)" -eq 0 ] && id www-data >/dev/null 2>&1 && command -v setpriv >/dev/null &&
        ! setpriv --reuid www-data --regid www-data --clear-groups test -x "${TMPDIR:-/tmp}"
}
