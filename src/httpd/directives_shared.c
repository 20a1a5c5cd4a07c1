/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/directives.h"
#include "httpd/registry.h"
#include "httpd/shared_cache.h"

#include <apr_strings.h>
#include <string.h>

static bool is_of_one_host(const char *provider)
{
    return strcmp(provider, "shmcb") == 0 || strcmp(provider, "dbm") == 0;
}

const char *okta_set_shared_cache(cmd_parms *cmd, void *config, const char *value)
{
    const char *fault = okta_main_server_only(cmd, value);
    const char *colon = strchr(value, ':');
    okta_global_config *global = &okta_registry_get()->global;
    okta_shared_cache *said;

    (void)config;
    if (fault)
        return fault;
    if (global->shared_cache)
        return okta_said_before(cmd, value, "OktaSharedCache");
    said = apr_pcalloc(cmd->pool, sizeof(*said));
    said->provider = colon ? apr_pstrmemdup(cmd->pool, value, (apr_size_t)(colon - value)) : value;
    said->arguments = colon && colon[1] ? colon + 1 : NULL;
    said->leaves_host = !is_of_one_host(said->provider);
    if (!*said->provider)
        return okta_directive_error(cmd, value,
                                    "no provider; write one of httpd's socache providers, as in "
                                    "\"redis:192.0.2.1:6379\"");
    if (said->leaves_host && said->arguments && strpbrk(said->arguments, ", "))
        return okta_directive_error(cmd, value,
                                    "several servers: where one does not answer httpd goes to "
                                    "another, which does not know what the first one knows, so a "
                                    "DPoP proof would count twice; name one server");
    global->shared_cache = said;
    return NULL;
}

const char *okta_set_shared_cache_key(cmd_parms *cmd, void *config, const char *value)
{
    const char *fault = okta_main_server_only(cmd, value);
    const char *path = strncmp(value, "file:", 5) == 0 && value[5]
                           ? ap_server_root_relative(cmd->pool, value + 5)
                           : NULL;

    (void)config;
    if (fault)
        return fault;
    if (!path)
        return okta_directive_error(cmd, value,
                                    "no file; write file: and the full path of a file with the "
                                    "key, as made by: openssl rand -hex 32");
    return okta_set_text(cmd, &okta_registry_get()->global.shared_cache_key, path);
}
