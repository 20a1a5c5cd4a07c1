#include "httpd/identity.h"

#include "httpd/claim_text.h"
#include "httpd/config.h"
#include "httpd/request.h"

#include <apr_lib.h>
#include <apr_strings.h>

#define ENV_PREFIX "OKTA_CLAIM_"

bool okta_identify(request_rec *r, const okta_claims *claims)
{
    static const char *const defaults[] = {"sub", "cid", "client_id"};
    const apr_array_header_t *names = okta_dir_config_of(r)->user_claims;
    int count = names ? names->nelts : (int)(sizeof(defaults) / sizeof(defaults[0]));

    for (int i = 0; i < count; i++) {
        const okta_value *value =
            okta_claims_get(claims, names ? APR_ARRAY_IDX(names, i, const char *) : defaults[i]);
        if (!value)
            continue;
        if (value->type == OKTA_VALUE_INTEGER)
            r->user = apr_psprintf(r->pool, "%" APR_INT64_T_FMT, value->as.integer);
        else if (value->type == OKTA_VALUE_STRING && value->length > 0 &&
                 !okta_has_control(value->as.string, value->length))
            r->user = (char *)value->as.string;
        return r->user != NULL;
    }
    return false;
}

/* What a shell or CGI program can name: letters, digits, underscores. */
static const char *env_name(apr_pool_t *pool, const char *claim)
{
    char *name = apr_pstrcat(pool, ENV_PREFIX, claim, NULL);

    for (char *p = name + sizeof(ENV_PREFIX) - 1; *p; p++)
        if (!apr_isalnum(*p))
            *p = '_';
    return name;
}

static bool is_exported(const okta_dir_config *config, const char *claim)
{
    if (config->claim_env != OKTA_CLAIM_ENV_SOME)
        return true;
    for (int i = 0; i < config->env_claims->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(config->env_claims, i, const char *), claim) == 0)
            return true;
    return false;
}

int okta_export_claims(request_rec *r)
{
    const okta_dir_config *config = okta_dir_config_of(r);
    const okta_claims *claims = okta_request_claims(r);
    const okta_value *root, *scopes;

    if (!claims || config->claim_env == OKTA_CLAIM_ENV_OFF)
        return DECLINED;
    root = okta_claims_root(claims);
    for (uint32_t i = 0; i < root->length; i++) {
        const okta_value *claim = &root->as.children[i];
        const char *text = is_exported(config, claim->name)
                               ? okta_claim_text(r->pool, claim, OKTA_TEXT_ENV)
                               : NULL;
        if (text)
            apr_table_setn(r->subprocess_env, env_name(r->pool, claim->name), text);
    }
    scopes = okta_claims_get(claims, "scp");
    if (!scopes)
        scopes = okta_claims_get(claims, "scope");
    if (scopes)
        apr_table_setn(r->subprocess_env, "OKTA_SCOPE",
                       okta_claim_text(r->pool, scopes, OKTA_TEXT_ENV));
    return DECLINED;
}
