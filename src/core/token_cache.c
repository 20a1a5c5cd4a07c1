#include "core/token_cache.h"

#include "core/policy.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* An eight-way set-associative cache, evicting by second chance (the clock algorithm): finding,
 * inserting and evicting cost the same however full it is. */
#define WAYS 8
#define WAYS_FOR_REFUSALS 2
#define LOCKS 64
#define REFUSAL_TEXTS 4

typedef enum kind { FREE, ACCEPTED, REFUSED } kind;

/* kid, issuer, jti and detail of an okta_result, one after the other, each terminated. */
typedef struct refusal {
    okta_reason reason;
    char texts[];
} refusal;

typedef struct entry {
    unsigned char digest[OKTA_DIGEST_BYTES];
    union {
        okta_claims *claims;
        refusal *refusal;
    } what;
    const void *source;
    int64_t until;
    uint32_t generation;
    uint8_t kind;
    uint8_t used; /* since the clock's hand last passed */
} entry;

typedef struct set {
    entry entries[WAYS];
} set;

struct okta_token_cache {
    pthread_mutex_t locks[LOCKS];
    size_t count;
    set *sets;
};

okta_token_cache *okta_token_cache_new(size_t entries)
{
    okta_token_cache *cache = calloc(1, sizeof(*cache));
    size_t count = 1;

    if (!cache)
        return NULL;
    while (count * WAYS < entries)
        count *= 2;
    cache->count = count;
    /* zeroed pages of a large block are not there until they are written */
    cache->sets = calloc(count, sizeof(set));
    if (!cache->sets) {
        free(cache);
        return NULL;
    }
    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_init(&cache->locks[i], NULL);
    return cache;
}

static void clear(entry *e)
{
    if (e->kind == ACCEPTED)
        okta_claims_unref(e->what.claims);
    else if (e->kind == REFUSED)
        free(e->what.refusal);
    e->kind = FREE;
}

void okta_token_cache_free(okta_token_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < cache->count; i++)
        for (size_t k = 0; k < WAYS; k++)
            clear(&cache->sets[i].entries[k]);
    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_destroy(&cache->locks[i]);
    free(cache->sets);
    free(cache);
}

/* The set of the digest, locked; unlock with *lock. */
static set *enter(okta_token_cache *cache, const unsigned char *digest, pthread_mutex_t **lock)
{
    uint64_t head;
    size_t index;

    memcpy(&head, digest, sizeof(head));
    index = (size_t)(head & (cache->count - 1));
    *lock = &cache->locks[index % LOCKS];
    pthread_mutex_lock(*lock);
    return &cache->sets[index];
}

static entry *find(set *in, const unsigned char *digest)
{
    for (size_t i = 0; i < WAYS; i++)
        if (in->entries[i].kind != FREE &&
            CRYPTO_memcmp(in->entries[i].digest, digest, OKTA_DIGEST_BYTES) == 0)
            return &in->entries[i];
    return NULL;
}

static refusal *refusal_new(const okta_result *result)
{
    const char *texts[REFUSAL_TEXTS] = {result->kid, result->issuer, result->jti, result->detail};
    size_t lengths[REFUSAL_TEXTS], total = 0;
    refusal *made;
    char *to;

    for (size_t i = 0; i < REFUSAL_TEXTS; i++)
        total += lengths[i] = strlen(texts[i]) + 1;
    made = malloc(sizeof(*made) + total);
    if (!made)
        return NULL;
    made->reason = result->reason;
    to = made->texts;
    for (size_t i = 0; i < REFUSAL_TEXTS; i++) {
        memcpy(to, texts[i], lengths[i]);
        to += lengths[i];
    }
    return made;
}

static void recall(const refusal *from, okta_result *result)
{
    char *const fields[REFUSAL_TEXTS] = {result->kid, result->issuer, result->jti, result->detail};
    const char *text = from->texts;

    result->reason = from->reason;
    for (size_t i = 0; i < REFUSAL_TEXTS; i++) {
        size_t size = strlen(text) + 1;
        memcpy(fields[i], text, size);
        text += size;
    }
}

bool okta_token_cache_find(okta_token_cache *cache, const unsigned char digest[OKTA_DIGEST_BYTES],
                           int64_t now, okta_verdict *verdict, okta_result *result)
{
    pthread_mutex_t *lock;
    entry *e = find(enter(cache, digest, &lock), digest);

    if (e && e->until <= now) {
        clear(e);
        e = NULL;
    }
    if (e) {
        bool accepted = e->kind == ACCEPTED;

        e->used = 1;
        verdict->source = e->source;
        verdict->generation = e->generation;
        verdict->claims = accepted ? okta_claims_ref(e->what.claims) : NULL;
        if (!accepted)
            recall(e->what.refusal, result);
    }
    pthread_mutex_unlock(lock);
    return e != NULL;
}

/* A free or ended place, else the first one that was not used since the last look; accepted tokens
 * are out of reach of refusals, which have places of their own. */
static entry *place_for(set *in, kind wanted, int64_t now)
{
    size_t first = wanted == REFUSED ? 0 : WAYS_FOR_REFUSALS;
    size_t end = wanted == REFUSED ? WAYS_FOR_REFUSALS : WAYS;

    for (size_t i = first; i < end; i++)
        if (in->entries[i].kind == FREE || in->entries[i].until <= now)
            return &in->entries[i];
    for (size_t i = first; i < end; i++) {
        if (!in->entries[i].used)
            return &in->entries[i];
        in->entries[i].used = 0;
    }
    return &in->entries[first];
}

static void fill(okta_token_cache *cache, const unsigned char *digest, int64_t now, entry filled)
{
    pthread_mutex_t *lock;
    set *in = enter(cache, digest, &lock);
    entry *e = find(in, digest);

    /* a verdict of the other kind does not belong in its place */
    if (e && e->kind != filled.kind) {
        clear(e);
        e = NULL;
    }
    if (!e)
        e = place_for(in, filled.kind, now);
    clear(e);
    *e = filled;
    memcpy(e->digest, digest, OKTA_DIGEST_BYTES);
    pthread_mutex_unlock(lock);
}

void okta_token_cache_accept(okta_token_cache *cache, const unsigned char digest[OKTA_DIGEST_BYTES],
                             int64_t now, const okta_verdict *verdict)
{
    const okta_times *times = okta_claims_times(verdict->claims);
    int64_t until = times->exp + OKTA_SKEW_MAX;

    if (!(times->present & OKTA_CLAIM_EXP) || until <= now)
        return;
    fill(cache, digest, now,
         (entry){.what.claims = okta_claims_ref(verdict->claims),
                 .source = verdict->source,
                 .generation = verdict->generation,
                 .until = until,
                 .kind = ACCEPTED});
}

static bool is_final(okta_reason reason)
{
    switch ((int)reason) {
    case OKTA_TOKEN_MALFORMED:
    case OKTA_TOKEN_ENCRYPTED:
    case OKTA_HEADER_MALFORMED:
    case OKTA_HEADER_CRITICAL:
    case OKTA_CLAIMS_MALFORMED:
    case OKTA_SIGNATURE_INVALID:
        return true;
    default:
        return false;
    }
}

void okta_token_cache_refuse(okta_token_cache *cache, const unsigned char digest[OKTA_DIGEST_BYTES],
                             int64_t now, const okta_verdict *verdict, const okta_result *result)
{
    refusal *kept = is_final(result->reason) ? refusal_new(result) : NULL;

    if (kept)
        fill(cache, digest, now,
             (entry){.what.refusal = kept,
                     .source = verdict->source,
                     .generation = verdict->generation,
                     .until = INT64_MAX,
                     .kind = REFUSED});
}

void okta_token_cache_drop(okta_token_cache *cache, const unsigned char digest[OKTA_DIGEST_BYTES])
{
    pthread_mutex_t *lock;
    entry *e = find(enter(cache, digest, &lock), digest);

    if (e)
        clear(e);
    pthread_mutex_unlock(lock);
}
