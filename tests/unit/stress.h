/* SPDX-License-Identifier: Apache-2.0 */
/* A stress of a table of verdicts: processes of several threads put and find entries that prove
 * themselves, raw ones and tokens' claims and refusals, while the table is far too small for them,
 * time passes, key sets change, and processes are killed and stopped at random moments. */
#ifndef OKTA_TESTS_STRESS_H
#define OKTA_TESTS_STRESS_H

#include <stddef.h>
#include <stdint.h>

#define STRESS_PROCESSES 8
#define STRESS_THREADS 4

/* It ends when it has done all of that, or at the first fault. */
typedef struct stress_plan {
    uint64_t operations;
    uint64_t kills;
    uint64_t recoveries; /* kills of one that was writing, after which another wrote there */
    uint64_t stops;      /* of one that held some lock or none, while the others went on */
    long seconds;        /* 0: what is above is enough */
} stress_plan;

typedef struct stress_figures {
    uint64_t finds, hits, claims, refusals;
    uint64_t puts, kept;
    uint64_t kills, kills_in_put, recoveries, stops;
    char fault[256]; /* "": none */
} stress_figures;

/* Of STRESS_PROCESSES processes with STRESS_THREADS threads. At the end no place is lost. */
stress_figures stress_processes(const stress_plan *plan);

/* The threads of one process, that many operations each. */
stress_figures stress_threads(uint64_t operations);

#endif
