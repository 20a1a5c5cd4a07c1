/* SPDX-License-Identifier: Apache-2.0 */
#include "core/revocation_file.h"
#include "lists.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file of those bytes, without a name. */
static int file_of(const char *bytes, size_t length, struct stat *info)
{
    char name[] = "/tmp/okta-revocations-XXXXXX";
    int file = mkstemp(name);

    need(file >= 0 && unlink(name) == 0, "no file");
    need(pwrite(file, bytes, length, 0) == (ssize_t)length, "written");
    need(fstat(file, info) == 0, "looked at");
    return file;
}

static okta_load load_bytes(okta_revocations *list, const char *bytes, size_t length,
                            const okta_load_terms *terms, okta_revocation_scan *scan)
{
    struct stat info;
    int file = file_of(bytes, length, &info);
    okta_load outcome = okta_revocations_load(list, file, &info, terms, scan);

    close(file);
    return outcome;
}

static bool has(const okta_revocations *list, const char *jti)
{
    okta_revocable token = {.has_issued_at = false};
    okta_revocation_kind kind;
    int64_t before;

    token.values[OKTA_REVOKES_JTI].text = jti;
    token.values[OKTA_REVOKES_JTI].length = strlen(jti);
    return okta_revocations_find(list, &token, &kind, &before) == OKTA_REVOKED_YES;
}

static const okta_load_terms terms = {.now = 77};

#define BYTES(text) text, sizeof(text) - 1

rule(files_are_read_line_by_line)
{
    static const struct {
        const char *bytes;
        size_t length;
        uint64_t lines;
        bool is_ended;
    } rows[] = {
        {BYTES(""), 0, true},
        {BYTES("\n"), 0, true},
        {BYTES("\r\n"), 0, true},
        {BYTES("jti a"), 1, false},
        {BYTES("jti a\n"), 1, true},
        {BYTES("jti a\r\n"), 1, true},
        {BYTES("jti a\r"), 1, false},
        {BYTES("jti a\n\n# x\njti b"), 2, false},
        {BYTES("jti a\njti a\n"), 2, true},
        {BYTES("\xef\xbb\xbfjti a\n"), 1, true},
        {BYTES("\xef\xbb\xbf# x\njti a\n"), 1, true},
        {BYTES("\xef\xbb\xbf"), 0, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_revocations *list = list_new();
        okta_revocation_scan scan;
        okta_load outcome = load_bytes(list, rows[i].bytes, rows[i].length, &terms, &scan);

        check(outcome == OKTA_LOAD_PUBLISHED, "row %zu: %d", i, (int)outcome);
        check(scan.lines == rows[i].lines, "row %zu: %llu lines", i,
              (unsigned long long)scan.lines);
        check(scan.is_ended == rows[i].is_ended, "row %zu: its end", i);
        check(has(list, "a") == (rows[i].lines > 0), "row %zu: a", i);
    }
}

rule(a_fault_names_its_line_and_leaves_the_last_good_list)
{
    static const struct {
        const char *bytes;
        size_t length;
        uint64_t line;
        okta_revocation_fault fault;
    } rows[] = {
        {BYTES("JTI a\n"), 1, OKTA_LINE_WORD},
        {BYTES("jti a\nJTI b\njti c\n"), 2, OKTA_LINE_WORD},
        {BYTES("jti a\njti"), 2, OKTA_LINE_VALUE},
        {BYTES("\n\n\njti a b\n"), 4, OKTA_LINE_BEHIND},
        {BYTES("jti a\n\xef\xbb\xbfjti b\n"), 2, OKTA_LINE_WORD},
        {BYTES("\xef\xbb\xbf\xef\xbb\xbfjti b\n"), 1, OKTA_LINE_WORD},
        {BYTES("jti a\rjti b\r"), 1, OKTA_LINE_CONTROL},
        {BYTES("\xff\xfej\0t\0i\0 \0a\0\n\0"), 1, OKTA_LINE_UTF8},
        {BYTES("jti a\n\0\0\0\0\0\0"), 2, OKTA_LINE_CONTROL},
    };
    okta_revocations *list = list_new();
    okta_revocation_scan scan;

    need(load_bytes(list, BYTES("jti good\n"), &terms, &scan) == OKTA_LOAD_PUBLISHED, "good");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_load outcome = load_bytes(list, rows[i].bytes, rows[i].length, &terms, &scan);

        check(outcome == OKTA_LOAD_FAULT, "row %zu: %d", i, (int)outcome);
        check(scan.fault == rows[i].fault, "row %zu: %s", i,
              okta_revocation_fault_text(scan.fault));
        check(scan.line == rows[i].line, "row %zu: line %llu", i, (unsigned long long)scan.line);
        check(has(list, "good") && !has(list, "a"), "row %zu: another list", i);
    }
    check(okta_revocations_generation(list) == 1, "generation");
}

/* Lines lie anyhow across the pieces in which a file is read. */
rule(long_lines_and_long_files)
{
    const char *longest = repeat("x", OKTA_REVOCATION_LINE_MAX - 4);
    okta_revocations *list = list_new();
    okta_revocation_scan scan;
    char *bytes;

    for (size_t before = 0; before < 9; before++) {
        bytes = text("#%s\n#%s\njti %s\r\njti end", repeat("y", 60000), repeat("y", 5527 + before),
                     longest);
        check(load_bytes(list, bytes, strlen(bytes), &terms, &scan) == OKTA_LOAD_PUBLISHED &&
                  scan.lines == 2 && has(list, longest) && has(list, "end"),
              "%zu: line %llu: %s", before, (unsigned long long)scan.line,
              okta_revocation_fault_text(scan.fault));
    }
    bytes = text("jti a\njti %sx\n", longest);
    check(load_bytes(list, bytes, strlen(bytes), &terms, &scan) == OKTA_LOAD_FAULT &&
              scan.line == 2 && scan.fault == OKTA_LINE_LONG,
          "line %llu", (unsigned long long)scan.line);
    bytes = text("jti a\njti %s", repeat("x", 3 * OKTA_REVOCATION_LINE_MAX));
    check(load_bytes(list, bytes, strlen(bytes), &terms, &scan) == OKTA_LOAD_FAULT &&
              scan.line == 2 && scan.fault == OKTA_LINE_LONG,
          "without an end: line %llu", (unsigned long long)scan.line);
}

rule(a_list_has_room_for_so_many_lines_and_no_more)
{
    char *bytes = repeat("sub a\n", OKTA_REVOCATIONS_MAX);
    const size_t length = strlen(bytes);
    okta_revocations *list = list_new();
    okta_revocation_scan scan;

    check(load_bytes(list, bytes, length, &terms, &scan) == OKTA_LOAD_PUBLISHED &&
              scan.lines == OKTA_REVOCATIONS_MAX,
          "as many: %s", okta_revocation_fault_text(scan.fault));
    bytes = text("%s\n\n# y\nsub b\n# z\n", bytes);
    check(load_bytes(list, bytes, strlen(bytes), &terms, &scan) == OKTA_LOAD_FAULT &&
              scan.fault == OKTA_LINE_MANY && scan.line == OKTA_REVOCATIONS_MAX + 4,
          "line %llu", (unsigned long long)scan.line);
}

rule(the_same_content_is_not_published_again)
{
    okta_revocations *list = list_new();
    okta_revocation_scan scan;
    okta_revocations_facts facts;

    check(load_bytes(list, BYTES("jti a\nsub b\n"), &terms, &scan) == OKTA_LOAD_PUBLISHED, "new");
    check(load_bytes(list, BYTES("jti a\nsub b\n"), &terms, &scan) == OKTA_LOAD_SAME, "same");
    check(load_bytes(list, BYTES("jti a\nsub c\n"), &terms, &scan) == OKTA_LOAD_PUBLISHED, "other");
    check(okta_revocations_generation(list) == 2, "generation");
    need(okta_revocations_facts_of(list, &facts), "facts");
    check(facts.kinds[OKTA_REVOKES_JTI] == 1 && facts.kinds[OKTA_REVOKES_SUB] == 1, "kinds");
    check(facts.loaded_at == 77 && facts.file.modified > 0 && facts.file.size == 12, "times");
    check(load_bytes(list, BYTES(""), &terms, &scan) == OKTA_LOAD_PUBLISHED, "empty");
    check(!has(list, "a"), "emptied");
}

rule(whole_lines_behind_what_is_known_count_at_once)
{
    static const struct {
        const char *bytes;
        size_t length;
        okta_load outcome;
    } rows[] = {
        {BYTES("jti a\njti b\n"), OKTA_LOAD_PUBLISHED},
        {BYTES("jti a\njti b"), OKTA_LOAD_NOT_YET},
        {BYTES("jti a\njti b\njti"), OKTA_LOAD_NOT_YET},
        {BYTES("jti a\nJTI b\n"), OKTA_LOAD_FAULT},
        {BYTES("jti x\njti b\n"), OKTA_LOAD_NOT_YET},
        {BYTES("JTI x\njti b\n"), OKTA_LOAD_NOT_YET},
        {BYTES("jti a"), OKTA_LOAD_NOT_YET},
        {BYTES(""), OKTA_LOAD_NOT_YET},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const okta_load_terms grown = {.known = 6, .only_grown = true};
        okta_revocations *list = list_new();
        okta_revocation_scan scan;
        okta_load outcome;

        need(load_bytes(list, BYTES("jti a\n"), &terms, &scan) == OKTA_LOAD_PUBLISHED, "first");
        outcome = load_bytes(list, rows[i].bytes, rows[i].length, &grown, &scan);
        check(outcome == rows[i].outcome, "row %zu: %d", i, (int)outcome);
        check(has(list, "a") && has(list, "b") == (outcome == OKTA_LOAD_PUBLISHED), "row %zu", i);
    }
}

/* Somebody writes to the file at the worst moments. */
typedef struct meddler {
    int file;
    int calls, at; /* on which call */
    off_t cut;     /* to which length, or */
    const char *over;
} meddler;

static bool meddle(void *baton)
{
    meddler *m = baton;

    if (++m->calls == m->at && m->over)
        (void)!pwrite(m->file, m->over, strlen(m->over), 0);
    else if (m->calls == m->at)
        (void)!ftruncate(m->file, m->cut);
    return true;
}

rule(a_file_that_changes_while_it_is_read_is_read_again)
{
    static const char line[] = "jti aaaaaaaaaaaaaaaaaaaaaaaaaaa\n";
    char *bytes = repeat(line, 10000); /* five pieces */
    const size_t length = strlen(bytes);

    for (int at = 1; at <= 9; at++)
        for (int way = 0; way < 4; way++) {
            static const char *const over[] = {NULL, NULL, "jti bbbb",
                                               "jti b\njti c\njti d\njti e\njti "};
            meddler m = {.at = at, .cut = way ? 64 : 0, .over = over[way]};
            const okta_load_terms disturbed = {.alive = meddle, .baton = &m};
            okta_revocations *list = list_new();
            okta_revocation_scan scan;
            struct stat info;
            okta_load outcome;

            m.file = file_of(bytes, length, &info);
            outcome = okta_revocations_load(list, m.file, &info, &disturbed, &scan);
            /* what was over before it was looked at a second time, or after that, is whole */
            if (outcome == OKTA_LOAD_PUBLISHED)
                check(way >= 2 ? at >= 5 : at > 9, "call %d, way %d: published", at, way);
            else
                check(outcome == OKTA_LOAD_CHANGED && okta_revocations_generation(list) == 0,
                      "call %d, way %d: %d", at, way, (int)outcome);
            close(m.file);
            outcome = load_bytes(list, bytes, length, &terms, &scan);
            check(outcome == OKTA_LOAD_PUBLISHED || (outcome == OKTA_LOAD_SAME && way >= 2),
                  "call %d, way %d: afterwards", at, way);
        }
}

static bool give_up(void *baton)
{
    return --*(int *)baton > 0;
}

rule(who_has_lost_his_turn_publishes_nothing)
{
    char *bytes = repeat("jti aaaaaaaaaaaaaaaaaaaaaaaaaaa\n", 10000);

    for (int after = 1; after <= 10; after++) {
        int left = after;
        const okta_load_terms short_lived = {.alive = give_up, .baton = &left};
        okta_revocations *list = list_new();
        okta_revocation_scan scan;

        check(load_bytes(list, bytes, strlen(bytes), &short_lived, &scan) == OKTA_LOAD_GIVEN_UP,
              "after %d", after);
        check(okta_revocations_generation(list) == 0, "after %d", after);
        check(load_bytes(list, bytes, strlen(bytes), &terms, &scan) == OKTA_LOAD_PUBLISHED,
              "after %d: the next one", after);
    }
}

rule(only_regular_files_are_opened)
{
    struct stat info;

    check(okta_revocation_file_open("/nonexistent/x", &info) < 0 && errno == ENOENT, "none");
    check(okta_revocation_file_open("/tmp", &info) < 0 && errno == EINVAL, "a directory");
    check(okta_revocation_file_open("/dev/zero", &info) < 0 && errno == EINVAL, "a device");
}
