/* SPDX-License-Identifier: Apache-2.0 */
/* What is under way, so that of all who need one thing one fetches it: a table in memory that
 * processes share.
 *
 * A thing has one word by its digest, and whoever exchanges that word has the flight, until it ends
 * it or until its deadline: one that was killed keeps nobody from trying for longer. Two things may
 * have one word; they come one after the other then. */
#ifndef OKTA_CORE_FLIGHTS_H
#define OKTA_CORE_FLIGHTS_H

#include "core/digest.h"

#include <stdatomic.h>
#include <stdint.h>

#define OKTA_FLIGHTS 4096

/* All zero: none is under way. */
typedef struct okta_flights {
    _Atomic uint64_t words[OKTA_FLIGHTS];
} okta_flights;

typedef struct okta_flight {
    _Atomic uint64_t *word;
    uint64_t seen; /* what stands there while it is under way */
} okta_flight;

/* Begin the flight for a digest, until a deadline (less than 20 days from now); now and deadline
 * are of okta_monotonic. False: another one is under way, which *flight is then. Any process and
 * thread; never waits. */
bool okta_flight_begin(okta_flights *flights, const unsigned char digest[OKTA_DIGEST_BYTES],
                       int64_t now, int64_t deadline, okta_flight *flight);

/* Whether one is under way for a digest, which *flight is then. Any process and thread. */
bool okta_flight_find(okta_flights *flights, const unsigned char digest[OKTA_DIGEST_BYTES],
                      int64_t now, okta_flight *flight);

/* It has ended, or its deadline has passed. Any process and thread. */
bool okta_flight_is_over(const okta_flight *flight, int64_t now);

/* Microseconds until its deadline; not more than 0: it has passed. */
int64_t okta_flight_left(const okta_flight *flight, int64_t now);

/* End one's own; nothing where it was taken over after its deadline. */
void okta_flight_end(const okta_flight *flight);

#endif
