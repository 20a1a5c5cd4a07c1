/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/check_proxies.h"

#include "httpd/backend.h"
#include "httpd/registry.h"

/* Nobody could set it, and one's own clients would be refused. */
static void judge_server(okta_judge *j, server_rec *server)
{
    const okta_server_config *config = okta_server_config_of(server);

    if (config->client_cert_header && !config->trusted_proxies)
        okta_complain(j, server,
                      "OktaClientCertHeader \"%s\": nobody may set it here; name the addresses of "
                      "the proxies that do, with OktaTrustedProxy",
                      config->client_cert_header);
    if (config->client_cert_header && okta_carries_claim(config->client_cert_header))
        okta_complain(j, server,
                      "OktaClientCertHeader \"%s\": OktaClaimHeader gives a claim under this name, "
                      "or one that back ends take for it; choose another for one of the two",
                      config->client_cert_header);
}

void okta_check_proxies(okta_judge *j)
{
    for (server_rec *server = j->main_server; server; server = server->next)
        judge_server(j, server);
}
