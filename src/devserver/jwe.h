/* SPDX-License-Identifier: Apache-2.0 */
/* Compact JWE (RFC 7516) around a token: RSA-OAEP with AES-GCM. No httpd in here. */
#ifndef OKTA_DEVSERVER_JWE_H
#define OKTA_DEVSERVER_JWE_H

#include <apr_pools.h>

/* The key of an API that tokens are encrypted to. Constant once it is read. */
typedef struct {
    /* in the pool, as all of it; OpenSSL's key is made for each token, and is nobody's afterwards
     */
    const unsigned char *der;
    int length;
    const char *kid; /* RFC 7638 thumbprint */
} okta_dev_recipient;

/* Reads a public RSA key from PEM. NULL and fills *recipient, or what is wrong, for a message. */
const char *okta_dev_recipient_read(apr_pool_t *p, const char *path, okta_dev_recipient *recipient);

/* The token encrypted to the recipient, in p. algs: "alg enc", as in "RSA-OAEP-256 A256GCM"; or one
 * of them, and the other is of these. NULL: *wrong says why, for the client, or is NULL where
 * OpenSSL failed. */
const char *okta_dev_jwe_encrypt(apr_pool_t *p, const okta_dev_recipient *recipient,
                                 const char *algs, const char *token, const char **wrong);

#endif
