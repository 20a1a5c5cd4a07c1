/* SPDX-License-Identifier: Apache-2.0 */
/* What the module tells the error log while httpd serves: each kind of line has an id that stays
 * the same, for whoever reads the log by machine. docs/log.md lists them for people. What a start
 * or configtest says is for a terminal, and has none. */
#ifndef OKTA_HTTPD_EVENT_H
#define OKTA_HTTPD_EVENT_H

#include "core/json_line.h"
#include "httpd/registry.h"

#include <httpd.h>

typedef enum okta_event {
    /* of requests */
    OKTA_EVENT_REFUSED,
    OKTA_EVENT_UNJUDGED,
    OKTA_EVENT_ANONYMOUS,
    OKTA_EVENT_WOULD_REFUSE,
    OKTA_EVENT_ACCEPTED,
    OKTA_EVENT_MORE,
    OKTA_EVENT_STEP,
    OKTA_EVENT_PLACE_CLOSED,
    OKTA_EVENT_REQUIRE_ELSEWHERE,
    OKTA_EVENT_UNASKED,
    OKTA_EVENT_CLAIMS_COLLIDE,
    /* of key sets */
    OKTA_EVENT_KEYS_FRESH,
    OKTA_EVENT_KEYS_RECOVERED,
    OKTA_EVENT_KEYS_FAILING,
    OKTA_EVENT_KEYS_STALE,
    OKTA_EVENT_KEYS_EXPIRED,
    OKTA_EVENT_KEYS_MISSING,
    OKTA_EVENT_KEYS_DAMAGED,
    OKTA_EVENT_KEYS_NO_MEMORY,
    OKTA_EVENT_KEY_LEFT_OUT,
    OKTA_EVENT_FETCH_DONE,
    OKTA_EVENT_FETCH_FAILED,
    OKTA_EVENT_STATE_LOADED,
    OKTA_EVENT_STATE_REFUSED,
    OKTA_EVENT_STATE_UNWRITABLE,
    OKTA_EVENT_STATE_WRITABLE,
    OKTA_EVENT_REFRESHER_REPLACED,
    OKTA_EVENT_REFRESHER_LEFT,
    OKTA_EVENT_REFRESHER_LOCK,
    /* of revocations */
    OKTA_EVENT_REVOCATIONS_LOADED,
    OKTA_EVENT_REVOCATIONS_REFUSED,
    OKTA_EVENT_REVOCATIONS_LOST,
    OKTA_EVENT_REVOCATIONS_DELAYED,
    /* of introspection */
    OKTA_EVENT_ASKING_FAILS,
    OKTA_EVENT_ASKING_RECOVERED,
    OKTA_EVENT_ASKING_REFUSED,
    OKTA_EVENT_ASKING_FAILED,
    /* of the store that hosts share */
    OKTA_EVENT_SHARED_CACHE_LOST,
    OKTA_EVENT_SHARED_CACHE_BACK,
    OKTA_EVENT_COUNT
} okta_event;

/* All functions: any thread. */

/* The id: a lower_snake word, static. */
const char *okta_event_id(okta_event event);

/* Whether the log takes the event from the request. */
bool okta_event_is_wanted(const request_rec *r, okta_event event);

/* One line; the format as by printf. In text `TAG: … [id]`; in JSON an object with the text as its
 * message, without the tag. status: of the system, or 0. */
void okta_event_of_server(const server_rec *server, okta_event event, apr_status_t status,
                          const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same that names the issuer in JSON, in the log of its server. */
void okta_event_of_issuer(const okta_issuer *issuer, okta_event event, apr_status_t status,
                          const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same of a request. */
void okta_event_of_request(request_rec *r, okta_event event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* For lines with members of their own: whether they are to be JSON; the members that every one
 * has; and the end, which writes it. The text is that of the line without its tag. */
bool okta_event_is_json(const server_rec *server);
void okta_event_open(okta_json_line *line, okta_event event, const char *text);
void okta_event_add_request(okta_json_line *line, request_rec *r);
void okta_event_write_json(request_rec *r, const server_rec *server, okta_event event,
                           okta_json_line *line);
void okta_event_write_text(request_rec *r, const server_rec *server, okta_event event,
                           const char *text);

#endif
