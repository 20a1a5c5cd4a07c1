# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Sourced by scripts/check: Node.js and the packages of npm that tests/interop runs against.

# A registry that does not answer is told in a minute, not in ten.
npm_quiet() { npm "$@" --no-audit --no-fund --fetch-retries=1 --fetch-timeout=60000; }

# oidc-provider asks for Node 20; Debian 12 has 18. npm has the newer one, as a package like any other.
node_runtime() {
    local arch=x64 package
    case $(node --version 2>/dev/null) in
    v2[0-9].* | v[3-9][0-9].*) return 0 ;;
    esac
    [ "$(uname -m)" = x86_64 ] || arch=arm64
    package=node-linux-$arch
    [ -x "build/node/node_modules/$package/bin/node" ] ||
        npm_quiet install --prefix build/node --no-save "$package@20" || return 1
    PATH=$top/build/node/node_modules/$package/bin:$PATH
    export PATH
}

npm_folder() (
    cd "$1" || exit 1
    # a lock of another time, or an installation that broke off
    cmp -s package-lock.json node_modules/.okta-lock && exit 0
    npm_quiet ci && cp package-lock.json node_modules/.okta-lock
)

npm_packages() {
    if node_runtime && npm_folder tests/interop && npm_folder tests/interop/browser; then
        return 0
    fi
    echo "npm could not install the packages of tests/interop: the lines above say why. They come from the registry" \
        "that \`npm config get registry\` names; a proxy (npm config set proxy) or a CA of your own" \
        "(npm config set cafile) may be needed. The suite interop was not run."
    return 1
}
