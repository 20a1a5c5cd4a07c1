/* SPDX-License-Identifier: Apache-2.0 */
#include "core/target.h"
#include "httpd/directives.h"
#include "httpd/registry.h"

#include <apr_lib.h>
#include <apr_strings.h>

/* An absolute URL of http or https, whatever its query is. */
static bool is_url(apr_pool_t *pool, const char *value)
{
    apr_size_t length = strcspn(value, "?");

    if (strchr(value, '#'))
        return false;
    for (const char *at = value + length; *at; at++)
        if (!apr_isgraph(*at) || strchr("\"<>\\^`{|}", *at))
            return false;
    return okta_target_normalize(value, length, apr_palloc(pool, length + 2), length + 2);
}

const char *okta_set_resource(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *section = config;

    if (okta_is_placeholder(value))
        return okta_directive_error(cmd, value,
                                    "a placeholder was left in; write the URL that clients know");
    if (!is_url(cmd->temp_pool, value))
        return okta_directive_error(cmd, value,
                                    "no identifier of a resource (RFC 9728): write an absolute URL "
                                    "without a fragment, as in \"https://api.example.com/mcp\"");
    okta_registry_note_section(cmd, section);
    return okta_set_text(cmd, &section->resource, value);
}

const char *okta_set_resource_name(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *section = config;

    okta_registry_note_section(cmd, section);
    return okta_set_text(cmd, &section->resource_name, value);
}

const char *okta_set_resource_documentation(cmd_parms *cmd, void *config, const char *value)
{
    okta_dir_config *section = config;
    const char *page = apr_pstrmemdup(cmd->temp_pool, value, strcspn(value, "#"));

    if (!is_url(cmd->temp_pool, page))
        return okta_directive_error(
            cmd, value,
            "no address of a page; write an absolute URL, as in \"https://example.com/docs\"");
    okta_registry_note_section(cmd, section);
    return okta_set_text(cmd, &section->resource_documentation, value);
}

const char *okta_add_scope_supported(cmd_parms *cmd, void *config, const char *value)
{
    if (strpbrk(value, " \t"))
        return okta_directive_error(cmd, value,
                                    "it holds a blank and no scope does; write several with a "
                                    "space between them, without quotes");
    return okta_add_to_list(cmd, config, value);
}
