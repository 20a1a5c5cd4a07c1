/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of issuers about tokens, which several hosts share by the store of OktaSharedCache: what
 * one of them was told the others need not ask. Sealed; the store learns nothing. It is a
 * convenience: whatever is wrong with the store, the issuer is asked. */
#ifndef OKTA_HTTPD_SHARED_ANSWERS_H
#define OKTA_HTTPD_SHARED_ANSWERS_H

#include "httpd/introspection_results.h"

/* Parent, post_config, after okta_shared_cache_create. An httpd status; at a restart always OK. */
int okta_shared_answers_prepare(apr_pool_t *pconf, server_rec *server);

/* What another host was told, if that still counts here; told's claims are for the caller to free.
 * *asked_at (microseconds since the epoch): when it asked, never after now. False: nothing, and
 * result is as it was. Waits, a quarter of a second at most. Any thread of a child, as the other.
 */
bool okta_shared_answer_find(apr_pool_t *pool, const okta_question *question, okta_told *told,
                             apr_time_t *asked_at, okta_result *result);

/* Let others have it, where they may: active, or not. Waits for nobody. */
void okta_shared_answer_put(const okta_question *question, apr_time_t asked_at,
                            const okta_told *told);

#endif
