/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/source.h"

#include "core/monotonic.h"
#include "httpd/event.h"
#include "httpd/health.h"
#include "httpd/issuer_counters.h"
#include "httpd/keystore.h"

#include <http_core.h>
#include <stdlib.h>

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

    okta_event_of_issuer(s->issuer, OKTA_EVENT_KEY_LEFT_OUT, 0,
                         "issuer \"%s\": key \"%s\" is left out: %s", s->issuer->url, kid, why);
}

static void set_text(char **field, const char *text)
{
    char *copy = text ? strdup(text) : NULL;

    free(*field);
    *field = copy;
}

static void note_failure(okta_source *s, const char *cause, int64_t retry_after)
{
    okta_schedule *schedule = s->shared->schedule;
    okta_turn_number turn = s->holding->number;
    size_t length = strlen(cause);
    int64_t pause;

    okta_slot_publish_in_turn(s->shared->cause, turn, 0, cause,
                              length < OKTA_CAUSE_BYTES ? length : OKTA_CAUSE_BYTES);
    if (!okta_schedule_fail(schedule, turn, apr_time_now(), retry_after, okta_jitter(), &pause))
        return;
    s->holding->failures++;
    okta_issuer_count(s->issuer, OKTA_ISSUER_FETCH_FAILURES);
    okta_issuer_note_failure(s->issuer, apr_time_now());
    /* the metadata may be what is out of date */
    set_text(&s->jwks_uri, NULL);
    okta_event_of_issuer(s->issuer, OKTA_EVENT_FETCH_FAILED, 0,
                         "issuer \"%s\": try %u failed: %s; next in %d ms", s->issuer->url,
                         (unsigned)schedule->failing, cause, (int)apr_time_as_msec(pause));
}

static void note_success(okta_source *s, const okta_discovery_result *result, apr_time_t when)
{
    const okta_key_times times =
        okta_key_times_of(&s->issuer->limits, when, result->max_age, okta_jitter());

    if (!okta_schedule_succeed(s->shared->schedule, s->holding->number, &times))
        return;
    if (s->asks_metadata)
        s->metadata_at = okta_monotonic();
    set_text(&s->jwks_uri, result->jwks_uri);
    if (s->asks_metadata)
        set_text(&s->introspection_endpoint, result->introspection_endpoint);
    s->holding->failures = 0;
    okta_turn_relax(s->holding->turn, s->holding->number);
    okta_statefile_save(s->issuer, &s->saving, result->max_age);
    okta_event_of_issuer(s->issuer, OKTA_EVENT_FETCH_DONE, 0, "issuer \"%s\": %s from %s",
                         s->issuer->url, result->not_modified ? "the same keys" : "keys",
                         result->jwks_uri);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* The keys are the same, and the metadata may name another endpoint than before. */
static bool publish_endpoint(const okta_source *s, const char *endpoint, okta_error *error)
{
    okta_snapshot snapshot;
    bool good = true;

    if (!okta_keystore_snapshot(s->issuer, &snapshot))
        return true;
    if (!same_text(snapshot.introspection_endpoint, endpoint)) {
        snapshot.introspection_endpoint = endpoint;
        good = okta_keystore_publish(s->issuer, s->holding->number, &snapshot, error);
    }
    okta_snapshot_clear(&snapshot);
    return good;
}

/* New keys, or the same ones; false, with the cause, where they cannot be published. */
static bool publish(const okta_source *s, const okta_discovery_result *result, okta_error *error)
{
    const char *endpoint =
        s->asks_metadata ? result->introspection_endpoint : s->introspection_endpoint;
    const okta_snapshot origin = {.jwks_uri = result->jwks_uri,
                                  .introspection_endpoint = endpoint,
                                  .etag = result->etag,
                                  .jwks = result->jwks};

    return result->not_modified
               ? publish_endpoint(s, endpoint, error)
               : okta_keystore_publish(s->issuer, s->holding->number, &origin, error);
}

static void note_outcome(okta_source *s, const okta_discovery_result *result, apr_time_t when)
{
    okta_error error = {""};

    if (!result->good && result->keys_too_large) {
        okta_error_set(&error, "%s (OktaKeySetMaxBytes)", result->error.text);
        note_failure(s, error.text, -1);
    } else if (!result->good) {
        note_failure(s, result->error.text, result->retry_after);
    } else if (!publish(s, result, &error)) {
        note_failure(s, error.text, -1);
    } else {
        note_success(s, result, when);
    }
}

/* Where the turn was lost meanwhile, the fetch that is under way is the next holder's. */
static void note_end(okta_source *s)
{
    if (!okta_holding_keep(s->holding))
        return;
    okta_schedule_end(s->shared->schedule);
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
 * if it can be read. Whether keys can be made of it is looked at where requests ask for a fetch:
 * they may have found that none can. After a failure no ETag: whatever is wrong, keys in full put
 * it right. */
static bool published_etag(const okta_source *s, okta_snapshot *snapshot)
{
    okta_keyset *keys;

    memset(snapshot, 0, sizeof(*snapshot));
    if (s->shared->schedule->failing || !okta_keystore_snapshot(s->issuer, snapshot))
        return false;
    if (!s->shared->schedule->wanted)
        return true;
    keys = okta_keyset_from_jwks(snapshot->jwks, NULL, NULL, NULL);
    if (!keys)
        okta_snapshot_clear(snapshot);
    okta_keyset_unref(keys);
    return keys != NULL;
}

static bool begin(const okta_source *s, apr_time_t now)
{
    okta_schedule *schedule = s->shared->schedule;
    const apr_time_t forced_before = schedule->forced_at;

    if (!okta_schedule_begin(schedule, s->holding->number, now))
        return false;
    okta_issuer_count(s->issuer, OKTA_ISSUER_FETCHES);
    if (schedule->forced_at > forced_before)
        okta_issuer_count(s->issuer, OKTA_ISSUER_FORCED_FETCHES);
    return true;
}

static void start(okta_source *s, okta_fetcher *fetcher)
{
    const okta_issuer_settings *settings = &s->issuer->settings;
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

    bool begun = begin(s, apr_time_now());

    s->asks_metadata = !request.jwks_uri;
    if (begun)
        s->running = okta_discovery_start(fetcher, &request, on_done, s, &error);
    if (conditional)
        okta_snapshot_clear(&published);
    if (begun && !s->running) {
        note_failure(s, error.text, -1);
        note_end(s);
    }
}

void okta_source_step(okta_source *s, okta_fetcher *fetcher)
{
    if (!s->running &&
        okta_schedule_is_due(s->shared->schedule, &s->issuer->limits, apr_time_now()))
        start(s, fetcher);
    else
        okta_health_note(s->issuer);
}

/* What is published may be another process's work; one that was killed may have left a fetch marked
 * as under way. The metadata is asked for again: restarts must not put that off for ever. */
void okta_source_take_up(okta_source *s)
{
    okta_turn_number turn = s->holding->number;

    s->shared = okta_shared_of(s->issuer);
    okta_slot_hand_over(s->shared->keys, turn);
    okta_slot_hand_over(s->shared->cause, turn);
    okta_schedule_take_up(s->shared->schedule, turn);
}

void okta_source_lay_down(okta_source *s)
{
    if (s->running) {
        okta_discovery_cancel(s->running);
        s->running = NULL;
        if (s->holding->number)
            okta_schedule_abandon(s->shared->schedule);
    }
    set_text(&s->jwks_uri, NULL);
    set_text(&s->introspection_endpoint, NULL);
    okta_statefile_abandon(&s->saving);
}
