/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/backend.h"
#include "httpd/directives.h"
#include "httpd/header_name.h"
#include "httpd/registry.h"
#include "httpd/trusted_proxy.h"

static okta_server_config *server_of(const cmd_parms *cmd)
{
    return ap_get_module_config(cmd->server->module_config, &auth_okta_module);
}

const char *okta_set_client_cert_header(cmd_parms *cmd, void *config, const char *value)
{
    (void)config;
    if (!okta_is_token(value) || okta_is_reserved_header(value) ||
        okta_same_header(value, OKTA_WOULD_REFUSE_HEADER))
        return okta_directive_error(cmd, value,
                                    "no header for a certificate; write the name of the one that "
                                    "your proxy sets, as in \"Client-Cert\"");
    APR_ARRAY_PUSH(okta_registry_get()->certificate_headers, const char *) = value;
    return okta_set_text(cmd, &server_of(cmd)->client_cert_header, value);
}

const char *okta_add_trusted_proxy(cmd_parms *cmd, void *config, const char *value)
{
    okta_server_config *server = server_of(cmd);
    okta_subnet subnet;

    (void)config;
    if (!okta_subnet_read(cmd->pool, value, &subnet))
        return okta_directive_error(cmd, value,
                                    "no address; write the IP address of the proxy, or a subnet, "
                                    "as in \"10.1.2.3\" or \"10.1.0.0/16\", several with a space "
                                    "between them");
    if (!server->trusted_proxies)
        server->trusted_proxies = apr_array_make(cmd->pool, 2, sizeof(okta_subnet));
    APR_ARRAY_PUSH(server->trusted_proxies, okta_subnet) = subnet;
    return NULL;
}
