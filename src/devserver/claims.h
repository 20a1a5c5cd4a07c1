/* SPDX-License-Identifier: Apache-2.0 */
/* The claims of an access token. */
#ifndef OKTA_DEVSERVER_CLAIMS_H
#define OKTA_DEVSERVER_CLAIMS_H

#include "devserver/grant.h"

/* A new object: as Okta's for client credentials, or as those of agents where the client has
 * actors. NULL on failure. */
json_t *okta_dev_claims(const okta_dev_grant *g);

#endif
