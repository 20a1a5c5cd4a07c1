/* SPDX-License-Identifier: Apache-2.0 */
/* Signing by a private key, as JWS has it (RFC 7518 section 3). */
#ifndef OKTA_CORE_SIGN_H
#define OKTA_CORE_SIGN_H

#include "core/algorithm.h"

#include <openssl/evp.h>

/* The signature over data[length], base64url, from malloc; NULL when out of memory. The key is of
 * the algorithm's kind. Any thread, several with one key. */
char *okta_sign(EVP_PKEY *pkey, const okta_algorithm *algorithm, const char *data, size_t length);

#endif
