/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verdicts.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define PLACES 48 /* of a page, for what was earned */

/* Digests fall into pages by their first eight bytes; `page` picks one, `number` tells them apart.
 * Some have the same byte to be looked for by. */
static const unsigned char *digest(unsigned int page, unsigned int number)
{
    static unsigned char made[OKTA_DIGEST_BYTES];

    memset(made, 0, sizeof(made));
    memcpy(made, &page, sizeof(page));
    made[8] = (unsigned char)(number % 5);
    memcpy(made + 20, &number, sizeof(number));
    return made;
}

static okta_verdict_head head_of(bool earned, int64_t until)
{
    return (okta_verdict_head){.kind = OKTA_VERDICT_ON_TOKEN,
                               .earned = earned,
                               .source = 0xfedc,
                               .generation = 0xfedcba98,
                               .until = until};
}

static bool none(const okta_verdict_head *head, void *baton)
{
    (void)head;
    ++*(int *)baton;
    return false;
}

/* Bytes that depend on the number and on their place. */
static unsigned char *bytes_of(unsigned int number, size_t length)
{
    unsigned char *made = malloc(length);

    for (size_t i = 0; i < length; i++)
        made[i] = (unsigned char)((number + 1) * 2654435761u >> (i % 24)) ^ (unsigned char)(i * 7);
    return made;
}

static bool put(okta_verdicts *table, unsigned int number, size_t length, bool earned,
                int64_t until)
{
    const okta_verdict_head head = head_of(earned, until);
    unsigned char *bytes = bytes_of(number, length);
    bool kept = okta_verdicts_put(table, digest(0, number), NOW, &head, bytes, length);

    free(bytes);
    return kept;
}

typedef enum outcome { ABSENT, SAME, OTHER } outcome;

static outcome look(okta_verdicts *table, unsigned int number, size_t length, bool earned)
{
    okta_verdict_head head;
    void *block;
    const okta_verdicts_caller caller = world_caller(&block);
    unsigned char *found = okta_verdicts_find(table, OKTA_VERDICT_ON_TOKEN, digest(0, number), NOW,
                                              &caller, &head),
                  *expected = bytes_of(number, length);
    outcome out = ABSENT;

    if (found)
        out = memcmp(found, expected, length) == 0 && head.earned == earned &&
                      head.source == 0xfedc && head.generation == 0xfedcba98 &&
                      head.kind == OKTA_VERDICT_ON_TOKEN
                  ? SAME
                  : OTHER;
    free(block);
    free(expected);
    return out;
}

static unsigned int count_found(okta_verdicts *table, unsigned int first, unsigned int end,
                                size_t length, bool earned)
{
    unsigned int count = 0;

    for (unsigned int i = first; i < end; i++) {
        outcome found = look(table, i, length, earned);

        check(found != OTHER, "%u", i);
        count += found == SAME;
    }
    return count;
}

rule(an_empty_table_has_nothing)
{
    static const uint32_t sizes[] = {0, 1, OKTA_VERDICTS_PER_PAGE, OKTA_VERDICTS_PER_PAGE + 1,
                                     1000};

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        okta_verdicts *table = world_table(sizes[i]);

        check(look(table, 1, 1, true) == ABSENT, "%u entries", sizes[i]);
        check(put(table, 1, 1, true, NOW + 1) == (sizes[i] > 0), "%u entries", sizes[i]);
    }
    check(okta_verdicts_size(OKTA_VERDICTS_PER_PAGE + 1) - okta_verdicts_size(1) ==
              OKTA_VERDICTS_PAGE,
          "a page each");
    /* 32 bits cannot address that; it must not come out small */
    check(okta_verdicts_size(OKTA_VERDICTS_ENTRIES_MAX) >
              (SIZE_MAX > UINT32_MAX ? UINT32_MAX : SIZE_MAX - 2 * OKTA_VERDICTS_PAGE),
          "the largest");
}

rule(what_was_put_comes_back_whatever_its_length)
{
    okta_verdicts *table = world_table(1);

    for (int earned = 0; earned < 2; earned++) {
        size_t longest = okta_verdicts_longest(earned);

        for (size_t length = 1; length <= longest; length += length < 600 ? 1 : 509) {
            unsigned int number = (unsigned int)length;

            check(put(table, number, length, earned, NOW + 1), "%zu", length);
            check(look(table, number, length, earned) == SAME, "%zu", length);
        }
        check(put(table, 1, longest, earned, NOW + 1), "the longest");
        check(look(table, 1, longest, earned) == SAME, "the longest");
        check(!put(table, 1, longest + 1, earned, NOW + 1), "longer");
        check(look(table, 1, longest, earned) == SAME, "what was there is there");
    }
}

rule(what_has_ended_is_not_found)
{
    okta_verdicts *table = world_table(1);

    put(table, 1, 100, true, NOW + 1);
    put(table, 2, 100, true, NOW);
    put(table, 3, 100, true, INT64_MAX);
    check(look(table, 1, 100, true) == SAME, "a second is left");
    check(look(table, 2, 100, true) == ABSENT, "the end");
    check(look(table, 3, 100, true) == SAME, "no end");
}

rule(who_asks_has_the_last_word)
{
    okta_verdicts *table = world_table(1);
    okta_verdict_head head;
    int asked = 0;
    const okta_verdicts_caller caller = {none, NULL, &asked};

    put(table, 1, 100, true, NOW + 1);
    check(!okta_verdicts_find(table, OKTA_VERDICT_ON_TOKEN, digest(0, 1), NOW, &caller, &head),
          "found");
    check(asked == 1, "asked %d times", asked);
    check(!okta_verdicts_find(table, OKTA_VERDICT_ON_TOKEN, digest(0, 2), NOW, &caller, &head),
          "found");
    check(asked == 1, "asked %d times", asked);
    check(!okta_verdicts_find(table, (okta_verdict_kind)2, digest(0, 1), NOW, &caller, &head),
          "another kind");
    check(asked == 1, "asked %d times", asked);
}

rule(what_is_put_again_takes_the_place)
{
    okta_verdicts *table = world_table(1);

    for (unsigned int i = 0; i < PLACES; i++)
        put(table, i, 300, true, NOW + 1);
    for (unsigned int i = 0; i < 1000; i++)
        put(table, 7, 300 + i % 3, true, NOW + 1);
    check(look(table, 7, 300, true) == SAME, "the last");
    /* it needed a place while the former one was still there */
    check(count_found(table, 0, PLACES, 300, true) >= PLACES - 1, "others are gone");
    put(table, 7, 50, false, NOW + 1);
    check(look(table, 7, 50, false) == SAME, "refused");
    put(table, 7, 60, true, NOW + 1);
    check(look(table, 7, 60, true) == SAME, "accepted again");
}

/* As long as the page takes: it needs the room that the former one has. */
rule(what_is_put_again_may_need_the_room_of_the_former_one)
{
    okta_verdicts *table = world_table(1);

    for (int earned = 0; earned < 2; earned++) {
        size_t longest = okta_verdicts_longest(earned);

        for (size_t i = 0; i < 3; i++) {
            check(put(table, 1, longest - i, earned, NOW + 1), "%zu bytes", longest - i);
            check(look(table, 1, longest - i, earned) == SAME, "%zu bytes", longest - i);
        }
    }
}

rule(a_page_is_used_to_its_end)
{
    static const struct {
        size_t length;
        unsigned int least;
    } rows[] = {{1, PLACES}, {1000, PLACES}, {2300, OKTA_VERDICTS_PER_PAGE},
                {4600, 20},  {11000, 9},     {20000, 5},
                {40000, 2},  {100000, 1}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_verdicts *table = world_table(1);
        unsigned int found;

        for (unsigned int k = 0; k < 500; k++)
            check(put(table, k, rows[i].length, true, NOW + 1), "row %zu", i);
        found = count_found(table, 0, 500, rows[i].length, true);
        check(found >= rows[i].least && found <= PLACES, "%zu bytes: %u of them", rows[i].length,
              found);
        check(look(table, 499, rows[i].length, true) == SAME, "row %zu: the last", i);
    }
}

rule(what_was_used_stays_longer)
{
    okta_verdicts *table = world_table(1);

    for (unsigned int i = 0; i < 2000; i++) {
        put(table, i, 1000, true, NOW + 1);
        check(i < 3 || look(table, 3, 1000, true) == SAME, "gone at %u", i);
    }
}

rule(what_was_not_earned_pushes_out_nothing_else)
{
    okta_verdicts *table = world_table(1);

    for (unsigned int i = 0; i < PLACES; i++)
        put(table, i, 1000, true, NOW + 1);
    for (unsigned int i = 1000; i < 3000; i++)
        put(table, i, 1 + i % okta_verdicts_longest(false), false, NOW + 1);
    check(count_found(table, 0, PLACES, 1000, true) == PLACES, "some are gone");
    check(look(table, 2999, 1 + 2999 % okta_verdicts_longest(false), false) == SAME, "the last");
}

/* Whatever came and went: no unit is lost, none is used twice. */
rule(no_room_is_lost)
{
    okta_verdicts *table = world_table(1);
    unsigned int seed = 1;

    for (unsigned int i = 0; i < 20000; i++) {
        unsigned int number, length;

        seed = seed * 1103515245u + 12345u;
        number = seed >> 16 & 127;
        length = 1 + number * number * 7919u % (number % 16 ? 3000 : 40000);
        put(table, number, length, number & 1, number & 2 ? NOW : NOW + 1);
        check(look(table, number, length, number & 1) != OTHER, "%u", number);
    }
    for (unsigned int i = 1000; i < 1200; i++)
        put(table, i, 2300, true, NOW + 1);
    check(count_found(table, 1000, 1200, 2300, true) >= OKTA_VERDICTS_PER_PAGE, "room was lost");
}

static unsigned int answer_of_put(okta_verdicts *table, unsigned int number, bool earned,
                                  int64_t until)
{
    const okta_verdict_head head = head_of(earned, until);

    return okta_verdicts_put(table, digest(0, number), NOW, &head, "x", 1);
}

/* 1 where there was room, or what has ended or had the same key made it; more where others had to
 * go. */
rule(who_had_to_go_is_told_and_the_rest_counted)
{
    okta_verdicts *table = world_table(1);

    for (unsigned int i = 0; i < PLACES - 1; i++)
        check(answer_of_put(table, i, true, INT64_MAX) == 1, "%u", i);
    check(okta_verdicts_count(table, true) == PLACES - 1, "all of them");
    check(answer_of_put(table, 5, true, INT64_MAX) == 1, "the same once more");
    check(okta_verdicts_count(table, true) == PLACES - 1, "it is still one");
    check(answer_of_put(table, PLACES, true, INT64_MAX) == 1, "the last place");
    check(answer_of_put(table, 1000, true, INT64_MAX) == 2, "one had to go");
    check(okta_verdicts_count(table, true) == PLACES, "full");
    check(answer_of_put(table, 2000, false, INT64_MAX) == 1, "others have room");
    check(okta_verdicts_count(table, false) == 1, "of their own");
    check(answer_of_put(table, 2000, true, INT64_MAX) >= 1, "it turned out good");
    check(okta_verdicts_count(table, false) == 0, "it is no refusal any more");
    check(okta_verdicts_count(table, true) == PLACES, "full");
}

rule(what_has_ended_had_not_to_go)
{
    okta_verdicts *table = world_table(1);

    for (unsigned int i = 0; i < PLACES; i++)
        answer_of_put(table, i, true, i % 2 ? NOW : INT64_MAX);
    check(answer_of_put(table, 1000, true, INT64_MAX) == 1, "none of those that count");
    check(okta_verdicts_count(table, true) == PLACES / 2 + 1, "all that had ended made room");
}

rule(generations_are_never_the_same)
{
    okta_verdicts *table = world_table(0);

    check(okta_verdicts_next_generation(table) == 1, "the first");
    okta_verdicts_skip_generation(table, 10);
    check(okta_verdicts_next_generation(table) == 11, "behind what is in use");
    okta_verdicts_skip_generation(table, 10);
    check(okta_verdicts_next_generation(table) == 12, "no way back");
    okta_verdicts_skip_generation(table, UINT32_MAX);
    check(okta_verdicts_next_generation(table) == 1, "0 is none");
}
