/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/check_introspection.h"

#include "core/issuer.h"
#include "httpd/effective.h"
#include "httpd/introspection_client.h"
#include "httpd/registry.h"
#include "httpd/secret_file.h"

#include <openssl/crypto.h>
#include <stdint.h>
#include <string.h>

#define WAIT_MIN apr_time_from_msec(100)

/* A file is read as it will be; a program is not run for this. */
static bool is_good_source(const okta_judge *j, const char *source, okta_error *error)
{
    const char *secret;

    if (strncmp(source, "exec:", 5) == 0)
        return okta_secret_file_check(source + strlen("exec:"), true, error);
    secret = okta_secret_of(j->pool, source, error);
    if (secret)
        OPENSSL_cleanse((char *)(uintptr_t)secret, strlen(secret));
    return secret != NULL;
}

static void judge_secret(okta_judge *j, const okta_issuer *issuer)
{
    const char *source = issuer->settings.introspection_secret;
    okta_error error = {""};

    if (!source)
        okta_complain(j, issuer->server,
                      "OktaIntrospectionClient \"%s\": no secret for it; set "
                      "OktaIntrospectionSecret file:/path, or another method (private_key_jwt, "
                      "none)",
                      issuer->settings.introspection_client);
    else if (!is_good_source(j, source, &error))
        okta_complain(j, issuer->server, "OktaIntrospectionSecret \"%s\": it %s", source,
                      error.text);
}

static void judge_key(okta_judge *j, const okta_issuer *issuer)
{
    const char *path = issuer->settings.introspection_key;
    okta_error error = {""};

    if (!path) {
        okta_complain(j, issuer->server,
                      "OktaIntrospectionClient \"%s\" private_key_jwt: no key for it; set "
                      "OktaIntrospectionKey to the full path of a file with one",
                      issuer->settings.introspection_client);
        return;
    }
    if (!okta_introspection_key_check(j->pool, path, &error))
        okta_complain(j, issuer->server, "OktaIntrospectionKey \"%s\": it %s", path, error.text);
}

static void judge_client(okta_judge *j, const okta_issuer *issuer)
{
    const okta_issuer_settings *settings = &issuer->settings;

    if (!settings->introspection_client)
        okta_complain(j, issuer->server,
                      "OktaIntrospection for issuer \"%s\": it answers its clients only; set "
                      "OktaIntrospectionClient and OktaIntrospectionSecret, or "
                      "OktaIntrospectionClient none",
                      issuer->url);
    else if (settings->introspection_method == OKTA_CLIENT_KEY)
        judge_key(j, issuer);
    else if (settings->introspection_method != OKTA_CLIENT_NONE)
        judge_secret(j, issuer);
}

static void judge_endpoint(okta_judge *j, const okta_issuer *issuer)
{
    const okta_issuer_settings *settings = &issuer->settings;
    okta_error error = {""};

    if (settings->introspection_uri &&
        !okta_url_check(settings->introspection_uri, settings->insecure_http, &error))
        okta_complain(j, issuer->server, "OktaIntrospectionUri \"%s\": %s",
                      settings->introspection_uri, error.text);
    if (!settings->introspection_uri && (settings->jwks_uri || settings->jwks_file))
        okta_complain(j, issuer->server,
                      "OktaIntrospection for issuer \"%s\": with %s its metadata are not asked, so "
                      "its endpoint is not known; set OktaIntrospectionUri",
                      issuer->url, settings->jwks_uri ? "OktaJwksUri" : "OktaJwksFile");
}

static void judge_issuer(okta_judge *j, const okta_issuer *issuer)
{
    if (issuer->settings.introspection == OKTA_INTROSPECTION_OFF) {
        if (issuer->says_org)
            okta_complain(j, issuer->server,
                          "OktaAuthorizationServer \"" OKTA_ORG_SERVER
                          "\": the org authorization server's tokens cannot be verified locally; "
                          "set OktaIntrospection opaque, or use \"default\" or the id of a custom "
                          "authorization server");
        return;
    }
    judge_client(j, issuer);
    judge_endpoint(j, issuer);
}

static void judge_server(okta_judge *j)
{
    const okta_global_config *global = &okta_registry_get()->global;

    if (global->token_cache == 0)
        okta_complain(j, j->main_server,
                      "OktaTokenCache \"0\" with OktaIntrospection: there is no memory for what "
                      "issuers answer; leave it out, or set a number of entries");
    if (global->key_wait < WAIT_MIN)
        okta_complain(j, j->main_server,
                      "OktaKeyWait: requests wait so long for an issuer's answer too, and "
                      "OktaIntrospection needs 100ms at least; set it longer, or leave it out");
}

/* Nobody could say which of two issuers an opaque token is from. */
static void judge_place(const okta_places *places, const okta_place *place, server_rec *server)
{
    okta_judge *j = places->judge;
    const okta_holding holding = okta_place_holding(places, place, server);
    const okta_issuer *first = NULL;
    okta_policy policy;

    if (!okta_place_is_okta(holding.auth))
        return;
    policy = okta_effective_policy(holding.config, server, j->pool);
    for (size_t i = 0; i < policy.issuers.count; i++) {
        const okta_issuer *issuer = okta_registry_find(policy.issuers.items[i]);

        if (!issuer || issuer->settings.introspection == OKTA_INTROSPECTION_OFF)
            continue;
        if (first) {
            j->place = place->node;
            okta_complain(j, server,
                          "OktaIntrospection in %s (%s): an opaque token does not say whose it is, "
                          "and two issuers there are asked about tokens, \"%s\" and \"%s\"; set "
                          "OktaIntrospection off in the <OktaIssuer> section of one of them",
                          okta_section_name(j, place->node), okta_place_of(j, place->node),
                          first->url, issuer->url);
            return;
        }
        first = issuer;
    }
}

void okta_check_introspection(const okta_places *places)
{
    okta_judge *j = places->judge;
    const okta_registry *registry = okta_registry_get();

    for (int i = 0; i < registry->issuers->nelts; i++)
        judge_issuer(j, APR_ARRAY_IDX(registry->issuers, i, okta_issuer *));
    if (!registry->introspects)
        return;
    judge_server(j);
    j->shut = false;
    for (int i = 0; i < places->list->nelts; i++) {
        const okta_place *place = APR_ARRAY_IDX(places->list, i, okta_place *);

        if (!place->config && !place->auth_type && !place->require)
            continue;
        judge_place(places, place, place->server);
        for (server_rec *s = j->main_server->next; s && place->server == j->main_server;
             s = s->next)
            if (okta_registry_has_settings(s))
                judge_place(places, place, s);
    }
    j->place = NULL;
    j->shut = true;
}
