/* SPDX-License-Identifier: Apache-2.0 */
/* What was let in once and is not let in again: the ids of DPoP proofs (RFC 9449 section 11.1), in
 * memory that processes share.
 *
 * An open-addressed hash table without locks: a slot is three words, each claimed by one
 * compare-and-swap, and whoever claims the third one has let the proof in. A word carries the time
 * of its proof, and is free for proofs that are so much younger that the old one is no good any
 * more. A process that dies within leaves a slot that nobody needs and that gets free likewise. */
#ifndef OKTA_CORE_REPLAY_H
#define OKTA_CORE_REPLAY_H

#include "core/digest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OKTA_REPLAY_ENTRIES_MIN 1024
#define OKTA_REPLAY_ENTRIES_MAX 16777216
#define OKTA_REPLAY_ENTRIES_DEFAULT 240000 /* 60 s of 4,000 a second */
#define OKTA_REPLAY_SPAN_MAX 1200          /* seconds: window and skew together */

typedef struct okta_replay okta_replay;

typedef enum okta_replay_answer {
    OKTA_REPLAY_SEEN = 0,
    OKTA_REPLAY_FIRST, /* let it in: nobody else will */
    OKTA_REPLAY_FULL,  /* nobody can tell */
    OKTA_REPLAY_LATE   /* it got too old meanwhile */
} okta_replay_answer;

/* Bytes of memory for this number of entries: about 96 for each. */
size_t okta_replay_size(uint32_t entries);

/* Lay out an empty one at memory, aligned to 8, of zeros. Proofs are good for `window` seconds
 * after their time, and their time may be `skew` seconds ahead; both at least 0, together at most
 * OKTA_REPLAY_SPAN_MAX. since: when it began to remember, seconds since the epoch. */
okta_replay *okta_replay_init(void *memory, uint32_t entries, int64_t window, int64_t skew,
                              int64_t since);

/* What it was made for. Callers see to it that a proof is within the window, the skew and since. */
int64_t okta_replay_window(const okta_replay *replay);
int64_t okta_replay_skew(const okta_replay *replay);
uint32_t okta_replay_entries(const okta_replay *replay);

/* When it began to remember, and never in the future: if a clock that was ahead is set back, `now`
 * is the beginning from then on. What was taken by the wrong time is remembered all the same. */
int64_t okta_replay_since(okta_replay *replay, int64_t now);

/* Take the id of a good proof that was made at issued_at. Of all calls with one id within the
 * window, in whatever process and thread, one gets OKTA_REPLAY_FIRST. clock: gives seconds since
 * the epoch; asked once more when all is done, for a process may have stood still meanwhile. */
okta_replay_answer okta_replay_take(okta_replay *replay, const unsigned char id[OKTA_DIGEST_BYTES],
                                    int64_t issued_at, int64_t (*clock)(void));

/* Proofs that are remembered now and still good. */
uint64_t okta_replay_count(const okta_replay *replay, int64_t now);

#endif
