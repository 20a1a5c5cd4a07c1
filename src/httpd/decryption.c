/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/decryption.h"

#include "core/monotonic.h"
#include "core/tickets.h"
#include "httpd/decryption_keys.h"
#include "httpd/kept_memory.h"
#include "httpd/threads.h"

#include <stdatomic.h>
#include <string.h>

#define QUARTERS 1       /* of the threads, that may decrypt while most of it is in vain */
#define VAIN_MAX 16      /* in a second: more is a flood */
#define LONGEST 10000000 /* microseconds: whoever works longer has died */
#define SECOND 1000000

/* Of all processes. */
typedef struct work {
    okta_tickets tickets;
    /* the second (of okta_monotonic) above the lower half, how many were in vain in it below */
    _Atomic uint64_t vain;
    _Atomic uint64_t vain_before; /* the same of an earlier second */
} work;

static work own;
static work *shared = &own;
static _Atomic int working_here;
static int limit_here = 1;
static int limit_everywhere = 1;

static apr_status_t forget(void *unused)
{
    (void)unused;
    shared = &own;
    return APR_SUCCESS;
}

void okta_decryption_share(apr_pool_t *pconf)
{
    apr_status_t status;
    work *made = okta_share(pconf, sizeof(*made), &status);

    /* without it each process goes by what it sees itself */
    if (!made)
        return;
    shared = made;
    apr_pool_pre_cleanup_register(pconf, NULL, forget);
}

void okta_decryption_child_init(void)
{
    const okta_threads few = okta_threads_share(QUARTERS);

    limit_here = few.here;
    limit_everywhere = few.everywhere;
}

static uint64_t count_in(uint64_t word, int64_t second)
{
    return (int64_t)(word >> 32) >= second - 1 ? word & UINT32_MAX : 0;
}

static bool is_flooded(int64_t now)
{
    const int64_t second = now / SECOND;

    return count_in(shared->vain, second) + count_in(shared->vain_before, second) >= VAIN_MAX;
}

void okta_decryption_note(bool accepted)
{
    const uint64_t second = (uint64_t)(okta_monotonic() / SECOND);
    uint64_t seen = shared->vain, next;

    if (accepted)
        return;
    do
        next = seen >> 32 == second ? seen + 1 : second << 32 | 1;
    while (!atomic_compare_exchange_weak(&shared->vain, &seen, next));
    if (seen >> 32 != second)
        shared->vain_before = seen;
}

/* One thread at work. */
typedef struct turn {
    int ticket; /* -1: none was needed */
    int64_t until;
    bool counted;
} turn;

static bool may_work(void *baton)
{
    const int64_t now = okta_monotonic();
    turn *t = baton;
    bool is_one_of_few;

    is_one_of_few = atomic_fetch_add(&working_here, 1) < limit_here;
    t->counted = true;
    if (!is_flooded(now))
        return true;
    t->until = now + LONGEST;
    if (is_one_of_few)
        t->ticket = okta_tickets_take(&shared->tickets, limit_everywhere, now, t->until);
    return t->ticket >= 0;
}

static void end_work(turn *t)
{
    if (t->ticket >= 0)
        okta_tickets_return(&shared->tickets, t->ticket, t->until);
    if (t->counted)
        atomic_fetch_sub(&working_here, 1);
}

okta_reason okta_decryption_open(const char *token, size_t length, const okta_trace *trace,
                                 okta_opened *opened, okta_result *result)
{
    const okta_decryption_set *set = okta_decryption_set_get();
    turn t = {.ticket = -1};
    const okta_opener opener = {set->keys, set->count, may_work, &t};
    okta_reason reason = okta_jwe_open(&opener, token, length, trace, opened, result);

    end_work(&t);
    /* only what cost something */
    if (reason == OKTA_TOKEN_UNDECRYPTABLE && t.counted)
        okta_decryption_note(false);
    return reason;
}
