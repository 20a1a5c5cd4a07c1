/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a message: to its sender, and to logs. */
#ifndef OKTA_HTTPD_MCP_ANSWER_H
#define OKTA_HTTPD_MCP_ANSWER_H

#include "core/reason.h"
#include "httpd/mcp_needs.h"

#include <httpd.h>

/* The body of an answer to a message that was refused for this reason, from the request's pool: an
 * error of JSON-RPC. NULL: it is not the message that was refused, nor for its scopes. */
const char *okta_mcp_error_body(request_rec *r, okta_reason reason);

/* OKTA_MCP_METHOD and OKTA_MCP_NAME of a request; needs NULL: nothing. */
void okta_mcp_set_variables(request_rec *r, const okta_mcp_needs *needs);

#endif
