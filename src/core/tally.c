/* SPDX-License-Identifier: Apache-2.0 */
#include "core/tally.h"

#include <sched.h>
#include <stdatomic.h>

/* Relaxed: a count says nothing of other memory. */
typedef _Atomic uint64_t word;

#define WORDS_PER_LINE (OKTA_TALLY_ALIGNMENT / sizeof(word))

struct okta_tally {
    uint32_t counters;
    uint32_t stride; /* words from one stripe to the next */
    _Alignas(OKTA_TALLY_ALIGNMENT) word words[];
};

/* Whole cache lines. */
static uint32_t stride_of(uint32_t counters)
{
    return (uint32_t)((counters + WORDS_PER_LINE - 1) / WORDS_PER_LINE * WORDS_PER_LINE);
}

size_t okta_tally_size(uint32_t counters)
{
    return sizeof(okta_tally) + (size_t)stride_of(counters) * OKTA_TALLY_STRIPES * sizeof(word);
}

okta_tally *okta_tally_init(void *memory, uint32_t counters)
{
    okta_tally *tally = memory;

    tally->counters = counters;
    tally->stride = stride_of(counters);
    return tally;
}

/* Where the processor is not known, and where a thread has moved on by now, it is merely somebody
 * else's stripe. */
void okta_tally_add(okta_tally *tally, uint32_t counter, uint64_t by)
{
    const unsigned int stripe = (unsigned int)sched_getcpu() % OKTA_TALLY_STRIPES;

    if (counter < tally->counters)
        atomic_fetch_add_explicit(&tally->words[stripe * tally->stride + counter], by,
                                  memory_order_relaxed);
}

uint64_t okta_tally_sum(const okta_tally *tally, uint32_t counter)
{
    uint64_t sum = 0;

    for (unsigned int i = 0; i < OKTA_TALLY_STRIPES && counter < tally->counters; i++)
        sum +=
            atomic_load_explicit(&tally->words[i * tally->stride + counter], memory_order_relaxed);
    return sum;
}
