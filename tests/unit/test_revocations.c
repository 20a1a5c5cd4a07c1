/* SPDX-License-Identifier: Apache-2.0 */
#include "core/revocations.h"
#include "lists.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NOW INT64_C(1700000000)

static okta_revocable token_of(okta_revocation_kind kind, const char *value, const char *issuer,
                               int64_t issued_at)
{
    okta_revocable token = {.has_issued_at = issued_at > 0, .issued_at = issued_at};

    token.values[kind].text = value;
    token.values[kind].length = strlen(value);
    token.issuer.text = issuer;
    token.issuer.length = issuer ? strlen(issuer) : 0;
    return token;
}

static okta_revoked ask(const okta_revocations *list, const okta_revocable *token)
{
    okta_revocation_kind kind;
    int64_t before;

    return okta_revocations_find(list, token, &kind, &before);
}

rule(a_list_that_was_never_read_is_not_an_empty_one)
{
    okta_revocations *list = list_new();
    const okta_revocable token = token_of(OKTA_REVOKES_JTI, "a", NULL, NOW);
    okta_revocations_facts facts;
    unsigned int kinds;

    check(ask(list, &token) == OKTA_REVOKED_UNKNOWN, "never read");
    check(!okta_revocations_facts_of(list, &facts), "facts of none");
    check(!okta_revocations_facts_of(okta_revocations_unknown(), &facts), "facts of no memory");
    check(!okta_revocations_kinds(okta_revocations_unknown(), &kinds), "kinds of no memory");
    check(!okta_revocations_kinds(list, &kinds), "kinds of none");
    check(ask(okta_revocations_unknown(), &token) == OKTA_REVOKED_UNKNOWN, "no memory");
    check(okta_revocations_generation(list) == 0, "generation");
    list_publish(list, NULL, 0);
    check(ask(list, &token) == OKTA_REVOKED_NO, "empty");
    check(okta_revocations_kinds(list, &kinds) && kinds == 0, "kinds");
    check(okta_revocations_generation(list) == 1, "generation");
}

rule(kind_value_issuer_and_time_decide)
{
    static const list_line lines[] = {
        {OKTA_REVOKES_JTI, "a", NULL, OKTA_REVOKED_ALWAYS},
        {OKTA_REVOKES_SUB, "b", "https://one", OKTA_REVOKED_ALWAYS},
        {OKTA_REVOKES_SUB, "c", NULL, NOW},
        {OKTA_REVOKES_SUB, "d", NULL, NOW - 9},
        {OKTA_REVOKES_SUB, "d", "https://one", NOW + 9},
        {OKTA_REVOKES_SUB, "d", "https://two", OKTA_REVOKED_ALWAYS},
        {OKTA_REVOKES_CID, "e", NULL, NOW - 9},
        {OKTA_REVOKES_CID, "e", NULL, NOW + 9},
        {OKTA_REVOKES_CID, "e", NULL, NOW},
        {OKTA_REVOKES_SID, "f", NULL, 0},
    };
    static const struct {
        okta_revocation_kind kind;
        const char *value, *issuer;
        int64_t issued_at; /* 0: absent */
        bool revoked;
    } rows[] = {
        {OKTA_REVOKES_JTI, "a", "https://one", NOW, true},
        {OKTA_REVOKES_JTI, "a", NULL, 0, true},
        {OKTA_REVOKES_SUB, "a", NULL, NOW, false},
        {OKTA_REVOKES_JTI, "", NULL, NOW, false},
        {OKTA_REVOKES_JTI, "A", NULL, NOW, false},
        {OKTA_REVOKES_JTI, "aa", NULL, NOW, false},
        {OKTA_REVOKES_SUB, "b", "https://one", NOW, true},
        {OKTA_REVOKES_SUB, "b", "https://two", NOW, false},
        {OKTA_REVOKES_SUB, "b", NULL, NOW, false},
        {OKTA_REVOKES_SUB, "c", NULL, NOW - 1, true},
        {OKTA_REVOKES_SUB, "c", NULL, NOW, false},
        {OKTA_REVOKES_SUB, "c", NULL, 0, true},
        {OKTA_REVOKES_SUB, "d", "https://none", NOW - 9, false},
        {OKTA_REVOKES_SUB, "d", "https://none", NOW - 10, true},
        {OKTA_REVOKES_SUB, "d", "https://one", NOW + 8, true},
        {OKTA_REVOKES_SUB, "d", "https://one", NOW + 9, false},
        {OKTA_REVOKES_SUB, "d", "https://two", NOW + 9, true},
        {OKTA_REVOKES_CID, "e", NULL, NOW + 8, true},
        {OKTA_REVOKES_CID, "e", NULL, NOW + 9, false},
        {OKTA_REVOKES_SID, "f", NULL, 1, false},
        {OKTA_REVOKES_SID, "f", NULL, 0, true},
    };
    okta_revocations *list = list_new();

    list_publish(list, lines, COUNT_OF(lines));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const okta_revocable token =
            token_of(rows[i].kind, rows[i].value, rows[i].issuer, rows[i].issued_at);

        check((ask(list, &token) == OKTA_REVOKED_YES) == rows[i].revoked, "row %zu", i);
    }
}

rule(a_new_list_replaces_all_of_the_old_one)
{
    okta_revocations *list = list_new();
    okta_revocations_facts facts;

    for (int round = 1; round <= 20; round++) {
        const char *value = text("round%d", round), *former = text("round%d", round - 1);
        const list_line line = {OKTA_REVOKES_JTI, value, NULL, OKTA_REVOKED_ALWAYS};
        const okta_revocable mine = token_of(OKTA_REVOKES_JTI, value, NULL, NOW);
        const okta_revocable old = token_of(OKTA_REVOKES_JTI, former, NULL, NOW);

        list_publish(list, &line, 1);
        check(ask(list, &mine) == OKTA_REVOKED_YES, "round %d", round);
        check(ask(list, &old) == OKTA_REVOKED_NO, "round %d: the old one", round);
        check(okta_revocations_generation(list) == (uint64_t)round, "round %d", round);
        check(okta_revocations_facts_of(list, &facts) && facts.kinds[OKTA_REVOKES_JTI] == 1,
              "round %d: facts", round);
    }
}

/* Its memory goes back to the system, and none of another one's. */
rule(a_list_of_any_size_leaves_the_next_one_alone)
{
    static const okta_revocations_facts facts = {.content = 1};
    static const uint64_t sizes[] = {OKTA_REVOCATIONS_MAX, 1, OKTA_REVOCATIONS_MAX, 1, 1};
    okta_revocations *list = list_new();

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        const char *value = text("round%zu", i);
        const okta_revocation line = {.kind = OKTA_REVOKES_JTI,
                                      .value = value,
                                      .length = strlen(value),
                                      .before = OKTA_REVOKED_ALWAYS};
        const okta_revocable token = token_of(OKTA_REVOKES_JTI, value, NULL, NOW);
        okta_revocations_draft draft;

        need(okta_revocations_begin(list, sizes[i], &draft), "begin %zu", i);
        check(okta_revocations_add(&draft, &line), "add %zu", i);
        check(okta_revocations_publish(&draft, &facts), "publish %zu", i);
        check(ask(list, &token) == OKTA_REVOKED_YES, "list %zu", i);
    }
}

#ifdef MADV_REMOVE
/* Of its memory, those that the system has given. */
static size_t pages_in_use(const okta_revocations *list)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), size = okta_revocations_size();
    unsigned char *used = calloc(size / page + 1, 1);
    size_t count = 0;

    need(used && mincore((void *)(uintptr_t)list, size, used) == 0, "no answer");
    for (size_t i = 0; i < size / page; i++)
        count += used[i] & 1;
    free(used);
    return count;
}

rule(the_memory_of_a_former_list_goes_back)
{
    enum { LINES = 200000 /* more than 64 pages of any size */ };
    okta_revocations *list = list_new();
    list_line *lines = keep(calloc(LINES, sizeof(*lines)));
    size_t small, large;

    for (size_t i = 0; i < LINES; i++)
        lines[i] = (list_line){OKTA_REVOKES_JTI, text("%zu", i), NULL, OKTA_REVOKED_ALWAYS};
    list_publish(list, NULL, 0);
    small = pages_in_use(list);
    for (int round = 0; round < 3; round++) {
        list_publish(list, lines, LINES);
        large = pages_in_use(list);
        check(large > small + 64, "round %d: %zu pages, and %zu before", round, large, small);
        list_publish(list, lines, LINES);
        check(pages_in_use(list) < large + 64, "round %d: of two lists", round);
        list_publish(list, NULL, 0);
        check(pages_in_use(list) < small + 64, "round %d: %zu pages", round, pages_in_use(list));
    }
}
#endif

rule(what_is_begun_and_not_published_changes_nothing)
{
    static const list_line line = {OKTA_REVOKES_JTI, "a", NULL, OKTA_REVOKED_ALWAYS};
    const okta_revocable token = token_of(OKTA_REVOKES_JTI, "a", NULL, NOW);
    okta_revocations *list = list_new();
    okta_revocations_draft draft;

    list_publish(list, &line, 1);
    need(okta_revocations_begin(list, 5, &draft), "begin");
    check(ask(list, &token) == OKTA_REVOKED_YES, "while it is made");
    okta_revocations_drop(&draft);
    check(ask(list, &token) == OKTA_REVOKED_YES, "after it was dropped");
    check(okta_revocations_generation(list) == 1, "generation");
}

rule(the_slower_of_two_writers_publishes_nothing)
{
    static const list_line line = {OKTA_REVOKES_JTI, "new", NULL, OKTA_REVOKED_ALWAYS};
    const okta_revocable token = token_of(OKTA_REVOKES_JTI, "new", NULL, NOW);
    const okta_revocations_facts facts = {.content = 1};
    okta_revocations *list = list_new();
    okta_revocations_draft slow, third, fourth;

    list_publish(list, NULL, 0);
    need(okta_revocations_begin(list, 1, &slow), "begin");
    list_publish(list, &line, 1);
    need(okta_revocations_begin(list, 1, &third), "a third one has no room");
    check(!okta_revocations_begin(list, 1, &fourth), "a fourth one has room");
    okta_revocations_drop(&third);
    check(!okta_revocations_publish(&slow, &facts), "published what is out of date");
    check(ask(list, &token) == OKTA_REVOKED_YES, "the quicker one's list");
    check(okta_revocations_begin(list, 1, &third), "no room afterwards");
    okta_revocations_drop(&third);
}

rule(a_draft_takes_as_many_lines_as_were_said)
{
    static const okta_revocation line = {
        .kind = OKTA_REVOKES_JTI, .value = "a", .length = 1, .before = OKTA_REVOKED_ALWAYS};
    okta_revocations *list = list_new();
    okta_revocations_draft draft;

    check(!okta_revocations_begin(list, OKTA_REVOCATIONS_MAX + 1, &draft), "too many");
    need(okta_revocations_begin(list, 2, &draft), "begin");
    check(okta_revocations_add(&draft, &line) && okta_revocations_add(&draft, &line), "two");
    check(!okta_revocations_add(&draft, &line), "a third");
    okta_revocations_drop(&draft);
    need(okta_revocations_begin(list, 0, &draft), "begin");
    check(!okta_revocations_add(&draft, &line), "one of none");
    okta_revocations_drop(&draft);
}

/* So many names in so little room come to the same places. */
rule(each_of_a_million_lines_is_found_and_nothing_else)
{
    enum { LINES = OKTA_REVOCATIONS_MAX < 1000000 ? OKTA_REVOCATIONS_MAX : 1000000 };
    okta_revocations *list = list_new();
    okta_revocations_facts facts = {.content = 1};
    okta_revocations_draft draft;
    char value[32];
    size_t missed = 0, extra = 0;

    need(okta_revocations_begin(list, LINES, &draft), "begin");
    for (int i = 0; i < LINES; i++) {
        int length = snprintf(value, sizeof(value), "AT.%d", i);
        const okta_revocation line = {.kind = (okta_revocation_kind)(i % OKTA_REVOKES_COUNT),
                                      .value = value,
                                      .length = (size_t)length,
                                      .before = OKTA_REVOKED_ALWAYS};

        need(okta_revocations_add(&draft, &line), "line %d", i);
    }
    need(okta_revocations_publish(&draft, &facts), "publish");
    for (int i = 0; i < LINES; i++) {
        okta_revocation_kind kind = (okta_revocation_kind)(i % OKTA_REVOKES_COUNT);
        okta_revocation_kind other = (okta_revocation_kind)((i + 1) % OKTA_REVOKES_COUNT);
        okta_revocable token;

        snprintf(value, sizeof(value), "AT.%d", i);
        token = token_of(kind, value, NULL, NOW);
        missed += ask(list, &token) != OKTA_REVOKED_YES;
        token = token_of(other, value, NULL, NOW);
        extra += ask(list, &token) != OKTA_REVOKED_NO;
    }
    check(missed == 0, "%zu", missed);
    check(extra == 0, "%zu", extra);
    check(okta_revocations_bytes(LINES) == (size_t)LINES * 48, "%zu",
          okta_revocations_bytes(LINES));
}

rule(a_fault_and_its_line_fit_into_a_word)
{
    uint64_t line = 0;
    uint64_t word = okta_revocations_pack_fault(OKTA_LINE_TIME, 4294967297u);

    check(okta_revocations_unpack_fault(word, &line) == OKTA_LINE_TIME, "fault");
    check(line == 4294967297u, "line");
    check(okta_revocations_unpack_fault(0, &line) == OKTA_LINE_GOOD && line == 0, "none");
}
