/* SPDX-License-Identifier: Apache-2.0 */
/* How a client that has a private key says who it is (RFC 7523 section 3, private_key_jwt). */
#ifndef OKTA_CORE_ASSERTION_H
#define OKTA_CORE_ASSERTION_H

#include "core/client_key.h"

#include <stdint.h>

#define OKTA_ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/* A signed assertion of the client for the endpoint, good from now (seconds since the epoch) for a
 * minute, with an id that no other one has, and the kid of the key where it is known: an issuer
 * that holds several keys of a client goes by it. From malloc; NULL when out of memory, or OpenSSL
 * has no random numbers. Any thread. */
char *okta_assertion_make(const okta_client_key *key, const char *client, const char *endpoint,
                          int64_t now);

#endif
