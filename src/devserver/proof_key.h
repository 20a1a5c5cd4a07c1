/* SPDX-License-Identifier: Apache-2.0 */
/* The public key in the header of a DPoP proof (RFC 9449 section 4.2). No httpd in here. */
#ifndef OKTA_DEVSERVER_PROOF_KEY_H
#define OKTA_DEVSERVER_PROOF_KEY_H

#include <apr_pools.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdbool.h>

typedef struct okta_dev_proof_alg okta_dev_proof_alg;

typedef struct {
    const okta_dev_proof_alg *alg;
    EVP_PKEY *pkey;  /* lives as long as the pool */
    const char *jkt; /* RFC 7638 thumbprint, in the pool */
} okta_dev_proof_key;

/* A new array of the names that alg may have. */
json_t *okta_dev_proof_algs(void);

/* Returns NULL and fills *key where jwk is a public key that may sign with alg. Otherwise returns
 * what is wrong, for the client. */
const char *okta_dev_proof_key_read(apr_pool_t *p, const char *alg, const json_t *jwk,
                                    okta_dev_proof_key *key);

/* True where signature is that of input, by key; as in a JWS (RFC 7518 sections 3.3 and 3.4). */
bool okta_dev_proof_key_verifies(const okta_dev_proof_key *key, const char *input, size_t length,
                                 const unsigned char *signature, size_t size);

#endif
