/* SPDX-License-Identifier: Apache-2.0 */
/* Introspection and revocation of tokens (RFC 7662, RFC 7009), for the clients that are configured.
 */
#ifndef OKTA_DEVSERVER_INTROSPECT_H
#define OKTA_DEVSERVER_INTROSPECT_H

#include "devserver/config.h"

int okta_dev_introspect_endpoint(request_rec *r, const okta_dev_config *cfg, const char *issuer);

/* A token of another client's is refused; one that is not good any more is revoked already. */
int okta_dev_revoke_endpoint(request_rec *r, const okta_dev_config *cfg, const char *issuer);

#endif
