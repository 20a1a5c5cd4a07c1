/* SPDX-License-Identifier: Apache-2.0 */
/* Bound tokens and their proofs (RFC 9449). */
#ifndef OKTA_BENCH_PROOFS_H
#define OKTA_BENCH_PROOFS_H

#include "bench/signer.h"
#include "core/digest.h"
#include "core/thumbprint.h"

/* A client with a key of its own. */
typedef struct prover {
    signer s;
    char *jwk;
    char thumbprint[OKTA_THUMBPRINT_LENGTH + 1];
} prover;

/* Bits are for RSA. */
prover prover_new(okta_algorithm_id id, int bits);
void prover_clear(prover *p);

/* A proof for GET of the URL, made `ahead` seconds from now, no two the same; the caller frees. */
char *prover_proof(const prover *p, const char *url, long ahead,
                   const unsigned char token_digest[OKTA_DIGEST_BYTES]);

/* A payload as of sample_payload, bound to the key; the caller frees. */
char *prover_bind(const prover *p, const char *payload);

#endif
