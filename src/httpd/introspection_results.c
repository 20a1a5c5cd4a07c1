/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/introspection_results.h"

#include "httpd/verdict_memory.h"

#include <stdlib.h>
#include <string.h>

#define REFUSAL_MAX apr_time_from_sec(5)
#define FAILURE_MAX apr_time_from_sec(1) /* for who waited for the same answer */
#define UNIT apr_time_from_msec(100)     /* in which an entry says how long it counts */
#define TRIES 10
#define TRY_INTERVAL 200 /* microseconds */
#define TOGETHER 1000    /* milliseconds */

/* An entry's head: generation is when the issuer was asked, in milliseconds that wrap; source is
 * for how long the answer counts. */
static uint32_t milliseconds(apr_time_t time)
{
    return (uint32_t)(time / 1000);
}

okta_question okta_question_of(const okta_issuer *issuer, okta_verdict_kind kind,
                               const unsigned char token_digest[OKTA_DIGEST_BYTES])
{
    okta_question question = {.issuer = issuer, .kind = kind};

    for (size_t i = 0; i < OKTA_DIGEST_BYTES; i++)
        question.digest[i] = token_digest[i] ^ issuer->asking.salt[i];
    return question;
}

typedef struct asker {
    apr_pool_t *pool;
    apr_time_t now, since;
    apr_interval_time_t cache;
} asker;

static bool still_counts(const okta_verdict_head *head, void *baton)
{
    const asker *by = baton;
    apr_interval_time_t limit = (apr_interval_time_t)head->source * UNIT;
    int32_t age = (int32_t)(milliseconds(by->now) - head->generation);

    if (by->since && (int32_t)(head->generation - milliseconds(by->since)) >= 0)
        return true;
    /* OktaIntrospectionCache may be shorter by now */
    if (limit > by->cache)
        limit = by->cache;
    /* asked by another request while this one came here, or before the clock was set back */
    if (age < 0 && age >= -TOGETHER)
        age = 0;
    return age >= 0 && (apr_interval_time_t)age * 1000 < limit;
}

static void *allocate(size_t size, void *baton)
{
    const asker *by = baton;

    return apr_palloc(by->pool, size);
}

/* What is remembered of a token whose own claims count. */
typedef struct state {
    okta_reason reason;
    int64_t end;
} state;

static bool find_state(okta_verdicts *table, const okta_question *question, int64_t now,
                       const okta_verdicts_caller *caller, okta_told *told, okta_result *result)
{
    okta_verdict_head head;
    const state *found =
        okta_verdicts_find(table, question->kind, question->digest, now, caller, &head);

    if (!found)
        return false;
    told->reason = found->reason;
    told->end = found->end;
    if (told->reason != OKTA_OK)
        okta_result_set(result, told->reason, "%s", okta_reason_description(told->reason));
    return true;
}

bool okta_result_find(apr_pool_t *pool, const okta_question *question, apr_time_t now,
                      apr_time_t since, okta_told *told, okta_seen *seen, okta_result *result)
{
    okta_verdicts *table = okta_verdict_memory();
    asker by = {pool, now, since, question->issuer->settings.introspection_cache};
    const okta_verdicts_caller caller = {still_counts, allocate, &by};
    okta_seen of_it = {.noted = false};

    *told = (okta_told){.reason = OKTA_UNSET, .end = OKTA_NO_END};
    if (!table)
        return false;
    if (question->kind == OKTA_VERDICT_ON_STATE)
        return find_state(table, question, apr_time_sec(now), &caller, told, result);
    of_it.kind = question->kind;
    memcpy(of_it.digest, question->digest, sizeof(of_it.digest));
    if (!okta_token_cache_find(table, &of_it, apr_time_sec(now), &caller, &told->claims, result))
        return false;
    *seen = of_it;
    told->reason = told->claims ? OKTA_OK : result->reason;
    return true;
}

static apr_interval_time_t least(apr_interval_time_t a, apr_interval_time_t b)
{
    return a < b ? a : b;
}

apr_interval_time_t okta_result_time(const okta_question *question, apr_time_t asked_at,
                                     const okta_told *told)
{
    apr_interval_time_t time = question->issuer->settings.introspection_cache;

    if (told->is_brief)
        return 0;
    if (told->reason == OKTA_INTROSPECTION_UNAVAILABLE)
        return least(time, FAILURE_MAX);
    if (told->reason != OKTA_OK)
        return least(time, REFUSAL_MAX);
    if (told->end <= apr_time_sec(asked_at))
        return 0;
    return told->end <= apr_time_sec(asked_at + time)
               ? least(time, apr_time_from_sec(told->end) - asked_at)
               : time;
}

/* 0: somebody writes in the same place just now. */
static unsigned int put_once(okta_verdicts *table, const okta_verdict_head *head,
                             const okta_seen *seen, int64_t now, const okta_told *told,
                             const okta_result *result)
{
    state made;

    memset(&made, 0, sizeof(made));
    made.reason = told->reason;
    made.end = told->end;
    if (head->kind == OKTA_VERDICT_ON_STATE)
        return okta_verdicts_put(table, seen->digest, now, head, &made, sizeof(made));
    if (told->claims)
        return okta_token_cache_accept(table, seen, now, told->claims, NULL, 0);
    return okta_token_cache_refuse(table, seen, now, result);
}

bool okta_result_fits(const okta_claims *claims)
{
    size_t size;
    void *packed = okta_claims_pack(claims, NULL, 0, okta_verdicts_longest(true), &size);

    free(packed);
    return packed != NULL;
}

void okta_result_put(const okta_question *question, apr_time_t asked_at, const okta_told *told,
                     const okta_result *result)
{
    okta_verdicts *table = okta_verdict_memory();
    apr_interval_time_t time = okta_result_time(question, asked_at, told);
    int64_t now = apr_time_sec(apr_time_now()), until = apr_time_sec(asked_at + time) + 1;
    okta_seen seen = {.generation = milliseconds(asked_at),
                      .source = (uint16_t)(time / UNIT),
                      .kind = question->kind};
    okta_verdict_head head = {.kind = question->kind,
                              .earned = told->reason == OKTA_OK,
                              .source = seen.source,
                              .generation = seen.generation};

    if (!table || told->reason == OKTA_OUT_OF_MEMORY)
        return;
    /* who waits for an answer that does not count later gets it all the same, also where the second
     * is about to end; still_counts keeps it from all others */
    head.until = seen.until = until < now + 2 ? now + 2 : until;
    memcpy(seen.digest, question->digest, sizeof(seen.digest));
    /* others wait for it, and would ask again: some patience is cheaper */
    for (int i = 0; i < TRIES && !put_once(table, &head, &seen, now, told, result); i++)
        apr_sleep(TRY_INTERVAL);
}
