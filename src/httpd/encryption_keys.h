/* SPDX-License-Identifier: Apache-2.0 */
/* The handler okta-encryption-keys: the public halves of OktaDecryptionKey, for the authorization
 * server to fetch. */
#ifndef OKTA_HTTPD_ENCRYPTION_KEYS_H
#define OKTA_HTTPD_ENCRYPTION_KEYS_H

#include <httpd.h>

/* handler hook: a JWK set of the keys that the issuers of the place may encrypt to, or where none
 * is named all issuers; 404 where there is none. */
int okta_handle_encryption_keys(request_rec *r);

#endif
