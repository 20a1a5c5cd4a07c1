/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/revocation_watch.h"

#include "core/file_watch.h"
#include "core/monotonic.h"
#include "core/robust_lock.h"
#include "httpd/event.h"
#include "httpd/log.h"
#include "httpd/patient_lock.h"
#include "httpd/revocation_lists.h"

#include <apr_strings.h>
#include <errno.h>
#include <mod_watchdog.h>
#include <stdlib.h>
#include <unistd.h>

#define WATCHDOG "okta_revocations"
#define LOOK_INTERVAL 200000   /* microseconds */
#define LEAVE_PATIENCE 3000000 /* that a child which ends waits for its thread */

/* What this process knows of one file. */
typedef struct watch {
    okta_revocation_list *list;
    okta_revocations_watch *shared;
    const char *path; /* as children see it */
    okta_file_watch file;
    okta_turn_number turn; /* 0: another process looks */
    bool has_lock;
    int64_t known;         /* bytes of the file that the current list was read from; 0: not known */
    int64_t look_at;       /* by okta_monotonic, as all times */
    int64_t missing_since; /* 0: it can be read */
    bool is_delayed;       /* and that was told */
} watch;

typedef struct watches {
    int count;
    watch *all;
} watches;

/* As in refresher.c: mod_watchdog does not wait for its threads, so a child that ends waits for
 * this one, and whoever has the lock may use what ends with the process. */
static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool leaving;
static watches *registered;

static void try_lock(watch *w)
{
    w->has_lock = w->has_lock || okta_robust_lock_try(&w->shared->holder);
}

static void unlock(watch *w)
{
    if (w->has_lock)
        pthread_mutex_unlock(&w->shared->holder);
    w->has_lock = false;
}

static void give_up_turn(watch *w)
{
    if (w->turn)
        okta_turn_end(&w->shared->turn, w->turn);
    w->turn = 0;
    unlock(w);
}

static bool keep_turn(void *baton)
{
    const watch *w = baton;

    return !leaving && okta_turn_keep(&w->shared->turn, w->turn, okta_monotonic(), w->has_lock);
}

/* How long ago it was changed at that moment (microseconds since the epoch): by the later one of
 * its times, for one of them can be set. */
static int64_t age_of(const okta_file_mark *mark, int64_t moment)
{
    const int64_t latest = mark->modified > mark->changed ? mark->modified : mark->changed;

    return moment - latest / 1000;
}

/* Where all is well the file need not be read again to know how it was. */
static void take_up(watch *w)
{
    okta_revocations_facts facts;

    w->file = (okta_file_watch){.has_judged = false};
    w->known = w->look_at = w->missing_since = 0;
    if (w->shared->fault || w->shared->unreadable ||
        !okta_revocations_facts_of(w->list->memory, &facts))
        return;
    w->known = facts.file.size;
    okta_file_watch_judged(&w->file, &facts.file, age_of(&facts.file, facts.loaded_at),
                           okta_monotonic());
}

/* Whether it is this process that looks. */
static bool hold_turn(watch *w)
{
    int32_t stalled;

    /* also with the turn: another one may have had the lock when we took it */
    try_lock(w);
    if (w->turn && keep_turn(w))
        return true;
    if (w->turn)
        give_up_turn(w);
    try_lock(w);
    w->turn = okta_turn_take(&w->shared->turn, okta_monotonic(), w->has_lock, &stalled);
    if (!w->turn) {
        /* it is for whoever has the turn: by it all see at once when that one dies */
        unlock(w);
        return false;
    }
    w->shared->turn.pid = (int32_t)getpid();
    take_up(w);
    if (stalled)
        okta_event_of_server(w->list->server, OKTA_EVENT_REVOCATIONS_DELAYED, 0,
                             "\"%s\": process %d, which looked at it, stands still; process %d "
                             "goes on in its place",
                             w->list->path, (int)stalled, (int)getpid());
    return true;
}

static void note_trouble(watch *w, uint64_t fault, int error)
{
    okta_revocations_watch *shared = w->shared;

    if (!shared->fault && !shared->unreadable)
        shared->fault_since = apr_time_now();
    shared->fault = fault;
    shared->unreadable = error;
}

static void note_well(watch *w, okta_load outcome, const okta_revocation_scan *scan)
{
    const bool was_not = w->shared->fault || w->shared->unreadable;

    note_trouble(w, 0, 0);
    w->shared->fault_since = 0;
    w->shared->fault_content = 0;
    if (outcome == OKTA_LOAD_PUBLISHED || was_not)
        okta_event_of_server(w->list->server, OKTA_EVENT_REVOCATIONS_LOADED, 0,
                             "\"%s\": %lu revocations%s (%lu jti, %lu sub, %lu cid, %lu sid)",
                             w->list->path, (unsigned long)scan->lines,
                             outcome == OKTA_LOAD_PUBLISHED ? "" : ", as before",
                             (unsigned long)scan->kinds[OKTA_REVOKES_JTI],
                             (unsigned long)scan->kinds[OKTA_REVOKES_SUB],
                             (unsigned long)scan->kinds[OKTA_REVOKES_CID],
                             (unsigned long)scan->kinds[OKTA_REVOKES_SID]);
}

/* Once for each state of the file, whichever process looks. */
static void note_fault(watch *w, const okta_revocation_scan *scan)
{
    const bool is_known = w->shared->fault && w->shared->fault_content == scan->content;

    note_trouble(w, okta_revocations_pack_fault(scan->fault, scan->line), 0);
    w->shared->fault_content = scan->content;
    if (!is_known)
        okta_event_of_server(
            w->list->server, OKTA_EVENT_REVOCATIONS_REFUSED, 0, "\"%s\": line %lu: %s; %s",
            w->list->path, (unsigned long)scan->line, okta_revocation_fault_text(scan->fault),
            okta_revocations_generation(w->list->memory) ? "the last good list holds"
                                                         : "tokens get 503 until it is mended");
}

/* A file that is replaced may be away for a moment. */
static void note_unreadable(watch *w, int error, int64_t now)
{
    char why[120];

    if (!w->missing_since)
        w->missing_since = now;
    if (w->shared->unreadable == error || now - w->missing_since < OKTA_WATCH_QUIET)
        return;
    note_trouble(w, 0, error);
    okta_event_of_server(
        w->list->server, OKTA_EVENT_REVOCATIONS_LOST, 0, "\"%s\": %s; %s", w->list->path,
        error == EINVAL ? "it is no regular file"
                        : apr_strerror(APR_FROM_OS_ERROR(error), why, sizeof(why)),
        okta_revocations_generation(w->list->memory) ? "the last good list holds"
                                                     : "tokens get 503 until it can be read");
}

static void note_delay(watch *w, bool is_delayed)
{
    if (is_delayed && !w->is_delayed)
        okta_event_of_server(w->list->server, OKTA_EVENT_REVOCATIONS_DELAYED, 0,
                             "\"%s\": processes that stand still have all the room for a new list; "
                             "the last good list holds until one of them ends",
                             w->list->path);
    w->is_delayed = is_delayed;
}

static void read_file(watch *w, int file, const struct stat *info, bool only_grown)
{
    const okta_file_mark mark = okta_file_mark_of(info);
    const int64_t written = age_of(&mark, apr_time_now());
    const okta_load_terms terms = {.now = apr_time_now(),
                                   .known = w->known,
                                   .only_grown = only_grown,
                                   .alive = keep_turn,
                                   .baton = w};
    okta_revocation_scan scan;
    const okta_load outcome = okta_revocations_load(w->list->memory, file, info, &terms, &scan);
    const int error = errno;

    note_delay(w, outcome == OKTA_LOAD_BUSY);
    switch (outcome) {
    case OKTA_LOAD_PUBLISHED:
    case OKTA_LOAD_SAME:
        w->known = mark.size;
        note_well(w, outcome, &scan);
        break;
    case OKTA_LOAD_FAULT:
        note_fault(w, &scan);
        break;
    case OKTA_LOAD_UNREADABLE:
        note_unreadable(w, error, okta_monotonic());
        return;
    default:
        return;
    }
    okta_file_watch_judged(&w->file, &mark, written, okta_monotonic());
}

static void look(watch *w, int64_t now)
{
    struct stat info;
    int file = okta_revocation_file_open(w->path, &info);
    okta_file_mark mark;
    okta_file_step step;

    if (file < 0) {
        note_unreadable(w, errno, now);
        return;
    }
    mark = okta_file_mark_of(&info);
    if (w->missing_since && w->shared->unreadable)
        w->file.has_judged = false; /* say that it is there again */
    w->missing_since = 0;
    step = okta_file_watch_look(&w->file, &mark, now);
    if (step != OKTA_FILE_REST)
        read_file(w, file, &info, step == OKTA_FILE_READ_GROWN);
    close(file);
}

static void run(watches *all)
{
    const int64_t now = okta_monotonic();

    for (int i = 0; i < all->count && !leaving; i++) {
        watch *w = &all->all[i];

        if (!hold_turn(w) || now < w->look_at)
            continue;
        look(w, now);
        /* a long list takes at most half of one processor */
        w->look_at = okta_monotonic() + LOOK_INTERVAL;
        if (w->look_at < 2 * okta_monotonic() - now)
            w->look_at = 2 * okta_monotonic() - now;
    }
}

static apr_status_t on_watchdog(int state, void *data, apr_pool_t *pool)
{
    watches *all = data;

    (void)pool;
    if (!okta_lock_within(&busy, LEAVE_PATIENCE))
        return APR_SUCCESS;
    if (!leaving && state == AP_WATCHDOG_STATE_RUNNING)
        run(all);
    if (!leaving && state == AP_WATCHDOG_STATE_STOPPING)
        for (int i = 0; i < all->count; i++)
            give_up_turn(&all->all[i]);
    pthread_mutex_unlock(&busy);
    return APR_SUCCESS;
}

static void leave_at_once(void)
{
    _exit(0);
}

static apr_status_t leave(void *data)
{
    watches *all = data;

    leaving = true;
    if (okta_lock_within(&busy, LEAVE_PATIENCE)) {
        /* the lock of the holder is the watchdog thread's: it ends with the process */
        for (int i = 0; i < all->count; i++)
            if (all->all[i].turn)
                okta_turn_end(&all->all[i].shared->turn, all->all[i].turn);
        pthread_mutex_unlock(&busy);
    } else if (atexit(leave_at_once) == 0) {
        okta_event_of_server(all->all[0].list->server, OKTA_EVENT_REVOCATIONS_DELAYED, 0,
                             "a file is not read to its end; the process ends without it");
    }
    return APR_SUCCESS;
}

void okta_revocation_watch_child_init(apr_pool_t *pchild)
{
    if (registered)
        apr_pool_pre_cleanup_register(pchild, registered, leave);
}

static apr_status_t forget(void *unused)
{
    (void)unused;
    registered = NULL;
    return APR_SUCCESS;
}

static watches *watches_new(apr_pool_t *pconf)
{
    const apr_array_header_t *lists = okta_registry_get()->revocations;
    watches *made = apr_pcalloc(pconf, sizeof(*made));

    made->all = apr_pcalloc(pconf, (apr_size_t)(lists->nelts + 1) * sizeof(watch));
    for (int i = 0; i < lists->nelts; i++) {
        okta_revocation_list *list = APR_ARRAY_IDX(lists, i, okta_revocation_list *);

        if (list->memory)
            made->all[made->count++] = (watch){.list = list,
                                               .shared = okta_revocations_watch_of(list->memory),
                                               .path = okta_revocation_list_inside(pconf, list)};
    }
    return made;
}

int okta_revocation_watch_register(apr_pool_t *pconf, server_rec *server)
{
    APR_OPTIONAL_FN_TYPE(ap_watchdog_get_instance) *get_instance =
        APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance);
    APR_OPTIONAL_FN_TYPE(ap_watchdog_register_callback) *register_callback =
        APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback);
    watches *made = watches_new(pconf);
    ap_watchdog_t *watchdog = NULL;
    apr_status_t status = APR_ENOTIMPL;

    if (made->count == 0)
        return OK;
    if (get_instance && register_callback)
        status = get_instance(&watchdog, WATCHDOG, 0, 0, pconf);
    if (status == APR_SUCCESS)
        status = register_callback(watchdog, AP_WD_TM_SLICE, made, on_watchdog);
    if (status != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, status, server,
                     OKTA_TAG_CONFIG
                     "OktaRevocations: mod_watchdog does not take the watcher; add its LoadModule "
                     "line, the lists are watched by it");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    apr_pool_cleanup_register(pconf, NULL, forget, apr_pool_cleanup_null);
    registered = made;
    return OK;
}
