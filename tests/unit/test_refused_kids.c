/* SPDX-License-Identifier: Apache-2.0 */
#include "core/refused_kids.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static okta_refused_kids *fresh(void)
{
    return keep(calloc(1, sizeof(okta_refused_kids)));
}

static bool refused(const okta_refused_kids *kids, const char *kid, int64_t now)
{
    return okta_refused_kids_contain(kids, exact(kid, strlen(kid)), strlen(kid), now);
}

static void add(okta_refused_kids *kids, const char *kid, int64_t now, int64_t pause,
                int64_t longest)
{
    okta_refused_kids_add(kids, exact(kid, strlen(kid)), strlen(kid), now, pause, longest);
}

rule(an_empty_memory_refuses_nobody)
{
    okta_refused_kids *kids = fresh();

    check(!refused(kids, "", 0), "the empty kid");
    check(!refused(kids, "a", 1), "a");
}

rule(a_kid_is_refused_for_its_pause_and_no_longer)
{
    okta_refused_kids *kids = fresh();

    add(kids, "a", 1000, 50, 1000);
    check(refused(kids, "a", 1000) && refused(kids, "a", 1049), "during the pause");
    check(!refused(kids, "a", 1050), "after it");
    check(!refused(kids, "b", 1000) && !refused(kids, "aa", 1000) && !refused(kids, "", 1000),
          "others");
}

rule(the_pause_doubles_up_to_the_longest)
{
    static const int64_t pauses[] = {50, 100, 200, 400, 500, 500, 500};
    okta_refused_kids *kids = fresh();
    int64_t now = 1000;

    for (size_t i = 0; i < COUNT_OF(pauses); i++) {
        add(kids, "a", now, 50, 500);
        check(refused(kids, "a", now + pauses[i] - 1), "time %zu: shorter than %lld", i,
              (long long)pauses[i]);
        check(!refused(kids, "a", now + pauses[i]), "time %zu: longer than %lld", i,
              (long long)pauses[i]);
        now += pauses[i] + 7;
    }
}

rule(several_reports_of_one_fetch_count_once)
{
    okta_refused_kids *kids = fresh();

    for (int i = 0; i < 20; i++)
        add(kids, "a", 1000 + i, 50, 100000);
    check(!refused(kids, "a", 1070), "the pause grew by repetition");
    add(kids, "a", 1100, 50, 100000);
    check(refused(kids, "a", 1199) && !refused(kids, "a", 1200), "the next one doubles it");
}

rule(no_pause_is_longer_than_the_longest)
{
    okta_refused_kids *kids = fresh();

    add(kids, "a", 1000, 500, 50);
    check(!refused(kids, "a", 1050), "the first pause");
    add(kids, "a", 2000, 500, 50);
    check(!refused(kids, "a", 2050), "the second pause");
}

rule(huge_pauses_do_not_overflow)
{
    static const int64_t parts[] = {1, 2, 4, 4, 4};
    okta_refused_kids *kids = fresh();
    int64_t now = 1000, unit = INT64_MAX / 16;

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        add(kids, "a", now, unit, 4 * unit);
        now += parts[i] * unit;
        check(refused(kids, "a", now - 8) && !refused(kids, "a", now), "time %zu", i);
    }
}

rule(thousands_of_kids_push_others_out_and_harm_none)
{
    okta_refused_kids *kids = fresh();
    char kid[32];
    size_t held = 0;

    for (int i = 0; i < 5000; i++) {
        snprintf(kid, sizeof(kid), "kid-%d", i);
        add(kids, kid, 1000, 50, 1000);
        check(refused(kids, kid, 1001), "%s just now", kid);
    }
    for (int i = 0; i < 5000; i++) {
        snprintf(kid, sizeof(kid), "kid-%d", i);
        held += refused(kids, kid, 1001);
    }
    check(held > 0 && held <= OKTA_REFUSED_KIDS_ENTRIES, "%zu are held", held);
    for (int i = 0; i < 5000; i++) {
        snprintf(kid, sizeof(kid), "other-%d", i);
        check(!refused(kids, kid, 1001), "%s was never refused", kid);
    }
}

rule(a_pushed_out_kid_starts_again_with_the_first_pause)
{
    okta_refused_kids *kids = fresh();
    char other[32];
    int i = 0;

    add(kids, "a", 1000, 50, 100000);
    add(kids, "a", 2000, 50, 100000);
    do {
        snprintf(other, sizeof(other), "kid-%d", i++);
        add(kids, other, 3000, 50, 100000);
    } while (i < 100000 && refused(kids, "a", 2001));
    check(!refused(kids, "a", 2001), "nothing pushes it out");
    add(kids, "a", 4000, 50, 100000);
    check(refused(kids, "a", 4049) && !refused(kids, "a", 4050), "its pause");
}

rule(kids_of_any_bytes_and_length)
{
    okta_refused_kids *kids = fresh();
    char *huge = repeat("k", 512);

    okta_refused_kids_add(kids, "a\0b", 3, 1000, 50, 1000);
    check(okta_refused_kids_contain(kids, "a\0b", 3, 1000), "with a NUL");
    check(!okta_refused_kids_contain(kids, "a", 1, 1000), "its head");
    check(!okta_refused_kids_contain(kids, "a\0c", 3, 1000), "another tail");
    add(kids, huge, 1000, 50, 1000);
    check(refused(kids, huge, 1000) && !refused(kids, huge + 1, 1000), "long");
    add(kids, "", 1000, 50, 1000);
    check(refused(kids, "", 1000), "empty");
}
