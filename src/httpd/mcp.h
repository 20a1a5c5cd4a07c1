/* SPDX-License-Identifier: Apache-2.0 */
/* OktaMcp: a Model Context Protocol server behind a location. The message in the body of a POST is
 * read before the server gets it, and reaches it only with the scopes that it needs. */
#ifndef OKTA_HTTPD_MCP_H
#define OKTA_HTTPD_MCP_H

#include <httpd.h>

/* In authorization, where Require lets the caller in: OK, or the status of a refusal. */
int okta_mcp_authorize(request_rec *r);

/* Where a Require refuses a known caller for want of scopes: those of the message join the ones
 * that the challenge names, so that one step up is enough. */
void okta_mcp_add_scopes(request_rec *r);

/* handler hook, before all others: what authorization was not asked about (everybody is let in, or
 * the request became another place's in between) is judged now. */
int okta_mcp_guard(request_rec *r);

/* fixups hook, after claims are exported: OKTA_MCP_METHOD and OKTA_MCP_NAME. */
int okta_mcp_export(request_rec *r);

#endif
