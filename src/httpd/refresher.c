/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/refresher.h"

#include "core/monotonic.h"
#include "httpd/event.h"
#include "httpd/log.h"
#include "httpd/patient_lock.h"
#include "httpd/source.h"

#include <ap_mpm.h>
#include <http_core.h>
#include <mod_watchdog.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#include <util_mutex.h>

#define MUTEX_TYPE "okta-keys" /* for the Mutex directive */
#define FETCH_SLICE_MS 50      /* one turn of the fetcher */
#define FETCH_STRETCH 1000000  /* microseconds; the watchdog's callback stays no longer */
/* Failures in a row after which another process shall try: it may be this one that lacks something,
 * memory or descriptors, say. */
#define FAILURES_HERE 3
#define REST 500000 /* microseconds for others to come first */
/* Microseconds that a child which ends waits for its refresher, and for files being written. */
#define LEAVE_PATIENCE 3000000
#define LEAVE_POLL apr_time_from_msec(5)

typedef struct refresher {
    /* Held by the process that refreshes until it ends, so that the next one need not wait for the
     * lease to run out. NULL where this process cannot use it. */
    apr_proc_mutex_t *mutex;
    okta_holding holding;
    int64_t rests_until; /* by okta_monotonic */
    okta_fetcher *fetcher;
    okta_source *sources;
    int count;
} refresher;

/* mod_watchdog does not wait for its threads before exit() tears OpenSSL and the pools down, so the
 * child does: whoever has this may use them, and nobody once it is leaving. Static, for the
 * watchdog's thread outlives the pools. */
static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool leaving;
static refresher *registered;

static void step_all(refresher *r)
{
    for (int i = 0; i < r->count; i++)
        okta_source_step(&r->sources[i], r->fetcher);
}

static void save_all(refresher *r)
{
    for (int i = 0; i < r->count; i++)
        okta_statefile_step(r->sources[i].issuer, &r->sources[i].saving);
}

static void end(refresher *r)
{
    if (!r->fetcher)
        return;
    for (int i = 0; i < r->count; i++)
        okta_source_lay_down(&r->sources[i]);
    r->fetcher->destroy(r->fetcher);
    r->fetcher = NULL;
}

/* The watchdog's thread alone: the mutex between the processes is its own. */
static void unlock(refresher *r)
{
    if (r->holding.has_lock)
        apr_proc_mutex_unlock(r->mutex);
    r->holding.has_lock = false;
}

static void stop(refresher *r)
{
    end(r);
    if (r->holding.number)
        okta_turn_end(r->holding.turn, r->holding.number);
    r->holding.number = 0;
    r->holding.failures = 0;
    unlock(r);
}

static void rest(refresher *r)
{
    stop(r);
    r->rests_until = okta_monotonic() + REST;
}

static void tick(refresher *r)
{
    int64_t until = okta_monotonic() + FETCH_STRETCH;
    size_t under_way = 0;
    int mpm_state = AP_MPMQ_RUNNING;

    do {
        if (!okta_holding_keep(&r->holding))
            break;
        step_all(r);
        under_way = r->fetcher->run(r->fetcher, FETCH_SLICE_MS);
        save_all(r);
        ap_mpm_query(AP_MPMQ_MPM_STATE, &mpm_state);
    } while (under_way > 0 && okta_monotonic() < until && mpm_state != AP_MPMQ_STOPPING &&
             !leaving);
    if (under_way == 0 && r->holding.failures >= FAILURES_HERE)
        rest(r);
}

static bool begin(refresher *r)
{
    r->fetcher = okta_fetcher_curl();
    for (int i = 0; r->fetcher && i < r->count; i++)
        okta_source_take_up(&r->sources[i]);
    return r->fetcher != NULL;
}

static void take(refresher *r)
{
    okta_holding *h = &r->holding;
    int32_t stalled;

    h->has_lock = h->has_lock || (r->mutex && apr_proc_mutex_trylock(r->mutex) == APR_SUCCESS);
    if (h->number)
        return;
    h->turn = okta_shared_turn();
    h->number = okta_turn_take(h->turn, okta_monotonic(), h->has_lock, &stalled);
    if (!h->number) {
        /* it is for whoever has the turn: by it all see at once when that one dies */
        unlock(r);
        return;
    }
    h->turn->pid = (int32_t)getpid();
    if (stalled)
        okta_event_of_server(r->sources[0].issuer->server, OKTA_EVENT_REFRESHER_REPLACED, 0,
                             "the refresher of process %d stands still; process %d goes on "
                             "in its place",
                             (int)stalled, (int)getpid());
    if (!begin(r))
        rest(r);
}

/* mod_watchdog has singletons too. But the process that takes over from one does nothing for its
 * first ten seconds, and nobody takes over from one that stands still. */
static void run(refresher *r)
{
    if (r->rests_until <= okta_monotonic())
        take(r);
    if (r->holding.number)
        tick(r);
    else
        save_all(r);
    /* lost on the way: another process has it, or we stood still and begin afresh */
    if (!r->holding.number && r->fetcher)
        stop(r);
}

static apr_status_t on_watchdog(int state, void *data, apr_pool_t *pool)
{
    refresher *r = data;

    (void)pool;
    if (!okta_lock_within(&busy, LEAVE_PATIENCE))
        return APR_SUCCESS;
    if (!leaving) {
        if (state == AP_WATCHDOG_STATE_RUNNING)
            run(r);
        else if (state == AP_WATCHDOG_STATE_STOPPING)
            stop(r);
        /* what OpenSSL keeps for this thread would outlive OpenSSL when the process ends */
        OPENSSL_thread_stop();
    }
    pthread_mutex_unlock(&busy);
    return APR_SUCCESS;
}

static bool files_are_written(refresher *r)
{
    int64_t until = okta_monotonic() + LEAVE_PATIENCE;

    for (int i = 0; i < r->count; i++)
        while (!okta_statefile_is_idle(&r->sources[i].saving)) {
            if (okta_monotonic() > until)
                return false;
            apr_sleep(LEAVE_POLL);
        }
    return true;
}

static void leave_at_once(void)
{
    _exit(0);
}

static apr_status_t leave(void *data)
{
    refresher *r = data;
    bool rests;

    leaving = true;
    rests = okta_lock_within(&busy, LEAVE_PATIENCE);
    if (rests) {
        /* The mutex between the processes is the watchdog thread's: another one cannot release it,
         * and APR would lose count of its users. It is released by the end of the process. */
        end(r);
        if (r->holding.number)
            okta_turn_end(r->holding.turn, r->holding.number);
        pthread_mutex_unlock(&busy);
        rests = files_are_written(r);
    }
    /* a thread that stands still must not wake up in what exit() has torn down, nor may
     * mod_watchdog wait for it there: the pool's cleanups run, the process's do not */
    if (!rests && atexit(leave_at_once) == 0)
        okta_event_of_server(r->sources[0].issuer->server, OKTA_EVENT_REFRESHER_LEFT, 0,
                             "the refresher stands still; the process ends without it");
    return APR_SUCCESS;
}

/* A lock file that cannot be opened from here, outside of ChrootDir say, leaves the parent's open
 * file, whose lock all children would have at once and take each other's turns by. */
static void open_lock(refresher *r, apr_pool_t *pchild)
{
    apr_status_t status =
        apr_proc_mutex_child_init(&r->mutex, apr_proc_mutex_lockfile(r->mutex), pchild);

    if (status == APR_SUCCESS)
        return;
    r->mutex = NULL;
    okta_event_of_server(r->sources[0].issuer->server, OKTA_EVENT_REFRESHER_LOCK, status,
                         "the lock of the refresher cannot be used here; when a process ends, "
                         "the next one waits some seconds before it refreshes");
}

void okta_refresher_child_init(apr_pool_t *pchild)
{
    refresher *r = registered;

    if (!r)
        return;
    open_lock(r, pchild);
    apr_pool_pre_cleanup_register(pchild, r, leave);
}

static apr_status_t clean_up_curl(void *unused)
{
    (void)unused;
    registered = NULL;
    okta_fetch_clean_up();
    return APR_SUCCESS;
}

void okta_refresher_register_mutex(apr_pool_t *pconf)
{
    ap_mutex_register(pconf, MUTEX_TYPE, NULL, APR_LOCK_DEFAULT, 0);
}

static refresher *refresher_new(apr_pool_t *pconf)
{
    const okta_registry *registry = okta_registry_get();
    refresher *r = apr_pcalloc(pconf, sizeof(*r));

    r->sources =
        apr_pcalloc(pconf, (apr_size_t)(registry->issuers->nelts + 1) * sizeof(okta_source));
    for (int i = 0; i < registry->issuers->nelts; i++) {
        okta_issuer *issuer = APR_ARRAY_IDX(registry->issuers, i, okta_issuer *);
        if (!issuer->settings.jwks_file)
            r->sources[r->count++] = (okta_source){.issuer = issuer, .holding = &r->holding};
    }
    return r;
}

int okta_refresher_register(apr_pool_t *pconf, server_rec *server)
{
    APR_OPTIONAL_FN_TYPE(ap_watchdog_get_instance) *get_instance =
        APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance);
    APR_OPTIONAL_FN_TYPE(ap_watchdog_register_callback) *register_callback =
        APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback);
    refresher *r = refresher_new(pconf);
    ap_watchdog_t *watchdog = NULL;
    apr_status_t status;

    if (r->count == 0)
        return OK;
    if (!get_instance || !register_callback) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, server,
                     OKTA_TAG_CONFIG
                     "mod_watchdog is not loaded; add its LoadModule line, key sets "
                     "are refreshed by it");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    if (!okta_fetch_set_up()) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, server, OKTA_TAG_CONFIG "libcurl cannot start");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    apr_pool_cleanup_register(pconf, NULL, clean_up_curl, apr_pool_cleanup_null);
    status = ap_proc_mutex_create(&r->mutex, NULL, MUTEX_TYPE, NULL, server, pconf, 0);
    if (status == APR_SUCCESS)
        status = get_instance(&watchdog, OKTA_WATCHDOG, 0, 0, pconf);
    if (status == APR_SUCCESS)
        status = register_callback(watchdog, AP_WD_TM_SLICE, r, on_watchdog);
    if (status != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, status, server,
                     OKTA_TAG_CONFIG "mod_watchdog does not take the refresher");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    registered = r;
    return OK;
}
