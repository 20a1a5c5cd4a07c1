# shellcheck shell=bash
# Sourced by scripts/demo and scripts/check: Debian packages, by name.

# Prints the packages of the arguments that are neither installed nor provided by an installed one.
packages_missing() {
    comm -23 \
        <(printf '%s\n' "$@" | LC_ALL=C sort -u) \
        <(dpkg-query -W -f '${db:Status-Status}\t${Package}, ${Provides}\n' |
            sed -n 's/^installed\t//p' | tr ',' '\n' | sed 's/(.*//; s/ //g' | LC_ALL=C sort -u)
}

# Installs what is missing of the arguments. Says what it installs; is silent when nothing is
# missing, and then needs neither root nor a network. Returns 1, with the remedy on standard error.
packages_need() {
    local log
    local -a missing as_root=()

    if ! command -v dpkg-query >/dev/null; then
        echo "This is not Debian or Ubuntu, so nothing is installed for you. What is needed, under" \
            "Debian's names: $*" >&2
        return 0
    fi
    mapfile -t missing < <(packages_missing "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0

    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "These packages are missing, and installing them takes root (there is no sudo" \
                "here): ${missing[*]}" >&2
            echo "As root: apt-get install --no-install-recommends ${missing[*]}" >&2
            return 1
        fi
        as_root=(sudo)
    fi

    echo "Installing packages: ${missing[*]}"
    log=$(mktemp)
    if ! "${as_root[@]}" apt-get -q update >"$log" 2>&1; then
        echo "apt-get update failed; trying with the package lists at hand." >&2
    fi
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o DPkg::Lock::Timeout=120 install --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
        tail -n 15 "$log" >&2
        echo "The packages could not be installed: ${missing[*]}" >&2
        echo "Look at the lines above. No network, no root rights or package sources that are out" \
            "of date are the usual causes; \`apt-get update\` shows which." >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}
