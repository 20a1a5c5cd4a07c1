#include "core/slot.h"

#include <string.h>

#define WORD sizeof(uint64_t)

/* Words, and atomic ones, because a reader may look on while the writer overwrites what it will
 * then throw away. */
typedef _Atomic uint64_t shared_word;

struct okta_slot {
    okta_slot_state state;
    size_t capacity;
    _Atomic uint32_t generation;
    _Atomic uint32_t lengths[2];
    _Alignas(OKTA_SLOT_ALIGNMENT) shared_word words[];
};

static size_t words_for(size_t bytes)
{
    return (bytes + WORD - 1) / WORD;
}

size_t okta_slot_size(size_t capacity)
{
    size_t size = sizeof(okta_slot) + 2 * words_for(capacity) * WORD;

    return (size + OKTA_SLOT_ALIGNMENT - 1) / OKTA_SLOT_ALIGNMENT * OKTA_SLOT_ALIGNMENT;
}

okta_slot *okta_slot_init(void *memory, size_t capacity)
{
    okta_slot *slot = memory;

    memset(memory, 0, okta_slot_size(capacity));
    slot->capacity = capacity;
    return slot;
}

okta_slot_state *okta_slot_state_of(okta_slot *slot)
{
    return &slot->state;
}

size_t okta_slot_capacity(const okta_slot *slot)
{
    return slot->capacity;
}

uint32_t okta_slot_generation(const okta_slot *slot)
{
    return atomic_load_explicit(&slot->generation, memory_order_acquire);
}

/* Generation g stands in buffer g % 2. Zero means never, so the count skips it when it wraps. */
static uint32_t generation_after(uint32_t generation)
{
    return generation == UINT32_MAX ? 2 : generation + 1;
}

bool okta_slot_publish(okta_slot *slot, const char *bytes, size_t length)
{
    uint32_t next = generation_after(okta_slot_generation(slot));
    shared_word *to = slot->words + next % 2 * words_for(slot->capacity);

    if (length > slot->capacity)
        return false;
    /* A reader of generation next - 2 has to see that it ended before it sees its buffer change. */
    atomic_thread_fence(memory_order_release);
    for (size_t i = 0; i < words_for(length); i++) {
        uint64_t word = 0;
        size_t rest = length - i * WORD;

        memcpy(&word, bytes + i * WORD, rest < WORD ? rest : WORD);
        atomic_store_explicit(&to[i], word, memory_order_relaxed);
    }
    atomic_store_explicit(&slot->lengths[next % 2], (uint32_t)length, memory_order_relaxed);
    atomic_store_explicit(&slot->generation, next, memory_order_release);
    return true;
}

static void copy_out(const shared_word *from, char *buffer, size_t length)
{
    for (size_t i = 0; i < words_for(length); i++) {
        uint64_t word = atomic_load_explicit(&from[i], memory_order_relaxed);
        size_t rest = length - i * WORD;

        memcpy(buffer + i * WORD, &word, rest < WORD ? rest : WORD);
    }
}

bool okta_slot_read(const okta_slot *slot, char *buffer, size_t *length, uint32_t *generation)
{
    for (;;) {
        uint32_t current = okta_slot_generation(slot);
        size_t size;

        if (current == 0)
            return false;
        size = atomic_load_explicit(&slot->lengths[current % 2], memory_order_relaxed);
        if (size <= slot->capacity)
            copy_out(slot->words + current % 2 * words_for(slot->capacity), buffer, size);
        atomic_thread_fence(memory_order_acquire);
        if (size <= slot->capacity &&
            atomic_load_explicit(&slot->generation, memory_order_relaxed) == current) {
            *length = size;
            *generation = current;
            return true;
        }
    }
}

void okta_slot_take_over(const okta_slot *from, okta_slot *to, char *buffer)
{
    const okta_slot_state *old = &from->state;
    okta_slot_state *state = &to->state;
    /* against the writer's order: whoever sees a new time here reads the new bytes below */
    int64_t next_refresh = old->next_refresh;
    int64_t usable_until = old->usable_until;
    int64_t fresh_until = old->fresh_until;
    int64_t fetched_at = old->fetched_at;
    uint32_t generation;
    size_t length;

    state->next_refresh = next_refresh;
    state->started_at = old->started_at;
    state->finished = old->finished;
    state->failed = old->failed;
    state->failing = old->failing;
    state->phase = old->phase;
    state->waits = old->waits;
    state->kid_misses = old->kid_misses;
    if (!okta_slot_read(from, buffer, &length, &generation) ||
        !okta_slot_publish(to, buffer, length))
        return;
    state->fetched_at = fetched_at;
    state->fresh_until = fresh_until;
    state->usable_until = usable_until;
}
