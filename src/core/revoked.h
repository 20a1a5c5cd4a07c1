/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a token was revoked, by a list of revocations. */
#ifndef OKTA_CORE_REVOKED_H
#define OKTA_CORE_REVOKED_H

#include "core/claims.h"
#include "core/revocations.h"
#include "core/trace.h"

/* OKTA_TOKEN_REVOKED, OKTA_REVOCATIONS_UNAVAILABLE where the list was never read, or OKTA_OK; also
 * without a list (NULL). Any thread. */
okta_reason okta_revoked_check(const okta_revocations *list, const okta_claims *claims,
                               const okta_trace *trace, okta_result *result);

#endif
