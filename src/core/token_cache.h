/* Verdicts on tokens that this process has seen: "this signature is good, these are the claims", or
 * a refusal that no policy and no time can change. What depends on either is not in here. */
#ifndef OKTA_CORE_TOKEN_CACHE_H
#define OKTA_CORE_TOKEN_CACHE_H

#include "core/claims.h"
#include "core/digest.h"
#include "core/result.h"

typedef struct okta_token_cache okta_token_cache;

/* What was found out, and from which key set: source names it, generation says which state of it.
 * source NULL: no key was needed. */
typedef struct okta_verdict {
    okta_claims *claims; /* NULL for a refusal */
    const void *source;
    uint32_t generation;
} okta_verdict;

/* Room for about `entries` tokens (at least 8); memory is taken as it fills. NULL when there is
 * none. */
okta_token_cache *okta_token_cache_new(size_t entries);
void okta_token_cache_free(okta_token_cache *cache);

/* The verdict on the token with this digest (okta_digest). For an accepted one, verdict->claims is
 * a new reference; for a refused one it is NULL and result is filled in. The caller checks that
 * source and generation still hold, and calls okta_token_cache_drop if not. now: seconds since the
 * epoch. Any thread; short locks of this process. */
bool okta_token_cache_find(okta_token_cache *cache, const unsigned char digest[OKTA_DIGEST_BYTES],
                           int64_t now, okta_verdict *verdict, okta_result *result);

/* Remember that okta_verify accepted the token (takes a reference of verdict->claims), until its
 * exp has passed for every policy. */
void okta_token_cache_accept(okta_token_cache *cache, const unsigned char digest[OKTA_DIGEST_BYTES],
                             int64_t now, const okta_verdict *verdict);

/* Remember a refusal, if its reason is one that cannot change: malformed, or a bad signature.
 * Refusals never push out accepted tokens. */
void okta_token_cache_refuse(okta_token_cache *cache, const unsigned char digest[OKTA_DIGEST_BYTES],
                             int64_t now, const okta_verdict *verdict, const okta_result *result);

void okta_token_cache_drop(okta_token_cache *cache, const unsigned char digest[OKTA_DIGEST_BYTES]);

#endif
