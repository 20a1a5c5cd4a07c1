#include "httpd/shared.h"

#include "httpd/log.h"

#include <apr_shm.h>
#include <apr_strings.h>

#define SEGMENT_KEY "mod_auth_okta:keys"
#define SNAPSHOT_OVERHEAD 4096 /* issuer, URLs and the like beside the keys */

/* Kept in the process pool, hence without a pointer into the module, which is unloaded by a
 * restart. */
typedef struct segment {
    apr_pool_t *pool;
    apr_shm_t *shm;
    int count;
    okta_shared *entries;
    const char **sources; /* issuer and configured place of the keys, one for each entry */
} segment;

static segment *current;

const okta_shared *okta_shared_of(const okta_issuer *issuer)
{
    return &current->entries[issuer->index];
}

static const char *source_of(apr_pool_t *pool, const okta_issuer *issuer)
{
    const okta_issuer_settings *settings = &issuer->settings;

    return apr_pstrcat(pool, issuer->url, " ",
                       settings->jwks_file  ? settings->jwks_file
                       : settings->jwks_uri ? settings->jwks_uri
                                            : "",
                       NULL);
}

static apr_size_t aligned(apr_size_t size)
{
    return (size + OKTA_SLOT_ALIGNMENT - 1) / OKTA_SLOT_ALIGNMENT * OKTA_SLOT_ALIGNMENT;
}

static apr_size_t entry_size(apr_size_t capacity)
{
    return okta_slot_size(capacity) + okta_slot_size(OKTA_CAUSE_BYTES) +
           aligned(sizeof(okta_refused_kids)) + aligned(sizeof(okta_tickets));
}

static void lay_out(okta_shared *entry, char *memory, apr_size_t capacity)
{
    entry->keys = okta_slot_init(memory, capacity);
    entry->state = okta_slot_state_of(entry->keys);
    memory += okta_slot_size(capacity);
    entry->cause = okta_slot_init(memory, OKTA_CAUSE_BYTES);
    memory += okta_slot_size(OKTA_CAUSE_BYTES);
    entry->refused = memset(memory, 0, sizeof(okta_refused_kids));
    memory += aligned(sizeof(okta_refused_kids));
    entry->tickets = memset(memory, 0, sizeof(okta_tickets));
}

static void copy_slot(const okta_slot *from, okta_slot *to, apr_pool_t *ptemp)
{
    char *text = apr_palloc(ptemp, okta_slot_capacity(from));
    uint32_t generation;
    size_t length;

    if (okta_slot_read(from, text, &length, &generation))
        okta_slot_publish(to, text, length);
}

/* Keys of the previous configuration are as good as when they were fetched. */
static void take_over(const segment *from, const segment *to, int index, apr_pool_t *ptemp)
{
    const okta_shared *entry = &to->entries[index];

    for (int i = 0; i < from->count; i++) {
        const okta_slot_state *old = from->entries[i].state;

        if (strcmp(from->sources[i], to->sources[index]) != 0)
            continue;
        copy_slot(from->entries[i].keys, entry->keys, ptemp);
        copy_slot(from->entries[i].cause, entry->cause, ptemp);
        entry->state->fetched_at = old->fetched_at;
        entry->state->fresh_until = old->fresh_until;
        entry->state->usable_until = old->usable_until;
        entry->state->next_refresh = old->next_refresh;
        entry->state->started_at = old->started_at;
        entry->state->finished = old->finished;
        entry->state->failed = old->failed;
        entry->state->failing = old->failing;
        entry->state->phase = old->phase;
        entry->state->waits = old->waits;
        entry->state->kid_misses = old->kid_misses;
        return;
    }
}

static apr_status_t forget(void *unused)
{
    (void)unused;
    current = NULL;
    return APR_SUCCESS;
}

static segment *segment_new(apr_pool_t *process_pool, apr_size_t capacity, apr_status_t *status)
{
    const apr_array_header_t *issuers = okta_registry_get()->issuers;
    apr_size_t size = entry_size(capacity);
    apr_uintptr_t base;
    apr_pool_t *pool;
    segment *made;

    apr_pool_create(&pool, process_pool);
    apr_pool_tag(pool, "okta_keys");
    made = apr_pcalloc(pool, sizeof(*made));
    made->pool = pool;
    made->count = issuers->nelts;
    made->entries = apr_pcalloc(pool, (apr_size_t)(made->count + 1) * sizeof(okta_shared));
    made->sources = apr_pcalloc(pool, (apr_size_t)(made->count + 1) * sizeof(char *));
    *status = apr_shm_create(&made->shm, size * (apr_size_t)made->count + OKTA_SLOT_ALIGNMENT, NULL,
                             pool);
    if (*status != APR_SUCCESS) {
        apr_pool_destroy(pool);
        return NULL;
    }
    /* APR keeps a word of its own in front, so the address is not aligned as the slots need it */
    base = (apr_uintptr_t)aligned((apr_size_t)apr_shm_baseaddr_get(made->shm));
    for (int i = 0; i < made->count; i++) {
        lay_out(&made->entries[i], (char *)base + (apr_size_t)i * size, capacity);
        made->sources[i] = source_of(pool, APR_ARRAY_IDX(issuers, i, okta_issuer *));
    }
    return made;
}

int okta_shared_create(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *server)
{
    apr_size_t capacity =
        (apr_size_t)okta_registry_get()->global.key_set_max_bytes + SNAPSHOT_OVERHEAD;
    apr_pool_t *process_pool = server->process->pool;
    const segment *previous;
    void *kept = NULL;
    apr_status_t status;

    current = segment_new(process_pool, capacity, &status);
    if (!current) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, status, server,
                     OKTA_TAG_KEYS "no shared memory to be had for %d key sets of %lu bytes",
                     okta_registry_get()->issuers->nelts, (unsigned long)capacity);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    apr_pool_cleanup_register(pconf, NULL, forget, apr_pool_cleanup_null);
    apr_pool_userdata_get(&kept, SEGMENT_KEY, process_pool);
    previous = kept;
    for (int i = 0; previous && i < current->count; i++)
        take_over(previous, current, i, ptemp);
    apr_pool_userdata_setn(current, SEGMENT_KEY, NULL, process_pool);
    if (previous)
        apr_pool_destroy(previous->pool);
    return OK;
}
