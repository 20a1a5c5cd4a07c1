/* The place of one issuer's key set in memory that processes share: writers that may stand still or
 * die at any moment, any number of readers that never wait.
 *
 * A writer fills a buffer that is not current, holding that buffer's lock, and then exchanges one
 * word: which buffer is current, of which generation, and whose turn it is to write. A reader
 * copies the current buffer and keeps the copy only if the generation stood still meanwhile. A
 * writer that dies half-way has changed nothing that a reader looks at, and the kernel gives its
 * lock away; one that stands still keeps its buffer, the others go on with the rest; one whose turn
 * has ended cannot exchange the word. */
#ifndef OKTA_CORE_SLOT_H
#define OKTA_CORE_SLOT_H

#include "core/turn.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OKTA_SLOT_ALIGNMENT 64

/* Raise it whenever a member of what processes share changes its place or meaning: a restart with
 * another build of the module must not read the memory of this one. */
#ifndef OKTA_SHARED_LAYOUT
#define OKTA_SHARED_LAYOUT 3
#endif

/* Times are microseconds since the epoch, 0 (or less than OKTA_TURN_TIME_GRAIN) for never. Written
 * by the refresher, the first four as times of its turn, except where said; read by all. A writer
 * publishes first and then writes fetched_at, fresh_until, usable_until and next_refresh in this
 * order; okta_slot_take_over relies on that. */
typedef struct okta_slot_state {
    _Atomic int64_t fetched_at;   /* when the published key set was last confirmed by its source */
    _Atomic int64_t fresh_until;  /* when its source wants to have been asked again */
    _Atomic int64_t usable_until; /* when it gets too old to judge tokens by */
    _Atomic int64_t next_refresh; /* when the refresher will fetch by itself */
    _Atomic int64_t started_at;   /* when the last fetch started */
    _Atomic uint32_t in_flight;   /* a fetch is under way, or its process died over it */
    _Atomic uint32_t wanted;      /* set by a request that needs newer keys; a fetch clears it */
    _Atomic uint32_t finished;    /* fetches that ended, well or not */
    _Atomic uint32_t failed;      /* those among them that failed */
    _Atomic uint32_t failing;     /* failures since the last success */
    _Atomic uint32_t phase;       /* a word for all this, as last logged by whoever saw it change */
    _Atomic uint64_t waits;       /* by requests: waited for keys */
    _Atomic uint64_t kid_misses;  /* by requests: met a kid that no key has */
} okta_slot_state;

typedef struct okta_slot okta_slot;

/* Bytes of memory for a slot that holds up to capacity bytes; a multiple of OKTA_SLOT_ALIGNMENT. */
size_t okta_slot_size(size_t capacity);

/* Lay out an empty slot at memory (aligned to OKTA_SLOT_ALIGNMENT, okta_slot_size(capacity) bytes).
 * The slot lives as long as the memory. */
okta_slot *okta_slot_init(void *memory, size_t capacity);

okta_slot_state *okta_slot_state_of(okta_slot *slot);
size_t okta_slot_capacity(const okta_slot *slot);

/* How many times something was published; 0: never. Any process and thread. */
uint32_t okta_slot_generation(const okta_slot *slot);

typedef enum okta_slot_outcome {
    OKTA_SLOT_PUBLISHED,
    OKTA_SLOT_TOO_LARGE,
    OKTA_SLOT_BUSY,     /* writers that stand still hold every spare buffer */
    OKTA_SLOT_TURN_OVER /* it is somebody else's turn; nothing was changed */
} okta_slot_outcome;

/* From now on only what is published in this turn counts. */
void okta_slot_hand_over(okta_slot *slot, okta_turn_number turn);

/* Publish length bytes as the writer whose turn has this number. */
okta_slot_outcome okta_slot_publish_in_turn(okta_slot *slot, okta_turn_number turn,
                                            const char *bytes, size_t length);

/* The same where there are no turns: the caller sees to it that there is one writer at a time.
 * False when it does not fit. */
bool okta_slot_publish(okta_slot *slot, const char *bytes, size_t length);

/* Copy what is published to buffer, which holds okta_slot_capacity bytes, and say of which
 * generation it is. False when nothing has been published. Any process and thread. */
bool okta_slot_read(const okta_slot *slot, char *buffer, size_t *length, uint32_t *generation);

/* Copy what is published and its state to an empty slot. A writer may be at work on `from`
 * meanwhile: what is taken over is never older than its times say. buffer holds
 * okta_slot_capacity(from) bytes. What does not fit is left, and its times with it. */
void okta_slot_take_over(const okta_slot *from, okta_slot *to, char *buffer);

#endif
