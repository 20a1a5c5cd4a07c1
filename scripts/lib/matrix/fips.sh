#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Inside of a Debian with openssl-provider-fips: what works where nothing but OpenSSL's FIPS provider does cryptography.
# The tests mint their tokens without it.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. scripts/lib/matrix/result.sh
configuration=/etc/ssl/fips.cnf
modules=$(openssl version -m | sed 's/.*"\(.*\)"/\1/')
openssl fipsinstall -module "$modules/fips.so" -out /etc/ssl/fipsmodule.cnf || exit 1
cat >$configuration <<'END'
config_diagnostics = 1
openssl_conf = openssl_init
.include /etc/ssl/fipsmodule.cnf
[openssl_init]
providers = provider_sect
alg_section = algorithm_sect
[provider_sect]
fips = fips_sect
base = base_sect
[base_sect]
activate = 1
[algorithm_sect]
default_properties = fips=yes
END
OPENSSL_CONF=$configuration openssl list -providers

# the first four make weak keys, which the provider refuses to make; the last one compares with OpenSSL's SipHash, which it
# does not have
scripts/lib/matrix/units.sh "env OPENSSL_CONF=$configuration" \
    "test_proof_attacks test_assertion test_client_key test_decryption_key test_siphash" CC=gcc
read -r passed failed < <(sums /tmp/check)

# what is tested is httpd with the module, and not Python's cryptography
httpd=$(command -v apache2)
mv "$httpd" "$httpd.real"
cat >"$httpd" <<END
#!/bin/sh
OPENSSL_CONF=$configuration; export OPENSSL_CONF
exec $httpd.real "\$@"
END
chmod 755 "$httpd"
for file in guide verdicts policy dpop keys https; do
    OKTA_BUILD=$PWD/build/matrix OKTA_MPMS=event python3 -m pytest -q -p no:cacheprovider "tests/http/test_$file.py" |
        tee /tmp/http
    line=$(tail -n 1 /tmp/http)
    good=$(sed -n 's/\(.* \|^\)\([0-9]*\) passed.*/\2/p' <<<"$line")
    bad=$(grep -oE '[0-9]+ (failed|error)' <<<"$line" | awk '{ n += $1 } END { print n + 0 }')
    passed=$((passed + ${good:-0})) failed=$((failed + bad + (${good:-0} == 0)))
done
result "$passed" "$failed" gcc
