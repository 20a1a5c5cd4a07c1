/* SPDX-License-Identifier: Apache-2.0 */
#include "core/record.h"

#include <string.h>

static size_t aligned(size_t size)
{
    return (size + OKTA_SLOT_ALIGNMENT - 1) / OKTA_SLOT_ALIGNMENT * OKTA_SLOT_ALIGNMENT;
}

size_t okta_record_size(size_t capacity)
{
    return aligned(sizeof(okta_schedule)) + aligned(sizeof(okta_refused_kids)) +
           okta_slot_size(capacity) + okta_slot_size(OKTA_CAUSE_BYTES);
}

okta_record okta_record_init(void *memory, size_t capacity)
{
    char *at = memset(memory, 0, okta_record_size(capacity));
    okta_record record = {.schedule = (okta_schedule *)memory};

    at += aligned(sizeof(okta_schedule));
    record.refused = (okta_refused_kids *)(void *)at;
    at += aligned(sizeof(okta_refused_kids));
    record.keys = okta_slot_init(at, capacity);
    record.cause = okta_slot_init(at + okta_slot_size(capacity), OKTA_CAUSE_BYTES);
    return record;
}

void okta_record_take_over(const okta_record *record, const okta_record *from, char *buffer)
{
    okta_key_times times = okta_schedule_times(from->schedule);
    bool with_keys = okta_slot_copy(from->keys, record->keys, buffer);

    okta_schedule_take_over(record->schedule, from->schedule, &times, with_keys);
    okta_slot_copy(from->cause, record->cause, buffer);
}
