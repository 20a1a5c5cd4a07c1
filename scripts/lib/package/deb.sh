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
    echo "  apt install ${debs[*]}"
    echo "  a2enmod auth_okta"
}

echo "Building the packages (log: $log); that takes some minutes"
if ! make_packages >"$log" 2>&1; then
    tail -n 25 "$log" >&2
    echo "The packages could not be built: the lines above are the end of $log." >&2
    exit 1
fi
made=()
for file in "$work"/debian/*; do
    [ -f "$file" ] || continue
    mv -f "$file" "$out/"
    made+=("$out/${file##*/}")
done
printf '%s\n' "${made[@]}"
installed_by "${made[@]}"
