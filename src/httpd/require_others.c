/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/require_others.h"

#include "httpd/admission.h"
#include "httpd/request.h"

#include <ap_provider.h>

#define BEING_PARSED "okta-require"

typedef struct condition {
    const authz_provider *provider; /* the one that we stand before */
    const void *parsed;             /* its own */
    okta_sense sense;
    bool asks; /* for a claim */
} condition;

void okta_require_asks(apr_pool_t *ptemp)
{
    void *parsing = NULL;

    if (apr_pool_userdata_get(&parsing, BEING_PARSED, ptemp) == APR_SUCCESS && parsing)
        ((condition *)parsing)->asks = true;
}

static const char *parse(const authz_provider *provider, cmd_parms *cmd, const char *line,
                         const void **parsed)
{
    condition *own = apr_pcalloc(cmd->pool, sizeof(*own));
    const char *error;

    *parsed = own;
    own->provider = provider;
    own->sense = okta_sense_parsed(cmd);
    if (!provider->parse_require_line)
        return NULL;
    apr_pool_userdata_set(own, BEING_PARSED, NULL, cmd->temp_pool);
    error = provider->parse_require_line(cmd, line, &own->parsed);
    apr_pool_userdata_set(NULL, BEING_PARSED, NULL, cmd->temp_pool);
    return error;
}

static authz_status check(request_rec *r, const char *line, const void *parsed)
{
    const condition *own = parsed;
    okta_request *state;
    bool before, asked;
    authz_status status;

    if (!own->asks || okta_request_claims(r)) {
        status = own->provider->check_authorization(r, line, own->parsed);
        return status == AUTHZ_DENIED_NO_USER && okta_request_is_ours(r)
                   ? okta_answer_for_nobody(r, own->sense)
                   : status;
    }
    /* Asked while nobody is known, an expression answers for nobody, which does not count. What it
     * says without looking at a claim does. */
    state = okta_request_state(r, true);
    before = state->unanswerable;
    state->unanswerable = false;
    status = own->provider->check_authorization(r, line, own->parsed);
    asked = state->unanswerable || status == AUTHZ_DENIED_NO_USER;
    state->unanswerable = before;
    if (!asked || (!okta_request_is_ours(r) && okta_sense_of(r, own->sense) == OKTA_SENSE_LETS_IN))
        return status;
    return okta_answer_for_nobody(r, own->sense);
}

/* A provider is told its parsed line, not its name: each needs a function of its own. */
#define WRAPPER(name)                                                                      \
    static const authz_provider *httpds_##name;                                            \
    static const char *parse_##name(cmd_parms *cmd, const char *line, const void **parsed) \
    {                                                                                      \
        return parse(httpds_##name, cmd, line, parsed);                                    \
    }                                                                                      \
    static const authz_provider our_##name = {check, parse_##name};

WRAPPER(expr)
WRAPPER(user)
WRAPPER(group)
WRAPPER(file_group)
WRAPPER(dbm_group)
WRAPPER(dbm_file_group)
WRAPPER(dbd_group)
WRAPPER(ldap_user)
WRAPPER(ldap_group)
WRAPPER(ldap_dn)
WRAPPER(ldap_attribute)
WRAPPER(ldap_filter)
WRAPPER(ldap_search)

#define WRAP(name, id) name, &httpds_##id, &our_##id

/* All of httpd's that look at the user, but valid-user, which asks for nothing that is known of
 * one. */
static const struct {
    const char *name;
    const authz_provider **httpds;
    const authz_provider *ours;
} wrapped[] = {{WRAP("expr", expr)},
               {WRAP("user", user)},
               {WRAP("group", group)},
               {WRAP("file-group", file_group)},
               {WRAP("dbm-group", dbm_group)},
               {WRAP("dbm-file-group", dbm_file_group)},
               {WRAP("dbd-group", dbd_group)},
               {WRAP("ldap-user", ldap_user)},
               {WRAP("ldap-group", ldap_group)},
               {WRAP("ldap-dn", ldap_dn)},
               {WRAP("ldap-attribute", ldap_attribute)},
               {WRAP("ldap-filter", ldap_filter)},
               {WRAP("ldap-search", ldap_search)}};

static void wrap(apr_pool_t *pconf, const char *name, const authz_provider **httpds,
                 const authz_provider *ours)
{
    const authz_provider *provider =
        ap_lookup_provider(AUTHZ_PROVIDER_GROUP, name, AUTHZ_PROVIDER_VERSION);

    if (!provider || provider == ours)
        return;
    *httpds = provider;
    /* not ap_register_auth_provider: httpd has counted this one already */
    ap_register_provider(pconf, AUTHZ_PROVIDER_GROUP, name, AUTHZ_PROVIDER_VERSION, ours);
}

void okta_wrap_providers(apr_pool_t *pconf)
{
    for (size_t i = 0; i < sizeof(wrapped) / sizeof(wrapped[0]); i++)
        wrap(pconf, wrapped[i].name, wrapped[i].httpds, wrapped[i].ours);
}
