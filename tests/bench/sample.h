/* SPDX-License-Identifier: Apache-2.0 */
/* Claims as Okta writes them. */
#ifndef OKTA_BENCH_SAMPLE_H
#define OKTA_BENCH_SAMPLE_H

#include "bench/signer.h"

#define SAMPLE_AUDIENCE "api://bench"
#define SAMPLE_ISSUER "https://bench.example.com/oauth2/default"

/* A payload for a token of about token_bytes with s's signature: the claims of an Okta access
 * token, and as many groups as it takes (ten at least); only the claims that a token must have
 * where there is no room for those. Two are never the same. The caller frees. */
char *sample_payload(const signer *s, const char *issuer, size_t token_bytes);

/* Write the key set of s, with as many keys, and the key itself into the folder. */
void mint_write_keys(const char *folder, const signer *s, long keys);

#endif
