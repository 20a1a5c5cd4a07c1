/* SPDX-License-Identifier: Apache-2.0 */
/* Strict base64url without padding (RFC 7515 section 2). No httpd in here. */
#ifndef OKTA_DEVSERVER_BASE64URL_H
#define OKTA_DEVSERVER_BASE64URL_H

#include <apr_pools.h>

/* In p. */
const char *okta_dev_base64url(apr_pool_t *p, const void *bytes, size_t size);

/* The bytes, in p; NULL where text is empty, or another text than okta_dev_base64url makes of any
 * bytes. */
const unsigned char *okta_dev_base64url_decode(apr_pool_t *p, const char *text, size_t *size);

#endif
