/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/scopes.h"

#include "httpd/config.h"

#include <apr_strings.h>

#define REFRESH "offline_access"

static bool is_all(const ap_directive_t *node)
{
    return strcasecmp(node->directive, "<RequireAll") == 0;
}

static bool is_any(const ap_directive_t *node)
{
    return strcasecmp(node->directive, "<RequireAny") == 0;
}

static bool is_none(const ap_directive_t *node)
{
    return strcasecmp(node->directive, "<RequireNone") == 0;
}

/* The scopes behind `Require okta-scope`; NULL where the node is none such. */
static const char *words_of(apr_pool_t *pool, const ap_directive_t *node)
{
    const char *line = node->args;

    return strcasecmp(node->directive, "Require") == 0 &&
                   strcmp(ap_getword_conf(pool, &line), OKTA_REQUIRE_SCOPE) == 0
               ? line
               : NULL;
}

static void add(apr_array_header_t *scopes, const char *scope)
{
    if (*scope && strcmp(scope, REFRESH) != 0)
        okta_append(scopes->pool, &scopes, scope);
}

/* What the node asks for, whatever is around it. */
static void add_wanted(apr_array_header_t *scopes, const ap_directive_t *node)
{
    const char *line = words_of(scopes->pool, node);
    int before = scopes->nelts;

    if (line)
        add(scopes, ap_getword_conf(scopes->pool, &line));
    else if (is_all(node) || is_any(node))
        for (node = node->first_child; node; node = node->next) {
            add_wanted(scopes, node);
            if (is_any(node->parent) && scopes->nelts > before)
                return;
        }
}

const char *okta_scopes_of_line(const cmd_parms *cmd, const char *first)
{
    apr_array_header_t *scopes = apr_array_make(cmd->pool, 2, sizeof(const char *));

    add(scopes, first);
    for (const ap_directive_t *node = cmd->directive, *around = node->parent;
         around && (is_all(around) || is_any(around) || is_none(around));
         node = around, around = node->parent) {
        apr_array_header_t *outer = apr_array_make(cmd->pool, 4, sizeof(const char *));

        if (is_none(around))
            return NULL;
        if (is_any(around))
            continue;
        for (const ap_directive_t *beside = around->first_child; beside; beside = beside->next)
            if (beside != node)
                add_wanted(outer, beside);
            else
                for (int i = 0; i < scopes->nelts; i++)
                    add(outer, APR_ARRAY_IDX(scopes, i, const char *));
        scopes = outer;
    }
    return scopes->nelts > 0 ? apr_array_pstrcat(cmd->pool, scopes, ' ') : NULL;
}

void okta_scopes_named(const ap_directive_t *node, okta_scopes_enter *enter,
                       apr_array_header_t *scopes)
{
    for (; node; node = node->next) {
        const char *line = words_of(scopes->pool, node);

        while (line && *line)
            add(scopes, ap_getword_conf(scopes->pool, &line));
        if (node->directive[0] == '<' && enter(node->directive))
            okta_scopes_named(node->first_child, enter, scopes);
    }
}
