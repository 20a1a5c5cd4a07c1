# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by scripts/demo and scripts/check: Node.js and npm.

# A registry that does not answer is told in a minute, not in ten.
npm_quiet() { npm "$@" --no-audit --no-fund --fetch-retries=1 --fetch-timeout=60000; }

# Node 20 or newer on the PATH; Debian 12 has 18. npm has the newer one, as a package like any other: it goes into the
# folder $1.
node_runtime() {
    local arch=x64 package
    case $(node --version 2>/dev/null) in
    v2[0-9].* | v[3-9][0-9].*) return 0 ;;
    esac
    [ "$(uname -m)" = x86_64 ] || arch=arm64
    package=node-linux-$arch
    [ -x "$1/node_modules/$package/bin/node" ] ||
        npm_quiet install --prefix "$1" --no-save "$package@20" || return 1
    PATH=$(cd "$1" && pwd)/node_modules/$package/bin:$PATH
    export PATH
}
