/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/config.h"

#include <apr_strings.h>

/* What is done with each member of the lists in members.h. */
#define CLEAR(type, name, unset, ...) config->name = (unset);
#define CLEAR_FLAG(name, ...) config->name = -1;
#define MERGE(type, name, unset, ...) \
    if (add->name != (unset))         \
        merged->name = add->name;
#define MERGE_FLAG(name, ...) MERGE(, name, -1, )
#define COMPLETE(type, name, unset, fallback, ...) \
    if (config->name == (unset))                   \
        config->name = (fallback);
#define COMPLETE_FLAG(name, fallback, ...) COMPLETE(, name, -1, fallback)
#define BY_HAND(...)

static const char *user_claims[] = {"sub", "cid", "client_id"};
apr_array_header_t okta_default_user_claims = {
    .elt_size = sizeof(const char *), .nelts = 3, .nalloc = 3, .elts = (char *)user_claims};

static const okta_token_way usual_way = {OKTA_WAY_HEADER, NULL, "header"};
apr_array_header_t okta_default_token_ways = {
    .elt_size = sizeof(okta_token_way), .nelts = 1, .nalloc = 1, .elts = (char *)&usual_way};

void *okta_dir_config_create(apr_pool_t *pool, char *path)
{
    okta_dir_config *config = apr_palloc(pool, sizeof(*config));

    (void)path;
    OKTA_DIR_MEMBERS(CLEAR, CLEAR, CLEAR_FLAG)
    return config;
}

/* Whichever of OktaIssuer and OktaDomain stands further in wins; an authorization server id alone
 * goes with the domain from further out. */
static void merge_issuers(okta_dir_config *merged, const okta_dir_config *add)
{
    const char *id = add->server_id ? add->server_id : merged->server_id;

    if (add->issuers) {
        merged->issuers = add->issuers;
        merged->domain = merged->server_id = merged->composed = NULL;
    } else if (add->domain) {
        merged->issuers = NULL;
        merged->domain = add->domain;
        merged->composed = id == add->server_id ? add->composed : NULL;
        merged->server_id = id;
    } else if (add->server_id) {
        merged->server_id = id;
        merged->composed = NULL;
    }
}

void *okta_dir_config_merge(apr_pool_t *pool, void *base, void *add_config)
{
    const okta_dir_config *add = add_config;
    okta_dir_config *merged = apr_pmemdup(pool, base, sizeof(*merged));

    OKTA_DIR_MEMBERS(MERGE, BY_HAND, MERGE_FLAG)
    merge_issuers(merged, add);
    /* one requirement in two parts: a section that says one of them says both */
    if (add->step_up_acrs || add->step_up_max_age >= 0) {
        merged->step_up_acrs = add->step_up_acrs;
        merged->step_up_max_age = add->step_up_max_age;
    }
    if (add->claim_env >= 0)
        merged->env_claims = add->env_claims;
    merged->required = add->gate ? add->required : merged->required | add->required;
    return merged;
}

okta_issuer_settings okta_issuer_settings_create(void)
{
    okta_issuer_settings made, *config = &made;

    OKTA_ISSUER_MEMBERS(CLEAR, CLEAR, CLEAR_FLAG)
    return made;
}

okta_issuer_settings okta_issuer_settings_merge(const okta_issuer_settings *base,
                                                const okta_issuer_settings *add)
{
    okta_issuer_settings made = *base, *merged = &made;

    OKTA_ISSUER_MEMBERS(MERGE, BY_HAND, MERGE_FLAG)
    if (add->jwks_uri || add->jwks_file) {
        merged->jwks_uri = add->jwks_uri;
        merged->jwks_file = add->jwks_file;
    }
    return made;
}

void okta_issuer_settings_complete(okta_issuer_settings *config){
    OKTA_ISSUER_MEMBERS(COMPLETE, COMPLETE, COMPLETE_FLAG)}

okta_global_config okta_global_config_create(void)
{
    okta_global_config made, *config = &made;

    OKTA_GLOBAL_MEMBERS(CLEAR)
    return made;
}

void okta_global_config_complete(okta_global_config *config)
{
    OKTA_GLOBAL_MEMBERS(COMPLETE)
}

void *okta_server_config_create(apr_pool_t *pool, server_rec *server)
{
    okta_server_config *config = apr_palloc(pool, sizeof(*config));

    (void)server;
    config->issuer = okta_issuer_settings_create();
    OKTA_SERVER_MEMBERS(CLEAR)
    return config;
}

void *okta_server_config_merge(apr_pool_t *pool, void *base_config, void *add_config)
{
    const okta_server_config *base = base_config, *add = add_config;
    okta_server_config *merged = apr_pmemdup(pool, base, sizeof(*merged));

    merged->issuer = okta_issuer_settings_merge(&base->issuer, &add->issuer);
    OKTA_SERVER_MEMBERS(MERGE)
    return merged;
}

const okta_dir_config *okta_dir_config_of(const request_rec *r)
{
    return ap_get_module_config(r->per_dir_config, &auth_okta_module);
}

bool okta_dir_has_metadata(const okta_dir_config *config)
{
    return config->resource_metadata >= 0 ? config->resource_metadata : config->resource != NULL;
}

okta_strings okta_strings_of(const apr_array_header_t *list)
{
    okta_strings strings = {0, NULL};

    if (list) {
        strings.count = (size_t)list->nelts;
        strings.items = (const char *const *)(const void *)list->elts;
    }
    return strings;
}

void okta_append(apr_pool_t *pool, apr_array_header_t **list, const char *value)
{
    okta_strings known = okta_strings_of(*list);

    if (!*list)
        *list = apr_array_make(pool, 2, sizeof(const char *));
    if (!okta_strings_contain(&known, value, strlen(value)))
        APR_ARRAY_PUSH(*list, const char *) = value;
}

const okta_server_config *okta_server_config_of(const server_rec *server)
{
    return ap_get_module_config(server->module_config, &auth_okta_module);
}
