/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and signed tokens of the tests' own making: OpenSSL alone, nothing of the code under test,
 * and nothing refused, so that any mutation can be signed properly. What is returned lives until
 * the program ends; a fault in here aborts. */
#ifndef OKTA_TESTS_MINT_H
#define OKTA_TESTS_MINT_H

#include <jansson.h>
#include <openssl/evp.h>
#include <stddef.h>

/* A new key: "RSA:2048" (any size), "P-256", "P-384", "P-521", "Ed25519". */
EVP_PKEY *mint_generate(const char *kind);

/* The private key of keys[0] in a file of tests/vectors. */
EVP_PKEY *mint_from_vector(const char *name);

/* The public JWK as text; `members` (may be "") is put first, as in "\"kid\":\"a\",". */
char *mint_jwk(EVP_PKEY *key, const char *members);

/* Its thumbprint (RFC 7638). */
char *mint_thumbprint(EVP_PKEY *key);

/* SHA-256 of a text, base64url: the ath of a token. */
char *mint_hash(const char *text);

/* Base64url without padding. */
char *mint_encode(const void *bytes, size_t length);

/* Sign data by a JWS algorithm name, whatever the key thinks of it. */
unsigned char *mint_sign(EVP_PKEY *key, const char *alg, const void *data, size_t data_length,
                         size_t *length);

/* The same with PSS and a salt of that many bytes. */
unsigned char *mint_sign_salted(EVP_PKEY *key, const char *digest, int salt, const void *data,
                                size_t data_length, size_t *length);

unsigned char *mint_hmac(const char *digest, const void *secret, size_t secret_length,
                         const void *data, size_t data_length, size_t *length);

/* A compact JWS of these very texts. */
char *mint_token(EVP_PKEY *key, const char *alg, const char *header, const char *payload);

/* header.payload with a signature of one's own choice. */
char *mint_compact(const char *header, const char *payload, const void *signature, size_t length);

/* "header.payload", encoded. */
char *mint_input(const char *header, const char *payload);

#endif
