/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/check_sections.h"

#include "core/issuer.h"
#include "httpd/effective.h"
#include "httpd/public_url.h"
#include "httpd/registry.h"
#include "httpd/resource_document.h"
#include "httpd/scopes.h"

#include <apr_strings.h>

/* Whom the section trusts, in its own words. */
static bool says_whom_to_trust(const okta_place *place)
{
    const okta_dir_config *own = place->config;

    return own && (own->issuers || own->domain || own->server_id || own->audiences);
}

/* How the section came under judgment: by its AuthType, or by what it says of its own. */
static const char *subject(okta_judge *j, const okta_place *place, const server_rec *server)
{
    const char *section = okta_section_name(j, place->node);

    if (server != place->server)
        section = apr_psprintf(j->pool, "%s, for the virtual host of %s:%u,", section,
                               server->defn_name, server->defn_line_number);
    if (place->auth_type)
        return apr_psprintf(j->pool, "AuthType \"%s\" in %s (%s)", place->auth_name, section,
                            okta_place_of(j, place->auth_type));
    return apr_psprintf(j->pool, "%s %s in %s (%s), where AuthType Okta holds",
                        place->first->directive, place->first->args, section,
                        okta_place_of(j, place->first));
}

static void judge_trust(okta_judge *j, const okta_place *place, server_rec *server,
                        const okta_holding *holding, const okta_policy *policy)
{
    if (holding->maybe_issuer)
        return;
    j->shut = true;
    if (policy->issuers.count == 0)
        okta_complain(j, server,
                      "%s: no issuer; set OktaDomain (and OktaAuthorizationServer), or OktaIssuer, "
                      "in the same section or for the server",
                      subject(j, place, server));
    else if (policy->audiences.count == 0)
        okta_complain(j, server,
                      "%s: no audience for issuer \"%s\"; set OktaAudience (only the server "
                      "\"default\" has a default, \"" OKTA_DEFAULT_AUDIENCE "\")",
                      subject(j, place, server), policy->issuers.items[0]);
    j->shut = false;
}

/* What forbids scopes asks for none of them. */
static bool asks_for_scopes(const char *container)
{
    return strcasecmp(container, "<RequireNone") != 0;
}

/* The scopes that Require lines in and below the place name, for RFC 9728's scopes_supported. */
static void add_scopes(const okta_place *place, apr_array_header_t *scopes)
{
    okta_scopes_named(place->node->first_child, asks_for_scopes, scopes);
}

static bool names_scopes(const okta_place *place)
{
    apr_array_header_t *scopes = apr_array_make(okta_registry_get()->pool, 2, sizeof(const char *));

    add_scopes(place, scopes);
    return scopes->nelts > 0;
}

/* A section is a resource of its own where it says so: that it has metadata, who is trusted, or
 * AuthType. Where the server says OktaResourceMetadata for all, scopes of its own do as well. */
static bool is_resource(const okta_place *place, const server_rec *server)
{
    const okta_dir_config *defaults =
        ap_get_module_config(server->lookup_defaults, &auth_okta_module);

    return place->auth_type || says_whom_to_trust(place) ||
           (place->config && okta_dir_has_metadata(place->config)) ||
           (okta_dir_has_metadata(defaults) && names_scopes(place));
}

static bool names_resource(const okta_place *place)
{
    return place->config && place->config->resource;
}

/* RFC 6750 knows no other way that is one of ours. */
static bool takes_header(const okta_dir_config *config)
{
    const apr_array_header_t *ways = okta_dir_token_ways(config);

    for (int i = 0; i < ways->nelts; i++)
        if (APR_ARRAY_IDX(ways, i, okta_token_way).kind == OKTA_WAY_HEADER)
            return true;
    return false;
}

/* Of what holds in the place, the document; where none does in a virtual host, that one hides the
 * main server's. */
static void note_resource(const okta_place *place, server_rec *server, const okta_holding *holding,
                          const okta_policy *policy)
{
    okta_registry *registry = okta_registry_get();
    const okta_dir_config *config = holding->config;
    bool has = okta_dir_has_metadata(config) && okta_place_is_okta(holding->auth);
    okta_resource *resource;

    if (!(config->resource ? names_resource(place)
                           : place->kind == OKTA_PLACE_LOCATION && is_resource(place, server)) ||
        (!has && (config->resource || server == place->server)))
        return;
    resource = apr_pcalloc(registry->pool, sizeof(*resource));
    resource->server = server;
    resource->identifier = config->resource;
    if (config->resource)
        resource->address = okta_resource_address(config->resource);
    else
        resource->path =
            strcmp(place->path, "/") == 0 ? "" : apr_pstrdup(registry->pool, place->path);
    resource->public_url = okta_dir_public_url(config);
    resource->public_path = okta_public_path(resource->public_url);
    resource->hidden = !has;
    resource->name = config->resource_name;
    resource->documentation = config->resource_documentation;
    resource->takes_header = takes_header(config);
    resource->takes_proofs = okta_dir_dpop(config) != OKTA_DPOP_OFF;
    resource->needs_proofs = okta_dir_dpop(config) == OKTA_DPOP_REQUIRED;
    resource->proof_algorithms = okta_dir_dpop_algorithms(config);
    resource->node = place->node;
    resource->audiences = policy->audiences;
    resource->issuers = policy->issuers;
    resource->issuers.items = apr_pmemdup(registry->pool, policy->issuers.items,
                                          policy->issuers.count * sizeof(*policy->issuers.items));
    resource->scopes = config->scopes_supported;
    if (!resource->scopes) {
        resource->scopes = apr_array_make(registry->pool, 2, sizeof(const char *));
        for (int i = 0; i < holding->askers->nelts; i++)
            add_scopes(APR_ARRAY_IDX(holding->askers, i, const okta_place *), resource->scopes);
    }
    APR_ARRAY_PUSH(registry->resources, okta_resource *) = resource;
}

static void remark_no_document(okta_judge *j, const okta_place *place)
{
    if (place->config && okta_dir_resource_metadata(place->config) &&
        place->kind != OKTA_PLACE_LOCATION && !place->config->resource)
        okta_remark(
            j, place->server,
            "OktaResourceMetadata in %s (%s): only a <Location> whose path is no pattern has "
            "a document by itself; set it in one, or name the resource by OktaResource",
            okta_section_name(j, place->node), okta_place_of(j, place->first));
}

static void judge_cors(okta_judge *j, server_rec *server, const okta_dir_config *config,
                       const ap_directive_t *first)
{
    const okta_strings origins = okta_strings_of(config->cors_origins);

    if (okta_dir_cors_credentials(config) && okta_strings_contain(&origins, "*", 1))
        okta_complain(j, server,
                      "OktaCorsOrigin \"*\" with OktaCorsCredentials On (%s): cookies for pages of "
                      "any origin; name the origins, or leave out OktaCorsCredentials",
                      okta_place_of(j, first));
}

/* Neither a cookie nor a subprotocol comes with a proof. */
static void judge_ways(okta_judge *j, const okta_place *place, server_rec *server,
                       const okta_dir_config *config)
{
    const apr_array_header_t *ways = okta_dir_token_ways(config);

    if (okta_dir_dpop(config) != OKTA_DPOP_REQUIRED || ways->nelts == 0)
        return;
    for (int i = 0; i < ways->nelts; i++) {
        const okta_token_way *way = &APR_ARRAY_IDX(ways, i, okta_token_way);

        if (way->kind == OKTA_WAY_HEADER || way->kind == OKTA_WAY_FIELD)
            return;
    }
    okta_complain(j, server,
                  "%s: no token can come in: OktaDPoP required takes tokens with a proof, and "
                  "OktaTokenFrom \"%s\" brings none; add header, or leave out one of the two",
                  subject(j, place, server),
                  APR_ARRAY_IDX(ways, ways->nelts - 1, okta_token_way).text);
}

/* False: there is a fault, and other virtual hosts need not hear of it again. */
static bool judge_place(const okta_places *places, const okta_place *place, server_rec *server)
{
    okta_judge *j = places->judge;
    okta_holding holding = okta_place_holding(places, place, server);
    const okta_policy policy =
        okta_effective_policy(holding.config, server, okta_registry_get()->pool);
    int faults = j->faults;

    j->place = place->node;
    if (place->config)
        judge_cors(j, server, holding.config, place->first);
    if (okta_place_is_okta(holding.auth))
        okta_registry_note_proofs(holding.config);
    if (okta_place_is_okta(holding.auth) && (place->auth_type || says_whom_to_trust(place))) {
        for (size_t i = 0; i < policy.issuers.count; i++)
            okta_registry_add(policy.issuers.items[i], server, false);
        judge_trust(j, place, server, &holding, &policy);
        judge_ways(j, place, server, holding.config);
    }
    note_resource(place, server, &holding, &policy);
    return j->faults == faults;
}

static void judge_servers(okta_judge *j)
{
    const okta_registry *registry = okta_registry_get();

    for (int i = 0; i < registry->sections->nelts; i++) {
        const okta_section *section = &APR_ARRAY_IDX(registry->sections, i, okta_section);

        j->place = NULL;
        if (!section->node)
            judge_cors(j, section->server,
                       ap_get_module_config(section->server->lookup_defaults, &auth_okta_module),
                       section->first);
    }
}

/* Loudly, for nobody should find out a year later. */
static void name_unenforced(okta_judge *j)
{
    const apr_array_header_t *all = okta_registry_get()->unenforced;

    for (int i = 0; i < all->nelts; i++) {
        const ap_directive_t *directive = APR_ARRAY_IDX(all, i, const ap_directive_t *);

        okta_caution(j,
                     "OktaEnforce Off in %s (%s): nothing is protected there; what would be "
                     "refused is logged and let in",
                     okta_section_name(j, directive->parent), okta_place_of(j, directive));
    }
}

void okta_check_sections(const okta_places *places)
{
    okta_judge *j = places->judge;

    for (int i = 0; i < places->list->nelts; i++) {
        const okta_place *place = APR_ARRAY_IDX(places->list, i, okta_place *);
        bool good = true;

        if (!place->config && !place->auth_type && !place->require)
            continue;
        good = judge_place(places, place, place->server);
        remark_no_document(j, place);
        for (server_rec *s = j->main_server->next; good && s && place->server == j->main_server;
             s = s->next)
            if (okta_registry_has_settings(s))
                good = judge_place(places, place, s);
    }
    judge_servers(j);
    name_unenforced(j);
}
