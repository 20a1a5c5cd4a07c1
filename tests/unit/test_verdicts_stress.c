/* SPDX-License-Identifier: Apache-2.0 */
#include "stress.h"
#include "unit.h"

#include <stdlib.h>

/* OKTA_STRESS_SECONDS=600 lets it go on for ten minutes; the figures go to stderr. */

rule(processes_that_are_killed_and_stopped_never_tear_an_entry)
{
    const char *seconds = getenv("OKTA_STRESS_SECONDS");
    const stress_plan plan = {.operations = 200000,
                              .kills = 40,
                              .recoveries = 5,
                              .stops = 5,
                              .seconds = seconds ? atol(seconds) : 0};
    stress_figures all = stress_processes(&plan);

    check(all.fault[0] == '\0', "%s", all.fault);
    check(all.hits > 10000 && all.finds > all.hits + 10000, "%ju finds, %ju hits",
          (uintmax_t)all.finds, (uintmax_t)all.hits);
    check(all.claims > 1000 && all.refusals > 100, "%ju claims, %ju refusals",
          (uintmax_t)all.claims, (uintmax_t)all.refusals);
    check(all.kept > 10000 && all.puts > all.kept, "%ju puts, %ju kept", (uintmax_t)all.puts,
          (uintmax_t)all.kept);
    if (seconds)
        print_error("# %ju finds, %ju hits (%ju claims, %ju refusals), %ju puts, %ju raw ones kept,"
                    " %ju kills, %ju threads in a put, %ju locks from the dead, %ju stops\n",
                    (uintmax_t)all.finds, (uintmax_t)all.hits, (uintmax_t)all.claims,
                    (uintmax_t)all.refusals, (uintmax_t)all.puts, (uintmax_t)all.kept,
                    (uintmax_t)all.kills, (uintmax_t)all.kills_in_put, (uintmax_t)all.recoveries,
                    (uintmax_t)all.stops);
}
