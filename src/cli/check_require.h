/* SPDX-License-Identifier: Apache-2.0 */
/* check: whether claims are enough for the Require lines of a place. Any thread. */
#ifndef OKTA_CLI_CHECK_REQUIRE_H
#define OKTA_CLI_CHECK_REQUIRE_H

#include "core/claims.h"

typedef enum okta_enough { OKTA_ENOUGH_NO, OKTA_ENOUGH_UNKNOWN, OKTA_ENOUGH_YES } okta_enough;

/* lines: see httpd/dump_require.h. Lines of other modules, and those with expressions, are not
 * known. */
okta_enough okta_require_judge(const okta_value *lines, const okta_claims *claims,
                               const char *groups_claim);

/* The first line that the claims fail: its provider (NULL: none that is known), and its names,
 * quoted, in names[size]. */
const char *okta_require_first_failed(const okta_value *lines, const okta_claims *claims,
                                      const char *groups_claim, char *names, size_t size);

#endif
