/* SPDX-License-Identifier: Apache-2.0 */
#include "core/schedule.h"

#define SECOND INT64_C(1000000)
#define UNSAID_INTERVAL (3600 * SECOND) /* where the source names no max-age */
#define REFRESH_PERCENT_MIN 75
#define REFRESH_PERCENT_MAX 85
#define BACKOFF_MIN SECOND
#define BACKOFF_MAX (60 * SECOND)
#define BACKOFF_DOUBLINGS 6
#define BACKOFF_PERCENT_MIN 80
#define BACKOFF_PERCENT_MAX 120
#define RETRY_AFTER_MAX 3600 /* seconds */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t clamp(int64_t value, const okta_schedule_limits *limits)
{
    return value < limits->refresh_min ? limits->refresh_min : least(value, limits->refresh_max);
}

static int64_t percentage(int64_t duration, uint32_t jitter, uint32_t min, uint32_t max)
{
    return duration / 100 * (min + jitter % (max - min + 1));
}

static okta_key_times times_of_interval(const okta_schedule_limits *limits, int64_t fetched_at,
                                        int64_t interval, uint32_t jitter)
{
    int64_t fresh_until = fetched_at + interval;

    return (okta_key_times){
        fetched_at, fresh_until, fresh_until + limits->max_stale,
        fetched_at + percentage(interval, jitter, REFRESH_PERCENT_MIN, REFRESH_PERCENT_MAX)};
}

okta_key_times okta_key_times_of(const okta_schedule_limits *limits, int64_t fetched_at,
                                 int64_t max_age, uint32_t jitter)
{
    int64_t said = max_age < 0 ? UNSAID_INTERVAL : least(max_age, INT64_MAX / SECOND) * SECOND;

    return times_of_interval(limits, fetched_at, clamp(said, limits), jitter);
}

static void set_times(okta_schedule *s, const okta_key_times *times)
{
    s->fetched_at = times->fetched_at;
    s->fresh_until = times->fresh_until;
    s->usable_until = times->usable_until;
}

void okta_schedule_restore(okta_schedule *s, const okta_key_times *times)
{
    set_times(s, times);
    s->next_refresh = times->next_refresh;
    s->started_at = times->fetched_at;
}

okta_key_times okta_schedule_times(const okta_schedule *s)
{
    okta_key_times times;

    times.next_refresh = s->next_refresh;
    times.usable_until = s->usable_until;
    times.fresh_until = s->fresh_until;
    times.fetched_at = s->fetched_at;
    return times;
}

void okta_schedule_take_over(okta_schedule *s, const okta_schedule *from,
                             const okta_key_times *times, bool with_keys)
{
    s->next_refresh = times->next_refresh;
    s->started_at = from->started_at;
    s->forced_at = from->forced_at;
    s->finished = from->finished;
    s->failing = from->failing;
    s->phase = from->phase;
    if (with_keys)
        set_times(s, times);
}

void okta_schedule_settle(okta_schedule *s, const okta_schedule_limits *limits, uint32_t jitter)
{
    int64_t interval = clamp(s->fresh_until - s->fetched_at, limits);
    int64_t latest = s->fetched_at + interval / 100 * REFRESH_PERCENT_MAX;
    okta_key_times times = times_of_interval(limits, s->fetched_at, interval, jitter);

    set_times(s, &times);
    if (!s->failing && s->next_refresh > latest)
        s->next_refresh = times.next_refresh;
}

void okta_schedule_take_up(okta_schedule *s, okta_turn_number turn)
{
    okta_turn_claim_time(&s->fetched_at, turn);
    okta_turn_claim_time(&s->fresh_until, turn);
    okta_turn_claim_time(&s->usable_until, turn);
    okta_turn_claim_time(&s->next_refresh, turn);
    s->in_flight = 0;
}

static int64_t longest_pause(const okta_schedule_limits *limits)
{
    int64_t asked = RETRY_AFTER_MAX * SECOND;

    return limits->refresh_max > asked ? limits->refresh_max : asked;
}

/* When the next fetch is due, as far as can be told now. is_due and will_help both go by it, so
 * that help which is promised comes. */
static int64_t due_at(const okta_schedule *s, const okta_schedule_limits *limits, bool wanted,
                      int64_t now)
{
    int64_t started_at = s->started_at, planned = s->next_refresh;

    /* the clock was set back: what was planned by the old time is worth nothing */
    if (started_at > now || planned - now > longest_pause(limits))
        return now;
    if (wanted && !s->failing)
        return least(planned, s->forced_at + limits->cooldown);
    return limits->on_demand && started_at == 0 ? INT64_MAX : planned;
}

bool okta_schedule_is_due(const okta_schedule *s, const okta_schedule_limits *limits, int64_t now)
{
    return due_at(s, limits, s->wanted, now) <= now;
}

bool okta_schedule_will_help(const okta_schedule *s, const okta_schedule_limits *limits,
                             int64_t now, int64_t deadline)
{
    bool without_keys = s->failing || !okta_schedule_is_usable(s, now);

    return s->in_flight || due_at(s, limits, true, now) <= (without_keys ? deadline : now);
}

bool okta_schedule_begin(okta_schedule *s, okta_turn_number turn, int64_t now)
{
    int64_t step = s->fetched_at - now;
    bool forced;

    if ((okta_turn_number)s->next_refresh != turn)
        return false;
    /* fetched_at last: who dies before that leaves the step to be found again */
    if (step > 0 && (!okta_turn_store_time(&s->usable_until, turn, s->usable_until - step) ||
                     !okta_turn_store_time(&s->fresh_until, turn, s->fresh_until - step) ||
                     !okta_turn_store_time(&s->fetched_at, turn, s->fetched_at - step)))
        return false;
    /* fetches that come by plan cool nothing down: a rotation may follow right behind one */
    forced = s->wanted && s->next_refresh > now && s->fetched_at >= OKTA_TURN_TIME_GRAIN;
    s->started_at = now;
    s->wanted = 0;
    s->in_flight = 1;
    /* last: whoever sees the cool-down sees the fetch under way as well */
    if (forced || s->forced_at > now)
        s->forced_at = now;
    return true;
}

bool okta_schedule_succeed(okta_schedule *s, okta_turn_number turn, const okta_key_times *times)
{
    if (!okta_turn_store_time(&s->fetched_at, turn, times->fetched_at) ||
        !okta_turn_store_time(&s->fresh_until, turn, times->fresh_until) ||
        !okta_turn_store_time(&s->usable_until, turn, times->usable_until) ||
        !okta_turn_store_time(&s->next_refresh, turn, times->next_refresh))
        return false;
    s->failing = 0;
    return true;
}

int64_t okta_backoff(uint32_t failures, int64_t retry_after, uint32_t jitter)
{
    uint32_t doublings = failures - 1 < BACKOFF_DOUBLINGS ? failures - 1 : BACKOFF_DOUBLINGS;
    int64_t backoff = percentage(least(BACKOFF_MIN << doublings, BACKOFF_MAX), jitter,
                                 BACKOFF_PERCENT_MIN, BACKOFF_PERCENT_MAX);
    int64_t asked = retry_after > 0 ? least(retry_after, RETRY_AFTER_MAX) * SECOND : 0;

    return asked > backoff ? asked : backoff;
}

bool okta_schedule_fail(okta_schedule *s, okta_turn_number turn, int64_t now, int64_t retry_after,
                        uint32_t jitter, int64_t *pause)
{
    uint32_t failing = s->failing + 1;

    *pause = okta_backoff(failing, retry_after, jitter);
    /* a late failure must not mark keys that another process has fetched meanwhile */
    if (!okta_turn_store_time(&s->next_refresh, turn, now + *pause))
        return false;
    s->failing = failing;
    return true;
}

void okta_schedule_end(okta_schedule *s)
{
    s->finished++; /* first: who sees that none is under way counts from here */
    s->in_flight = 0;
    /* whoever asked while it was under way has been served */
    if (!s->failing)
        s->wanted = 0;
}

void okta_schedule_abandon(okta_schedule *s)
{
    s->in_flight = 0;
}

void okta_schedule_want(okta_schedule *s)
{
    s->wanted = 1;
}

/* A fetch that began when the keys were already too old (the clock was set forward, say) has its
 * time to end well. */
static bool is_being_mended(const okta_schedule *s, const okta_schedule_limits *limits, int64_t now)
{
    int64_t started_at = s->started_at;

    return s->in_flight && !s->failing && started_at >= s->usable_until && started_at <= now &&
           now - started_at < limits->patience;
}

okta_phase okta_schedule_phase(const okta_schedule *s, const okta_schedule_limits *limits,
                               int64_t now)
{
    if (s->fetched_at < OKTA_TURN_TIME_GRAIN)
        return s->failing ? OKTA_PHASE_MISSING : OKTA_PHASE_EMPTY;
    if (!okta_schedule_is_usable(s, now))
        return is_being_mended(s, limits, now) ? (okta_phase)s->phase : OKTA_PHASE_EXPIRED;
    if (!s->failing)
        return OKTA_PHASE_FRESH;
    return s->fresh_until > now ? OKTA_PHASE_FAILING : OKTA_PHASE_STALE;
}

bool okta_schedule_note_phase(okta_schedule *s, const okta_schedule_limits *limits, int64_t now,
                              okta_phase *before, okta_phase *phase)
{
    uint32_t last = s->phase; /* read first: what is found then is no older */

    *before = (okta_phase)last;
    *phase = okta_schedule_phase(s, limits, now);
    return *phase != *before && atomic_compare_exchange_strong(&s->phase, &last, (uint32_t)*phase);
}
