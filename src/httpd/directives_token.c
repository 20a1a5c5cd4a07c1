/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/backend.h"
#include "httpd/directives.h"
#include "httpd/header_name.h"
#include "httpd/registry.h"

#include <string.h>
#include <strings.h>

/* False: there is no such way. */
static bool read_way(const char *value, okta_token_way *way)
{
    *way = (okta_token_way){.text = value};
    if (strcasecmp(value, "header") == 0)
        way->kind = OKTA_WAY_HEADER;
    else if (strcasecmp(value, "websocket") == 0)
        way->kind = OKTA_WAY_WEBSOCKET;
    else if (strncasecmp(value, "header:", 7) == 0)
        *way = (okta_token_way){OKTA_WAY_FIELD, value + 7, value};
    else if (strncasecmp(value, "cookie:", 7) == 0)
        *way = (okta_token_way){OKTA_WAY_COOKIE, value + 7, value};
    else
        return false;
    return true;
}

static const char *fault_of(const okta_token_way *way)
{
    if (way->name && !okta_is_token(way->name))
        return "that is no name; write it as in \"header:X-Access-Token\" or "
               "\"cookie:__Host-token\"";
    if (way->kind == OKTA_WAY_FIELD && okta_same_header(way->name, "Authorization"))
        return "that is the usual way; write \"header\"";
    if (way->kind == OKTA_WAY_FIELD && okta_same_header(way->name, "Cookie"))
        return "a cookie has a name; write it as in \"cookie:__Host-token\"";
    if (way->kind == OKTA_WAY_FIELD && (okta_is_reserved_header(way->name) ||
                                        okta_same_header(way->name, "Sec-WebSocket-Protocol") ||
                                        okta_same_header(way->name, OKTA_WOULD_REFUSE_HEADER)))
        return "no header for a token; write the name of the one that your gateway sets, as in "
               "\"header:X-Access-Token\"";
    return NULL;
}

static void note(const okta_token_way *way)
{
    okta_registry *registry = okta_registry_get();

    if (way->kind == OKTA_WAY_FIELD)
        APR_ARRAY_PUSH(registry->token_headers, const char *) = way->name;
    registry->takes_cookies = registry->takes_cookies || way->kind == OKTA_WAY_COOKIE;
    registry->takes_subprotocols = registry->takes_subprotocols || way->kind == OKTA_WAY_WEBSOCKET;
}

static bool is_same(const okta_token_way *a, const okta_token_way *b)
{
    if (a->kind != b->kind || !a->name || !b->name)
        return a->kind == b->kind;
    return a->kind == OKTA_WAY_FIELD ? strcasecmp(a->name, b->name) == 0
                                     : strcmp(a->name, b->name) == 0;
}

const char *okta_add_token_way(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *section = config;
    okta_token_way way;
    const char *fault;

    if (!read_way(value, &way))
        return okta_directive_error(cmd, value,
                                    "no way for a token; use header, header:NAME, cookie:NAME and "
                                    "websocket, several with a space between them");
    fault = fault_of(&way);
    if (fault)
        return okta_directive_error(cmd, value, fault);
    if (!okta_registry_note_section(cmd, section))
        return NULL;
    if (!section->token_ways)
        section->token_ways = apr_array_make(cmd->pool, 2, sizeof(okta_token_way));
    for (int i = 0; i < section->token_ways->nelts; i++)
        if (is_same(&APR_ARRAY_IDX(section->token_ways, i, okta_token_way), &way))
            return NULL;
    APR_ARRAY_PUSH(section->token_ways, okta_token_way) = way;
    note(&way);
    return NULL;
}
