/* SPDX-License-Identifier: Apache-2.0 */
#include "stress.h"
#include "unit.h"

/* The threads of one process, for the sanitizers as well. */

rule(threads_never_tear_an_entry)
{
    stress_figures all = stress_threads(10000);

    check(all.fault[0] == '\0', "%s", all.fault);
    check(all.hits > 1000 && all.claims > 100 && all.refusals > 10, "%ju hits, %ju claims",
          (uintmax_t)all.hits, (uintmax_t)all.claims);
    check(all.kept > 1000, "%ju kept", (uintmax_t)all.kept);
}
