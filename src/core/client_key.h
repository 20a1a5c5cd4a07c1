/* SPDX-License-Identifier: Apache-2.0 */
/* The private key by which a client says who it is (private_key_jwt), as a file has it. */
#ifndef OKTA_CORE_CLIENT_KEY_H
#define OKTA_CORE_CLIENT_KEY_H

#include "core/algorithm.h"
#include "core/text.h"

#include <openssl/evp.h>

typedef struct okta_client_key {
    EVP_PKEY *pkey;                  /* NULL: there is none */
    const okta_algorithm *algorithm; /* by which it signs; static */
    char *kid; /* by which the issuer knows it, from malloc; NULL: nothing says it */
} okta_client_key;

/* Read a PEM text, or a JWK with private members: RSA of at least 2048 bits signs by RS256, P-256
 * by ES256. A JWK says its kid; PEM has none, and the thumbprint is no substitute: the issuer
 * may have given the key any. False, with the cause in error and an empty key, for any other text.
 * It is the caller's to wipe. Any thread. */
bool okta_client_key_read(const char *text, size_t length, okta_client_key *key, okta_error *error);

/* Free what it holds; it is empty then. */
void okta_client_key_clear(okta_client_key *key);

#endif
