/* SPDX-License-Identifier: Apache-2.0 */
/* check: whether an issuer answers what httpd will ask it about tokens. One thread. */
#ifndef OKTA_CLI_CHECK_INTROSPECTION_H
#define OKTA_CLI_CHECK_INTROSPECTION_H

#include "cli/findings.h"
#include "cli/setup.h"
#include "core/claims.h"

/* Ask it about a token that nobody ever issued, as httpd's client. found: the endpoint that its
 * metadata name; "": none. Nothing where it is not asked about tokens. */
void okta_check_introspection(okta_findings *findings, okta_setup_issuer *issuer,
                              const char *found);

/* Ask it about a token, as httpd will, once okta_check_introspection has found where. False: that
 * cannot be done here. Else *reason is as of okta_question_judge, and *claims are the caller's to
 * free. */
bool okta_ask_about(const okta_setup_issuer *issuer, const char *token, okta_claims **claims,
                    okta_reason *reason, okta_result *result);

#endif
