/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/registry.h"

#include "core/issuer.h"

#include <apr_strings.h>

/* One configuration is in force in a process at a time; httpd reads the next after this one's pool
 * is gone. */
static okta_registry *registry;

okta_registry *okta_registry_get(void)
{
    return registry;
}

static apr_status_t forget(void *unused)
{
    (void)unused;
    registry = NULL;
    return APR_SUCCESS;
}

void okta_registry_create(apr_pool_t *pconf)
{
    registry = apr_pcalloc(pconf, sizeof(*registry));
    registry->pool = pconf;
    registry->global = okta_global_config_create();
    registry->sections = apr_array_make(pconf, 8, sizeof(okta_section));
    registry->issuer_sections = apr_array_make(pconf, 4, sizeof(okta_issuer_section *));
    registry->issuers = apr_array_make(pconf, 4, sizeof(okta_issuer *));
    registry->by_url = apr_hash_make(pconf);
    registry->claim_headers = apr_array_make(pconf, 4, sizeof(const char *));
    registry->certificate_headers = apr_array_make(pconf, 4, sizeof(const char *));
    registry->token_headers = apr_array_make(pconf, 4, sizeof(const char *));
    registry->resources = apr_array_make(pconf, 4, sizeof(okta_resource *));
    registry->closed = apr_array_make(pconf, 1, sizeof(okta_closed_server));
    registry->revocations = apr_array_make(pconf, 1, sizeof(okta_revocation_list *));
    registry->unenforced = apr_array_make(pconf, 1, sizeof(const ap_directive_t *));
    registry->senses = apr_hash_make(pconf);
    apr_pool_cleanup_register(pconf, NULL, forget, apr_pool_cleanup_null);
}

/* Let in by an AllowOverrideList that names the directive. httpd itself tells by these pools. */
static bool is_of_htaccess(const cmd_parms *cmd)
{
    return cmd->pool == cmd->temp_pool;
}

bool okta_registry_note_section(const cmd_parms *cmd, okta_dir_config *config)
{
    okta_section *section;

    if (is_of_htaccess(cmd)) {
        config->fault =
            apr_psprintf(cmd->pool,
                         "closed: %s does not work in a .htaccess file (%s:%d), take it "
                         "out of there and of AllowOverrideList",
                         cmd->cmd->name, cmd->directive->filename, cmd->directive->line_num);
        return false;
    }
    for (int i = 0; i < registry->sections->nelts; i++)
        if (APR_ARRAY_IDX(registry->sections, i, okta_section).config == config)
            return true;
    section = apr_array_push(registry->sections);
    section->node = cmd->path ? cmd->directive->parent : NULL;
    section->first = cmd->directive;
    section->server = cmd->server;
    section->config = config;
    return true;
}

bool okta_registry_has_settings(const server_rec *server)
{
    for (int i = 0; i < registry->sections->nelts; i++)
        if (APR_ARRAY_IDX(registry->sections, i, okta_section).server == server)
            return true;
    return false;
}

static void raise_to(int64_t *longest, int64_t value)
{
    if (*longest < value)
        *longest = value;
}

void okta_registry_note_proofs(const okta_dir_config *config)
{
    raise_to(&registry->proof_window, okta_dir_dpop_window(config));
    raise_to(&registry->proof_skew, okta_dir_skew(config));
}

void okta_registry_note_header(const char *header)
{
    APR_ARRAY_PUSH(registry->claim_headers, const char *) = header;
}

okta_issuer *okta_registry_find(const char *url)
{
    return apr_hash_get(registry->by_url, url, APR_HASH_KEY_STRING);
}

okta_issuer *okta_registry_add(const char *url, server_rec *server, bool on_demand)
{
    okta_issuer *issuer = okta_registry_find(url);

    if (!issuer) {
        issuer = apr_pcalloc(registry->pool, sizeof(*issuer));
        issuer->url = url;
        issuer->server = server;
        issuer->index = registry->issuers->nelts;
        issuer->on_demand = on_demand;
        APR_ARRAY_PUSH(registry->issuers, okta_issuer *) = issuer;
        apr_hash_set(registry->by_url, url, APR_HASH_KEY_STRING, issuer);
    }
    issuer->on_demand = issuer->on_demand && on_demand;
    return issuer;
}

static const okta_issuer_settings *section_settings(const char *url)
{
    for (int i = 0; i < registry->issuer_sections->nelts; i++) {
        const okta_issuer_section *section =
            APR_ARRAY_IDX(registry->issuer_sections, i, okta_issuer_section *);
        if (strcmp(section->url, url) == 0)
            return &section->settings;
    }
    return NULL;
}

void okta_registry_settle(void)
{
    okta_global_config_complete(&registry->global);
    for (int i = 0; i < registry->issuers->nelts; i++) {
        okta_issuer *issuer = APR_ARRAY_IDX(registry->issuers, i, okta_issuer *);
        const okta_issuer_settings *fallback = &okta_server_config_of(issuer->server)->issuer;
        const okta_issuer_settings *own = section_settings(issuer->url);

        issuer->settings = own ? okta_issuer_settings_merge(fallback, own) : *fallback;
        okta_issuer_settings_complete(&issuer->settings);
        if (issuer->settings.introspection != OKTA_INTROSPECTION_OFF)
            registry->introspects = true;
        issuer->is_org = issuer->says_org || (!okta_issuer_check(issuer->url, true, NULL) &&
                                              okta_asked_issuer_check(issuer->url, true, NULL));
    }
}
