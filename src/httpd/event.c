/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/event.h"

#include "httpd/log.h"
#include "httpd/public_url.h"

#include <apr_strings.h>
#include <apr_time.h>
#include <http_core.h>

#define TEXT_MAX 1536
#define MESSAGE_MAX 700
#define PATH_MAX_LOGGED 512
#define ISSUER_MAX 384

typedef struct row {
    const char *id;
    int level;
    const char *tag;
} row;

static const row events[OKTA_EVENT_COUNT] = {
    [OKTA_EVENT_REFUSED] = {"request_refused", APLOG_INFO, OKTA_TAG_REFUSED},
    [OKTA_EVENT_UNJUDGED] = {"request_unjudged", APLOG_WARNING, OKTA_TAG_REFUSED},
    [OKTA_EVENT_ANONYMOUS] = {"request_anonymous", APLOG_INFO, OKTA_TAG_REFUSED},
    [OKTA_EVENT_WOULD_REFUSE] = {"request_would_refuse", APLOG_NOTICE, OKTA_TAG_REFUSED},
    [OKTA_EVENT_ACCEPTED] = {"request_accepted", APLOG_NOTICE, OKTA_TAG_ACCEPTED},
    [OKTA_EVENT_MORE] = {"lines_left_out", APLOG_NOTICE, OKTA_TAG_REFUSED},
    [OKTA_EVENT_STEP] = {"decision_step", APLOG_DEBUG, OKTA_TAG_STEP},
    [OKTA_EVENT_PLACE_CLOSED] = {"place_closed", APLOG_ERR, OKTA_TAG_REQUEST},
    [OKTA_EVENT_REQUIRE_ELSEWHERE] = {"require_elsewhere", APLOG_ERR, OKTA_TAG_CONFIG},
    [OKTA_EVENT_UNASKED] = {"request_unasked", APLOG_WARNING, OKTA_TAG_REQUEST},
    [OKTA_EVENT_CLAIMS_COLLIDE] = {"claims_collide", APLOG_NOTICE, OKTA_TAG_REQUEST},
    [OKTA_EVENT_KEYS_FRESH] = {"keys_fresh", APLOG_INFO, OKTA_TAG_KEYS},
    [OKTA_EVENT_KEYS_RECOVERED] = {"keys_recovered", APLOG_NOTICE, OKTA_TAG_KEYS},
    [OKTA_EVENT_KEYS_FAILING] = {"keys_failing", APLOG_WARNING, OKTA_TAG_KEYS},
    [OKTA_EVENT_KEYS_STALE] = {"keys_stale", APLOG_WARNING, OKTA_TAG_KEYS},
    [OKTA_EVENT_KEYS_EXPIRED] = {"keys_expired", APLOG_ERR, OKTA_TAG_KEYS},
    [OKTA_EVENT_KEYS_MISSING] = {"keys_missing", APLOG_ERR, OKTA_TAG_KEYS},
    [OKTA_EVENT_KEYS_DAMAGED] = {"keys_damaged", APLOG_ERR, OKTA_TAG_KEYS},
    [OKTA_EVENT_KEYS_NO_MEMORY] = {"keys_no_memory", APLOG_ERR, OKTA_TAG_KEYS},
    [OKTA_EVENT_KEY_LEFT_OUT] = {"key_left_out", APLOG_INFO, OKTA_TAG_KEYS},
    [OKTA_EVENT_FETCH_DONE] = {"fetch_done", APLOG_DEBUG, OKTA_TAG_KEYS},
    [OKTA_EVENT_FETCH_FAILED] = {"fetch_failed", APLOG_DEBUG, OKTA_TAG_KEYS},
    [OKTA_EVENT_STATE_LOADED] = {"state_loaded", APLOG_INFO, OKTA_TAG_KEYS},
    [OKTA_EVENT_STATE_REFUSED] = {"state_refused", APLOG_WARNING, OKTA_TAG_KEYS},
    [OKTA_EVENT_STATE_UNWRITABLE] = {"state_unwritable", APLOG_WARNING, OKTA_TAG_KEYS},
    [OKTA_EVENT_STATE_WRITABLE] = {"state_writable", APLOG_NOTICE, OKTA_TAG_KEYS},
    [OKTA_EVENT_REFRESHER_REPLACED] = {"refresher_replaced", APLOG_WARNING, OKTA_TAG_KEYS},
    [OKTA_EVENT_REFRESHER_LEFT] = {"refresher_left", APLOG_INFO, OKTA_TAG_KEYS},
    [OKTA_EVENT_REFRESHER_LOCK] = {"refresher_lock", APLOG_INFO, OKTA_TAG_KEYS},
    [OKTA_EVENT_REVOCATIONS_LOADED] = {"revocations_loaded", APLOG_NOTICE, OKTA_TAG_REVOKED},
    [OKTA_EVENT_REVOCATIONS_REFUSED] = {"revocations_refused", APLOG_ERR, OKTA_TAG_REVOKED},
    [OKTA_EVENT_REVOCATIONS_LOST] = {"revocations_lost", APLOG_ERR, OKTA_TAG_REVOKED},
    [OKTA_EVENT_REVOCATIONS_DELAYED] = {"revocations_delayed", APLOG_WARNING, OKTA_TAG_REVOKED},
    [OKTA_EVENT_ASKING_FAILS] = {"introspection_fails", APLOG_WARNING, OKTA_TAG_ASKING},
    [OKTA_EVENT_ASKING_RECOVERED] = {"introspection_recovered", APLOG_NOTICE, OKTA_TAG_ASKING},
    [OKTA_EVENT_ASKING_REFUSED] = {"introspection_refused", APLOG_ERR, OKTA_TAG_ASKING},
    [OKTA_EVENT_ASKING_FAILED] = {"introspection_failed", APLOG_INFO, OKTA_TAG_ASKING},
    [OKTA_EVENT_SHARED_CACHE_LOST] = {"shared_cache_lost", APLOG_ERR, OKTA_TAG_SHARED},
    [OKTA_EVENT_SHARED_CACHE_BACK] = {"shared_cache_back", APLOG_NOTICE, OKTA_TAG_SHARED},
};

const char *okta_event_id(okta_event event)
{
    return events[event].id;
}

bool okta_event_is_wanted(const request_rec *r, okta_event event)
{
    const int level = events[event].level;

    /* httpd's macro says yes to all that is graver than a notice, and then writes notices alone */
    return level == APLOG_NOTICE || ap_get_request_module_loglevel(r, APLOG_MODULE_INDEX) >= level;
}

bool okta_event_is_json(const server_rec *server)
{
    return okta_server_log_json(okta_server_config_of(server)) != 0;
}

/* httpd's words, as LogLevel has them. */
static const char *level_name(int level)
{
    switch (level) {
    case APLOG_ERR:
        return "error";
    case APLOG_WARNING:
        return "warn";
    case APLOG_NOTICE:
        return "notice";
    case APLOG_INFO:
        return "info";
    default:
        return "debug";
    }
}

static void add_time(okta_json_line *line)
{
    apr_time_exp_t now;
    char text[40];

    apr_time_exp_gmt(&now, apr_time_now());
    apr_snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", now.tm_year + 1900,
                 now.tm_mon + 1, now.tm_mday, now.tm_hour, now.tm_min, now.tm_sec,
                 now.tm_usec / 1000);
    okta_json_line_word(line, "@timestamp", text);
}

void okta_event_open(okta_json_line *line, okta_event event, const char *text)
{
    okta_json_line_begin(line);
    add_time(line);
    okta_json_line_word(line, "log.level", level_name(events[event].level));
    okta_json_line_text(line, "message", OKTA_JSON_WORDS, text, strlen(text), MESSAGE_MAX);
    okta_json_line_word(line, "ecs.version", "8.11.0");
    okta_json_line_word(line, "event.module", "auth_okta");
    okta_json_line_word(line, "event.action", events[event].id);
}

static void add_text(okta_json_line *line, const char *name, okta_json_style style,
                     const char *value, size_t length, size_t most)
{
    if (value && length)
        okta_json_line_text(line, name, style, value, length, most);
}

/* The id by which %L of ErrorLogFormat and LogFormat name the request. httpd makes one with the
 * first line of each turn of a redirect within it; an access log has the first turn's alone. */
static const char *log_id(request_rec *r)
{
    request_rec *first = (request_rec *)okta_client_request(r), *main = r;

    while (main->main)
        main = main->main;
    if (!first->log_id)
        first->log_id = main->log_id;
    if (!first->log_id)
        ap_run_generate_log_id(first->connection, first, &first->log_id);
    if (!main->log_id)
        main->log_id = first->log_id;
    return first->log_id;
}

void okta_event_add_request(okta_json_line *line, request_rec *r)
{
    const request_rec *first = okta_client_request(r);
    const char *id = log_id(r), *method = okta_client_method(r);
    const char *path = okta_client_path(r);

    add_text(line, "http.request.id", OKTA_JSON_EXACT, id, id ? strlen(id) : 0, 96);
    add_text(line, "http.request.method", OKTA_JSON_EXACT, method, strlen(method), 48);
    add_text(line, "url.path", OKTA_JSON_URL, path, path ? strcspn(path, "?#") : 0,
             PATH_MAX_LOGGED);
    if (r != first && r->uri)
        add_text(line, "okta.path", OKTA_JSON_EXACT, r->uri, strlen(r->uri), PATH_MAX_LOGGED / 2);
    add_text(line, "client.address", OKTA_JSON_EXACT, r->useragent_ip,
             r->useragent_ip ? strlen(r->useragent_ip) : 0, 64);
}

/* Without an ErrorLogFormat httpd puts the Referer behind the message, where a JSON object has to
 * be the end. */
static apr_table_t *without_referer(request_rec *r)
{
    apr_table_t *fields = r->headers_in;

    if (fields && apr_table_get(fields, "Referer")) {
        fields = apr_table_copy(r->pool, fields);
        apr_table_unset(fields, "Referer");
    }
    return fields;
}

void okta_event_write_json(request_rec *r, const server_rec *server, okta_event event,
                           okta_json_line *line)
{
    const char *text = okta_json_line_end(line);
    apr_table_t *fields;

    if (!r) {
        ap_log_error(APLOG_MARK, events[event].level, 0, server, "%s", text);
        return;
    }
    fields = r->headers_in;
    r->headers_in = without_referer(r);
    ap_log_rerror(APLOG_MARK, events[event].level, 0, r, "%s", text);
    r->headers_in = fields;
}

void okta_event_write_text(request_rec *r, const server_rec *server, okta_event event,
                           const char *text)
{
    const row *e = &events[event];

    if (r) {
        log_id(r);
        ap_log_rerror(APLOG_MARK, e->level, 0, r, "%s%s [%s]", e->tag, text, e->id);
    } else {
        ap_log_error(APLOG_MARK, e->level, 0, server, "%s%s [%s]", e->tag, text, e->id);
    }
}

static void write_of_server(const server_rec *server, const okta_issuer *issuer, okta_event event,
                            apr_status_t status, const char *text)
{
    const row *e = &events[event];
    okta_json_line line;
    char why[120];

    if (!okta_event_is_json(server)) {
        ap_log_error(APLOG_MARK, e->level, status, server, "%s%s [%s]", e->tag, text, e->id);
        return;
    }
    okta_event_open(&line, event, text);
    if (issuer)
        okta_json_line_text(&line, "okta.issuer", OKTA_JSON_EXACT, issuer->url, strlen(issuer->url),
                            ISSUER_MAX);
    if (status != APR_SUCCESS) {
        apr_strerror(status, why, sizeof(why));
        okta_json_line_number(&line, "error.code", status);
        okta_json_line_text(&line, "error.message", OKTA_JSON_WORDS, why, strlen(why), 120);
    }
    okta_event_write_json(NULL, server, event, &line);
}

void okta_event_of_server(const server_rec *server, okta_event event, apr_status_t status,
                          const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;

    if (!APLOG_IS_LEVEL(server, events[event].level))
        return;
    va_start(arguments, format);
    okta_text_vformat(text, sizeof(text), format, arguments);
    va_end(arguments);
    write_of_server(server, NULL, event, status, text);
}

void okta_event_of_issuer(const okta_issuer *issuer, okta_event event, apr_status_t status,
                          const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;

    if (!APLOG_IS_LEVEL(issuer->server, events[event].level))
        return;
    va_start(arguments, format);
    okta_text_vformat(text, sizeof(text), format, arguments);
    va_end(arguments);
    write_of_server(issuer->server, issuer, event, status, text);
}

void okta_event_of_request(request_rec *r, okta_event event, const char *format, ...)
{
    char text[TEXT_MAX];
    okta_json_line line;
    va_list arguments;

    if (!okta_event_is_wanted(r, event))
        return;
    va_start(arguments, format);
    okta_text_vformat(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (!okta_event_is_json(r->server)) {
        okta_event_write_text(r, r->server, event, text);
        return;
    }
    okta_event_open(&line, event, text);
    okta_event_add_request(&line, r);
    okta_event_write_json(r, r->server, event, &line);
}
