/* SPDX-License-Identifier: Apache-2.0 */
/* Which scopes a message of the Model Context Protocol needs. */
#ifndef OKTA_CORE_MCP_RULES_H
#define OKTA_CORE_MCP_RULES_H

#include "core/mcp.h"
#include "core/text.h"

/* `method[:name] scope …`. In a pattern `*` stands for any run of characters, the empty one too.
 * Borrowed texts. */
typedef struct okta_mcp_rule {
    const char *method; /* pattern */
    const char *name;   /* pattern; NULL: whatever the name is */
    size_t literals;    /* characters of both but the `*` */
    okta_strings scopes;
} okta_mcp_rule;

/* How many characters of a pattern are literal; NULL has none. */
size_t okta_mcp_literals(const char *pattern);

/* Whether the pattern matches the whole text, in time proportional to it. */
bool okta_mcp_matches(const char *pattern, const char *text, size_t length);

/* Whether the rule matches the message, which is no response. Without a name it has the empty one.
 */
bool okta_mcp_rule_matches(const okta_mcp_rule *rule, const okta_mcp_message *message);

/* The rank of the most literal rules that match: theirs are the scopes that are needed, all of
 * them. False: none matches. Any thread. */
bool okta_mcp_rank(const okta_mcp_rule *const *rules, size_t count, const okta_mcp_message *message,
                   size_t *rank);

#endif
