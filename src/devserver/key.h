/* SPDX-License-Identifier: Apache-2.0 */
/* One RSA signing key of the development authorization server. No httpd in here. */
#ifndef OKTA_DEVSERVER_KEY_H
#define OKTA_DEVSERVER_KEY_H

#include <openssl/evp.h>
#include <stddef.h>

/* Room for the DER of an RSA-2048 private key (PKCS#1, about 1,200 bytes). */
#define OKTA_DEV_DER_MAX 1536

/* Constant after it is made: threads may sign with one key at the same time. */
typedef struct {
    EVP_PKEY *pkey;
    char kid[44]; /* RFC 7638 thumbprint */
    char *jwk;    /* the public half as a JSON object */
} okta_dev_key;

/* Makes a new RSA-2048 key and writes its private half as DER. Returns its size, 0 on failure
 * (OpenSSL's error queue has the cause). Takes some 100 ms. */
size_t okta_dev_key_generate(unsigned char der[OKTA_DEV_DER_MAX]);

/* The key in der. The caller frees it. NULL on failure. */
okta_dev_key *okta_dev_key_parse(const unsigned char *der, size_t size);

void okta_dev_key_free(okta_dev_key *key);

#endif
