/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/tokens.h"

#include "core/bearer.h"
#include "httpd/keystore.h"
#include "httpd/keywait.h"
#include "httpd/verdict_memory.h"

/* The issuer that okta_verify asked keys of, and of which generation they were. */
typedef struct lookup {
    const okta_issuer *issuer;
    uint32_t generation;
    bool newest; /* no older set will do */
    const okta_trace *trace;
} lookup;

static okta_reason find_keys(void *baton, const char *url, okta_keyset **keys)
{
    lookup *l = baton;

    l->issuer = okta_registry_find(url);
    if (!l->issuer)
        return OKTA_KEYS_UNAVAILABLE;
    return okta_keystore_get(l->issuer, l->newest, keys, &l->generation);
}

/* Verify, and once more when newer keys came for it. */
static okta_reason verify(const okta_policy *policy, const char *token, size_t length, lookup *l,
                          okta_claims **claims, okta_result *result)
{
    const okta_keyring keyring = {find_keys, l};
    okta_reason reason = okta_verify(policy, &keyring, token, length, l->trace, claims, result);
    uint32_t generation;

    l->newest = true;
    if (reason == OKTA_KEYS_UNAVAILABLE && l->issuer && okta_keywait_any(l->issuer, l->generation))
        return okta_verify(policy, &keyring, token, length, l->trace, claims, result);
    generation = l->generation;
    if (reason != OKTA_KID_UNKNOWN || !okta_keywait_kid(l->issuer, generation, result->kid))
        return reason;
    reason = okta_verify(policy, &keyring, token, length, l->trace, claims, result);
    /* other keys that were on their way already may be older than this one as well */
    if (reason == OKTA_KID_UNKNOWN && l->generation != generation &&
        okta_keywait_kid(l->issuer, l->generation, result->kid))
        reason = okta_verify(policy, &keyring, token, length, l->trace, claims, result);
    if (reason == OKTA_KID_UNKNOWN)
        okta_keywait_refuse_kid(l->issuer, result->kid);
    return reason;
}

/* Who asks for a verdict that is remembered, and when. */
typedef struct asking {
    apr_pool_t *pool;
    apr_time_t now;
} asking;

/* A verdict ends with the key set that it was reached by. */
static bool still_holds(const okta_verdict_head *head, void *baton)
{
    const asking *by = baton;
    const okta_record *record;

    if (head->generation == 0)
        return true;
    record = okta_shared_with_keys(head->source, head->generation);
    return record && okta_schedule_is_usable(record->schedule, by->now);
}

static void *allocate(size_t size, void *baton)
{
    const asking *by = baton;

    return apr_palloc(by->pool, size);
}

static void remember(okta_verdicts *table, apr_time_t now, const lookup *l, okta_seen *seen,
                     const okta_claims *claims, const okta_result *result)
{
    seen->source = l->issuer ? (uint16_t)l->issuer->index : 0;
    seen->generation = l->issuer ? l->generation : 0;
    if (claims)
        okta_token_cache_accept(table, seen, apr_time_sec(now), claims, NULL, 0);
    else
        okta_token_cache_refuse(table, seen, apr_time_sec(now), result);
}

okta_reason okta_tokens_verify(apr_pool_t *pool, const okta_policy *policy, const char *token,
                               size_t length, okta_claims **claims, const okta_issuer **issuer,
                               okta_seen *seen, const okta_trace *trace, okta_result *result)
{
    okta_verdicts *table = okta_verdict_memory();
    asking by = {pool, apr_time_now()};
    const okta_verdicts_caller caller = {still_holds, allocate, &by};
    lookup l = {.trace = trace};
    okta_reason reason;
    bool cached = table && okta_registry_get()->global.token_cache > 0 &&
                  length <= policy->max_token_bytes && okta_digest(token, length, seen->digest);

    *issuer = NULL;
    if (cached && okta_token_cache_find(table, seen, apr_time_sec(by.now), &caller, claims, result))
        return *claims ? OKTA_OK : result->reason;
    reason = verify(policy, token, length, &l, claims, result);
    /* a token that was verified has no other characters */
    if (reason != OKTA_OK && !okta_bearer_is_token68(token)) {
        okta_result_init(result);
        return okta_result_set(result, OKTA_REQUEST_MALFORMED, "%s",
                               okta_reason_description(OKTA_REQUEST_MALFORMED));
    }
    if (cached)
        remember(table, by.now, &l, seen, *claims, result);
    *issuer = l.issuer;
    return reason;
}

void okta_tokens_annotate(okta_seen *seen, const okta_claims *claims, const void *note, size_t size)
{
    okta_token_cache_accept(okta_verdict_memory(), seen, apr_time_sec(apr_time_now()), claims, note,
                            size);
    seen->noted = true;
}
