/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/counters.h"

#include "core/record.h"
#include "core/tally.h"
#include "httpd/kept_memory.h"
#include "httpd/log.h"
#include "httpd/restart.h"

#include <apr_strings.h>
#include <string.h>

#define RETAINED_KEY "mod_auth_okta.counters"
#define MICROSECONDS(n) (UINT64_C(1000) * (n))

/* At the beginning of the memory; the tally is behind it. */
typedef struct beginning {
    _Alignas(OKTA_TALLY_ALIGNMENT) apr_time_t since;
} beginning;

const uint64_t okta_bucket_bounds[OKTA_BUCKETS - 1] = {
    MICROSECONDS(25),    MICROSECONDS(50),    MICROSECONDS(100),   MICROSECONDS(250),
    MICROSECONDS(500),   MICROSECONDS(1000),  MICROSECONDS(2500),  MICROSECONDS(5000),
    MICROSECONDS(10000), MICROSECONDS(50000), MICROSECONDS(250000)};

/* The parent's word for it, which children inherit. */
static beginning *current;

static okta_tally *tally_of(beginning *memory)
{
    return (okta_tally *)(void *)(memory + 1);
}

/* With the reasons, for their numbers are those of counters. */
static void name_layout(char *layout)
{
    memset(layout, 0, OKTA_LAYOUT_BYTES);
    apr_snprintf(layout, OKTA_LAYOUT_BYTES,
                 "mod_auth_okta counters " APR_STRINGIFY(OKTA_SHARED_LAYOUT) " %d %d %lu",
                 OKTA_REASON_COUNT, OKTA_COUNTERS, (unsigned long)okta_tally_size(OKTA_COUNTERS));
}

static apr_status_t forget(void *unused)
{
    (void)unused;
    current = NULL;
    return APR_SUCCESS;
}

static beginning *memory_new(apr_pool_t *process_pool, const char *layout, apr_status_t *status)
{
    const apr_size_t size = sizeof(beginning) + okta_tally_size(OKTA_COUNTERS);
    okta_kept *made = okta_kept_make(process_pool, layout, size, status);
    beginning *memory;

    if (!made)
        return NULL;
    memory = made->memory;
    memory->since = apr_time_now();
    okta_tally_init(memory + 1, OKTA_COUNTERS);
    okta_kept_remember(process_pool, RETAINED_KEY, made);
    return memory;
}

int okta_counters_create(apr_pool_t *pconf, server_rec *server)
{
    apr_pool_t *process_pool = server->process->pool;
    apr_status_t status = APR_SUCCESS;
    char layout[OKTA_LAYOUT_BYTES];
    const okta_kept *kept;

    name_layout(layout);
    kept = okta_kept_find(process_pool, RETAINED_KEY, layout);
    current = kept ? kept->memory : memory_new(process_pool, layout, &status);
    if (!current) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, status, server,
                     OKTA_TAG_CONFIG "no shared memory to be had for the counters, %lu bytes; give "
                                     "httpd more memory",
                     (unsigned long)okta_tally_size(OKTA_COUNTERS));
        return okta_ends_a_start(server, "nothing is counted");
    }
    apr_pool_cleanup_register(pconf, NULL, forget, apr_pool_cleanup_null);
    return OK;
}

void okta_count_some(okta_counter counter, uint64_t many)
{
    if (current)
        okta_tally_add(tally_of(current), (uint32_t)counter, many);
}

void okta_count(okta_counter counter)
{
    okta_count_some(counter, 1);
}

void okta_count_verdict(okta_reason reason)
{
    unsigned int number = (unsigned int)reason;

    okta_count(OKTA_COUNT_VERDICTS + (number < OKTA_REASON_COUNT ? number : OKTA_UNSET));
}

void okta_count_would_refuse(void)
{
    okta_count(OKTA_COUNT_WOULD_REFUSE);
}

void okta_count_verification(uint64_t nanoseconds)
{
    unsigned int bucket = 0;

    while (bucket < OKTA_BUCKETS - 1 && nanoseconds > okta_bucket_bounds[bucket])
        bucket++;
    okta_count(OKTA_COUNT_BUCKETS + bucket);
    okta_count_some(OKTA_COUNT_NANOSECONDS, nanoseconds);
}

uint64_t okta_counted(okta_counter counter)
{
    return current ? okta_tally_sum(tally_of(current), (uint32_t)counter) : 0;
}

uint64_t okta_counted_verdicts(okta_reason reason)
{
    return okta_counted((okta_counter)okta_counter_of(reason));
}

uint64_t okta_counted_bucket(unsigned int bucket)
{
    return okta_counted(OKTA_COUNT_BUCKETS + bucket);
}

apr_time_t okta_counted_since(void)
{
    return current ? current->since : 0;
}
