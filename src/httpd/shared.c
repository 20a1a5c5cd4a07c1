/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/shared.h"

#include "core/snapshot.h"
#include "httpd/kept_memory.h"
#include "httpd/log.h"
#include "httpd/restart.h"
#include "httpd/verdict_memory.h"

#include <apr_strings.h>
#include <http_core.h>

#define RETAINED_KEY "mod_auth_okta.segment"
#define SNAPSHOT_OVERHEAD 4096 /* issuer, URLs and the like beside the keys */
/* of `common`, and what aligning the records takes */
#define COMMON_ROOM (sizeof(common) + (apr_size_t)OKTA_SLOT_ALIGNMENT)

/* Where an entry's keys come from. */
typedef struct origin {
    const char *source;  /* issuer, configured place of the keys, proxy, plain http */
    const char *ca_file; /* "": the system's authorities */
    const char *trust;   /* by which the keys were fetched */
} origin;

/* What the issuers have together: at the beginning of the shared memory. */
typedef struct common {
    okta_turn turn;
    okta_tickets tickets;
} common;

typedef struct segment {
    okta_kept kept;
    int count;
    okta_record *records;
    origin *origins;
    common *common;
} segment;

static segment *current;

const okta_record *okta_shared_of(const okta_issuer *issuer)
{
    return &current->records[issuer->index];
}

const okta_record *okta_shared_with_keys(int index, uint32_t generation)
{
    const okta_record *records = current->records;

    if (index < current->count && okta_slot_generation(records[index].keys) == generation)
        return &records[index];
    /* a restart may have changed their order */
    for (int i = 0; i < current->count; i++)
        if (okta_slot_generation(records[i].keys) == generation)
            return &records[i];
    return NULL;
}

uint32_t okta_shared_next_generation(void)
{
    okta_verdicts *table = okta_verdict_memory();
    uint32_t highest = 0;

    if (table)
        return okta_verdicts_next_generation(table);
    /* slots that count by themselves would have the same numbers, and a later restart a table */
    for (int i = 0; i < current->count; i++) {
        uint32_t generation = okta_slot_generation(current->records[i].keys);

        highest = generation > highest ? generation : highest;
    }
    return highest + 1;
}

okta_turn *okta_shared_turn(void)
{
    return &current->common->turn;
}

okta_tickets *okta_shared_tickets(void)
{
    return &current->common->tickets;
}

uint32_t okta_jitter(void)
{
    return ap_random_pick(0, UINT16_MAX);
}

/* The version by hand, and sizes for what was forgotten there. */
static void name_layout(char *layout)
{
    memset(layout, 0, OKTA_LAYOUT_BYTES);
    apr_snprintf(layout, OKTA_LAYOUT_BYTES,
                 "mod_auth_okta layout " APR_STRINGIFY(OKTA_SHARED_LAYOUT) " %d %lu %lu %lu %lu "
                                                                           "%lu %lu %lu %lu",
                 OKTA_SNAPSHOT_VERSION, (unsigned long)sizeof(segment),
                 (unsigned long)sizeof(origin), (unsigned long)sizeof(okta_record),
                 (unsigned long)okta_slot_size(0), (unsigned long)sizeof(okta_schedule),
                 (unsigned long)sizeof(okta_refused_kids), (unsigned long)sizeof(okta_tickets),
                 (unsigned long)sizeof(okta_turn));
}

/* Trust is compared separately, since OktaCAFile may be lost. */
static origin origin_of(apr_pool_t *pool, const okta_issuer *issuer)
{
    const okta_issuer_settings *settings = &issuer->settings;
    const char *place = settings->jwks_file  ? settings->jwks_file
                        : settings->jwks_uri ? settings->jwks_uri
                                             : "";

    return (origin){
        .source =
            apr_pstrcat(pool, issuer->url, " ", place, " ", strchr(issuer->trust.text, ' '), NULL),
        .ca_file = apr_pstrdup(pool, settings->ca_file ? settings->ca_file : ""),
        .trust = apr_pstrdup(pool, issuer->trust.text),
    };
}

/* The issuer's record in the previous segment when its keys may be trusted today; else NULL. */
static const okta_record *record_before(const segment *previous, const okta_issuer *issuer,
                                        const origin *today, const origin **before)
{
    /* what cannot be read has not been replaced by something else */
    bool ca_is_lost = issuer->trust.ca_pem && issuer->trust.ca_length == 0;

    for (int i = 0; previous && i < previous->count; i++) {
        const origin *then = &previous->origins[i];

        if (strcmp(then->source, today->source) == 0 &&
            (strcmp(then->trust, today->trust) == 0 ||
             (ca_is_lost && strcmp(then->ca_file, today->ca_file) == 0))) {
            *before = then;
            return &previous->records[i];
        }
    }
    return NULL;
}

/* What is fetched from now on is under the same trust, and has to be marked with it. */
static void keep_trust(segment *made, okta_issuer *issuer, const origin *then)
{
    made->origins[issuer->index].trust = apr_pstrdup(made->kept.pool, then->trust);
    issuer->trust.text = apr_pstrdup(okta_registry_get()->pool, then->trust);
}

/* Keys of the previous configuration are as good as when they were fetched. */
static void take_over(const segment *previous, segment *made, okta_issuer *issuer,
                      apr_pool_t *ptemp)
{
    const origin *then;
    const okta_record *old = record_before(previous, issuer, &made->origins[issuer->index], &then);
    apr_size_t size;

    if (!old)
        return;
    size = okta_slot_capacity(old->keys) + OKTA_CAUSE_BYTES;
    okta_record_take_over(&made->records[issuer->index], old, apr_palloc(ptemp, size));
    keep_trust(made, issuer, then);
}

static apr_status_t forget(void *unused)
{
    (void)unused;
    current = NULL;
    return APR_SUCCESS;
}

static okta_schedule_limits limits_of(const okta_issuer *issuer)
{
    const okta_global_config *global = &okta_registry_get()->global;

    return (okta_schedule_limits){.refresh_min = global->refresh_min,
                                  .refresh_max = global->refresh_max,
                                  .max_stale = global->key_max_stale,
                                  .cooldown = global->key_cooldown,
                                  .patience = issuer->settings.fetch_timeout,
                                  .on_demand = issuer->on_demand};
}

static segment *segment_new(apr_pool_t *pool)
{
    const apr_array_header_t *issuers = okta_registry_get()->issuers;
    segment *made = apr_pcalloc(pool, sizeof(*made));

    name_layout(made->kept.layout);
    made->kept.pool = pool;
    made->count = issuers->nelts;
    made->records = apr_pcalloc(pool, (apr_size_t)(made->count + 1) * sizeof(okta_record));
    made->origins = apr_pcalloc(pool, (apr_size_t)(made->count + 1) * sizeof(origin));
    for (int i = 0; i < made->count; i++) {
        okta_issuer *issuer = APR_ARRAY_IDX(issuers, i, okta_issuer *);

        made->origins[i] = origin_of(pool, issuer);
        issuer->limits = limits_of(issuer);
    }
    return made;
}

/* NULL, with the status, when the memory is not to be had. */
static segment *segment_in_shared_memory(apr_pool_t *process_pool, apr_size_t capacity,
                                         apr_status_t *status)
{
    const int count = okta_registry_get()->issuers->nelts;
    apr_size_t size = okta_record_size(capacity);
    apr_pool_t *pool;
    segment *made;
    void *memory;

    apr_pool_create(&pool, process_pool);
    memory = okta_share(pool, size * (apr_size_t)count + COMMON_ROOM, status);
    if (!memory) {
        apr_pool_destroy(pool);
        return NULL;
    }
    made = segment_new(pool);
    made->common = memory;
    for (int i = 0; i < count; i++)
        made->records[i] = okta_record_init(
            okta_aligned((char *)(made->common + 1) + (apr_size_t)i * size), capacity);
    return made;
}

/* The previous segment goes on for the issuers that it has. Others get a record that no key fits
 * into. */
static segment *segment_of_the_previous(const segment *previous, apr_pool_t *process_pool)
{
    const apr_size_t size = okta_record_size(0) + OKTA_SLOT_ALIGNMENT;
    const apr_array_header_t *issuers = okta_registry_get()->issuers;
    apr_pool_t *pool = previous ? previous->kept.pool : NULL;
    segment *made;

    if (!pool)
        apr_pool_create(&pool, process_pool);
    made = segment_new(pool);
    for (int i = 0; i < made->count; i++) {
        okta_issuer *issuer = APR_ARRAY_IDX(issuers, i, okta_issuer *);
        const origin *then;
        const okta_record *old = record_before(previous, issuer, &made->origins[i], &then);

        made->records[i] = old ? *old : okta_record_init(okta_aligned(apr_palloc(pool, size)), 0);
        if (old)
            keep_trust(made, issuer, then);
    }
    made->common = previous ? previous->common : apr_pcalloc(pool, sizeof(common));
    return made;
}

/* No shared memory: a start ends, a restart goes on with what it has. */
static bool make_do(segment *previous, apr_pool_t *process_pool, apr_size_t capacity,
                    apr_status_t status, server_rec *server)
{
    const bool restart = okta_is_restart();

    ap_log_error(APLOG_MARK, APLOG_EMERG, status, server,
                 OKTA_TAG_KEYS "no shared memory to be had for %d key sets of %lu bytes%s; lower "
                               "OktaKeySetMaxBytes, or give httpd more memory",
                 okta_registry_get()->issuers->nelts, (unsigned long)capacity,
                 restart ? "; issuers that were there before go on with theirs, new ones get 503"
                         : "");
    if (restart)
        current = segment_of_the_previous(previous, process_pool);
    return restart;
}

/* Those of key sets that were published when there was another table of verdicts, or none. */
static void skip_generations(void)
{
    okta_verdicts *table = okta_verdict_memory();

    for (int i = 0; table && i < current->count; i++)
        okta_verdicts_skip_generation(table, okta_slot_generation(current->records[i].keys));
}

int okta_shared_create(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *server)
{
    const apr_array_header_t *issuers = okta_registry_get()->issuers;
    apr_size_t capacity =
        (apr_size_t)okta_registry_get()->global.key_set_max_bytes + SNAPSHOT_OVERHEAD;
    apr_pool_t *process_pool = server->process->pool;
    char layout[OKTA_LAYOUT_BYTES];
    segment *previous;
    apr_status_t status;

    name_layout(layout);
    previous = okta_kept_find(process_pool, RETAINED_KEY, layout);
    current = segment_in_shared_memory(process_pool, capacity, &status);
    if (!current && !make_do(previous, process_pool, capacity, status, server))
        return HTTP_INTERNAL_SERVER_ERROR;
    apr_pool_cleanup_register(pconf, NULL, forget, apr_pool_cleanup_null);
    if (status == APR_SUCCESS)
        for (int i = 0; i < current->count; i++)
            take_over(previous, current, APR_ARRAY_IDX(issuers, i, okta_issuer *), ptemp);
    skip_generations();
    okta_kept_remember(process_pool, RETAINED_KEY, current);
    if (previous && previous->kept.pool != current->kept.pool)
        apr_pool_destroy(previous->kept.pool);
    return OK;
}
