/* SPDX-License-Identifier: Apache-2.0 */
#include "core/issuer.h"
#include "core/path.h"
#include "httpd/directives.h"
#include "httpd/effective.h"
#include "httpd/registry.h"
#include "httpd/variables.h"
#include "httpd/words.h"

#include <apr_strings.h>

const char *okta_add_to_list(cmd_parms *cmd, void *config, const char *value)
{
    const char *fault = okta_name_fault(cmd, value);

    if (fault)
        return okta_directive_error(cmd, value, fault);
    if (!*value)
        return okta_directive_error(cmd, value, "it is empty; leave it out or write a value");
    if (okta_is_placeholder(value))
        return okta_directive_error(cmd, value,
                                    "a placeholder was left in; write the value that "
                                    "Okta's console shows");
    okta_add_value(cmd, config, value);
    return NULL;
}

const char *okta_add_user_claim(cmd_parms *cmd, void *config, const char *value)
{
    okta_error error = {""};

    if (!okta_path_check(value, &error))
        return okta_directive_error(cmd, value, error.text);
    return okta_add_to_list(cmd, config, value);
}

const char *okta_add_issuer(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *section = config;
    okta_error error = {""};

    const char *fault = okta_name_fault(cmd, value);

    if (fault)
        return okta_directive_error(cmd, value, fault);
    /* whether http is permitted, and the org server, is known when all has been read */
    if (!okta_asked_issuer_check(value, true, &error))
        return okta_directive_error(cmd, value, error.text);
    if (section->domain)
        return okta_said_before(cmd, value,
                                apr_pstrcat(cmd->pool, "OktaDomain ", section->domain, NULL));
    if (section->server_id)
        return okta_said_before(
            cmd, value,
            apr_pstrcat(cmd->pool, "OktaAuthorizationServer ", section->server_id, NULL));
    okta_registry_note_section(cmd, section);
    okta_append(cmd->pool, &section->issuers, value);
    return NULL;
}

/* OktaDomain or OktaAuthorizationServer; of both the issuer is composed. */
static const char *set_part(const cmd_parms *cmd, okta_dir_config *section, const char **part,
                            const char *value)
{
    const char *fault;

    if (section->issuers)
        return okta_said_before(cmd, value, "OktaIssuer");
    okta_registry_note_section(cmd, section);
    fault = okta_set_text(cmd, part, value);
    if (section->domain)
        section->composed = okta_effective_issuer(cmd->pool, section->domain, section->server_id);
    return fault;
}

const char *okta_set_domain(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *section = config;
    okta_error error = {""};

    if (!okta_domain_check(value, &error))
        return okta_directive_error(cmd, value, error.text);
    return set_part(cmd, section, &section->domain, value);
}

const char *okta_set_server_id(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *section = config;
    okta_error error = {""};

    /* whether its tokens are introspected is known when all has been read */
    if (strcmp(value, OKTA_ORG_SERVER) != 0 && !okta_server_id_check(value, &error))
        return okta_directive_error(cmd, value, error.text);
    return set_part(cmd, section, &section->server_id, value);
}

const char *okta_add_algorithm(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *section = config;
    okta_algorithm_set *set = (void *)((char *)config + (apr_size_t)cmd->info);
    const okta_algorithm *algorithm = okta_algorithm_by_name(value, strlen(value));
    const char *fault = okta_name_fault(cmd, value);

    if (fault)
        return okta_directive_error(cmd, value, fault);
    if (!algorithm && strcasecmp(value, "none") == 0)
        return okta_directive_error(cmd, value, "unsigned tokens are never accepted; leave it out");
    if (!algorithm && strncasecmp(value, "HS", 2) == 0)
        return okta_directive_error(
            cmd, value,
            set == &section->dpop_algorithms
                ? "algorithms with a shared secret are never accepted; clients sign by a key of "
                  "their own, with ES256 mostly"
                : "algorithms with a shared secret are never accepted; Okta signs with RS256");
    if (!algorithm)
        return okta_directive_error(cmd, value,
                                    "unknown algorithm; use RS256, RS384, RS512, PS256, "
                                    "PS384, PS512, ES256, ES384, ES512 or EdDSA");
    okta_registry_note_section(cmd, section);
    *set |= OKTA_ALGORITHM_BIT(algorithm->id);
    return NULL;
}

typedef struct choice {
    const char *word;
    int value;
} choice;

/* One of the words, said once in a section. */
static const char *choose(cmd_parms *cmd, okta_dir_config *section, apr_int64_t *field,
                          const choice *choices, const char *value, const char *remedy)
{
    for (; choices->word; choices++) {
        if (strcasecmp(choices->word, value) != 0)
            continue;
        okta_registry_note_section(cmd, section);
        return okta_set_number(cmd, field, choices->value, value);
    }
    return okta_directive_error(cmd, value, remedy);
}

const char *okta_set_token_type(cmd_parms *cmd, void *config, const char *value)
{
    static const choice choices[] = {{"any", 0}, {"at+jwt", 1}, {NULL, 0}};

    return choose(cmd, config, &((okta_dir_config *)config)->at_jwt_only, choices, value,
                  "unknown token type; use any or at+jwt");
}

const char *okta_set_max_token_age(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *dir = config;
    apr_interval_time_t longest = 0;

    if (strcasecmp(value, "off") != 0 &&
        (!okta_parse_duration(value, &longest) || longest < apr_time_from_sec(1) ||
         longest % APR_USEC_PER_SEC != 0))
        return okta_directive_error(
            cmd, value, "no such age; use whole seconds from 1s to 30d, as in 8h, or off");
    okta_registry_note_section(cmd, dir);
    return okta_set_number(cmd, &dir->max_age, apr_time_sec(longest), value);
}

const char *okta_set_anonymous(cmd_parms *cmd, void *config, const char *value)
{
    static const choice choices[] = {{"off", OKTA_ANONYMOUS_OFF},
                                     {"missing", OKTA_ANONYMOUS_MISSING},
                                     {"missing-or-failed", OKTA_ANONYMOUS_MISSING_OR_FAILED},
                                     {NULL, 0}};

    return choose(cmd, config, &((okta_dir_config *)config)->anonymous, choices, value,
                  "unknown choice; use off, missing or missing-or-failed");
}

const char *okta_set_dpop(cmd_parms *cmd, void *config, const char *value)
{
    static const choice choices[] = {{"off", OKTA_DPOP_OFF},
                                     {"optional", OKTA_DPOP_OPTIONAL},
                                     {"required", OKTA_DPOP_REQUIRED},
                                     {NULL, 0}};

    return choose(cmd, config, &((okta_dir_config *)config)->dpop, choices, value,
                  "unknown choice; use off, optional or required");
}

const char *okta_set_dpop_window(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *section = config;
    apr_interval_time_t window;

    if (!okta_parse_duration(value, &window) || window < apr_time_from_sec(1) ||
        window > apr_time_from_sec(OKTA_PROOF_WINDOW_MAX))
        return okta_directive_error(cmd, value, "out of range; use 1s to 10m");
    okta_registry_note_section(cmd, section);
    return okta_set_number(cmd, &section->dpop_window, apr_time_sec(window), value);
}

const char *okta_set_clock_skew(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *section = config;

    okta_registry_note_section(cmd, section);
    return okta_set_count(cmd, &section->skew, value, 0, OKTA_SKEW_MAX, "seconds");
}

/* The claim that a path surely names: where it has no dot, or is a JSON Pointer of one step. */
static const char *sure_name(apr_pool_t *pool, const char *path)
{
    char *name, *to;

    if (*path != '/')
        return strchr(path, '.') ? NULL : path;
    if (strchr(path + 1, '/'))
        return NULL;
    name = to = apr_palloc(pool, strlen(path));
    for (path++; *path; path++, to++) {
        *to = *path;
        if (*path == '~')
            *to = *++path == '0' ? '~' : '/';
    }
    *to = '\0';
    return name;
}

static void add_env_claim(apr_pool_t *pool, okta_dir_config *section, const char *path)
{
    okta_env_claim *claim;

    if (!section->env_claims)
        section->env_claims = apr_array_make(pool, 2, sizeof(okta_env_claim));
    claim = apr_array_push(section->env_claims);
    claim->path = path;
    claim->name = sure_name(pool, path);
}

const char *okta_add_claim_env(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *section = config;
    int mode = strcasecmp(value, "on") == 0    ? OKTA_CLAIM_ENV_ON
               : strcasecmp(value, "off") == 0 ? OKTA_CLAIM_ENV_OFF
                                               : OKTA_CLAIM_ENV_SOME;
    okta_error error = {""};
    const char *fault = okta_name_fault(cmd, value);

    if (fault)
        return okta_directive_error(cmd, value, fault);
    if (mode == OKTA_CLAIM_ENV_SOME && !okta_path_check(value, &error))
        return okta_directive_error(cmd, value, error.text);
    okta_registry_note_section(cmd, section);
    if (mode == OKTA_CLAIM_ENV_SOME)
        add_env_claim(cmd->pool, section, value);
    return okta_set_number(cmd, &section->claim_env, mode, value);
}
