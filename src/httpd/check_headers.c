/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/check_headers.h"

#include "httpd/backend.h"
#include "httpd/client_certificate.h"
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

/* The claim's header is removed from what clients send. */
static void judge_token_headers(okta_judge *j)
{
    const apr_array_header_t *names = okta_registry_get()->token_headers;

    for (int i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);
        const char *other = okta_carries_claim(name)         ? "OktaClaimHeader"
                            : okta_carries_certificate(name) ? "OktaClientCertHeader"
                                                             : NULL;

        if (other)
            okta_complain(j, j->main_server,
                          "OktaTokenFrom \"header:%s\": %s uses this name, or one that back ends "
                          "take for it; choose another for one of the two",
                          name, other);
    }
}

void okta_check_headers(okta_judge *j)
{
    for (server_rec *server = j->main_server; server; server = server->next)
        judge_server(j, server);
    judge_token_headers(j);
}
