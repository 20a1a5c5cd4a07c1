/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/url_map.h"

#include <apr_strings.h>
#include <http_core.h>

static bool is_alias(const ap_directive_t *node)
{
    return strcasecmp(node->directive, "Alias") == 0 ||
           strcasecmp(node->directive, "ScriptAlias") == 0;
}

/* Alias "/file" in the section itself. */
static const char *own_alias(apr_pool_t *pool, const ap_directive_t *section)
{
    for (const ap_directive_t *node = section->first_child; node; node = node->next) {
        const char *line = node->args;

        if (is_alias(node))
            return ap_getword_conf(pool, &line);
    }
    return NULL;
}

/* The first Alias of these nodes that the path is under. */
static const char *aliased(apr_pool_t *pool, const ap_directive_t *node, const char *path)
{
    for (; node; node = node->next) {
        const char *line = node->args, *from, *to;

        if (!is_alias(node))
            continue;
        from = ap_getword_conf(pool, &line);
        to = ap_getword_conf(pool, &line);
        if (*to && okta_path_is_within(path, from))
            return apr_pstrcat(pool, ap_server_root_relative(pool, to), path + strlen(from), NULL);
    }
    return NULL;
}

static const ap_directive_t *nodes_of(const server_rec *server)
{
    for (const ap_directive_t *node = ap_conftree; node; node = node->next)
        if (strcasecmp(node->directive, "<VirtualHost") == 0 && server->defn_name &&
            (unsigned int)node->line_num == server->defn_line_number &&
            strcmp(node->filename, server->defn_name) == 0)
            return node->first_child;
    return NULL;
}

const char *okta_file_behind(okta_judge *judge, const okta_place *place, const server_rec *server)
{
    const core_server_config *core = ap_get_core_module_config(server->module_config);
    const char *root = core->ap_document_root, *file = NULL;

    if (place->kind == OKTA_PLACE_LOCATION) {
        file = own_alias(judge->pool, place->node);
        if (!file && server->is_virtual)
            file = aliased(judge->pool, nodes_of(server), place->path);
        if (!file)
            file = aliased(judge->pool, ap_conftree, place->path);
        if (!file && root)
            file = apr_pstrcat(judge->pool, root, place->path, NULL);
    }
    return file ? file : root;
}
