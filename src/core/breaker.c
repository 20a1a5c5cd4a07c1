/* SPDX-License-Identifier: Apache-2.0 */
#include "core/breaker.h"

#include "core/schedule.h"

#define TOLERATED 2       /* failures in a row that may be an accident */
#define WARINESS 10000000 /* microseconds for which a slow answer is remembered */

bool okta_breaker_admits(okta_breaker *b, int64_t now, int64_t deadline)
{
    int64_t probe = b->probe_until;

    if (b->openings == 0)
        return true;
    return b->open_until <= now && probe <= now &&
           atomic_compare_exchange_strong(&b->probe_until, &probe, deadline);
}

bool okta_breaker_is_calm(const okta_breaker *b, int64_t now)
{
    return b->openings == 0 && b->failures == 0 && b->slow_until <= now;
}

void okta_breaker_note_slow(okta_breaker *b, int64_t now)
{
    b->slow_until = now + WARINESS;
}

bool okta_breaker_close(okta_breaker *b)
{
    b->failures = 0;
    b->probe_until = 0;
    return atomic_exchange(&b->openings, 0) > 0;
}

int64_t okta_breaker_fail(okta_breaker *b, int64_t began_at, int64_t now, bool at_once,
                          int64_t retry_after, uint32_t jitter)
{
    uint32_t failures = atomic_fetch_add(&b->failures, 1) + 1, openings = b->openings;
    int64_t pause;

    /* many that began together fail together: they count as one */
    if (openings > 0 && began_at <= b->opened_at)
        return 0;
    if (openings == 0 && !at_once && retry_after < 0 && failures <= TOLERATED)
        return 0;
    pause = okta_backoff(openings + 1, retry_after, jitter);
    if (!atomic_compare_exchange_strong(&b->openings, &openings, openings + 1))
        return 0;
    b->opened_at = now;
    b->open_until = now + pause;
    b->probe_until = 0;
    return pause;
}

int64_t okta_breaker_pause(const okta_breaker *b, int64_t now)
{
    int64_t until = b->open_until > b->probe_until ? b->open_until : b->probe_until;

    return b->openings > 0 && until > now ? until - now : 0;
}
