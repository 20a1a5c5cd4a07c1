/* SPDX-License-Identifier: Apache-2.0 */
#include "core/robust_lock.h"
#include "core/verdict_page.h"
#include "core/verdicts.h"

/* The lowest unit in the map, which is taken out of it; -1: there is none. */
static int next_unit(unit_map *map)
{
    for (size_t i = 0; i < MAP_WORDS; i++) {
        uint64_t bits = map->words[i];

        if (bits) {
            map->words[i] = bits & (bits - 1);
            return (int)(i * 64) + __builtin_ctzll(bits);
        }
    }
    return -1;
}

static uint64_t pack_about(const okta_verdict_head *head, size_t length)
{
    return (uint32_t)length | (uint64_t)head->earned << EARNED_SHIFT |
           (uint64_t)head->kind << KIND_SHIFT | (uint64_t)head->source << SOURCE_SHIFT;
}

/* Where an entry is to go. One at a time for each page: under its lock. */
typedef struct writing {
    page *at;
    const key *k;
    bool earned;
    int64_t now;
    uint64_t victims; /* bits of live places that are given up */
    uint64_t former;  /* the same for those with the key */
    unit_map units;   /* that are free, victims' ones included */
    unsigned int free_units;
    unsigned int evicted; /* victims that had not ended, the former ones aside */
    int place;            /* -1: not found yet */
} writing;

static unsigned int first_place(bool earned)
{
    return earned ? 0 : EARNED;
}

static unsigned int end_place(bool earned)
{
    return earned ? EARNED : PLACES;
}

static unit_map map_of(const place *p)
{
    unit_map map;

    for (size_t i = 0; i < MAP_WORDS; i++)
        map.words[i] = load(&p->map[i]);
    return map;
}

static unsigned int count_units(const unit_map *map)
{
    unsigned int count = 0;

    for (size_t i = 0; i < MAP_WORDS; i++)
        count += (unsigned int)__builtin_popcountll(map->words[i]);
    return count;
}

static uint64_t bits_below(unsigned int count)
{
    return count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

static unit_map all_units(bool earned)
{
    unsigned int first = first_unit(earned), end = end_unit(earned);
    unit_map map = {{0}};

    for (unsigned int i = 0; i < MAP_WORDS; i++)
        map.words[i] = bits_below(end > i * 64 ? end - i * 64 : 0) &
                       ~bits_below(first > i * 64 ? first - i * 64 : 0);
    return map;
}

static void give_up(writing *w, unsigned int number)
{
    unit_map map = map_of(&w->at->head.places[number]);

    w->victims |= UINT64_C(1) << number;
    for (size_t i = 0; i < MAP_WORDS; i++)
        w->units.words[i] |= map.words[i];
    w->free_units = count_units(&w->units);
    if (w->place < 0)
        w->place = (int)number;
}

/* What is there: entries that have ended make room first. A place that is not live is free, also
 * one that somebody died over. */
static void survey(writing *w)
{
    unit_map used = {{0}};

    w->units = all_units(w->earned);
    for (unsigned int i = first_place(w->earned); i < end_place(w->earned); i++) {
        const place *p = &w->at->head.places[i];
        unit_map map;

        if (!is_live(load(&w->at->head.states[i]))) {
            if (w->place < 0)
                w->place = (int)i;
        } else if ((int64_t)load(&p->until) <= w->now) {
            w->victims |= UINT64_C(1) << i;
        } else {
            map = map_of(p);
            for (size_t k = 0; k < MAP_WORDS; k++)
                used.words[k] |= map.words[k];
        }
    }
    for (size_t k = 0; k < MAP_WORDS; k++)
        w->units.words[k] &= ~used.words[k];
    w->free_units = count_units(&w->units);
    if (w->place < 0 && w->victims)
        w->place = __builtin_ctzll(w->victims);
}

/* An entry with the key goes when the new one is there: what is known is found at all times. */
static void find_former(writing *w)
{
    for (unsigned int i = 0; i < PLACES; i += TAGS) {
        for (uint64_t marks = with_tag(w->at, i, w->k); marks; marks &= marks - 1) {
            unsigned int number = i + place_of(marks);

            if (is_live(load(&w->at->head.states[number])) &&
                is_of(&w->at->head.places[number], w->k))
                w->former |= UINT64_C(1) << number;
        }
    }
}

/* Second chance, from where the hand stands: at most twice round, and then the former entry. */
static void make_room(writing *w, unsigned int units)
{
    unsigned int first = first_place(w->earned), count = end_place(w->earned) - first;
    _Atomic uint32_t *hand = &w->at->head.hands[w->earned];
    const uint64_t ended = w->victims;

    for (unsigned int i = 0; i < 3 * count && (w->place < 0 || w->free_units < units); i++) {
        uint32_t at = atomic_load_explicit(hand, memory_order_relaxed) % count;
        unsigned int number = first + at;
        uint64_t bit = UINT64_C(1) << number;

        atomic_store_explicit(hand, at + 1, memory_order_relaxed);
        if (!is_live(load(&w->at->head.states[number])) || (w->victims & bit) ||
            ((w->former & bit) && i < 2 * count))
            continue;
        if (atomic_load_explicit(&w->at->head.used[number], memory_order_relaxed) && i < count)
            atomic_store_explicit(&w->at->head.used[number], 0, memory_order_relaxed);
        else
            give_up(w, number);
    }
    w->evicted = (unsigned int)__builtin_popcountll(w->victims & ~w->former & ~ended);
}

static void retire(page *at, uint64_t places)
{
    for (; places; places &= places - 1) {
        word *state = &at->head.states[__builtin_ctzll(places)];

        store(state, (load(state) & ~LIVE) + CHANGE);
    }
}

static void write_word(word *to, const unsigned char *from, size_t bytes)
{
    uint64_t value = 0;

    memcpy(&value, from, bytes);
    store(to, value);
}

#define WHOLE_WORD(i) write_word(&to[i], &from[(i) * sizeof(word)], sizeof(word))

static void write_unit(word *to, const unsigned char *from, size_t bytes)
{
    for (; bytes >= STEP * sizeof(word); bytes -= STEP * sizeof(word)) {
        WHOLE_WORD(0);
        WHOLE_WORD(1);
        WHOLE_WORD(2);
        WHOLE_WORD(3);
        WHOLE_WORD(4);
        WHOLE_WORD(5);
        WHOLE_WORD(6);
        WHOLE_WORD(7);
        to += STEP;
        from += STEP * sizeof(word);
    }
    for (; bytes > 0; to++, from += sizeof(word)) {
        size_t part = bytes < sizeof(word) ? bytes : sizeof(word);

        write_word(to, from, part);
        bytes -= part;
    }
}

static unit_map take_units(writing *w, const unsigned char *bytes, size_t length)
{
    unit_map taken = {{0}};

    while (length > 0) {
        int unit = next_unit(&w->units);
        size_t part = length < UNIT ? length : UNIT;

        write_unit(w->at->units[unit], bytes, part);
        taken.words[unit / 64] |= UINT64_C(1) << unit % 64;
        bytes += part;
        length -= part;
    }
    return taken;
}

static void set_tag(page *at, unsigned int number, uint8_t tag)
{
    word *tags = &at->head.tags[number / TAGS];
    unsigned int shift = number % TAGS * TAG_BITS;

    store(tags, (load(tags) & ~((uint64_t)0xff << shift)) | (uint64_t)tag << shift);
}

static void write_entry(writing *w, const okta_verdict_head *head, const void *bytes, size_t length)
{
    place *p = &w->at->head.places[w->place];
    word *state = &w->at->head.states[w->place];
    unit_map map;

    retire(w->at, w->victims);
    map = take_units(w, bytes, length);
    for (size_t i = 0; i < MAP_WORDS; i++)
        store(&p->map[i], map.words[i]);
    for (size_t i = 0; i < DIGEST_WORDS; i++)
        store(&p->digest[i], w->k->digest[i]);
    store(&p->until, (uint64_t)head->until);
    store(&p->generation, head->generation);
    store(&p->about, pack_about(head, length));
    set_tag(w->at, (unsigned int)w->place, w->k->tag);
    atomic_store_explicit(&w->at->head.used[w->place], w->former != 0, memory_order_relaxed);
    store(state, (load(state) & ~LIVE) + CHANGE + LIVE);
    retire(w->at, w->former & ~w->victims);
}

static void count_live(okta_verdicts *table, const writing *w)
{
    const uint64_t gone = w->victims | w->former, earned = bits_below(EARNED);

    table->live[true] += (w->earned ? 1 : 0) - __builtin_popcountll(gone & earned);
    table->live[false] += (w->earned ? 0 : 1) - __builtin_popcountll(gone & ~earned);
}

unsigned int okta_verdicts_put(okta_verdicts *table, const unsigned char digest[OKTA_DIGEST_BYTES],
                               int64_t now, const okta_verdict_head *head, const void *bytes,
                               size_t length)
{
    unsigned int units = (unsigned int)((length + UNIT - 1) / UNIT);
    pthread_mutex_t *mutex;
    writing w;
    key k;

    if (table->pages == 0 || length > okta_verdicts_longest(head->earned))
        return 0;
    k = key_of(table, head->kind, digest);
    mutex = &table->locks[k.page % LOCKS];
    /* what a holder who died was writing is not live, and is overwritten */
    if (!okta_robust_lock_try(mutex))
        return 0;
    w = (writing){
        .at = &table->first[k.page], .k = &k, .earned = head->earned, .now = now, .place = -1};
    survey(&w);
    find_former(&w);
    make_room(&w, units);
    write_entry(&w, head, bytes, length);
    count_live(table, &w);
    pthread_mutex_unlock(mutex);
    return 1 + w.evicted;
}
