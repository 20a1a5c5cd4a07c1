/* SPDX-License-Identifier: Apache-2.0 */
/* How many threads serve requests, and what share of them may be held up. */
#ifndef OKTA_HTTPD_THREADS_H
#define OKTA_HTTPD_THREADS_H

typedef struct okta_threads {
    int here;       /* of each process */
    int everywhere; /* of all that there may be */
} okta_threads;

/* What the MPM may have at most. In the parent or a child, once the MPM is configured. */
okta_threads okta_threads_count(void);

/* So many quarters of both, but at least one thread. */
okta_threads okta_threads_share(int quarters);

#endif
