#include "httpd/refresher.h"

#include "core/monotonic.h"
#include "fetch/discovery.h"
#include "httpd/health.h"
#include "httpd/keystore.h"
#include "httpd/log.h"
#include "httpd/statefile.h"

#include <ap_mpm.h>
#include <http_core.h>
#include <mod_watchdog.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <util_mutex.h>

#define WATCHDOG_NAME "okta_keys"
#define WATCHDOG_MUTEX \
    "watchdog-callback"   /* the type of mod_watchdog's own, known to the Mutex directive */
#define FETCH_SLICE_MS 50 /* one turn of the fetcher */
#define FETCH_STRETCH apr_time_from_sec(1) /* the watchdog's callback stays no longer */
#define BACKOFF_MIN apr_time_from_sec(1)
#define BACKOFF_MAX apr_time_from_sec(60)
#define BACKOFF_DOUBLINGS 6
#define RETRY_AFTER_MAX 3600 /* seconds */
#define METADATA_MAX_AGE (INT64_C(24) * 3600 * 1000000)

/* An issuer as the refreshing process sees it. */
typedef struct source {
    okta_issuer *issuer;
    const okta_shared *shared;
    okta_discovery *running;
    char *jwks_uri;      /* by the metadata; NULL: to be asked */
    int64_t metadata_at; /* when the metadata was read, by okta_monotonic */
    bool asks_metadata;  /* what is running began with the metadata */
    bool unsaved;        /* the state file could not be written */
} source;

typedef struct refresher {
    apr_proc_mutex_t *mutex; /* held by the one process that refreshes, for as long as it lives */
    bool chosen;             /* this process holds it */
    okta_fetcher *fetcher;
    source *sources;
    int count;
} refresher;

/* mod_watchdog does not wait for its threads before exit() tears OpenSSL and the pools down, so the
 * child does: whoever has the turn may use them, and nobody once it is leaving. Static, for the
 * watchdog's thread outlives the pools. */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool leaving;
static refresher *registered;

static void on_dropped(void *baton, const char *kid, const char *why)
{
    const source *s = baton;

    ap_log_error(APLOG_MARK, APLOG_INFO, 0, s->issuer->server,
                 OKTA_TAG_KEYS "issuer \"%s\": key \"%s\" is left out: %s", s->issuer->url, kid,
                 why);
}

static void set_text(char **field, const char *text)
{
    char *copy = text ? strdup(text) : NULL;

    free(*field);
    *field = copy;
}

static apr_interval_time_t backoff_after(uint32_t failures, int64_t retry_after)
{
    uint32_t doublings = failures - 1 < BACKOFF_DOUBLINGS ? failures - 1 : BACKOFF_DOUBLINGS;
    apr_interval_time_t backoff = BACKOFF_MIN << doublings;

    if (backoff > BACKOFF_MAX)
        backoff = BACKOFF_MAX;
    backoff = backoff / 100 * ap_random_pick(80, 120);
    if (retry_after > RETRY_AFTER_MAX)
        retry_after = RETRY_AFTER_MAX;
    if (retry_after > 0 && apr_time_from_sec(retry_after) > backoff)
        backoff = apr_time_from_sec(retry_after);
    return backoff;
}

static void note_failure(source *s, const char *cause, int64_t retry_after)
{
    okta_slot_state *state = s->shared->state;
    size_t length = strlen(cause);
    uint32_t failing = state->failing + 1;
    apr_interval_time_t backoff = backoff_after(failing, retry_after);

    okta_slot_publish(s->shared->cause, cause,
                      length < OKTA_CAUSE_BYTES ? length : OKTA_CAUSE_BYTES);
    state->next_refresh = apr_time_now() + backoff;
    state->failed++;
    state->failing = failing;
    /* the metadata may be what is out of date */
    set_text(&s->jwks_uri, NULL);
    ap_log_error(APLOG_MARK, APLOG_DEBUG, 0, s->issuer->server,
                 OKTA_TAG_KEYS "issuer \"%s\": try %u failed: %s; next in %d ms", s->issuer->url,
                 failing, cause, (int)apr_time_as_msec(backoff));
}

static void note_success(source *s, const okta_discovery_result *result)
{
    apr_time_t now = apr_time_now();

    if (s->asks_metadata)
        s->metadata_at = okta_monotonic();
    set_text(&s->jwks_uri, result->jwks_uri);
    okta_keystore_set_times(s->issuer, now, result->max_age);
    s->shared->state->failing = 0;
    ap_log_error(APLOG_MARK, APLOG_DEBUG, 0, s->issuer->server,
                 OKTA_TAG_KEYS "issuer \"%s\": %s from %s", s->issuer->url,
                 result->not_modified ? "the same keys" : "keys", result->jwks_uri);
    okta_statefile_save(s->issuer, result->max_age, &s->unsaved);
}

static void on_done(void *baton, const okta_discovery_result *result)
{
    source *s = baton;
    okta_slot_state *state = s->shared->state;
    okta_snapshot origin = {.jwks_uri = (char *)result->jwks_uri, .etag = (char *)result->etag};
    okta_error error = {""};

    s->running = NULL;
    if (!result->good && result->keys_too_large) {
        okta_error_set(&error, "%s (OktaKeySetMaxBytes)", result->error.text);
        note_failure(s, error.text, -1);
    } else if (!result->good) {
        note_failure(s, result->error.text, result->retry_after);
    } else if (!result->not_modified && !okta_keystore_publish(s->issuer, &origin, result->jwks,
                                                               result->jwks_length, &error)) {
        note_failure(s, error.text, -1);
    } else {
        note_success(s, result);
    }
    /* in this order: whoever sees the end has to see its outcome */
    state->in_flight = 0;
    state->finished++;
    /* whoever asked while it was under way has been served */
    if (!state->failing)
        state->wanted = 0;
    okta_health_note(s->issuer);
}

/* Where the keys are, if that need not be asked. */
static const char *known_jwks_uri(const source *s)
{
    if (s->issuer->settings.jwks_uri)
        return s->issuer->settings.jwks_uri;
    return s->metadata_at + METADATA_MAX_AGE > okta_monotonic() ? s->jwks_uri : NULL;
}

/* The ETag that an answer of "not modified" may refer to: that of the key set which is published,
 * if it can be read. After a failure none: whatever is wrong, keys in full put it right. */
static bool published_etag(const source *s, okta_snapshot *snapshot)
{
    memset(snapshot, 0, sizeof(*snapshot));
    return !s->shared->state->failing && okta_keystore_snapshot(s->issuer, snapshot);
}

static void start(refresher *r, source *s)
{
    const okta_issuer_settings *settings = &s->issuer->settings;
    okta_slot_state *state = s->shared->state;
    apr_time_t now = apr_time_now();
    okta_snapshot published;
    bool conditional = published_etag(s, &published);
    okta_error error = {""};
    okta_discovery_request request = {
        .issuer = s->issuer->url,
        .jwks_uri = known_jwks_uri(s),
        .etag = published.etag,
        .etag_uri = published.jwks_uri,
        .settings = {.proxy = settings->proxy,
                     .ca_file = settings->ca_file,
                     .ca_pem = s->issuer->trust.ca_pem,
                     .ca_length = s->issuer->trust.ca_length,
                     .timeout_ms = (long)apr_time_as_msec(settings->fetch_timeout),
                     .max_bytes = (size_t)okta_registry_get()->global.key_set_max_bytes,
                     .insecure_http = settings->insecure_http > 0},
        .dropped = on_dropped,
        .dropped_baton = s,
    };

    okta_keystore_clock_went_back(s->issuer, now);
    state->started_at = now;
    state->wanted = 0;
    state->in_flight = 1;
    s->asks_metadata = !request.jwks_uri;
    s->running = okta_discovery_start(r->fetcher, &request, on_done, s, &error);
    if (conditional)
        okta_snapshot_clear(&published);
    if (!s->running) {
        note_failure(s, error.text, -1);
        state->in_flight = 0;
        state->finished++;
        okta_health_note(s->issuer);
    }
}

static bool is_due(const source *s, apr_time_t now)
{
    const okta_slot_state *state = s->shared->state;

    if (s->running)
        return false;
    /* the clock was set back: what was planned by the old time is worth nothing */
    if (state->started_at > now)
        return true;
    if (state->wanted && !state->failing && okta_keystore_cooled_down(state, now))
        return true;
    /* never asked for and never needed: let it be */
    if (s->issuer->on_demand && state->started_at == 0)
        return false;
    return state->next_refresh <= now;
}

static void tick(refresher *r)
{
    apr_time_t until = apr_time_now() + FETCH_STRETCH;
    size_t under_way;
    int mpm_state = AP_MPMQ_RUNNING;

    do {
        apr_time_t now = apr_time_now();

        for (int i = 0; i < r->count; i++)
            if (is_due(&r->sources[i], now))
                start(r, &r->sources[i]);
            else
                okta_health_note(r->sources[i].issuer);
        under_way = r->fetcher->run(r->fetcher, FETCH_SLICE_MS);
        ap_mpm_query(AP_MPMQ_MPM_STATE, &mpm_state);
    } while (under_way > 0 && apr_time_now() < until && mpm_state != AP_MPMQ_STOPPING && !leaving);
    /* what OpenSSL keeps for this thread would outlive OpenSSL when the process ends */
    OPENSSL_thread_stop();
}

/* What is published may be another process's work; one that was killed may have left a fetch marked
 * as under way. The metadata is asked for again: restarts must not put that off for ever. */
static void take_up(source *s)
{
    s->shared = okta_shared_of(s->issuer);
    s->shared->state->in_flight = 0;
}

static bool begin(refresher *r)
{
    r->fetcher = okta_fetcher_curl();
    for (int i = 0; r->fetcher && i < r->count; i++)
        take_up(&r->sources[i]);
    return r->fetcher != NULL;
}

static void lay_down(source *s)
{
    if (s->running) {
        okta_discovery_cancel(s->running);
        s->running = NULL;
        s->shared->state->in_flight = 0;
    }
    set_text(&s->jwks_uri, NULL);
}

static void end(refresher *r)
{
    if (!r->fetcher)
        return;
    for (int i = 0; i < r->count; i++)
        lay_down(&r->sources[i]);
    r->fetcher->destroy(r->fetcher);
    r->fetcher = NULL;
}

/* mod_watchdog has singletons too, but the heir of one does nothing for its first ten seconds. */
static void run(refresher *r)
{
    r->chosen = r->chosen || apr_proc_mutex_trylock(r->mutex) == APR_SUCCESS;
    if (r->chosen && (r->fetcher || begin(r)))
        tick(r);
}

static void stop(refresher *r)
{
    end(r);
    if (r->chosen)
        apr_proc_mutex_unlock(r->mutex);
    r->chosen = false;
}

static apr_status_t on_watchdog(int state, void *data, apr_pool_t *pool)
{
    refresher *r = data;

    (void)pool;
    pthread_mutex_lock(&turn);
    if (!leaving && state == AP_WATCHDOG_STATE_RUNNING)
        run(r);
    else if (!leaving && state == AP_WATCHDOG_STATE_STOPPING)
        stop(r);
    pthread_mutex_unlock(&turn);
    return APR_SUCCESS;
}

static apr_status_t leave(void *data)
{
    leaving = true;
    pthread_mutex_lock(&turn);
    /* The mutex between the processes is the watchdog thread's: another one cannot release it, and
     * APR would lose count of its users. It is released by the end of the process. */
    end(data);
    pthread_mutex_unlock(&turn);
    return APR_SUCCESS;
}

void okta_refresher_child_init(apr_pool_t *pchild)
{
    refresher *r = registered;

    if (!r)
        return;
    apr_proc_mutex_child_init(&r->mutex, apr_proc_mutex_lockfile(r->mutex), pchild);
    apr_pool_pre_cleanup_register(pchild, r, leave);
}

static apr_status_t clean_up_curl(void *unused)
{
    (void)unused;
    registered = NULL;
    okta_fetch_clean_up();
    return APR_SUCCESS;
}

static refresher *refresher_new(apr_pool_t *pconf)
{
    const okta_registry *registry = okta_registry_get();
    refresher *r = apr_pcalloc(pconf, sizeof(*r));

    r->sources = apr_pcalloc(pconf, (apr_size_t)(registry->issuers->nelts + 1) * sizeof(source));
    for (int i = 0; i < registry->issuers->nelts; i++) {
        okta_issuer *issuer = APR_ARRAY_IDX(registry->issuers, i, okta_issuer *);
        if (!issuer->settings.jwks_file)
            r->sources[r->count++].issuer = issuer;
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
    status = ap_proc_mutex_create(&r->mutex, NULL, WATCHDOG_MUTEX, WATCHDOG_NAME, server, pconf, 0);
    if (status == APR_SUCCESS)
        status = get_instance(&watchdog, WATCHDOG_NAME, 0, 0, pconf);
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
