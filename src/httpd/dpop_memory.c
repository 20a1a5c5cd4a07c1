/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/dpop_memory.h"

#include "core/record.h"
#include "httpd/kept_memory.h"
#include "httpd/log.h"
#include "httpd/registry.h"
#include "httpd/restart.h"
#include "httpd/shared_cache.h"

#include <apr_strings.h>
#include <openssl/crypto.h>
#include <string.h>

#define RETAINED_KEY "mod_auth_okta.dpop"

/* The parent's word for it, which children inherit: nonces, and the replay memory behind them. */
static okta_nonces *current;

/* Of OktaSharedCacheKey: nothing needs to be stored for the nonces of one host to be good on
 * another. */
static okta_nonces of_hosts;
static bool has_of_hosts;

okta_replay *okta_dpop_memory_replay(void)
{
    return current ? (okta_replay *)(current + 1) : NULL;
}

const okta_nonces *okta_dpop_memory_nonces(void)
{
    return has_of_hosts ? &of_hosts : current;
}

static void name_layout(char *layout)
{
    memset(layout, 0, OKTA_LAYOUT_BYTES);
    apr_snprintf(layout, OKTA_LAYOUT_BYTES,
                 "mod_auth_okta dpop " APR_STRINGIFY(OKTA_SHARED_LAYOUT) " %lu %lu",
                 (unsigned long)okta_replay_size(1), (unsigned long)sizeof(okta_nonces));
}

static int64_t longest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* A proof may come to one place, and its copy to another: the longest times of all count. Those of
 * places that are protected, and what any other section says. */
static void longest_times(int64_t *window, int64_t *skew)
{
    const okta_registry *registry = okta_registry_get();

    *window = registry->proof_window;
    *skew = registry->proof_skew;
    for (int i = 0; i < registry->sections->nelts; i++) {
        const okta_dir_config *said = APR_ARRAY_IDX(registry->sections, i, okta_section).config;

        *window = longest(*window, said->dpop_window);
        *skew = longest(*skew, said->skew);
    }
    if (*window == 0) {
        *window = OKTA_PROOF_WINDOW_DEFAULT;
        *skew = longest(*skew, OKTA_SKEW_DEFAULT);
    }
}

/* What is made is kept; NULL, with the status, where there is no memory. */
static okta_nonces *memory_new(apr_pool_t *process_pool, const char *layout, uint32_t entries,
                               apr_status_t *status)
{
    const apr_size_t size = sizeof(okta_nonces) + okta_replay_size(entries);
    okta_kept *made = okta_kept_make(process_pool, layout, size, status);
    int64_t window, skew;
    okta_nonces *nonces;

    if (!made)
        return NULL;
    nonces = made->memory;
    longest_times(&window, &skew);
    okta_replay_init(nonces + 1, entries, window, skew, apr_time_sec(apr_time_now()));
    if (!okta_nonces_init(nonces)) {
        *status = APR_EGENERAL;
        apr_pool_destroy(made->pool);
        return NULL;
    }
    okta_kept_remember(process_pool, RETAINED_KEY, made);
    return nonces;
}

/* A larger one would begin without what the old one knows. */
static void say_what_waits(const okta_replay *replay, uint32_t entries, server_rec *server)
{
    int64_t window, skew;

    longest_times(&window, &skew);
    if (okta_replay_entries(replay) != entries)
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server,
                     OKTA_TAG_CONFIG
                     "OktaReplayEntries \"%u\": the memory of DPoP proofs keeps its "
                     "%u entries until httpd is stopped and started",
                     entries, okta_replay_entries(replay));
    if (okta_replay_window(replay) < window || okta_replay_skew(replay) < skew)
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server,
                     OKTA_TAG_CONFIG
                     "OktaDPoPWindow and OktaClockSkew: DPoP proofs are taken up to "
                     "%" APR_INT64_T_FMT " s old and %" APR_INT64_T_FMT
                     " s ahead, as before, until httpd is stopped and started",
                     okta_replay_window(replay), okta_replay_skew(replay));
}

static apr_status_t forget(void *unused)
{
    (void)unused;
    current = NULL;
    has_of_hosts = false;
    OPENSSL_cleanse(&of_hosts, sizeof(of_hosts));
    return APR_SUCCESS;
}

/* Without it, after a restart that cannot read the key, those of other hosts are not good here, and
 * clients are given another one. */
static void derive_nonces(void)
{
    const unsigned char *key = okta_shared_cache_key();

    has_of_hosts = key && okta_sealed_derive(key, "DPoP nonces", of_hosts.secret);
}

int okta_dpop_memory_create(apr_pool_t *pconf, server_rec *server)
{
    const uint32_t entries = (uint32_t)okta_registry_get()->global.replay_entries;
    apr_pool_t *process_pool = server->process->pool;
    apr_status_t status = APR_SUCCESS;
    char layout[OKTA_LAYOUT_BYTES];
    const okta_kept *kept;

    name_layout(layout);
    kept = okta_kept_find(process_pool, RETAINED_KEY, layout);
    current = kept ? kept->memory : memory_new(process_pool, layout, entries, &status);
    if (kept)
        say_what_waits(okta_dpop_memory_replay(), entries, server);
    if (!current) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, status, server,
                     OKTA_TAG_CONFIG "OktaReplayEntries \"%u\": no shared memory to be had for %lu "
                                     "bytes; lower it, or give httpd more memory",
                     entries, (unsigned long)okta_replay_size(entries));
        return okta_ends_a_start(server, "tokens that are bound to a key are refused");
    }
    derive_nonces();
    apr_pool_cleanup_register(pconf, NULL, forget, apr_pool_cleanup_null);
    return OK;
}
