#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/package deb: the Debian packages, built in a temporary folder. The tree is not written to.
#   $1  where they go
# shellcheck source=scripts/lib/package/begin.sh
. "$(dirname "$0")/begin.sh"
# The kernel of a build; the rest is what debian/control asks for.
# shellcheck disable=SC2154 # packages.sh sets it
packages_need "${module_packages[@]}" libcmocka-dev build-essential debhelper dh-autoreconf dh-apache2 dpkg-dev \
    fakeroot xz-utils

# The release has the time of its last commit. The packages have that of the changelog, as dpkg-buildpackage chooses,
# so that whoever builds them from the .dsc gets the same bytes.
make_packages() (
    set -e
    release_for "$top" "$work"
    release=$(echo "$work"/mod_auth_okta-*.tar.xz)
    version=${release##*/mod_auth_okta-}
    version=${version%.tar.xz}
    mkdir "$work/debian"
    mv "$release" "$work/debian/mod-auth-okta_$version.orig.tar.xz"
    cd "$work/debian"
    tar -xf "mod-auth-okta_$version.orig.tar.xz"
    cd "mod_auth_okta-$version"
    unset SOURCE_DATE_EPOCH
    dpkg-buildpackage -us -uc
)

# In full, so that what is printed can be pasted from anywhere.
installed_by() {
    local -a debs=()
    local deb
    for deb in "$@"; do
        [[ $deb == *-dbgsym_* || $deb != *.deb ]] || debs+=("$deb")
    done
    echo "To install them, as root:"
    echo "  apt install$(printf ' %q' "${debs[@]}")"
    echo "  a2enmod auth_okta"
}

echo "Building the packages (log: $log); that takes some minutes"
logged "The packages" make_packages
mapfile -t made < <(find "$work/debian" -maxdepth 1 -type f | LC_ALL=C sort)
publish '@(libapache2-mod-auth-okta|okta-token|mod-auth-okta)?(-dbgsym)_*' "${made[@]}"
installed_by "${made[@]/#"$work/debian"/"$out"}"
