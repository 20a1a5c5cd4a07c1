/* SPDX-License-Identifier: Apache-2.0 */
#include "stress.h"
#include "unit.h"

#include <unistd.h>

/* Ends with 42 when the stress finds a fault, and with 0 when it does not. Not one of the suite's
 * tests: test_verdicts_broken runs it, with tables that have a fault and with the true one. */

rule(the_stress_goes_on_until_it_finds_a_fault)
{
    const stress_plan plan = {.operations = 4000000, .kills = 40, .recoveries = 1};
    stress_figures all = stress_processes(&plan);

    if (all.fault[0]) {
        print_error("# %s after %ju operations\n", all.fault, (uintmax_t)(all.finds + all.puts));
        _exit(42);
    }
}
