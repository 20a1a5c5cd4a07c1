/* SPDX-License-Identifier: Apache-2.0 */
/* Time that nobody sets: for deadlines and pauses. */
#ifndef OKTA_CORE_MONOTONIC_H
#define OKTA_CORE_MONOTONIC_H

#include <stdint.h>

/* Microseconds since some moment before the machine's start, the same one for all of its processes.
 * More than 0. Any thread. */
int64_t okta_monotonic(void);

#endif
