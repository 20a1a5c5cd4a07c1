/* SPDX-License-Identifier: Apache-2.0 */
/* One algorithm: a token, and what its bare verification takes. A fault in here ends the program.
 */
#ifndef OKTA_BENCH_SUBJECT_H
#define OKTA_BENCH_SUBJECT_H

#include "bench/sample.h"
#include "core/keyset.h"

typedef struct subject {
    signer s;
    char *token;
    size_t signing_length;
    unsigned char *signature;
    size_t signature_length;
    EVP_MD_CTX *prepared;
    okta_keyset *keys;
} subject;

/* A new key, and a token of an Okta token's length. */
void subject_prepare(subject *of, okta_algorithm_id id, int bits);
void subject_release(subject *of);

/* The verdict of its token, which has to be a good one; for stopwatch_measure, of a subject. */
void subject_judge(void *baton);

/* The least that OpenSSL can do: the key is parsed, and the context copied where it can be copied
 * (EdDSA has no digest to prepare). The same. */
void subject_verify_bare(void *baton);

#endif
