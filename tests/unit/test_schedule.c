/* SPDX-License-Identifier: Apache-2.0 */
#include "core/schedule.h"
#include "unit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
#define NOW (INT64_C(1800000000) * SECOND)
#define GRAIN OKTA_TURN_TIME_GRAIN
#define JITTERS 1000
#define TURN 5

static const okta_schedule_limits limits = {
    .refresh_min = 300 * SECOND,
    .refresh_max = 24 * HOUR,
    .max_stale = 24 * HOUR,
    .cooldown = 5 * SECOND,
    .patience = 10 * SECOND,
};

static okta_schedule *fresh(void)
{
    okta_schedule *s = keep(calloc(1, sizeof(*s)));

    okta_schedule_take_up(s, TURN);
    return s;
}

/* One fetch, which ends at once. */
static void succeed(okta_schedule *s, int64_t now, int64_t max_age)
{
    okta_key_times times = okta_key_times_of(&limits, now, max_age, 0);

    okta_schedule_begin(s, TURN, now);
    need(okta_schedule_succeed(s, TURN, &times), "the turn is ours");
    okta_schedule_end(s);
}

static int64_t fail_with(okta_schedule *s, int64_t now, int64_t retry_after, uint32_t jitter)
{
    int64_t pause = -1;

    okta_schedule_begin(s, TURN, now);
    need(okta_schedule_fail(s, TURN, now, retry_after, jitter, &pause), "the turn is ours");
    okta_schedule_end(s);
    return pause;
}

static okta_schedule *fetched(int64_t now, int64_t max_age)
{
    okta_schedule *s = fresh();

    succeed(s, now, max_age);
    return s;
}

static bool is_about(int64_t time, int64_t expected)
{
    return time <= expected && time > expected - 2 * GRAIN;
}

rule(the_interval_follows_max_age_within_the_limits)
{
    static const struct {
        int64_t max_age, interval; /* seconds */
    } rows[] = {
        {-1, 3600},   {0, 300},       {299, 300},     {300, 300},     {301, 301},
        {7200, 7200}, {86399, 86399}, {86400, 86400}, {86401, 86400}, {INT64_MAX, 86400},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t interval = rows[i].interval * SECOND, soonest = INT64_MAX, latest = 0;

        for (uint32_t jitter = 0; jitter < JITTERS; jitter++) {
            okta_key_times times = okta_key_times_of(&limits, NOW, rows[i].max_age, jitter);
            int64_t pause = times.next_refresh - NOW;

            check(times.fetched_at == NOW && times.fresh_until == NOW + interval &&
                      times.usable_until == NOW + interval + limits.max_stale,
                  "row %zu", i);
            soonest = pause < soonest ? pause : soonest;
            latest = pause > latest ? pause : latest;
        }
        check(soonest == interval / 100 * 75 && latest == interval / 100 * 85,
              "row %zu: %" PRId64 " to %" PRId64, i, soonest, latest);
    }
}

rule(failures_in_a_row_back_off)
{
    static const int64_t nominal[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};
    okta_schedule *s = fresh();

    for (size_t i = 0; i < COUNT_OF(nominal); i++) {
        int64_t soonest = INT64_MAX, latest = 0;

        for (uint32_t jitter = 0; jitter < JITTERS; jitter++) {
            s->failing = (uint32_t)i;
            int64_t pause = fail_with(s, NOW, -1, jitter);

            soonest = pause < soonest ? pause : soonest;
            latest = pause > latest ? pause : latest;
        }
        check(s->failing == i + 1, "%zu: %u", i, s->failing);
        check(soonest == nominal[i] * SECOND / 100 * 80 &&
                  latest == nominal[i] * SECOND / 100 * 120,
              "%zu: %" PRId64 " to %" PRId64, i, soonest, latest);
    }
    succeed(s, NOW, 600);
    check(s->failing == 0, "a success");
    check(fail_with(s, NOW, -1, 20) == SECOND, "the first failure after it");
}

rule(a_server_may_ask_for_a_longer_pause_and_for_no_shorter_one)
{
    static const struct {
        uint32_t failing;
        int64_t retry_after, pause; /* seconds */
    } rows[] = {
        {0, -1, 1},           {0, 0, 1},         {0, 1, 1},       {0, 2, 2},   {0, 50, 50},
        {4, 3, 16},           {4, 17, 17},       {0, 3600, 3600}, {9, 59, 60}, {0, 3601, 3600},
        {0, INT64_MAX, 3600}, {0, INT64_MIN, 1},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_schedule *s = fresh();
        int64_t pause;

        s->failing = rows[i].failing;
        pause = fail_with(s, NOW, rows[i].retry_after, 20);
        check(pause == rows[i].pause * SECOND, "row %zu: %" PRId64, i, pause);
        check(is_about(s->next_refresh, NOW + pause), "row %zu: the next try", i);
        check(!okta_schedule_is_due(s, &limits, NOW + pause - 2 * GRAIN), "row %zu: too early", i);
        check(okta_schedule_is_due(s, &limits, NOW + pause), "row %zu: not due", i);
    }
}

rule(keys_age)
{
    const int64_t until = NOW + 600 * SECOND + limits.max_stale;
    static const struct {
        bool failing;
        int64_t after; /* microseconds since the fetch */
        okta_phase phase;
        bool usable;
    } rows[] = {
        {false, 0, OKTA_PHASE_FRESH, true},
        {false, 599 * SECOND, OKTA_PHASE_FRESH, true},
        {false, 601 * SECOND, OKTA_PHASE_FRESH, true},
        {false, 24 * HOUR + 599 * SECOND, OKTA_PHASE_FRESH, true},
        {false, 24 * HOUR + 600 * SECOND, OKTA_PHASE_EXPIRED, false},
        {true, 599 * SECOND, OKTA_PHASE_FAILING, true},
        {true, 600 * SECOND, OKTA_PHASE_STALE, true},
        {true, 24 * HOUR + 599 * SECOND, OKTA_PHASE_STALE, true},
        {true, 24 * HOUR + 600 * SECOND, OKTA_PHASE_EXPIRED, false},
        {true, 1000 * HOUR, OKTA_PHASE_EXPIRED, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_schedule *s = fetched(NOW, 600);
        int64_t now = NOW + rows[i].after;

        if (rows[i].failing)
            fail_with(s, NOW + SECOND, -1, 0);
        check(is_about(s->usable_until, until), "row %zu: the end", i);
        check(okta_schedule_phase(s, &limits, now) == rows[i].phase, "row %zu: phase %d", i,
              okta_schedule_phase(s, &limits, now));
        check(okta_schedule_is_usable(s, now) == rows[i].usable, "row %zu: usable", i);
    }
}

rule(without_keys_nothing_is_fresh_or_expired)
{
    okta_schedule *s = fresh();

    check(okta_schedule_phase(s, &limits, NOW) == OKTA_PHASE_EMPTY, "at first");
    check(!okta_schedule_is_usable(s, NOW), "usable");
    fail_with(s, NOW, -1, 0);
    check(okta_schedule_phase(s, &limits, NOW) == OKTA_PHASE_MISSING, "after a failure");
    check(okta_schedule_phase(s, &limits, NOW + 1000 * HOUR) == OKTA_PHASE_MISSING, "for long");
}

rule(each_change_of_phase_is_told_once)
{
    okta_schedule *s = fetched(NOW, 600);
    okta_phase before, phase;

    check(okta_schedule_note_phase(s, &limits, NOW, &before, &phase), "a change");
    check(before == OKTA_PHASE_EMPTY && phase == OKTA_PHASE_FRESH, "%d to %d", before, phase);
    check(!okta_schedule_note_phase(s, &limits, NOW, &before, &phase), "the same again");
    check(okta_schedule_note_phase(s, &limits, NOW + 48 * HOUR, &before, &phase), "the next");
    check(before == OKTA_PHASE_FRESH && phase == OKTA_PHASE_EXPIRED, "%d to %d", before, phase);
}

rule(a_fetch_that_begins_with_expired_keys_has_its_time_before_they_count_as_expired)
{
    okta_schedule *s = fetched(NOW, 600);
    const int64_t later = NOW + 100 * HOUR;
    okta_phase before, phase;

    okta_schedule_note_phase(s, &limits, NOW, &before, &phase);
    check(okta_schedule_phase(s, &limits, later) == OKTA_PHASE_EXPIRED, "without a fetch");
    okta_schedule_begin(s, TURN, later);
    check(okta_schedule_phase(s, &limits, later + 9 * SECOND) == OKTA_PHASE_FRESH, "meanwhile");
    check(okta_schedule_phase(s, &limits, later + 10 * SECOND) == OKTA_PHASE_EXPIRED, "too long");
    okta_schedule_abandon(s);
    check(okta_schedule_phase(s, &limits, later + SECOND) == OKTA_PHASE_EXPIRED, "given up");
    okta_schedule_begin(s, TURN, later);
    s->failing = 1;
    check(okta_schedule_phase(s, &limits, later + SECOND) == OKTA_PHASE_EXPIRED,
          "it failed before");
}

/* Whether a fetch is due, and whether help within two seconds is promised, in every situation. */
rule(due_and_promised)
{
    static const struct {
        const char *situation;
        bool on_demand, has_keys, forced, failing, wanted;
        int64_t after; /* seconds since the last fetch; -1: there was none */
        bool due, promised;
    } rows[] = {
        {"at first", false, false, false, false, false, -1, true, true},
        {"on demand, nobody asked", true, false, false, false, false, -1, false, true},
        {"on demand, somebody asked", true, false, false, false, true, -1, true, true},
        {"on demand, fetched before, in time", true, true, false, false, false, 449, false, true},
        {"on demand, fetched before, planned", true, true, false, false, false, 450, true, true},
        {"keys, fetched by plan, nobody asked", false, true, false, false, false, 0, false, true},
        {"keys, fetched by plan, somebody asked", false, true, false, false, true, 0, true, true},
        {"keys, cool-down", false, true, true, false, true, 4, false, false},
        {"keys, cooled down, nobody asked", false, true, true, false, false, 5, false, true},
        {"keys, cooled down, somebody asked", false, true, true, false, true, 5, true, true},
        {"keys, planned", false, true, false, false, false, 450, true, true},
        {"keys, failing: the backoff counts", false, true, false, true, true, 7, false, false},
        {"keys, failing: soon over", false, true, false, true, true, 9, false, true},
        {"keys, failing: over", false, true, false, true, true, 11, true, true},
        {"no keys, failing: the backoff counts", false, false, false, true, true, 7, false, false},
        {"no keys, failing: soon over", false, false, false, true, true, 9, false, true},
        {"no keys, failing: over", false, false, false, true, false, 11, true, true},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_schedule_limits l = limits;
        okta_schedule *s = fresh();
        int64_t now = NOW + rows[i].after * SECOND;

        l.on_demand = rows[i].on_demand;
        if (rows[i].forced) {
            succeed(s, NOW - SECOND, 600);
            okta_schedule_want(s);
        }
        if (rows[i].has_keys)
            succeed(s, NOW, 600);
        if (rows[i].failing) /* 11 seconds by what the server says */
            fail_with(s, NOW, 11, 0);
        if (rows[i].wanted)
            okta_schedule_want(s);
        check(okta_schedule_is_due(s, &l, now) == rows[i].due, "%s: due", rows[i].situation);
        check(okta_schedule_will_help(s, &l, now, now + 2 * SECOND) == rows[i].promised,
              "%s: promised", rows[i].situation);
    }
}

rule(a_fetch_under_way_is_help_and_serves_who_asked_meanwhile_if_it_ends_well)
{
    okta_schedule *s = fetched(NOW, 600);

    okta_schedule_want(s);
    okta_schedule_begin(s, TURN, NOW + 6 * SECOND);
    check(!s->wanted && s->in_flight, "begun for whoever asked");
    check(okta_schedule_will_help(s, &limits, NOW + 7 * SECOND, NOW + 7 * SECOND), "help");
    okta_schedule_want(s);
    okta_schedule_end(s);
    check(!s->wanted && !s->in_flight && s->finished == 2, "ended well");
    okta_schedule_begin(s, TURN, NOW + 20 * SECOND);
    okta_schedule_want(s);
    s->failing = 1;
    okta_schedule_end(s);
    check(s->wanted && s->finished == 3, "ended badly");
}

rule(keys_of_the_future_do_not_last_until_then)
{
    okta_schedule *s = fetched(NOW, 600);
    const int64_t back = NOW - 5 * HOUR;

    check(okta_schedule_is_due(s, &limits, back), "due by the new time");
    check(okta_schedule_will_help(s, &limits, back, back), "and promised");
    okta_schedule_begin(s, TURN, back);
    check(is_about(s->fetched_at, back), "fetched by the new clock");
    check(llabs(s->fresh_until - back - 600 * SECOND) < 2 * GRAIN &&
              llabs(s->usable_until - back - 600 * SECOND - limits.max_stale) < 2 * GRAIN,
          "times by the new clock");
    fail_with(s, back, -1, 20);
    check(is_about(s->next_refresh, back + SECOND), "the next try by the new clock");
}

rule(a_clock_that_was_ahead_for_the_length_of_a_fetch_delays_nothing)
{
    okta_schedule *s = fetched(NOW, 600);
    int64_t pause;

    okta_schedule_begin(s, TURN, NOW + HOUR);
    okta_schedule_fail(s, TURN, NOW + 500 * HOUR, -1, 0, &pause);
    okta_schedule_end(s);
    check(okta_schedule_is_due(s, &limits, NOW + HOUR + SECOND), "due once it is right again");
}

rule(a_clock_that_is_set_forward_ends_keys_and_makes_a_fetch_due)
{
    okta_schedule *s = fetched(NOW, 600);
    const int64_t forward = NOW + 1000 * HOUR;

    check(!okta_schedule_is_usable(s, forward), "usable");
    check(okta_schedule_is_due(s, &limits, forward), "due");
    check(okta_schedule_will_help(s, &limits, forward, forward), "promised");
}

rule(a_restart_takes_over_what_holds)
{
    static const bool with_keys[] = {true, false};
    okta_schedule *old = fetched(NOW, 600);

    fail_with(old, NOW + SECOND, 100, 0);
    okta_schedule_want(old);
    old->in_flight = 1;
    old->phase = OKTA_PHASE_FAILING;
    for (size_t i = 0; i < COUNT_OF(with_keys); i++) {
        okta_schedule *s = keep(calloc(1, sizeof(*s)));
        okta_key_times times = okta_schedule_times(old);

        okta_schedule_take_over(s, old, &times, with_keys[i]);
        check(s->next_refresh == old->next_refresh && s->started_at == NOW + SECOND &&
                  s->failing == 1 && s->finished == 2 && s->phase == OKTA_PHASE_FAILING,
              "%zu: what concerns the next fetch", i);
        check(s->fetched_at == (with_keys[i] ? old->fetched_at : 0) &&
                  s->fresh_until == (with_keys[i] ? old->fresh_until : 0) &&
                  s->usable_until == (with_keys[i] ? old->usable_until : 0),
              "%zu: the times of the keys", i);
        check(!s->in_flight && !s->wanted, "%zu: what is under way is another process's", i);
        okta_schedule_settle(s, &limits, 0);
        check(s->next_refresh == old->next_refresh, "%zu: the backoff", i);
    }
}

rule(limits_that_a_restart_changes_hold_for_keys_that_it_took_over)
{
    static const struct {
        int64_t min, max, stale;     /* seconds, as configured now */
        int64_t fresh, usable, next; /* seconds after the fetch */
    } rows[] = {
        {300, 86400, 86400, 600, 87000, 450}, /* as before */
        {60, 60, 0, 60, 60, 45},              /* shorter */
        {1200, 7200, 10, 1200, 1210, 450},    /* longer: what was planned may stay */
        {300, 86400, 0, 600, 600, 450},       /* no time to be stale in */
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_schedule_limits l = limits;
        okta_schedule *s = fetched(NOW, 600);

        l.refresh_min = rows[i].min * SECOND;
        l.refresh_max = rows[i].max * SECOND;
        l.max_stale = rows[i].stale * SECOND;
        okta_schedule_settle(s, &l, 0);
        check(is_about(s->fresh_until, NOW + rows[i].fresh * SECOND) &&
                  is_about(s->usable_until, NOW + rows[i].usable * SECOND) &&
                  is_about(s->next_refresh, NOW + rows[i].next * SECOND),
              "row %zu: %" PRId64 " %" PRId64 " %" PRId64, i, s->fresh_until - NOW,
              s->usable_until - NOW, s->next_refresh - NOW);
    }
}

rule(keys_from_a_file_count_as_fetched_when_the_file_says)
{
    okta_schedule *s = keep(calloc(1, sizeof(*s)));
    okta_schedule_limits l = limits;
    okta_key_times times = okta_key_times_of(&limits, NOW - HOUR, 600, 0);
    const okta_key_times for_ever = {NOW, INT64_MAX, INT64_MAX, INT64_MAX};

    l.on_demand = true;
    okta_schedule_restore(s, &times);
    check(okta_schedule_is_usable(s, NOW), "usable");
    check(okta_schedule_is_due(s, &l, NOW), "refreshed also where nobody asked yet");
    okta_schedule_restore(s, &for_ever);
    check(okta_schedule_is_usable(s, NOW + 1000000 * HOUR), "for ever");
    check(okta_schedule_phase(s, &limits, NOW + 1000000 * HOUR) == OKTA_PHASE_FRESH, "fresh");
}

/* Whoever dies in the middle leaves the step to be found: keys may end too early, never too late.
 */
rule(a_clock_set_back_is_made_good_also_after_a_holder_that_died_over_it)
{
    const int64_t year = 365 * 24 * HOUR, back = NOW - year;
    okta_schedule *s = fetched(NOW, 600);

    /* as far as a holder gets before its first store, and behind each of the next two */
    for (int stores = 0; stores < 3; stores++) {
        okta_key_times times = okta_key_times_of(&limits, NOW, 600, 0);

        okta_schedule_restore(s, &times);
        okta_schedule_take_up(s, TURN);
        if (stores > 0)
            okta_turn_store_time(&s->usable_until, TURN, s->usable_until - year);
        if (stores > 1)
            okta_turn_store_time(&s->fresh_until, TURN, s->fresh_until - year);
        okta_schedule_take_up(s, TURN + 1);
        need(okta_schedule_begin(s, TURN + 1, back), "the turn is theirs");
        check(is_about(s->fetched_at, back), "%d stores: fetched", stores);
        check(s->usable_until <= back + 600 * SECOND + limits.max_stale, "%d stores: %" PRId64 " s",
              stores, (s->usable_until - back) / SECOND);
    }
}

rule(nothing_is_begun_out_of_turn)
{
    okta_schedule *s = fetched(NOW, 600);

    /* the turn is lost between two stores: what tells of the clock is still there */
    okta_turn_claim_time(&s->usable_until, TURN + 1);
    check(!okta_schedule_begin(s, TURN, NOW - HOUR), "begun without the end of its turn");
    check(is_about(s->fetched_at, NOW) && !s->in_flight, "the step can be found again");

    okta_schedule_want(s);
    okta_schedule_take_up(s, TURN + 1);
    check(!okta_schedule_begin(s, TURN, NOW + HOUR), "begun by a holder of before");
    check(!s->in_flight && s->wanted && s->started_at == NOW, "and nothing is under way");
}

rule(a_holder_whose_turn_is_over_changes_nothing_that_matters)
{
    okta_schedule *s = fetched(NOW, 600);
    okta_key_times times = okta_key_times_of(&limits, NOW + 100 * HOUR, -1, 0);
    okta_key_times before, after;
    int64_t pause;

    s->in_flight = 1;
    okta_schedule_take_up(s, TURN + 1);
    before = okta_schedule_times(s);
    check(!s->in_flight, "a fetch of before is not under way");
    check(!okta_schedule_succeed(s, TURN, &times), "a late success");
    check(!okta_schedule_fail(s, TURN, NOW + HOUR, -1, 0, &pause), "a late failure");
    after = okta_schedule_times(s);
    check(memcmp(&before, &after, sizeof(before)) == 0 && !s->failing, "times and failures");
    check(okta_schedule_succeed(s, TURN + 1, &times), "the next one");
}
