/* SPDX-License-Identifier: Apache-2.0 */
/* check: the metadata of a protected resource (RFC 9728), as a client finds them. One thread. */
#ifndef OKTA_CLI_CHECK_RESOURCE_H
#define OKTA_CLI_CHECK_RESOURCE_H

#include "cli/answer.h"
#include "cli/findings.h"
#include "cli/url_case.h"

/* By the challenge in the answer to a request without a token. Nothing where none was configured.
 */
void okta_check_resource(okta_findings *findings, const okta_url_case *url_case,
                         const okta_answer *refused);

#endif
