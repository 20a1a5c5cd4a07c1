# shellcheck shell=bash
# Sourced by scripts that need the module: builds the tree $1 in the folder $2. Quick when nothing
# has changed. Returns 1, with the end of the log on standard error, when it fails.

build_tree() {
    local tree=$1 folder=$2
    local log=$folder/build.log

    case $tree in
    *[[:space:]\"\'\\\$\#\&\`\~]*)
        echo "The path $tree contains a space, a quote or another character that make cannot" \
            "handle: move the clone to a plainer path." >&2
        return 1
        ;;
    esac
    if ! mkdir -p "$folder" 2>/dev/null || [ ! -w "$folder" ]; then
        echo "$folder is not writable for $(id -un): build in a clone of your own, or set" \
            "OKTA_BUILD to a folder that is." >&2
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
