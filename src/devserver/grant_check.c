/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/grant_check.h"

#include "devserver/client.h"
#include "devserver/dpop.h"
#include "devserver/local.h"
#include "devserver/parameters.h"
#include <apr_strings.h>

static bool may_have(const okta_dev_client *client, const char *scope)
{
    for (int i = 0; i < client->scopes->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(client->scopes, i, const char *), scope) == 0) {
            return true;
        }
    }
    return apr_is_empty_array(client->scopes);
}

static bool holds(const json_t *scopes, const char *scope)
{
    size_t i;
    json_t *held;
    json_array_foreach(scopes, i, held)
    {
        if (strcmp(json_string_value(held), scope) == 0) {
            return true;
        }
    }
    return false;
}

static bool grant_scopes(okta_dev_grant *g)
{
    apr_pool_t *p = g->r->pool;
    const char *asked = okta_dev_grant_field(g, "scope");
    char *rest;
    char *scope;

    if (!asked || !*asked) {
        return okta_dev_grant_refuse(g, "invalid_scope",
                                     "Send scope: the authorization server has no default scopes.");
    }
    g->scope = "";
    for (scope = apr_strtok(apr_pstrdup(p, asked), " ", &rest); scope;
         scope = apr_strtok(NULL, " ", &rest)) {
        if (!okta_dev_is_scope(scope)) {
            return okta_dev_grant_refuse(g, "invalid_scope",
                                         "scope is a list of names with one space in between.");
        }
        if (!may_have(g->client, scope)) {
            return okta_dev_grant_refuse(
                g, "invalid_scope",
                apr_psprintf(p,
                             "Scope %s is not among those of client %s; the OktaDevClient "
                             "line lists them.",
                             scope, g->client->id));
        }
        if (!holds(g->scopes, scope)) {
            json_array_append_new(g->scopes, json_string(scope));
            g->scope = *g->scope ? apr_pstrcat(p, g->scope, " ", scope, NULL) : scope;
        }
    }
    return *g->scope ? true : okta_dev_grant_refuse(g, "invalid_scope", "scope is empty.");
}

static bool check_parameters(okta_dev_grant *g)
{
    const char *error;

    g->description = okta_dev_parameters_read(g->r, &g->form);
    if (g->description) {
        return okta_dev_grant_refuse(g, "invalid_request", g->description);
    }
    error = okta_dev_client_authenticate(g->r, g->cfg, g->form, &g->client, &g->description);
    return !error || okta_dev_grant_refuse(g, error, g->description);
}

static bool check_grant_type(okta_dev_grant *g)
{
    const char *type = okta_dev_grant_field(g, "grant_type");
    if (!type || !*type) {
        return okta_dev_grant_refuse(g, "invalid_request", "Send grant_type=client_credentials.");
    }
    return strcmp(type, "client_credentials") == 0 ||
           okta_dev_grant_refuse(
               g, "unsupported_grant_type",
               "This development server knows the grant type client_credentials only.");
}

static bool check_wishes(okta_dev_grant *g)
{
    return (!okta_dev_grant_field(g, "dev_claims") && !okta_dev_grant_field(g, "dev_header") &&
            !okta_dev_grant_field(g, "dev_key") && !okta_dev_grant_field(g, "dev_encrypt")) ||
           okta_dev_is_local(g->r) ||
           okta_dev_grant_refuse(g, "invalid_request",
                                 "dev_claims, dev_header, dev_key and dev_encrypt are for requests "
                                 "from this machine only.");
}

static bool check_policy(okta_dev_grant *g)
{
    return okta_dev_config_access_policy(g->cfg) ||
           okta_dev_grant_refuse(g, "access_denied",
                                 "Policy evaluation failed for this request, please check the "
                                 "policy configurations.");
}

bool okta_dev_grant_check(okta_dev_grant *g)
{
    return check_parameters(g) && check_grant_type(g) && check_wishes(g) &&
           okta_dev_dpop_check(g) && grant_scopes(g) && check_policy(g);
}
