/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OKTA_HTTPD_MCP_ANSWER_H
#define OKTA_HTTPD_MCP_ANSWER_H

#include "core/reason.h"

#include <httpd.h>

/* The body of an answer to a message that was refused for this reason, from the request's pool: an
 * error of JSON-RPC. */
const char *okta_mcp_error_body(request_rec *r, okta_reason reason);

#endif
