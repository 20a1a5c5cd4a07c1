#include "httpd/tokens.h"

#include "core/bearer.h"
#include "core/token_cache.h"
#include "httpd/keystore.h"
#include "httpd/keywait.h"

static okta_token_cache *cache;

static apr_status_t release(void *unused)
{
    (void)unused;
    okta_token_cache_free(cache);
    cache = NULL;
    return APR_SUCCESS;
}

void okta_tokens_child_init(apr_pool_t *pchild)
{
    apr_int64_t entries = okta_registry_get()->global.token_cache;

    cache = entries > 0 ? okta_token_cache_new((size_t)entries) : NULL;
    apr_pool_cleanup_register(pchild, NULL, release, apr_pool_cleanup_null);
}

/* The issuer that okta_verify asked keys of, and of which generation they were. */
typedef struct lookup {
    const okta_issuer *issuer;
    uint32_t generation;
    bool newest; /* no older set will do */
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
    okta_reason reason = okta_verify(policy, &keyring, token, length, NULL, claims, result);

    l->newest = true;
    if (reason == OKTA_KEYS_UNAVAILABLE && l->issuer && okta_keywait_any(l->issuer, l->generation))
        return okta_verify(policy, &keyring, token, length, NULL, claims, result);
    if (reason == OKTA_KID_UNKNOWN && okta_keywait_kid(l->issuer, l->generation, result->kid)) {
        reason = okta_verify(policy, &keyring, token, length, NULL, claims, result);
        if (reason == OKTA_KID_UNKNOWN)
            okta_keywait_refuse_kid(l->issuer, result->kid);
    }
    return reason;
}

/* A verdict ends with the key set that it was reached by. */
static bool still_holds(const okta_verdict *verdict, apr_time_t now)
{
    const okta_record *shared;

    if (!verdict->source)
        return true;
    shared = okta_shared_of(verdict->source);
    return okta_slot_generation(shared->keys) == verdict->generation &&
           okta_schedule_is_usable(shared->schedule, now);
}

static bool recall(const unsigned char *digest, apr_time_t now, okta_verdict *verdict,
                   okta_result *result)
{
    if (!okta_token_cache_find(cache, digest, apr_time_sec(now), verdict, result))
        return false;
    if (still_holds(verdict, now))
        return true;
    okta_claims_unref(verdict->claims);
    okta_token_cache_drop(cache, digest);
    okta_result_init(result);
    return false;
}

static void remember(const unsigned char *digest, apr_time_t now, const lookup *l,
                     okta_claims *claims, const okta_result *result)
{
    const okta_verdict verdict = {claims, l->issuer, l->generation};

    if (claims)
        okta_token_cache_accept(cache, digest, apr_time_sec(now), &verdict);
    else
        okta_token_cache_refuse(cache, digest, apr_time_sec(now), &verdict, result);
}

okta_reason okta_tokens_verify(const okta_policy *policy, const char *token, size_t length,
                               okta_claims **claims, const okta_issuer **issuer,
                               okta_result *result)
{
    unsigned char digest[OKTA_DIGEST_BYTES];
    apr_time_t now = apr_time_now();
    lookup l = {NULL, 0, false};
    okta_verdict verdict;
    okta_reason reason;
    bool cached = cache && length <= policy->max_token_bytes && okta_digest(token, length, digest);

    *issuer = NULL;
    if (cached && recall(digest, now, &verdict, result)) {
        *claims = verdict.claims;
        return verdict.claims ? OKTA_OK : result->reason;
    }
    if (!okta_bearer_is_token68(token))
        return okta_result_set(result, OKTA_REQUEST_MALFORMED, "%s",
                               okta_reason_description(OKTA_REQUEST_MALFORMED));
    reason = verify(policy, token, length, &l, claims, result);
    if (cached)
        remember(digest, now, &l, *claims, result);
    *issuer = l.issuer;
    return reason;
}
