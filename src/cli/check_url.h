/* SPDX-License-Identifier: Apache-2.0 */
/* check: the running server as its clients see it. One thread. */
#ifndef OKTA_CLI_CHECK_URL_H
#define OKTA_CLI_CHECK_URL_H

#include "cli/findings.h"
#include "cli/url_case.h"

void okta_check_url(okta_findings *findings, const okta_url_case *url_case);

#endif
