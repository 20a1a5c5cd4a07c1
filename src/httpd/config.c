#include "httpd/config.h"

#include <apr_strings.h>

#define PICK(field, unset) (add->field != (unset) ? add->field : base->field)

void *okta_dir_config_create(apr_pool_t *pool, char *path)
{
    okta_dir_config *config = apr_pcalloc(pool, sizeof(*config));

    (void)path;
    config->at_jwt_only = config->skew = -1;
    config->anonymous = OKTA_ANONYMOUS_UNSET;
    config->claim_env = OKTA_CLAIM_ENV_UNSET;
    config->forward_token = config->cors_max_age = config->cors_credentials = -1;
    config->resource_metadata = config->step_up_max_age = -1;
    return config;
}

/* Whichever of OktaIssuer and OktaDomain stands further in wins; an authorization server id alone
 * goes with the domain from further out. */
static void merge_issuers(okta_dir_config *merged, const okta_dir_config *base,
                          const okta_dir_config *add)
{
    merged->issuers = NULL;
    if (add->issuers) {
        merged->issuers = add->issuers;
        merged->domain = merged->server_id = merged->composed = NULL;
    } else if (add->domain) {
        merged->domain = add->domain;
        merged->server_id = PICK(server_id, NULL);
        merged->composed = add->server_id || !base->server_id ? add->composed : NULL;
    } else {
        merged->issuers = base->issuers;
        merged->domain = base->domain;
        merged->server_id = PICK(server_id, NULL);
        merged->composed = add->server_id ? NULL : base->composed;
    }
}

/* One requirement in two parts: a section that says one of them says both. */
static void merge_step_up(okta_dir_config *merged, const okta_dir_config *base,
                          const okta_dir_config *add)
{
    const okta_dir_config *from = add->step_up_acrs || add->step_up_max_age >= 0 ? add : base;

    merged->step_up_acrs = from->step_up_acrs;
    merged->step_up_max_age = from->step_up_max_age;
}

void *okta_dir_config_merge(apr_pool_t *pool, void *base_config, void *add_config)
{
    const okta_dir_config *base = base_config, *add = add_config;
    okta_dir_config *merged = apr_palloc(pool, sizeof(*merged));

    merge_issuers(merged, base, add);
    merged->audiences = PICK(audiences, NULL);
    merged->clients = PICK(clients, NULL);
    merged->user_claims = PICK(user_claims, NULL);
    merged->algorithms = PICK(algorithms, 0);
    merged->at_jwt_only = PICK(at_jwt_only, -1);
    merged->skew = PICK(skew, -1);
    merged->anonymous = PICK(anonymous, OKTA_ANONYMOUS_UNSET);
    merged->claim_env = PICK(claim_env, OKTA_CLAIM_ENV_UNSET);
    merged->env_claims =
        add->claim_env != OKTA_CLAIM_ENV_UNSET ? add->env_claims : base->env_claims;
    merged->groups_claim = PICK(groups_claim, NULL);
    merged->claim_headers = PICK(claim_headers, NULL);
    merged->forward_token = PICK(forward_token, -1);
    merged->cors_origins = PICK(cors_origins, NULL);
    merged->cors_methods = PICK(cors_methods, NULL);
    merged->cors_headers = PICK(cors_headers, NULL);
    merged->cors_expose = PICK(cors_expose, NULL);
    merged->cors_max_age = PICK(cors_max_age, -1);
    merged->cors_credentials = PICK(cors_credentials, -1);
    merged->resource_metadata = PICK(resource_metadata, -1);
    merge_step_up(merged, base, add);
    merged->fault = PICK(fault, NULL);
    merged->gate = PICK(gate, NULL);
    merged->required = add->gate ? add->required : base->required | add->required;
    return merged;
}

static const okta_issuer_settings nothing_said = {.fetch_timeout = -1, .insecure_http = -1};

void *okta_server_config_create(apr_pool_t *pool, server_rec *server)
{
    okta_server_config *config = apr_pcalloc(pool, sizeof(*config));

    (void)server;
    config->issuer = nothing_said;
    config->max_token_bytes = -1;
    return config;
}

okta_issuer_settings okta_issuer_settings_merge(const okta_issuer_settings *base,
                                                const okta_issuer_settings *add)
{
    okta_issuer_settings merged;
    bool own_source = add->jwks_uri || add->jwks_file;

    merged.jwks_uri = own_source ? add->jwks_uri : base->jwks_uri;
    merged.jwks_file = own_source ? add->jwks_file : base->jwks_file;
    merged.proxy = PICK(proxy, NULL);
    merged.ca_file = PICK(ca_file, NULL);
    merged.fetch_timeout = PICK(fetch_timeout, -1);
    merged.insecure_http = PICK(insecure_http, -1);
    return merged;
}

void *okta_server_config_merge(apr_pool_t *pool, void *base_config, void *add_config)
{
    const okta_server_config *base = base_config, *add = add_config;
    okta_server_config *merged = apr_palloc(pool, sizeof(*merged));

    merged->issuer = okta_issuer_settings_merge(&base->issuer, &add->issuer);
    merged->max_token_bytes = PICK(max_token_bytes, -1);
    return merged;
}

const okta_dir_config *okta_dir_config_of(const request_rec *r)
{
    return ap_get_module_config(r->per_dir_config, &auth_okta_module);
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
