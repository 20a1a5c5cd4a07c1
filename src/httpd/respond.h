/* SPDX-License-Identifier: Apache-2.0 */
/* What a refused client gets: status, challenge, body; and what the operator gets: one line. */
#ifndef OKTA_HTTPD_RESPOND_H
#define OKTA_HTTPD_RESPOND_H

#include "core/result.h"
#include "httpd/request.h"

/* Refuse the request: sets OKTA_REASON and the headers, writes the log line. Returns the status. */
int okta_refuse(request_rec *r, const okta_result *result);

/* Note the reason without refusing: the request goes on anonymously. */
void okta_pass_anonymous(request_rec *r, const okta_result *result);

/* OktaEnforce Off: note and log what would be refused, and go on. */
void okta_let_pass(request_rec *r, const okta_result *result);

/* The Retry-After of a 503, in seconds. */
void okta_set_retry_after(request_rec *r, int seconds);

/* note_auth_failure hook: the challenge for a request that httpd itself answers with 401. */
int okta_note_auth_failure(request_rec *r, const char *auth_type);

/* insert_error_filter hook, and registration of the filter that makes error bodies JSON. */
void okta_insert_error_filter(request_rec *r);
void okta_register_error_filter(void);

#endif
