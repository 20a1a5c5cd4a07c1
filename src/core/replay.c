/* SPDX-License-Identifier: Apache-2.0 */
#include "core/replay.h"

#include <stdatomic.h>
#include <string.h>

#define WORDS 3
#define GRAIN 16 /* seconds that share a stamp */
#define STAMP_BITS 20
#define PART_BITS (64 - STAMP_BITS) /* of an id in each word: 132 bits in all */
#define PART_MASK (((uint64_t)1 << PART_BITS) - 1)
#define STAMP_MASK (((uint64_t)1 << STAMP_BITS) - 1)
/* grains, 18 hours: what seems to be younger by more is what is left of the last turn of stamps,
 * half a year ago */
#define YOUNGER_MAX 4096

/* slots for each entry: those whose proofs are no good any more are free only for proofs that are
 * younger by window, skew and two grains. With a minute for both 2.5 times as many as are good are
 * in the way, and chains are to be short. */
#define SLOTS_PER_ENTRY 4
#define REACH 128 /* slots from an id's own one in which it may be */

/* counts of proofs by the second of their time */
#define COUNTERS 2048
#define COUNT_BITS 32

_Static_assert(COUNTERS > OKTA_REPLAY_SPAN_MAX + 1, "a counter for each second that counts");

typedef _Atomic uint64_t word;

struct okta_replay {
    uint64_t slots; /* a power of two is not needed */
    int64_t window, skew;
    _Atomic int64_t since;
    uint32_t entries;
    word counters[COUNTERS]; /* second in the upper half, how many in the lower one */
    word words[];            /* of a slot side by side: one page to touch */
};

/* An id as it is kept, and the stamp of its proof. */
typedef struct key {
    uint64_t home;
    uint64_t stamp;
    uint64_t parts[WORDS];
} key;

static uint64_t slots_of(uint32_t entries)
{
    return (uint64_t)entries * SLOTS_PER_ENTRY + REACH;
}

size_t okta_replay_size(uint32_t entries)
{
    return sizeof(okta_replay) + (size_t)slots_of(entries) * WORDS * sizeof(word);
}

okta_replay *okta_replay_init(void *memory, uint32_t entries, int64_t window, int64_t skew,
                              int64_t since)
{
    okta_replay *replay = memory;

    replay->slots = slots_of(entries);
    replay->entries = entries;
    replay->window = window;
    replay->skew = skew;
    replay->since = since;
    return replay;
}

int64_t okta_replay_window(const okta_replay *replay)
{
    return replay->window;
}

int64_t okta_replay_skew(const okta_replay *replay)
{
    return replay->skew;
}

int64_t okta_replay_since(okta_replay *replay, int64_t now)
{
    int64_t since = replay->since;

    while (since > now && !atomic_compare_exchange_weak(&replay->since, &since, now))
        ;
    return since < now ? since : now;
}

uint32_t okta_replay_entries(const okta_replay *replay)
{
    return replay->entries;
}

static uint64_t number_at(const unsigned char *bytes)
{
    uint64_t number;

    memcpy(&number, bytes, sizeof(number));
    return number;
}

static key key_of(const okta_replay *replay, const unsigned char *id, int64_t issued_at)
{
    key made = {.home = number_at(id) % (replay->slots - REACH + 1),
                .stamp = (uint64_t)(issued_at / GRAIN) & STAMP_MASK};

    for (size_t i = 0; i < WORDS; i++) {
        /* from other bytes than the home, as far as there are: no part may be told from it */
        made.parts[i] = number_at(id + 8 * (i + 1)) & PART_MASK;
        /* no word that is in use is 0 */
        if (made.parts[i] == 0)
            made.parts[i] = 1;
    }
    return made;
}

static uint64_t word_of(const key *k, size_t part)
{
    return k->stamp << PART_BITS | k->parts[part];
}

/* How many grains a word is older than the key; negative for younger ones. */
static int64_t grains_older(const key *k, uint64_t used)
{
    int64_t apart = (int64_t)((k->stamp - (used >> PART_BITS)) & STAMP_MASK);

    return apart > (int64_t)STAMP_MASK - YOUNGER_MAX ? apart - ((int64_t)1 << STAMP_BITS) : apart;
}

/* Whether the key may take the word. A proof of the word's stamp may still be good while the key's
 * is at most window and skew younger. Younger words are never free: a process that stood still must
 * not take what others wrote meanwhile. So for one key a word only ever changes from free to taken,
 * and all who bring that key come to the same slot. */
static bool is_free(const okta_replay *replay, const key *k, uint64_t used)
{
    return used == 0 || (grains_older(k, used) - 1) * GRAIN > replay->window + replay->skew;
}

static word *word_at(okta_replay *replay, size_t part, uint64_t slot)
{
    return &replay->words[slot * WORDS + part];
}

typedef enum claim {
    CLAIM_LOST, /* the word is another key's */
    CLAIM_WON,
    CLAIM_THERE /* it was the key's own already */
} claim;

static claim claim_word(const okta_replay *replay, const key *k, size_t part, word *at)
{
    uint64_t own = word_of(k, part), used = *at;

    while (used != own) {
        if (!is_free(replay, k, used))
            return CLAIM_LOST;
        if (atomic_compare_exchange_strong(at, &used, own))
            return CLAIM_WON;
    }
    return CLAIM_THERE;
}

/* Whether the slot holds the id, whatever the stamp, in a proof that is still good. */
static bool holds(okta_replay *replay, const key *k, uint64_t slot, const key *today)
{
    for (size_t part = 0; part < WORDS; part++) {
        uint64_t used = *word_at(replay, part, slot);

        if ((used & PART_MASK) != k->parts[part] ||
            (grains_older(today, used) - 1) * GRAIN > replay->window)
            return false;
    }
    return true;
}

/* Also finds the id in a proof of another time: a client that signed twice with one jti. */
static bool is_remembered(okta_replay *replay, const key *k, int64_t now)
{
    const key today = {.stamp = (uint64_t)(now / GRAIN) & STAMP_MASK};

    for (uint64_t slot = k->home; slot < k->home + REACH; slot++) {
        /* nobody ever went past a slot that was never used */
        if (*word_at(replay, 0, slot) == 0)
            return false;
        if (holds(replay, k, slot, &today))
            return true;
    }
    return false;
}

static okta_replay_answer claim_slot(okta_replay *replay, const key *k)
{
    for (uint64_t slot = k->home; slot < k->home + REACH; slot++) {
        claim last = CLAIM_THERE;

        for (size_t part = 0; part < WORDS && last != CLAIM_LOST; part++)
            last = claim_word(replay, k, part, word_at(replay, part, slot));
        if (last != CLAIM_LOST)
            return last == CLAIM_WON ? OKTA_REPLAY_FIRST : OKTA_REPLAY_SEEN;
    }
    return OKTA_REPLAY_FULL;
}

static word *counter_of(const okta_replay *replay, int64_t second)
{
    return (word *)&replay->counters[second % COUNTERS];
}

static void count(okta_replay *replay, int64_t second)
{
    word *counter = counter_of(replay, second);
    uint64_t first = (uint64_t)(uint32_t)second << COUNT_BITS, counted = *counter, next;

    do
        next = counted >> COUNT_BITS == first >> COUNT_BITS ? counted + 1 : first + 1;
    while (!atomic_compare_exchange_weak(counter, &counted, next));
}

uint64_t okta_replay_count(const okta_replay *replay, int64_t now)
{
    uint64_t sum = 0;

    for (int64_t second = now - replay->window; second <= now + replay->skew; second++) {
        uint64_t counted = second < 0 ? 0 : *counter_of(replay, second);

        if (counted >> COUNT_BITS == (uint32_t)second)
            sum += (uint32_t)counted;
    }
    return sum;
}

okta_replay_answer okta_replay_take(okta_replay *replay, const unsigned char id[OKTA_DIGEST_BYTES],
                                    int64_t issued_at, int64_t (*clock)(void))
{
    const key k = key_of(replay, id, issued_at);
    const int64_t now = clock();
    okta_replay_answer answer;

    if (is_remembered(replay, &k, now))
        return OKTA_REPLAY_SEEN;
    if (okta_replay_count(replay, now) >= replay->entries)
        return OKTA_REPLAY_FULL;
    answer = claim_slot(replay, &k);
    if (answer != OKTA_REPLAY_FIRST)
        return answer;
    count(replay, issued_at);
    return clock() - issued_at > replay->window ? OKTA_REPLAY_LATE : OKTA_REPLAY_FIRST;
}
