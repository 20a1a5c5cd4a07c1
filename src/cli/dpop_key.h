/* SPDX-License-Identifier: Apache-2.0 */
/* The key that a client proves to have (RFC 9449): a private key and how it signs. One thread. */
#ifndef OKTA_CLI_DPOP_KEY_H
#define OKTA_CLI_DPOP_KEY_H

#include "core/algorithm.h"
#include "core/text.h"
#include "core/thumbprint.h"

#include <jansson.h>

typedef struct okta_dpop_key okta_dpop_key;

/* A new P-256 key, for ES256. NULL after a complaint. The caller frees. */
okta_dpop_key *okta_dpop_key_make(void);

/* The private key in text[length]: PEM (PKCS #8, or of OpenSSL's older forms) or a JWK. NULL, with
 * the cause in error, for what is no such thing, is locked by a password, or could make no proof
 * that mod_auth_okta takes: EC on P-256, P-384 or P-521, and RSA. The caller frees. */
okta_dpop_key *okta_dpop_key_parse(const char *text, size_t length, okta_error *error);

/* Wipes it, too. */
void okta_dpop_key_free(okta_dpop_key *key);

/* Borrowed from key, and static. */
const char *okta_dpop_key_thumbprint(const okta_dpop_key *key);
const okta_algorithm *okta_dpop_key_algorithm(const okta_dpop_key *key);

/* A new reference: the members of the public JWK that count for the thumbprint. */
json_t *okta_dpop_key_public(const okta_dpop_key *key);

/* A new object: the private JWK. NULL when out of memory. */
json_t *okta_dpop_key_private(const okta_dpop_key *key);

/* Write it as PEM (PKCS #8) to a file that is open for writing. */
bool okta_dpop_key_write(const okta_dpop_key *key, int file);

/* The JWS signature over data[length], base64url, from malloc; NULL when out of memory. */
char *okta_dpop_key_sign(const okta_dpop_key *key, const char *data, size_t length);

#endif
