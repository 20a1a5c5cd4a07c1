/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a list of revocations. Lines end by a line feed, with or without a carriage return in
 * front; the last one may lack it. A byte order mark in front of the first is skipped. */
#ifndef OKTA_CORE_REVOCATION_FILE_H
#define OKTA_CORE_REVOCATION_FILE_H

#include "core/revocations.h"

#include <sys/stat.h>

okta_file_mark okta_file_mark_of(const struct stat *info);
bool okta_file_mark_equals(const okta_file_mark *a, const okta_file_mark *b);

/* What a walk through a file found. */
typedef struct okta_revocation_scan {
    okta_revocation_fault fault; /* the first one */
    uint64_t line;               /* in which it is, from 1 */
    uint64_t kinds[OKTA_REVOKES_COUNT];
    uint64_t lines;   /* that say something: the sum of these */
    uint64_t content; /* names the bytes; never 0 */
    uint64_t begin;   /* names those up to prefix; 0: there are fewer */
    bool is_ended;    /* by a line feed, or there is nothing */
} okta_revocation_scan;

/* How to walk: each may be NULL. All are called on the same thread, and false ends the walk. */
typedef struct okta_revocation_walk {
    bool (*line)(void *baton, const okta_revocation *line); /* that says something */
    bool (*alive)(void *baton);                             /* every 64 kB: whether to go on */
    void *baton;
    int64_t prefix; /* see okta_revocation_scan; 0: none */
} okta_revocation_walk;

typedef enum okta_walk_outcome {
    OKTA_WALK_DONE,  /* the scan is complete, or has a fault */
    OKTA_WALK_SHORT, /* the file got shorter meanwhile */
    OKTA_WALK_GIVEN_UP,
    OKTA_WALK_UNREADABLE /* errno says why */
} okta_walk_outcome;

/* Go through the first size bytes of a file. Needs memory for one line. */
okta_walk_outcome okta_revocation_file_walk(int file, int64_t size,
                                            const okta_revocation_walk *walk,
                                            okta_revocation_scan *scan);

/* Open a regular file to read it, without waiting for anybody. -1 with errno; EINVAL: it is no
 * regular file. */
int okta_revocation_file_open(const char *path, struct stat *info);

typedef enum okta_load {
    OKTA_LOAD_PUBLISHED,
    OKTA_LOAD_SAME,    /* as the current list */
    OKTA_LOAD_FAULT,   /* by the scan; the current list stays, as in all that follow */
    OKTA_LOAD_NOT_YET, /* only_grown was asked for, and it has not only grown by whole lines */
    OKTA_LOAD_CHANGED, /* while it was read */
    OKTA_LOAD_BUSY,    /* by writers, or by one who was quicker */
    OKTA_LOAD_GIVEN_UP,
    OKTA_LOAD_UNREADABLE /* errno says why */
} okta_load;

/* How to load. */
typedef struct okta_load_terms {
    int64_t now;                /* microseconds since the epoch */
    int64_t known;              /* bytes of the file when the current list was read; 0: not known */
    bool only_grown;            /* take it only where nothing but whole lines came behind these */
    bool (*alive)(void *baton); /* see okta_revocation_walk */
    void *baton;
} okta_load_terms;

/* Read an open file, of which fstat said info, and publish what it says: all of it or nothing. */
okta_load okta_revocations_load(okta_revocations *list, int file, const struct stat *info,
                                const okta_load_terms *terms, okta_revocation_scan *scan);

#endif
