/* SPDX-License-Identifier: Apache-2.0 */
#include "core/flights.h"
#include "unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define NOW INT64_C(1000000000) /* microseconds */
#define LATER (NOW + 2000000)

static okta_flights *fresh(void)
{
    return keep(calloc(1, sizeof(okta_flights)));
}

/* Of place and tag. */
static const unsigned char *digest(uint32_t place, uint32_t tag)
{
    unsigned char *made = keep(calloc(1, OKTA_DIGEST_BYTES));

    memcpy(made, &place, sizeof(place));
    memcpy(made + sizeof(place), &tag, sizeof(tag));
    return made;
}

rule(one_has_the_flight)
{
    okta_flights *flights = fresh();
    okta_flight mine, theirs;

    need(okta_flight_begin(flights, digest(7, 1), NOW, LATER, &mine), "the first");
    check(!okta_flight_begin(flights, digest(7, 1), NOW, LATER, &theirs), "the second");
    check(!okta_flight_is_over(&theirs, NOW), "under way");
    check(okta_flight_find(flights, digest(7, 1), NOW, &theirs), "found");
    okta_flight_end(&mine);
    check(okta_flight_is_over(&theirs, NOW), "over");
    check(!okta_flight_find(flights, digest(7, 1), NOW, &theirs), "found no more");
    check(okta_flight_begin(flights, digest(7, 1), NOW, LATER, &theirs), "the next");
}

rule(others_are_not_held_up)
{
    okta_flights *flights = fresh();
    okta_flight one, other;

    need(okta_flight_begin(flights, digest(7, 1), NOW, LATER, &one), "one");
    check(okta_flight_begin(flights, digest(8, 1), NOW, LATER, &other), "of another place");
    /* two of one place come one after the other, and are not taken for one another */
    check(!okta_flight_begin(flights, digest(7, 2), NOW, LATER, &other), "of the same place");
    check(!okta_flight_find(flights, digest(7, 2), NOW, &other), "another tag");
    okta_flight_end(&one);
    check(okta_flight_begin(flights, digest(7, 2), NOW, LATER, &other), "afterwards");
}

rule(a_flight_ends_at_its_deadline)
{
    okta_flights *flights = fresh();
    okta_flight dead, next, seen;

    need(okta_flight_begin(flights, digest(7, 1), NOW, LATER, &dead), "begun");
    check(!okta_flight_begin(flights, digest(7, 1), LATER - 2000, LATER, &seen), "before");
    check(okta_flight_left(&seen, NOW) > 1990000 && okta_flight_left(&seen, NOW) < 2010000,
          "%lld left", (long long)okta_flight_left(&seen, NOW));
    check(!okta_flight_is_over(&seen, LATER - 2000), "before");
    check(okta_flight_is_over(&seen, LATER + 2000), "after");
    check(okta_flight_begin(flights, digest(7, 1), LATER + 2000, LATER + 4000000, &next), "after");
    /* who wakes up late ends nothing of another's */
    okta_flight_end(&dead);
    check(!okta_flight_begin(flights, digest(7, 1), LATER + 3000, LATER + 4000000, &seen),
          "the next one's goes on");
}

/* The word has 32 bits of milliseconds. */
rule(deadlines_wrap)
{
    const int64_t wrap = (INT64_C(1) << 32) * 1000;
    okta_flights *flights = fresh();
    okta_flight one, seen;

    need(okta_flight_begin(flights, digest(1, 1), wrap - 1000000, wrap + 1000000, &one), "begun");
    check(!okta_flight_begin(flights, digest(1, 1), wrap + 500000, wrap + 2000000, &seen), "on");
    check(okta_flight_is_over(&one, wrap + 1002000), "over");
    check(okta_flight_begin(flights, digest(1, 1), wrap + 1002000, wrap + 3000000, &seen), "next");
}

#define ENOUGH 20000

typedef struct crowd {
    okta_flights *flights;
    const unsigned char *digest;
    atomic_int under_way, most, begun;
} crowd;

static void *fly(void *baton)
{
    crowd *all = baton;

    while (all->begun < ENOUGH) {
        okta_flight flight;

        if (!okta_flight_begin(all->flights, all->digest, NOW, LATER, &flight))
            continue;
        if (atomic_fetch_add(&all->under_way, 1) != 0)
            atomic_fetch_add(&all->most, 1);
        atomic_fetch_add(&all->begun, 1);
        atomic_fetch_sub(&all->under_way, 1);
        okta_flight_end(&flight);
    }
    return NULL;
}

rule(of_many_threads_one_at_a_time_has_it)
{
    crowd all = {.flights = fresh(), .digest = digest(3, 3)};
    pthread_t threads[4];

    for (size_t i = 0; i < COUNT_OF(threads); i++)
        need(pthread_create(&threads[i], NULL, fly, &all) == 0, "thread %zu", i);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        pthread_join(threads[i], NULL);
    check(all.most == 0, "%d times two had it", all.most);
    check(all.begun >= ENOUGH, "%d begun", all.begun);
}
