/* SPDX-License-Identifier: Apache-2.0 */
#include "core/record.h"
#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY 4096
#define TAKINGS 500u

static okta_record record_of(size_t capacity)
{
    return okta_record_init(keep(aligned_alloc(64, okta_record_size(capacity))), capacity);
}

static bool has(const okta_slot *slot, const char *content)
{
    char *buffer = keep(malloc(okta_slot_capacity(slot) + 1));
    uint32_t generation;
    size_t length;

    return okta_slot_read(slot, buffer, &length, &generation) && length == strlen(content) &&
           memcmp(buffer, content, length) == 0;
}

/* One whose last fetch failed; keys, cause and times differ from all zero. */
static okta_record used(const char *keys)
{
    okta_record record = record_of(64);
    okta_schedule *s = record.schedule;

    okta_slot_publish(record.keys, keys, strlen(keys));
    okta_slot_publish(record.cause, "status 500", 10);
    okta_refused_kids_add(record.refused, "kid", 3, 1, 100, 100);
    s->fetched_at = s->fresh_until = s->usable_until = 7;
    s->next_refresh = 8;
    s->failing = 2;
    return record;
}

rule(its_parts_are_apart_and_within_its_size)
{
    for (size_t capacity = 0; capacity < 300; capacity += 7) {
        size_t size = okta_record_size(capacity);
        char *memory = keep(aligned_alloc(64, size + 64)), *full = repeat("k", capacity);
        char *cause = repeat("c", OKTA_CAUSE_BYTES);
        okta_record record;

        memset(memory, 0x5a, size + 64);
        record = okta_record_init(memory, capacity);
        check(size % 64 == 0, "%zu: %zu", capacity, size);
        for (int i = 0; i < 3; i++) {
            check(okta_slot_publish(record.keys, full, capacity), "%zu: keys", capacity);
            check(okta_slot_publish(record.cause, cause, OKTA_CAUSE_BYTES), "%zu: cause", capacity);
        }
        memset(record.schedule, 0xff, sizeof(*record.schedule));
        memset(record.refused, 0xff, sizeof(*record.refused));
        check(has(record.keys, full) && has(record.cause, cause), "%zu: they overlap", capacity);
        for (size_t i = size; i < size + 64; i++)
            check(memory[i] == 0x5a, "%zu: byte %zu behind", capacity, i - size);
    }
}

rule(all_but_refused_kids_is_taken_over)
{
    okta_record from = used("keys"), to = record_of(32);
    char buffer[OKTA_CAUSE_BYTES];

    okta_record_take_over(&to, &from, buffer);
    check(has(to.keys, "keys") && has(to.cause, "status 500"), "keys and cause");
    check(to.schedule->fetched_at == 7 && to.schedule->usable_until == 7 &&
              to.schedule->next_refresh == 8 && to.schedule->failing == 2,
          "the schedule");
    check(!okta_refused_kids_contain(to.refused, "kid", 3, 50), "the kid is asked for anew");
}

rule(keys_that_do_not_fit_leave_their_times_too)
{
    okta_record from = used("more than eight bytes"), to = record_of(8);
    char buffer[OKTA_CAUSE_BYTES];

    okta_record_take_over(&to, &from, buffer);
    check(okta_slot_generation(to.keys) == 0, "published");
    check(!to.schedule->fetched_at && !to.schedule->usable_until, "times without keys");
    check(to.schedule->failing == 2 && to.schedule->next_refresh == 8, "the next fetch");
    check(has(to.cause, "status 500"), "the cause");
}

static atomic_bool done;

/* As a refresher does: the bytes, and then the times in their order. */
static void *renew(void *baton)
{
    const okta_record *record = baton;
    char content[CAPACITY];

    for (int64_t number = 1; !atomic_load(&done); number++) {
        const okta_key_times times = {number << 16, number << 16, number << 16, number << 16};

        memset(content, (int)(number % 251), sizeof(content));
        memcpy(content, &number, sizeof(number));
        okta_slot_publish(record->keys, content, sizeof(content));
        okta_schedule_succeed(record->schedule, 0, &times);
    }
    return NULL;
}

/* A restart copies the record while the refresher of before is at work on it. */
rule(what_is_taken_over_is_not_older_than_its_times_say)
{
    okta_record from = record_of(CAPACITY);
    void *memory = keep(aligned_alloc(64, okta_record_size(CAPACITY)));
    char buffer[CAPACITY];
    uint32_t older = 0, longer = 0, torn = 0, changes = 0;
    int64_t number = 0, last = 0;
    pthread_t writer;

    need(pthread_create(&writer, NULL, renew, &from) == 0, "thread");
    while (changes < TAKINGS) {
        okta_record to = okta_record_init(memory, CAPACITY);
        uint32_t generation;
        size_t length = 0;

        okta_record_take_over(&to, &from, buffer);
        if (!okta_slot_read(to.keys, buffer, &length, &generation)) {
            sched_yield();
            continue;
        }
        memcpy(&number, buffer, sizeof(number));
        for (size_t i = sizeof(number); i < CAPACITY; i++)
            torn += (unsigned char)buffer[i] != number % 251;
        older += number < to.schedule->fetched_at >> 16;
        longer += to.schedule->fresh_until > to.schedule->fetched_at ||
                  to.schedule->usable_until > to.schedule->fresh_until;
        if (number == last)
            sched_yield();
        changes += number != last;
        last = number;
    }
    atomic_store(&done, true);
    pthread_join(writer, NULL);
    check(torn == 0, "%u bytes torn", torn);
    check(older == 0, "%u times older keys with newer times", older);
    check(longer == 0, "%u times keys that serve longer than any fetch allowed", longer);
}
