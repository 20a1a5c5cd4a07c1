/* SPDX-License-Identifier: Apache-2.0 */
/* How long a piece of code takes, on a machine that does other things too. */
#ifndef OKTA_BENCH_STOPWATCH_H
#define OKTA_BENCH_STOPWATCH_H

#include <stddef.h>

typedef struct measured {
    const char *name;
    void (*run)(void *baton); /* once */
    void *baton;
    double ns; /* out: median of the rounds */
} measured;

/* CPU time of the thread, in nanoseconds: what others take from us does not count. */
double stopwatch_now(void);

/* Measure all of them in turns, `seconds` of CPU time each, so that what disturbs one round
 * disturbs each of them alike. */
void stopwatch_measure(measured *all, size_t count, double seconds);

/* The argument as a number of seconds; 1 where there is none; the program ends where it is wrong.
 */
double stopwatch_seconds(int argc, char **argv);

#endif
