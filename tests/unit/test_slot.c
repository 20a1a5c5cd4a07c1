/* SPDX-License-Identifier: Apache-2.0 */
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
    char buffer[100];
    size_t length;
    uint32_t generation;

    check(!okta_slot_read(slot, buffer, &length, &generation), "something to read");
    check(okta_slot_generation(slot) == 0, "generation %u", okta_slot_generation(slot));
    check(okta_slot_capacity(slot) == 100, "%zu", okta_slot_capacity(slot));
}

rule(sizes_are_multiples_of_64_with_room_for_three)
{
    for (size_t capacity = 0; capacity < 300; capacity++) {
        size_t size = okta_slot_size(capacity);

        check(size % 64 == 0 && size >= 3 * capacity, "%zu: %zu", capacity, size);
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

rule(neighbors_are_left_alone)
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

rule(the_count_of_publications_wraps_without_ever_reading_as_never)
{
    char *memory = room(8);
    okta_slot *slot = okta_slot_init(memory, 8);
    size_t at = sizeof(uint64_t); /* size_t, and what its neighbor is aligned by */
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

rule(a_copy_has_what_was_published_last)
{
    okta_slot *from = okta_slot_init(room(64), 64), *to = okta_slot_init(room(32), 32);
    char buffer[64];

    check(!okta_slot_copy(from, to, buffer), "there is nothing");
    okta_slot_publish(from, "old", 3);
    okta_slot_publish(from, "keys", 4);
    check(okta_slot_copy(from, to, buffer), "copied");
    expect_content(to, "keys", 2);
    okta_slot_publish(from, repeat("x", 33), 33);
    check(!okta_slot_copy(from, to, buffer), "it fits");
    expect_content(to, "keys", 2);
}
