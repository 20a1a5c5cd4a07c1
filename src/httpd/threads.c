/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/threads.h"

#include <ap_mpm.h>

okta_threads okta_threads_count(void)
{
    int threads = 1, processes = 1;

    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    ap_mpm_query(AP_MPMQ_MAX_DAEMONS, &processes);
    if (threads < 1)
        threads = 1;
    return (okta_threads){threads, threads * processes};
}

static int share_of(int threads, int quarters)
{
    int share = threads * quarters / 4;

    return share > 1 ? share : 1;
}

okta_threads okta_threads_share(int quarters)
{
    const okta_threads all = okta_threads_count();

    return (okta_threads){share_of(all.here, quarters), share_of(all.everywhere, quarters)};
}
