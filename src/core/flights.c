/* SPDX-License-Identifier: Apache-2.0 */
#include "core/flights.h"

#include <string.h>

#define MILLISECOND 1000

/* A word: half of it from the digest, half the deadline in milliseconds, which wraps. Never 0. */
static uint64_t word_of(uint32_t tag, int64_t deadline)
{
    return (uint64_t)tag << 32 | (uint32_t)(deadline / MILLISECOND) | 1;
}

static int32_t milliseconds_left(uint64_t word, int64_t now)
{
    return (int32_t)((uint32_t)word - (uint32_t)(now / MILLISECOND));
}

static bool is_free(uint64_t word, int64_t now)
{
    return word == 0 || milliseconds_left(word, now) <= 0;
}

static _Atomic uint64_t *place_of(okta_flights *flights,
                                  const unsigned char digest[OKTA_DIGEST_BYTES], uint32_t *tag)
{
    uint32_t place;

    memcpy(&place, digest, sizeof(place));
    memcpy(tag, digest + sizeof(place), sizeof(*tag));
    return &flights->words[place % OKTA_FLIGHTS];
}

bool okta_flight_find(okta_flights *flights, const unsigned char digest[OKTA_DIGEST_BYTES],
                      int64_t now, okta_flight *flight)
{
    uint32_t tag;

    flight->word = place_of(flights, digest, &tag);
    flight->seen = *flight->word;
    return !is_free(flight->seen, now) && flight->seen >> 32 == tag;
}

bool okta_flight_begin(okta_flights *flights, const unsigned char digest[OKTA_DIGEST_BYTES],
                       int64_t now, int64_t deadline, okta_flight *flight)
{
    uint32_t tag;
    uint64_t seen;

    flight->word = place_of(flights, digest, &tag);
    flight->seen = word_of(tag, deadline);
    seen = *flight->word;
    while (is_free(seen, now))
        if (atomic_compare_exchange_weak(flight->word, &seen, flight->seen))
            return true;
    flight->seen = seen;
    return false;
}

bool okta_flight_is_over(const okta_flight *flight, int64_t now)
{
    return *flight->word != flight->seen || is_free(flight->seen, now);
}

int64_t okta_flight_left(const okta_flight *flight, int64_t now)
{
    return (int64_t)milliseconds_left(flight->seen, now) * MILLISECOND;
}

void okta_flight_end(const okta_flight *flight)
{
    uint64_t seen = flight->seen;

    atomic_compare_exchange_strong(flight->word, &seen, 0);
}
