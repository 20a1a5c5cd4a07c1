/* SPDX-License-Identifier: Apache-2.0 */
#include "core/turn.h"

#define LEASE 5000000 /* microseconds */
#define DOUBLINGS_MAX 4

/* What the word holds, from its lowest bit on: the time of the last sign of life, whether the
 * holder has the lock, how often the lease was doubled, and the number of the turn. */
#define BEAT_BITS 43
#define LOCK_SHIFT BEAT_BITS
#define DOUBLINGS_SHIFT 44
#define NUMBER_SHIFT 48
#define BEAT_UNIT 1000 /* microseconds */

typedef struct holding {
    okta_turn_number number;
    unsigned int doublings;
    bool has_lock;
    int64_t beat; /* in units, rounded up; 0: nobody holds it */
} holding;

static holding unpack(uint64_t word)
{
    return (holding){(okta_turn_number)(word >> NUMBER_SHIFT),
                     (unsigned int)(word >> DOUBLINGS_SHIFT) & 0xf, (word >> LOCK_SHIFT & 1) != 0,
                     (int64_t)(word & ((UINT64_C(1) << BEAT_BITS) - 1))};
}

static uint64_t pack(holding h)
{
    return (uint64_t)h.number << NUMBER_SHIFT | (uint64_t)h.doublings << DOUBLINGS_SHIFT |
           (uint64_t)h.has_lock << LOCK_SHIFT | (uint64_t)h.beat;
}

static int64_t beat_of(int64_t now)
{
    return now / BEAT_UNIT + 1;
}

static bool has_run_out(holding h, int64_t now)
{
    return beat_of(now) - h.beat >= (int64_t)LEASE / BEAT_UNIT << h.doublings;
}

okta_turn_number okta_turn_take(okta_turn *turn, int64_t now, bool has_lock, int32_t *stalled)
{
    uint64_t seen = turn->word;
    holding h = unpack(seen);
    bool is_held = h.beat != 0, is_gone = is_held && h.has_lock && has_lock;
    int32_t pid = turn->pid;

    *stalled = 0;
    if (is_held && !is_gone && !has_run_out(h, now))
        return 0;
    if (is_held && !is_gone && h.doublings < DOUBLINGS_MAX)
        h.doublings++;
    h.number = h.number == UINT16_MAX ? 1 : (okta_turn_number)(h.number + 1);
    h.has_lock = has_lock;
    h.beat = beat_of(now);
    if (!atomic_compare_exchange_strong(&turn->word, &seen, pack(h)))
        return 0;
    if (is_held && !is_gone)
        *stalled = pid;
    return h.number;
}

bool okta_turn_keep(okta_turn *turn, okta_turn_number number, int64_t now, bool has_lock)
{
    uint64_t seen = turn->word;
    holding h = unpack(seen);

    if (h.number != number || h.beat == 0 || has_run_out(h, now))
        return false;
    h.beat = beat_of(now);
    h.has_lock = has_lock;
    return atomic_compare_exchange_strong(&turn->word, &seen, pack(h));
}

void okta_turn_relax(okta_turn *turn, okta_turn_number number)
{
    uint64_t seen = turn->word;
    holding h = unpack(seen);

    if (h.number != number || h.doublings == 0)
        return;
    h.doublings--;
    atomic_compare_exchange_strong(&turn->word, &seen, pack(h));
}

void okta_turn_end(okta_turn *turn, okta_turn_number number)
{
    uint64_t seen = turn->word;
    holding h = unpack(seen);

    if (h.number != number)
        return;
    h.beat = 0;
    h.has_lock = false;
    atomic_compare_exchange_strong(&turn->word, &seen, pack(h));
}

bool okta_turn_has_stalled(const okta_turn *turn, int64_t now)
{
    holding h = unpack(turn->word);

    return h.beat != 0 && has_run_out(h, now);
}

/* No later than the value: what keys may be trusted until gets no longer by it. */
static int64_t stamped(int64_t value, okta_turn_number number)
{
    int64_t result = (int64_t)((uint64_t)value & ~(uint64_t)(OKTA_TURN_TIME_GRAIN - 1)) | number;

    return result > value && result >= 2 * OKTA_TURN_TIME_GRAIN ? result - OKTA_TURN_TIME_GRAIN
                                                                : result;
}

void okta_turn_claim_time(_Atomic int64_t *time, okta_turn_number number)
{
    int64_t seen = *time;

    while (!atomic_compare_exchange_weak(time, &seen, stamped(seen, number)))
        ;
}

bool okta_turn_store_time(_Atomic int64_t *time, okta_turn_number number, int64_t value)
{
    int64_t seen = *time;

    return (okta_turn_number)seen == number &&
           atomic_compare_exchange_strong(time, &seen, stamped(value, number));
}
