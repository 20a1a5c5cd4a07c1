/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cors.h"
#include "core/issuer.h"
#include "core/path.h"
#include "core/target.h"
#include "httpd/backend.h"
#include "httpd/directives.h"
#include "httpd/header_name.h"
#include "httpd/registry.h"
#include "httpd/words.h"

#include <apr_strings.h>

const char *okta_set_flag(cmd_parms *cmd, void *config, int flag)
{
    apr_int64_t *field = (apr_int64_t *)(void *)((char *)config + (apr_size_t)cmd->info);

    okta_registry_note_section(cmd, config);
    return okta_set_number(cmd, field, flag != 0, flag ? "On" : "Off");
}

const char *okta_set_enforce(cmd_parms *cmd, void *config, int flag)
{
    okta_dir_config *section = config;

    if (okta_registry_note_section(cmd, section) && !flag) {
        APR_ARRAY_PUSH(okta_registry_get()->unenforced, const ap_directive_t *) = cmd->directive;
        okta_registry_note_header(OKTA_WOULD_REFUSE_HEADER);
    }
    return okta_set_number(cmd, &section->enforce, flag != 0, flag ? "On" : "Off");
}

const char *okta_set_groups_claim(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *section = config;
    okta_error error = {""};
    const char *fault = okta_name_fault(cmd, value);

    if (fault)
        return okta_directive_error(cmd, value, fault);
    if (!*value || okta_is_placeholder(value))
        return okta_directive_error(cmd, value,
                                    "no claim; write the name of the claim that has the "
                                    "groups");
    if (!okta_path_check(value, &error))
        return okta_directive_error(cmd, value, error.text);
    okta_registry_note_section(cmd, section);
    return okta_set_text(cmd, &section->groups_claim, value);
}

const char *okta_add_claim_header(cmd_parms *cmd, void *config, const char *claim,
                                  const char *header)
{
    okta_dir_config *section = config;
    okta_error error = {""};
    const char *fault = okta_name_fault(cmd, claim);
    okta_claim_header *pair;

    if (fault)
        return okta_directive_error(cmd, claim, fault);
    if (!okta_is_token(header) || okta_is_reserved_header(header))
        return okta_directive_error(cmd, header,
                                    "no header for a claim; write a name of letters, digits "
                                    "and hyphens, as in \"X-User\"");
    if (!*claim)
        return okta_directive_error(cmd, claim,
                                    "no claim; write its name, or a path such as "
                                    "\"address.country\"");
    if (!okta_path_check(claim, &error))
        return okta_directive_error(cmd, claim, error.text);
    if (!okta_registry_note_section(cmd, section))
        return NULL;
    if (!section->claim_headers)
        section->claim_headers = apr_array_make(cmd->pool, 2, sizeof(okta_claim_header));
    for (int i = 0; i < section->claim_headers->nelts; i++) {
        pair = &APR_ARRAY_IDX(section->claim_headers, i, okta_claim_header);
        if (okta_same_header(pair->header, header) &&
            (strcmp(pair->claim, claim) != 0 || strcasecmp(pair->header, header) != 0))
            return okta_said_before(
                cmd, claim,
                apr_psprintf(cmd->pool, "claim \"%s\" for header %s", pair->claim, pair->header));
    }
    pair = apr_array_push(section->claim_headers);
    pair->claim = claim;
    pair->header = header;
    okta_registry_note_header(header);
    return NULL;
}

/* Kept in normal form, without the slash that a request's path begins with. */
const char *okta_set_public_url(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *section = config;
    apr_size_t length = strlen(value), size = length + 2;
    char *url = apr_palloc(cmd->pool, size);

    if (okta_is_placeholder(value))
        return okta_directive_error(cmd, value,
                                    "a placeholder was left in; write the address that clients "
                                    "use");
    if (strpbrk(value, "?#") || !okta_target_normalize(value, length, url, size))
        return okta_directive_error(cmd, value,
                                    "no address of a server; write scheme, host and, where clients "
                                    "need it, port and path, as in \"https://api.example.com\"");
    length = strlen(url);
    while (url[length - 1] == '/')
        url[--length] = '\0';
    okta_registry_note_section(cmd, section);
    return okta_set_text(cmd, &section->public_url, url);
}

const char *okta_add_cors_origin(cmd_parms *cmd, void *config, const char *value)
{
    okta_error error = {""};

    if (!okta_cors_origin_check(value, &error))
        return okta_directive_error(cmd, value, error.text);
    okta_add_value(cmd, config, value);
    return NULL;
}

const char *okta_add_token(cmd_parms *cmd, void *config, const char *value)
{
    if (!okta_is_token(value))
        return okta_directive_error(cmd, value,
                                    "it is no name; write names with a space between "
                                    "them, without commas");
    okta_add_value(cmd, config, value);
    return NULL;
}

const char *okta_set_cors_max_age(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *section = config;
    apr_interval_time_t age;

    if (!okta_parse_duration(value, &age) || age > apr_time_from_sec(86400))
        return okta_directive_error(cmd, value, "out of range; use seconds, up to 86400");
    okta_registry_note_section(cmd, section);
    return okta_set_number(cmd, &section->cors_max_age, apr_time_sec(age), value);
}

const char *okta_add_step_up(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *section = config;
    const char *fault = okta_name_fault(cmd, value);
    apr_interval_time_t age;
    const char *acrs;

    if (fault && strchr(value, ','))
        return okta_directive_error(cmd, value, fault);
    if (strncmp(value, "acr=", 4) == 0 && value[4 + strspn(value + 4, " \t")]) {
        okta_registry_note_section(cmd, section);
        for (acrs = value + 4 + strspn(value + 4, " \t"); *acrs;)
            okta_append(cmd->pool, &section->step_up_acrs, ap_getword_white(cmd->pool, &acrs));
        return NULL;
    }
    if (strncmp(value, "max-age=", 8) == 0 && okta_parse_duration(value + 8, &age)) {
        okta_registry_note_section(cmd, section);
        return okta_set_number(cmd, &section->step_up_max_age, apr_time_sec(age), value);
    }
    return okta_directive_error(cmd, value,
                                "unknown; use acr=<value> and max-age=<seconds>, as in "
                                "\"OktaStepUp acr=urn:okta:loa:2fa:any max-age=300\"");
}
