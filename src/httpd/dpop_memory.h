/* SPDX-License-Identifier: Apache-2.0 */
/* What processes share for DPoP: the memory of proofs, and the secret of the nonces. */
#ifndef OKTA_HTTPD_DPOP_MEMORY_H
#define OKTA_HTTPD_DPOP_MEMORY_H

#include "core/nonce.h"
#include "core/replay.h"

#include <httpd.h>

/* Parent, post_config: make it, or keep the one that there is, which restarts do not end: a proof
 * that was used before is not good again. An httpd status; at a restart always OK. */
int okta_dpop_memory_create(apr_pool_t *pconf, server_rec *server);

/* Any process and thread, after okta_dpop_memory_create; NULL where a restart found no
 * memory. */
okta_replay *okta_dpop_memory_replay(void);
const okta_nonces *okta_dpop_memory_nonces(void);

#endif
