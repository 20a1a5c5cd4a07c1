/* SPDX-License-Identifier: Apache-2.0 */
#include "core/respite.h"

#define PAUSE_MIN INT64_C(500000)
#define DOUBLINGS 3 /* 4 s at most: a store that is back is soon found */

bool okta_respite_admits(okta_respite *respite, int64_t now, int64_t patience)
{
    int64_t until = respite->open_until;

    return until == 0 || (until <= now && atomic_compare_exchange_strong(&respite->open_until,
                                                                         &until, now + patience));
}

bool okta_respite_succeed(okta_respite *respite)
{
    /* mostly there is nothing to change, and no cache line to fight for */
    if (respite->failures != 0)
        respite->failures = 0;
    return respite->open_until != 0 && atomic_exchange(&respite->open_until, 0) != 0;
}

bool okta_respite_fail(okta_respite *respite, int64_t now)
{
    int64_t before = respite->failed_at;
    uint32_t failures;

    if ((before != 0 && now - before < PAUSE_MIN / 2) ||
        !atomic_compare_exchange_strong(&respite->failed_at, &before, now))
        return false;
    failures = atomic_fetch_add(&respite->failures, 1);
    return atomic_exchange(&respite->open_until,
                           now + (PAUSE_MIN << (failures < DOUBLINGS ? failures : DOUBLINGS))) == 0;
}
