/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/check_config.h"

#include "core/issuer.h"
#include "httpd/check_access.h"
#include "httpd/check_headers.h"
#include "httpd/check_introspection.h"
#include "httpd/check_mcp.h"
#include "httpd/check_require.h"
#include "httpd/check_resources.h"
#include "httpd/check_sections.h"
#include "httpd/decryption_keys.h"
#include "httpd/effective.h"
#include "httpd/jwks_file.h"
#include "httpd/log.h"
#include "httpd/registry.h"
#include "httpd/restart.h"
#include "httpd/revocation_lists.h"
#include "httpd/shared_cache.h"
#include "httpd/statedir.h"
#include "httpd/unasked.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

static bool is_related(const okta_judge *j, const okta_section *a, const okta_section *b)
{
    return a->server == b->server || a->server == j->main_server || b->server == j->main_server;
}

/* The sections with an OktaDomain, of those that say the same for a server the first: hundreds of
 * sections often name one. */
static apr_array_header_t *sections_with_domains(apr_pool_t *pool)
{
    const okta_registry *registry = okta_registry_get();
    apr_array_header_t *list = apr_array_make(pool, 4, sizeof(const okta_section *));
    apr_hash_t *seen = apr_hash_make(pool);

    for (int i = 0; i < registry->sections->nelts; i++) {
        const okta_section *section = &APR_ARRAY_IDX(registry->sections, i, okta_section);
        const char *key;

        if (!section->config->domain)
            continue;
        key = apr_psprintf(pool, "%pp %s", (void *)section->server, section->config->domain);
        if (apr_hash_get(seen, key, APR_HASH_KEY_STRING))
            continue;
        apr_hash_set(seen, key, APR_HASH_KEY_STRING, section);
        APR_ARRAY_PUSH(list, const okta_section *) = section;
    }
    return list;
}

/* What no protected section uses for sure may still come together at request time. */
static void register_possible(okta_judge *j)
{
    const okta_registry *registry = okta_registry_get();
    const apr_array_header_t *others = sections_with_domains(j->pool);

    for (int i = 0; i < registry->sections->nelts; i++) {
        const okta_section *section = &APR_ARRAY_IDX(registry->sections, i, okta_section);
        const okta_strings own =
            okta_effective_policy(section->config, section->server, registry->pool).issuers;
        bool has_domain = false;

        j->place = section->node;
        for (size_t k = 0; k < own.count; k++)
            okta_registry_add(own.items[k], section->server, true);
        if (!section->config->server_id)
            continue;
        for (int k = 0; k < others->nelts; k++) {
            const okta_section *other = APR_ARRAY_IDX(others, k, const okta_section *);
            if (!is_related(j, section, other))
                continue;
            has_domain = true;
            okta_registry_add(okta_effective_issuer(registry->pool, other->config->domain,
                                                    section->config->server_id),
                              section->server, true)
                ->says_org = strcmp(section->config->server_id, OKTA_ORG_SERVER) == 0;
        }
        if (!has_domain)
            okta_complain(
                j, section->server,
                "OktaAuthorizationServer \"%s\" (%s): there is no OktaDomain that it could "
                "belong to; set one",
                section->config->server_id, okta_place_of(j, section->first));
    }
}

typedef struct dropped_keys {
    okta_judge *judge;
    const okta_issuer *issuer;
} dropped_keys;

static void warn_of_dropped(void *baton, const char *kid, const char *why)
{
    const dropped_keys *dropped = baton;

    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, dropped->issuer->server,
                 OKTA_TAG_KEYS "OktaJwksFile \"%s\": key \"%s\" is left out: %s",
                 dropped->issuer->settings.jwks_file, kid, why);
}

/* Found out now, and not when the first fetch fails. */
static bool has_certificates(const char *path)
{
    X509_STORE *store = X509_STORE_new();
    bool good;

    ERR_set_mark();
    good = store && X509_STORE_load_file(store, path) == 1;
    ERR_pop_to_mark();
    X509_STORE_free(store);
    return good;
}

static void judge_issuer(okta_judge *j, const okta_issuer *issuer)
{
    const okta_issuer_settings *settings = &issuer->settings;
    dropped_keys dropped = {j, issuer};
    okta_keyset *keys;
    okta_error error = {""};

    if (!(issuer->says_org || settings->introspection != OKTA_INTROSPECTION_OFF
              ? okta_asked_issuer_check
              : okta_issuer_check)(issuer->url, settings->insecure_http, &error))
        okta_complain(j, issuer->server, "OktaIssuer \"%s\": %s", issuer->url, error.text);
    if (settings->jwks_uri && !okta_url_check(settings->jwks_uri, settings->insecure_http, &error))
        okta_complain(j, issuer->server, "OktaJwksUri \"%s\": %s", settings->jwks_uri, error.text);
    if (settings->ca_file && !has_certificates(settings->ca_file))
        okta_complain(
            j, issuer->server,
            "OktaCAFile \"%s\": no certificates in it that OpenSSL can read; put the certificate "
            "authorities there, as PEM",
            settings->ca_file);
    if (!settings->jwks_file)
        return;
    keys = okta_jwks_file_read(j->pool, settings->jwks_file,
                               okta_registry_get()->global.key_set_max_bytes, warn_of_dropped,
                               &dropped, NULL, &error);
    if (!keys)
        okta_complain(j, issuer->server,
                      "OktaJwksFile \"%s\": it %s; put a JWKS there, {\"keys\":[...]}",
                      settings->jwks_file, error.text);
    okta_keyset_unref(keys);
}

static void judge_issuer_sections(okta_judge *j)
{
    const okta_registry *registry = okta_registry_get();

    for (int i = 0; i < registry->issuer_sections->nelts; i++) {
        const okta_issuer_section *section =
            APR_ARRAY_IDX(registry->issuer_sections, i, okta_issuer_section *);
        if (!okta_registry_find(section->url))
            okta_complain(
                j, j->main_server,
                "<OktaIssuer \"%s\"> (%s): no OktaIssuer or OktaDomain names this issuer; correct "
                "the URL or remove the section",
                section->url, okta_place_of(j, section->node));
    }
}

int okta_check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *server)
{
    const okta_registry *registry = okta_registry_get();
    okta_judge j = {.pool = ptemp, .main_server = server};
    const char *state_dir_fault;
    okta_places places;

    (void)plog;
    places = okta_places_of(&j);
    okta_check_sections(&places);
    okta_check_access(&places);
    okta_check_mcp(&places);
    okta_check_resources(&j);
    register_possible(&j);
    okta_check_require(&j);
    j.shut = true;
    okta_check_headers(&j);
    judge_issuer_sections(&j);
    okta_unasked_collect(pconf, ptemp, server);
    okta_registry_settle();
    for (int i = 0; i < registry->issuers->nelts; i++)
        judge_issuer(&j, APR_ARRAY_IDX(registry->issuers, i, okta_issuer *));
    okta_check_revocations(&j);
    okta_decryption_keys_judge(&j);
    okta_check_introspection(&places);
    okta_shared_cache_judge(&j);
    /* a restart says that when it does without */
    state_dir_fault = okta_is_restart() ? NULL : okta_statedir_fault(ptemp);
    if (state_dir_fault)
        okta_complain(&j, server, "%s", state_dir_fault);
    return okta_verdict(&j);
}
