/* SPDX-License-Identifier: Apache-2.0 */
/* Counters that processes share: exact, whoever counts at the same time, and whoever dies. */
#include "core/tally.h"

#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNTERS 21
#define THREADS 4
#define PROCESSES 3
#define TIMES 20000

static okta_tally *shared(void)
{
    void *memory = mmap(NULL, okta_tally_size(COUNTERS), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    check(memory != MAP_FAILED, "mmap");
    return okta_tally_init(memory, COUNTERS);
}

static void release(okta_tally *tally)
{
    munmap(tally, okta_tally_size(COUNTERS));
}

rule(each_counter_is_its_own)
{
    okta_tally *tally = shared();

    for (uint32_t i = 0; i < COUNTERS; i++) {
        check(okta_tally_sum(tally, i) == 0, "%u", i);
        okta_tally_add(tally, i, i + 1);
    }
    for (uint32_t i = 0; i < COUNTERS; i++)
        check(okta_tally_sum(tally, i) == i + 1, "%u", i);
    release(tally);
}

rule(there_is_nothing_behind_the_last_one)
{
    okta_tally *tally = shared();

    okta_tally_add(tally, COUNTERS, 1);
    okta_tally_add(tally, UINT32_MAX, 1);
    check(okta_tally_sum(tally, COUNTERS) == 0, "behind");
    check(okta_tally_sum(tally, UINT32_MAX) == 0, "far behind");
    for (uint32_t i = 0; i < COUNTERS; i++)
        check(okta_tally_sum(tally, i) == 0, "%u", i);
    release(tally);
}

rule(stripes_are_whole_cache_lines)
{
    for (uint32_t counters = 1; counters < 40; counters++) {
        size_t lines = (counters + 7) / 8;

        check(okta_tally_size(counters) == OKTA_TALLY_ALIGNMENT * (1 + lines * OKTA_TALLY_STRIPES),
              "%u", counters);
    }
}

static void *count_up(void *data)
{
    okta_tally *tally = data;

    for (uint32_t i = 0; i < TIMES; i++) {
        okta_tally_add(tally, i % COUNTERS, 1);
        okta_tally_add(tally, 0, 2);
        if (i % 1000 == 0)
            sched_yield();
    }
    return NULL;
}

static void count_on_threads(okta_tally *tally)
{
    pthread_t threads[THREADS];

    for (size_t i = 0; i < THREADS; i++)
        check(pthread_create(&threads[i], NULL, count_up, tally) == 0, "thread");
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static uint64_t sum_of_all(const okta_tally *tally)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < COUNTERS; i++)
        sum += okta_tally_sum(tally, i);
    return sum;
}

rule(threads_of_processes_lose_nothing)
{
    okta_tally *tally = shared();
    pid_t children[PROCESSES];
    int status;

    for (size_t i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        check(children[i] >= 0, "fork");
        if (children[i] == 0) {
            count_on_threads(tally);
            _exit(0);
        }
    }
    for (size_t i = 0; i < PROCESSES; i++) {
        check(waitpid(children[i], &status, 0) == children[i] && status == 0, "child");
    }
    check(sum_of_all(tally) == (uint64_t)3 * TIMES * THREADS * PROCESSES, "lost");
    release(tally);
}

/* Somebody who counts without end is killed; what is read grows all the while and stays. */
rule(a_death_takes_nothing_back)
{
    okta_tally *tally = shared();
    uint64_t last = 0;
    pid_t child = fork();

    check(child >= 0, "fork");
    if (child == 0)
        for (;;)
            count_up(tally);
    while (last < (uint64_t)10 * TIMES) {
        uint64_t now = sum_of_all(tally);

        check(now >= last, "back");
        last = now;
        sched_yield();
    }
    kill(child, SIGKILL);
    check(waitpid(child, NULL, 0) == child, "child");
    check(sum_of_all(tally) >= last, "back");
    last = sum_of_all(tally);
    okta_tally_add(tally, 7, 5);
    check(sum_of_all(tally) == last + 5, "it goes on");
    release(tally);
}
