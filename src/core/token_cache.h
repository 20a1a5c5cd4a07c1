/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts on tokens that were seen before, in the table that processes share: "this signature is
 * good, these are the claims", or a refusal that no policy and no time can change. What depends on
 * either is not in here. */
#ifndef OKTA_CORE_TOKEN_CACHE_H
#define OKTA_CORE_TOKEN_CACHE_H

#include "core/claims.h"
#include "core/result.h"
#include "core/verdicts.h"

/* A token, and what it was judged by. */
typedef struct okta_seen {
    unsigned char digest[OKTA_DIGEST_BYTES]; /* okta_digest of the token, or the caller's own */
    uint32_t generation;                     /* of the key set; 0: no key was needed */
    uint16_t source;                         /* of the key set, as the caller numbers them */
    bool noted;                              /* the caller's: a note was remembered */
    bool digested;                           /* the caller's: digest is that of the token */
    okta_verdict_kind kind;                  /* 0: OKTA_VERDICT_ON_TOKEN. Of others generation and
                                                source are the caller's */
    int64_t until;                           /* of other kinds: when it ends */
} okta_seen;

/* The verdict on the token with seen->digest, as okta_verdicts_find. For an accepted one, *claims
 * lie in a block of the caller's; for a refused one it is NULL and result is filled in. now:
 * seconds since the epoch. Any process and thread; no locks. */
bool okta_token_cache_find(okta_verdicts *table, okta_seen *seen, int64_t now,
                           const okta_verdicts_caller *caller, okta_claims **claims,
                           okta_result *result);

/* Remember that okta_verify accepted the token, until its exp has passed for every policy; one of
 * another kind than OKTA_VERDICT_ON_TOKEN until seen->until. A note
 * of note_size bytes (0: none) goes with the claims, as okta_claims_pack says. Any process and
 * thread; where somebody else writes in the same place just now it is not remembered. As
 * okta_verdicts_put; 0 too where it would have ended by now. */
unsigned int okta_token_cache_accept(okta_verdicts *table, const okta_seen *seen, int64_t now,
                                     const okta_claims *claims, const void *note, size_t note_size);

/* Remember a refusal, if its reason is one that cannot change: malformed, or a bad signature; of
 * another kind than OKTA_VERDICT_ON_TOKEN any.
 * Refusals never push out accepted tokens. As okta_verdicts_put; 0 too for other reasons. */
unsigned int okta_token_cache_refuse(okta_verdicts *table, const okta_seen *seen, int64_t now,
                                     const okta_result *result);

#endif
