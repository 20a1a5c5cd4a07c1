/* SPDX-License-Identifier: Apache-2.0 */
/* A moment as people write it. */
#ifndef OKTA_CORE_MOMENT_H
#define OKTA_CORE_MOMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Read text[length]: a date and time of RFC 3339 (as 2026-11-26T18:00:00Z or with +01:00; a second
 * may have a fraction, and may be 60), or whole seconds since 1970 up to 2^53. *seconds has no
 * fraction, *more says whether there was one. False for anything else, and for times before 1970.
 * Any thread. */
bool okta_moment_read(const char *text, size_t length, int64_t *seconds, bool *more);

#endif
