/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/health.h"

#include "httpd/event.h"
#include "httpd/issuer_counters.h"
#include "httpd/shared.h"

static int seconds_until(apr_time_t when, apr_time_t now)
{
    return when > now ? (int)apr_time_sec(when - now) + 1 : 0;
}

static const char *cause_of(const okta_record *shared, char *cause, size_t size)
{
    uint32_t generation;
    size_t length = 0;
    char text[OKTA_CAUSE_BYTES];

    /* the last cause that was noted may be one of long ago */
    if (!shared->schedule->failing)
        return "no refresh came in time";
    if (!okta_slot_read(shared->cause, text, &length, &generation))
        return "no fetch has succeeded";
    okta_text_format(cause, size, "%.*s", (int)length, text);
    return cause;
}

void okta_health_note(const okta_issuer *issuer)
{
    const okta_record *shared = okta_shared_of(issuer);
    okta_schedule *schedule = shared->schedule;
    apr_time_t now = apr_time_now();
    okta_phase before, phase;
    char buffer[OKTA_CAUSE_BYTES + 1];
    const char *cause;
    int next;

    if (!okta_schedule_note_phase(schedule, &issuer->limits, now, &before, &phase))
        return;
    okta_issuer_note_phase(issuer, phase, now);
    cause = cause_of(shared, buffer, sizeof(buffer));
    next = seconds_until(schedule->next_refresh, now);
    switch (phase) {
    case OKTA_PHASE_MISSING:
        okta_event_of_issuer(issuer, OKTA_EVENT_KEYS_MISSING, 0,
                             "issuer \"%s\" missing: %s; requests get 503 until a fetch "
                             "succeeds; next try in %d s",
                             issuer->url, cause, next);
        break;
    case OKTA_PHASE_FAILING:
        okta_event_of_issuer(issuer, OKTA_EVENT_KEYS_FAILING, 0,
                             "issuer \"%s\" failing: %s; the last good keys serve on, for %d s at "
                             "most; next try in %d s",
                             issuer->url, cause, seconds_until(schedule->usable_until, now), next);
        break;
    case OKTA_PHASE_STALE:
        okta_event_of_issuer(issuer, OKTA_EVENT_KEYS_STALE, 0,
                             "issuer \"%s\" stale: %s; keys of %d s ago serve on, for %d s at most",
                             issuer->url, cause, seconds_until(now, schedule->fetched_at),
                             seconds_until(schedule->usable_until, now));
        break;
    case OKTA_PHASE_EXPIRED:
        okta_event_of_issuer(issuer, OKTA_EVENT_KEYS_EXPIRED, 0,
                             "issuer \"%s\" expired: %s; its keys are older than OktaKeyMaxStale "
                             "allows, requests get 503 until a fetch succeeds; next try in %d s",
                             issuer->url, cause, next);
        break;
    case OKTA_PHASE_FRESH:
        okta_event_of_issuer(
            issuer, before == OKTA_PHASE_EMPTY ? OKTA_EVENT_KEYS_FRESH : OKTA_EVENT_KEYS_RECOVERED,
            0, "issuer \"%s\" %s; next refresh in %d s", issuer->url,
            before == OKTA_PHASE_EMPTY ? "fresh" : "recovered", next);
        break;
    case OKTA_PHASE_EMPTY:
    default:
        break;
    }
}
