/* SPDX-License-Identifier: Apache-2.0 */
/* Who we are to the issuers that are asked about tokens. */
#ifndef OKTA_HTTPD_INTROSPECTION_CLIENT_H
#define OKTA_HTTPD_INTROSPECTION_CLIENT_H

#include "httpd/registry.h"

/* Parent, post_config, after okta_trust_settle: read the secrets and keys while we may, and
 * complete what okta_issuer says of asking. An httpd status; at a restart always OK: who has none
 * then asks nothing, and its tokens get 503. */
int okta_introspection_settle(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *server);

/* Child. */
void okta_introspection_client_child_init(apr_pool_t *pchild);

/* Whether it has what it needs to ask. Any thread. */
bool okta_introspection_has_client(const okta_issuer *issuer);

/* Whether the file has a private key for the client; false with the cause, a predicate. Parent. */
bool okta_introspection_key_check(apr_pool_t *pool, const char *path, okta_error *error);

#endif
