#include "httpd/requirements.h"

#include "core/match.h"
#include "httpd/config.h"
#include "httpd/request.h"

#include <ap_provider.h>
#include <ap_regex.h>
#include <apr_strings.h>
#include <http_config.h>
#include <http_request.h>
#include <mod_auth.h>

typedef enum claim_operator {
    OPERATOR_EQUAL,
    OPERATOR_UNEQUAL,
    OPERATOR_MATCH,
    OPERATOR_CONTAINS
} claim_operator;

/* A parsed okta-claim line. */
typedef struct claim_condition {
    const char *path;
    claim_operator how;
    apr_array_header_t *values;   /* const char * */
    apr_array_header_t *patterns; /* ap_regex_t *, for OPERATOR_MATCH */
} claim_condition;

static apr_array_header_t *words_of(apr_pool_t *pool, const char *line)
{
    apr_array_header_t *words = apr_array_make(pool, 2, sizeof(const char *));

    while (*line) {
        const char *word = ap_getword_conf(pool, &line);
        if (*word)
            APR_ARRAY_PUSH(words, const char *) = word;
    }
    return words;
}

static const char *parse_words(cmd_parms *cmd, const char *line, const void **parsed)
{
    apr_array_header_t *words = words_of(cmd->pool, line);

    *parsed = words;
    return words->nelts ? NULL : "it names nothing; write one or more values behind it";
}

static const char *parse_operator(const char *word, claim_operator *how)
{
    if (strcmp(word, "=") == 0)
        *how = OPERATOR_EQUAL;
    else if (strcmp(word, "!=") == 0)
        *how = OPERATOR_UNEQUAL;
    else if (strcmp(word, "~") == 0)
        *how = OPERATOR_MATCH;
    else if (strcmp(word, "contains") == 0)
        *how = OPERATOR_CONTAINS;
    else
        return "unknown operator; use =, !=, ~ or contains, with spaces around it";
    return NULL;
}

static const char *compile(cmd_parms *cmd, claim_condition *condition)
{
    condition->patterns = apr_array_make(cmd->pool, 2, sizeof(ap_regex_t *));
    for (int i = 0; i < condition->values->nelts; i++) {
        const char *pattern = APR_ARRAY_IDX(condition->values, i, const char *);
        /* anchored: a pattern for a part of an e-mail address would let strangers in */
        ap_regex_t *regex =
            ap_pregcomp(cmd->pool, apr_pstrcat(cmd->pool, "\\A(?:", pattern, ")\\z", NULL),
                        AP_REG_EXTENDED | AP_REG_NOSUB);
        if (!regex)
            return apr_pstrcat(cmd->pool, "\"", pattern, "\" is no regular expression; correct it",
                               NULL);
        APR_ARRAY_PUSH(condition->patterns, ap_regex_t *) = regex;
    }
    return NULL;
}

static const char *parse_claim(cmd_parms *cmd, const char *line, const void **parsed)
{
    claim_condition *condition = apr_pcalloc(cmd->pool, sizeof(*condition));
    apr_array_header_t *words = words_of(cmd->pool, line);
    const char *fault;

    *parsed = condition;
    if (words->nelts < 3)
        return "too short; write a claim, an operator (=, !=, ~ or contains) and one or more "
               "values";
    condition->path = APR_ARRAY_IDX(words, 0, const char *);
    fault = parse_operator(APR_ARRAY_IDX(words, 1, const char *), &condition->how);
    condition->values = apr_array_make(cmd->pool, 2, sizeof(const char *));
    for (int i = 2; i < words->nelts; i++)
        APR_ARRAY_PUSH(condition->values, const char *) = APR_ARRAY_IDX(words, i, const char *);
    if (!fault && condition->how == OPERATOR_MATCH)
        fault = compile(cmd, condition);
    return fault;
}

/* Nobody is there: with AUTHZ_DENIED_NO_USER httpd asks for authentication. */
static authz_status denied(const request_rec *r)
{
    return r->user ? AUTHZ_DENIED : AUTHZ_DENIED_NO_USER;
}

static authz_status any_word(request_rec *r, const void *parsed,
                             bool (*holds)(request_rec *, const okta_claims *, const char *))
{
    const apr_array_header_t *words = parsed;
    const okta_claims *claims = okta_request_claims(r);

    for (int i = 0; claims && i < words->nelts; i++)
        if (holds(r, claims, APR_ARRAY_IDX(words, i, const char *)))
            return AUTHZ_GRANTED;
    return denied(r);
}

static bool has_scope(request_rec *r, const okta_claims *claims, const char *scope)
{
    (void)r;
    return okta_claims_have_scope(claims, scope);
}

/* For the challenge: what would have done. */
static void note_scopes(request_rec *r, const apr_array_header_t *scopes)
{
    okta_request *state = okta_request_state(r, true);

    if (!state->scopes)
        state->scopes = apr_array_make(r->pool, 4, sizeof(const char *));
    for (int i = 0; i < scopes->nelts; i++) {
        okta_strings known = okta_strings_of(state->scopes);
        const char *scope = APR_ARRAY_IDX(scopes, i, const char *);
        if (!okta_strings_contain(&known, scope, strlen(scope)))
            APR_ARRAY_PUSH(state->scopes, const char *) = scope;
    }
}

static authz_status check_scope(request_rec *r, const char *line, const void *parsed)
{
    authz_status status = any_word(r, parsed, has_scope);

    (void)line;
    if (status == AUTHZ_DENIED)
        note_scopes(r, parsed);
    return status;
}

static bool has_group(request_rec *r, const okta_claims *claims, const char *group)
{
    const char *name = okta_dir_config_of(r)->groups_claim;
    const okta_value *groups = okta_claims_find(claims, name ? name : OKTA_DEFAULT_GROUPS_CLAIM);

    return groups && okta_value_equals(groups, group);
}

static authz_status check_group(request_rec *r, const char *line, const void *parsed)
{
    (void)line;
    return any_word(r, parsed, has_group);
}

static bool is_client(request_rec *r, const okta_claims *claims, const char *client)
{
    const okta_value *named = okta_claims_client(claims);

    (void)r;
    return named && okta_value_equals(named, client);
}

static authz_status check_client(request_rec *r, const char *line, const void *parsed)
{
    (void)line;
    return any_word(r, parsed, is_client);
}

static bool matches(const okta_value *value, const ap_regex_t *pattern)
{
    if (value->type == OKTA_VALUE_STRING)
        return ap_regexec(pattern, value->as.string, 0, NULL, 0) == 0;
    for (uint32_t i = 0; value->type == OKTA_VALUE_ARRAY && i < value->length; i++)
        if (value->as.children[i].type == OKTA_VALUE_STRING &&
            ap_regexec(pattern, value->as.children[i].as.string, 0, NULL, 0) == 0)
            return true;
    return false;
}

static bool holds_for(const claim_condition *condition, const okta_value *value, int i)
{
    const char *wanted = APR_ARRAY_IDX(condition->values, i, const char *);

    switch (condition->how) {
    case OPERATOR_MATCH:
        return matches(value, APR_ARRAY_IDX(condition->patterns, i, ap_regex_t *));
    case OPERATOR_CONTAINS:
        return okta_value_has_word(value, wanted);
    case OPERATOR_EQUAL:
    case OPERATOR_UNEQUAL:
    default:
        return okta_value_equals(value, wanted);
    }
}

/* Any of the values; `!=`: none of them. A claim that is absent satisfies nothing. */
static authz_status check_claim(request_rec *r, const char *line, const void *parsed)
{
    const claim_condition *condition = parsed;
    const okta_claims *claims = okta_request_claims(r);
    const okta_value *value = claims ? okta_claims_find(claims, condition->path) : NULL;
    bool found = false;

    (void)line;
    if (!value)
        return denied(r);
    for (int i = 0; !found && i < condition->values->nelts; i++)
        found = holds_for(condition, value, i);
    return found != (condition->how == OPERATOR_UNEQUAL) ? AUTHZ_GRANTED : AUTHZ_DENIED;
}

void okta_register_requirements(apr_pool_t *pool)
{
    static const authz_provider scope = {check_scope, parse_words};
    static const authz_provider group = {check_group, parse_words};
    static const authz_provider client = {check_client, parse_words};
    static const authz_provider claim = {check_claim, parse_claim};
    static const struct {
        const char *name;
        const authz_provider *provider;
    } providers[] = {{"okta-scope", &scope},
                     {"okta-group", &group},
                     {"okta-client", &client},
                     {"okta-claim", &claim}};

    for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++)
        ap_register_auth_provider(pool, AUTHZ_PROVIDER_GROUP, providers[i].name,
                                  AUTHZ_PROVIDER_VERSION, providers[i].provider,
                                  AP_AUTH_INTERNAL_PER_CONF);
}
