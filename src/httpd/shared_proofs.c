/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/shared_proofs.h"

#include "core/monotonic.h"
#include "httpd/kept_memory.h"
#include "httpd/shared_cache.h"
#include "httpd/shared_calls.h"

#include <openssl/crypto.h>
#include <stdatomic.h>
#include <string.h>

static okta_sealer sealer;
static bool can_seal;
/* Of all processes: somebody has seen to the beginning. */
static _Atomic uint32_t own_begun;
static _Atomic uint32_t *begun = &own_begun;

static apr_status_t forget(void *unused)
{
    (void)unused;
    OPENSSL_cleanse(&sealer, sizeof(sealer));
    can_seal = false;
    begun = &own_begun;
    return APR_SUCCESS;
}

int okta_shared_proofs_prepare(apr_pool_t *pconf, server_rec *server)
{
    const int outcome = okta_shared_cache_sealer(
        server, "DPoP proofs", "requests with a DPoP proof get 503", &sealer, &can_seal);
    apr_status_t status;
    _Atomic uint32_t *made;

    if (!can_seal)
        return outcome;
    made = okta_share(pconf, sizeof(*made), &status);
    if (made)
        begun = made;
    apr_pool_pre_cleanup_register(pconf, NULL, forget);
    return outcome;
}

static int64_t seconds_now(void)
{
    return apr_time_sec(apr_time_now());
}

static okta_store_answer put(void *pool, const unsigned char *name, int64_t end,
                             const unsigned char *bytes, size_t length)
{
    return okta_shared_cache_put(name, end, bytes, length, pool) == APR_SUCCESS ? OKTA_STORE_DONE
                                                                                : OKTA_STORE_FAILED;
}

static okta_store_answer get(void *pool, const unsigned char *name, unsigned char *bytes,
                             size_t *length)
{
    const apr_status_t status = okta_shared_cache_get(name, bytes, length, pool);

    if (status == APR_SUCCESS)
        return OKTA_STORE_DONE;
    *length = 0;
    if (APR_STATUS_IS_ENOMEM(status))
        return OKTA_STORE_DONE; /* by providers' word: it is longer than the room */
    return APR_STATUS_IS_NOTFOUND(status) ? OKTA_STORE_ABSENT : OKTA_STORE_FAILED;
}

static okta_store store_in(apr_pool_t *pool)
{
    return (okta_store){put, get, seconds_now, okta_monotonic, pool};
}

/* Seconds, of hosts that are well kept; and one more for the second that has begun. */
#define CLOCKS_APART 5

/* A proof on its way through the store. */
typedef struct matter {
    unsigned char id[OKTA_DIGEST_BYTES];
    int64_t issued_at, window, skew, wait, age;
    okta_first_come come;
} matter;

static bool take(void *data, apr_pool_t *pool)
{
    const okta_store store = store_in(pool);
    matter *m = data;
    const okta_arrival arrival = {m->id, m->issued_at, m->window, m->skew};

    m->come = okta_first_come_take(&store, &sealer, &arrival, &m->wait, &m->age);
    return m->come != OKTA_FIRST_COME_SILENT;
}

static bool begin(void *data, apr_pool_t *pool)
{
    const okta_store store = store_in(pool);
    const matter *m = data;

    return okta_first_come_begin(&store, &sealer, m->window, m->skew) != OKTA_FIRST_COME_SILENT;
}

void okta_shared_proofs_child_init(const okta_replay *replay)
{
    matter m = {.wait = 1};

    if (!can_seal || !replay || atomic_exchange(begun, 1) != 0)
        return;
    m.window = okta_replay_window(replay);
    m.skew = okta_replay_skew(replay);
    okta_shared_call_begin(OKTA_SHARED_PROOFS, begin, &m, sizeof(m));
}

static okta_reason reason_of(const matter *m, okta_result *result)
{
    switch (m->come) {
    case OKTA_FIRST_COME:
        return OKTA_OK;
    case OKTA_FIRST_COME_NOT:
        return okta_result_set(result, OKTA_PROOF_REPLAYED,
                               "a proof with this jti, by the same key, came to another host "
                               "before");
    case OKTA_FIRST_COME_LATE:
        return okta_result_set(result, OKTA_PROOF_EXPIRED,
                               "the proof got too old while it was checked");
    case OKTA_FIRST_COME_YOUNG:
        if (m->age < -CLOCKS_APART)
            return okta_result_set(result, OKTA_SHARED_CACHE_UNAVAILABLE,
                                   "the store of OktaSharedCache has begun %ld s ahead of this "
                                   "host's clock: set the clocks of all hosts, then empty it",
                                   (long)-m->age);
        return okta_result_set(result, OKTA_SHARED_CACHE_UNAVAILABLE,
                               "the store of OktaSharedCache was started, has lost its entries, "
                               "or got a host with a longer OktaDPoPWindow or OktaClockSkew, "
                               "%ld s ago: the proof may have been used before",
                               (long)(m->age < 0 ? 0 : m->age));
    case OKTA_FIRST_COME_STRANGER:
        return okta_result_set(result, OKTA_SHARED_CACHE_UNAVAILABLE,
                               "what is in the store of OktaSharedCache was sealed by another "
                               "key, or changed by others: give all hosts the same "
                               "OktaSharedCacheKey, and empty the store when it has changed");
    case OKTA_FIRST_COME_NO_MEMORY:
        return okta_result_set(result, OKTA_OUT_OF_MEMORY, "out of memory");
    case OKTA_FIRST_COME_SILENT:
    default:
        return okta_result_set(result, OKTA_SHARED_CACHE_UNAVAILABLE,
                               "the store of OktaSharedCache did not do what was asked");
    }
}

okta_reason okta_shared_proof_take(const okta_proof *proof, const okta_replay *replay,
                                   okta_result *result, int64_t *wait)
{
    matter m = {.issued_at = proof->issued_at,
                .window = okta_replay_window(replay),
                .skew = okta_replay_skew(replay),
                .wait = 1};
    okta_shared_call call = OKTA_CALL_LEFT;

    memcpy(m.id, proof->id, sizeof(m.id));
    if (can_seal)
        call = okta_shared_call_run(OKTA_SHARED_PROOFS, take, &m, sizeof(m));
    if (call != OKTA_CALL_DONE)
        m.come = OKTA_FIRST_COME_SILENT;
    *wait = m.come == OKTA_FIRST_COME_YOUNG ? m.wait : 1;
    if (call == OKTA_CALL_LEFT)
        return okta_result_set(result, OKTA_SHARED_CACHE_UNAVAILABLE,
                               "the store of OktaSharedCache does not answer, or slowly; it was "
                               "not asked");
    return reason_of(&m, result);
}
