#include "httpd/source.h"

#include "core/monotonic.h"
#include "httpd/health.h"
#include "httpd/keystore.h"
#include "httpd/log.h"

#include <http_core.h>
#include <stdlib.h>

#define BACKOFF_MIN apr_time_from_sec(1)
#define BACKOFF_MAX apr_time_from_sec(60)
#define BACKOFF_DOUBLINGS 6
#define RETRY_AFTER_MAX 3600 /* seconds */
#define METADATA_MAX_AGE (INT64_C(24) * 3600 * 1000000)

bool okta_holding_keep(okta_holding *holding)
{
    if (holding->number &&
        !okta_turn_keep(holding->turn, holding->number, okta_monotonic(), holding->has_lock))
        holding->number = 0;
    return holding->number != 0;
}

static void on_dropped(void *baton, const char *kid, const char *why)
{
    const okta_source *s = baton;

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

static void note_failure(okta_source *s, const char *cause, int64_t retry_after)
{
    okta_slot_state *state = s->shared->state;
    okta_turn_number turn = s->holding->number;
    size_t length = strlen(cause);
    uint32_t failing = state->failing + 1;
    apr_interval_time_t backoff = backoff_after(failing, retry_after);

    okta_slot_publish_in_turn(s->shared->cause, turn, cause,
                              length < OKTA_CAUSE_BYTES ? length : OKTA_CAUSE_BYTES);
    /* a late failure must not mark keys that another process has fetched meanwhile */
    if (!okta_turn_store_time(&state->next_refresh, turn, apr_time_now() + backoff))
        return;
    state->failed++;
    state->failing = failing;
    s->holding->failures++;
    /* the metadata may be what is out of date */
    set_text(&s->jwks_uri, NULL);
    ap_log_error(APLOG_MARK, APLOG_DEBUG, 0, s->issuer->server,
                 OKTA_TAG_KEYS "issuer \"%s\": try %u failed: %s; next in %d ms", s->issuer->url,
                 failing, cause, (int)apr_time_as_msec(backoff));
}

static void note_success(okta_source *s, const okta_discovery_result *result, apr_time_t when)
{
    if (!okta_keystore_confirm(s->issuer, s->holding->number, when, result->max_age))
        return;
    if (s->asks_metadata)
        s->metadata_at = okta_monotonic();
    set_text(&s->jwks_uri, result->jwks_uri);
    s->shared->state->failing = 0;
    s->holding->failures = 0;
    okta_turn_relax(s->holding->turn, s->holding->number);
    okta_statefile_save(s->issuer, &s->saving, result->max_age);
    ap_log_error(APLOG_MARK, APLOG_DEBUG, 0, s->issuer->server,
                 OKTA_TAG_KEYS "issuer \"%s\": %s from %s", s->issuer->url,
                 result->not_modified ? "the same keys" : "keys", result->jwks_uri);
}

static void note_outcome(okta_source *s, const okta_discovery_result *result, apr_time_t when)
{
    okta_snapshot origin = {.jwks_uri = (char *)result->jwks_uri, .etag = (char *)result->etag};
    okta_error error = {""};

    if (!result->good && result->keys_too_large) {
        okta_error_set(&error, "%s (OktaKeySetMaxBytes)", result->error.text);
        note_failure(s, error.text, -1);
    } else if (!result->good) {
        note_failure(s, result->error.text, result->retry_after);
    } else if (!result->not_modified &&
               !okta_keystore_publish(s->issuer, s->holding->number, &origin, result->jwks,
                                      result->jwks_length, &error)) {
        note_failure(s, error.text, -1);
    } else {
        note_success(s, result, when);
    }
}

static void note_end(okta_source *s)
{
    okta_slot_state *state = s->shared->state;

    state->in_flight = 0;
    state->finished++;
    /* whoever asked while it was under way has been served */
    if (!state->failing)
        state->wanted = 0;
    okta_health_note(s->issuer);
}

static void on_done(void *baton, const okta_discovery_result *result)
{
    okta_source *s = baton;
    /* taken before the sign of life: what came before a longer stand-still passes for no newer */
    apr_time_t when = apr_time_now();

    s->running = NULL;
    if (!okta_holding_keep(s->holding))
        return;
    /* in this order: whoever sees the end has to see its outcome */
    note_outcome(s, result, when);
    note_end(s);
}

/* Where the keys are, if that need not be asked. */
static const char *known_jwks_uri(const okta_source *s)
{
    if (s->issuer->settings.jwks_uri)
        return s->issuer->settings.jwks_uri;
    return s->metadata_at + METADATA_MAX_AGE > okta_monotonic() ? s->jwks_uri : NULL;
}

/* The ETag that an answer of "not modified" may refer to: that of the key set which is published,
 * if it can be read. After a failure none: whatever is wrong, keys in full put it right. */
static bool published_etag(const okta_source *s, okta_snapshot *snapshot)
{
    memset(snapshot, 0, sizeof(*snapshot));
    return !s->shared->state->failing && okta_keystore_snapshot(s->issuer, snapshot);
}

void okta_source_start(okta_source *s, okta_fetcher *fetcher)
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

    okta_keystore_clock_went_back(s->issuer, s->holding->number, now);
    state->started_at = now;
    state->wanted = 0;
    state->in_flight = 1;
    s->asks_metadata = !request.jwks_uri;
    s->running = okta_discovery_start(fetcher, &request, on_done, s, &error);
    if (conditional)
        okta_snapshot_clear(&published);
    if (!s->running) {
        note_failure(s, error.text, -1);
        note_end(s);
    }
}

bool okta_source_is_due(const okta_source *s, apr_time_t now)
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

/* What is published may be another process's work; one that was killed may have left a fetch marked
 * as under way. The metadata is asked for again: restarts must not put that off for ever. */
void okta_source_take_up(okta_source *s)
{
    okta_turn_number turn = s->holding->number;
    okta_slot_state *state;

    s->shared = okta_shared_of(s->issuer);
    state = s->shared->state;
    okta_slot_hand_over(s->shared->keys, turn);
    okta_slot_hand_over(s->shared->cause, turn);
    okta_turn_claim_time(&state->fetched_at, turn);
    okta_turn_claim_time(&state->fresh_until, turn);
    okta_turn_claim_time(&state->usable_until, turn);
    okta_turn_claim_time(&state->next_refresh, turn);
    state->in_flight = 0;
}

void okta_source_lay_down(okta_source *s)
{
    if (s->running) {
        okta_discovery_cancel(s->running);
        s->running = NULL;
        if (s->holding->number)
            s->shared->state->in_flight = 0;
    }
    set_text(&s->jwks_uri, NULL);
    okta_statefile_abandon(&s->saving);
}
