/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/trusted_proxy.h"

#include "core/text.h"
#include "httpd/config.h"

#include <apr_strings.h>

bool okta_subnet_read(apr_pool_t *pool, const char *text, okta_subnet *subnet)
{
    char *address = apr_pstrdup(pool, text), *bits = strchr(address, '/');

    if (bits)
        *bits++ = '\0';
    /* APR takes 10.1 for 10.1.0.0/16 */
    if (!strchr(address, ':') && okta_text_count(address, strlen(address), '.') != 3)
        return false;
    subnet->text = text;
    return apr_ipsubnet_create(&subnet->subnet, address, bits, pool) == APR_SUCCESS;
}

bool okta_comes_by_trusted_proxy(const request_rec *r)
{
    const apr_array_header_t *trusted =
        okta_server_trusted_proxies(okta_server_config_of(r->server));
    const conn_rec *connection = r->connection->master ? r->connection->master : r->connection;

    for (int i = 0; trusted && i < trusted->nelts; i++)
        if (apr_ipsubnet_test(APR_ARRAY_IDX(trusted, i, okta_subnet).subnet,
                              connection->client_addr))
            return true;
    return false;
}
