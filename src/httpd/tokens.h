/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts on tokens: new ones, and those that any process remembers. */
#ifndef OKTA_HTTPD_TOKENS_H
#define OKTA_HTTPD_TOKENS_H

#include "core/token_cache.h"
#include "core/verify.h"
#include "httpd/registry.h"

/* token: as okta_bearer_find left it; OKTA_REQUEST_MALFORMED where it is no token68. Else
 * okta_verify with the keys of this process, and with what is remembered of the token: signature
 * and claims, or a refusal that is final. The policy is checked against what is remembered as
 * against what is new. *issuer is the one whose keys were asked for, NULL where none were: the
 * verdict was remembered (seen says of what; trace, which may be NULL, then hears of no step), or
 * the token named no issuer. Claims that were
 * remembered lie in pool; new ones are the caller's to free. As okta_verify; any thread of a
 * child. */
okta_reason okta_tokens_verify(apr_pool_t *pool, const okta_policy *policy, const char *token,
                               size_t length, okta_claims **claims, const okta_issuer **issuer,
                               okta_seen *seen, const okta_trace *trace, okta_result *result);

/* Remember something that was worked out from claims that were remembered, once for each `seen`.
 * note: as okta_claims_pack takes it. Any thread of a child. */
void okta_tokens_annotate(okta_seen *seen, const okta_claims *claims, const void *note,
                          size_t size);

#endif
