/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_issuer.h"

#include "cli/check_decryption.h"
#include "cli/check_introspection.h"
#include "cli/check_keys.h"
#include "cli/check_metadata.h"
#include "cli/check_reach.h"

void okta_check_issuer(okta_findings *f, const okta_setup *setup, okta_setup_issuer *issuer)
{
    const okta_way way = {.url = issuer->jwks_uri ? issuer->jwks_uri : issuer->url,
                          .network = &issuer->network,
                          .proxy_credentials = issuer->proxy_credentials,
                          .of_httpd = setup->of_httpd,
                          .host_word =
                              okta_setup_word(setup, "OktaDomain or OktaIssuer", "--issuer"),
                          .proxy_word = okta_setup_word(setup, "OktaHttpProxy", "--proxy"),
                          .ca_word = okta_setup_word(setup, "OktaCAFile", "--ca")};
    okta_endpoints endpoints = {"", ""};

    okta_findings_about(f, "issuer %s", issuer->url);
    issuer->walked = true;
    okta_check_decryption(f, issuer);
    if (issuer->jwks_file) {
        okta_check_jwks_file(f, setup, issuer);
        okta_check_introspection(f, issuer, "");
        return;
    }
    if (!okta_check_reach(f, &way))
        return;
    if (issuer->jwks_uri) {
        okta_found(f, OKTA_LEVEL_OK, "metadata", "not asked for: OktaJwksUri names the keys");
        okta_check_keys(f, setup, issuer, issuer->jwks_uri);
    } else if (okta_check_metadata(f, setup, issuer, &endpoints)) {
        okta_check_keys(f, setup, issuer, endpoints.jwks_uri);
    } else {
        return;
    }
    okta_check_introspection(f, issuer, endpoints.introspection);
}
