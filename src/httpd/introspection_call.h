/* SPDX-License-Identifier: Apache-2.0 */
/* One question to an issuer's introspection endpoint (RFC 7662 section 2.1), over connections that
 * are kept alive. */
#ifndef OKTA_HTTPD_INTROSPECTION_CALL_H
#define OKTA_HTTPD_INTROSPECTION_CALL_H

#include "fetch/introspection.h"
#include "httpd/registry.h"

typedef struct okta_call {
    okta_answer_kind kind;
    okta_claims *claims; /* OKTA_OK: of the token, for the caller to free */
    int64_t retry_after; /* seconds; -1: not said */
} okta_call;

/* Child. */
void okta_call_child_init(apr_pool_t *pchild);

/* The endpoint: as configured, or as the metadata say; from pool. NULL, with the cause in result:
 * it is not known (yet). */
const char *okta_call_endpoint(const okta_issuer *issuer, apr_pool_t *pool, okta_result *result);

/* Ask about a token, for timeout_ms at most. As okta_introspection_read; where there was no answer,
 * OKTA_INTROSPECTION_UNAVAILABLE or OKTA_OUT_OF_MEMORY. Waits. Any thread of a child, once
 * okta_fetch_set_up was called. */
okta_reason okta_call_ask(const okta_issuer *issuer, const char *endpoint, const char *token,
                          size_t length, long timeout_ms, okta_call *call, okta_result *result);

#endif
