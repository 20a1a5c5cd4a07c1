/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/request_log.h"

#include "core/match.h"
#include "core/policy.h"
#include "httpd/event.h"
#include "httpd/flood.h"
#include "httpd/public_url.h"
#include "httpd/request.h"

#include <apr_strings.h>

#define ID_MAX 128
#define USER_MAX 256
#define ISSUER_MAX 384

/* A verdict, and what is said of it. */
typedef struct entry {
    okta_event event;
    const okta_result *result;
    const okta_claims *claims; /* that the issuer signed; NULL: none */
    int status;                /* that the client gets; 0: not ours to say */
    int would_refuse;          /* that it would have got */
    bool success;
} entry;

/* Only what was signed by the issuer. */
static const okta_claims *verified(request_rec *r)
{
    const okta_request *state = okta_request_state(r, false);

    return !state ? NULL : state->claims ? state->claims : state->verified;
}

static void add_value(okta_json_line *line, const char *name, const okta_value *value, size_t most)
{
    if (value && value->type == OKTA_VALUE_STRING && value->length > 0)
        okta_json_line_text(line, name, OKTA_JSON_EXACT, value->as.string, value->length, most);
}

static void add_text(okta_json_line *line, const char *name, const char *text, size_t most)
{
    if (text && *text)
        okta_json_line_text(line, name, OKTA_JSON_EXACT, text, strlen(text), most);
}

static void add_token(okta_json_line *line, const request_rec *r, const okta_claims *claims,
                      const okta_result *result)
{
    okta_json_line_flag(line, "okta.verified", claims != NULL);
    if (claims) {
        add_text(line, "user.id", r->user, USER_MAX);
        add_value(line, "okta.client", okta_claims_client(claims), ID_MAX);
        add_value(line, "okta.actor", okta_value_member(okta_claims_get(claims, "act"), "sub"),
                  ID_MAX);
        add_value(line, "okta.jti", okta_claims_get(claims, "jti"), ID_MAX);
        add_value(line, "okta.issuer", okta_claims_get(claims, "iss"), ISSUER_MAX);
        add_text(line, "okta.kid", okta_claims_kid(claims), ID_MAX);
    } else {
        add_text(line, "okta.jti", result->jti, ID_MAX);
        add_text(line, "okta.issuer", result->issuer, ISSUER_MAX);
        add_text(line, "okta.kid", result->kid, ID_MAX);
    }
    add_text(line, "okta.actors", result->actors, ID_MAX);
}

static const char *detail_of(const okta_result *result)
{
    return result->detail[0] ? result->detail : okta_reason_description(result->reason);
}

static void write_json(request_rec *r, const entry *e)
{
    okta_json_line line;

    okta_event_open(&line, e->event, detail_of(e->result));
    okta_json_line_word(&line, "event.outcome", e->success ? "success" : "failure");
    okta_json_line_word(&line, "event.reason", okta_reason_tag(e->result->reason));
    okta_event_add_request(&line, r);
    if (e->status)
        okta_json_line_number(&line, "http.response.status_code", e->status);
    if (e->would_refuse) {
        okta_json_line_flag(&line, "okta.enforce", false);
        okta_json_line_number(&line, "okta.would_refuse", e->would_refuse);
    }
    add_token(&line, r, e->claims, e->result);
    okta_event_write_json(r, r->server, e->event, &line);
}

static const char *outcome_of(apr_pool_t *pool, const entry *e)
{
    return e->status         ? apr_psprintf(pool, "status=%d", e->status)
           : e->would_refuse ? apr_psprintf(pool, "enforce=off would_refuse=%d", e->would_refuse)
                             : "passes=anonymous";
}

static void write_line(request_rec *r, const entry *e)
{
    const okta_result *result = e->result;

    if (!okta_event_is_wanted(r, e->event) ||
        !okta_flood_admits(r->server, e->event, result->reason))
        return;
    if (okta_event_is_json(r->server))
        write_json(r, e);
    else
        okta_event_write_text(
            r, r->server, e->event,
            apr_psprintf(r->pool, "reason=%s %s kid=\"%s\" iss=\"%s\" jti=\"%s\"%s%s%s: %s",
                         okta_reason_tag(result->reason), outcome_of(r->pool, e), result->kid,
                         result->issuer, result->jti, result->actors[0] ? " act=\"" : "",
                         result->actors, result->actors[0] ? "\"" : "", detail_of(result)));
}

void okta_log_refused(request_rec *r, const okta_result *result, int status)
{
    /* refused tokens are everyday; that no token can be judged is not */
    const entry e = {.event = status >= 500 ? OKTA_EVENT_UNJUDGED : OKTA_EVENT_REFUSED,
                     .result = result,
                     .claims = verified(r),
                     .status = status};

    write_line(r, &e);
}

void okta_log_anonymous(request_rec *r, const okta_result *result)
{
    const entry e = {.event = OKTA_EVENT_ANONYMOUS, .result = result, .claims = verified(r)};

    write_line(r, &e);
}

void okta_log_would_refuse(request_rec *r, const okta_result *result, int status)
{
    const entry e = {.event = OKTA_EVENT_WOULD_REFUSE,
                     .result = result,
                     .claims = verified(r),
                     .would_refuse = status};

    write_line(r, &e);
}

static void copy_value(char *to, size_t size, const okta_value *value)
{
    const bool is_text = value && value->type == OKTA_VALUE_STRING;

    okta_text_copy(to, size, is_text ? value->as.string : "", is_text ? value->length : 0);
}

static void write_accepted_text(request_rec *r, const okta_result *result,
                                const okta_claims *claims)
{
    char user[USER_MAX], client[ID_MAX];

    okta_text_copy(user, sizeof(user), r->user ? r->user : "", r->user ? strlen(r->user) : 0);
    copy_value(client, sizeof(client), okta_claims_client(claims));
    okta_event_write_text(r, r->server, OKTA_EVENT_ACCEPTED,
                          apr_psprintf(r->pool,
                                       "user=\"%s\" client=\"%s\" act=\"%s\" jti=\"%s\" kid=\"%s\" "
                                       "iss=\"%s\"",
                                       user, client, result->actors, result->jti, result->kid,
                                       result->issuer));
}

void okta_log_accepted(request_rec *r, const okta_claims *claims)
{
    okta_request *first = okta_request_state((request_rec *)okta_client_request(r), true);
    okta_result result;
    const entry e = {
        .event = OKTA_EVENT_ACCEPTED, .result = &result, .claims = claims, .success = true};

    if (r->main || first->audited)
        return;
    first->audited = true;
    okta_result_init(&result);
    okta_result_set(&result, OKTA_OK, "%s", okta_reason_description(OKTA_OK));
    okta_claims_identify(claims, &result);
    if (okta_event_is_json(r->server))
        write_json(r, &e);
    else
        write_accepted_text(r, &result, claims);
}
