/* SPDX-License-Identifier: Apache-2.0 */
/* LogLevel auth_okta:debug: how a decision came about, one line for each step, never the token. */
#ifndef OKTA_HTTPD_EXPLAIN_H
#define OKTA_HTTPD_EXPLAIN_H

#include "core/trace.h"

#include <httpd.h>

#include <stdbool.h>

/* On the stack of whoever judges a request. */
typedef struct okta_explanation {
    okta_trace trace;
    request_rec *r;
    int steps;
} okta_explanation;

/* Prepared for the request, with the trace to hand to okta_verify and okta_policy_check; NULL where
 * nobody listens. Borrows explanation. */
okta_explanation *okta_explain(okta_explanation *explanation, request_rec *r);

/* A step that is none of okta_check. */
void okta_explain_step(request_rec *r, const char *check, bool passed, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
