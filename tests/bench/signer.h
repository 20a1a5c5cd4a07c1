/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and compact tokens. A fault in here ends the program. */
#ifndef OKTA_BENCH_SIGNER_H
#define OKTA_BENCH_SIGNER_H

#include "core/algorithm.h"

#include <openssl/evp.h>

typedef struct signer {
    const okta_algorithm *algorithm;
    EVP_PKEY *key;
    char kid[48]; /* as long as Okta's */
} signer;

/* A new key; bits are for RSA. */
signer signer_new(okta_algorithm_id id, int bits);
void signer_clear(signer *s);

/* The public key as a JWK; the caller frees. */
char *signer_jwk(const signer *s);

/* An RSA JWK that takes as much room as a real one and signs nothing; the caller frees. */
char *signer_filler_jwk(void);

/* header.payload.signature, of any header; the caller frees. */
char *signer_compact(const signer *s, const char *header, const char *payload);

/* A token of that payload; the caller frees. */
char *signer_token(const signer *s, const char *payload);

/* The signature of data as OpenSSL writes it (DER for ECDSA); the caller frees. */
unsigned char *signer_sign(const signer *s, const void *data, size_t data_length, size_t *length);

/* Ready for EVP_DigestVerify with the key and the parameters of the algorithm; the caller frees. */
EVP_MD_CTX *signer_verification(const signer *s);

/* Printable random text, of length characters. */
void signer_random_text(char *text, size_t length);

#endif
