/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/keywait.h"

#include "core/monotonic.h"
#include "httpd/issuer_counters.h"
#include "httpd/shared.h"
#include "httpd/threads.h"

#define POLL_INTERVAL apr_time_from_msec(10)
#define QUARTERS 1 /* of the threads, that may wait while others could do without */
#define USUAL_FETCH apr_time_from_sec(1)
#define RETRY_AFTER_MAX 60

static _Atomic int waiting_here;
static int limit_here = 1;
static int limit_everywhere = 1;

void okta_keywait_child_init(void)
{
    const okta_threads few = okta_threads_share(QUARTERS);

    limit_here = few.here;
    limit_everywhere = few.everywhere;
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

/* What a request waits for. */
typedef struct wish {
    const okta_issuer *issuer;
    uint32_t generation; /* of the keys that do not serve it */
    apr_time_t deadline;
    int64_t begin;
    int64_t end;      /* the same by okta_monotonic: somebody may set the clock meanwhile */
    bool begun_later; /* a fetch that was under way already is not enough */
} wish;

static wish wish_for(const okta_issuer *issuer, uint32_t generation, bool begun_later)
{
    int64_t patience = okta_registry_get()->global.key_wait, now = okta_monotonic();

    return (wish){issuer, generation, apr_time_now() + patience, now, now + patience, begun_later};
}

static bool another_has_keys(const okta_issuer *issuer, apr_time_t now)
{
    const apr_array_header_t *issuers = okta_registry_get()->issuers;

    for (int i = 0; i < issuers->nelts; i++) {
        const okta_issuer *other = APR_ARRAY_IDX(issuers, i, const okta_issuer *);

        if (other != issuer && okta_schedule_is_usable(okta_shared_of(other)->schedule, now))
            return true;
    }
    return false;
}

/* Whether whoever waits for this issuer holds a thread that another's requests need. Not while the
 * fetch may still be a usual one: many first requests at once are no reason to refuse most. */
static bool holds_up_others(const okta_issuer *issuer, apr_time_t now)
{
    const okta_schedule *schedule = okta_shared_of(issuer)->schedule;

    return schedule->in_flight && now - schedule->started_at >= USUAL_FETCH &&
           another_has_keys(issuer, now);
}

/* Whether to look once more. in_turn: as one of few, who hold up nobody. */
static bool poll_for(const wish *w, bool in_turn)
{
    const okta_record *shared = okta_shared_of(w->issuer);
    okta_schedule *schedule = shared->schedule;
    uint32_t wanted_end = end_for(schedule, w->begun_later), next_end = schedule->finished + 1;

    while (okta_monotonic() < w->end) {
        apr_time_t now = apr_time_now();
        bool in_flight = schedule->in_flight;
        /* published is not enough: the times that make keys usable are set a moment later */
        bool usable = okta_schedule_is_usable(schedule, now);
        bool helps = okta_schedule_will_help(schedule, &w->issuer->limits, now, w->deadline);
        uint32_t finished = schedule->finished;

        if (usable && okta_slot_generation(shared->keys) != w->generation)
            return true;
        /* no keys at all: the next try may still come in time */
        if (is_past(finished, schedule->failing ? next_end : wanted_end) && (usable || !helps))
            return true;
        /* one that brought nothing was under way, and so soon behind it there is no other */
        if (w->begun_later && !in_flight && !helps)
            return true;
        if (!in_turn && holds_up_others(w->issuer, now))
            return false;
        /* a fetch that ended since may have taken our wish with it */
        if (!in_flight)
            okta_schedule_want(schedule);
        apr_sleep(POLL_INTERVAL);
    }
    return okta_slot_generation(shared->keys) != w->generation ||
           is_past(schedule->finished, wanted_end);
}

/* As one of a share of the threads, of this process and of all. *waited: whether it is one. */
static bool wait_in_turn(const wish *w, bool *waited)
{
    int ticket = -1;
    bool newer = false;

    if (atomic_fetch_add(&waiting_here, 1) < limit_here)
        ticket =
            okta_tickets_take(okta_shared_tickets(), limit_everywhere, okta_monotonic(), w->end);
    if (ticket >= 0) {
        *waited = true;
        newer = poll_for(w, true);
        okta_tickets_return(okta_shared_tickets(), ticket, w->end);
    }
    atomic_fetch_sub(&waiting_here, 1);
    return newer;
}

/* freely: without a turn, as long as that holds up nobody. */
static bool await(const wish *w, bool freely)
{
    bool waited = freely;
    bool newer = (freely && poll_for(w, false)) || wait_in_turn(w, &waited);

    if (waited)
        okta_issuer_count_wait(w->issuer, okta_monotonic() - w->begin);
    return newer;
}

bool okta_keywait_any(const okta_issuer *issuer, uint32_t generation)
{
    okta_schedule *schedule = okta_shared_of(issuer)->schedule;
    const wish w = wish_for(issuer, generation, false);
    bool held_up;

    if (issuer->settings.jwks_file)
        return false;
    okta_schedule_want(schedule);
    if (!okta_schedule_will_help(schedule, &issuer->limits, apr_time_now(), w.deadline))
        return false;
    /* an issuer that fails must not hold the threads that another's requests need, nor may a
     * refresher that stands still */
    held_up = schedule->failing || okta_turn_has_stalled(okta_shared_turn(), okta_monotonic());
    return await(&w, !held_up);
}

bool okta_keywait_kid(const okta_issuer *issuer, uint32_t generation, const char *kid)
{
    const okta_record *shared = okta_shared_of(issuer);
    const wish w = wish_for(issuer, generation, true);

    if (issuer->settings.jwks_file)
        return false;
    /* newer keys are there already, only this process has not parsed them yet */
    if (okta_slot_generation(shared->keys) != generation)
        return true;
    if (okta_refused_kids_contain(shared->refused, kid, strlen(kid), okta_monotonic()))
        return false;
    okta_schedule_want(shared->schedule);
    return okta_schedule_will_help(shared->schedule, &issuer->limits, apr_time_now(), w.deadline) &&
           await(&w, false);
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
