/* SPDX-License-Identifier: Apache-2.0 */
#include "entries.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define PLACES_FOR_EARNED 48
#define PLACES_FOR_OTHERS 16
#define FILLERS 1000000000u /* ids from here on fill pages */

uint64_t entry_random(uint64_t of)
{
    of += UINT64_C(0x9e3779b97f4a7c15);
    of = (of ^ of >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    of = (of ^ of >> 27) * UINT64_C(0x94d049bb133111eb);
    return of ^ of >> 31;
}

void entry_digest(unsigned int id, unsigned char digest[OKTA_DIGEST_BYTES])
{
    const uint64_t words[] = {id, id % 5, entry_random(id), ~entry_random(id)};

    _Static_assert(sizeof(words) == OKTA_DIGEST_BYTES, "all of it");
    memcpy(digest, words, sizeof(words));
}

static uint64_t seed_of(unsigned int id, uint32_t generation)
{
    return entry_random((uint64_t)id << 32 | generation);
}

static uint64_t word_of(uint64_t seed, size_t i)
{
    return (seed + i) * UINT64_C(0x9e3779b97f4a7c15);
}

static size_t part_at(size_t i, size_t length)
{
    size_t left = length - i * sizeof(uint64_t);

    return left < sizeof(uint64_t) ? left : sizeof(uint64_t);
}

void *entry_bytes(unsigned int id, uint32_t generation, size_t length)
{
    uint64_t seed = seed_of(id, generation);
    char *made = malloc(length);

    if (!made)
        abort();
    for (size_t i = 0; i * sizeof(seed) < length; i++) {
        uint64_t word = word_of(seed, i);

        memcpy(made + i * sizeof(word), &word, part_at(i, length));
    }
    return made;
}

bool entry_has_bytes(unsigned int id, uint32_t generation, size_t length, const void *found)
{
    uint64_t seed = seed_of(id, generation);

    for (size_t i = 0; i * sizeof(seed) < length; i++) {
        uint64_t word = word_of(seed, i);

        if (memcmp((const char *)found + i * sizeof(word), &word, part_at(i, length)) != 0)
            return false;
    }
    return true;
}

static okta_verdict_kind kind_of(unsigned int id)
{
    return id % 3 == 0 ? (okta_verdict_kind)2 : OKTA_VERDICT_ON_TOKEN;
}

okta_verdict_head entry_head(const entry *it)
{
    return (okta_verdict_head){.kind = kind_of(it->id),
                               .earned = it->earned,
                               .source = (uint16_t)seed_of(it->id, it->generation),
                               .generation = it->generation,
                               .until = it->until};
}

bool entry_put(okta_verdicts *table, const entry *it, int64_t now)
{
    const okta_verdict_head head = entry_head(it);
    unsigned char digest[OKTA_DIGEST_BYTES];
    void *bytes = entry_bytes(it->id, it->generation, it->length);
    bool kept;

    entry_digest(it->id, digest);
    kept = okta_verdicts_put(table, digest, now, &head, bytes, it->length);
    free(bytes);
    return kept;
}

static bool is_young(const okta_verdict_head *head, void *search)
{
    return head->generation >= ((const entry_search *)search)->oldest;
}

static void *new_block(size_t size, void *baton)
{
    entry_search *search = baton;

    free(search->block);
    return search->block = malloc(size);
}

okta_verdicts_caller entry_caller(entry_search *search, uint32_t oldest)
{
    *search = (entry_search){.oldest = oldest};
    return (okta_verdicts_caller){is_young, new_block, search};
}

void *entry_find(okta_verdicts *table, unsigned int id, int64_t now, uint32_t oldest,
                 okta_verdict_head *head)
{
    entry_search search;
    const okta_verdicts_caller caller = entry_caller(&search, oldest);
    unsigned char digest[OKTA_DIGEST_BYTES];
    void *found;

    entry_digest(id, digest);
    found = okta_verdicts_find(table, kind_of(id), digest, now, &caller, head);
    if (!found)
        free(search.block);
    return found;
}

bool entry_is(const entry *it, const okta_verdict_head *head, const void *found)
{
    const okta_verdict_head expected = entry_head(it);

    return head->kind == expected.kind && head->earned == expected.earned &&
           head->source == expected.source && head->generation == expected.generation &&
           head->until == expected.until &&
           malloc_usable_size((void *)(uintptr_t)found) >= it->length &&
           entry_has_bytes(it->id, it->generation, it->length, found);
}

static bool is_there(okta_verdicts *table, const entry *it, int64_t now)
{
    okta_verdict_head head;
    void *found = entry_find(table, it->id, now, 0, &head);
    bool whole = found && entry_is(it, &head, found);

    free(found);
    return whole;
}

/* So many entries of that length, all at once. Before them come as many as it takes until the hand
 * has passed all that was there and all are alike. */
static bool can_hold(okta_verdicts *table, entry *it, unsigned int pages, unsigned int count,
                     int64_t now)
{
    for (unsigned int i = 0; i < 4 * count; i++, it->id += pages)
        if (!entry_put(table, it, now))
            return false;
    for (unsigned int i = 1; i <= count; i++) {
        entry late = *it;

        late.id -= i * pages;
        if (!is_there(table, &late, now))
            return false;
    }
    return true;
}

const char *entry_page_is_whole(okta_verdicts *table, unsigned int page, unsigned int pages,
                                int64_t now)
{
    entry it = {
        .id = FILLERS / pages * pages + page, .generation = 1, .length = 1, .until = now + 1};

    if (!can_hold(table, &it, pages, PLACES_FOR_OTHERS, now))
        return "places for others are lost, or it cannot be written";
    it.earned = true;
    if (!can_hold(table, &it, pages, PLACES_FOR_EARNED, now))
        return "places are lost";
    for (int earned = 0; earned < 2; earned++) {
        it.earned = earned;
        it.length = okta_verdicts_longest(earned);
        if (!can_hold(table, &it, pages, 1, now))
            return "units are lost";
    }
    return NULL;
}
