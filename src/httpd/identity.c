#include "httpd/identity.h"

#include "httpd/claim_text.h"
#include "httpd/config.h"
#include "httpd/request.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define OUR_PREFIX "OKTA_"
#define ENV_PREFIX OUR_PREFIX "CLAIM_"

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

/* One variable of the environment. */
typedef struct variable {
    const char *claim; /* NULL: exported whatever the configuration picks */
    const char *name;
    const char *text;
    bool borrowed; /* the text is the claim's own */
} variable;

/* All that a token's claims can put into the environment. */
typedef struct variables {
    bool distinct; /* no two names can be the same */
    size_t count;
    variable all[];
} variables;

/* What a shell or CGI program can name: letters, digits, underscores. Another claim's name may
 * become the same where something had to be changed, or where it differs by case alone, which
 * tables do not tell apart. */
static const char *env_name(apr_pool_t *pool, const char *claim, bool *distinct)
{
    size_t length = strlen(claim);
    char *name = apr_palloc(pool, sizeof(ENV_PREFIX) + length), *to = name + sizeof(ENV_PREFIX) - 1;

    memcpy(name, ENV_PREFIX, sizeof(ENV_PREFIX) - 1);
    for (size_t i = 0; i < length; i++) {
        bool stays = apr_isalnum(claim[i]) || claim[i] == '_';

        to[i] = (char)(stays ? claim[i] : '_');
        *distinct = *distinct && stays && !apr_isupper(claim[i]);
    }
    to[length] = '\0';
    return name;
}

static variables *render(apr_pool_t *pool, const okta_claims *claims)
{
    const okta_value *root = okta_claims_root(claims), *scopes = okta_claims_get(claims, "scp");
    variables *made = apr_palloc(pool, sizeof(*made) + (root->length + 1) * sizeof(variable));
    variable scope = {NULL, "OKTA_SCOPE", NULL, false};

    if (!scopes)
        scopes = okta_claims_get(claims, "scope");
    made->count = 0;
    made->distinct = true;
    for (uint32_t i = 0; i < root->length; i++) {
        const okta_value *claim = &root->as.children[i];
        const char *text = okta_claim_text(pool, claim, OKTA_TEXT_ENV);

        if (text)
            made->all[made->count++] =
                (variable){claim->name, env_name(pool, claim->name, &made->distinct), text,
                           claim->type == OKTA_VALUE_STRING && text == claim->as.string};
        if (claim == scopes)
            scope.text = text;
    }
    if (scope.text)
        made->all[made->count++] = scope;
    return made;
}

/* Copy text to *to, which moves behind it. */
static const char *put_text(char **to, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memcpy(*to, text, size);

    *to += size;
    return copy;
}

/* In a block that can stay with the claims; NULL when there is no memory. */
static variables *keepsake(const variables *from)
{
    size_t size = sizeof(*from) + from->count * sizeof(variable);
    variables *kept;
    char *to;

    for (size_t i = 0; i < from->count; i++)
        size += strlen(from->all[i].name) + 1 +
                (from->all[i].borrowed ? 0 : strlen(from->all[i].text) + 1);
    kept = malloc(size);
    if (!kept)
        return NULL;
    memcpy(kept, from, sizeof(*from) + from->count * sizeof(variable));
    to = (char *)&kept->all[kept->count];
    for (size_t i = 0; i < kept->count; i++) {
        variable *v = &kept->all[i];

        v->name = put_text(&to, v->name);
        if (!v->borrowed)
            v->text = put_text(&to, v->text);
    }
    return kept;
}

/* Made anew for a token that may never come again, and kept for one that did. */
static const variables *variables_of(request_rec *r, const okta_request *judged)
{
    const variables *kept = okta_claims_note(judged->claims);
    variables *made;

    if (kept)
        return kept;
    made = render(r->pool, judged->claims);
    kept = judged->seen_before ? keepsake(made) : NULL;
    return kept ? okta_claims_keep_note(judged->claims, (void *)kept) : made;
}

static bool is_exported(const okta_dir_config *config, const char *claim)
{
    if (config->claim_env != OKTA_CLAIM_ENV_SOME || !claim)
        return true;
    for (int i = 0; i < config->env_claims->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(config->env_claims, i, const char *), claim) == 0)
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

int okta_export_claims(request_rec *r)
{
    const okta_dir_config *config = okta_dir_config_of(r);
    const okta_request *judged = okta_request_judged(r);
    const variables *all;
    bool replaces;

    if (!judged || !judged->claims || config->claim_env == OKTA_CLAIM_ENV_OFF)
        return DECLINED;
    all = variables_of(r, judged);
    /* replacing looks through all names that begin alike, hence is quadratic */
    replaces = !all->distinct || holds_any_of_ours(r->subprocess_env);
    for (size_t i = 0; i < all->count; i++) {
        const variable *v = &all->all[i];

        if (!is_exported(config, v->claim))
            continue;
        if (replaces)
            apr_table_setn(r->subprocess_env, v->name, v->text);
        else
            apr_table_addn(r->subprocess_env, v->name, v->text);
    }
    return DECLINED;
}
