/* SPDX-License-Identifier: Apache-2.0 */
/* Encrypted tokens of the tests' own making: OpenSSL alone, nothing of the code under test, and
 * nothing refused. What is returned lives until the program ends; a fault in here aborts. */
#ifndef OKTA_TESTS_SEALING_H
#define OKTA_TESTS_SEALING_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

/* What is to be encrypted, and what is to be wrong with it. */
typedef struct sealing {
    EVP_PKEY *key;
    const char *alg, *enc; /* by which it is done, whatever the header says */
    const char *header;    /* NULL: {"alg":…,"enc":…,"cty":"JWT"} */
    const char *plain;
    size_t wrapped_bytes;   /* of the content's key, that many are wrapped; 0: all of them */
    const char *oaep;       /* digest of the padding; NULL: the algorithm's */
    bool unpadded;          /* CBC: bytes that are no padding at the end, and the tag fits */
    const char *other_part; /* this in place of part number `other`, from 0 on; NULL: none */
    size_t other;
    bool flipped; /* a bit of part number `other` */
} sealing;

/* The compact JWE. */
char *seal(const sealing *what);

/* All algorithms and encryptions of the ruling. */
extern const char *const sealing_algs[4];
extern const char *const sealing_encs[6];

/* The private key as PEM (PKCS #8), and as JWK; `members` is put first, as in "\"kid\":\"a\",". */
char *sealing_pem(EVP_PKEY *key);
char *sealing_jwk(EVP_PKEY *key, const char *members);

#endif
