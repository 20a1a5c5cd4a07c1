/* SPDX-License-Identifier: Apache-2.0 */
/* Compact JWS with RS256. No httpd in here. */
#ifndef OKTA_DEVSERVER_JWS_H
#define OKTA_DEVSERVER_JWS_H

#include "devserver/key.h"
#include <apr_pools.h>
#include <jansson.h>

/* The token, in p; NULL on failure (OpenSSL's error queue may have the cause). Borrows header and
 * claims. The signature is RS256, whatever the header says. */
const char *okta_dev_jws_sign(apr_pool_t *p, const okta_dev_key *key, const json_t *header,
                              const json_t *claims);

/* The JSON object in a part of a token, which lives as long as p; NULL where there is none. */
json_t *okta_dev_jws_part(apr_pool_t *p, const char *part);

/* prefix and the base64url of 32 random bytes, in p; NULL on failure. */
const char *okta_dev_random_id(apr_pool_t *p, const char *prefix);

#endif
