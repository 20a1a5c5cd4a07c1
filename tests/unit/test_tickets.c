/* SPDX-License-Identifier: Apache-2.0 */
#include "core/tickets.h"
#include "unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static okta_tickets *fresh(void)
{
    return keep(calloc(1, sizeof(okta_tickets)));
}

rule(tickets_are_given_up_to_the_limit)
{
    static const int limits[] = {0, 1, 2, 63, 64, 65, 1000, -1};

    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        okta_tickets *tickets = fresh();
        int given = 0, expected = limits[i] < 0 ? 0 : limits[i] > 64 ? 64 : limits[i];

        while (okta_tickets_take(tickets, limits[i], 100, 200) >= 0)
            need(++given <= OKTA_TICKETS_MAX, "limit %d", limits[i]);
        check(given == expected, "limit %d: %d given", limits[i], given);
    }
}

rule(each_ticket_has_a_number_of_its_own)
{
    okta_tickets *tickets = fresh();
    bool seen[OKTA_TICKETS_MAX] = {false};

    for (int i = 0; i < OKTA_TICKETS_MAX; i++) {
        int number = okta_tickets_take(tickets, OKTA_TICKETS_MAX, 100, 200);

        need(number >= 0 && number < OKTA_TICKETS_MAX, "%d", number);
        check(!seen[number], "%d twice", number);
        seen[number] = true;
    }
}

rule(a_returned_ticket_can_be_taken_again)
{
    okta_tickets *tickets = fresh();

    check(okta_tickets_take(tickets, 1, 100, 200) == 0, "first");
    check(okta_tickets_take(tickets, 1, 100, 200) == -1, "all are taken");
    okta_tickets_return(tickets, 0, 200);
    check(okta_tickets_take(tickets, 1, 100, 300) == 0, "again");
}

rule(a_ticket_ends_at_its_deadline)
{
    okta_tickets *tickets = fresh();

    check(okta_tickets_take(tickets, 1, 100, 200) == 0, "first");
    check(okta_tickets_take(tickets, 1, 199, 300) == -1, "before the deadline");
    check(okta_tickets_take(tickets, 1, 200, 300) == 0, "at the deadline");
    check(okta_tickets_take(tickets, 1, 299, 400) == -1, "taken by another");
}

rule(a_late_return_takes_nobody_elses_ticket)
{
    okta_tickets *tickets = fresh();

    check(okta_tickets_take(tickets, 1, 100, 200) == 0, "first");
    check(okta_tickets_take(tickets, 1, 250, 350) == 0, "ran out, taken by another");
    okta_tickets_return(tickets, 0, 200);
    check(okta_tickets_take(tickets, 1, 250, 400) == -1, "the other's was given away");
    okta_tickets_return(tickets, 0, 350);
    okta_tickets_return(tickets, 0, 350);
    check(okta_tickets_take(tickets, 1, 250, 400) == 0, "returned twice is returned once");
}

#define THREADS 4
#define ROUNDS 20000
#define LIMIT 2

static okta_tickets shared;
static atomic_int inside, most, given;

static void *take_and_return(void *baton)
{
    int64_t self = (int64_t)(intptr_t)baton;

    for (int64_t round = 0; round < ROUNDS; round++) {
        int64_t deadline = 1000000 + round * 100 + self;
        int number = okta_tickets_take(&shared, LIMIT, 1, deadline);

        if (number >= 0) {
            int now = atomic_fetch_add(&inside, 1) + 1;

            for (int seen = atomic_load(&most); now > seen;)
                if (atomic_compare_exchange_weak(&most, &seen, now))
                    break;
            atomic_fetch_add(&given, 1);
            atomic_fetch_sub(&inside, 1);
            okta_tickets_return(&shared, number, deadline);
        }
    }
    return NULL;
}

rule(no_more_are_out_than_the_limit_whoever_asks)
{
    pthread_t threads[THREADS];

    for (intptr_t i = 0; i < THREADS; i++)
        need(pthread_create(&threads[i], NULL, take_and_return, (void *)i) == 0, "thread");
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    check(most >= 1 && most <= LIMIT, "%d at once", most);
    check(given > 0, "none given");
    for (int i = 0; i < LIMIT; i++)
        check(okta_tickets_take(&shared, LIMIT, 1, 2) >= 0, "a ticket was lost");
}
