# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by what packages a release: makes the tarball, or takes one that is there.

# release_for TREE FOLDER : OKTA_RELEASE_TARBALL names a release that is there already.
release_for() {
    if [ -n "${OKTA_RELEASE_TARBALL:-}" ]; then
        cp "$OKTA_RELEASE_TARBALL" "$2/"
    else
        release_make "$1" "$2"
    fi
}

# release_make TREE FOLDER : `make dist` of a copy of the project's files, so that nothing of the tree's own builds is
# in it and nothing is written to the tree. Leaves mod_auth_okta-VERSION.tar.xz in the folder.
release_make() (
    set -e
    tree=$1
    mkdir -p "$2/tree" "$2/build"
    "$tree/scripts/lib/files.sh" >"$2/tree/MANIFEST"
    tar -C "$tree" -T "$2/tree/MANIFEST" -cf - | tar -C "$2/tree" -xf -
    SOURCE_DATE_EPOCH=$("$tree/scripts/lib/release_time.sh")
    export SOURCE_DATE_EPOCH
    # a release brings its configure, and whoever packages it again need not have autoconf
    if [ -x "$tree/configure" ] && [ ! -e "$tree/.git" ]; then
        release_generated "$tree" "$2/tree"
    else
        (cd "$2/tree" && autoreconf -fi)
    fi
    cd "$2/build"
    "$2/tree/configure" --disable-unit-tests
    make dist
    mv mod_auth_okta-*.tar.xz "$2"
)

# What autoreconf made, with its times: make compares them.
release_generated() {
    cp -pR "$1/configure" "$1/Makefile.in" "$1/config.h.in" "$1/aclocal.m4" "$1/build-aux" "$1/m4" "$2"
}
