/* SPDX-License-Identifier: Apache-2.0 */
/* When an issuer is asked for its key set, and what the set is worth meanwhile: due, fresh, stale,
 * expired; how failures back off; what a clock that is set, and what a restart leaves of it.
 *
 * The state lies in memory that processes share. Functions of the state, the limits, the time and a
 * random number; no clock is read here and nothing waits. Times are microseconds since the epoch, 0
 * (or less than OKTA_TURN_TIME_GRAIN) for never; durations are microseconds. */
#ifndef OKTA_CORE_SCHEDULE_H
#define OKTA_CORE_SCHEDULE_H

#include "core/turn.h"

/* The pause after so many failures in a row (at least 1): it doubles with each, from 1 s to 60 s,
 * and is no shorter than retry_after (seconds, an hour at most; -1: not said). */
int64_t okta_backoff(uint32_t failures, int64_t retry_after, uint32_t jitter);

/* What is configured for an issuer. */
typedef struct okta_schedule_limits {
    int64_t refresh_min, refresh_max; /* between two fetches */
    int64_t max_stale;                /* for which the set serves on when refreshing fails */
    int64_t cooldown;                 /* between two fetches that requests ask for */
    int64_t patience;                 /* for which a fetch may be under way */
    bool on_demand;                   /* nothing is fetched until a request asks */
} okta_schedule_limits;

typedef enum okta_phase {
    OKTA_PHASE_EMPTY,   /* no keys yet, nothing failed yet */
    OKTA_PHASE_MISSING, /* no keys, and fetching fails: 503 */
    OKTA_PHASE_FRESH,
    OKTA_PHASE_FAILING, /* refresh fails, keys are within their time */
    OKTA_PHASE_STALE,   /* refresh fails, keys are past their time and serve on */
    OKTA_PHASE_EXPIRED, /* keys are past max_stale: 503 */
} okta_phase;

/* All zero: never fetched. Read by any process and thread. Written by the functions below alone;
 * the refresher calls them in its turn, others where it is said. */
typedef struct okta_schedule {
    _Atomic int64_t fetched_at;   /* when the published key set was last confirmed by its source */
    _Atomic int64_t fresh_until;  /* when its source wants to have been asked again */
    _Atomic int64_t usable_until; /* when it gets too old to judge tokens by */
    _Atomic int64_t next_refresh; /* when the refresher will fetch by itself */
    _Atomic int64_t started_at;   /* when the last fetch started */
    _Atomic int64_t
        forced_at; /* when the last one started that requests asked for, ahead of plan */
    _Atomic uint32_t in_flight; /* a fetch is under way, or its process died over it */
    _Atomic uint32_t wanted;    /* a request needs newer keys; a fetch clears it */
    _Atomic uint32_t finished;  /* fetches that ended, well or not */
    _Atomic uint32_t failing;   /* failures since the last success */
    _Atomic uint32_t phase;     /* as last found by okta_schedule_note_phase */
} okta_schedule;

/* The first four, taken together. */
typedef struct okta_key_times {
    int64_t fetched_at, fresh_until, usable_until, next_refresh;
} okta_key_times;

/* The times of a key set that its source confirmed at fetched_at, saying max_age (seconds; -1: it
 * said nothing). jitter is any number, by chance. */
okta_key_times okta_key_times_of(const okta_schedule_limits *limits, int64_t fetched_at,
                                 int64_t max_age, uint32_t jitter);

/* Parent, before the fork: keys from a file have these times, which count as a fetch. */
void okta_schedule_restore(okta_schedule *schedule, const okta_key_times *times);

/* Parent, before the fork: a restart goes on with what the previous configuration had at `from`,
 * whose refresher may still be at work. Its times are read before the keys, against the order in
 * which a fetch writes, so that the keys are no older than their times say. Then all is taken over;
 * without the keys only what concerns the next fetch. */
okta_key_times okta_schedule_times(const okta_schedule *schedule);
void okta_schedule_take_over(okta_schedule *schedule, const okta_schedule *from,
                             const okta_key_times *times, bool with_keys);

/* Parent, before the fork, after taking over keys: the limits may be others than before. */
void okta_schedule_settle(okta_schedule *schedule, const okta_schedule_limits *limits,
                          uint32_t jitter);

/* The turn has become ours: what earlier holders store does not count any more, and a fetch of
 * theirs is not under way. */
void okta_schedule_take_up(okta_schedule *schedule, okta_turn_number turn);

/* Whether to fetch, where no fetch is under way. */
bool okta_schedule_is_due(const okta_schedule *schedule, const okta_schedule_limits *limits,
                          int64_t now);

/* A fetch begins. Keys that were fetched later than now, before the clock was set back, count as
 * fetched now, so that they are not trusted longer than configured. False: the turn is over, and
 * nothing is to be fetched. */
bool okta_schedule_begin(okta_schedule *schedule, okta_turn_number turn, int64_t now);

/* Its outcome, and then its end: whoever sees the end has to see its outcome. False: the turn is
 * over, whoever has the next one decides, and nothing was changed for good. A failure is followed
 * by *pause, longer with each in a row, and no shorter than retry_after (seconds; -1: not said). */
bool okta_schedule_succeed(okta_schedule *schedule, okta_turn_number turn,
                           const okta_key_times *times);
bool okta_schedule_fail(okta_schedule *schedule, okta_turn_number turn, int64_t now,
                        int64_t retry_after, uint32_t jitter, int64_t *pause);
void okta_schedule_end(okta_schedule *schedule);

/* The fetch under way is given up without an outcome. */
void okta_schedule_abandon(okta_schedule *schedule);

/* A request needs newer keys than there are. Any process and thread. */
void okta_schedule_want(okta_schedule *schedule);

/* Whether a request that wants keys may wait for them until the deadline: a fetch is under way, or
 * will be due by then; with usable keys, which others are content with, only if it is due now. Any
 * process and thread. */
bool okta_schedule_will_help(const okta_schedule *schedule, const okta_schedule_limits *limits,
                             int64_t now, int64_t deadline);

/* Whether tokens may be judged by the keys. Any process and thread. */
static inline bool okta_schedule_is_usable(const okta_schedule *schedule, int64_t now)
{
    return schedule->usable_until > now;
}

okta_phase okta_schedule_phase(const okta_schedule *schedule, const okta_schedule_limits *limits,
                               int64_t now);

/* The phase, and the one *before if it changed since it was last noted; of several processes and
 * threads that see the same change one gets true. */
bool okta_schedule_note_phase(okta_schedule *schedule, const okta_schedule_limits *limits,
                              int64_t now, okta_phase *before, okta_phase *phase);

#endif
