/* SPDX-License-Identifier: Apache-2.0 */
/* Between private keys of OpenSSL and JWKs (RFC 7517, RFC 7518 section 6). Any
 * thread. */
#ifndef OKTA_CORE_PRIVATE_JWK_H
#define OKTA_CORE_PRIVATE_JWK_H

#include "core/algorithm.h"
#include "core/text.h"
#include "core/value.h"

#include <openssl/evp.h>

/* The algorithm that a key signs with where nothing else is said: ES256, ES384 or ES512 by the
 * curve, RS256 for RSA; NULL for other keys. */
const okta_algorithm *okta_private_jwk_algorithm(EVP_PKEY *pkey);

/* A new object: the JWK of a key that has such an algorithm, with the private members or without.
 * NULL when out of memory. */
json_t *okta_private_jwk_write(EVP_PKEY *pkey, bool private);

/* A new key of a private JWK, for the caller. NULL, with the cause in error, for any other. The
 * private members of jwk are wiped in any case. */
EVP_PKEY *okta_private_jwk_read(const okta_value *jwk, okta_error *error);

#endif
