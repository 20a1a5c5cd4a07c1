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

#define TAKINGS 500u

/* As a refresher does: the bytes, and then the times in their order. */
static void *renew(void *baton)
{
    okta_slot *slot = baton;
    okta_slot_state *state = okta_slot_state_of(slot);
    char *content = malloc(CAPACITY);

    for (uint32_t number = 1; !atomic_load(&done); number++) {
        size_t length = compose(number, content);

        okta_slot_publish(slot, content, length);
        state->fetched_at = number;
        state->fresh_until = number;
        state->usable_until = number;
        state->next_refresh = number;
    }
    free(content);
    return NULL;
}

/* A restart copies the slot while the refresher of before is at work on it. */
rule(what_is_taken_over_is_not_older_than_its_times_say)
{
    okta_slot *from = okta_slot_init(keep(aligned_alloc(64, okta_slot_size(CAPACITY))), CAPACITY);
    okta_slot *to = keep(aligned_alloc(64, okta_slot_size(CAPACITY)));
    char buffer[CAPACITY];
    pthread_t writer;
    uint32_t older = 0, longer = 0, torn = 0, changes = 0, last = 0;

    atomic_store(&done, false);
    need(pthread_create(&writer, NULL, renew, from) == 0, "thread");
    while (changes < TAKINGS) {
        const okta_slot_state *state = okta_slot_state_of(okta_slot_init(to, CAPACITY));
        uint32_t generation, number = 0;
        size_t length = 0;

        okta_slot_take_over(from, to, buffer);
        if (!okta_slot_read(to, buffer, &length, &generation)) {
            sched_yield();
            continue;
        }
        torn += !is_whole(buffer, length, &number);
        older += number < state->fetched_at;
        longer +=
            state->fresh_until > state->fetched_at || state->usable_until > state->fresh_until;
        if (number == last)
            sched_yield();
        changes += number != last;
        last = number;
    }
    atomic_store(&done, true);
    pthread_join(writer, NULL);
    check(torn == 0, "%u torn", torn);
    check(older == 0, "%u times older keys with newer times", older);
    check(longer == 0, "%u times keys that serve longer than any fetch allowed", longer);
}
