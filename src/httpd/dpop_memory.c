#include "httpd/dpop_memory.h"

#include "core/record.h"
#include "httpd/log.h"
#include "httpd/registry.h"
#include "httpd/restart.h"

#include <apr_shm.h>
#include <apr_strings.h>
#include <string.h>

#define RETAINED_KEY "mod_auth_okta.dpop"
#define LAYOUT_BYTES 128

/* Kept in the process pool, for this build of the module or another: no pointer into the module.
 * Where the layout differs only the first two members are used, which never change. */
typedef struct memory {
    char layout[LAYOUT_BYTES];
    apr_pool_t *pool;
    okta_nonces *nonces;
    okta_replay *replay;
} memory;

/* The parent's word for it, which children inherit. */
static memory *current;

okta_replay *okta_dpop_memory_replay(void)
{
    return current ? current->replay : NULL;
}

const okta_nonces *okta_dpop_memory_nonces(void)
{
    return current ? current->nonces : NULL;
}

static void name_layout(char *layout)
{
    memset(layout, 0, LAYOUT_BYTES);
    apr_snprintf(layout, LAYOUT_BYTES,
                 "mod_auth_okta dpop " APR_STRINGIFY(OKTA_SHARED_LAYOUT) " %lu %lu %lu",
                 (unsigned long)sizeof(memory), (unsigned long)okta_replay_size(1),
                 (unsigned long)sizeof(okta_nonces));
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

static memory *memory_new(apr_pool_t *process_pool, uint32_t entries, apr_status_t *status)
{
    const apr_size_t size = sizeof(okta_nonces) + okta_replay_size(entries);
    int64_t window, skew;
    apr_pool_t *pool;
    apr_shm_t *shm;
    memory *made;

    apr_pool_create(&pool, process_pool);
    *status = apr_shm_create(&shm, size, NULL, pool);
    if (*status != APR_SUCCESS) {
        apr_pool_destroy(pool);
        return NULL;
    }
    made = apr_pcalloc(pool, sizeof(*made));
    name_layout(made->layout);
    made->pool = pool;
    made->nonces = apr_shm_baseaddr_get(shm);
    longest_times(&window, &skew);
    made->replay =
        okta_replay_init(made->nonces + 1, entries, window, skew, apr_time_sec(apr_time_now()));
    if (!okta_nonces_init(made->nonces)) {
        *status = APR_EGENERAL;
        apr_pool_destroy(pool);
        return NULL;
    }
    return made;
}

/* What an earlier configuration left, if this build can read it. */
static memory *retained(apr_pool_t *process_pool)
{
    char layout[LAYOUT_BYTES];
    memory *kept;
    void *found = NULL;

    apr_pool_userdata_get(&found, RETAINED_KEY, process_pool);
    kept = found;
    name_layout(layout);
    if (!kept || memcmp(kept->layout, layout, LAYOUT_BYTES) == 0)
        return kept;
    apr_pool_destroy(kept->pool);
    apr_pool_userdata_set(NULL, RETAINED_KEY, NULL, process_pool);
    return NULL;
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
    return APR_SUCCESS;
}

int okta_dpop_memory_create(apr_pool_t *pconf, server_rec *server)
{
    const uint32_t entries = (uint32_t)okta_registry_get()->global.replay_entries;
    apr_pool_t *process_pool = server->process->pool;
    apr_status_t status = APR_SUCCESS;

    current = retained(process_pool);
    if (current)
        say_what_waits(current->replay, entries, server);
    else
        current = memory_new(process_pool, entries, &status);
    if (!current) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, status, server,
                     OKTA_TAG_CONFIG "OktaReplayEntries \"%u\": no shared memory to be had for %lu "
                                     "bytes; lower it, or give httpd more memory",
                     entries, (unsigned long)okta_replay_size(entries));
        return okta_ends_a_start(server, "tokens that are bound to a key are refused");
    }
    apr_pool_cleanup_register(pconf, NULL, forget, apr_pool_cleanup_null);
    /* not setn: APR would keep a pointer to the key, which is the module's */
    apr_pool_userdata_set(current, RETAINED_KEY, NULL, process_pool);
    return OK;
}
