/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/issuer_counters.h"

#include "core/breaker.h"
#include "core/record.h"
#include "httpd/kept_memory.h"
#include "httpd/log.h"
#include "httpd/shared.h"

#include <apr_strings.h>
#include <stdatomic.h>
#include <string.h>

#define RETAINED_KEY "mod_auth_okta.issuers"
#define ALIGNMENT 64

typedef struct okta_issuer_counters {
    _Alignas(ALIGNMENT) _Atomic uint64_t counted[OKTA_ISSUER_COUNTERS];
    _Atomic int64_t state_since, trouble_since, failed_at;
    _Atomic uint32_t phase;
    okta_breaker breaker;
} okta_issuer_counters;

/* All that ever were in a configuration of this httpd: what comes back goes on. */
typedef struct known {
    okta_kept kept; /* its memory is not used: each configuration adds a piece for what is new */
    int count;
    const char **urls;
    okta_issuer_counters **counters;
} known;

static void name_layout(char *layout)
{
    memset(layout, 0, OKTA_LAYOUT_BYTES);
    apr_snprintf(layout, OKTA_LAYOUT_BYTES,
                 "mod_auth_okta issuers " APR_STRINGIFY(OKTA_SHARED_LAYOUT) " %lu %lu",
                 (unsigned long)sizeof(known), (unsigned long)sizeof(okta_issuer_counters));
}

static okta_issuer_counters *find(const known *all, const char *url)
{
    for (int i = 0; i < all->count; i++)
        if (strcmp(all->urls[i], url) == 0)
            return all->counters[i];
    return NULL;
}

static void append(known *all, const char *url, okta_issuer_counters *counters)
{
    all->urls[all->count] = apr_pstrdup(all->kept.pool, url);
    all->counters[all->count++] = counters;
}

/* Room for so many more. What had too little of it is left to the pool. */
static void make_room(known *all, int more)
{
    const apr_size_t size = (apr_size_t)(all->count + more) * sizeof(void *);
    const char **urls = apr_palloc(all->kept.pool, size);
    okta_issuer_counters **counters = apr_palloc(all->kept.pool, size);

    for (int i = 0; i < all->count; i++) {
        urls[i] = all->urls[i];
        counters[i] = all->counters[i];
    }
    all->urls = urls;
    all->counters = counters;
}

static known *known_before(apr_pool_t *process_pool)
{
    char layout[OKTA_LAYOUT_BYTES];

    name_layout(layout);
    return okta_kept_find_or_make(process_pool, RETAINED_KEY, layout, sizeof(known));
}

static int count_new(const known *all, const apr_array_header_t *issuers)
{
    int count = 0;

    for (int i = 0; i < issuers->nelts; i++)
        if (!find(all, APR_ARRAY_IDX(issuers, i, okta_issuer *)->url))
            count++;
    return count;
}

static void add_new(known *all, const apr_array_header_t *issuers, server_rec *server)
{
    const int count = count_new(all, issuers);
    apr_status_t status = APR_SUCCESS;
    okta_issuer_counters *made;

    if (count == 0)
        return;
    made = okta_share(all->kept.pool, (apr_size_t)count * sizeof(*made), &status);
    if (!made) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, status, server,
                     OKTA_TAG_KEYS "no shared memory to be had for the counters of %d issuers; "
                                   "nothing is counted of them",
                     count);
        return;
    }
    make_room(all, count);
    for (int i = 0; i < issuers->nelts; i++) {
        const char *url = APR_ARRAY_IDX(issuers, i, okta_issuer *)->url;

        if (!find(all, url))
            append(all, url, made++);
    }
}

void okta_issuer_counters_create(server_rec *server)
{
    const apr_array_header_t *issuers = okta_registry_get()->issuers;
    known *all = known_before(server->process->pool);
    apr_time_t now = apr_time_now();

    add_new(all, issuers, server);
    for (int i = 0; i < issuers->nelts; i++) {
        okta_issuer *issuer = APR_ARRAY_IDX(issuers, i, okta_issuer *);

        issuer->counters = find(all, issuer->url);
        /* its keys may have gone with its trust, and those of a file are noted by nobody else */
        okta_issuer_note_phase(
            issuer, okta_schedule_phase(okta_shared_of(issuer)->schedule, &issuer->limits, now),
            now);
    }
}

static void add(const okta_issuer *issuer, okta_issuer_counter counter, uint64_t by)
{
    if (issuer->counters)
        atomic_fetch_add_explicit(&issuer->counters->counted[counter], by, memory_order_relaxed);
}

void okta_issuer_count(const okta_issuer *issuer, okta_issuer_counter counter)
{
    add(issuer, counter, 1);
}

void okta_issuer_count_some(const okta_issuer *issuer, okta_issuer_counter counter, uint64_t many)
{
    add(issuer, counter, many);
}

okta_breaker *okta_issuer_breaker(const okta_issuer *issuer)
{
    return issuer->counters ? &issuer->counters->breaker : NULL;
}

void okta_issuer_count_wait(const okta_issuer *issuer, int64_t microseconds)
{
    add(issuer, OKTA_ISSUER_WAITS, 1);
    add(issuer, OKTA_ISSUER_WAIT_MICROSECONDS, microseconds > 0 ? (uint64_t)microseconds : 0);
}

uint64_t okta_issuer_counted(const okta_issuer *issuer, okta_issuer_counter counter)
{
    return issuer->counters
               ? atomic_load_explicit(&issuer->counters->counted[counter], memory_order_relaxed)
               : 0;
}

bool okta_phase_is_well(okta_phase phase)
{
    return phase == OKTA_PHASE_EMPTY || phase == OKTA_PHASE_FRESH;
}

void okta_issuer_note_phase(const okta_issuer *issuer, okta_phase phase, apr_time_t now)
{
    okta_issuer_counters *noted = issuer->counters;

    if (!noted || (noted->state_since != 0 && noted->phase == (uint32_t)phase))
        return;
    noted->phase = (uint32_t)phase;
    noted->state_since = now;
    if (okta_phase_is_well(phase))
        noted->trouble_since = 0;
    else if (noted->trouble_since == 0)
        noted->trouble_since = now;
}

void okta_issuer_note_failure(const okta_issuer *issuer, apr_time_t now)
{
    if (issuer->counters)
        issuer->counters->failed_at = now;
}

okta_issuer_moments okta_issuer_moments_of(const okta_issuer *issuer, okta_phase phase,
                                           apr_time_t now)
{
    const okta_issuer_counters *noted = issuer->counters;
    okta_issuer_moments moments = {0, 0, 0};

    if (!noted)
        return moments;
    moments = (okta_issuer_moments){noted->state_since, noted->trouble_since, noted->failed_at};
    if (noted->phase != (uint32_t)phase)
        moments.state_since = now;
    if (okta_phase_is_well(phase))
        moments.trouble_since = 0;
    else if (moments.trouble_since == 0)
        moments.trouble_since = now;
    return moments;
}
