# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Sourced by scripts/check: Node.js and the packages of npm that tests/interop runs against.

npm_folder() (
    cd "$1" || exit 1
    # a lock of another time, or an installation that broke off
    cmp -s package-lock.json node_modules/.okta-lock && exit 0
    npm_quiet ci && cp package-lock.json node_modules/.okta-lock
)

npm_packages() {
    if node_runtime build/node && npm_folder tests/interop && npm_folder tests/interop/browser; then
        return 0
    fi
    echo "npm could not install the packages of tests/interop: the lines above say why. They come from the registry" \
        "that \`npm config get registry\` names; a proxy (npm config set proxy) or a CA of your own" \
        "(npm config set cafile) may be needed. The suite interop was not run."
    return 1
}
