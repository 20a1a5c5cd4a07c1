/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/effective.h"

#include "core/issuer.h"
#include "httpd/revocation_lists.h"

#include <apr_strings.h>

const char *okta_effective_issuer(apr_pool_t *pool, const char *domain, const char *id)
{
    if (!id)
        id = OKTA_DEFAULT_SERVER;
    return strcmp(id, OKTA_ORG_SERVER) == 0
               ? apr_pstrcat(pool, "https://", domain, NULL)
               : apr_pstrcat(pool, "https://", domain, "/oauth2/", id, NULL);
}

static okta_strings issuers_of(const okta_dir_config *config, apr_pool_t *pool)
{
    const char **issuer;

    if (config->issuers || !config->domain)
        return okta_strings_of(config->issuers);
    if (config->composed)
        return (okta_strings){1, &config->composed};
    issuer = apr_palloc(pool, sizeof(*issuer));
    *issuer = okta_effective_issuer(pool, config->domain, config->server_id);
    return (okta_strings){1, issuer};
}

/* Only the server that every organization has has a default. */
static okta_strings audiences_of(const okta_dir_config *config, const okta_strings *issuers)
{
    static const char *const by_default[] = {OKTA_DEFAULT_AUDIENCE};

    if (config->audiences)
        return okta_strings_of(config->audiences);
    for (size_t i = 0; i < issuers->count; i++)
        if (!okta_is_default_server(issuers->items[i]))
            return (okta_strings){0, NULL};
    return (okta_strings){1, by_default};
}

okta_policy okta_effective_policy(const okta_dir_config *config, const server_rec *server,
                                  apr_pool_t *pool)
{
    const okta_server_config *of_server = okta_server_config_of(server);
    okta_policy policy = {.issuers = issuers_of(config, pool),
                          .clients = okta_strings_of(config->clients),
                          .algorithms = okta_dir_algorithms(config),
                          .acrs = okta_strings_of(config->step_up_acrs),
                          .limits_auth_age = config->step_up_max_age >= 0,
                          .max_auth_age = config->step_up_max_age,
                          .at_jwt_only = okta_dir_at_jwt_only(config) != 0,
                          .skew = okta_dir_skew(config),
                          .max_age = okta_dir_max_age(config),
                          .revocations =
                              okta_revocations_in_force(okta_server_revocations(of_server)),
                          .dpop = (okta_dpop)okta_dir_dpop(config),
                          .max_token_bytes = (size_t)okta_server_max_token_bytes(of_server)};

    policy.audiences = audiences_of(config, &policy.issuers);
    return policy;
}
