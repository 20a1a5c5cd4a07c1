/* SPDX-License-Identifier: Apache-2.0 */
/* The scopes that a challenge names: what a client has to ask for to get in. */
#ifndef OKTA_HTTPD_SCOPES_H
#define OKTA_HTTPD_SCOPES_H

#include <httpd.h>

#include <http_config.h>
#include <stdbool.h>

#define OKTA_REQUIRE_SCOPE "okta-scope"

/* For the line `Require okta-scope scope …` that cmd is at: its first scope, and those that hold
 * beside it in the containers around it. Of <RequireAll> all, of alternatives the first that has
 * any: clients ask for all that they read. Never offline_access, which is for the client alone.
 * Separated by spaces, from cmd->pool; NULL where the line stands in <RequireNone>, or none is
 * left. While the configuration is read. */
const char *okta_scopes_of_line(const cmd_parms *cmd, const char *first);

/* Whether the lines in a container of Require lines count, by its directive as in `<RequireAny`. */
typedef bool okta_scopes_enter(const char *container);

/* Add the scopes that Require okta-scope names in this node and those that follow it, and in the
 * containers among them that `enter` is true for; each once, from the pool of the list. */
void okta_scopes_named(const ap_directive_t *node, okta_scopes_enter *enter,
                       apr_array_header_t *scopes);

#endif
