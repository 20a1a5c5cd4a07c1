/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens encrypted as Okta does: RSA-OAEP-256 and A256GCM. A fault in here ends the program. */
#ifndef OKTA_BENCH_ENCRYPTER_H
#define OKTA_BENCH_ENCRYPTER_H

#include "core/thumbprint.h"

#include <openssl/evp.h>
#include <stdio.h>

#define ENCRYPTER_CEK_BYTES 32

typedef struct encrypter {
    EVP_PKEY *key;
    char kid[OKTA_THUMBPRINT_LENGTH + 1]; /* what OktaDecryptionKey gives a PEM key */
} encrypter;

/* A new RSA key. */
encrypter encrypter_new(int bits);
void encrypter_clear(encrypter *e);

/* The private key as PEM; the caller frees. */
char *encrypter_pem(const encrypter *e);

/* A compact JWE around the token; the caller frees. */
char *encrypter_token(const encrypter *e, const char *token);

/* The content's key as it is sent; the caller frees. */
unsigned char *encrypter_wrap(const encrypter *e, const unsigned char cek[ENCRYPTER_CEK_BYTES],
                              size_t *length);

/* Ready for EVP_PKEY_decrypt of such; the caller frees. */
EVP_PKEY_CTX *encrypter_unwrapping(const encrypter *e);

#endif
