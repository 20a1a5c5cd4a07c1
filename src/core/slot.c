/* SPDX-License-Identifier: Apache-2.0 */
#include "core/slot.h"

#include "core/robust_lock.h"

#include <string.h>

#define WORD sizeof(uint64_t)

/* Atomic, because a reader may read what a writer overwrites; it discards that copy. */
typedef _Atomic uint64_t shared_word;

/* One that is current, one to write to, and one for a writer that stands still. */
#define BUFFERS 3

struct okta_slot {
    size_t capacity;
    _Atomic uint64_t current; /* generation, turn and number of the buffer: see pack */
    _Atomic uint32_t lengths[BUFFERS];
    pthread_mutex_t locks[BUFFERS]; /* held while the buffer is being filled */
    _Alignas(OKTA_SLOT_ALIGNMENT) shared_word words[];
};

typedef struct current_word {
    uint32_t generation; /* 0: nothing was published yet */
    okta_turn_number turn;
    uint16_t buffer;
} current_word;

static current_word unpack(uint64_t word)
{
    return (current_word){(uint32_t)word, (okta_turn_number)(word >> 32), (uint16_t)(word >> 48)};
}

static uint64_t pack(current_word c)
{
    return c.generation | (uint64_t)c.turn << 32 | (uint64_t)c.buffer << 48;
}

static size_t words_for(size_t bytes)
{
    return (bytes + WORD - 1) / WORD;
}

size_t okta_slot_size(size_t capacity)
{
    size_t size = sizeof(okta_slot) + BUFFERS * words_for(capacity) * WORD;

    return (size + OKTA_SLOT_ALIGNMENT - 1) / OKTA_SLOT_ALIGNMENT * OKTA_SLOT_ALIGNMENT;
}

okta_slot *okta_slot_init(void *memory, size_t capacity)
{
    okta_slot *slot = memory;

    memset(memory, 0, okta_slot_size(capacity));
    slot->capacity = capacity;
    okta_robust_locks_init(slot->locks, BUFFERS);
    return slot;
}

size_t okta_slot_capacity(const okta_slot *slot)
{
    return slot->capacity;
}

uint32_t okta_slot_generation(const okta_slot *slot)
{
    return unpack(atomic_load_explicit(&slot->current, memory_order_acquire)).generation;
}

/* Zero means never, so the count skips it when it wraps. */
static uint32_t generation_after(uint32_t generation)
{
    return generation == UINT32_MAX ? 1 : generation + 1;
}

void okta_slot_hand_over(okta_slot *slot, okta_turn_number turn)
{
    uint64_t seen = slot->current;
    current_word next;

    do {
        next = unpack(seen);
        next.turn = turn;
    } while (!atomic_compare_exchange_weak(&slot->current, &seen, pack(next)));
}

/* A buffer that nobody reads as the current one and nobody else fills; -1: there is none. Only who
 * holds its lock makes a buffer current, so it stays spare. */
static int take_spare(okta_slot *slot)
{
    for (int i = 0; i < BUFFERS; i++) {
        /* what a holder who died left is not current, and is overwritten */
        if (!okta_robust_lock_try(&slot->locks[i]))
            continue;
        if (unpack(slot->current).buffer != i)
            return i;
        pthread_mutex_unlock(&slot->locks[i]);
    }
    return -1;
}

static void fill(okta_slot *slot, int buffer, const char *bytes, size_t length)
{
    shared_word *to = slot->words + (size_t)buffer * words_for(slot->capacity);

    /* Released and acquired word by word: who sees the buffer change then sees as well that the
     * generation which was here has ended. */
    for (size_t i = 0; i < words_for(length); i++) {
        uint64_t word = 0;
        size_t rest = length - i * WORD;

        memcpy(&word, bytes + i * WORD, rest < WORD ? rest : WORD);
        atomic_store_explicit(&to[i], word, memory_order_release);
    }
    atomic_store_explicit(&slot->lengths[buffer], (uint32_t)length, memory_order_release);
}

okta_slot_outcome okta_slot_publish_in_turn(okta_slot *slot, okta_turn_number turn,
                                            uint32_t generation, const char *bytes, size_t length)
{
    uint64_t seen = slot->current;
    current_word next = unpack(seen);
    bool exchanged;
    int buffer;

    if (length > slot->capacity)
        return OKTA_SLOT_TOO_LARGE;
    if (next.turn != turn)
        return OKTA_SLOT_TURN_OVER;
    buffer = take_spare(slot);
    if (buffer < 0)
        return OKTA_SLOT_BUSY;
    fill(slot, buffer, bytes, length);
    next.generation = generation ? generation : generation_after(next.generation);
    next.buffer = (uint16_t)buffer;
    exchanged = atomic_compare_exchange_strong(&slot->current, &seen, pack(next));
    pthread_mutex_unlock(&slot->locks[buffer]);
    return exchanged ? OKTA_SLOT_PUBLISHED : OKTA_SLOT_TURN_OVER;
}

static bool publish(okta_slot *slot, uint32_t generation, const char *bytes, size_t length)
{
    return okta_slot_publish_in_turn(slot, unpack(slot->current).turn, generation, bytes, length) ==
           OKTA_SLOT_PUBLISHED;
}

bool okta_slot_publish(okta_slot *slot, const char *bytes, size_t length)
{
    return publish(slot, 0, bytes, length);
}

static void copy_out(const shared_word *from, char *buffer, size_t length)
{
    for (size_t i = 0; i < words_for(length); i++) {
        uint64_t word = atomic_load_explicit(&from[i], memory_order_acquire);
        size_t rest = length - i * WORD;

        memcpy(buffer + i * WORD, &word, rest < WORD ? rest : WORD);
    }
}

bool okta_slot_read(const okta_slot *slot, char *buffer, size_t *length, uint32_t *generation)
{
    for (;;) {
        current_word now = unpack(atomic_load_explicit(&slot->current, memory_order_acquire));
        size_t size;

        if (now.generation == 0)
            return false;
        size = atomic_load_explicit(&slot->lengths[now.buffer], memory_order_acquire);
        if (size <= slot->capacity)
            copy_out(slot->words + now.buffer * words_for(slot->capacity), buffer, size);
        if (size <= slot->capacity &&
            unpack(atomic_load_explicit(&slot->current, memory_order_relaxed)).generation ==
                now.generation) {
            *length = size;
            *generation = now.generation;
            return true;
        }
    }
}

bool okta_slot_copy(const okta_slot *from, okta_slot *to, char *buffer)
{
    uint32_t generation;
    size_t length;

    return okta_slot_read(from, buffer, &length, &generation) &&
           publish(to, generation, buffer, length);
}
