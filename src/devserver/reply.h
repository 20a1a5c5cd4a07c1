/* SPDX-License-Identifier: Apache-2.0 */
/* JSON answers: Okta's and OAuth's. All return what the handler has to return to httpd. */
#ifndef OKTA_DEVSERVER_REPLY_H
#define OKTA_DEVSERVER_REPLY_H

#include <httpd.h>
#include <jansson.h>

/* Sends body with status and takes it over; NULL, as jansson returns where memory or UTF-8 is
 * wrong, becomes a 500. cache_control may be NULL. */
int okta_dev_reply_json(request_rec *r, int status, const char *cache_control, json_t *body);

/* Sends text, which is JSON already. */
int okta_dev_reply_text(request_rec *r, int status, const char *cache_control, const char *text);

/* RFC 6749 section 5.2. description is ASCII without quote and backslash. */
int okta_dev_reply_oauth_error(request_rec *r, int status, const char *error,
                               const char *description);

/* Okta's API error, like E0000007. */
int okta_dev_reply_okta_error(request_rec *r, int status, const char *code, const char *summary);

/* 405 with Allow. */
int okta_dev_reply_wrong_method(request_rec *r, const char *allow);

#endif
