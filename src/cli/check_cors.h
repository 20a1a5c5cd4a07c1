/* SPDX-License-Identifier: Apache-2.0 */
/* check: what a browser asks before a page of another origin may call (CORS). One thread. */
#ifndef OKTA_CLI_CHECK_CORS_H
#define OKTA_CLI_CHECK_CORS_H

#include "cli/findings.h"
#include "cli/url_case.h"

/* Whether a browser could send it as an origin; else a failure, with its remedy. */
bool okta_check_origin(okta_findings *findings, const char *origin);

void okta_check_cors(okta_findings *findings, const okta_url_case *url_case);

#endif
