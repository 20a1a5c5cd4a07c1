/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/tokens.h"

#include "core/bearer.h"
#include "httpd/counters.h"
#include "httpd/decryption.h"
#include "httpd/decryption_keys.h"
#include "httpd/issuer_counters.h"
#include "httpd/keystore.h"
#include "httpd/keywait.h"
#include "httpd/verdict_memory.h"

#include <time.h>

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
    /* no key that it publishes fits its access tokens */
    if (l->issuer->is_org)
        return OKTA_TOKEN_FROM_ORG_SERVER;
    return okta_keystore_get(l->issuer, l->newest, keys, &l->generation);
}

static uint64_t nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static okta_reason verify_once(const okta_policy *policy, const char *token, size_t length,
                               lookup *l, okta_claims **claims, okta_result *result)
{
    const okta_keyring keyring = {find_keys, l};
    const uint64_t begin = nanoseconds();
    okta_reason reason = okta_verify(policy, &keyring, token, length, l->trace, claims, result);

    if (reason != OKTA_KEYS_UNAVAILABLE)
        okta_count_verification(nanoseconds() - begin);
    return reason;
}

/* Verify, and once more when newer keys came for it. */
static okta_reason verify(const okta_policy *policy, const char *token, size_t length, lookup *l,
                          okta_claims **claims, okta_result *result)
{
    okta_reason reason = verify_once(policy, token, length, l, claims, result);
    uint32_t generation;

    l->newest = true;
    if (reason == OKTA_KEYS_UNAVAILABLE && l->issuer && okta_keywait_any(l->issuer, l->generation))
        return verify_once(policy, token, length, l, claims, result);
    if (reason != OKTA_KID_UNKNOWN)
        return reason;
    okta_issuer_count(l->issuer, OKTA_ISSUER_KID_MISSES);
    generation = l->generation;
    if (!okta_keywait_kid(l->issuer, generation, result->kid))
        return reason;
    reason = verify_once(policy, token, length, l, claims, result);
    /* other keys that were on their way already may be older than this one as well */
    if (reason == OKTA_KID_UNKNOWN && l->generation != generation &&
        okta_keywait_kid(l->issuer, l->generation, result->kid))
        reason = verify_once(policy, token, length, l, claims, result);
    if (reason == OKTA_KID_UNKNOWN)
        okta_keywait_refuse_kid(l->issuer, result->kid);
    return reason;
}

/* The token within is verified by itself, like any; then the key has to be one of its issuer. */
static okta_reason verify_opened(const okta_policy *policy, const okta_opened *opened, lookup *l,
                                 okta_claims **claims, okta_result *result)
{
    okta_reason reason = verify(policy, opened->token, opened->length, l, claims, result);

    if (reason != OKTA_OK || okta_decryption_key_is_of(opened->key, l->issuer))
        return reason;
    okta_claims_identify(*claims, result);
    okta_claims_free(*claims);
    *claims = NULL;
    okta_result_set(result, OKTA_TOKEN_UNDECRYPTABLE,
                    "the key that opens it is not one of its issuer (OktaDecryptionKey)");
    return okta_trace_report(l->trace, OKTA_CHECK_DECRYPTION, OKTA_TOKEN_UNDECRYPTABLE, result);
}

static okta_reason verify_encrypted(const okta_policy *policy, const char *token, size_t length,
                                    lookup *l, okta_claims **claims, okta_result *result)
{
    okta_opened opened;
    okta_reason reason = okta_decryption_open(token, length, l->trace, &opened, result);

    *claims = NULL;
    if (reason != OKTA_OK)
        return reason;
    reason = verify_opened(policy, &opened, l, claims, result);
    okta_decryption_note(reason == OKTA_OK);
    okta_opened_clear(&opened);
    return reason;
}

/* Remembered by the keys as well: with other keys it may turn out otherwise. */
static void mix_keys_in(unsigned char digest[OKTA_DIGEST_BYTES])
{
    const unsigned char *keys = okta_decryption_set_get()->digest;

    for (int i = 0; i < OKTA_DIGEST_BYTES; i++)
        digest[i] ^= keys[i];
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

/* kept: as okta_verdicts_put gives it. */
static void count_evictions(unsigned int kept, bool good)
{
    if (kept > 1)
        okta_count_some(good ? OKTA_COUNT_TOKEN_EVICTIONS : OKTA_COUNT_REFUSAL_EVICTIONS, kept - 1);
}

static void remember(okta_verdicts *table, apr_time_t now, const lookup *l, okta_seen *seen,
                     const okta_claims *claims, const okta_result *result)
{
    seen->source = l->issuer ? (uint16_t)l->issuer->index : 0;
    seen->generation = l->issuer ? l->generation : 0;
    count_evictions(claims
                        ? okta_token_cache_accept(table, seen, apr_time_sec(now), claims, NULL, 0)
                        : okta_token_cache_refuse(table, seen, apr_time_sec(now), result),
                    claims != NULL);
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
    bool encrypted = length <= policy->max_token_bytes && okta_jwe_is(token, length);
    bool cached = table && okta_registry_get()->global.token_cache > 0 &&
                  length <= policy->max_token_bytes && okta_digest(token, length, seen->digest);

    *issuer = NULL;
    if (encrypted && cached)
        mix_keys_in(seen->digest);
    seen->digested = cached;
    if (cached &&
        okta_token_cache_find(table, seen, apr_time_sec(by.now), &caller, claims, result)) {
        okta_count(*claims ? OKTA_COUNT_TOKEN_HITS : OKTA_COUNT_REFUSAL_HITS);
        return *claims ? OKTA_OK : result->reason;
    }
    if (cached)
        okta_count(OKTA_COUNT_MISSES);
    reason = (encrypted ? verify_encrypted : verify)(policy, token, length, &l, claims, result);
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
    count_evictions(okta_token_cache_accept(okta_verdict_memory(), seen,
                                            apr_time_sec(apr_time_now()), claims, note, size),
                    true);
    seen->noted = true;
}
