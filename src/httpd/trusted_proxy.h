/* SPDX-License-Identifier: Apache-2.0 */
/* OktaTrustedProxy: who may speak for clients. */
#ifndef OKTA_HTTPD_TRUSTED_PROXY_H
#define OKTA_HTTPD_TRUSTED_PROXY_H

#include <httpd.h>

#include <apr_network_io.h>
#include <stdbool.h>

/* An address, or several by their first bits. */
typedef struct okta_subnet {
    const char *text; /* as written */
    apr_ipsubnet_t *subnet;
} okta_subnet;

/* Read one: an address, or one with a number of bits or a mask behind a slash. False: it is
 * none. From pool. */
bool okta_subnet_read(apr_pool_t *pool, const char *text, okta_subnet *subnet);

/* Whether the TCP connection that the request came by is from an OktaTrustedProxy of its server:
 * whatever a header, or mod_remoteip, says of who is behind it. */
bool okta_comes_by_trusted_proxy(const request_rec *r);

#endif
