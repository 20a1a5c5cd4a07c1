/* SPDX-License-Identifier: Apache-2.0 */
/* Claims in httpd's expressions. */
#ifndef OKTA_HTTPD_EXPRESSIONS_H
#define OKTA_HTTPD_EXPRESSIONS_H

#include <httpd.h>

#include <ap_expr.h>

/* expr_lookup hook: %{OKTA:path}, a claim as text, and okta_claim('path'), a claim as a list. */
int okta_lookup_expression(ap_expr_lookup_parms *parms);

#endif
