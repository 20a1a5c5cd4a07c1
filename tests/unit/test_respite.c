/* SPDX-License-Identifier: Apache-2.0 */
#include "core/respite.h"
#include "unit.h"

#define SECOND INT64_C(1000000)
#define NOW (1000 * SECOND)

rule(while_all_is_well_everybody_asks)
{
    okta_respite respite = {0};

    for (int64_t now = NOW; now < NOW + 10; now++)
        check(okta_respite_admits(&respite, now, SECOND), "not admitted");
    check(!okta_respite_succeed(&respite), "closed what was closed");
    check(!okta_respite_is_open(&respite), "open");
}

rule(after_a_failure_nobody_asks_for_a_while_and_then_one)
{
    okta_respite respite = {0};

    check(okta_respite_fail(&respite, NOW), "did not open");
    check(okta_respite_is_open(&respite), "closed");
    check(!okta_respite_admits(&respite, NOW + SECOND / 2 - 1, SECOND), "too soon");
    check(okta_respite_admits(&respite, NOW + SECOND / 2, SECOND), "nobody tries");
    check(!okta_respite_admits(&respite, NOW + SECOND / 2, SECOND), "two try");
    check(!okta_respite_admits(&respite, NOW + SECOND, SECOND), "two try");
    check(okta_respite_succeed(&respite), "did not close");
    check(okta_respite_admits(&respite, NOW + SECOND, SECOND), "closed, and not admitted");
}

rule(who_dies_over_the_trial_is_followed_by_the_next)
{
    okta_respite respite = {0};

    okta_respite_fail(&respite, NOW);
    check(okta_respite_admits(&respite, NOW + SECOND, SECOND), "nobody tries");
    check(!okta_respite_admits(&respite, NOW + 2 * SECOND - 1, SECOND), "two try");
    check(okta_respite_admits(&respite, NOW + 2 * SECOND, SECOND), "nobody follows");
}

rule(pauses_get_longer_up_to_four_seconds)
{
    static const int64_t halves[] = {1, 2, 4, 8, 8, 8};
    okta_respite respite = {0};
    int64_t now = NOW;

    for (size_t i = 0; i < COUNT_OF(halves); i++) {
        check(okta_respite_fail(&respite, now) == (i == 0), "opened at failure %zu", i);
        check(!okta_respite_admits(&respite, now + halves[i] * SECOND / 2 - 1, SECOND),
              "too soon after failure %zu", i);
        now += halves[i] * SECOND / 2;
        check(okta_respite_admits(&respite, now, SECOND), "too late after failure %zu", i);
    }
    okta_respite_succeed(&respite);
    okta_respite_fail(&respite, now + SECOND);
    check(okta_respite_admits(&respite, now + 3 * SECOND / 2, SECOND), "successes do not count");
}

rule(of_failures_at_once_one_counts)
{
    okta_respite respite = {0};

    for (int i = 0; i < 50; i++)
        okta_respite_fail(&respite, NOW + i);
    check(okta_respite_admits(&respite, NOW + SECOND / 2 + 50, SECOND), "each made it longer");
}
