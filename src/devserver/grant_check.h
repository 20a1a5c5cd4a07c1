/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a token request is granted. */
#ifndef OKTA_DEVSERVER_GRANT_CHECK_H
#define OKTA_DEVSERVER_GRANT_CHECK_H

#include "devserver/grant.h"

/* True where the client gets a token: then client, scopes, scope and jkt are set. False with error
 * set. */
bool okta_dev_grant_check(okta_dev_grant *g);

#endif
