/* SPDX-License-Identifier: Apache-2.0 */
/* How a page of the table of verdicts lies in memory: for core/verdicts.c, which reads, and
 * core/verdicts_put.c, which writes. Nobody else looks into it. */
#ifndef OKTA_CORE_VERDICT_PAGE_H
#define OKTA_CORE_VERDICT_PAGE_H

#include "core/verdict.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* Released and acquired word by word, as in core/slot.c: who sees a word of a new entry sees as
 * well that the entry which was here has gone. */
typedef _Atomic uint64_t word;

#define LOCKS 256
#define PLACES 64
#define EARNED 48 /* places before this one are for what was earned */
#define UNIT 512  /* bytes */
#define UNITS_FOR_OTHERS 16
#define DIGEST_WORDS (OKTA_DIGEST_BYTES / sizeof(word))
#define MAP_WORDS 4

/* The state of a place: how often it changed, and whether it holds a whole entry. It never has the
 * same value twice. */
#define LIVE UINT64_C(1)
#define CHANGE UINT64_C(2)

/* A byte of each place's digest, eight places in a word: where to look first. */
#define TAG_BITS 8
#define TAGS (sizeof(word) * 8 / TAG_BITS)
#define EACH_TAG(byte) (UINT64_C(0x0101010101010101) * (byte))

/* A place's own part: `about` has length, source, kind and whether it was earned. */
typedef struct place {
    word digest[DIGEST_WORDS];
    word until;
    word about;
    word generation;
    word map[MAP_WORDS]; /* the units that hold its bytes, lowest first */
} place;

typedef struct page_head {
    word tags[PLACES / TAGS];
    word states[PLACES];
    _Atomic uint8_t used[PLACES]; /* since the clock's hand last passed */
    _Atomic uint32_t hands[2];
    place places[PLACES];
} page_head;

#define UNITS ((OKTA_VERDICTS_PAGE - sizeof(page_head)) / UNIT)

typedef struct page {
    page_head head;
    word units[UNITS][UNIT / sizeof(word)];
    char rest[OKTA_VERDICTS_PAGE - sizeof(page_head) - UNITS * UNIT];
} page;

_Static_assert(sizeof(page) == OKTA_VERDICTS_PAGE, "pages lie one behind the other");
_Static_assert(UNITS <= (size_t)MAP_WORDS * 64, "each unit has a bit");

struct okta_verdicts {
    uint64_t pages;
    _Atomic uint32_t generations;
    _Atomic int64_t live[2]; /* entries: others, and those that were earned */
    pthread_mutex_t locks[LOCKS];
    _Alignas(OKTA_VERDICTS_ALIGNMENT) page first[];
};

typedef struct unit_map {
    uint64_t words[MAP_WORDS];
} unit_map;

#define UNIT_WORDS (UNIT / sizeof(word))
#define STEP 8 /* words that are copied at a time, also where fewer count */

static inline unsigned int first_unit(bool earned)
{
    return earned ? UNITS_FOR_OTHERS : 0;
}

static inline unsigned int end_unit(bool earned)
{
    return earned ? (unsigned int)UNITS : UNITS_FOR_OTHERS;
}

/* What an entry is looked for by. */
typedef struct key {
    uint64_t digest[DIGEST_WORDS];
    okta_verdict_kind kind;
    uint8_t tag;
    size_t page;
} key;

static inline key key_of(const okta_verdicts *table, okta_verdict_kind kind,
                         const unsigned char *digest)
{
    key made = {.kind = kind};

    memcpy(made.digest, digest, OKTA_DIGEST_BYTES);
    made.page = (size_t)(made.digest[0] % table->pages);
    made.tag = (uint8_t)made.digest[1];
    return made;
}

static inline uint64_t load(const word *at)
{
    return atomic_load_explicit(at, memory_order_acquire);
}

static inline void store(word *at, uint64_t value)
{
    atomic_store_explicit(at, value, memory_order_release);
}

#define EARNED_SHIFT 32
#define KIND_SHIFT 40
#define SOURCE_SHIFT 48

static inline okta_verdict_kind kind_of(uint64_t about)
{
    return (okta_verdict_kind)(about >> KIND_SHIFT & 0xff);
}

/* In the same time for all digests. */
static inline bool is_of(const place *p, const key *k)
{
    uint64_t differences = 0;

    for (size_t i = 0; i < DIGEST_WORDS; i++)
        differences |= load(&p->digest[i]) ^ k->digest[i];
    return differences == 0 && kind_of(load(&p->about)) == k->kind;
}

static inline bool is_live(uint64_t state)
{
    return (state & LIVE) != 0;
}

/* Marks those of eight places, from `first` on, that may have the key's tag: a byte below 1 borrows
 * when 1 is subtracted, which sets its highest bit. */
static inline uint64_t with_tag(const page *at, unsigned int first, const key *k)
{
    uint64_t others = load(&at->head.tags[first / TAGS]) ^ EACH_TAG(k->tag);

    return (others - EACH_TAG(1)) & ~others & EACH_TAG(0x80);
}

static inline unsigned int place_of(uint64_t marks)
{
    return (unsigned int)__builtin_ctzll(marks) / TAG_BITS;
}

#endif
