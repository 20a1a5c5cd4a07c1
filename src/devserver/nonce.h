/* SPDX-License-Identifier: Apache-2.0 */
/* Nonces of the token endpoint, which nobody has to remember. No httpd in here. */
#ifndef OKTA_DEVSERVER_NONCE_H
#define OKTA_DEVSERVER_NONCE_H

#include <apr_pools.h>
#include <apr_time.h>
#include <stdbool.h>

#define OKTA_DEV_NONCE_SECRET_BYTES 32

/* The nonce of issuer for the day of now (UTC), in p; NULL on failure. */
const char *okta_dev_nonce_make(apr_pool_t *p,
                                const unsigned char secret[OKTA_DEV_NONCE_SECRET_BYTES],
                                const char *issuer, apr_time_t now);

/* True for that nonce and for those of the three days before. */
bool okta_dev_nonce_is_good(apr_pool_t *p, const unsigned char secret[OKTA_DEV_NONCE_SECRET_BYTES],
                            const char *issuer, apr_time_t now, const char *nonce);

#endif
