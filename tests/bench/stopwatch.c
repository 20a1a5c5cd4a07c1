/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/stopwatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 9
#define NS_PER_S 1e9

double stopwatch_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * NS_PER_S + (double)t.tv_nsec;
}

static double time_of(const measured *m, size_t times)
{
    double start = stopwatch_now();

    for (size_t i = 0; i < times; i++)
        m->run(m->baton);
    return stopwatch_now() - start;
}

static size_t times_for(const measured *m, double ns)
{
    size_t times = 1;

    while (time_of(m, times) < ns / 4 && times < (size_t)1 << 30)
        times *= 2;
    return times;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

typedef double one_each_round[ROUNDS];

void stopwatch_measure(measured *all, size_t count, double seconds)
{
    size_t *times = calloc(count, sizeof(*times));
    one_each_round *rounds = calloc(count, sizeof(*rounds));

    if (!times || !rounds)
        abort();
    for (size_t i = 0; i < count; i++)
        times[i] = times_for(&all[i], seconds * NS_PER_S / ROUNDS);
    for (size_t round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < count; i++)
            rounds[i][round] = time_of(&all[i], times[i]) / (double)times[i];
    for (size_t i = 0; i < count; i++) {
        qsort(rounds[i], ROUNDS, sizeof(double), compare);
        all[i].ns = rounds[i][ROUNDS / 2];
    }
    free(times);
    free(rounds);
}

double stopwatch_seconds(int argc, char **argv)
{
    char *end = NULL;
    double seconds = argc > 0 ? strtod(argv[0], &end) : 1;

    if (argc > 1 || (argc == 1 && (*end || !(seconds > 0 && seconds <= 3600)))) {
        fprintf(stderr, "okta-bench: one argument at most, a number of seconds up to 3600\n");
        exit(2);
    }
    return seconds;
}
