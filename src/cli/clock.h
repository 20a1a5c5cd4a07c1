/* SPDX-License-Identifier: Apache-2.0 */
/* Times for people: RFC 3339, and how far away they are. Any thread. */
#ifndef OKTA_CLI_CLOCK_H
#define OKTA_CLI_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Holds any time as text. */
#define OKTA_TIME_BYTES 40

/* Seconds since the epoch from digits or from RFC 3339; a fraction is cut off. False for anything
 * else and for times before 1970 or beyond 2^53. */
bool okta_time_parse(const char *text, int64_t *seconds);

/* RFC 3339 in UTC. "out of range" beyond the year 9999 and before 1970. Returns buffer. */
const char *okta_time_format(int64_t seconds, char buffer[OKTA_TIME_BYTES]);

/* "3 min", "12 s", "5 h", "40 days", for a length of time, which may be negative. Returns buffer.
 */
const char *okta_time_length(int64_t seconds, char buffer[OKTA_TIME_BYTES]);

/* Seconds since the epoch. */
int64_t okta_time_now(void);

#endif
