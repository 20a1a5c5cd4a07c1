/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/keywait.h"

#include "core/monotonic.h"
#include "httpd/issuer_counters.h"
#include "httpd/shared.h"

#include <ap_mpm.h>

#define POLL_INTERVAL apr_time_from_msec(10)
#define SHARE 4 /* of the threads, how many may wait while others could do without: one in four */
#define RETRY_AFTER_MAX 60

static _Atomic int waiting_here;
static int limit_here = 1;
static int limit_everywhere = 1;

void okta_keywait_child_init(void)
{
    int threads = 1, processes = 1;

    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    ap_mpm_query(AP_MPMQ_MAX_DAEMONS, &processes);
    if (threads < 1)
        threads = 1;
    limit_here = threads / SHARE > 1 ? threads / SHARE : 1;
    limit_everywhere = threads * processes / SHARE > 1 ? threads * processes / SHARE : 1;
}

/* What has to have ended before a wish counts as heard: a fetch. One that was under way already may
 * bring an answer that is older than the wish, so where that matters it is the one after it. */
static uint32_t end_for(const okta_schedule *schedule, bool begun_later)
{
    bool in_flight = schedule->in_flight; /* read first: cleared when its end has been counted */

    return schedule->finished + (begun_later && in_flight ? 2 : 1);
}

static bool is_past(uint32_t finished, uint32_t end)
{
    return (int32_t)(finished - end) >= 0;
}

static bool poll(const okta_issuer *issuer, uint32_t generation, apr_time_t deadline,
                 bool begun_later)
{
    const okta_record *shared = okta_shared_of(issuer);
    okta_schedule *schedule = shared->schedule;
    uint32_t wanted_end = end_for(schedule, begun_later), next_end = schedule->finished + 1;
    /* waiting has its end also when somebody sets the clock back meanwhile */
    int64_t end = okta_monotonic() + okta_registry_get()->global.key_wait;

    while (okta_monotonic() < end) {
        apr_time_t now = apr_time_now();
        bool in_flight = schedule->in_flight;
        /* published is not enough: the times that make keys usable are set a moment later */
        bool usable = okta_schedule_is_usable(schedule, now);
        bool helps = okta_schedule_will_help(schedule, &issuer->limits, now, deadline);
        uint32_t finished = schedule->finished;

        if (usable && okta_slot_generation(shared->keys) != generation)
            return true;
        /* no keys at all: the next try may still come in time */
        if (is_past(finished, schedule->failing ? next_end : wanted_end) && (usable || !helps))
            return true;
        /* one that brought nothing was under way, and so soon behind it there is no other */
        if (begun_later && !in_flight && !helps)
            return true;
        /* a fetch that ended since may have taken our wish with it */
        if (!in_flight)
            okta_schedule_want(schedule);
        apr_sleep(POLL_INTERVAL);
    }
    return okta_slot_generation(shared->keys) != generation ||
           is_past(schedule->finished, wanted_end);
}

static bool poll_for(const okta_issuer *issuer, uint32_t generation, apr_time_t deadline,
                     bool begun_later)
{
    const int64_t begin = okta_monotonic();
    const bool newer = poll(issuer, generation, deadline, begun_later);

    okta_issuer_count_wait(issuer, okta_monotonic() - begin);
    return newer;
}

/* As one of a share of the threads, of this process and of all. */
static bool wait_in_turn(const okta_issuer *issuer, uint32_t generation, apr_time_t deadline,
                         bool begun_later)
{
    int64_t now = okta_monotonic(), end = now + okta_registry_get()->global.key_wait;
    int ticket = -1;
    bool newer = false;

    if (atomic_fetch_add(&waiting_here, 1) < limit_here)
        ticket = okta_tickets_take(okta_shared_tickets(), limit_everywhere, now, end);
    if (ticket >= 0) {
        newer = poll_for(issuer, generation, deadline, begun_later);
        okta_tickets_return(okta_shared_tickets(), ticket, end);
    }
    atomic_fetch_sub(&waiting_here, 1);
    return newer;
}

bool okta_keywait_any(const okta_issuer *issuer, uint32_t generation)
{
    okta_schedule *schedule = okta_shared_of(issuer)->schedule;
    apr_time_t now = apr_time_now();
    apr_time_t deadline = now + okta_registry_get()->global.key_wait;

    if (issuer->settings.jwks_file)
        return false;
    okta_schedule_want(schedule);
    if (!okta_schedule_will_help(schedule, &issuer->limits, now, deadline))
        return false;
    /* an issuer that fails must not hold the threads that another's requests need, nor may a
     * refresher that stands still */
    return schedule->failing || okta_turn_has_stalled(okta_shared_turn(), okta_monotonic())
               ? wait_in_turn(issuer, generation, deadline, false)
               : poll_for(issuer, generation, deadline, false);
}

bool okta_keywait_kid(const okta_issuer *issuer, uint32_t generation, const char *kid)
{
    const okta_record *shared = okta_shared_of(issuer);
    apr_time_t now = apr_time_now();
    apr_time_t deadline = now + okta_registry_get()->global.key_wait;

    if (issuer->settings.jwks_file)
        return false;
    /* newer keys are there already, only this process has not parsed them yet */
    if (okta_slot_generation(shared->keys) != generation)
        return true;
    if (okta_refused_kids_contain(shared->refused, kid, strlen(kid), okta_monotonic()))
        return false;
    okta_schedule_want(shared->schedule);
    return okta_schedule_will_help(shared->schedule, &issuer->limits, now, deadline) &&
           wait_in_turn(issuer, generation, deadline, true);
}

void okta_keywait_refuse_kid(const okta_issuer *issuer, const char *kid)
{
    const okta_record *shared = okta_shared_of(issuer);

    /* the fetch that we waited for may be one that failed, which says nothing of the kid */
    if (!shared->schedule->failing)
        okta_refused_kids_add(shared->refused, kid, strlen(kid), okta_monotonic(),
                              issuer->limits.cooldown, issuer->limits.refresh_min);
}

int okta_keywait_retry_after(const okta_issuer *issuer)
{
    const okta_schedule *schedule = okta_shared_of(issuer)->schedule;
    apr_time_t wait = (schedule->next_refresh - apr_time_now()) / APR_USEC_PER_SEC + 1;

    return wait < 1 ? 1 : wait > RETRY_AFTER_MAX ? RETRY_AFTER_MAX : (int)wait;
}
