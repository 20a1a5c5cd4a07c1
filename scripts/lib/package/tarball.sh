#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/package tarball: the release, its list of components (CycloneDX), and the checksums of both. The tree is not
# written to. The same tree gives the same bytes, with the same autotools; the list has the versions of this machine's
# libraries.
#   $1  where they go
# shellcheck source=scripts/lib/package/begin.sh
. "$(dirname "$0")/begin.sh"
# shellcheck disable=SC2154 # packages.sh sets it
packages_need "${module_packages[@]}" xz-utils python3

echo "Making the release (log: $log)"
logged "The release" release_make "$top" "$work"
release=$(basename "$work"/mod_auth_okta-*.tar.xz)
sbom=${release%.tar.xz}.cdx.json
/usr/bin/python3 "$top/scripts/lib/package/sbom.py" --tree "$top" --release "$work/$release" \
    --time "$("$top/scripts/lib/release_time.sh")" >"$work/$sbom"
(cd "$work" && sha256sum "$release" "$sbom" >SHA256SUMS)
mv -f "$work/$release" "$work/$sbom" "$work/SHA256SUMS" "$out/"
echo "$out/$release: the release; configure, make, make check and make install need no autotools in it"
echo "$out/$sbom: what it is made of and linked with (CycloneDX 1.5)"
echo "$out/SHA256SUMS: check them by \`sha256sum -c SHA256SUMS\`"
