/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/dump.h"

#include "core/mcp_rules.h"
#include "core/value.h"
#include "httpd/decryption_keys.h"
#include "httpd/dump_require.h"
#include "httpd/effective.h"
#include "httpd/places.h"
#include "httpd/registry.h"
#include "httpd/revocation_lists.h"
#include "httpd/shared_cache.h"
#include "httpd/statedir.h"
#include "httpd/statefile.h"
#include "httpd/trust.h"
#include "httpd/trusted_proxy.h"

#include <apr_strings.h>
#include <http_core.h>
#include <stdlib.h>
#include <unixd.h>

static void print(json_t *line)
{
    char *text = okta_json_text(line, JSON_COMPACT | JSON_ENSURE_ASCII);

    json_decref(line);
    if (text)
        puts(text);
    free(text);
}

static void set_text(json_t *object, const char *name, const char *value)
{
    if (value)
        json_object_set_new(object, name, json_string(value));
}

static void set_number(json_t *object, const char *name, apr_int64_t value)
{
    json_object_set_new(object, name, json_integer(value));
}

static json_t *list_of(okta_strings texts)
{
    json_t *list = json_array();

    for (size_t i = 0; i < texts.count; i++)
        json_array_append_new(list, json_string(texts.items[i]));
    return list;
}

static json_t *algorithms_of(okta_algorithm_set set)
{
    json_t *names = json_array();

    for (int id = 0; id < OKTA_ALGORITHM_COUNT; id++)
        if (set & OKTA_ALGORITHM_BIT(id))
            json_array_append_new(names,
                                  json_string(okta_algorithm_by_id((okta_algorithm_id)id)->name));
    return names;
}

static void dump_server(apr_pool_t *pool)
{
    const okta_global_config *global = &okta_registry_get()->global;
    json_t *line = json_pack("{s:s, s:o}", "okta", "server", "state_dir_configured",
                             json_boolean(global->state_dir != NULL));

    set_text(line, "state_dir", okta_statedir_planned(pool));
    set_text(line, "user", ap_unixd_config.user_name);
    set_number(line, "uid", (apr_int64_t)okta_child_user());
    set_number(line, "refresh_min", apr_time_sec(global->refresh_min));
    set_number(line, "refresh_max", apr_time_sec(global->refresh_max));
    set_number(line, "key_max_stale", apr_time_sec(global->key_max_stale));
    set_number(line, "key_set_max_bytes", global->key_set_max_bytes);
    /* not its arguments, for another provider's may hold a password */
    set_text(line, "shared_cache", global->shared_cache ? global->shared_cache->provider : NULL);
    set_text(line, "shared_cache_key", global->shared_cache_key);
    print(line);
}

/* Where a secret is, never what it is. */
static void set_introspection(json_t *line, const okta_issuer_settings *settings)
{
    static const char *const methods[] = {[OKTA_CLIENT_BASIC] = "client_secret_basic",
                                          [OKTA_CLIENT_POST] = "client_secret_post",
                                          [OKTA_CLIENT_KEY] = "private_key_jwt",
                                          [OKTA_CLIENT_NONE] = "none"};

    if (settings->introspection == OKTA_INTROSPECTION_OFF)
        return;
    set_text(line, "introspection",
             settings->introspection == OKTA_INTROSPECTION_ALWAYS ? "always" : "opaque");
    set_text(line, "introspection_client", settings->introspection_client);
    set_text(line, "introspection_method", methods[settings->introspection_method]);
    set_text(line, "introspection_secret", settings->introspection_secret);
    set_text(line, "introspection_key", settings->introspection_key);
    set_text(line, "introspection_uri", settings->introspection_uri);
    set_number(line, "introspection_cache", apr_time_sec(settings->introspection_cache));
}

static void dump_issuer(apr_pool_t *pool, const server_rec *server, const okta_issuer *issuer)
{
    const okta_issuer_settings *settings = &issuer->settings;
    const char *directory = okta_statedir_planned(pool);
    const char *proxy = okta_trust_without_user(pool, settings->proxy);
    char path[APR_PATH_MAX];
    json_t *line = json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:o}", "okta", "issuer", "url", issuer->url, "proxy", proxy,
        "proxy_credentials", json_boolean(strcmp(proxy, settings->proxy) != 0), "insecure_http",
        json_boolean(settings->insecure_http > 0), "on_demand", json_boolean(issuer->on_demand));

    set_text(line, "jwks_uri", settings->jwks_uri);
    set_text(line, "jwks_file", settings->jwks_file);
    set_text(line, "ca_file", settings->ca_file);
    set_text(line, "trust", issuer->trust.text);
    json_object_set_new(line, "decryption_keys",
                        list_of(okta_strings_of(okta_decryption_paths_of(pool, server, issuer))));
    set_number(line, "timeout_ms", apr_time_as_msec(settings->fetch_timeout));
    set_introspection(line, settings);
    if (directory && !settings->jwks_file) {
        okta_statefile_path(issuer, directory, "", path, sizeof(path));
        set_text(line, "state_file", path);
    }
    print(line);
}

static void set_policy(json_t *line, const okta_policy *policy)
{
    static const char *const dpop[] = {[OKTA_DPOP_OFF] = "off",
                                       [OKTA_DPOP_OPTIONAL] = "optional",
                                       [OKTA_DPOP_REQUIRED] = "required"};

    json_object_set_new(line, "issuers", list_of(policy->issuers));
    json_object_set_new(line, "audiences", list_of(policy->audiences));
    json_object_set_new(line, "clients", list_of(policy->clients));
    json_object_set_new(line, "algorithms", algorithms_of(policy->algorithms));
    json_object_set_new(line, "acrs", list_of(policy->acrs));
    json_object_set_new(line, "at_jwt_only", json_boolean(policy->at_jwt_only));
    set_text(line, "dpop", dpop[policy->dpop]);
    set_number(line, "skew", policy->skew);
    set_number(line, "max_token_bytes", (apr_int64_t)policy->max_token_bytes);
    if (policy->limits_auth_age)
        set_number(line, "max_auth_age", policy->max_auth_age);
    if (policy->max_age)
        set_number(line, "max_token_age", policy->max_age);
}

/* As httpd's parent and as its children see it. */
static void set_revocations(json_t *line, apr_pool_t *pool, const server_rec *server)
{
    const okta_revocation_list *list = okta_server_revocations(okta_server_config_of(server));

    if (!list)
        return;
    set_text(line, "revocations", list->path);
    set_text(line, "revocations_inside", okta_revocation_list_inside(pool, list));
}

static void set_answers(json_t *line, const okta_dir_config *config)
{
    json_object_set_new(line, "cors_origins", list_of(okta_strings_of(config->cors_origins)));
    json_object_set_new(line, "resource_metadata", json_boolean(okta_dir_has_metadata(config)));
    set_text(line, "resource", config->resource);
    set_text(line, "public_url", okta_dir_public_url(config));
    json_object_set_new(line, "user_claims",
                        list_of(okta_strings_of(okta_dir_user_claims(config))));
    set_text(line, "groups_claim", okta_dir_groups_claim(config));
}

static void set_mcp(json_t *line, const okta_dir_config *config)
{
    const apr_array_header_t *rules = config->mcp_rules;
    json_t *list = json_array();

    json_object_set_new(line, "mcp", json_boolean(okta_dir_mcp(config)));
    set_number(line, "mcp_max_bytes", okta_dir_mcp_max_bytes(config));
    for (int i = 0; rules && i < rules->nelts; i++) {
        const okta_mcp_rule *rule = APR_ARRAY_IDX(rules, i, const okta_mcp_rule *);
        json_t *one = json_object();

        set_text(one, "method", rule->method);
        set_text(one, "name", rule->name);
        json_object_set_new(one, "scopes", list_of(rule->scopes));
        json_array_append_new(list, one);
    }
    json_object_set_new(line, "mcp_scopes", list);
}

/* Several sections whose lines are merged are httpd's to judge. */
static void set_requires(json_t *line, apr_pool_t *pool, const okta_holding *holding)
{
    const okta_place *asker;

    if (holding->askers->nelts != 1)
        return;
    asker = APR_ARRAY_IDX(holding->askers, 0, const okta_place *);
    json_object_set_new(line, "require", okta_dump_requires(pool, asker->node->first_child));
}

static void set_proxies(json_t *line, const okta_server_config *config)
{
    const apr_array_header_t *trusted = okta_server_trusted_proxies(config);
    json_t *addresses = json_array();

    for (int i = 0; trusted && i < trusted->nelts; i++)
        json_array_append_new(addresses, json_string(APR_ARRAY_IDX(trusted, i, okta_subnet).text));
    set_text(line, "client_cert_header", okta_server_client_cert_header(config));
    json_object_set_new(line, "trusted_proxies", addresses);
}

static json_t *ways_of(const okta_dir_config *config)
{
    const apr_array_header_t *ways = okta_dir_token_ways(config);
    json_t *list = json_array();

    for (int i = 0; i < ways->nelts; i++)
        json_array_append_new(list, json_string(APR_ARRAY_IDX(ways, i, okta_token_way).text));
    return list;
}

static void dump_place(const okta_places *places, const okta_place *place, server_rec *server)
{
    okta_judge *j = places->judge;
    okta_holding holding = okta_place_holding(places, place, server);
    okta_policy policy;
    json_t *line;

    if (!okta_place_is_okta(holding.auth))
        return;
    policy = okta_effective_policy(holding.config, server, j->pool);
    line = json_pack("{s:s, s:s, s:s, s:o}", "okta", "place", "section",
                     okta_section_name(j, place->node), "at", okta_place_of(j, place->node),
                     "undecided", json_boolean(holding.maybe_issuer));
    if (place->kind == OKTA_PLACE_LOCATION)
        set_text(line, "path", place->path);
    set_text(line, "server", server->server_hostname);
    set_policy(line, &policy);
    set_revocations(line, j->pool, server);
    set_answers(line, holding.config);
    json_object_set_new(line, "token_from", ways_of(holding.config));
    set_proxies(line, okta_server_config_of(server));
    set_mcp(line, holding.config);
    set_requires(line, j->pool, &holding);
    print(line);
}

static bool has_other_list(const server_rec *a, const server_rec *b)
{
    return okta_server_revocations(okta_server_config_of(a)) !=
           okta_server_revocations(okta_server_config_of(b));
}

void okta_dump(apr_pool_t *pconf, server_rec *server)
{
    const okta_registry *registry = okta_registry_get();
    okta_judge judge = {.pool = pconf, .main_server = server};
    okta_places places;

    if (!ap_exists_config_define("DUMP_OKTA"))
        return;
    okta_trust_settle(pconf, pconf);
    places = okta_places_of(&judge);
    dump_server(pconf);
    for (int i = 0; i < registry->issuers->nelts; i++)
        dump_issuer(pconf, server, APR_ARRAY_IDX(registry->issuers, i, okta_issuer *));
    for (int i = 0; i < places.list->nelts; i++) {
        const okta_place *place = APR_ARRAY_IDX(places.list, i, okta_place *);

        if (!place->config && !place->auth_type && !place->require)
            continue;
        dump_place(&places, place, place->server);
        for (server_rec *s = server->next; s && place->server == server; s = s->next)
            if (okta_registry_has_settings(s) || has_other_list(s, server))
                dump_place(&places, place, s);
    }
    fflush(stdout);
}
