#include "httpd/health.h"

#include "httpd/log.h"
#include "httpd/shared.h"

static const char *const names[] = {
    [OKTA_PHASE_EMPTY] = "empty", [OKTA_PHASE_MISSING] = "missing",
    [OKTA_PHASE_FRESH] = "fresh", [OKTA_PHASE_FAILING] = "failing",
    [OKTA_PHASE_STALE] = "stale", [OKTA_PHASE_EXPIRED] = "expired",
};

const char *okta_phase_name(okta_phase phase)
{
    return names[phase];
}

/* A fetch that began when the keys were already too old (the clock was set forward, say) has its
 * time to end well. */
static bool is_being_mended(const okta_issuer *issuer, const okta_slot_state *state, apr_time_t now)
{
    apr_time_t started_at = state->started_at;

    return state->in_flight && !state->failing && started_at >= state->usable_until &&
           started_at <= now && now - started_at < issuer->settings.fetch_timeout;
}

static okta_phase phase_of(const okta_issuer *issuer, const okta_shared *shared, apr_time_t now)
{
    const okta_slot_state *state = shared->state;

    if (okta_slot_generation(shared->keys) == 0)
        return state->failing ? OKTA_PHASE_MISSING : OKTA_PHASE_EMPTY;
    if (state->usable_until <= now)
        return is_being_mended(issuer, state, now) ? (okta_phase)state->phase : OKTA_PHASE_EXPIRED;
    if (!state->failing)
        return OKTA_PHASE_FRESH;
    return state->fresh_until > now ? OKTA_PHASE_FAILING : OKTA_PHASE_STALE;
}

static int seconds_until(apr_time_t when, apr_time_t now)
{
    return when > now ? (int)apr_time_sec(when - now) + 1 : 0;
}

static const char *cause_of(const okta_shared *shared, char *cause, size_t size)
{
    uint32_t generation;
    size_t length = 0;
    char text[OKTA_CAUSE_BYTES];

    /* the last cause that was noted may be one of long ago */
    if (!shared->state->failing)
        return "no refresh came in time";
    if (!okta_slot_read(shared->cause, text, &length, &generation))
        return "no fetch has succeeded";
    okta_text_format(cause, size, "%.*s", (int)length, text);
    return cause;
}

void okta_health_note(const okta_issuer *issuer)
{
    const okta_shared *shared = okta_shared_of(issuer);
    okta_slot_state *state = shared->state;
    apr_time_t now = apr_time_now();
    uint32_t before = state->phase; /* read first: what is found then is no older */
    okta_phase phase = phase_of(issuer, shared, now);
    char buffer[OKTA_CAUSE_BYTES + 1];
    int next = seconds_until(state->next_refresh, now);
    const char *cause;

    /* several may see it; one says it */
    if (phase == before || !atomic_compare_exchange_strong(&state->phase, &before, phase))
        return;
    cause = cause_of(shared, buffer, sizeof(buffer));
    switch (phase) {
    case OKTA_PHASE_MISSING:
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, issuer->server,
                     OKTA_TAG_KEYS "issuer \"%s\" missing: %s; requests get 503 until a fetch "
                                   "succeeds; next try in %d s",
                     issuer->url, cause, next);
        break;
    case OKTA_PHASE_FAILING:
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, issuer->server,
                     OKTA_TAG_KEYS
                     "issuer \"%s\" failing: %s; the last good keys serve on, for %d s at "
                     "most; next try in %d s",
                     issuer->url, cause, seconds_until(state->usable_until, now), next);
        break;
    case OKTA_PHASE_STALE:
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, issuer->server,
                     OKTA_TAG_KEYS
                     "issuer \"%s\" stale: %s; keys of %d s ago serve on, for %d s at most",
                     issuer->url, cause, seconds_until(now, state->fetched_at),
                     seconds_until(state->usable_until, now));
        break;
    case OKTA_PHASE_EXPIRED:
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, issuer->server,
                     OKTA_TAG_KEYS
                     "issuer \"%s\" expired: %s; its keys are older than OktaKeyMaxStale "
                     "allows, requests get 503 until a fetch succeeds; next try in %d s",
                     issuer->url, cause, next);
        break;
    case OKTA_PHASE_FRESH:
        ap_log_error(APLOG_MARK, before == OKTA_PHASE_EMPTY ? APLOG_INFO : APLOG_NOTICE, 0,
                     issuer->server, OKTA_TAG_KEYS "issuer \"%s\" %s; next refresh in %d s",
                     issuer->url, before == OKTA_PHASE_EMPTY ? "fresh" : "recovered", next);
        break;
    case OKTA_PHASE_EMPTY:
    default:
        break;
    }
}
