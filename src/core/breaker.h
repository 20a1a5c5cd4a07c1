/* SPDX-License-Identifier: Apache-2.0 */
/* When a server that fails is left alone, in memory that processes share. After some failures in a
 * row, or at once where the server says so, nobody asks for a pause (okta_backoff); then one does,
 * and if that fails the next pause is longer. */
#ifndef OKTA_CORE_BREAKER_H
#define OKTA_CORE_BREAKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* All zero: nothing has failed. Times are of okta_monotonic. */
typedef struct okta_breaker {
    _Atomic uint32_t failures; /* in a row */
    _Atomic uint32_t openings; /* in a row; 0: it is closed, and anybody may ask */
    _Atomic int64_t opened_at;
    _Atomic int64_t open_until;
    _Atomic int64_t probe_until; /* somebody tries whether it is well again */
    _Atomic int64_t slow_until;  /* it answered late */
} okta_breaker;

/* All functions: any process and thread. */

/* Whether to ask now, until a deadline; while it is open, one at a time, and none during a pause.
 */
bool okta_breaker_admits(okta_breaker *breaker, int64_t now, int64_t deadline);

/* Whether the server is neither failing nor slow, so that many may wait for it. */
bool okta_breaker_is_calm(const okta_breaker *breaker, int64_t now);

/* An answer takes long. */
void okta_breaker_note_slow(okta_breaker *breaker, int64_t now);

/* A call ended well; true: it is the first one after a pause. */
bool okta_breaker_close(okta_breaker *breaker);

/* A call that began at began_at failed. at_once: it is of no use to try again right now.
 * retry_after: in seconds, as the server said; -1: it did not. The pause, in microseconds, where it
 * makes one; 0: none, or another failure of the same time made one. jitter is any number, by
 * chance. */
int64_t okta_breaker_fail(okta_breaker *breaker, int64_t began_at, int64_t now, bool at_once,
                          int64_t retry_after, uint32_t jitter);

/* Microseconds until it is asked again; 0: it may be asked now. */
int64_t okta_breaker_pause(const okta_breaker *breaker, int64_t now);

#endif
