# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by scripts that need the module: builds the tree $1 in the folder $2. Quick when nothing
# has changed. Returns 1, with the end of the log on standard error, when it fails.

build_tree() {
    local tree=$1 folder=$2
    local log=$folder/build.log

    place_suits_make "$tree" || return 1
    if ! mkdir -p "$folder" 2>/dev/null || [ ! -w "$folder" ]; then
        echo "$folder is not writable for $(id -un): build in a clone of your own, or set" \
            "OKTA_BUILD to a folder that is." >&2
        return 1
    fi
    if [ ! -x "$tree/configure" ] && [ ! -w "$tree" ]; then
        echo "$tree is not writable for $(id -un), and has no configure yet: run autoreconf -fi there, or" \
            "build in a clone of your own." >&2
        return 1
    fi
    echo "Building in $folder (log: $log)"
    if ! build_steps "$tree" "$folder" >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        echo "The build failed: the lines above are the end of $log. After changes of branch or" \
            "system, removing $folder helps." >&2
        return 1
    fi
}

# && throughout: bash ignores -e in a function that stands behind "if"
build_steps() (
    local tree=$1 folder=$2
    if [ ! -x "$tree/configure" ] || [ "$tree/configure.ac" -nt "$tree/configure" ]; then
        (cd "$tree" && autoreconf -fi) || return 1
    fi
    cd "$folder" &&
        { [ -f Makefile ] || "$tree/configure"; } &&
        make -j "$(nproc)"
)
