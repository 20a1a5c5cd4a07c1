/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens that their issuer is asked about (RFC 7662): opaque ones, and where OktaIntrospection is
 * always those too that were verified here. Whoever needs an answer that nobody remembers waits
 * for it, as one of few; of all who need the same one, in all processes, one asks. */
#ifndef OKTA_HTTPD_INTROSPECTION_H
#define OKTA_HTTPD_INTROSPECTION_H

#include "core/policy.h"
#include "core/token_cache.h"
#include "httpd/registry.h"

/* Child. */
void okta_introspection_child_init(apr_pool_t *pchild);

/* Of the issuers of a place, the one that is asked about opaque tokens; NULL: none. Any thread. */
const okta_issuer *okta_introspection_issuer(const okta_policy *policy);

/* Whether the token is one that only that issuer can read. Before it is verified: by its form. */
bool okta_introspection_is_for(const okta_issuer *issuer, const char *token, size_t length);

/* Claims of such a token, as okta_tokens_verify; *fresh: they are the caller's to free. Other
 * reasons: those of okta_introspection_read, and OKTA_TOKEN_TOO_LARGE, OKTA_REQUEST_MALFORMED. Any
 * thread of a child; waits. */
okta_reason okta_introspection_read_token(apr_pool_t *pool, const okta_policy *policy,
                                          const okta_issuer *issuer, const char *token,
                                          size_t length, okta_claims **claims, bool *fresh,
                                          okta_seen *seen, okta_result *result);

/* What is remembered of a token with the form of a JWT that only this issuer can read; false:
 * nothing. Any thread of a child. */
bool okta_introspection_recall(apr_pool_t *pool, const okta_policy *policy,
                               const okta_issuer *issuer, const char *token, size_t length,
                               okta_claims **claims, okta_seen *seen, okta_reason *reason,
                               okta_result *result);

/* Whether a token that okta_verify and the policy accepted is active still, where its issuer is
 * asked about all: OKTA_OK, or as above; *issuer is who was asked, NULL for nobody. seen: as
 * okta_tokens_verify left it. Any thread of a child; waits. */
okta_reason okta_introspection_confirm(apr_pool_t *pool, const okta_policy *policy,
                                       const okta_claims *claims, const char *token, size_t length,
                                       const okta_seen *seen, const okta_issuer **issuer,
                                       okta_result *result);

/* Seconds after which to try again, 1 to 60: for Retry-After. */
int okta_introspection_retry_after(const okta_issuer *issuer);

#endif
