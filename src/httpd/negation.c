/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/negation.h"

#include "httpd/registry.h"

#include <apr_lib.h>
#include <http_core.h>
#include <mod_auth.h>

static bool is_named(const ap_directive_t *node, const char *name)
{
    return strcasecmp(node->directive, name) == 0;
}

/* Without a pool: once for each line of the configuration. */
static bool begins_with_not(const char *arguments)
{
    size_t quoted = *arguments == '"' || *arguments == '\'';
    const char *end = arguments + quoted + 3;

    return strncasecmp(arguments + quoted, "not", 3) == 0 &&
           (quoted ? *end == *arguments : *end == '\0' || apr_isspace(*end));
}

int okta_negations_of(const ap_directive_t *line)
{
    int count = is_named(line, "Require") && begins_with_not(line->args);

    for (const ap_directive_t *node = line->parent; node; node = node->parent)
        count += is_named(node, "<RequireNone") || is_named(node, "<RequireNotAll");
    return count;
}

static okta_sense sense_of_count(int negations)
{
    return negations % 2 ? OKTA_SENSE_KEEPS_OUT : OKTA_SENSE_LETS_IN;
}

okta_sense okta_sense_parsed(const cmd_parms *cmd)
{
    const ap_directive_t *node = cmd->directive;

    do {
        if (is_named(node, "<AuthzProviderAlias"))
            return OKTA_SENSE_OF_ALIAS;
        node = node->parent;
    } while (node);
    return sense_of_count(okta_negations_of(cmd->directive));
}

/* Any section in a .htaccess file may have a Require; they are not looked into. */
static bool may_require(const ap_conf_vector_t *file, const module *authz)
{
    const core_dir_config *core = ap_get_core_module_config(file);

    return !authz || ap_get_module_config(file, authz) ||
           (core && (core->sec_file || core->sec_if));
}

bool okta_htaccess_requires(const request_rec *r)
{
    const module *authz = NULL;

    for (const struct htaccess_result *file = r->htaccess; file; file = file->next) {
        if (!file->htaccess)
            continue;
        if (!authz)
            authz = ap_find_linked_module("mod_authz_core.c");
        if (may_require(file->htaccess, authz))
            return true;
    }
    return false;
}

okta_sense okta_sense_of(const request_rec *r, okta_sense parsed)
{
    const char *name;
    const okta_sense *used;

    if (parsed != OKTA_SENSE_OF_ALIAS)
        return parsed;
    name = apr_table_get(r->notes, AUTHZ_PROVIDER_NAME_NOTE);
    if (!name || okta_htaccess_requires(r))
        return OKTA_SENSE_UNKNOWN;
    used = apr_hash_get(okta_registry_get()->senses, name, APR_HASH_KEY_STRING);
    return used ? *used : OKTA_SENSE_UNKNOWN;
}

const char *okta_provider_of(apr_pool_t *pool, const ap_directive_t *line, const char **arguments)
{
    const char *name;

    *arguments = line->args;
    name = ap_getword_conf(pool, arguments);
    return strcasecmp(name, "not") == 0 ? ap_getword_conf(pool, arguments) : name;
}

static void note_use(okta_registry *registry, const ap_directive_t *line)
{
    int negations = okta_negations_of(line);
    okta_sense sense = sense_of_count(negations);
    const char *arguments;
    const char *name = okta_provider_of(registry->pool, line, &arguments);
    okta_sense *used = apr_hash_get(registry->senses, name, APR_HASH_KEY_STRING);

    if (negations > 1)
        registry->weighs_first = true;
    if (!used) {
        used = apr_palloc(registry->pool, sizeof(*used));
        *used = sense;
        apr_hash_set(registry->senses, name, APR_HASH_KEY_STRING, used);
    } else if (*used != sense) {
        *used = OKTA_SENSE_UNKNOWN;
    }
}

void okta_senses_collect(const ap_directive_t *node)
{
    for (; node; node = node->next) {
        if (is_named(node, "Require"))
            note_use(okta_registry_get(), node);
        okta_senses_collect(node->first_child);
    }
}
