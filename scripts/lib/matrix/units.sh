#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Inside of a system that has what a build needs: `make check`. Arguments: what runs a program (nothing for this machine),
# programs that are left out, and configure's arguments.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. scripts/lib/matrix/result.sh
run=$1 without=$2
shift 2
compiler=gcc
for argument in "$@"; do
    case $argument in
    CC=*) compiler=${argument#CC=} ;;
    --host=*) compiler=${argument#--host=}-gcc ;;
    PKG_CONFIG_LIBDIR=*) export "${argument?}" ;;
    esac
done
autoreconf -fi && mkdir -p build/matrix && cd build/matrix || exit 1
../../configure --enable-werror --enable-unit-tests "$@" && make -j"$(nproc)" || exit 1
# with -flto libtool finds the name to export only where nm reads what the compiler wrote
readelf -W --dyn-syms src/httpd/.libs/mod_auth_okta.so | grep -q ' auth_okta_module$' || exit 1
# shellcheck disable=SC2016 # make expands it
tests=$(make -s -f Makefile -f - print <<<'print: ; @echo $(TESTS)')
for name in $without; do
    tests=$(tr ' ' '\n' <<<"$tests" | grep -v "/$name\$" | tr '\n' ' ')
done
# a program that hangs is a failure, not the end of the row
make -k -j"$(nproc)" check TESTS="$tests" LOG_COMPILER="timeout 900 $run" | tee /tmp/check
read -r passed failed < <(sums /tmp/check)
result "$passed" "$failed" "$compiler"
