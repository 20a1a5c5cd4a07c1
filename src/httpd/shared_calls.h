/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of the shared store on threads of their own. httpd's providers for Redis and memcached wait
 * for an answer without end, so requests do not call them: they wait for a thread that does, for a
 * bounded time, and few of them where the store is slow. A thread that does not come back is left
 * where it is. */
#ifndef OKTA_HTTPD_SHARED_CALLS_H
#define OKTA_HTTPD_SHARED_CALLS_H

#include <apr_pools.h>
#include <httpd.h>

#include <stdbool.h>

/* What is to be done with the store: changes its matter and says whether the store answered. pool
 * is cleared afterwards. On a thread of its own, with a copy of the matter. */
typedef bool okta_shared_work(void *matter, apr_pool_t *pool);

typedef enum okta_shared_call {
    OKTA_CALL_DONE = 0, /* the matter is what the work made of it */
    OKTA_CALL_SILENT,   /* the store did not answer in time, or said that it cannot */
    OKTA_CALL_LEFT      /* it was not asked: it does not answer these days, or slowly */
} okta_shared_call;

/* What the store is asked for. Each is left alone by what came of its own calls. */
typedef enum okta_shared_use {
    OKTA_SHARED_PROOFS = 0,
    OKTA_SHARED_ANSWERS, /* which can be had elsewhere: nobody waits long */
    OKTA_SHARED_USES
} okta_shared_use;

/* microseconds */
#define OKTA_SHARED_ANSWER_PATIENCE INT64_C(250000)

/* Parent, post_config: what processes share about it. */
void okta_shared_calls_share(apr_pool_t *pconf);

/* Child. */
void okta_shared_calls_child_init(apr_pool_t *pchild, server_rec *server);

/* Do the work with matter[size], and wait for it. Any thread of a child. */
okta_shared_call okta_shared_call_run(okta_shared_use use, okta_shared_work *work, void *matter,
                                      size_t size);

/* The same without waiting: what comes of it is nobody's concern. Where many wait it is not done.
 */
void okta_shared_call_begin(okta_shared_use use, okta_shared_work *work, const void *matter,
                            size_t size);

/* Whether no thread is at it any more. */
bool okta_shared_calls_have_ended(void);

/* Whether it is left alone at the moment. */
bool okta_shared_calls_are_left(okta_shared_use use);

#endif
