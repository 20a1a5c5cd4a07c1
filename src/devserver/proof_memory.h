/* SPDX-License-Identifier: Apache-2.0 */
/* What all processes know about DPoP proofs: the secret of the nonces, and which proofs have been
 * used. */
#ifndef OKTA_DEVSERVER_PROOF_MEMORY_H
#define OKTA_DEVSERVER_PROOF_MEMORY_H

#include "devserver/proof.h"
#include <httpd.h>

typedef enum {
    OKTA_DEV_PROOF_NEW,
    OKTA_DEV_PROOF_USED,
    OKTA_DEV_PROOF_UNKNOWN /* no room to remember it, or no lock; logged */
} okta_dev_proof_use;

/* pre_config */
void okta_dev_proof_memory_register(apr_pool_t *pconf);

/* post_config, in the parent. Logs the cause of a failure. */
apr_status_t okta_dev_proof_memory_open(server_rec *s);

/* child_init: before any of the functions below. */
void okta_dev_proof_memory_child_init(server_rec *s, apr_pool_t *pchild);

/* OKTA_DEV_NONCE_SECRET_BYTES bytes, constant. */
const unsigned char *okta_dev_proof_memory_secret(void);

/* Remembers the jti of proof, for its key, until the proof is too old. Any thread. */
okta_dev_proof_use okta_dev_proof_memory_use(request_rec *r, const okta_dev_proof *proof);

#endif
