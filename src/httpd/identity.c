/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/identity.h"

#include "core/match.h"
#include "httpd/claim_text.h"
#include "httpd/config.h"
#include "httpd/event.h"
#include "httpd/request.h"
#include "httpd/tokens.h"
#include "httpd/told_once.h"
#include "httpd/variables.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define OUR_PREFIX "OKTA_"

bool okta_identify(request_rec *r, const okta_claims *claims)
{
    const apr_array_header_t *names = okta_dir_user_claims(okta_dir_config_of(r));

    for (int i = 0; i < names->nelts; i++) {
        const okta_value *value = okta_claims_find(claims, APR_ARRAY_IDX(names, i, const char *));
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

static void remember(const okta_request *judged, const okta_variables *variables)
{
    size_t size;
    void *note = okta_variables_pack(variables, judged->claims, &size);

    if (note)
        okta_tokens_annotate(judged->seen, judged->claims, note, size);
    free(note);
}

/* Made anew for a token that may never come again, and remembered for one that did. */
static const okta_variables *variables_of(request_rec *r, const okta_request *judged)
{
    const okta_variables *variables = okta_variables_noted(r->pool, judged->claims);

    if (variables)
        return variables;
    variables = okta_variables_of(r->pool, judged->claims);
    if (judged->seen && !judged->seen->noted)
        remember(judged, variables);
    return variables;
}

/* Claims of OktaClaimEnv that have to be looked up: NULL for none. */
static const apr_array_header_t *paths_of(const okta_dir_config *config)
{
    if (okta_dir_claim_env(config) == OKTA_CLAIM_ENV_SOME)
        for (int i = 0; i < config->env_claims->nelts; i++)
            if (!APR_ARRAY_IDX(config->env_claims, i, okta_env_claim).name)
                return config->env_claims;
    return NULL;
}

/* names: those that are wanted, NULL for all. */
static bool is_exported(const apr_array_header_t *names, const okta_variable *variable)
{
    if (!names || !variable->claim)
        return true;
    for (int i = 0; i < names->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(names, i, okta_env_claim).name, variable->claim) == 0)
            return true;
    return false;
}

static bool holds_any_of_ours(const apr_table_t *env)
{
    const apr_array_header_t *entries = apr_table_elts(env);

    for (int i = 0; i < entries->nelts; i++)
        if (strncasecmp(APR_ARRAY_IDX(entries, i, apr_table_entry_t).key, OUR_PREFIX,
                        sizeof(OUR_PREFIX) - 1) == 0)
            return true;
    return false;
}

static void tell_of_sharers(request_rec *r, const okta_variable *a, const okta_variable *b,
                            const okta_variable *wins)
{
    char first[128], second[128];

    if (!okta_told_once_is_first(a->name))
        return;
    okta_text_copy(first, sizeof(first), a->claim, strlen(a->claim));
    okta_text_copy(second, sizeof(second), b->claim, strlen(b->claim));
    okta_event_of_request(r, OKTA_EVENT_CLAIMS_COLLIDE,
                          "the claims \"%s\" and \"%s\" would have one variable, %s; %s "
                          "exported; name the claim that is meant in OktaClaimEnv, or hand "
                          "them over by OktaClaimHeader",
                          first, second, wins ? wins->name : a->name,
                          wins ? "only the claim that is spelled like it is" : "none of them is");
}

/* Of variables that have one name, the one to export: the only one that the configuration picks, or
 * else the one whose claim is spelled like it. NULL: none, for nobody could tell whose it is. */
static const okta_variable *chosen_of(request_rec *r, const apr_array_header_t *names,
                                      const okta_variable *all, size_t count)
{
    const okta_variable *first = NULL, *second = NULL, *exact = NULL;

    if (count == 1)
        return is_exported(names, all) ? all : NULL;
    for (size_t i = 0; i < count; i++) {
        if (!is_exported(names, &all[i]))
            continue;
        if (!first)
            first = &all[i];
        else
            second = &all[i];
        if (all[i].exact)
            exact = &all[i];
    }
    if (!second)
        return first;
    tell_of_sharers(r, first, second, exact);
    return exact;
}

static void set_variable(request_rec *r, const char *name, const okta_value *value)
{
    const char *text = value ? okta_claim_text(r->pool, value, OKTA_TEXT_ENV) : NULL;

    if (text)
        apr_table_setn(r->subprocess_env, name, text);
}

void okta_name_token(request_rec *r, const okta_claims *claims)
{
    if (!claims)
        return;
    set_variable(r, OKTA_VARIABLE_JTI, okta_claims_get(claims, "jti"));
    set_variable(r, OKTA_VARIABLE_CLIENT, okta_claims_client(claims));
}

int okta_export_claims(request_rec *r)
{
    const okta_dir_config *config = okta_dir_config_of(r);
    const okta_request *judged = okta_request_judged(r);
    const apr_array_header_t *paths, *names;
    const okta_variables *all;
    bool replaces;

    if (!judged || !judged->claims)
        return DECLINED;
    if (okta_dir_claim_env(config) == OKTA_CLAIM_ENV_OFF) {
        okta_name_token(r, judged->claims);
        return DECLINED;
    }
    paths = paths_of(config);
    names = paths                                               ? NULL
            : okta_dir_claim_env(config) == OKTA_CLAIM_ENV_SOME ? config->env_claims
                                                                : NULL;
    /* to replace one, APR searches all that have the same first letter, which is quadratic */
    replaces = holds_any_of_ours(r->subprocess_env);
    if (!paths && !names && !replaces &&
        okta_variables_add_noted(judged->claims, r->subprocess_env))
        return DECLINED;
    all = paths ? okta_variables_at(r->pool, judged->claims, paths) : variables_of(r, judged);
    for (size_t i = 0, count; i < all->count; i += count) {
        const okta_variable *v;

        count = all->all[i].shared ? okta_variables_sharing(all, i) : 1;
        v = chosen_of(r, names, &all->all[i], count);
        if (!v)
            continue;
        if (replaces)
            apr_table_setn(r->subprocess_env, v->name, v->text);
        else
            apr_table_addn(r->subprocess_env, v->name, v->text);
    }
    return DECLINED;
}
