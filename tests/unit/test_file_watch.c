/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file_watch.h"
#include "unit.h"

#define MS INT64_C(1000)
#define OLD (60000 * MS)

static okta_file_mark mark_of(uint64_t inode, int64_t size, int64_t changed)
{
    return (okta_file_mark){
        .device = 1, .inode = inode, .size = size, .modified = changed, .changed = changed};
}

/* One that was read at 0. */
static okta_file_watch settled(okta_file_mark mark)
{
    okta_file_watch watch = {.has_judged = false};

    okta_file_watch_judged(&watch, &mark, OLD, 0);
    return watch;
}

static void expect(okta_file_watch *watch, okta_file_mark mark, int64_t now, okta_file_step step,
                   const char *what)
{
    okta_file_step found = okta_file_watch_look(watch, &mark, now);

    check(found == step, "%s: %d", what, (int)found);
}

rule(a_file_that_does_not_change_is_not_read)
{
    okta_file_watch watch = settled(mark_of(1, 10, 1));

    for (int64_t now = 0; now < 100000 * MS; now += 200 * MS)
        expect(&watch, mark_of(1, 10, 1), now, OKTA_FILE_REST, "unchanged");
}

rule(a_file_that_was_never_read_is_read_when_it_is_still)
{
    okta_file_watch watch = {.has_judged = false};

    expect(&watch, mark_of(1, 10, 1), 1, OKTA_FILE_REST, "seen for the first time");
    expect(&watch, mark_of(1, 10, 1), 400 * MS, OKTA_FILE_REST, "not for long");
    expect(&watch, mark_of(1, 10, 1), 501 * MS, OKTA_FILE_READ, "still");
}

rule(any_difference_is_a_change)
{
    static const okta_file_mark others[] = {
        {.device = 2, .inode = 1, .size = 10, .modified = 1, .changed = 1},
        {.device = 1, .inode = 2, .size = 10, .modified = 1, .changed = 1},
        {.device = 1, .inode = 1, .size = 9, .modified = 1, .changed = 1},
        {.device = 1, .inode = 1, .size = 10, .modified = 2, .changed = 1},
        {.device = 1, .inode = 1, .size = 10, .modified = 1, .changed = 2},
        {.device = 1, .inode = 1, .size = 10, .modified = 0, .changed = 1},
    };

    for (size_t i = 0; i < COUNT_OF(others); i++) {
        okta_file_watch watch = settled(mark_of(1, 10, 1));

        expect(&watch, others[i], 1000 * MS, OKTA_FILE_REST, "at first");
        expect(&watch, others[i], 1500 * MS, OKTA_FILE_READ, "then");
    }
}

rule(what_has_only_grown_is_tried_at_once_and_one_time)
{
    okta_file_watch watch = settled(mark_of(1, 10, 1));

    expect(&watch, mark_of(1, 20, 2), 1000 * MS, OKTA_FILE_READ_GROWN, "longer");
    expect(&watch, mark_of(1, 20, 2), 1200 * MS, OKTA_FILE_REST, "tried");
    expect(&watch, mark_of(1, 30, 3), 1400 * MS, OKTA_FILE_READ_GROWN, "longer still");
    expect(&watch, mark_of(1, 30, 3), 1900 * MS, OKTA_FILE_READ, "still");
}

rule(a_file_that_is_never_still_is_read_all_the_same)
{
    okta_file_watch watch = settled(mark_of(1, 1000, 1));
    int64_t now = 0, size = 900;

    for (now = 0; now < OKTA_WATCH_LONGEST; now += 200 * MS, size--)
        expect(&watch, mark_of(1, size, 2 + now), now, OKTA_FILE_REST, "shorter each time");
    expect(&watch, mark_of(1, size, 2 + now), now, OKTA_FILE_READ, "in the end");
}

rule(a_change_that_is_taken_back_is_none)
{
    okta_file_watch watch = settled(mark_of(1, 10, 1));

    expect(&watch, mark_of(2, 10, 1), 1000 * MS, OKTA_FILE_REST, "another");
    expect(&watch, mark_of(1, 10, 1), 1200 * MS, OKTA_FILE_REST, "the same as before");
    expect(&watch, mark_of(2, 10, 1), 1600 * MS, OKTA_FILE_REST, "another, anew");
    expect(&watch, mark_of(2, 10, 1), 2100 * MS, OKTA_FILE_READ, "still");
}

/* Two changes in one tick of the file system's clock look like one. */
rule(what_was_written_just_before_is_read_once_more)
{
    okta_file_mark mark = mark_of(1, 10, 5);
    okta_file_watch watch = {.has_judged = false};

    okta_file_watch_judged(&watch, &mark, 300 * MS, 0);
    expect(&watch, mark, 2000 * MS, OKTA_FILE_REST, "not yet");
    expect(&watch, mark, 2100 * MS, OKTA_FILE_READ, "once more");
    okta_file_watch_judged(&watch, &mark, 2400 * MS, 2100 * MS);
    expect(&watch, mark, 9000 * MS, OKTA_FILE_REST, "and no more");
}

rule(a_second_change_within_that_time_is_read_once_more_too)
{
    okta_file_mark first = mark_of(1, 10, 5), second = mark_of(1, 20, 6);
    okta_file_watch watch = {.has_judged = false};

    okta_file_watch_judged(&watch, &first, 300 * MS, 0);
    expect(&watch, second, 1000 * MS, OKTA_FILE_READ_GROWN, "grown");
    okta_file_watch_judged(&watch, &second, 10 * MS, 1000 * MS);
    expect(&watch, second, 3000 * MS, OKTA_FILE_REST, "not yet");
    expect(&watch, second, 3100 * MS, OKTA_FILE_READ, "once more");
}

/* A clock that was set back, or a file from another machine. */
rule(a_file_of_the_future_is_read_once_more_and_not_for_ever)
{
    okta_file_mark mark = mark_of(1, 10, 5);
    okta_file_watch watch = {.has_judged = false};

    okta_file_watch_judged(&watch, &mark, -3600000 * MS, 0);
    expect(&watch, mark, 2100 * MS, OKTA_FILE_READ, "once more");
    okta_file_watch_judged(&watch, &mark, -3600000 * MS, 2100 * MS);
    expect(&watch, mark, 90000 * MS, OKTA_FILE_REST, "and no more");
}

/* The second look finds no time to read, and then there is something new. */
rule(what_changes_before_it_was_read_once_more_is_read_twice_too)
{
    okta_file_mark first = mark_of(1, 10, 5), second = mark_of(1, 20, 6);
    okta_file_watch watch = {.has_judged = false};

    okta_file_watch_judged(&watch, &first, 300 * MS, 0);
    expect(&watch, first, 2100 * MS, OKTA_FILE_READ, "once more");
    expect(&watch, second, 2200 * MS, OKTA_FILE_READ_GROWN, "grown");
    okta_file_watch_judged(&watch, &second, 10 * MS, 2200 * MS);
    expect(&watch, second, 4300 * MS, OKTA_FILE_READ, "that one once more");
}
