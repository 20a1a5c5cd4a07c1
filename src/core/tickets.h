/* SPDX-License-Identifier: Apache-2.0 */
/* Expiring permits: a counting semaphore in memory that processes share, each of whose tickets ends
 * at its deadline, so that a process that was killed keeps none. */
#ifndef OKTA_CORE_TICKETS_H
#define OKTA_CORE_TICKETS_H

#include <stdatomic.h>
#include <stdint.h>

#define OKTA_TICKETS_MAX 64

/* All zero: none is taken. */
typedef struct okta_tickets {
    _Atomic int64_t deadlines[OKTA_TICKETS_MAX]; /* by okta_monotonic; 0: free */
} okta_tickets;

/* Take one of the first `limit` tickets (at most OKTA_TICKETS_MAX) until the deadline; now and
 * deadline are of okta_monotonic. Returns its number, or -1 when all are taken. Any process and
 * thread. */
int okta_tickets_take(okta_tickets *tickets, int limit, int64_t now, int64_t deadline);

/* Give a ticket back that was taken until deadline; nothing when it ran out and is another's by
 * now. */
void okta_tickets_return(okta_tickets *tickets, int number, int64_t deadline);

#endif
