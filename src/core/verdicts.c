#include "core/verdicts.h"

#include <errno.h>
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
_Static_assert(UNITS <= MAP_WORDS * 64, "each unit has a bit");

struct okta_verdicts {
    uint64_t pages;
    _Atomic uint32_t generations;
    pthread_mutex_t locks[LOCKS];
    _Alignas(OKTA_VERDICTS_ALIGNMENT) page first[];
};

typedef struct unit_map {
    uint64_t words[MAP_WORDS];
} unit_map;

static uint64_t pages_for(uint32_t entries)
{
    return ((uint64_t)entries + OKTA_VERDICTS_PER_PAGE - 1) / OKTA_VERDICTS_PER_PAGE;
}

size_t okta_verdicts_size(uint32_t entries)
{
    return sizeof(okta_verdicts) + (size_t)pages_for(entries) * sizeof(page);
}

okta_verdicts *okta_verdicts_init(void *memory, uint32_t entries)
{
    okta_verdicts *table = memory;
    pthread_mutexattr_t shared;

    table->pages = pages_for(entries);
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&shared, PTHREAD_MUTEX_ROBUST);
    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_init(&table->locks[i], &shared);
    pthread_mutexattr_destroy(&shared);
    return table;
}

static unsigned int first_unit(bool earned)
{
    return earned ? UNITS_FOR_OTHERS : 0;
}

static unsigned int end_unit(bool earned)
{
    return earned ? (unsigned int)UNITS : UNITS_FOR_OTHERS;
}

size_t okta_verdicts_longest(bool earned)
{
    return (end_unit(earned) - first_unit(earned)) * (size_t)UNIT;
}

/* What an entry is looked for by. */
typedef struct key {
    uint64_t digest[DIGEST_WORDS];
    okta_verdict_kind kind;
    uint8_t tag;
    size_t page;
} key;

static key key_of(const okta_verdicts *table, okta_verdict_kind kind, const unsigned char *digest)
{
    key made = {.kind = kind};

    memcpy(made.digest, digest, OKTA_DIGEST_BYTES);
    made.page = (size_t)(made.digest[0] % table->pages);
    made.tag = (uint8_t)made.digest[1];
    return made;
}

static uint64_t load(const word *at)
{
    return atomic_load_explicit(at, memory_order_acquire);
}

static void store(word *at, uint64_t value)
{
    atomic_store_explicit(at, value, memory_order_release);
}

#define EARNED_SHIFT 32
#define KIND_SHIFT 40
#define SOURCE_SHIFT 48

static uint64_t pack_about(const okta_verdict_head *head, size_t length)
{
    return (uint32_t)length | (uint64_t)head->earned << EARNED_SHIFT |
           (uint64_t)head->kind << KIND_SHIFT | (uint64_t)head->source << SOURCE_SHIFT;
}

static okta_verdict_kind kind_of(uint64_t about)
{
    return (okta_verdict_kind)(about >> KIND_SHIFT & 0xff);
}

/* In the same time for all digests. */
static bool is_of(const place *p, const key *k)
{
    uint64_t differences = 0;

    for (size_t i = 0; i < DIGEST_WORDS; i++)
        differences |= load(&p->digest[i]) ^ k->digest[i];
    return differences == 0 && kind_of(load(&p->about)) == k->kind;
}

static bool is_live(uint64_t state)
{
    return (state & LIVE) != 0;
}

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

#define UNIT_WORDS (UNIT / sizeof(word))
#define STEP 8 /* words that are copied at a time, also where fewer count */
#define BYTES_OF_STEPS(length) \
    (((length) + STEP * sizeof(word) - 1) / (STEP * sizeof(word)) * (STEP * sizeof(word)))

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

/* Marks those of eight places, from `first` on, that may have the key's tag: a byte below 1 borrows
 * when 1 is subtracted, which sets its highest bit. */
static uint64_t with_tag(const page *at, unsigned int first, const key *k)
{
    uint64_t others = load(&at->head.tags[first / TAGS]) ^ EACH_TAG(k->tag);

    return (others - EACH_TAG(1)) & ~others & EACH_TAG(0x80);
}

static unsigned int place_of(uint64_t marks)
{
    return (unsigned int)__builtin_ctzll(marks) / TAG_BITS;
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
    int place; /* -1: not found yet */
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

static bool lock(pthread_mutex_t *mutex)
{
    int outcome = pthread_mutex_trylock(mutex);

    /* its holder died: what it was writing is not live, and is overwritten */
    if (outcome == EOWNERDEAD)
        outcome = pthread_mutex_consistent(mutex);
    return outcome == 0;
}

bool okta_verdicts_put(okta_verdicts *table, const unsigned char digest[OKTA_DIGEST_BYTES],
                       int64_t now, const okta_verdict_head *head, const void *bytes, size_t length)
{
    unsigned int units = (unsigned int)((length + UNIT - 1) / UNIT);
    pthread_mutex_t *mutex;
    writing w;
    key k;

    if (table->pages == 0 || length > okta_verdicts_longest(head->earned))
        return false;
    k = key_of(table, head->kind, digest);
    mutex = &table->locks[k.page % LOCKS];
    if (!lock(mutex))
        return false;
    w = (writing){
        .at = &table->first[k.page], .k = &k, .earned = head->earned, .now = now, .place = -1};
    survey(&w);
    find_former(&w);
    make_room(&w, units);
    write_entry(&w, head, bytes, length);
    pthread_mutex_unlock(mutex);
    return true;
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
