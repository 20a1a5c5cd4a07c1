#include "httpd/identity.h"

#include "httpd/config.h"
#include "httpd/request.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stdlib.h>

#define ENV_PREFIX "OKTA_CLAIM_"

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

static bool has_control(const char *text, apr_size_t length)
{
    for (apr_size_t i = 0; i < length; i++)
        if (is_control(text[i]))
            return true;
    return false;
}

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
                 !has_control(value->as.string, value->length))
            r->user = (char *)value->as.string;
        return r->user != NULL;
    }
    return false;
}

/* Control characters as %0A; `text` itself where it has none. */
static const char *without_control(apr_pool_t *pool, const char *text, apr_size_t length)
{
    static const char hex[] = "0123456789ABCDEF";
    char *safe, *to;

    if (!has_control(text, length))
        return text;
    safe = to = apr_palloc(pool, 3 * length + 1);
    for (apr_size_t i = 0; i < length; i++) {
        if (is_control(text[i])) {
            *to++ = '%';
            *to++ = hex[(unsigned char)text[i] >> 4];
            *to++ = hex[(unsigned char)text[i] & 15];
        } else {
            *to++ = text[i];
        }
    }
    *to = '\0';
    return safe;
}

static const char *json_text(apr_pool_t *pool, const okta_value *value)
{
    json_t *json = okta_value_to_json(value);
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    const char *copy = text ? apr_pstrdup(pool, text) : NULL;

    free(text);
    json_decref(json);
    /* JSON escapes what is below space, and leaves DEL */
    return copy ? without_control(pool, copy, strlen(copy)) : NULL;
}

static const char *array_text(apr_pool_t *pool, const okta_value *value)
{
    apr_array_header_t *parts = apr_array_make(pool, (int)value->length + 1, sizeof(char *));

    for (uint32_t i = 0; i < value->length; i++) {
        const char *text = value->as.children[i].type == OKTA_VALUE_ARRAY
                               ? json_text(pool, &value->as.children[i])
                               : okta_claim_text(pool, &value->as.children[i]);
        if (text)
            APR_ARRAY_PUSH(parts, const char *) = text;
    }
    return apr_array_pstrcat(pool, parts, ' ');
}

const char *okta_claim_text(apr_pool_t *pool, const okta_value *value)
{
    switch ((okta_value_type)value->type) {
    case OKTA_VALUE_STRING:
        return without_control(pool, value->as.string, value->length);
    case OKTA_VALUE_INTEGER:
        return apr_psprintf(pool, "%" APR_INT64_T_FMT, value->as.integer);
    case OKTA_VALUE_BOOLEAN:
        return value->as.integer ? "true" : "false";
    case OKTA_VALUE_ARRAY:
        return array_text(pool, value);
    case OKTA_VALUE_REAL:
    case OKTA_VALUE_OBJECT:
        return json_text(pool, value);
    case OKTA_VALUE_NULL:
    default:
        return NULL;
    }
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
        const char *text =
            is_exported(config, claim->name) ? okta_claim_text(r->pool, claim) : NULL;
        if (text)
            apr_table_setn(r->subprocess_env, env_name(r->pool, claim->name), text);
    }
    scopes = okta_claims_get(claims, "scp");
    if (!scopes)
        scopes = okta_claims_get(claims, "scope");
    if (scopes)
        apr_table_setn(r->subprocess_env, "OKTA_SCOPE", okta_claim_text(r->pool, scopes));
    return DECLINED;
}
