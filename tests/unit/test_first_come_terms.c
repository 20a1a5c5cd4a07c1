/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts that take proofs for different times. */
#include "core/first_come.h"
#include "store.h"
#include "unit.h"

#include <string.h>

#define NOW STORE_NOW
#define MARGIN 2
/* When the entries that a short host keeps of a proof of NOW are over. */
#define OVER (NOW + 130)

typedef struct host {
    int64_t window, skew;
} host;

static const host brief = {60, 60}, patient = {600, 60}, lenient = {60, 300};
static const unsigned char id[OKTA_DIGEST_BYTES] = "a proof",
                           next_id[OKTA_DIGEST_BYTES] = "another";

static okta_first_come begin(const host *h)
{
    const okta_sealer sealer = store_sealer(1);

    return okta_first_come_begin(&store_calls, &sealer, h->window, h->skew);
}

static okta_first_come take_by(const okta_store *calls, const host *h, const unsigned char *what,
                               int64_t issued_at, int64_t *age)
{
    const okta_arrival arrival = {what, issued_at, h->window, h->skew};
    const okta_sealer sealer = store_sealer(1);
    int64_t wait;

    return okta_first_come_take(calls, &sealer, &arrival, &wait, age);
}

static okta_first_come take(const host *h, const unsigned char *what, int64_t issued_at)
{
    int64_t age;

    return take_by(&store_calls, h, what, issued_at, &age);
}

/* A store that this host began long ago. */
static void begun_by(const host *h)
{
    store_clear();
    store.now = NOW - 10000;
    need(begin(h) == OKTA_FIRST_COME, "no beginning");
    store.now = NOW;
}

rule(what_was_taken_before_a_host_came_that_takes_it_for_longer_is_not_taken_by_that_one)
{
    int64_t age = 0;

    begun_by(&brief);
    need(take(&brief, id, NOW) == OKTA_FIRST_COME, "the first one");
    store.now = OVER;
    check(take_by(&store_calls, &patient, id, NOW, &age) == OKTA_FIRST_COME_YOUNG && age == 0,
          "taken again, or age %d", (int)age);
    store.now += patient.skew + MARGIN + 1;
    check(take(&patient, id, NOW) != OKTA_FIRST_COME, "taken later");
    check(take(&patient, next_id, store.now) == OKTA_FIRST_COME, "the next one is not");
    check(take(&brief, next_id, store.now) == OKTA_FIRST_COME_NOT, "the next one twice");
}

rule(a_host_that_takes_proofs_for_longer_begins_anew_when_it_starts)
{
    begun_by(&brief);
    need(begin(&patient) == OKTA_FIRST_COME, "not begun");
    check(take(&patient, id, NOW + patient.skew + MARGIN) == OKTA_FIRST_COME_YOUNG, "too early");
    check(take(&brief, next_id, NOW + patient.skew + MARGIN + 1) == OKTA_FIRST_COME, "too late");
    need(begin(&patient) == OKTA_FIRST_COME, "not begun again");
    check(take(&patient, next_id, NOW + patient.skew + MARGIN + 1) == OKTA_FIRST_COME_NOT,
          "forgotten");
}

rule(what_comes_to_a_host_that_takes_it_for_less_is_kept_for_the_others)
{
    begun_by(&patient);
    need(take(&brief, id, NOW) == OKTA_FIRST_COME, "the first one");
    store.now = NOW + patient.window;
    check(take(&patient, id, NOW) == OKTA_FIRST_COME_NOT, "taken again");
}

rule(what_is_ahead_of_the_clocks_counts_by_the_most_lenient_host)
{
    begun_by(&brief);
    check(take(&lenient, id, NOW + 299) == OKTA_FIRST_COME_YOUNG, "by its own");
    store.now = NOW + 100;
    /* a lenient one may have taken it before it was kept */
    check(take(&brief, next_id, NOW + 100) == OKTA_FIRST_COME_YOUNG, "by the others");
    begun_by(&lenient);
    need(take(&brief, id, NOW) == OKTA_FIRST_COME, "the first one");
    store.now = NOW + brief.window + lenient.skew;
    check(take(&lenient, id, NOW) != OKTA_FIRST_COME, "again at its end");
}

static void expect_both_kept(const host *former, const host *latter)
{
    begun_by(former);
    need(begin(latter) == OKTA_FIRST_COME && begin(&brief) == OKTA_FIRST_COME, "not begun");
    store.now += 86401; /* and it is written anew */
    need(begin(&brief) == OKTA_FIRST_COME, "a day later");
    check(take(&lenient, next_id, store.now) == OKTA_FIRST_COME, "skew");
    need(take(&brief, id, store.now) == OKTA_FIRST_COME, "the first one");
    store.now += patient.window;
    check(take(&patient, id, store.now - patient.window) == OKTA_FIRST_COME_NOT, "window");
}

rule(times_of_one_host_are_not_cut_by_another_ones)
{
    expect_both_kept(&patient, &lenient);
    expect_both_kept(&lenient, &patient);
}

/* What happens just before one step of the host whose steps are counted. */
typedef struct meanwhile {
    int before, steps;
    void (*happens)(void);
} meanwhile;

static okta_first_come come_meanwhile;

static void step(void *baton)
{
    meanwhile *m = baton;

    if (m && ++m->steps == m->before)
        m->happens();
}

static void patient_takes(void)
{
    come_meanwhile = take(&patient, id, NOW);
}

static void brief_takes(void)
{
    come_meanwhile = take(&brief, id, NOW);
}

static void patient_begins(void)
{
    begin(&patient);
}

/* How many steps the host makes, with that before the given one. */
static int expect_one_at_most(const host *h, void (*happens)(void), int before)
{
    meanwhile m = {before, 0, happens};
    const okta_store calls = {store_put, store_get, store_seconds, store_monotonic, &m};
    int64_t age;
    int firsts;

    begun_by(&brief);
    store.before = step;
    come_meanwhile = OKTA_FIRST_COME_NOT;
    firsts = take_by(&calls, h, id, NOW, &age) == OKTA_FIRST_COME;
    firsts += come_meanwhile == OKTA_FIRST_COME;
    check(firsts <= 1, "before step %d: %d at once", before, firsts);
    for (store.now = OVER; store.now <= NOW + patient.window + 1; store.now += 10)
        firsts += take(&patient, id, NOW) == OKTA_FIRST_COME;
    check(firsts <= 1, "before step %d: %d in all", before, firsts);
    return m.steps;
}

rule(whatever_another_host_does_between_two_steps_nobody_takes_what_was_taken)
{
    int before = 1;

    while (before <= expect_one_at_most(&brief, patient_takes, before))
        before++;
    check(before > 5, "%d steps", before - 1);
    for (before = 1; before <= expect_one_at_most(&patient, brief_takes, before);)
        before++;
    check(before > 9, "%d steps", before - 1);
    for (before = 1; before <= expect_one_at_most(&brief, patient_begins, before);)
        before++;
    check(before > 5, "%d steps", before - 1);
}
