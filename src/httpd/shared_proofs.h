/* SPDX-License-Identifier: Apache-2.0 */
/* DPoP proofs that count once over all hosts, by the store of OktaSharedCache. */
#ifndef OKTA_HTTPD_SHARED_PROOFS_H
#define OKTA_HTTPD_SHARED_PROOFS_H

#include "core/first_come.h"
#include "core/proof.h"
#include "core/replay.h"

#include <httpd.h>

/* Parent, post_config, after okta_shared_cache_create. An httpd status; at a restart always OK. */
int okta_shared_proofs_prepare(apr_pool_t *pconf, server_rec *server);

/* Child, after okta_shared_cache_child_init. replay: this host's memory of proofs, whose window and
 * skew count; may be NULL. */
void okta_shared_proofs_child_init(const okta_replay *replay);

/* Take a proof that this host has not seen before: OKTA_OK, or the reason with its detail in
 * result. *wait: seconds for Retry-After, where it is a 503. Any thread of a child. */
okta_reason okta_shared_proof_take(const okta_proof *proof, const okta_replay *replay,
                                   okta_result *result, int64_t *wait);

#endif
