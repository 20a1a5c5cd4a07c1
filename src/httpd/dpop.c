/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/dpop.h"

#include "core/binding.h"
#include "core/proof.h"
#include "httpd/config.h"
#include "httpd/credentials.h"
#include "httpd/dpop_memory.h"
#include "httpd/public_url.h"
#include "httpd/registry.h"
#include "httpd/request.h"
#include "httpd/shared_cache.h"
#include "httpd/shared_proofs.h"

#include <apr_strings.h>
#include <string.h>

#define KEYS_MAX 1024

static okta_proof_keys *keys;

static apr_status_t release(void *unused)
{
    (void)unused;
    okta_proof_keys_free(keys);
    keys = NULL;
    return APR_SUCCESS;
}

void okta_dpop_child_init(apr_pool_t *pchild)
{
    apr_int64_t tokens = okta_registry_get()->global.token_cache;

    keys = tokens > 0 ? okta_proof_keys_new(tokens < KEYS_MAX ? (size_t)tokens : KEYS_MAX) : NULL;
    apr_pool_cleanup_register(pchild, NULL, release, apr_pool_cleanup_null);
}

static int64_t seconds_now(void)
{
    return apr_time_sec(apr_time_now());
}

/* A restart may ask for more than the memory was made for, which stays what it is. */
static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static okta_proof_terms terms_of(request_rec *r, const okta_policy *policy, okta_replay *replay)
{
    const okta_dir_config *config = okta_dir_config_of(r);

    return (okta_proof_terms){
        .algorithms = okta_dir_dpop_algorithms(config),
        .window = least(okta_dir_dpop_window(config), okta_replay_window(replay)),
        .skew = least(policy->skew, okta_replay_skew(replay)),
        .since = okta_replay_since(replay, seconds_now()),
        .method = okta_client_method(r),
        .url = okta_public_target(r),
        .nonces = okta_dir_dpop_nonce(config) ? okta_dpop_memory_nonces() : NULL,
    };
}

/* A request asks several times: for subrequests, and after redirections. It is one all the same. */
static bool took_before(const okta_request *first, const okta_proof *proof)
{
    return first->took && memcmp(first->took, proof->id, sizeof(proof->id)) == 0;
}

/* On this host; what comes to several processes at once comes here first. */
static okta_reason take_here(const okta_proof *proof, okta_result *result)
{
    switch (okta_replay_take(okta_dpop_memory_replay(), proof->id, proof->issued_at, seconds_now)) {
    case OKTA_REPLAY_FIRST:
        return OKTA_OK;
    case OKTA_REPLAY_FULL:
        return okta_result_set(result, OKTA_REPLAY_MEMORY_FULL,
                               "%u DPoP proofs are remembered, and there is no room for more: "
                               "raise OktaReplayEntries, then stop and start httpd",
                               okta_replay_entries(okta_dpop_memory_replay()));
    case OKTA_REPLAY_LATE:
        return okta_result_set(result, OKTA_PROOF_EXPIRED,
                               "the proof got too old while it was checked");
    case OKTA_REPLAY_SEEN:
    default:
        return okta_result_set(result, OKTA_PROOF_REPLAYED,
                               "a proof with this jti, by the same key, came before");
    }
}

/* On all others. */
static okta_reason take_elsewhere(request_rec *r, const okta_proof *proof, okta_result *result)
{
    int64_t wait;
    okta_reason reason;

    if (!okta_shared_cache_is_wanted())
        return OKTA_OK;
    reason = okta_shared_proof_take(proof, okta_dpop_memory_replay(), result, &wait);
    if (reason != OKTA_OK)
        okta_request_state(r, true)->retry_after = wait;
    return reason;
}

static okta_reason take(request_rec *r, const okta_proof *proof, okta_result *result)
{
    okta_request *first = okta_request_state((request_rec *)okta_client_request(r), true);
    okta_reason reason;

    if (took_before(first, proof))
        return OKTA_OK;
    reason = take_here(proof, result);
    if (reason == OKTA_OK)
        reason = take_elsewhere(r, proof, result);
    if (reason == OKTA_OK)
        first->took = apr_pmemdup(okta_client_request(r)->pool, proof->id, sizeof(proof->id));
    return reason;
}

okta_reason okta_dpop_check(request_rec *r, const okta_policy *policy, const okta_claims *claims,
                            const char *token, size_t length, okta_result *result)
{
    const okta_brought *brought = okta_request_state(r, true)->brought;
    const char *field = brought ? brought->proof : NULL;
    okta_replay *replay = okta_dpop_memory_replay();
    unsigned char digest[OKTA_DIGEST_BYTES];
    okta_proof_terms terms;
    okta_proof proof;
    okta_reason reason;

    if (!replay)
        return okta_result_set(
            result, OKTA_REPLAY_MEMORY_FULL,
            "there is no shared memory for DPoP proofs; see the error log of the "
            "last restart");
    terms = terms_of(r, policy, replay);
    terms.token_digest = digest;
    terms.thumbprint = okta_claims_thumbprint(claims);
    if (!okta_digest(token, length, digest))
        return okta_result_set(result, OKTA_OUT_OF_MEMORY, "out of memory");
    reason = okta_proof_check(&terms, keys, field, field ? strlen(field) : 0, seconds_now(), &proof,
                              result);
    if (reason == OKTA_OK)
        reason = take(r, &proof, result);
    if (reason == OKTA_OK && terms.nonces && !proof.nonce_is_newest)
        okta_dpop_hand_out_nonce(r);
    return reason;
}

static const char *names_of(apr_pool_t *pool, okta_algorithm_set set)
{
    apr_array_header_t *names = apr_array_make(pool, OKTA_ALGORITHM_COUNT, sizeof(const char *));

    for (int id = 0; id < OKTA_ALGORITHM_COUNT; id++)
        if (set & OKTA_ALGORITHM_BIT(id))
            APR_ARRAY_PUSH(names, const char *) = okta_algorithm_by_id((okta_algorithm_id)id)->name;
    return apr_array_pstrcat(pool, names, ' ');
}

const char *okta_dpop_algorithms(request_rec *r, okta_reason reason)
{
    const okta_dir_config *config = okta_dir_config_of(r);
    const okta_request *state = okta_request_state(r, false);
    const apr_int64_t dpop = okta_dir_dpop(config);

    if (dpop == OKTA_DPOP_OFF ||
        (dpop != OKTA_DPOP_REQUIRED && !(state && state->by_proof) && reason != OKTA_TOKEN_BOUND))
        return NULL;
    return names_of(r->pool, okta_dir_dpop_algorithms(config));
}

void okta_dpop_hand_out_nonce(request_rec *r)
{
    const okta_nonces *nonces = okta_dpop_memory_nonces();
    char nonce[OKTA_NONCE_LENGTH + 1];

    if (!okta_dir_dpop_nonce(okta_dir_config_of(r)) || !nonces ||
        !okta_nonce_write(nonces, seconds_now(), nonce))
        return;
    /* httpd adds the fields of a subrequest that becomes the answer to those of the request */
    while (r->main)
        r = r->main;
    apr_table_set(r->err_headers_out, OKTA_NONCE_HEADER, nonce);
    /* RFC 9449 section 8.2: nobody is to get another one's nonce from a cache */
    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
}
