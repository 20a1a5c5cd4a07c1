/* SPDX-License-Identifier: Apache-2.0 */
/* One verification key: a JWK (RFC 7517) that passed every check, ready for OpenSSL. */
#ifndef OKTA_CORE_KEY_H
#define OKTA_CORE_KEY_H

#include "core/algorithm.h"
#include "core/text.h"
#include "core/value.h"

typedef struct okta_key okta_key;

/* Build a key from a JWK. NULL, with the cause in error, for a type, curve, use, key_ops, alg or
 * size that cannot verify one of our algorithms, for points off the curve, for symmetric keys.
 * Members that are null are absent; private ones are never read. The caller frees. Any thread. */
okta_key *okta_key_from_jwk(const okta_value *jwk, okta_error *error);
void okta_key_free(okta_key *key);

/* The kid, "" with length 0 and false when the JWK has none. Borrowed from key. */
bool okta_key_kid(const okta_key *key, const char **kid, size_t *length);

/* The gate: whether this key may serve the algorithm. It needs the right type and curve, and the
 * JWK's alg, where it names one, has to be the same. */
bool okta_key_serves(const okta_key *key, const okta_algorithm *algorithm);

/* Make verifications by this algorithm, which the key has to serve, as cheap as they can be; a key
 * whose JWK leaves one algorithm alone is so from the start. Before other threads have the key. */
void okta_key_prepare(okta_key *key, const okta_algorithm *algorithm);

/* A number of a key, big-endian; borrowed from the key. */
typedef struct okta_key_number {
    const unsigned char *bytes;
    size_t length;
} okta_key_number;

/* The kind, and the numbers whatever the JWK looks like: of RSA e and n, without zeros in front; of
 * a curve x and y, as long as its field; of Ed25519 x, and none. */
okta_key_kind okta_key_numbers(const okta_key *key, okta_key_number numbers[2]);

/* Whether the two are one key, by their numbers: what else their JWKs say does not count. */
bool okta_key_is_same(const okta_key *a, const okta_key *b);

/* Whether the two are different keys, and some algorithm is served by either: a token that fits
 * both does not say which was meant. */
bool okta_keys_compete(const okta_key *a, const okta_key *b);

/* Whether the two are one key that serves the same algorithms. */
bool okta_key_repeats(const okta_key *a, const okta_key *b);

typedef enum okta_signature_verdict {
    OKTA_SIGNATURE_BAD = 0,
    OKTA_SIGNATURE_GOOD,
    OKTA_SIGNATURE_NO_MEMORY, /* no verdict, nor below */
    OKTA_SIGNATURE_FAILED     /* OpenSSL could not find out */
} okta_signature_verdict;

/* Verify a JWS signature (for ECDSA: R and S of RFC 7518 section 3.4) over length bytes of data.
 * The key has to serve the algorithm, or the verdict is bad. Leaves OpenSSL's error queue as it
 * was. Any thread, concurrently. */
okta_signature_verdict okta_key_verify(const okta_key *key, const okta_algorithm *algorithm,
                                       const unsigned char *data, size_t length,
                                       const unsigned char *signature, size_t signature_length);

#endif
