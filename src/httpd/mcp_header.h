/* SPDX-License-Identifier: Apache-2.0 */
/* What the header of a request to an MCP server has to be for its message to be read. */
#ifndef OKTA_HTTPD_MCP_HEADER_H
#define OKTA_HTTPD_MCP_HEADER_H

#include "core/mcp_fields.h"
#include "core/result.h"

#include <httpd.h>

/* Whether a message may come this way at all: method, no other protocol, and a body where one
 * belongs, of no more than `most` bytes. OKTA_OK or the reason, with the detail in result. */
okta_reason okta_mcp_judge_way(request_rec *r, apr_size_t most, okta_result *result);

/* Whether its body is JSON in UTF-8 for everybody who reads it. */
okta_reason okta_mcp_judge_type(request_rec *r, okta_result *result);

/* What the header says of the message. */
okta_mcp_fields okta_mcp_fields_of(const request_rec *r);

#endif
