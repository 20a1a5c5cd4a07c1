/* SPDX-License-Identifier: Apache-2.0 */
/* A sequence lock over three buffers, in memory that processes share: any number of readers that
 * never wait, and writers that may stand still or die at any moment.
 *
 * A writer fills a buffer that is not current, holding that buffer's lock, and then exchanges one
 * word: which buffer is current, of which generation, and whose turn it is to write. A reader
 * copies the current buffer and keeps the copy only if the generation is the same afterwards. A
 * writer that dies half-way has changed nothing that a reader looks at, and the kernel gives its
 * lock away. One that stands still keeps its buffer, and the others go on with the third. One whose
 * turn has ended cannot exchange the word. */
#ifndef OKTA_CORE_SLOT_H
#define OKTA_CORE_SLOT_H

#include "core/turn.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OKTA_SLOT_ALIGNMENT 64

typedef struct okta_slot okta_slot;

/* Bytes of memory for a slot that holds up to capacity bytes; a multiple of OKTA_SLOT_ALIGNMENT. */
size_t okta_slot_size(size_t capacity);

/* Lay out an empty slot at memory (aligned to OKTA_SLOT_ALIGNMENT, okta_slot_size(capacity) bytes).
 * The slot lives as long as the memory. */
okta_slot *okta_slot_init(void *memory, size_t capacity);

size_t okta_slot_capacity(const okta_slot *slot);

/* Which publication is current; 0: there was none. Any process and thread. */
uint32_t okta_slot_generation(const okta_slot *slot);

typedef enum okta_slot_outcome {
    OKTA_SLOT_PUBLISHED,
    OKTA_SLOT_TOO_LARGE,
    OKTA_SLOT_BUSY,     /* writers that stand still hold every spare buffer */
    OKTA_SLOT_TURN_OVER /* it is somebody else's turn; nothing was changed */
} okta_slot_outcome;

/* From now on only what is published in this turn counts. */
void okta_slot_hand_over(okta_slot *slot, okta_turn_number turn);

/* Publish length bytes as the writer whose turn has this number. generation: one that this slot
 * has not had lately; 0: the next one. */
okta_slot_outcome okta_slot_publish_in_turn(okta_slot *slot, okta_turn_number turn,
                                            uint32_t generation, const char *bytes, size_t length);

/* The same where there are no turns: the caller sees to it that there is one writer at a time.
 * False when it does not fit. */
bool okta_slot_publish(okta_slot *slot, const char *bytes, size_t length);

/* Copy what is published to buffer, which holds okta_slot_capacity bytes, and say of which
 * generation it is. False when nothing has been published. Any process and thread. */
bool okta_slot_read(const okta_slot *slot, char *buffer, size_t *length, uint32_t *generation);

/* Publish what `from` has in `to`, as the same generation. buffer holds okta_slot_capacity(from)
 * bytes. False when there is nothing, or it does not fit. */
bool okta_slot_copy(const okta_slot *from, okta_slot *to, char *buffer);

#endif
