/* SPDX-License-Identifier: Apache-2.0 */
#include "steps.h"
#include "unit.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Tables with a deliberate fault each (break_verdicts.sh), under the same stress and the same
 * deaths: these find it. */

/* How the program ended; its words are left out, for they tell of failures that are wanted. */
static int run(const char *program)
{
    const char *build = getenv("OKTA_BUILD");
    char *path = text("%s/tests/unit/%s", build ? build : ".", program);
    int status = -1;
    pid_t pid = fork();

    need(pid >= 0, "fork");
    if (pid == 0) {
        close(STDOUT_FILENO);
        close(STDERR_FILENO);
        execl(path, path, (char *)NULL);
        _exit(127);
    }
    need(waitpid(pid, &status, 0) == pid && WIFEXITED(status), "%s ended with %x", program,
         (unsigned int)status);
    return WEXITSTATUS(status);
}

static void expect_caught_by_stress(const char *program)
{
    int status = run(program);

    check(status == 42, "%s ended with %d", program, status);
}

/* Which is a test: it ends with the number of rules that do not hold. Elsewhere than on x86-64 it
 * leaves them out, and finds nothing. */
static void expect_caught_by_death(const char *program)
{
    int status;

    if (!STEPS_WORK)
        return;
    status = run(program);

    check(status > 0 && status <= 4, "%s ended with %d", program, status);
}

rule(without_a_fault_none_is_found)
{
    check(run("stress_true") == 0, "the table as it is");
}

rule(victims_that_go_after_their_bytes_are_caught)
{
    expect_caught_by_stress("stress_late_retire");
    expect_caught_by_death("death_late_retire");
}

rule(entries_that_are_there_before_their_bytes_are_caught)
{
    expect_caught_by_stress("stress_early_live");
    expect_caught_by_death("death_early_live");
}

rule(a_reader_that_looks_only_once_is_caught)
{
    expect_caught_by_stress("stress_one_look");
}

rule(two_writers_in_one_page_are_caught)
{
    expect_caught_by_stress("stress_no_lock");
}

rule(units_that_two_entries_have_are_caught)
{
    expect_caught_by_stress("stress_used_twice");
}

#if STEPS_WORK
rule(a_lock_that_a_dead_one_keeps_is_caught)
{
    expect_caught_by_death("death_lost_lock");
}

rule(an_entry_that_goes_before_its_successor_is_there_is_caught)
{
    expect_caught_by_death("death_early_farewell");
}
#endif
