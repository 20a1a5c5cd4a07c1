/* SPDX-License-Identifier: Apache-2.0 */
/* check: the files of OktaRevocations. One thread. */
#ifndef OKTA_CLI_CHECK_REVOCATIONS_H
#define OKTA_CLI_CHECK_REVOCATIONS_H

#include "cli/findings.h"
#include "cli/setup.h"

/* Look at them, and judge tokens by them from now on. */
void okta_check_revocations(okta_findings *findings, okta_setup *setup);

#endif
