/* SPDX-License-Identifier: Apache-2.0 */
#include "core/schedule.h"
#include "unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Random histories of an issuer: fetches that end well, badly or not at all, processes that die or
 * stand still, restarts with other limits, clocks that are set, requests that ask. After each event
 * the rules below hold. A seed makes a history; OKTA_SEED=n runs others than the usual ones. */

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
#define HISTORIES 20000u
#define EVENTS 80
#define LONGEST_PAUSE HOUR /* that a server may ask for */

typedef struct history {
    uint64_t chance;
    uint64_t seed;
    okta_schedule schedule;
    okta_schedule_limits limits;
    okta_turn_number turn;
    int64_t now;
    bool running;
} history;

/* The two rules that have to agree; the tests at the end put broken ones in their place. */
typedef struct rules {
    bool (*is_due)(const okta_schedule *, const okta_schedule_limits *, int64_t);
    bool (*will_help)(const okta_schedule *, const okta_schedule_limits *, int64_t, int64_t);
} rules;

typedef struct tally {
    unsigned int promises, broken;       /* without a fetch in time */
    unsigned int refusals, missed;       /* though a fetch was due */
    uint64_t first_broken, first_missed; /* seeds */
} tally;

/* xorshift64* */
static uint64_t pick(history *h, uint64_t below)
{
    h->chance ^= h->chance >> 12;
    h->chance ^= h->chance << 25;
    h->chance ^= h->chance >> 27;
    return (h->chance * UINT64_C(2685821657736338717) >> 16) % below;
}

/* Of any order of magnitude, from microseconds up. */
static int64_t duration(history *h, int64_t longest)
{
    return (int64_t)pick(h, (uint64_t)longest >> pick(h, 36) | 1);
}

static uint32_t jitter(history *h)
{
    return (uint32_t)pick(h, UINT32_MAX);
}

static okta_schedule_limits some_limits(history *h)
{
    int64_t min = duration(h, 24 * HOUR);

    return (okta_schedule_limits){.refresh_min = min,
                                  .refresh_max = min + duration(h, 24 * HOUR),
                                  .max_stale = duration(h, 48 * HOUR),
                                  .cooldown = duration(h, 60 * SECOND),
                                  .patience = duration(h, 60 * SECOND),
                                  .on_demand = pick(h, 3) == 0};
}

static void begin_or_end(history *h)
{
    okta_schedule *s = &h->schedule;
    okta_key_times times;
    int64_t pause;

    if (!h->running) {
        h->running = okta_schedule_is_due(s, &h->limits, h->now);
        if (h->running)
            okta_schedule_begin(s, h->turn, h->now);
        return;
    }
    times = okta_key_times_of(&h->limits, h->now, (int64_t)pick(h, 90000) - 1, jitter(h));
    if (pick(h, 2))
        need(okta_schedule_succeed(s, h->turn, &times), "seed %" PRIu64, h->seed);
    else
        need(okta_schedule_fail(s, h->turn, h->now, (int64_t)pick(h, 5000) - 1000, jitter(h),
                                &pause),
             "seed %" PRIu64, h->seed);
    okta_schedule_end(s);
    h->running = false;
}

/* The process of the refresher dies, or stands still and wants to go on when it is too late. */
static void change_process(history *h)
{
    okta_schedule *s = &h->schedule;
    okta_turn_number before = h->turn++;
    okta_key_times late = okta_key_times_of(&h->limits, h->now + 1000 * HOUR, -1, 0), found;
    int64_t pause;

    okta_schedule_take_up(s, h->turn);
    h->running = false;
    found = okta_schedule_times(s);
    check(!okta_schedule_succeed(s, before, &late) &&
              !okta_schedule_fail(s, before, h->now, -1, 0, &pause),
          "seed %" PRIu64 ": late", h->seed);
    late = okta_schedule_times(s);
    check(memcmp(&found, &late, sizeof(late)) == 0, "seed %" PRIu64 ": late times", h->seed);
}

static void restart(history *h)
{
    okta_schedule old = h->schedule;
    okta_key_times times = okta_schedule_times(&old);
    bool with_keys = times.fetched_at >= OKTA_TURN_TIME_GRAIN && pick(h, 4);

    memset(&h->schedule, 0, sizeof(h->schedule));
    okta_schedule_take_over(&h->schedule, &old, &times, with_keys);
    h->limits = some_limits(h);
    if (with_keys) {
        okta_schedule_settle(&h->schedule, &h->limits, jitter(h));
    } else if (pick(h, 2)) {
        times = okta_key_times_of(&h->limits, h->now - duration(h, 24 * HOUR), -1, jitter(h));
        okta_schedule_restore(&h->schedule, &times);
    }
    h->turn = 1;
    h->running = false;
    okta_schedule_take_up(&h->schedule, h->turn);
}

static void happen(history *h)
{
    switch (pick(h, 12)) {
    case 0:
        h->now += duration(h, 100 * HOUR); /* time passes, or the clock is set forward */
        break;
    case 1:
        h->now -= duration(h, 100 * HOUR);
        break;
    case 2:
        change_process(h);
        break;
    case 3:
        restart(h);
        break;
    case 4:
        okta_schedule_abandon(&h->schedule);
        h->running = false;
        break;
    case 5:
        okta_schedule_want(&h->schedule);
        break;
    case 6:
    case 7:
        h->now += duration(h, 10 * SECOND);
        break;
    default:
        begin_or_end(h);
        break;
    }
}

/* A request asks, as httpd's do, and waits or does not. */
static void ask(history *h, const rules *r, tally *t)
{
    okta_schedule asked = h->schedule;
    int64_t deadline = h->now + duration(h, 10 * SECOND);
    bool is_coming;

    okta_schedule_want(&asked);
    is_coming = asked.in_flight || r->is_due(&asked, &h->limits, h->now);
    if (r->will_help(&asked, &h->limits, h->now, deadline)) {
        t->promises++;
        if (!is_coming && !r->is_due(&asked, &h->limits, deadline) && !t->broken++)
            t->first_broken = h->seed;
    } else {
        t->refusals++;
        if (is_coming && !t->missed++)
            t->first_missed = h->seed;
    }
}

static void expect_sound(const history *h)
{
    const okta_schedule *s = &h->schedule;
    int64_t longest = h->limits.refresh_max > LONGEST_PAUSE ? h->limits.refresh_max : LONGEST_PAUSE;
    okta_schedule_limits wanted_once = h->limits;

    wanted_once.on_demand = false;
    check(s->usable_until - s->fetched_at <=
              h->limits.refresh_max + h->limits.max_stale + 2 * OKTA_TURN_TIME_GRAIN,
          "seed %" PRIu64 ": keys are trusted longer than configured", h->seed);
    check(!h->running || s->fetched_at <= h->now || s->started_at > h->now,
          "seed %" PRIu64 ": keys of the future", h->seed);
    check(h->running == (s->in_flight != 0), "seed %" PRIu64 ": in flight", h->seed);
    check(okta_schedule_is_due(s, &wanted_once, h->now) ||
              okta_schedule_is_due(s, &wanted_once, h->now + longest),
          "seed %" PRIu64 ": no fetch is due for longer than any pause", h->seed);
}

static tally run(const rules *r, uint64_t first_seed, bool is_sound)
{
    tally t = {0};

    for (uint64_t seed = first_seed; seed < first_seed + HISTORIES; seed++) {
        history h = {.chance = seed * UINT64_C(0x9e3779b97f4a7c15) | 1,
                     .seed = seed,
                     .turn = 1,
                     .now = INT64_C(1800000000) * SECOND};

        h.limits = some_limits(&h);
        okta_schedule_take_up(&h.schedule, h.turn);
        for (int event = 0; event < EVENTS; event++) {
            ask(&h, r, &t);
            happen(&h);
            if (is_sound)
                expect_sound(&h);
        }
    }
    return t;
}

static uint64_t first_seed(void)
{
    const char *chosen = getenv("OKTA_SEED");

    return chosen ? strtoull(chosen, NULL, 10) : 1;
}

rule(help_that_is_promised_is_due)
{
    static const rules ours = {okta_schedule_is_due, okta_schedule_will_help};
    uint64_t seed = first_seed();
    tally t = run(&ours, seed, true);

    printf("# seeds %" PRIu64 " to %" PRIu64 ": %u histories of %d events, %u promises, "
           "%u refusals\n",
           seed, seed + HISTORIES - 1, HISTORIES, EVENTS, t.promises, t.refusals);
    check(t.broken == 0, "seed %" PRIu64 ", %u in all", t.first_broken, t.broken);
    check(t.missed == 0, "seed %" PRIu64 ", %u in all", t.first_missed, t.missed);
    check(t.promises > HISTORIES && t.refusals > HISTORIES, "too few of one kind");
}

static void expect_caught(const rules *broken)
{
    tally t = run(broken, first_seed(), false);

    printf("# caught: first by seed %" PRIu64 ", %u times\n", t.first_broken, t.broken);
    check(t.broken > 0, "the histories do not find it");
}

static bool help_by_the_cool_down_alone(const okta_schedule *s, const okta_schedule_limits *limits,
                                        int64_t now, int64_t deadline)
{
    (void)deadline;
    return s->in_flight || s->started_at + limits->cooldown <= now || s->started_at > now;
}

rule(a_promise_that_forgets_the_backoff_is_caught)
{
    static const rules broken = {okta_schedule_is_due, help_by_the_cool_down_alone};
    expect_caught(&broken);
}

static bool due_as_planned_alone(const okta_schedule *s, const okta_schedule_limits *limits,
                                 int64_t now)
{
    return !(limits->on_demand && s->started_at == 0) && s->next_refresh <= now;
}

rule(a_plan_that_forgets_who_asks_is_caught)
{
    static const rules broken = {due_as_planned_alone, okta_schedule_will_help};
    expect_caught(&broken);
}
