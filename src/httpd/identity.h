/* SPDX-License-Identifier: Apache-2.0 */
/* Who the caller is, for httpd, CGI, logs and expressions. */
#ifndef OKTA_HTTPD_IDENTITY_H
#define OKTA_HTTPD_IDENTITY_H

#include "core/claims.h"

#include <httpd.h>

/* Set r->user from the first claim of OktaRemoteUser that is there. False: none is, or its value
 * cannot stand in a log line or a header (control characters). */
bool okta_identify(request_rec *r, const okta_claims *claims);

/* OKTA_JTI and OKTA_CLIENT, for access logs, of claims that were verified; NULL: none. */
void okta_name_token(request_rec *r, const okta_claims *claims);

/* fixups hook: OKTA_CLAIM_<name> and OKTA_SCOPE. */
int okta_export_claims(request_rec *r);

#endif
