/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/shared_calls.h"

#include "core/monotonic.h"
#include "core/respite.h"
#include "core/tickets.h"
#include "httpd/counters.h"
#include "httpd/event.h"
#include "httpd/kept_memory.h"
#include "httpd/threads.h"

#include <apr_allocator.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Of the threads, that may wait for a slow store. The others give up soon. */
#define QUARTERS 1
#define PATIENCE 1000000 /* microseconds */
#define PATIENCE_OF_OTHERS 100000
#define THREADS_MAX 16                 /* at work at a time */
#define FREE_MAX ((apr_size_t)1 << 20) /* bytes that a thread keeps */
#define FAREWELL 200000 /* microseconds for which the end of a child waits for threads */

/* A call. Whoever lets go of it last, thread or request, frees it. */
typedef struct call {
    struct call *next;
    okta_shared_use use;
    okta_shared_work *work;
    pthread_cond_t end;
    int holders;
    bool started, done, answered;
    _Alignas(16) unsigned char matter[];
} call;

/* They live until the process ends. */
typedef struct worker {
    pthread_t thread;
    bool ended;
} worker;

/* Of the process; under its lock. */
static struct {
    pthread_mutex_t lock;
    pthread_condattr_t clock;
    pthread_cond_t calls, ends;
    call *first, **last;
    int queued, idle, threads, waiting;
    worker workers[2 * THREADS_MAX]; /* that were started: as many as there are threads */
    int started, threads_max, share, share_of_all;
    bool ready, ending;
    server_rec *server;
} here = {.lock = PTHREAD_MUTEX_INITIALIZER, .last = &here.first};

/* Of all processes. */
typedef struct shared_state {
    okta_respite respites[OKTA_SHARED_USES];
    okta_tickets tickets; /* of those who wait long */
} shared_state;

static shared_state own;
static shared_state *shared = &own;

static apr_status_t forget(void *unused)
{
    (void)unused;
    shared = &own;
    return APR_SUCCESS;
}

void okta_shared_calls_share(apr_pool_t *pconf)
{
    apr_status_t status;
    shared_state *made = okta_share(pconf, sizeof(*made), &status);

    /* without it each process goes by what it sees itself */
    if (!made)
        return;
    shared = made;
    apr_pool_pre_cleanup_register(pconf, NULL, forget);
}

bool okta_shared_calls_have_ended(void)
{
    bool ended;

    pthread_mutex_lock(&here.lock);
    ended = here.threads == 0;
    pthread_mutex_unlock(&here.lock);
    return ended;
}

bool okta_shared_calls_are_left(okta_shared_use use)
{
    return okta_respite_is_open(&shared->respites[use]);
}

static void let_go(call *one)
{
    if (--one->holders > 0)
        return;
    pthread_cond_destroy(&one->end);
    free(one);
}

static call *next_call(void)
{
    call *one;

    here.idle++;
    while (!here.first && !here.ending)
        pthread_cond_wait(&here.calls, &here.lock);
    here.idle--;
    one = here.first;
    if (!one)
        return NULL;
    here.first = one->next;
    if (!here.first)
        here.last = &here.first;
    here.queued--;
    return one;
}

static void note(okta_shared_use use, bool answered)
{
    static const char *const losses[] = {"requests with a DPoP proof get 503",
                                         "each host asks issuers about tokens by itself"};
    okta_respite *respite = &shared->respites[use];

    okta_count(OKTA_COUNT_SHARED_CALLS);
    if (!answered)
        okta_count(OKTA_COUNT_SHARED_FAILURES);
    if (answered ? okta_respite_succeed(respite) : okta_respite_fail(respite, okta_monotonic()))
        okta_event_of_server(
            here.server, answered ? OKTA_EVENT_SHARED_CACHE_BACK : OKTA_EVENT_SHARED_CACHE_LOST, 0,
            answered ? "the store of OktaSharedCache answers again"
                     : "the store of OktaSharedCache does not do what is asked; "
                       "it is tried again every few seconds, and until it answers %s",
            losses[use]);
}

/* With the lock, which it gives back meanwhile. */
static void carry_out(call *one, apr_pool_t *pool)
{
    bool answered;

    one->started = true;
    pthread_mutex_unlock(&here.lock);
    answered = pool && one->work(one->matter, pool);
    if (pool)
        apr_pool_clear(pool);
    note(one->use, answered);
    pthread_mutex_lock(&here.lock);
    one->done = true;
    one->answered = answered;
    pthread_cond_signal(&one->end);
}

/* Its pool is nobody else's: the end of the child does not take it away from under a thread that
 * is still at work. */
static void *work_on(void *baton)
{
    worker *self = baton;
    apr_pool_t *pool = NULL;
    call *one;

    /* an entry that others made may be of any size: it is not for long */
    if (apr_pool_create_unmanaged_ex(&pool, NULL, NULL) == APR_SUCCESS)
        apr_allocator_max_free_set(apr_pool_allocator_get(pool), FREE_MAX);
    pthread_mutex_lock(&here.lock);
    while ((one = next_call()) != NULL) {
        carry_out(one, pool);
        let_go(one);
    }
    pthread_mutex_unlock(&here.lock);
    if (pool)
        apr_pool_destroy(pool);
    pthread_mutex_lock(&here.lock);
    here.threads--;
    self->ended = true;
    pthread_cond_signal(&here.ends);
    pthread_mutex_unlock(&here.lock);
    return NULL;
}

static void start_thread(void)
{
    worker *one = &here.workers[here.started];
    sigset_t all, before;

    /* signals are for httpd's own threads */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&one->thread, NULL, work_on, one) == 0) {
        here.started++;
        here.threads++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* NULL: there is no memory, or no thread to do it. */
static call *enqueue(okta_shared_use use, okta_shared_work *work, const void *matter, size_t size,
                     int holders)
{
    call *one;

    if (here.idle <= here.queued && here.started < here.threads_max)
        start_thread();
    one = here.threads > 0 ? malloc(sizeof(*one) + size) : NULL;
    if (!one)
        return NULL;
    memset(one, 0, sizeof(*one));
    one->use = use;
    one->work = work;
    one->holders = holders;
    pthread_cond_init(&one->end, &here.clock);
    memcpy(one->matter, matter, size);
    *here.last = one;
    here.last = &one->next;
    here.queued++;
    pthread_cond_signal(&here.calls);
    return one;
}

static struct timespec moment_of(int64_t microseconds)
{
    return (struct timespec){.tv_sec = (time_t)(microseconds / 1000000),
                             .tv_nsec = (long)(microseconds % 1000000 * 1000)};
}

static void wait_until(call *one, int64_t end)
{
    const struct timespec deadline = moment_of(end);

    while (!one->done && pthread_cond_timedwait(&one->end, &here.lock, &deadline) == 0)
        ;
}

/* With the lock. Nobody has begun it, and nobody waits for it any more: where all threads are stuck
 * in the store such calls would gather. */
static void withdraw(call *one)
{
    call **at = &here.first;

    while (*at != one)
        at = &(*at)->next;
    *at = one->next;
    if (here.last == &one->next)
        here.last = at;
    here.queued--;
    one->holders--; /* the thread that it will not have; whoever waited is one yet */
}

/* With the lock. All wait as long as it should take, and a few as long as it may: false when one of
 * these waited in vain. */
static bool wait_long(call *one, int64_t now)
{
    const int64_t end = now + PATIENCE;
    int ticket = -1;

    wait_until(one, now + PATIENCE_OF_OTHERS);
    if (!one->done && here.waiting < here.share)
        ticket = okta_tickets_take(&shared->tickets, here.share_of_all, okta_monotonic(), end);
    if (ticket >= 0) {
        here.waiting++;
        wait_until(one, end);
        here.waiting--;
        okta_tickets_return(&shared->tickets, ticket, end);
    }
    return one->done || ticket < 0;
}

/* Who asks for an answer is one of few anyway. */
static bool wait_for(call *one, int64_t now)
{
    bool in_time;

    if (one->use == OKTA_SHARED_PROOFS) {
        in_time = wait_long(one, now);
    } else {
        wait_until(one, now + OKTA_SHARED_ANSWER_PATIENCE);
        in_time = one->done;
    }
    if (!one->started)
        withdraw(one);
    return in_time;
}

okta_shared_call okta_shared_call_run(okta_shared_use use, okta_shared_work *work, void *matter,
                                      size_t size)
{
    const int64_t now = okta_monotonic();
    okta_shared_call outcome = OKTA_CALL_LEFT;
    bool in_time = true;
    call *one = NULL;

    if (!here.ready || !okta_respite_admits(&shared->respites[use], now, PATIENCE))
        return OKTA_CALL_LEFT;
    pthread_mutex_lock(&here.lock);
    if (!here.ending)
        one = enqueue(use, work, matter, size, 2);
    if (one) {
        in_time = wait_for(one, now);
        outcome = one->done && one->answered ? OKTA_CALL_DONE : OKTA_CALL_SILENT;
        if (outcome == OKTA_CALL_DONE)
            memcpy(matter, one->matter, size);
        let_go(one);
    }
    pthread_mutex_unlock(&here.lock);
    if (!in_time)
        note(use, false);
    return outcome;
}

void okta_shared_call_begin(okta_shared_use use, okta_shared_work *work, const void *matter,
                            size_t size)
{
    if (!here.ready || !okta_respite_admits(&shared->respites[use], okta_monotonic(), PATIENCE))
        return;
    pthread_mutex_lock(&here.lock);
    if (!here.ending && here.queued < THREADS_MAX)
        enqueue(use, work, matter, size, 1);
    pthread_mutex_unlock(&here.lock);
}

static bool has_ended(const worker *one)
{
    bool ended;

    pthread_mutex_lock(&here.lock);
    ended = one->ended;
    pthread_mutex_unlock(&here.lock);
    return ended;
}

/* Threads that wait for a call end; one that is stuck in the store ends with the process, and
 * touches nothing until then. */
static apr_status_t end_threads(void *unused)
{
    const struct timespec deadline = moment_of(okta_monotonic() + FAREWELL);

    (void)unused;
    pthread_mutex_lock(&here.lock);
    here.ending = true;
    pthread_cond_broadcast(&here.calls);
    while (here.threads > 0 && pthread_cond_timedwait(&here.ends, &here.lock, &deadline) == 0)
        ;
    pthread_mutex_unlock(&here.lock);
    for (int i = 0; i < here.started; i++)
        if (has_ended(&here.workers[i]))
            pthread_join(here.workers[i].thread, NULL);
        else
            pthread_detach(here.workers[i].thread);
    return APR_SUCCESS;
}

void okta_shared_calls_child_init(apr_pool_t *pchild, server_rec *server)
{
    const okta_threads few = okta_threads_share(QUARTERS);
    const int threads = okta_threads_count().here;

    here.share = few.here;
    here.share_of_all = few.everywhere;
    /* twice as many as are at work at a time: some may be stuck */
    here.threads_max = 2 * (threads < THREADS_MAX ? threads : THREADS_MAX);
    here.server = server;
    here.ready = pthread_condattr_init(&here.clock) == 0 &&
                 pthread_condattr_setclock(&here.clock, CLOCK_MONOTONIC) == 0 &&
                 pthread_cond_init(&here.calls, NULL) == 0 &&
                 pthread_cond_init(&here.ends, &here.clock) == 0;
    apr_pool_pre_cleanup_register(pchild, NULL, end_threads);
}
