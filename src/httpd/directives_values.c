/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/directives.h"
#include "httpd/registry.h"

#include <apr_strings.h>

#define TIME_MAX apr_time_from_sec(30 * 24 * 3600)

const char *okta_directive_error(const cmd_parms *cmd, const char *value, const char *fault)
{
    return apr_psprintf(cmd->pool, "%s \"%s\": %s", cmd->cmd->name, value, fault);
}

const char *okta_said_before(const cmd_parms *cmd, const char *value, const char *other)
{
    return okta_directive_error(cmd, value,
                                apr_pstrcat(cmd->pool, other ? other : "another value",
                                            " was set here before; keep one of the two", NULL));
}

const char *okta_set_text(const cmd_parms *cmd, const char **field, const char *value)
{
    if (*field && strcmp(*field, value) != 0)
        return okta_said_before(cmd, value, apr_pstrcat(cmd->pool, "\"", *field, "\"", NULL));
    *field = value;
    return NULL;
}

const char *okta_set_number(const cmd_parms *cmd, apr_int64_t *field, apr_int64_t number,
                            const char *value)
{
    if (*field >= 0 && *field != number)
        return okta_said_before(cmd, value, NULL);
    *field = number;
    return NULL;
}

void okta_add_value(const cmd_parms *cmd, okta_dir_config *config, const char *value)
{
    char *list = (char *)config + (apr_size_t)cmd->info;

    okta_registry_note_section(cmd, config);
    okta_append(cmd->pool, (apr_array_header_t **)(void *)list, value);
}

const char *okta_set_count(const cmd_parms *cmd, apr_int64_t *field, const char *value,
                           apr_int64_t min, apr_int64_t max, const char *unit)
{
    char *end = NULL;
    apr_int64_t number = apr_strtoi64(value, &end, 10);

    if (!*value || *end || number < min || number > max)
        return okta_directive_error(cmd, value,
                                    apr_psprintf(cmd->pool,
                                                 "out of range; use a number of %s from "
                                                 "%" APR_INT64_T_FMT " to %" APR_INT64_T_FMT,
                                                 unit, min, max));
    return okta_set_number(cmd, field, number, value);
}

bool okta_parse_duration(const char *text, apr_interval_time_t *duration)
{
    static const struct {
        const char *unit;
        apr_interval_time_t length;
    } units[] = {
        {"", apr_time_from_sec(1)},      {"ms", apr_time_from_msec(1)},
        {"s", apr_time_from_sec(1)},     {"m", apr_time_from_sec(60)},
        {"min", apr_time_from_sec(60)},  {"h", apr_time_from_sec(3600)},
        {"d", apr_time_from_sec(86400)},
    };
    char *unit = NULL;
    apr_int64_t number;

    if (*text < '0' || *text > '9')
        return false;
    number = apr_strtoi64(text, &unit, 10);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(unit, units[i].unit) == 0 && number <= TIME_MAX / units[i].length) {
            *duration = number * units[i].length;
            return true;
        }
    }
    return false;
}
