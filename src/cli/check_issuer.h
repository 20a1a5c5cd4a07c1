/* SPDX-License-Identifier: Apache-2.0 */
/* check: an issuer, from the way to it to its keys. One thread. */
#ifndef OKTA_CLI_CHECK_ISSUER_H
#define OKTA_CLI_CHECK_ISSUER_H

#include "cli/findings.h"
#include "cli/setup.h"

/* Its keys are in issuer->keys afterwards, where there are any. */
void okta_check_issuer(okta_findings *findings, const okta_setup *setup, okta_setup_issuer *issuer);

#endif
