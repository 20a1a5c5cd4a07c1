/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verdicts.h"

#include "core/robust_lock.h"
#include "core/verdict_page.h"

static uint64_t pages_for(uint32_t entries)
{
    return ((uint64_t)entries + OKTA_VERDICTS_PER_PAGE - 1) / OKTA_VERDICTS_PER_PAGE;
}

size_t okta_verdicts_size(uint32_t entries)
{
    uint64_t size = sizeof(okta_verdicts) + pages_for(entries) * sizeof(page);

    /* where addresses have 32 bits it must not come out small */
    return size < SIZE_MAX - sizeof(page) ? (size_t)size : SIZE_MAX - sizeof(page);
}

okta_verdicts *okta_verdicts_init(void *memory, uint32_t entries)
{
    okta_verdicts *table = memory;

    table->pages = pages_for(entries);
    okta_robust_locks_init(table->locks, LOCKS);
    return table;
}

size_t okta_verdicts_longest(bool earned)
{
    return (end_unit(earned) - first_unit(earned)) * (size_t)UNIT;
}

#define BYTES_OF_STEPS(length) \
    (((length) + STEP * sizeof(word) - 1) / (STEP * sizeof(word)) * (STEP * sizeof(word)))

/* A copy of an entry's own part, whole only if the state is the same afterwards. */
static size_t read_head(const place *p, okta_verdict_head *head, unit_map *map)
{
    uint64_t about = load(&p->about);

    for (size_t i = 0; i < MAP_WORDS; i++)
        map->words[i] = load(&p->map[i]);
    *head = (okta_verdict_head){.kind = kind_of(about),
                                .earned = (about >> EARNED_SHIFT & 1) != 0,
                                .source = (uint16_t)(about >> SOURCE_SHIFT),
                                .generation = (uint32_t)load(&p->generation),
                                .until = (int64_t)load(&p->until)};
    return (uint32_t)about;
}

/* Up to a unit's bytes, in whole steps. */
static void read_unit(const word *from, uint64_t *to, size_t bytes)
{
    for (size_t i = 0; i < bytes / sizeof(word); i += STEP) {
        to[i] = load(&from[i]);
        to[i + 1] = load(&from[i + 1]);
        to[i + 2] = load(&from[i + 2]);
        to[i + 3] = load(&from[i + 3]);
        to[i + 4] = load(&from[i + 4]);
        to[i + 5] = load(&from[i + 5]);
        to[i + 6] = load(&from[i + 6]);
        to[i + 7] = load(&from[i + 7]);
    }
}

/* bytes: in whole steps; false: the map has fewer units. */
static bool read_units(const page *at, const unit_map *map, uint64_t *to, size_t bytes)
{
    for (unsigned int i = 0; i < MAP_WORDS; i++) {
        for (uint64_t bits = map->words[i]; bits; bits &= bits - 1) {
            unsigned int unit = i * 64 + (unsigned int)__builtin_ctzll(bits);

            if (unit >= UNITS)
                return false;
            if (bytes <= UNIT) {
                read_unit(at->units[unit], to, bytes);
                return true;
            }
            read_unit(at->units[unit], to, UNIT);
            to += UNIT_WORDS;
            bytes -= UNIT;
        }
    }
    return false;
}

/* One look for an entry. */
typedef struct search {
    page *at;
    const key *k;
    int64_t now;
    const okta_verdicts_caller *caller;
    okta_verdict_head *head;
    bool has_gone; /* an entry with the key was there, and is there no more */
} search;

/* The bytes of the entry, if it is the one that is looked for, and still is when all is read. */
static void *read_entry(search *s, unsigned int number)
{
    const place *p = &s->at->head.places[number];
    const word *state = &s->at->head.states[number];
    uint64_t before = load(state);
    void *copy = NULL;
    unit_map map;
    size_t size;

    if (!is_of(p, s->k))
        return NULL;
    size = BYTES_OF_STEPS(read_head(p, s->head, &map));
    if (!is_live(before) || load(state) != before) {
        s->has_gone = true;
        return NULL;
    }
    if (s->head->until <= s->now || !s->caller->holds(s->head, s->caller->baton))
        return NULL;
    copy = size <= UNITS * UNIT ? s->caller->allocate(size, s->caller->baton) : NULL;
    if (!copy || !read_units(s->at, &map, copy, size))
        return NULL;
    s->has_gone = load(state) != before;
    return s->has_gone ? NULL : copy;
}

/* A page that is only read stays shared between the processors. */
static void mark_used(page *at, unsigned int number)
{
    _Atomic uint8_t *used = &at->head.used[number];

    if (!atomic_load_explicit(used, memory_order_relaxed))
        atomic_store_explicit(used, 1, memory_order_relaxed);
}

static void *look_once(search *s)
{
    for (unsigned int i = 0; i < PLACES; i += TAGS) {
        for (uint64_t marks = with_tag(s->at, i, s->k); marks; marks &= marks - 1) {
            void *found = read_entry(s, i + place_of(marks));

            if (found) {
                mark_used(s->at, i + place_of(marks));
                return found;
            }
        }
    }
    return NULL;
}

void *okta_verdicts_find(okta_verdicts *table, okta_verdict_kind kind,
                         const unsigned char digest[OKTA_DIGEST_BYTES], int64_t now,
                         const okta_verdicts_caller *caller, okta_verdict_head *head)
{
    search s = {.now = now, .caller = caller, .head = head};
    void *found;
    key k;

    if (table->pages == 0)
        return NULL;
    k = key_of(table, kind, digest);
    s.k = &k;
    s.at = &table->first[k.page];
    found = look_once(&s);
    /* one that replaces it is there by now, perhaps in a place that was passed */
    return found || !s.has_gone ? found : look_once(&s);
}

uint64_t okta_verdicts_count(const okta_verdicts *table, bool earned)
{
    int64_t live = table->live[earned];

    return live > 0 ? (uint64_t)live : 0;
}

uint32_t okta_verdicts_next_generation(okta_verdicts *table)
{
    uint32_t next;

    do
        next = atomic_fetch_add(&table->generations, 1) + 1;
    while (next == 0);
    return next;
}

void okta_verdicts_skip_generation(okta_verdicts *table, uint32_t generation)
{
    uint32_t seen = table->generations;

    while (seen < generation &&
           !atomic_compare_exchange_weak(&table->generations, &seen, generation))
        ;
}
