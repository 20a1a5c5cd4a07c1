/* SPDX-License-Identifier: Apache-2.0 */
/* Who does not answer and is near, and soon back, is left alone for a while, seconds at most,
 * longer with each failure in a row, and then asked by one, before all others ask again
 * (core/breaker.h is for servers far away). In memory that processes share. */
#ifndef OKTA_CORE_RESPITE_H
#define OKTA_CORE_RESPITE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* All zero: closed. Times are microseconds of okta_monotonic. */
typedef struct okta_respite {
    _Atomic int64_t open_until; /* 0: closed; after that time one may try */
    _Atomic int64_t failed_at;  /* when a failure last counted */
    _Atomic uint32_t failures;  /* in a row; of many at once one counts */
} okta_respite;

/* All functions: any process and thread, no lock. */

/* Whether to ask. While it is open one caller at a time is told to try, and has until `patience`
 * later; one that dies over it is followed by the next. */
bool okta_respite_admits(okta_respite *respite, int64_t now, int64_t patience);

/* What came of it. True where that opens the respite, or closes it. A success of somebody who asked
 * before others failed closes it as well: it was an answer. */
bool okta_respite_succeed(okta_respite *respite);
bool okta_respite_fail(okta_respite *respite, int64_t now);

static inline bool okta_respite_is_open(const okta_respite *respite)
{
    return respite->open_until != 0;
}

#endif
