/* SPDX-License-Identifier: Apache-2.0 */
/* check: a token, held against what places expect. One thread. */
#ifndef OKTA_CLI_CHECK_TOKEN_H
#define OKTA_CLI_CHECK_TOKEN_H

#include "cli/findings.h"
#include "cli/input.h"
#include "cli/setup.h"

/* Whether the place would let it in, as far as can be told here. After okta_check_issuer, which
 * finds the keys. */
bool okta_check_token(okta_findings *findings, const okta_setup *setup,
                      const okta_setup_place *place, const okta_input *token);

#endif
