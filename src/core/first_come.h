/* SPDX-License-Identifier: Apache-2.0 */
/* Who comes first, over all hosts, by a store that can do no more than keep an entry and give it
 * out: no "add", no comparison, no lock.
 *
 * Two entries for each id decide, a lid and a flag (a splitter, as of Moir and Anderson):
 *
 *     lid := own token        by chance
 *     flag there?             somebody was here before: not the first
 *     flag := there
 *     lid == own token?       first; else somebody came meanwhile, and may be it
 *
 * Of all who come with one id at most one is the first, however their steps interleave: of two that
 * found no flag, the one whose token was written earlier finds the other one's in the lid, or has
 * set the flag before the other one looked for it. Who comes alone is always the first. That holds
 * for a store whose single steps have an order that all see, as one Redis or memcached has.
 *
 * A store can lose entries. So one more says since when it loses none (the beginning): where that
 * is missing or too young for the id, nobody can tell. It also says for how long ids are kept, by
 * the longest window and skew of all hosts: one that takes ids for longer begins anew. */
#ifndef OKTA_CORE_FIRST_COME_H
#define OKTA_CORE_FIRST_COME_H

#include "core/digest.h"
#include "core/sealed.h"

/* The longest entry that is kept here, sealed. */
#define OKTA_FIRST_COME_BYTES 80

typedef enum okta_store_answer {
    OKTA_STORE_FAILED = 0,
    OKTA_STORE_DONE,
    OKTA_STORE_ABSENT /* or, of some stores, that it cannot be asked at the moment */
} okta_store_answer;

/* A store; baton is its own. put keeps the entry until `end` (seconds since the epoch) and answers
 * DONE or FAILED. get writes it to bytes, whose room is *length, and sets *length; an entry that is
 * longer than the room is DONE with *length 0. */
typedef struct okta_store {
    okta_store_answer (*put)(void *baton, const unsigned char name[OKTA_SEALED_NAME_BYTES],
                             int64_t end, const unsigned char *bytes, size_t length);
    okta_store_answer (*get)(void *baton, const unsigned char name[OKTA_SEALED_NAME_BYTES],
                             unsigned char *bytes, size_t *length);
    int64_t (*seconds)(void);   /* since the epoch */
    int64_t (*monotonic)(void); /* microseconds */
    void *baton;
} okta_store;

/* An id that somebody wants to be the first with. */
typedef struct okta_arrival {
    const unsigned char *id; /* OKTA_DIGEST_BYTES */
    int64_t issued_at;       /* seconds since the epoch */
    int64_t window;          /* for how long after that it is good */
    int64_t skew;            /* how far ahead of the clocks issued_at may be */
} okta_arrival;

typedef enum okta_first_come {
    OKTA_FIRST_COME_NOT = 0, /* somebody else was, or may be */
    OKTA_FIRST_COME,
    OKTA_FIRST_COME_LATE,     /* it got too old meanwhile */
    OKTA_FIRST_COME_SILENT,   /* nobody can tell: the store did not do what was asked, or slowly */
    OKTA_FIRST_COME_YOUNG,    /* nobody can tell: the store has begun too late */
    OKTA_FIRST_COME_STRANGER, /* nobody can tell: what is there is sealed by another key */
    OKTA_FIRST_COME_NO_MEMORY
} okta_first_come;

/* Find out. *wait: in how many seconds it is worth to come again with a new one; set where nobody
 * can tell. *age: of YOUNG, for how many seconds the store has lost nothing, by this host's clock,
 * so it can be negative; else 0. Any process and thread. */
okta_first_come okta_first_come_take(const okta_store *store, const okta_sealer *sealer,
                                     const okta_arrival *arrival, int64_t *wait, int64_t *age);

/* See to it that the store has a beginning that will do for arrivals of this window and skew, so
 * that the first ones need not wait for it. The same answers, OKTA_FIRST_COME where it has one. */
okta_first_come okta_first_come_begin(const okta_store *store, const okta_sealer *sealer,
                                      int64_t window, int64_t skew);

#endif
