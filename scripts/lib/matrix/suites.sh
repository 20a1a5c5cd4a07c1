#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Inside of a bare system: suites of scripts/check, which installs what they need.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. scripts/lib/matrix/result.sh
# the suite package with RPMs, container and all
export OKTA_PACKAGE_FULL=1
scripts/check "$@" 2>&1 | tee /tmp/check
# a run that did not come to its end has another last line, and counts as a failure
if [[ $(tail -n 1 /tmp/check) =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
    result "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" gcc
else
    result 0 1 gcc
fi
