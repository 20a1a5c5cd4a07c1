/* SPDX-License-Identifier: Apache-2.0 */
/* A negative cache with exponential backoff, in memory that processes share: kids that a fetch did
 * not bring. Each is asked for again only after a pause, which doubles each time. */
#ifndef OKTA_CORE_REFUSED_KIDS_H
#define OKTA_CORE_REFUSED_KIDS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OKTA_REFUSED_KIDS_ENTRIES 256

/* All zero is empty. A kid may push out another one; then that is asked for once more, which is
 * harmless. */
typedef struct okta_refused_kids {
    struct {
        _Atomic uint64_t digest;
        _Atomic int64_t until; /* by okta_monotonic: setting the clock makes no pause longer */
        _Atomic int64_t pause; /* microseconds */
    } entries[OKTA_REFUSED_KIDS_ENTRIES];
} okta_refused_kids;

/* Whether the kid is to be refused without asking again. now: of okta_monotonic. Any process and
 * thread. */
bool okta_refused_kids_contain(const okta_refused_kids *kids, const char *kid, size_t length,
                               int64_t now);

/* Remember that a fetch did not bring the kid: for `pause` microseconds, twice as long as last time
 * when it was remembered already, never longer than `longest`. now: of okta_monotonic. Any process
 * and thread. */
void okta_refused_kids_add(okta_refused_kids *kids, const char *kid, size_t length, int64_t now,
                           int64_t pause, int64_t longest);

#endif
