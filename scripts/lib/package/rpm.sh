#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/package rpm: the RPMs of Fedora and RHEL, built in a temporary folder. Where httpd-devel is not there, as on
# Debian, its macros are given here, and what the spec asks for is not looked for. The tree is not written to.
#   $1  where they go
# shellcheck source=scripts/lib/package/begin.sh
. "$(dirname "$0")/begin.sh"
unset CFLAGS CPPFLAGS LDFLAGS
# shellcheck disable=SC2154 # packages.sh sets it
packages_need "${module_packages[@]}" libcmocka-dev xz-utils rpm

# What httpd-devel's macros.httpd and rpm say on Fedora, by this machine's apxs.
httpd_macros() {
    local mmn
    mmn=$(sed -n 's/^#define MODULE_MAGIC_NUMBER_MAJOR \([0-9]*\)$/\1/p' "$(apxs -q INCLUDEDIR)/ap_mmn.h")
    printf '%s\n' --nodeps --define "_httpd_apxs $(command -v apxs)" \
        --define "_httpd_mmn $mmn%{__isa_name}%{__isa_bits}" \
        --define '_httpd_moddir %{_libdir}/httpd/modules' --define '_httpd_confdir %{_sysconfdir}/httpd/conf.d' \
        --define '_httpd_modconfdir %{_sysconfdir}/httpd/conf.modules.d' --define '_sharedstatedir /var/lib' \
        --define '_docdir_fmt %{NAME}' --define 'optflags -O2 -g -ffile-prefix-map=%{_builddir}=.'
}

make_packages() (
    set -e
    release_for "$top" "$work"
    mkdir -p "$work/rpm/SOURCES"
    mv "$work"/mod_auth_okta-*.tar.xz "$work/rpm/SOURCES/"
    cp "$top/packaging/rpm/auth_okta.conf" "$top/packaging/rpm/auth_okta-module.conf" "$work/rpm/SOURCES/"
    version=$(sed -n 's/^AC_INIT(\[mod_auth_okta\], \[\(.*\)\])$/\1/p' "$top/configure.ac")
    SOURCE_DATE_EPOCH=$("$top/scripts/lib/release_time.sh")
    export SOURCE_DATE_EPOCH
    sed "s/@VERSION@/$version/g; s/@DATE@/$(LC_ALL=C date -u -d "@$SOURCE_DATE_EPOCH" '+%a %b %d %Y')/" \
        "$top/packaging/rpm/mod_auth_okta.spec.in" >"$work/rpm/mod_auth_okta.spec"
    cd "$work/rpm"
    # OKTA_RPMBUILD: more arguments, as in "--without check"
    # shellcheck disable=SC2086
    rpmbuild -ba "${given[@]}" "${same[@]}" ${OKTA_RPMBUILD:-} --define "_topdir $work/rpm" mod_auth_okta.spec
)

# The same source gives the same bytes: neither this machine's name nor the time of the build is in the packages.
same=(--define '_buildhost reproducible' --define 'use_source_date_epoch_as_buildtime 1'
    --define 'clamp_mtime_to_source_date_epoch 1')
given=()
if ! rpm --eval '%{_httpd_mmn}' | grep -q '^[0-9]'; then
    mapfile -t given < <(httpd_macros)
    echo "This machine has no httpd-devel: its macros and folders are those of Fedora, given by this script, the" \
        "libraries are this machine's, and BuildRequires are not looked at (--nodeps). Such packages show that the" \
        "spec works. To install on Fedora or RHEL, build there: rpmbuild --rebuild of the .src.rpm."
fi
echo "Building the packages (log: $log); that takes some minutes"
logged "The packages" make_packages
publish '@(mod_auth_okta|okta-token)-*.rpm' "$work"/rpm/RPMS/*/*.rpm "$work"/rpm/SRPMS/*.rpm
