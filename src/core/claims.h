/* SPDX-License-Identifier: Apache-2.0 */
/* The claims of a verified token: immutable, independent of any policy. */
#ifndef OKTA_CORE_CLAIMS_H
#define OKTA_CORE_CLAIMS_H

#include "core/algorithm.h"
#include "core/jws.h"
#include "core/result.h"
#include "core/value.h"

#include <stdint.h>

/* Only okta_verify makes one, and okta_introspection_read. */
typedef struct okta_claims okta_claims;

/* How deep `act` may be nested (RFC 8693 section 4.1): who acts for whom who acts for whom … */
#define OKTA_ACTORS_MAX 8

/* Which time claims are present. */
#define OKTA_CLAIM_EXP 1u
#define OKTA_CLAIM_NBF 2u
#define OKTA_CLAIM_IAT 4u

/* Seconds since the epoch, whole: exp and iat rounded down, nbf up. */
typedef struct okta_times {
    unsigned int present;
    int64_t exp;
    int64_t nbf;
    int64_t iat;
} okta_times;

/* Nothing for claims that were unpacked, whose block is the caller's. */
void okta_claims_free(okta_claims *claims);

/* All that follow: any thread; what they return is borrowed from claims. */

/* A top-level claim by its exact name; NULL when it is absent, which null is too. */
const okta_value *okta_claims_get(const okta_claims *claims, const char *name);

/* The object that holds them all, as the token has it: members that are null are among them. */
const okta_value *okta_claims_root(const okta_claims *claims);

/* The kid of the token's header; "" when it had none. */
const char *okta_claims_kid(const okta_claims *claims);

/* NULL for an opaque token. */
const okta_algorithm *okta_claims_algorithm(const okta_claims *claims);
okta_type okta_claims_type(const okta_claims *claims);
const okta_times *okta_claims_times(const okta_claims *claims);

/* For core/token_cache.h: the claims as bytes that may lie anywhere, in a new block from malloc of
 * *size bytes; NULL when out of memory, or there are more than `most` of them. A note goes with
 * them, of note_size bytes (or none): what somebody works out from the claims and wants to find
 * again with them. It has no pointers; in claims that were unpacked everything keeps its distance
 * from `claims`. */
void *okta_claims_pack(const okta_claims *claims, const void *note, size_t note_size, size_t most,
                       size_t *size);

/* Bytes that it takes beside values and note: another number, another form. */
size_t okta_claims_pack_overhead(void);

/* Claims again, in the block that has those bytes, aligned to 8. They end with it. */
okta_claims *okta_claims_unpack(void *packed);

/* The note, aligned to 8; NULL: none. */
const void *okta_claims_note(const okta_claims *claims);

/* For okta_verify: claims from the payload of a JWS whose signature was verified; of another token
 * they are what its issuer said of it. Types of the
 * registered claims (RFC 7519 section 4.1) are checked, their values are the policy's affair. NULL
 * with OKTA_CLAIMS_MALFORMED or OKTA_OUT_OF_MEMORY in result. Otherwise for the caller to free, and
 * the payload, a block from malloc, is the claims' own. */
okta_claims *okta_claims_new(okta_value *payload, const okta_jws *jws, okta_result *result);

#endif
