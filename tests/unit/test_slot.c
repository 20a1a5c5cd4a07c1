#include "core/slot.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static void *room(size_t capacity)
{
    return keep(aligned_alloc(64, okta_slot_size(capacity)));
}

static void expect_content(const okta_slot *slot, const char *content, uint32_t generation)
{
    char *buffer = keep(malloc(okta_slot_capacity(slot) + 1));
    size_t length = 0;
    uint32_t found = 0;

    need(okta_slot_read(slot, buffer, &length, &found), "nothing where \"%.20s\" should be",
         content);
    check(length == strlen(content) && memcmp(buffer, content, length) == 0, "\"%.20s\"", content);
    check(found == generation && okta_slot_generation(slot) == generation, "generation %u", found);
}

rule(a_new_slot_is_empty)
{
    okta_slot *slot = okta_slot_init(room(100), 100);
    okta_slot_state *state = okta_slot_state_of(slot);
    char buffer[100];
    size_t length;
    uint32_t generation;

    check(!okta_slot_read(slot, buffer, &length, &generation), "something to read");
    check(okta_slot_generation(slot) == 0, "generation %u", okta_slot_generation(slot));
    check(okta_slot_capacity(slot) == 100, "%zu", okta_slot_capacity(slot));
    check(state->fetched_at == 0 && state->usable_until == 0 && state->next_refresh == 0 &&
              state->started_at == 0 && state->wanted == 0 && state->finished == 0 &&
              state->failed == 0 && state->failing == 0,
          "state");
}

rule(sizes_are_multiples_of_64_with_room_for_two)
{
    for (size_t capacity = 0; capacity < 300; capacity++) {
        size_t size = okta_slot_size(capacity);

        check(size % 64 == 0 && size >= 2 * capacity + sizeof(okta_slot_state), "%zu: %zu",
              capacity, size);
    }
}

rule(what_was_published_last_is_read)
{
    okta_slot *slot = okta_slot_init(room(64), 64);

    for (uint32_t i = 1; i < 20; i++) {
        char *content = repeat(text("%u.", i), i);

        need(okta_slot_publish(slot, exact(content, strlen(content)), strlen(content)), "%u", i);
        expect_content(slot, content, i);
        expect_content(slot, content, i);
    }
}

rule(every_length_up_to_the_capacity_fits_and_no_more)
{
    for (size_t capacity = 0; capacity < 40; capacity++) {
        okta_slot *slot = okta_slot_init(room(capacity), capacity);

        for (size_t length = 0; length <= capacity + 9; length++) {
            uint32_t before = okta_slot_generation(slot);
            char *content = repeat("x", length);
            bool fits = okta_slot_publish(slot, exact(content, length), length);

            check(fits == (length <= capacity), "%zu into %zu", length, capacity);
            if (fits)
                expect_content(slot, content, before + 1);
            else
                check(okta_slot_generation(slot) == before, "a refusal changed something");
        }
    }
}

rule(a_refused_publication_leaves_the_last_good_one)
{
    okta_slot *slot = okta_slot_init(room(8), 8);

    okta_slot_publish(slot, "good", 4);
    check(!okta_slot_publish(slot, "far too long", 12), "it fits");
    expect_content(slot, "good", 1);
}

rule(neighbours_are_left_alone)
{
    size_t size = okta_slot_size(10);
    char *memory = keep(aligned_alloc(64, size + 64));
    okta_slot *slot;

    memset(memory, 0x5a, size + 64);
    slot = okta_slot_init(memory, 10);
    for (int i = 0; i < 4; i++)
        okta_slot_publish(slot, "0123456789", 10);
    for (size_t i = size; i < size + 64; i++)
        check(memory[i] == 0x5a, "byte %zu behind", i - size);
    expect_content(slot, "0123456789", 4);
}

rule(state_and_content_are_apart)
{
    okta_slot *slot = okta_slot_init(room(8), 8);
    okta_slot_state *state = okta_slot_state_of(slot);

    atomic_store(&state->fetched_at, INT64_MAX);
    atomic_store(&state->failing, UINT32_MAX);
    okta_slot_publish(slot, "content", 7);
    check(atomic_load(&state->fetched_at) == INT64_MAX, "fetched_at");
    check(atomic_load(&state->failing) == UINT32_MAX, "failing");
    expect_content(slot, "content", 1);
}

rule(the_count_of_publications_wraps_without_ever_reading_as_never)
{
    char *memory = room(8);
    okta_slot *slot = okta_slot_init(memory, 8);
    size_t at = sizeof(okta_slot_state) + sizeof(size_t);
    uint64_t last_but_one = UINT32_MAX - 1;

    /* the only look inside: nobody can publish four billion times here */
    memcpy(memory + at, &last_but_one, sizeof(last_but_one));
    need(okta_slot_generation(slot) == last_but_one, "the generation stands elsewhere now");
    need(okta_slot_publish(slot, "a", 1), "before the end");
    expect_content(slot, "a", UINT32_MAX);
    need(okta_slot_publish(slot, "b", 1), "at the end");
    expect_content(slot, "b", 1);
    need(okta_slot_publish(slot, "c", 1), "after it");
    expect_content(slot, "c", 2);
}

static okta_slot *slot_of(size_t capacity)
{
    return okta_slot_init(room(capacity), capacity);
}

rule(a_slot_is_taken_over_with_its_state)
{
    okta_slot *from = slot_of(64), *to = slot_of(32);
    okta_slot_state *old = okta_slot_state_of(from), *state = okta_slot_state_of(to);
    char buffer[64], read[64];
    uint32_t generation;
    size_t length;

    okta_slot_publish(from, "old", 3);
    okta_slot_publish(from, "keys", 4);
    old->fetched_at = 1;
    old->fresh_until = 2;
    old->usable_until = 3;
    old->next_refresh = 4;
    old->started_at = 5;
    old->finished = 6;
    old->failed = 7;
    old->failing = 8;
    old->phase = 9;
    old->waits = 10;
    old->kid_misses = 11;
    old->in_flight = old->wanted = 1;
    okta_slot_take_over(from, to, buffer);
    need(okta_slot_read(to, read, &length, &generation), "nothing was taken over");
    check(length == 4 && memcmp(read, "keys", 4) == 0 && generation == 1, "the bytes");
    check(state->fetched_at == 1 && state->fresh_until == 2 && state->usable_until == 3 &&
              state->next_refresh == 4 && state->started_at == 5,
          "the times");
    check(state->finished == 6 && state->failed == 7 && state->failing == 8 && state->phase == 9 &&
              state->waits == 10 && state->kid_misses == 11,
          "the counters");
    check(!state->in_flight && !state->wanted, "what is under way is another process's");
}

rule(what_does_not_fit_leaves_its_times_too)
{
    okta_slot *from = slot_of(64), *to = slot_of(8);
    okta_slot_state *old = okta_slot_state_of(from), *state = okta_slot_state_of(to);
    char buffer[64];

    okta_slot_publish(from, "more than eight bytes", 21);
    old->fetched_at = old->fresh_until = old->usable_until = 7;
    old->failing = 2;
    okta_slot_take_over(from, to, buffer);
    check(okta_slot_generation(to) == 0, "published");
    check(!state->fetched_at && !state->fresh_until && !state->usable_until, "times without keys");
    check(state->failing == 2, "the issuer's health");
}

rule(nothing_is_taken_over_from_an_empty_slot_but_its_health)
{
    okta_slot *from = slot_of(8), *to = slot_of(8);
    char buffer[8];

    okta_slot_state_of(from)->failing = 3;
    okta_slot_state_of(from)->next_refresh = 9;
    okta_slot_take_over(from, to, buffer);
    check(okta_slot_generation(to) == 0, "published");
    check(okta_slot_state_of(to)->failing == 3 && okta_slot_state_of(to)->next_refresh == 9,
          "the issuer's health");
}
