/* SPDX-License-Identifier: Apache-2.0 */
/* A store in memory for core/first_come.h, whose steps are counted and can go wrong, and the clocks
 * beside it. */
#ifndef OKTA_TESTS_STORE_H
#define OKTA_TESTS_STORE_H

#include "core/first_come.h"

#define STORE_NOW INT64_C(1795445100)
#define STORE_ENTRIES 64

typedef struct store_entry {
    unsigned char name[OKTA_SEALED_NAME_BYTES];
    unsigned char bytes[OKTA_FIRST_COME_BYTES];
    size_t length;
    int64_t end;
} store_entry;

/* There is one. */
typedef struct store_state {
    store_entry entries[STORE_ENTRIES];
    int count;
    int64_t now, monotonic;
    void (*before)(void *baton);         /* is called before each step; NULL: nothing is */
    int steps;                           /* that were made */
    int failing;                         /* this one fails; 0: none */
    int absent_from;                     /* from this one on all is absent; 0: never */
    int empty_before;                    /* before this one all is lost; 0: never */
    int64_t slow;                        /* microseconds that each step takes */
    int64_t jump;                        /* seconds by which the clock is set ahead at step 3 */
    const unsigned char *spoiled, *lost; /* entries of these names; NULL: none */
} store_state;

extern store_state store;
extern const okta_store store_calls;

okta_store_answer store_put(void *baton, const unsigned char *name, int64_t end,
                            const unsigned char *bytes, size_t length);
okta_store_answer store_get(void *baton, const unsigned char *name, unsigned char *bytes,
                            size_t *length);
int64_t store_seconds(void);
int64_t store_monotonic(void);

/* NULL: it has none of that name. */
store_entry *store_find(const unsigned char *name);

/* What seals with a key of this number. */
okta_sealer store_sealer(unsigned char number);

/* Nothing is in it, and it is second STORE_NOW. */
void store_clear(void);

/* As if nothing but the beginning had come. */
void store_keep_beginning(void);

#endif
