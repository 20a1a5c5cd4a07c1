#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Inside of a bare system: suites of scripts/check, which installs what they need.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. scripts/lib/matrix/result.sh
# the suite package with RPMs, container and all
export OKTA_PACKAGE_FULL=1
scripts/check "$@" 2>&1 | tee /tmp/check
last=$(tail -n 1 /tmp/check)
passed=${last%% passed*} failed=${last##*, }
result "$passed" "${failed%% failed*}" gcc
