/* SPDX-License-Identifier: Apache-2.0 */
/* What processes share of one issuer, in one piece of memory: its schedule, its keys, why its last
 * fetch failed, and the kids that it does not know. */
#ifndef OKTA_CORE_RECORD_H
#define OKTA_CORE_RECORD_H

#include "core/refused_kids.h"
#include "core/schedule.h"
#include "core/slot.h"

/* Raise it whenever a member of what processes share changes its place or meaning: a restart with
 * another build of the module must not read the memory of this one. */
#ifndef OKTA_SHARED_LAYOUT
#define OKTA_SHARED_LAYOUT 11
#endif

#define OKTA_CAUSE_BYTES 512

/* Pointers into the memory, which has to outlive them. */
typedef struct okta_record {
    okta_schedule *schedule;
    okta_slot *keys;  /* a snapshot; written by the refresher, before the fork by the parent */
    okta_slot *cause; /* why the last fetch failed, as text; the refresher's */
    okta_refused_kids *refused;
} okta_record;

/* Bytes of memory for a record whose key set takes up to capacity bytes; a multiple of
 * OKTA_SLOT_ALIGNMENT. */
size_t okta_record_size(size_t capacity);

/* Lay out an empty record at memory (aligned to OKTA_SLOT_ALIGNMENT). */
okta_record okta_record_init(void *memory, size_t capacity);

/* Copy another one to an empty record; the kids are asked for anew. A refresher may be at work on
 * `from` meanwhile: no keys are taken over that are older than their times say. A key set that does
 * not fit is left, and its times with it. buffer holds okta_slot_capacity(from->keys) bytes, and
 * at least OKTA_CAUSE_BYTES. */
void okta_record_take_over(const okta_record *record, const okta_record *from, char *buffer);

#endif
