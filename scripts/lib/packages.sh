# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by scripts/demo, scripts/check and scripts/bench: Debian packages, by name.

# What builds the module from a clone.
# shellcheck disable=SC2034 # the scripts use it
module_packages=(apache2-bin apache2-dev libapr1-dev libaprutil1-dev libssl-dev libjansson-dev libcurl4-openssl-dev
    autoconf automake libtool pkg-config gcc make)

# Prints the packages of the arguments that are neither installed nor provided by an installed one.
packages_missing() {
    LC_ALL=C comm -23 \
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
        packages_sudo || {
            echo "To install these packages by hand, as root:" >&2
            echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
            return 1
        }
        as_root=(sudo)
    fi
    log=$(mktemp) || return 1
    packages_install "$log" "${missing[@]}"
    set -- "$?"
    rm -f "$log"
    return "$1"
}

# Whether sudo lets us do what we need; asks for the password where there is somebody to ask.
packages_sudo() {
    if ! command -v sudo >/dev/null; then
        echo "Packages are missing, and installing them takes root: there is no sudo here." >&2
    elif sudo -n true 2>/dev/null; then
        return 0
    elif ! { : >/dev/tty; } 2>/dev/null; then
        echo "Packages are missing, and installing them takes root: sudo wants a password (or does not know" \
            "$(id -un)), and there is no terminal to ask for it." >&2
    elif echo "Packages are missing; sudo may ask for your password to install them." && sudo -v; then
        return 0
    else
        echo "Packages are missing, and installing them takes root: sudo does not let $(id -un) do that." >&2
    fi
    return 1
}

# apt without questions, in English; a server that does not answer is told after seconds.
packages_apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C RES_OPTIONS='timeout:5 attempts:1' apt-get -q -y -o DPkg::Lock::Timeout=120 \
        -o Acquire::Retries=0 -o Acquire::http::Timeout=10 -o Acquire::https::Timeout=10 "$@"
}

# packages_install LOG PACKAGE…
packages_install() {
    local log=$1 reached=1
    local -a offline=()
    shift
    echo "Installing packages: $*"
    echo "Fetching the package lists (apt-get update); where no server answers, that takes half a minute"
    if ! packages_apt -o APT::Update::Error-Mode=any update >"$log" 2>&1; then
        if grep -qE '^(Get|Hit):' "$log"; then
            echo "Some package lists could not be fetched; going on with the others." >&2
        else
            reached=0
            offline=(--no-download)
            sed -n 's/^[EW]: /  apt: /p' "$log" | grep -v 'Release file\|Some index' | head -n 3 >&2
            echo "No package source answers; trying with what was fetched before." >&2
        fi
    fi
    [ "$reached" -eq 0 ] || echo "Downloading and installing (apt-get install)"
    if packages_apt install --no-install-recommends "${offline[@]}" "$@" >>"$log" 2>&1; then
        return 0
    fi
    if [ "$reached" -eq 1 ]; then
        tail -n 15 "$log" >&2
    fi
    echo "The packages could not be installed: $*" >&2
    packages_remedy "$log" "$reached" >&2
    return 1
}

packages_remedy() {
    if [ "$2" -eq 0 ]; then
        echo "The package sources cannot be reached. Check the network and the proxy (Acquire::http::Proxy in" \
            "/etc/apt/apt.conf.d), until \`apt-get update\` works; or install the packages another way, and run this" \
            "again: then nothing is fetched."
    elif grep -q 'Unable to locate package\|has no installation candidate' "$1"; then
        echo "Debian's sources do not have them all: /etc/apt/sources.list.d (or sources.list) should name" \
            "a release that has them, as in \`deb http://deb.debian.org/debian bookworm main\`."
    elif grep -q 'not have enough free space\|No space left' "$1"; then
        echo "The disk is full: the lines above say how much is needed."
    else
        echo "Look at the lines above; \`apt-get update\` and \`apt-get -f install\` show more."
    fi
}
