/* The place of one issuer's key set in memory that processes share: one writer at a time, any
 * number of readers, no lock.
 *
 * Two buffers alternate. The writer fills the one that is not current and then advances the
 * generation; a reader copies the current one and keeps the copy only if the generation stood still
 * meanwhile. A writer that dies half-way has changed nothing that a reader looks at. */
#ifndef OKTA_CORE_SLOT_H
#define OKTA_CORE_SLOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OKTA_SLOT_ALIGNMENT 64

/* Raise it whenever a member of what processes share changes its place or meaning: a restart with
 * another build of the module must not read the memory of this one. */
#ifndef OKTA_SHARED_LAYOUT
#define OKTA_SHARED_LAYOUT 2
#endif

/* Times are microseconds since the epoch, 0 for never. Written by the refresher, except where said;
 * read by all. A writer publishes first and then writes fetched_at, fresh_until, usable_until and
 * next_refresh in this order; okta_slot_take_over relies on that. */
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

/* Publish length bytes. False when they do not fit. The caller sees to it that there is one writer
 * at a time. */
bool okta_slot_publish(okta_slot *slot, const char *bytes, size_t length);

/* Copy what is published to buffer, which holds okta_slot_capacity bytes, and say of which
 * generation it is. False when nothing has been published. Any process and thread. */
bool okta_slot_read(const okta_slot *slot, char *buffer, size_t *length, uint32_t *generation);

/* Copy what is published and its state to an empty slot. A writer may be at work on `from`
 * meanwhile: what is taken over is never older than its times say. buffer holds
 * okta_slot_capacity(from) bytes. What does not fit is left, and its times with it. */
void okta_slot_take_over(const okta_slot *from, okta_slot *to, char *buffer);

#endif
