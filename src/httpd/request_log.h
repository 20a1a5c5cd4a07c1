/* SPDX-License-Identifier: Apache-2.0 */
/* What the log says of a verdict: one line, in text or JSON. Never the token; and who it is only
 * where a signature says so. */
#ifndef OKTA_HTTPD_REQUEST_LOG_H
#define OKTA_HTTPD_REQUEST_LOG_H

#include "core/claims.h"
#include "core/result.h"

#include <httpd.h>

/* Refused with this status. */
void okta_log_refused(request_rec *r, const okta_result *result, int status);

/* Let in as nobody, by OktaAnonymous. */
void okta_log_anonymous(request_rec *r, const okta_result *result);

/* Let in because OktaEnforce is Off; it would have had this status. */
void okta_log_would_refuse(request_rec *r, const okta_result *result, int status);

/* OktaLogSuccess: once for each request of a client. */
void okta_log_accepted(request_rec *r, const okta_claims *claims);

#endif
