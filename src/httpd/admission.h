/* SPDX-License-Identifier: Apache-2.0 */
/* Who may enter: what a Require answers while nobody is known, and when httpd has to ask who it is.
 *
 * httpd evaluates all Require lines twice: before authentication, with nobody there, and again when
 * the caller is known. What ours answer the first time does not count: where the outcome hangs on
 * them in either direction, authentication comes first. */
#ifndef OKTA_HTTPD_ADMISSION_H
#define OKTA_HTTPD_ADMISSION_H

#include "httpd/negation.h"

#include <mod_auth.h>

/* What a provider of ours answers when there are no claims to look at. */
authz_status okta_answer_for_nobody(request_rec *r, okta_sense parsed);

/* What it answers when it cannot tell: against the caller, in whichever sense it is used. */
authz_status okta_answer_in_doubt(request_rec *r, okta_sense parsed);

/* check_access_ex hook, first of all. */
int okta_weigh_access(request_rec *r);

/* force_authn hook: authentication even where httpd would let everybody in, for OktaAnonymous or
 * because it matters who it is. */
int okta_force_authn(request_rec *r);

/* What is asked may be an answer that is only tried: httpd must not log that the client was denied.
 */
int okta_ask_quietly(request_rec *r, int (*ask)(request_rec *));

/* Whether httpd would let the request in if all were in order with who it is: what refuses, then,
 * is what this module knows of the caller, or does not. Once authentication is done. */
bool okta_others_admit(request_rec *r);

#endif
