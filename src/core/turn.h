/* SPDX-License-Identifier: Apache-2.0 */
/* A lease with fencing tokens, in memory that processes share: whose turn it is to write. The
 * holder renews its lease by signs of life. One that gives none until the lease runs out has lost
 * its turn, also where nobody else took it: it must not act on what it knew before it stood still.
 *
 * The number of the turn is the fencing token, which keeps out what a late holder writes: words
 * that matter are exchanged together with it (here for times, in core/slot.h for key sets). */
#ifndef OKTA_CORE_TURN_H
#define OKTA_CORE_TURN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Number of a turn; 0: none. It wraps, after more turns than anybody stands still for. */
typedef uint16_t okta_turn_number;

/* All zero: nobody's. */
typedef struct okta_turn {
    _Atomic uint64_t word;
    _Atomic int32_t pid; /* of the holder, for the log */
} okta_turn;

/* now is of okta_monotonic everywhere; any process and thread. */

/* Take the turn if nobody has it, if its holder's lease has run out, or if the holder is known to
 * be gone: it had the lock (okta_turn_keep), which the caller has now. Returns its number, or 0
 * when it is another's. *stalled is the pid whose lease ran out, 0 otherwise; leases get longer
 * with each such case, so that a machine that is slow altogether comes to an end of it. */
okta_turn_number okta_turn_take(okta_turn *turn, int64_t now, bool has_lock, int32_t *stalled);

/* Give a sign of life, and say whether a lock that ends with the process is held. False: the turn
 * is lost. */
bool okta_turn_keep(okta_turn *turn, okta_turn_number number, int64_t now, bool has_lock);

/* Something was finished in time: leases get shorter again. */
void okta_turn_relax(okta_turn *turn, okta_turn_number number);

/* Give the turn back; nothing when it is another's by now. */
void okta_turn_end(okta_turn *turn, okta_turn_number number);

/* Whether its holder stands still: it had the turn, and its lease ran out. */
bool okta_turn_has_stalled(const okta_turn *turn, int64_t now);

/* A time (microseconds) that holders write: its lowest bits are the number of the writer's turn.
 * Claim it at the beginning of a turn; later stores of earlier holders then return false and change
 * nothing. */
#define OKTA_TURN_TIME_GRAIN INT64_C(65536) /* microseconds, to which such times are rounded */
void okta_turn_claim_time(_Atomic int64_t *time, okta_turn_number number);
bool okta_turn_store_time(_Atomic int64_t *time, okta_turn_number number, int64_t value);

#endif
