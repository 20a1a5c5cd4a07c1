/* SPDX-License-Identifier: Apache-2.0 */
#include "core/policy.h"
#include "core/token_cache.h"
#include "world.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SOURCE 3
#define GENERATION 7
#define PLACES 48 /* of a page, for accepted tokens */

/* Digests fall into pages by their first eight bytes; `page` picks one, `number` tells them apart.
 */
static unsigned char *digest(unsigned int page, unsigned int number)
{
    unsigned char *made = keep(calloc(1, OKTA_DIGEST_BYTES));

    memcpy(made, &page, sizeof(page));
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

static okta_seen seen_of(const unsigned char *key, uint32_t generation)
{
    okta_seen seen = {.generation = generation, .source = SOURCE};

    memcpy(seen.digest, key, OKTA_DIGEST_BYTES);
    return seen;
}

static void accept(okta_verdicts *table, const unsigned char *key, const okta_claims *claims)
{
    const okta_seen seen = seen_of(key, GENERATION);

    okta_token_cache_accept(table, &seen, NOW, claims, NULL, 0);
}

static void refuse(okta_verdicts *table, const unsigned char *key, okta_reason reason)
{
    const okta_seen seen = seen_of(key, GENERATION);
    okta_result result;

    okta_result_init(&result);
    okta_result_set(&result, reason, "because");
    strcpy(result.kid, "k");
    strcpy(result.issuer, "i");
    strcpy(result.jti, "j");
    strcpy(result.actors, "a");
    okta_token_cache_refuse(table, &seen, NOW, &result);
}

/* Claims are good until the next call on this thread, or `done`. */
static _Thread_local void *block;

static bool find(okta_verdicts *table, okta_seen *seen, int64_t now, okta_claims **claims,
                 okta_result *result)
{
    okta_verdicts_caller caller;

    free(block);
    caller = world_caller(&block);
    return okta_token_cache_find(table, seen, now, &caller, claims, result);
}

static void done(void)
{
    free(block);
    block = NULL;
}

typedef enum outcome { NOTHING, CLAIMS, REFUSAL } outcome;

static outcome look(okta_verdicts *table, const unsigned char *key, int64_t now)
{
    okta_seen seen = seen_of(key, 0);
    okta_claims *claims;

    okta_result_init(&last);
    if (!find(table, &seen, now, &claims, &last))
        return NOTHING;
    check(seen.source == SOURCE && seen.generation == GENERATION, "the key set's generation");
    done();
    return claims ? CLAIMS : REFUSAL;
}

rule(an_empty_cache_knows_nothing)
{
    static const uint32_t sizes[] = {0, 1, 7, 8, 9, 100, 4096};

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        okta_verdicts *table = world_table(sizes[i]);

        need(table, "%u entries", sizes[i]);
        check(look(table, digest(1, 1), NOW) == NOTHING, "%u entries", sizes[i]);
    }
}

rule(an_accepted_token_is_found_with_its_claims)
{
    okta_verdicts *table = world_table(64);
    okta_claims *claims = claims_until(NOW + 100), *found;
    okta_seen seen = seen_of(digest(1, 1), 0);

    accept(table, digest(1, 1), claims);
    okta_claims_free(claims);
    need(find(table, &seen, NOW, &found, &last), "found");
    need(found, "claims");
    memset(table, 0, okta_verdicts_size(64));
    check(okta_claims_times(found)->exp == NOW + 100, "exp");
    check(strcmp(okta_claims_get(found, "sub")->as.string, "user@example.com") == 0, "sub");
    check(!okta_claims_note(found), "no note");
    done();
}

rule(a_note_comes_back_with_the_claims)
{
    okta_verdicts *table = world_table(64);
    okta_claims *claims = claims_until(NOW + 100), *found;
    okta_seen seen = seen_of(digest(1, 1), GENERATION);
    char *note = repeat("0123456789", 500);

    accept(table, digest(1, 1), claims);
    okta_token_cache_accept(table, &seen, NOW, claims, note, strlen(note) + 1);
    need(find(table, &seen, NOW, &found, &last) && found, "found");
    need(okta_claims_note(found), "a note");
    check(strcmp(okta_claims_note(found), note) == 0, "another note");
    check(okta_claims_get(found, "sub") != NULL, "claims");
    done();
    okta_claims_free(claims);
}

rule(only_the_whole_digest_counts)
{
    okta_verdicts *table = world_table(64);
    okta_claims *claims = claims_until(NOW + 100);

    accept(table, digest(1, 1), claims);
    for (size_t i = 0; i < OKTA_DIGEST_BYTES; i++) {
        unsigned char *other = digest(1, 1);
        other[i] ^= 0x80;
        check(look(table, other, NOW) == NOTHING, "byte %zu", i);
    }
    check(look(table, digest(1, 1), NOW) == CLAIMS, "itself");
    okta_claims_free(claims);
}

rule(no_token_outlives_its_exp_by_more_than_the_largest_skew)
{
    okta_verdicts *table = world_table(64);
    okta_claims *claims = claims_until(NOW + 100), *late = claims_until(NOW - OKTA_SKEW_MAX),
                *endless = claims_until((int64_t)1 << 53);
    okta_result result;
    okta_claims *timeless =
        world_claims(payload("\"exp\":\"(absent)\""), OKTA_TYPE_ABSENT, &result);

    accept(table, digest(1, 1), claims);
    check(look(table, digest(1, 1), NOW + 100 + OKTA_SKEW_MAX - 1) == CLAIMS, "to the end");
    check(look(table, digest(1, 1), NOW + 100 + OKTA_SKEW_MAX) == NOTHING, "at the end");
    accept(table, digest(1, 2), late);
    check(look(table, digest(1, 2), NOW) == NOTHING, "ended before it came");
    accept(table, digest(1, 3), timeless);
    check(look(table, digest(1, 3), NOW) == NOTHING, "without exp");
    accept(table, digest(1, 4), endless);
    check(look(table, digest(1, 4), NOW) == CLAIMS, "the last exp there is");
    okta_claims_free(claims);
    okta_claims_free(late);
    okta_claims_free(endless);
    okta_claims_free(timeless);
}

rule(only_refusals_that_cannot_change_are_kept)
{
    for (int i = OKTA_OK + 1; i < OKTA_REASON_COUNT; i++) {
        okta_verdicts *table = world_table(8);
        bool final = i == OKTA_TOKEN_MALFORMED || i == OKTA_TOKEN_ENCRYPTED ||
                     i == OKTA_TOKEN_UNDECRYPTABLE || i == OKTA_HEADER_MALFORMED ||
                     i == OKTA_HEADER_CRITICAL || i == OKTA_CLAIMS_MALFORMED ||
                     i == OKTA_SIGNATURE_INVALID;

        refuse(table, digest(1, 1), (okta_reason)i);
        check((look(table, digest(1, 1), NOW) == REFUSAL) == final, "%s",
              okta_reason_tag((okta_reason)i));
        if (final)
            check(last.reason == (okta_reason)i && strcmp(last.kid, "k") == 0 &&
                      strcmp(last.issuer, "i") == 0 && strcmp(last.jti, "j") == 0 &&
                      strcmp(last.detail, "because") == 0,
                  "%s came back changed", okta_reason_tag((okta_reason)i));
    }
}

rule(refusals_of_full_length_come_back_whole)
{
    okta_verdicts *table = world_table(8);
    okta_seen seen = seen_of(digest(1, 1), GENERATION);
    okta_result full, back;
    okta_claims *none;
    struct {
        char *text;
        size_t size;
    } texts[] = {{full.kid, sizeof(full.kid)},
                 {full.issuer, sizeof(full.issuer)},
                 {full.jti, sizeof(full.jti)},
                 {full.actors, sizeof(full.actors)},
                 {full.detail, sizeof(full.detail)}};

    okta_result_init(&full);
    full.reason = OKTA_SIGNATURE_INVALID;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        memset(texts[i].text, 'a' + (int)i, texts[i].size - 1);
        texts[i].text[texts[i].size - 1] = '\0';
    }
    okta_token_cache_refuse(table, &seen, NOW, &full);
    okta_result_init(&back);
    need(find(table, &seen, NOW, &none, &back) && !none, "found");
    check(strcmp(full.kid, back.kid) == 0 && strcmp(full.issuer, back.issuer) == 0 &&
              strcmp(full.jti, back.jti) == 0 && strcmp(full.actors, back.actors) == 0 &&
              strcmp(full.detail, back.detail) == 0,
          "changed");
}

static bool is_in_force(const okta_verdict_head *head, void *generation)
{
    return head->generation == *(const uint32_t *)generation;
}

rule(a_verdict_whose_keys_are_gone_is_not_found)
{
    okta_verdicts *table = world_table(64);
    okta_claims *claims = claims_until(NOW + 100), *found;
    okta_seen seen = seen_of(digest(1, 1), 0);
    uint32_t in_force = GENERATION + 1;
    const okta_verdicts_caller caller = {is_in_force, NULL, &in_force};

    accept(table, digest(1, 1), claims);
    check(!okta_token_cache_find(table, &seen, NOW, &caller, &found, &last), "found");
    check(find(table, &seen, NOW, &found, &last), "not found");
    done();
    okta_claims_free(claims);
}

rule(the_last_word_counts)
{
    okta_verdicts *table = world_table(64);
    okta_claims *claims = claims_until(NOW + 100), *newer = claims_until(NOW + 200), *found;
    okta_seen seen = seen_of(digest(1, 1), 0);

    accept(table, digest(1, 1), claims);
    accept(table, digest(1, 1), newer);
    need(find(table, &seen, NOW, &found, &last) && found, "found");
    check(okta_claims_times(found)->exp == NOW + 200, "the older claims");
    done();
    refuse(table, digest(1, 1), OKTA_SIGNATURE_INVALID);
    check(look(table, digest(1, 1), NOW) == REFUSAL, "refused");
    accept(table, digest(1, 1), claims);
    check(look(table, digest(1, 1), NOW) == CLAIMS, "accepted again");
    okta_claims_free(claims);
    okta_claims_free(newer);
}

rule(a_flood_pushes_out_what_is_not_used)
{
    okta_verdicts *table = world_table(64);
    okta_claims *claims = claims_until(NOW + 100);
    size_t held = 0;

    for (unsigned int i = 0; i < 1000; i++) {
        accept(table, digest(1, i), claims);
        check(look(table, digest(1, i), NOW) == CLAIMS, "%u just now", i);
    }
    for (unsigned int i = 0; i < 1000; i++)
        held += look(table, digest(1, i), NOW) == CLAIMS;
    check(held > 0 && held <= PLACES, "%zu of one page are held", held);
    okta_claims_free(claims);
}

rule(what_has_ended_goes_first)
{
    okta_verdicts *table = world_table(8);
    okta_claims *brief = claims_until(NOW - OKTA_SKEW_MAX + 1), *longer = claims_until(NOW + 1000);
    const okta_seen late = seen_of(digest(1, 101), GENERATION);
    unsigned int kept = 0;

    for (unsigned int i = 1; i < PLACES; i++)
        accept(table, digest(1, i), longer);
    accept(table, digest(1, 100), brief);
    okta_token_cache_accept(table, &late, NOW + 1, longer, NULL, 0);
    for (unsigned int i = 1; i < PLACES; i++)
        kept += look(table, digest(1, i), NOW) == CLAIMS;
    check(kept == PLACES - 1, "%u are left though another had ended", kept);
    check(look(table, digest(1, 101), NOW) == CLAIMS, "the late one");
    okta_claims_free(brief);
    okta_claims_free(longer);
}

rule(refusals_never_push_out_accepted_tokens)
{
    okta_verdicts *table = world_table(8);
    okta_claims *claims = claims_until(NOW + 100);

    for (unsigned int i = 0; i < PLACES; i++)
        accept(table, digest(1, i), claims);
    for (unsigned int i = 100; i < 1000; i++)
        refuse(table, digest(1, i), OKTA_SIGNATURE_INVALID);
    for (unsigned int i = 0; i < PLACES; i++)
        check(look(table, digest(1, i), NOW) == CLAIMS, "token %u", i);
    check(look(table, digest(1, 999), NOW) == REFUSAL, "the last refusal");
    okta_claims_free(claims);
}

rule(a_token_once_refused_and_now_accepted_is_as_safe)
{
    okta_verdicts *table = world_table(8);
    okta_claims *claims = claims_until(NOW + 100);

    refuse(table, digest(1, 1), OKTA_SIGNATURE_INVALID);
    accept(table, digest(1, 1), claims);
    for (unsigned int i = 100; i < 1000; i++)
        refuse(table, digest(1, i), OKTA_SIGNATURE_INVALID);
    check(look(table, digest(1, 1), NOW) == CLAIMS, "pushed out by refusals");
    okta_claims_free(claims);
}

#define THREADS 4
#define ROUNDS 5000

typedef struct worker {
    pthread_t thread;
    okta_verdicts *table;
    okta_claims *claims;
    unsigned int seed, wrong;
} worker;

/* Even numbers are only ever accepted, odd ones only ever refused; the generation is the number. */
static void *work(void *baton)
{
    worker *self = baton;

    for (unsigned int i = 0; i < ROUNDS; i++) {
        unsigned int number = (self->seed = self->seed * 1103515245u + 12345u) >> 16 & 63;
        unsigned char key[OKTA_DIGEST_BYTES] = {(unsigned char)(number & 3), 0, 0, 0, 0, 0, 0, 0,
                                                (unsigned char)number};
        okta_seen seen = seen_of(key, 0);
        okta_claims *claims;
        okta_result result;

        okta_result_init(&result);
        result.reason = OKTA_SIGNATURE_INVALID;
        if (find(self->table, &seen, NOW, &claims, &result)) {
            self->wrong += (claims == NULL) != (number % 2 == 1);
            self->wrong += seen.generation != number + 1;
        }
        seen.generation = number + 1;
        if (i % 4 == 0 && number % 2 == 0)
            okta_token_cache_accept(self->table, &seen, NOW, self->claims, NULL, 0);
        else if (i % 4 == 0)
            okta_token_cache_refuse(self->table, &seen, NOW, &result);
    }
    done();
    return NULL;
}

rule(threads_share_it)
{
    okta_verdicts *table = world_table(60);
    okta_claims *claims = claims_until(NOW + 100);
    worker workers[THREADS];

    for (unsigned int i = 0; i < THREADS; i++) {
        workers[i] = (worker){.table = table, .claims = claims, .seed = i + 1};
        need(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0, "thread %u", i);
    }
    for (unsigned int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        check(workers[i].wrong == 0, "thread %u: %u wrong answers", i, workers[i].wrong);
    }
    okta_claims_free(claims);
}

/* What an issuer said of a token is no verdict on its signature, nor the other way round; and it
 * ends when its caller says, whatever its exp. */
rule(kinds_are_apart_and_end_by_themselves)
{
    okta_verdicts *table = world_table(64);
    okta_claims *claims = claims_until(NOW + 100), *found;
    okta_seen said = seen_of(digest(1, 1), GENERATION), of_token = seen_of(digest(1, 1), 0);
    okta_seen refused = seen_of(digest(1, 2), GENERATION), look_up;
    okta_result why;

    said.kind = refused.kind = OKTA_VERDICT_ON_OPAQUE;
    said.until = refused.until = NOW + 10;
    check(okta_token_cache_accept(table, &said, NOW, claims, NULL, 0) == 1, "accepted");
    okta_result_init(&why);
    okta_result_set(&why, OKTA_TOKEN_INACTIVE, "because");
    check(okta_token_cache_refuse(table, &refused, NOW, &why) == 1, "refused");
    check(!find(table, &of_token, NOW, &found, &last), "of another kind");
    look_up = said;
    look_up.until = 0;
    check(find(table, &look_up, NOW, &found, &last) && found, "claims");
    check(look_up.until == NOW + 10, "its end comes with it");
    check(!find(table, &look_up, NOW + 10, &found, &last), "at its end");
    look_up = refused;
    check(find(table, &look_up, NOW + 9, &found, &last) && !found, "a refusal");
    check(last.reason == OKTA_TOKEN_INACTIVE, "%s", okta_reason_tag(last.reason));
    check(!find(table, &look_up, NOW + 10, &found, &last), "at its end");
    done();
    okta_claims_free(claims);
}
