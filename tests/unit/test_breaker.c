/* SPDX-License-Identifier: Apache-2.0 */
#include "core/breaker.h"
#include "unit.h"

#include <stdlib.h>

#define SECOND INT64_C(1000000)
#define NOW (1000 * SECOND)

static okta_breaker *fresh(void)
{
    return keep(calloc(1, sizeof(okta_breaker)));
}

static int64_t fail_at(okta_breaker *b, int64_t now)
{
    return okta_breaker_fail(b, now - 10, now, false, -1, 0);
}

static okta_breaker *opened(int64_t *until)
{
    okta_breaker *b = fresh();
    int64_t pause;

    fail_at(b, NOW);
    fail_at(b, NOW);
    pause = fail_at(b, NOW);
    need(pause > 0, "opened");
    *until = NOW + pause;
    return b;
}

rule(two_failures_may_be_an_accident)
{
    okta_breaker *b = fresh();

    check(okta_breaker_is_calm(b, NOW), "calm");
    check(fail_at(b, NOW) == 0 && fail_at(b, NOW) == 0, "two");
    check(okta_breaker_admits(b, NOW, NOW + SECOND), "admits");
    check(!okta_breaker_is_calm(b, NOW), "not calm");
    check(!okta_breaker_close(b), "it was closed all the time");
    check(fail_at(b, NOW) == 0 && fail_at(b, NOW) == 0, "two more, after a success");
    check(fail_at(b, NOW) > 0, "the third");
    check(!okta_breaker_admits(b, NOW, NOW + SECOND), "open");
}

rule(one_tries_behind_the_pause)
{
    int64_t until, before;
    okta_breaker *b = opened(&until);

    check(until - NOW >= SECOND / 2 && until - NOW <= 2 * SECOND, "a pause of a second");
    check(okta_breaker_pause(b, NOW) == until - NOW, "the pause");
    check(!okta_breaker_admits(b, until - 1, until + SECOND), "within the pause");
    check(okta_breaker_admits(b, until, until + SECOND), "one");
    check(!okta_breaker_admits(b, until, until + SECOND), "and no other");
    check(okta_breaker_pause(b, until) == SECOND, "until that one is back");
    /* who tried was killed */
    check(okta_breaker_admits(b, until + SECOND, until + 2 * SECOND), "the next one");
    before = until + 2 * SECOND;
    check(fail_at(b, before) > SECOND, "a longer pause");
    check(okta_breaker_admits(b, before + 3 * SECOND, before + 4 * SECOND), "tries again");
    check(okta_breaker_close(b), "it is well again");
    check(okta_breaker_admits(b, before, before + SECOND), "all may ask");
    check(okta_breaker_pause(b, before) == 0 && okta_breaker_is_calm(b, before), "calm");
}

rule(many_that_fail_together_make_one_pause)
{
    int64_t until;
    okta_breaker *b = opened(&until);

    for (int i = 0; i < 20; i++)
        check(fail_at(b, NOW + i % 10) == 0, "%d", i);
    check(b->openings == 1, "%u", b->openings);
}

rule(pauses_grow_up_to_a_minute)
{
    int64_t until, pause = 0;
    okta_breaker *b = opened(&until);

    for (int i = 0; i < 12; i++) {
        int64_t now = NOW + (i + 1) * 1000 * SECOND, next = fail_at(b, now);

        check(next >= pause || next >= 48 * SECOND, "%d: %lld", i, (long long)next);
        check(next <= 72 * SECOND, "%d: %lld", i, (long long)next);
        pause = next;
    }
    check(pause >= 48 * SECOND, "%lld", (long long)pause);
}

rule(who_says_when_to_come_again_is_heeded_at_once)
{
    okta_breaker *b = fresh();

    check(okta_breaker_fail(b, NOW - 10, NOW, true, 30, 0) == 30 * SECOND, "30 s");
    check(!okta_breaker_admits(b, NOW + 29 * SECOND, NOW + 40 * SECOND), "before");
    check(okta_breaker_admits(b, NOW + 30 * SECOND, NOW + 40 * SECOND), "then");
    b = fresh();
    check(okta_breaker_fail(b, NOW - 10, NOW, false, 100000, 0) == 3600 * SECOND, "an hour");
    b = fresh();
    check(okta_breaker_fail(b, NOW - 10, NOW, true, -1, 0) > 0, "at once");
}

rule(a_slow_answer_is_remembered_for_a_while)
{
    okta_breaker *b = fresh();

    okta_breaker_note_slow(b, NOW);
    check(!okta_breaker_is_calm(b, NOW + SECOND), "slow");
    check(okta_breaker_admits(b, NOW + SECOND, NOW + 2 * SECOND), "asked all the same");
    check(okta_breaker_is_calm(b, NOW + 60 * SECOND), "forgotten");
}
