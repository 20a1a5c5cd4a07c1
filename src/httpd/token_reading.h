/* SPDX-License-Identifier: Apache-2.0 */
/* From a token to its claims, by whichever way its kind and the place need: here, by its signature,
 * or by its issuer's word. */
#ifndef OKTA_HTTPD_TOKEN_READING_H
#define OKTA_HTTPD_TOKEN_READING_H

#include "core/policy.h"
#include "core/token_cache.h"
#include "httpd/explain.h"
#include "httpd/registry.h"

/* As okta_tokens_verify, also of tokens that only their issuer can read; *issuer is who was asked
 * then. explanation: NULL where nobody listens. Any thread of a child; may wait. */
okta_reason okta_token_read(request_rec *r, const okta_policy *policy, const char *token,
                            size_t length, okta_claims **claims, const okta_issuer **issuer,
                            okta_seen *seen, const okta_explanation *explanation,
                            okta_result *result);

/* Once the policy accepted its claims: whether its issuer, where that is asked about all, says that
 * it is active. *issuer is set to who was asked, and left for nobody. */
okta_reason okta_token_confirm(request_rec *r, const okta_policy *policy, const okta_claims *claims,
                               const char *token, size_t length, const okta_seen *seen,
                               const okta_issuer **issuer, const okta_explanation *explanation,
                               okta_result *result);

#endif
