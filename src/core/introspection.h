/* SPDX-License-Identifier: Apache-2.0 */
/* What an authorization server says of a token when it is asked (RFC 7662 section 2.2). */
#ifndef OKTA_CORE_INTROSPECTION_H
#define OKTA_CORE_INTROSPECTION_H

#include "core/claims.h"

/* An answer is no longer. */
#define OKTA_INTROSPECTION_MAX_BYTES 65536

/* Read an answer of status 200, which came from the issuer that is named. OKTA_OK: the token is
 * active, and *claims (for the caller to free) are what the answer says, for okta_policy_check:
 * `scp` and `cid` are made of `scope` and `client_id` where they are absent, `iss` of the issuer;
 * `active` is left out. OKTA_TOKEN_INACTIVE; OKTA_TYPE_REFUSED, another token_type than Bearer and
 * DPoP; OKTA_ISSUER_UNKNOWN, `iss` is another one; OKTA_INTROSPECTION_UNAVAILABLE: no such answer
 * at all, or one that contradicts itself; OKTA_OUT_OF_MEMORY. The detail is in result, and of the
 * token what identifies it. *understood: it is an answer of that kind, whatever is wrong with what
 * it says of this token. Any thread. */
okta_reason okta_introspection_read(const char *text, size_t length, const char *issuer,
                                    okta_claims **claims, bool *understood, okta_result *result);

/* When the answer says that the token ends (seconds since the epoch); OKTA_NO_END: it does not. */
#define OKTA_NO_END INT64_MAX
int64_t okta_introspection_end(const okta_claims *answer);

/* Whether a token that was verified here counts still, where the answer says that it ends at end,
 * which may be sooner than the token says of itself. OKTA_TOKEN_EXPIRED, or OKTA_OK; skew and now
 * in seconds. Any thread. */
okta_reason okta_introspection_check_end(int64_t end, int64_t skew, int64_t now,
                                         okta_result *result);

#endif
