/* SPDX-License-Identifier: Apache-2.0 */
#include "core/turn.h"
#include "unit.h"

#include <stdlib.h>

#define SECOND INT64_C(1000000)
#define LEASE (5 * SECOND)
#define BEGIN (1000 * SECOND)

static okta_turn *fresh(void)
{
    return keep(calloc(1, sizeof(okta_turn)));
}

static okta_turn_number take(okta_turn *turn, int64_t now, bool has_lock)
{
    int32_t stalled;

    return okta_turn_take(turn, now, has_lock, &stalled);
}

rule(one_has_it_and_the_others_do_not)
{
    okta_turn *turn = fresh();
    okta_turn_number mine = take(turn, BEGIN, true);

    check(mine == 1, "%u", mine);
    check(!take(turn, BEGIN, false), "a second holder");
    check(okta_turn_keep(turn, mine, BEGIN + SECOND, true), "kept");
    check(!take(turn, BEGIN + LEASE, false), "taken within the lease of the last sign of life");
    check(!okta_turn_keep(turn, (okta_turn_number)(mine + 1), BEGIN + SECOND, true), "a stranger");
}

rule(a_turn_without_a_sign_of_life_ends_for_all_at_the_same_time)
{
    okta_turn *turn = fresh();
    okta_turn_number mine = take(turn, BEGIN, true);
    int32_t stalled = 0;

    turn->pid = 77;
    check(!okta_turn_has_stalled(turn, BEGIN + LEASE - SECOND), "too early");
    check(okta_turn_has_stalled(turn, BEGIN + LEASE), "too late");
    check(!okta_turn_keep(turn, mine, BEGIN + LEASE, true), "the holder itself goes on");
    check(okta_turn_take(turn, BEGIN + LEASE, false, &stalled) == mine + 1, "nobody can take it");
    check(stalled == 77, "%d", stalled);
    check(!okta_turn_keep(turn, mine, BEGIN + LEASE, true), "it wakes up and goes on");
    okta_turn_end(turn, mine);
    check(!take(turn, BEGIN + LEASE, false), "the late holder gave away what was another's");
}

rule(the_lock_of_a_holder_that_is_gone_is_enough)
{
    okta_turn *turn = fresh();
    okta_turn_number first = take(turn, BEGIN, true), second;
    int32_t stalled = 1;

    check(!take(turn, BEGIN + 1, false), "without its lock");
    second = okta_turn_take(turn, BEGIN + 1, true, &stalled);
    check(second == first + 1 && !stalled, "its lock is free, so it is gone");
    /* one who took over from somebody that stands still has no lock: the lock says nothing of it */
    okta_turn_keep(turn, second, BEGIN + 2, false);
    check(!take(turn, BEGIN + 3, true), "a holder without the lock is alive");
    check(okta_turn_keep(turn, second, BEGIN + 4, true), "it gets the lock later");
    check(take(turn, BEGIN + 5, true) == second + 1, "and then the lock counts");
}

rule(a_turn_that_was_given_back_is_free)
{
    okta_turn *turn = fresh();
    okta_turn_number mine = take(turn, BEGIN, true);

    okta_turn_end(turn, mine);
    check(!okta_turn_keep(turn, mine, BEGIN, true), "kept after its end");
    check(!okta_turn_has_stalled(turn, BEGIN + 100 * SECOND), "nobody stands still");
    check(take(turn, BEGIN, false) == mine + 1, "free");
}

rule(leases_grow_where_all_are_slow_and_shrink_again)
{
    static const int64_t leases[] = {5, 10, 20, 40, 80, 80};
    okta_turn *turn = fresh();
    okta_turn_number number = take(turn, BEGIN, false);
    int64_t now = BEGIN;

    for (size_t i = 0; i < COUNT_OF(leases); i++) {
        check(!take(turn, now + leases[i] * SECOND - SECOND, false), "%zu: too early", i);
        now += leases[i] * SECOND;
        number = take(turn, now, false);
        need(number, "%zu: not even after its lease", i);
    }
    for (int i = 0; i < 5; i++)
        okta_turn_relax(turn, number);
    check(!take(turn, now + LEASE - SECOND, false), "too early");
    check(take(turn, now + LEASE, false), "the lease is as long as at first");
}

rule(numbers_wrap_and_are_never_0)
{
    okta_turn *turn = fresh();
    okta_turn_number last = 0;

    for (int i = 0; i < 70000; i++) {
        okta_turn_number number = take(turn, BEGIN, false);

        need(number && number != last, "%d: %u", i, number);
        okta_turn_end(turn, number);
        last = number;
    }
}

rule(a_time_takes_the_word_of_its_turn_alone)
{
    _Atomic int64_t time = 0;

    okta_turn_claim_time(&time, 7);
    check(okta_turn_store_time(&time, 7, BEGIN), "the holder");
    check(time <= BEGIN && time > BEGIN - OKTA_TURN_TIME_GRAIN, "%lld", (long long)time);
    check(okta_turn_store_time(&time, 7, BEGIN + SECOND), "again");
    okta_turn_claim_time(&time, 8);
    check(time <= BEGIN + SECOND && time > BEGIN + SECOND - 2 * OKTA_TURN_TIME_GRAIN,
          "claiming changes it: %lld", (long long)time);
    check(!okta_turn_store_time(&time, 7, BEGIN + 100 * SECOND), "the late one");
    check(time <= BEGIN + SECOND, "and its word counts");
    check(okta_turn_store_time(&time, 8, BEGIN + 2 * SECOND), "the next one");
}

rule(no_time_gets_later_by_being_rounded)
{
    for (int64_t value = BEGIN; value < BEGIN + 3 * OKTA_TURN_TIME_GRAIN; value += 997) {
        static const okta_turn_number numbers[] = {1, 2, 30000, UINT16_MAX};

        for (size_t i = 0; i < COUNT_OF(numbers); i++) {
            _Atomic int64_t time = 0;

            okta_turn_claim_time(&time, numbers[i]);
            okta_turn_store_time(&time, numbers[i], value);
            check(time <= value, "%lld became %lld", (long long)value, (long long)time);
        }
    }
}
