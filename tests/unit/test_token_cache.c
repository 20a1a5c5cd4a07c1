#include "core/policy.h"
#include "core/token_cache.h"
#include "world.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const int source = 1;

/* Digests fall into sets by their first eight bytes; `set` picks one, `number` tells them apart. */
static unsigned char *digest(unsigned int set, unsigned int number)
{
    unsigned char *made = keep(calloc(1, OKTA_DIGEST_BYTES));

    memcpy(made, &set, sizeof(set));
    memcpy(made + 16, &number, sizeof(number));
    return made;
}

static okta_claims *claims_until(int64_t exp)
{
    okta_result result;
    okta_claims *claims =
        world_claims(payload(text("\"exp\":%lld", (long long)exp)), OKTA_TYPE_ABSENT, &result);

    need(claims, "%s", result.detail);
    return claims;
}

static void accept(okta_token_cache *cache, const unsigned char *key, okta_claims *claims)
{
    const okta_verdict verdict = {claims, &source, 7};

    okta_token_cache_accept(cache, key, NOW, &verdict);
}

static void refuse(okta_token_cache *cache, const unsigned char *key, okta_reason reason)
{
    const okta_verdict verdict = {NULL, &source, 7};
    okta_result result;

    okta_result_init(&result);
    okta_result_set(&result, reason, "because");
    strcpy(result.kid, "k");
    strcpy(result.issuer, "i");
    strcpy(result.jti, "j");
    okta_token_cache_refuse(cache, key, NOW, &verdict, &result);
}

typedef enum found { NOTHING, CLAIMS, REFUSAL } found;

static found look(okta_token_cache *cache, const unsigned char *key, int64_t now)
{
    okta_verdict verdict = {NULL, NULL, 0};

    okta_result_init(&last);
    if (!okta_token_cache_find(cache, key, now, &verdict, &last))
        return NOTHING;
    check(verdict.source == &source && verdict.generation == 7, "the key set's generation");
    if (!verdict.claims)
        return REFUSAL;
    okta_claims_unref(verdict.claims);
    return CLAIMS;
}

rule(an_empty_cache_knows_nothing)
{
    static const size_t sizes[] = {0, 1, 7, 8, 9, 100, 4096};

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        okta_token_cache *cache = okta_token_cache_new(sizes[i]);

        need(cache, "%zu entries", sizes[i]);
        check(look(cache, digest(1, 1), NOW) == NOTHING, "%zu entries", sizes[i]);
        okta_token_cache_drop(cache, digest(1, 1));
        okta_token_cache_free(cache);
    }
    okta_token_cache_free(NULL);
}

rule(an_accepted_token_is_found_with_its_claims)
{
    okta_token_cache *cache = okta_token_cache_new(64);
    okta_claims *claims = claims_until(NOW + 100);
    okta_verdict verdict;

    accept(cache, digest(1, 1), claims);
    need(okta_token_cache_find(cache, digest(1, 1), NOW, &verdict, &last), "found");
    check(verdict.claims == claims, "the same claims");
    okta_claims_unref(claims);
    okta_token_cache_free(cache);
    check(okta_claims_get(verdict.claims, "sub") != NULL, "they outlive the cache");
    okta_claims_unref(verdict.claims);
}

rule(only_the_whole_digest_counts)
{
    okta_token_cache *cache = okta_token_cache_new(64);
    okta_claims *claims = claims_until(NOW + 100);

    accept(cache, digest(1, 1), claims);
    for (size_t i = 0; i < OKTA_DIGEST_BYTES; i++) {
        unsigned char *other = digest(1, 1);
        other[i] ^= 0x80;
        check(look(cache, other, NOW) == NOTHING, "byte %zu", i);
    }
    check(look(cache, digest(1, 1), NOW) == CLAIMS, "itself");
    okta_claims_unref(claims);
    okta_token_cache_free(cache);
}

rule(no_token_outlives_its_exp_by_more_than_the_largest_skew)
{
    okta_token_cache *cache = okta_token_cache_new(64);
    okta_claims *claims = claims_until(NOW + 100), *late = claims_until(NOW - OKTA_SKEW_MAX),
                *endless = claims_until((int64_t)1 << 53);
    okta_result result;
    okta_claims *timeless =
        world_claims(payload("\"exp\":\"(absent)\""), OKTA_TYPE_ABSENT, &result);

    accept(cache, digest(1, 1), claims);
    check(look(cache, digest(1, 1), NOW + 100 + OKTA_SKEW_MAX - 1) == CLAIMS, "to the end");
    check(look(cache, digest(1, 1), NOW + 100 + OKTA_SKEW_MAX) == NOTHING, "at the end");
    check(look(cache, digest(1, 1), NOW) == NOTHING, "what has ended is gone");
    accept(cache, digest(1, 2), late);
    check(look(cache, digest(1, 2), NOW) == NOTHING, "ended before it came");
    accept(cache, digest(1, 3), timeless);
    check(look(cache, digest(1, 3), NOW) == NOTHING, "without exp");
    accept(cache, digest(1, 4), endless);
    check(look(cache, digest(1, 4), NOW) == CLAIMS, "the last exp there is");
    okta_claims_unref(claims);
    okta_claims_unref(late);
    okta_claims_unref(endless);
    okta_claims_unref(timeless);
    okta_token_cache_free(cache);
}

rule(only_refusals_that_cannot_change_are_kept)
{
    for (int i = OKTA_OK + 1; i < OKTA_REASON_COUNT; i++) {
        okta_token_cache *cache = okta_token_cache_new(8);
        bool final = i == OKTA_TOKEN_MALFORMED || i == OKTA_TOKEN_ENCRYPTED ||
                     i == OKTA_HEADER_MALFORMED || i == OKTA_HEADER_CRITICAL ||
                     i == OKTA_CLAIMS_MALFORMED || i == OKTA_SIGNATURE_INVALID;

        refuse(cache, digest(1, 1), (okta_reason)i);
        check((look(cache, digest(1, 1), NOW) == REFUSAL) == final, "%s",
              okta_reason_tag((okta_reason)i));
        if (final)
            check(last.reason == (okta_reason)i && strcmp(last.kid, "k") == 0 &&
                      strcmp(last.issuer, "i") == 0 && strcmp(last.jti, "j") == 0 &&
                      strcmp(last.detail, "because") == 0,
                  "%s came back changed", okta_reason_tag((okta_reason)i));
        okta_token_cache_free(cache);
    }
}

rule(refusals_of_full_length_come_back_whole)
{
    okta_token_cache *cache = okta_token_cache_new(8);
    const okta_verdict verdict = {NULL, &source, 7};
    okta_result full, back;

    okta_result_init(&full);
    full.reason = OKTA_SIGNATURE_INVALID;
    memset(full.kid, 'k', sizeof(full.kid) - 1);
    memset(full.issuer, 'i', sizeof(full.issuer) - 1);
    memset(full.jti, 'j', sizeof(full.jti) - 1);
    memset(full.detail, 'd', sizeof(full.detail) - 1);
    full.kid[sizeof(full.kid) - 1] = full.issuer[sizeof(full.issuer) - 1] = '\0';
    full.jti[sizeof(full.jti) - 1] = full.detail[sizeof(full.detail) - 1] = '\0';
    okta_token_cache_refuse(cache, digest(1, 1), NOW, &verdict, &full);
    okta_verdict found_verdict;
    need(okta_token_cache_find(cache, digest(1, 1), NOW, &found_verdict, &back), "found");
    check(strcmp(full.kid, back.kid) == 0 && strcmp(full.issuer, back.issuer) == 0 &&
              strcmp(full.jti, back.jti) == 0 && strcmp(full.detail, back.detail) == 0,
          "changed");
    okta_token_cache_free(cache);
}

rule(a_dropped_token_is_forgotten)
{
    okta_token_cache *cache = okta_token_cache_new(64);
    okta_claims *claims = claims_until(NOW + 100);

    accept(cache, digest(1, 1), claims);
    accept(cache, digest(1, 2), claims);
    okta_token_cache_drop(cache, digest(1, 1));
    okta_token_cache_drop(cache, digest(1, 1));
    check(look(cache, digest(1, 1), NOW) == NOTHING, "dropped");
    check(look(cache, digest(1, 2), NOW) == CLAIMS, "its neighbor");
    okta_claims_unref(claims);
    okta_token_cache_free(cache);
}

rule(the_last_word_counts)
{
    okta_token_cache *cache = okta_token_cache_new(64);
    okta_claims *claims = claims_until(NOW + 100), *newer = claims_until(NOW + 200);
    okta_verdict verdict;

    accept(cache, digest(1, 1), claims);
    accept(cache, digest(1, 1), newer);
    need(okta_token_cache_find(cache, digest(1, 1), NOW, &verdict, &last), "found");
    check(verdict.claims == newer, "the older claims");
    okta_claims_unref(verdict.claims);
    refuse(cache, digest(1, 1), OKTA_SIGNATURE_INVALID);
    check(look(cache, digest(1, 1), NOW) == REFUSAL, "refused");
    accept(cache, digest(1, 1), claims);
    check(look(cache, digest(1, 1), NOW) == CLAIMS, "accepted again");
    okta_claims_unref(claims);
    okta_claims_unref(newer);
    okta_token_cache_free(cache);
}

rule(a_flood_pushes_out_what_is_not_used)
{
    okta_token_cache *cache = okta_token_cache_new(64);
    okta_claims *claims = claims_until(NOW + 100);
    size_t held = 0;

    for (unsigned int i = 0; i < 1000; i++) {
        accept(cache, digest(1, i), claims);
        check(look(cache, digest(1, i), NOW) == CLAIMS, "%u just now", i);
    }
    for (unsigned int i = 0; i < 1000; i++)
        held += look(cache, digest(1, i), NOW) == CLAIMS;
    check(held > 0 && held <= 8, "%zu of one set are held", held);
    okta_claims_unref(claims);
    okta_token_cache_free(cache);
}

rule(what_has_ended_goes_first)
{
    okta_token_cache *cache = okta_token_cache_new(8);
    okta_claims *brief = claims_until(NOW - OKTA_SKEW_MAX + 1), *longer = claims_until(NOW + 1000);
    unsigned int kept = 0;
    const okta_verdict verdict = {longer, &source, 7};

    for (unsigned int i = 0; i < 5; i++)
        accept(cache, digest(1, i), longer);
    accept(cache, digest(1, 100), brief);
    okta_token_cache_accept(cache, digest(1, 101), NOW + 2, &verdict);
    for (unsigned int i = 0; i < 5; i++)
        kept += look(cache, digest(1, i), NOW) == CLAIMS;
    check(kept == 5, "%u of 5 are left though another had ended", kept);
    okta_claims_unref(brief);
    okta_claims_unref(longer);
    okta_token_cache_free(cache);
}

rule(refusals_never_push_out_accepted_tokens)
{
    okta_token_cache *cache = okta_token_cache_new(8);
    okta_claims *claims = claims_until(NOW + 100);

    for (unsigned int i = 0; i < 6; i++)
        accept(cache, digest(1, i), claims);
    for (unsigned int i = 100; i < 1000; i++)
        refuse(cache, digest(1, i), OKTA_SIGNATURE_INVALID);
    for (unsigned int i = 0; i < 6; i++)
        check(look(cache, digest(1, i), NOW) == CLAIMS, "token %u", i);
    okta_claims_unref(claims);
    okta_token_cache_free(cache);
}

rule(a_token_once_refused_and_now_accepted_is_as_safe)
{
    okta_token_cache *cache = okta_token_cache_new(8);
    okta_claims *claims = claims_until(NOW + 100);

    refuse(cache, digest(1, 1), OKTA_SIGNATURE_INVALID);
    accept(cache, digest(1, 1), claims);
    for (unsigned int i = 100; i < 1000; i++)
        refuse(cache, digest(1, i), OKTA_SIGNATURE_INVALID);
    check(look(cache, digest(1, 1), NOW) == CLAIMS, "pushed out by refusals");
    okta_claims_unref(claims);
    okta_token_cache_free(cache);
}

#define THREADS 4
#define ROUNDS 5000

typedef struct worker {
    pthread_t thread;
    okta_token_cache *cache;
    okta_claims *claims;
    unsigned int seed, wrong;
} worker;

/* Even numbers are only ever accepted, odd ones only ever refused. */
static void *work(void *baton)
{
    worker *self = baton;

    for (unsigned int i = 0; i < ROUNDS; i++) {
        unsigned int number = (self->seed = self->seed * 1103515245u + 12345u) >> 16 & 63;
        unsigned char key[OKTA_DIGEST_BYTES] = {(unsigned char)(number & 3), 0, 0, 0, 0, 0, 0, 0,
                                                (unsigned char)number};
        okta_verdict verdict = {NULL, &source, number};
        okta_result result;

        okta_result_init(&result);
        result.reason = OKTA_SIGNATURE_INVALID;
        if (okta_token_cache_find(self->cache, key, NOW, &verdict, &result)) {
            self->wrong += (verdict.claims == NULL) != (number % 2 == 1);
            self->wrong += verdict.generation != number;
            okta_claims_unref(verdict.claims);
        } else if (number % 2 == 0) {
            verdict.claims = self->claims;
            okta_token_cache_accept(self->cache, key, NOW, &verdict);
        } else {
            verdict.claims = NULL;
            okta_token_cache_refuse(self->cache, key, NOW, &verdict, &result);
        }
        if (i % 17 == 0)
            okta_token_cache_drop(self->cache, key);
    }
    return NULL;
}

rule(threads_share_it)
{
    okta_token_cache *cache = okta_token_cache_new(32);
    okta_claims *claims = claims_until(NOW + 100);
    worker workers[THREADS];

    for (unsigned int i = 0; i < THREADS; i++) {
        workers[i] = (worker){.cache = cache, .claims = claims, .seed = i + 1};
        need(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0, "thread %u", i);
    }
    for (unsigned int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        check(workers[i].wrong == 0, "thread %u: %u wrong answers", i, workers[i].wrong);
    }
    okta_claims_unref(claims);
    okta_token_cache_free(cache);
}
