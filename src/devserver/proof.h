/* SPDX-License-Identifier: Apache-2.0 */
/* A DPoP proof at the token endpoint (RFC 9449 sections 4.3 and 5). No httpd in here. */
#ifndef OKTA_DEVSERVER_PROOF_H
#define OKTA_DEVSERVER_PROOF_H

#include <apr_pools.h>
#include <apr_time.h>

#define OKTA_DEV_PROOF_MAX_AGE 300 /* seconds */

/* All in the pool. */
typedef struct {
    const char *jkt; /* thumbprint of the key */
    const char *jti;
    const char *nonce;      /* NULL: none */
    apr_int64_t good_until; /* seconds of the epoch */
} okta_dev_proof;

/* Returns NULL and fills *proof where text is a proof for a POST to endpoint now. Otherwise returns
 * what is wrong, for the client. jti and nonce are read, and not compared with anything. */
const char *okta_dev_proof_read(apr_pool_t *p, const char *text, const char *endpoint,
                                apr_time_t now, okta_dev_proof *proof);

#endif
