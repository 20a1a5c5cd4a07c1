/* SPDX-License-Identifier: Apache-2.0 */
/* Counters in memory that processes share. Each processor has a stripe of its own, so that those
 * who count at the same time are in nobody's way; reading sums the stripes up. No counter ever goes
 * back, whoever dies meanwhile. */
#ifndef OKTA_CORE_TALLY_H
#define OKTA_CORE_TALLY_H

#include <stddef.h>
#include <stdint.h>

#define OKTA_TALLY_ALIGNMENT 64
#define OKTA_TALLY_STRIPES 64 /* more processors than that share stripes */

typedef struct okta_tally okta_tally;

/* Bytes of memory for this number of counters. */
size_t okta_tally_size(uint32_t counters);

/* Lay out one at memory, aligned to OKTA_TALLY_ALIGNMENT, of zeros. It lives as long as the memory.
 */
okta_tally *okta_tally_init(void *memory, uint32_t counters);

/* Add to a counter, of which the first one is 0; beyond the last one nothing happens. Any process
 * and thread; takes no lock. */
void okta_tally_add(okta_tally *tally, uint32_t counter, uint64_t by);

/* What was added until now. Any process and thread. */
uint64_t okta_tally_sum(const okta_tally *tally, uint32_t counter);

#endif
