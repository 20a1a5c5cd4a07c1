/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/patient_lock.h"

#include "core/monotonic.h"

#include <apr_time.h>

#define POLL apr_time_from_msec(5)

/* pthread_mutex_timedlock goes by a clock that somebody may set. */
bool okta_lock_within(pthread_mutex_t *mutex, int64_t patience)
{
    const int64_t until = okta_monotonic() + patience;

    while (pthread_mutex_trylock(mutex) != 0) {
        if (okta_monotonic() > until)
            return false;
        apr_sleep(POLL);
    }
    return true;
}
