/* SPDX-License-Identifier: Apache-2.0 */
#include "core/mcp_rules.h"
#include "httpd/directives.h"
#include "httpd/registry.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#define MOST_BYTES 67108864

/* What no message can have in its method, or the administrator did not mean. */
static const char *pattern_fault(const char *pattern)
{
    for (const char *at = pattern; *at; at++)
        if (apr_iscntrl(*at))
            return "a control character, which no pattern has; remove it";
    if (!*pattern || *pattern == ':')
        return "no method; write a pattern of methods, and a colon and one of names behind it, as "
               "in tools/call:delete_*";
    if (strpbrk(pattern, " \t"))
        return "a blank, which no method has; write method:name without one, and quotes around "
               "a name with blanks alone";
    return NULL;
}

static const char *scope_fault(const char *scope)
{
    if (strcmp(scope, "offline_access") == 0)
        return "offline_access is for the client, and lets nobody in; name a scope of this server";
    /* RFC 6749 section 3.3 */
    for (const char *at = scope; *at; at++)
        if (*at <= ' ' || *at > '~' || *at == '"' || *at == '\\' || *at == ',')
            return "no scope has blanks, commas or quotes; write several with a space between them";
    return *scope ? NULL : "an empty scope; remove the quotes";
}

const char *okta_add_mcp_rule(cmd_parms *cmd, void *config, int count, char *const words[])
{
    okta_dir_config *section = config;
    okta_mcp_rule *rule = apr_pcalloc(cmd->pool, sizeof(*rule));
    const char **scopes, *fault, *colon;

    okta_registry_note_section(cmd, section);
    if (count < 2)
        return okta_directive_error(
            cmd, count ? words[0] : "",
            "it names no scope; write method[:name] and the scopes that "
            "such messages need, as in \"tools/call:delete_* docs.delete\"");
    colon = strchr(words[0], ':');
    rule->method =
        colon ? apr_pstrmemdup(cmd->pool, words[0], (apr_size_t)(colon - words[0])) : words[0];
    rule->name = colon ? colon + 1 : NULL;
    fault = pattern_fault(rule->method);
    if (!fault && colon && !colon[1])
        fault = "nothing behind the colon; write a pattern of names there, or leave the colon out";
    if (fault)
        return okta_directive_error(cmd, words[0], fault);
    scopes = apr_pcalloc(cmd->pool, sizeof(*scopes) * (apr_size_t)count);
    for (int i = 1; i < count; i++) {
        fault = scope_fault(words[i]);
        if (fault)
            return okta_directive_error(cmd, words[i], fault);
        scopes[i - 1] = words[i];
    }
    rule->literals = okta_mcp_literals(rule->method) + okta_mcp_literals(rule->name);
    rule->scopes = (okta_strings){(apr_size_t)count - 1, scopes};
    if (!section->mcp_rules)
        section->mcp_rules = apr_array_make(cmd->pool, 4, sizeof(const okta_mcp_rule *));
    APR_ARRAY_PUSH(section->mcp_rules, const okta_mcp_rule *) = rule;
    return NULL;
}

const char *okta_set_mcp_max_bytes(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *section = config;

    okta_registry_note_section(cmd, section);
    return okta_set_count(cmd, &section->mcp_max_bytes, value, 1, MOST_BYTES, "bytes");
}
