/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks for a token: client authentication of RFC 6749 section 2.3.1. */
#ifndef OKTA_DEVSERVER_CLIENT_H
#define OKTA_DEVSERVER_CLIENT_H

#include "devserver/config.h"
#include <apr_hash.h>

/* Returns NULL and sets *client where the request proves to be of a configured client, by HTTP
 * Basic or by the form. Otherwise returns the OAuth error code and sets *description. */
const char *okta_dev_client_authenticate(const request_rec *r, const okta_dev_config *cfg,
                                         apr_hash_t *form, const okta_dev_client **client,
                                         const char **description);

#endif
