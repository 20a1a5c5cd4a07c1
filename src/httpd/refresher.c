#include "httpd/refresher.h"

#include "fetch/discovery.h"
#include "httpd/keystore.h"
#include "httpd/log.h"

#include <ap_mpm.h>
#include <curl/curl.h>
#include <mod_watchdog.h>

#define WATCHDOG_NAME "okta_keys"
#define FETCH_SLICE_MS 50 /* one turn of the fetcher */
#define FETCH_STRETCH \
    apr_time_from_sec(1) /* how long the watchdog's callback may stay with fetches under way */
#define UNSAID_INTERVAL apr_time_from_sec(3600) /* where the server names no max-age */
#define BACKOFF_MIN apr_time_from_sec(1)
#define BACKOFF_MAX apr_time_from_sec(60)
#define REFRESH_PERCENT_MIN 75
#define REFRESH_PERCENT_MAX 85

/* An issuer as the refreshing process sees it. */
typedef struct source {
    okta_issuer *issuer;
    okta_discovery *running;
} source;

typedef struct refresher {
    apr_pool_t *pool; /* pconf */
    server_rec *server;
    okta_fetcher *fetcher;
    source *sources;
    int count;
} refresher;

static okta_slot_state *state_of(const source *s)
{
    return okta_slot_state_of(okta_keystore_slot(s->issuer));
}

static apr_interval_time_t clamp(apr_interval_time_t value, apr_interval_time_t min,
                                 apr_interval_time_t max)
{
    return value < min ? min : value > max ? max : value;
}

static apr_interval_time_t percent(apr_interval_time_t of, apr_uint32_t from, apr_uint32_t to)
{
    return of / 100 * ap_random_pick(from, to);
}

static void on_dropped(void *baton, const char *kid, const char *why)
{
    const source *s = baton;

    ap_log_error(APLOG_MARK, APLOG_INFO, 0, s->issuer->server,
                 OKTA_TAG_KEYS "issuer \"%s\": key \"%s\" is left out: %s", s->issuer->url, kid,
                 why);
}

static void note_failure(source *s, const char *cause, int64_t retry_after)
{
    okta_slot_state *state = state_of(s);
    uint32_t failing = state->failing < 16 ? state->failing + 1 : 16;
    apr_interval_time_t backoff = clamp(BACKOFF_MIN << (failing - 1), BACKOFF_MIN, BACKOFF_MAX);
    apr_time_t now = apr_time_now();
    bool usable = okta_slot_generation(okta_keystore_slot(s->issuer)) && state->usable_until > now;

    backoff = percent(backoff, 80, 120);
    if (retry_after > 0)
        backoff = clamp(apr_time_from_sec(retry_after), backoff, apr_time_from_sec(3600));
    state->next_refresh = now + backoff;
    /* one line for the change, not for each try */
    ap_log_error(APLOG_MARK,
                 failing > 1 ? APLOG_DEBUG
                 : usable    ? APLOG_WARNING
                             : APLOG_ERR,
                 0, s->issuer->server,
                 OKTA_TAG_KEYS "issuer \"%s\": no keys fetched: %s; %s; next try in %d s",
                 s->issuer->url, cause,
                 usable ? "the last good keys serve on" : "requests get 503 until it succeeds",
                 (int)apr_time_sec(backoff) + 1);
    state->failed++;
    state->failing = failing;
}

static void note_success(source *s, const okta_discovery_result *result)
{
    const okta_global_config *global = &okta_registry_get()->global;
    okta_slot_state *state = state_of(s);
    apr_interval_time_t interval =
        clamp(result->max_age < 0 ? UNSAID_INTERVAL : apr_time_from_sec(result->max_age),
              global->refresh_min, global->refresh_max);
    apr_time_t now = apr_time_now();

    state->fetched_at = now;
    state->usable_until = now + interval + global->key_max_stale;
    state->next_refresh = now + percent(interval, REFRESH_PERCENT_MIN, REFRESH_PERCENT_MAX);
    ap_log_error(APLOG_MARK, state->failing ? APLOG_NOTICE : APLOG_INFO, 0, s->issuer->server,
                 OKTA_TAG_KEYS "issuer \"%s\": %s%lu keys from %s; next refresh in %d s",
                 s->issuer->url, state->failing ? "recovered: " : "",
                 (unsigned long)okta_keyset_count(result->keys), result->jwks_uri,
                 (int)apr_time_sec(state->next_refresh - now));
    state->failing = 0;
}

static void on_done(void *baton, const okta_discovery_result *result)
{
    source *s = baton;
    okta_slot_state *state = state_of(s);
    okta_error error = {""};

    s->running = NULL;
    if (!result->good)
        note_failure(s, result->error.text, result->retry_after);
    else if (!okta_keystore_publish(s->issuer, result->jwks_uri, result->jwks, result->jwks_length,
                                    &error))
        note_failure(s, error.text, -1);
    else
        note_success(s, result);
    /* in this order: whoever sees the end has to see its outcome */
    state->in_flight = 0;
    state->finished++;
}

static void start(refresher *r, source *s)
{
    const okta_issuer_settings *settings = &s->issuer->settings;
    okta_slot_state *state = state_of(s);
    okta_error error = {""};
    okta_discovery_request request = {
        .issuer = s->issuer->url,
        .jwks_uri = settings->jwks_uri,
        .settings = {.proxy = settings->proxy,
                     .ca_file = settings->ca_file,
                     .timeout_ms = (long)apr_time_as_msec(settings->fetch_timeout),
                     .max_bytes = (size_t)okta_registry_get()->global.key_set_max_bytes,
                     .insecure_http = settings->insecure_http > 0},
        .dropped = on_dropped,
        .dropped_baton = s,
    };

    state->started_at = apr_time_now();
    state->wanted = 0;
    state->in_flight = 1;
    s->running = okta_discovery_start(r->fetcher, &request, on_done, s, &error);
    if (!s->running) {
        note_failure(s, error.text, -1);
        state->in_flight = 0;
        state->finished++;
    }
}

static bool is_due(const source *s, apr_time_t now)
{
    const okta_slot_state *state = state_of(s);

    if (s->running)
        return false;
    if (state->wanted && !state->failing &&
        state->started_at + okta_registry_get()->global.key_cooldown <= now)
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
        under_way = r->fetcher->run(r->fetcher, FETCH_SLICE_MS);
        ap_mpm_query(AP_MPMQ_MPM_STATE, &mpm_state);
    } while (under_way > 0 && apr_time_now() < until && mpm_state != AP_MPMQ_STOPPING);
}

/* A predecessor that was killed may have left a fetch marked as under way. */
static bool begin(refresher *r)
{
    r->fetcher = okta_fetcher_curl();
    for (int i = 0; i < r->count; i++)
        state_of(&r->sources[i])->in_flight = 0;
    return r->fetcher != NULL;
}

static void end(refresher *r)
{
    for (int i = 0; r->fetcher && i < r->count; i++) {
        if (!r->sources[i].running)
            continue;
        okta_discovery_cancel(r->sources[i].running);
        r->sources[i].running = NULL;
        state_of(&r->sources[i])->in_flight = 0;
    }
    if (r->fetcher)
        r->fetcher->destroy(r->fetcher);
    r->fetcher = NULL;
}

static apr_status_t on_watchdog(int state, void *data, apr_pool_t *pool)
{
    refresher *r = data;

    (void)pool;
    switch (state) {
    case AP_WATCHDOG_STATE_STARTING:
        if (!begin(r))
            return APR_ENOMEM;
        break;
    case AP_WATCHDOG_STATE_RUNNING:
        if (r->fetcher || begin(r))
            tick(r);
        break;
    case AP_WATCHDOG_STATE_STOPPING:
        end(r);
        break;
    default:
        break;
    }
    return APR_SUCCESS;
}

static apr_status_t clean_up_curl(void *unused)
{
    (void)unused;
    curl_global_cleanup();
    return APR_SUCCESS;
}

static refresher *refresher_new(apr_pool_t *pconf, server_rec *server)
{
    const okta_registry *registry = okta_registry_get();
    refresher *r = apr_pcalloc(pconf, sizeof(*r));

    r->server = server;
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
    refresher *r = refresher_new(pconf, server);
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
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, server, OKTA_TAG_CONFIG "libcurl cannot start");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    apr_pool_cleanup_register(pconf, NULL, clean_up_curl, apr_pool_cleanup_null);
    status = get_instance(&watchdog, WATCHDOG_NAME, 0, 1, pconf);
    if (status == APR_SUCCESS)
        status = register_callback(watchdog, AP_WD_TM_SLICE, r, on_watchdog);
    if (status != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, status, server,
                     OKTA_TAG_CONFIG "mod_watchdog does not take the refresher");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    return OK;
}
