/* SPDX-License-Identifier: Apache-2.0 */
#include "core/slot.h"
#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* One writer publishes, readers read: whatever they get is one publication whole, and never an
 * older one than before. Bounded by the number of publications, not by time. */

#define CAPACITY 4096
#define READERS 3
#define PUBLICATIONS 20000u

typedef struct reader {
    pthread_t thread;
    const okta_slot *slot;
    uint32_t reads, torn, backwards, misnumbered;
} reader;

static atomic_bool done;

/* Content that proves itself: a number, a length by that number, bytes by that number. */
static size_t compose(uint32_t number, char *to)
{
    size_t length = sizeof(number) + number * 2654435761u % (CAPACITY - sizeof(number));

    memcpy(to, &number, sizeof(number));
    memset(to + sizeof(number), (int)(number % 251), length - sizeof(number));
    return length;
}

static bool is_whole(const char *bytes, size_t length, uint32_t *number)
{
    static _Thread_local char expected[CAPACITY];

    if (length < sizeof(*number))
        return false;
    memcpy(number, bytes, sizeof(*number));
    return compose(*number, expected) == length && memcmp(bytes, expected, length) == 0;
}

static void *read_on(void *baton)
{
    reader *self = baton;
    char *buffer = malloc(CAPACITY);
    uint32_t last = 0;

    while (!atomic_load(&done) || self->reads == 0) {
        uint32_t generation, number;
        size_t length;

        if (!okta_slot_read(self->slot, buffer, &length, &generation)) {
            sched_yield();
            continue;
        }
        self->reads++;
        if (!is_whole(buffer, length, &number))
            self->torn++;
        else if (number != generation)
            self->misnumbered++;
        if (generation < last)
            self->backwards++;
        last = generation;
    }
    free(buffer);
    return NULL;
}

rule(readers_see_whole_publications_in_order)
{
    okta_slot *slot = okta_slot_init(keep(aligned_alloc(64, okta_slot_size(CAPACITY))), CAPACITY);
    reader readers[READERS];
    char content[CAPACITY];

    memset(readers, 0, sizeof(readers));
    for (size_t i = 0; i < READERS; i++) {
        readers[i].slot = slot;
        need(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]) == 0, "thread %zu", i);
    }
    for (uint32_t number = 1; number <= PUBLICATIONS; number++) {
        size_t length = compose(number, content);

        check(okta_slot_publish(slot, content, length), "publication %u", number);
        if (number % 64 == 0)
            sched_yield();
    }
    atomic_store(&done, true);
    for (size_t i = 0; i < READERS; i++) {
        pthread_join(readers[i].thread, NULL);
        check(readers[i].reads > 0, "reader %zu read nothing", i);
        check(readers[i].torn == 0, "reader %zu: %u of %u torn", i, readers[i].torn,
              readers[i].reads);
        check(readers[i].misnumbered == 0, "reader %zu: %u of %u misnumbered", i,
              readers[i].misnumbered, readers[i].reads);
        check(readers[i].backwards == 0, "reader %zu: %u steps back", i, readers[i].backwards);
    }
    check(okta_slot_generation(slot) == PUBLICATIONS, "%u", okta_slot_generation(slot));
}
