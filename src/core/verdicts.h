/* SPDX-License-Identifier: Apache-2.0 */
/* What was found out about tokens and the like, kept in memory that processes share: bytes by the
 * kind of thing and the digest of it.
 *
 * A table of pages, each with places for entries and units of memory for their bytes. Readers take
 * no lock and never wait: they copy, and drop the copy where the place changed meanwhile. A page is
 * written by who gets its lock, which the kernel gives away when its holder dies; where it is taken
 * nothing is remembered. A writer first marks what it overwrites as gone and marks its entry as
 * there at the very end, so one that dies in between leaves places that are free.
 *
 * Whoever can write to this memory decides who is let in, as with the key sets (core/slot.h). */
#ifndef OKTA_CORE_VERDICTS_H
#define OKTA_CORE_VERDICTS_H

#include "core/verdict.h"

#include <stddef.h>

/* Bytes of memory for about this number of entries; 0: one that keeps nothing. Where
 * addresses are too short for it: more than can be had. */
size_t okta_verdicts_size(uint32_t entries);

/* Lay out an empty table at memory, aligned to OKTA_VERDICTS_ALIGNMENT, of zeros; pages that
 * nothing is kept in stay untouched. It lives as long as the memory. */
okta_verdicts *okta_verdicts_init(void *memory, uint32_t entries);

/* The largest entry that has room, in bytes. */
size_t okta_verdicts_longest(bool earned);

/* What its caller gives to okta_verdicts_find, on the same thread. */
typedef struct okta_verdicts_caller {
    /* whether the entry still counts, asked before its bytes are copied */
    bool (*holds)(const okta_verdict_head *head, void *baton);
    /* a block, aligned to 8, which the caller keeps: perhaps two of them, and perhaps for nothing;
     * NULL when out of memory */
    void *(*allocate)(size_t size, void *baton);
    void *baton;
} okta_verdicts_caller;

/* The entry of this kind and digest: a copy in a block of the caller's. NULL: there is none that
 * has not ended at `now` (seconds since the epoch) and that counts, or it was replaced twice
 * meanwhile. Any process and thread; takes no lock. */
void *okta_verdicts_find(okta_verdicts *table, okta_verdict_kind kind,
                         const unsigned char digest[OKTA_DIGEST_BYTES], int64_t now,
                         const okta_verdicts_caller *caller, okta_verdict_head *head);

/* Keep a copy of the bytes (at least 1), in place of any other entry of this kind and digest. 1,
 * and one more for each other entry that made room before its end. 0 when the bytes are too many,
 * or somebody else writes there just now: nothing has changed then. Any process and thread; never
 * waits. */
unsigned int okta_verdicts_put(okta_verdicts *table, const unsigned char digest[OKTA_DIGEST_BYTES],
                               int64_t now, const okta_verdict_head *head, const void *bytes,
                               size_t length);

/* Entries that are kept, also those that have ended and were not replaced yet. A process that dies
 * over an entry leaves it off by one. Any process and thread. */
uint64_t okta_verdicts_count(const okta_verdicts *table, bool earned);

/* A number that no key set had before in the life of this memory; never 0. Any process and thread.
 */
uint32_t okta_verdicts_next_generation(okta_verdicts *table);

/* This number is in use: the next ones come behind it. */
void okta_verdicts_skip_generation(okta_verdicts *table, uint32_t generation);

#endif
