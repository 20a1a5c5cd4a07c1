/* SPDX-License-Identifier: Apache-2.0 */
/* The DPoP proof of a token request (RFC 9449 section 5). */
#ifndef OKTA_DEVSERVER_DPOP_H
#define OKTA_DEVSERVER_DPOP_H

#include "devserver/grant.h"

/* Sets jkt where the request has a proof, which is then good. False with error set where it is
 * not, or where the client needs one. */
bool okta_dev_dpop_check(okta_dev_grant *g);

#endif
