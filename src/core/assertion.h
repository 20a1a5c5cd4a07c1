/* SPDX-License-Identifier: Apache-2.0 */
/* How a client that has a private key says who it is (RFC 7523 section 3, private_key_jwt). */
#ifndef OKTA_CORE_ASSERTION_H
#define OKTA_CORE_ASSERTION_H

#include "core/algorithm.h"
#include "core/text.h"

#include <openssl/evp.h>
#include <stdint.h>

#define OKTA_ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/* The private key in a PEM text, and how it signs: RSA of at least 2048 bits by RS256, P-256 by
 * ES256. NULL, with the cause in error, for any other. The caller frees by EVP_PKEY_free. */
EVP_PKEY *okta_assertion_key(const char *pem, size_t length, const okta_algorithm **algorithm,
                             okta_error *error);

/* A signed assertion of the client for the endpoint, good from now (seconds since the epoch) for a
 * minute, with an id that no other one has. From malloc; NULL when out of memory, or OpenSSL has no
 * random numbers. Any thread. */
char *okta_assertion_make(EVP_PKEY *key, const okta_algorithm *algorithm, const char *client,
                          const char *endpoint, int64_t now);

#endif
